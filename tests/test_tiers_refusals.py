"""The four tiers: options and tables that are refused."""

import re

import numpy as np
import pandas as pd
import pytest
from tests.customers import NAN, customer_table

from crmkit.errors import SchemaError
from crmkit.segment import TierSegmenter

CUSTOMERS = customer_table([3, 2, 1, 0], [50, 30, 20, 0], [1, 2, 3, NAN])

# Refusals.


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        *(
            ({name: share}, ValueError, f"`{name}` must lie between 0 and 1, got {share}")
            for name in ("core_share", "important_share", "frequent_share")
            for share in (0, 1, -0.1, 20, NAN)
        ),
        ({"core_share": "0.5"}, TypeError, "`core_share` must be a number between 0 and 1, got '0.5'"),
        ({"frequent_share": True}, TypeError, "`frequent_share` must be a number between 0 and 1, got True"),
        ({"core_share": 0.8}, ValueError, "`core_share` must be below `important_share`, got 0.8 and 0.8"),
        ({"important_share": 0.3}, ValueError, "`core_share` must be below `important_share`, got 0.5 and 0.3"),
        ({"lapsed_days": 0}, ValueError, "`lapsed_days` must be at least 1, got 0"),
        ({"lapsed_days": 30.5}, TypeError, "`lapsed_days` must be a whole number, got 30.5"),
        ({"lapsed_days": True}, TypeError, "`lapsed_days` must be a whole number, got True"),
        ({"cuts": {"top": 1}}, ValueError, "`cuts` must name ['core', 'important', 'orders'], got 'top'"),
        ({"cuts": {"core": NAN}}, ValueError, "`cuts['core']` must be a finite number, got nan"),
        ({"cuts": {"core": np.inf}}, ValueError, "`cuts['core']` must be a finite number, got inf"),
        ({"cuts": {"orders": True}}, TypeError, "`cuts['orders']` must be a number, got True"),
        (
            {"cuts": {"core": 10, "important": 11.5}},
            ValueError,
            "The core cut 10 lies below the important cut 11.5. Give `cuts` for both.",
        ),
        ({"cuts": {"core": 10}}, ValueError, "The core cut 10 lies below the important cut 25."),
        *(
            (
                {"value": value},
                ValueError,
                f"`value` must be a plain column name such as 'spend', got {value!r}. Rename",
            )
            for value in (
                "",
                "net spend",
                "1st",
                "spend; drop table x",
                'a"b',
                "a.b",
                "spend\n",
                None,
                3,
            )
        ),
    ],
)
def test_options_out_of_range_are_refused_in_fit(options, error, message):
    with pytest.raises(error, match=re.escape(message)):
        TierSegmenter(**options).fit(CUSTOMERS)


@pytest.mark.parametrize("cuts", [[500, 100, 5], 500, {"core": "500"}, {"core": None}, {"core": [500]}])
def test_cuts_of_the_wrong_kind_are_refused_by_name(cuts):
    with pytest.raises((TypeError, ValueError), match="`cuts"):
        TierSegmenter(cuts=cuts).fit(CUSTOMERS)


@pytest.mark.parametrize("spend", [[0, 0, 0], [10, -20, 5], [0.1, 0.2, -0.3]])
def test_a_total_that_is_not_above_zero_has_no_shares(spend):
    customers = customer_table([1, 1, 1], spend, [1, 1, 1])
    with pytest.raises(
        ValueError, match=r"`customers\['spend'\]` adds up to -?\d\.00: there are no shares of it\. Cut"
    ):
        TierSegmenter().fit(customers)


def test_tables_that_cannot_be_placed_are_refused():
    with pytest.raises(SchemaError, match=r"`customers` lacks the columns \['days_since_last', 'margin'\]"):
        TierSegmenter(value="margin").fit(CUSTOMERS[["n_orders"]])
    with pytest.raises(SchemaError, match=r"`customers` holds nobody with an order\. Segments compare customers who"):
        TierSegmenter().fit(CUSTOMERS.tail(1))
    with pytest.raises(SchemaError, match=r"`customers` holds nobody with an order"):
        TierSegmenter().fit(CUSTOMERS.head(0))
    segmenter = TierSegmenter().fit(CUSTOMERS)
    with pytest.raises(SchemaError, match=r"`customers\['spend'\]` must hold numbers, got "):
        segmenter.assign(CUSTOMERS.assign(spend="5"))
    with pytest.raises(SchemaError, match=r"`customers\['n_orders'\]` must hold numbers, got Boolean"):
        segmenter.assign(CUSTOMERS.assign(n_orders=True))
    some = CUSTOMERS.assign(margin=[NAN, 2, np.inf, NAN])
    message = (
        r"`customers\['margin'\]` is missing or infinite in 2 rows of those with an order, first at rows \[0, 2\]\. F"
    )
    with pytest.raises(SchemaError, match=message):
        TierSegmenter(value="margin").fit(some)
    with pytest.raises(
        SchemaError, match=r"`customers\['n_orders'\]` is missing or infinite in 1 row, first at rows \[3"
    ):
        segmenter.predict(CUSTOMERS.assign(n_orders=[3, 2, 1, NAN]))
    with pytest.raises(TypeError, match="`customers` must be a pandas, Polars or PyArrow table, a DuckDB relation or"):
        segmenter.assign([1, 2])
    with pytest.raises(ValueError, match=r"`language` must be one of \['en', 'zh'\], got 'cn'"):
        segmenter.explain(CUSTOMERS, language="cn")


# Input untouched.


def test_what_is_given_stays_as_it_is():
    cuts, customers = {"core": 40}, CUSTOMERS.copy()
    segmenter = TierSegmenter(cuts=cuts).fit(customers)
    segmenter.assign(customers)
    segmenter.summary(customers)
    segmenter.explain(customers)
    pd.testing.assert_frame_equal(customers, CUSTOMERS)
    assert cuts == {"core": 40}
