"""RFM segments: options and tables that are refused."""

import re

import numpy as np
import pytest
from tests.customers import NAN, customer_table
from tests.rules import rule, rules_of

from crmkit import as_transactions, customer_summary, load_cdnow
from crmkit.errors import SchemaError
from crmkit.segment import RFMScorer, RFMSegmenter, TierSegmenter


@pytest.fixture(scope="module")
def cdnow():
    return customer_summary(as_transactions(load_cdnow()), as_of="1997-12-31")


# Refusals.


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"rules": 8}, TypeError, "`rules` must be one of"),
        ({"rules": "eight"}, ValueError, "must be one of"),
        ({"scorer": "quantile"}, TypeError, "`scorer` must be an RFMScorer, got str"),
        ({"scorer": TierSegmenter()}, TypeError, "`scorer` must be an RFMScorer, got TierSegmenter"),
        (
            {"scorer": RFMScorer(n_bins=4)},
            ValueError,
            "`scorer` scores in {'r': 4, 'f': 4, 'm': 4} bins, but the rules",
        ),
        (
            {"scorer": RFMScorer(n_bins={"r": 5, "f": 5, "m": 4})},
            ValueError,
            "but the rules name {'r': 5, 'f': 5, 'm': 5}. Give both the same `n_bins`.",
        ),
        ({"scorer": RFMScorer(n_bins="5")}, TypeError, "`n_bins` must be a whole number, got '5'"),
        ({"scorer": RFMScorer(n_bins={"r": 5})}, ValueError, "`n_bins` must name 'r', 'f' and 'm', got"),
        ({"scorer": RFMScorer(binning="rank")}, ValueError, "`binning` must be one of"),
        (
            {"rules": rules_of(rule("a", r=2, f=2), rule("b", f=1))},
            ValueError,
            "`rules` leave 2 of 8 cells without a segment: ['r1 f2 m1', 'r1 f2 m2']. Widen a segment, or name one",
        ),
        (
            {"rules": rules_of(rule("a", r=2, f=2), rule("b"))},
            ValueError,
            "`rules` put 2 of 8 cells in several segments: ['r2 f2 m1: a, b', 'r2 f2 m2: a, b']. Narrow them, or set",
        ),
        ({"rules": rules_of(rule("a", r=5), n_bins=5)}, ValueError, "'r1 f1 m5', …]. Widen a segment"),
    ],
)
def test_options_out_of_range_are_refused_in_fit(options, error, message, cdnow):
    with pytest.raises(error, match=re.escape(message)):
        RFMSegmenter(**options).fit(cdnow)


def test_tables_that_cannot_be_placed_are_refused(cdnow):
    with pytest.raises(SchemaError, match=r"`customers` lacks the columns \['spend'\].*customer_summary makes such"):
        RFMSegmenter().fit(cdnow.drop(columns="spend"))
    with pytest.raises(SchemaError, match=r"`customers` holds nobody with an order\. Segments compare customers who"):
        RFMSegmenter().fit(customer_table([0, 0], [0, -1], [NAN, NAN]))
    segmenter = RFMSegmenter().fit(cdnow)
    with pytest.raises(SchemaError, match=r"`customers\['spend'\]` must hold numbers, got "):
        segmenter.predict(cdnow.assign(spend="5"))
    for column, value in (("spend", np.inf), ("days_since_last", NAN)):
        given = customer_table([1, 1, 0], [1, 1, 0], [1, 1, NAN])
        given.loc[1:, column] = value
        message = (
            rf"`customers\['{column}'\]` is missing or infinite in 1 row of those with an order, first at rows \[1"
        )
        with pytest.raises(SchemaError, match=message):
            segmenter.assign(given)
    with pytest.raises(SchemaError, match=r"`customers\['n_orders'\]` is missing or infinite in 1 row, first"):
        segmenter.assign(customer_table([NAN, 1], [1, 1], [1, 1]))
    with pytest.raises(ValueError, match=r"`language` must be one of \['en', 'zh'\], got 'de'"):
        segmenter.explain(cdnow, language="de")
