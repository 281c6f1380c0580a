"""Levels by value: options and tables that are refused."""

import re

import pandas as pd
import pytest
from tests.customers import NAN, customer_table

from crmkit.errors import SchemaError
from crmkit.segment import ValueSegmenter

CUSTOMERS = customer_table([3, 2, 1, 0], [50, 30, 20, 0], [1, 2, 3, NAN])

# Refusals.


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"scheme": "tier"}, ValueError, "`scheme` must be one of ['abc', 'main_group', 'product', 'relationship', "),
        ({"scheme": None}, ValueError, "`scheme` must be one of"),
        ({"value": "net spend"}, ValueError, "`value` must be a plain column name such as 'spend', got 'net spend'."),
        ({"value": "spend' OR 1=1"}, ValueError, "`value` must be a plain column name"),
        ({"binning": "width"}, ValueError, "`binning` must be one of ['contribution', 'natural', 'quantile'], got 'w"),
        ({"binning": "natural", "shares": [0.2, 0.5]}, ValueError, "`shares` has no meaning for natural breaks. Leave"),
        ({"cuts": [1, 2], "shares": [0.2, 0.5]}, ValueError, "`cuts` leaves nothing to learn. Give either `cuts`, or"),
        ({"cuts": [1, 2], "binning": "quantile"}, ValueError, "`cuts` leaves nothing to learn"),
        ({"shares": [0.2]}, ValueError, "`shares` must be 2 ascending numbers, got [0.2]"),
        ({"shares": []}, ValueError, "`shares` must be 2 ascending numbers, got []"),
        ({"shares": [0.5, 0.2]}, ValueError, "`shares` must be 2 ascending numbers, got [0.5, 0.2]"),
        ({"shares": [0.2, 0.2]}, ValueError, "`shares` must be 2 ascending numbers"),
        ({"scheme": "main_group", "shares": [0.2, 0.5]}, ValueError, "`shares` must be 1 ascending numbers"),
        ({"shares": [0, 0.5]}, ValueError, "`shares` must lie between 0 and 1, got 0"),
        ({"shares": [20, 50]}, ValueError, "`shares` must lie between 0 and 1, got 20"),
        ({"shares": ["a", "b"]}, ValueError, "`shares` must be 2 ascending numbers, got ['a', 'b']"),
        ({"cuts": [2, 1]}, ValueError, "`cuts` must be 2 ascending numbers, got [2, 1]"),
        ({"cuts": [1, NAN]}, ValueError, "`cuts` must be 2 ascending numbers, got [1, nan]"),
        ({"cuts": [1, float("inf")]}, ValueError, "`cuts` must be 2 ascending numbers"),
        ({"cuts": [1]}, ValueError, "`cuts` must be 2 ascending numbers, got [1]"),
    ],
)
def test_options_out_of_range_are_refused_in_fit(options, error, message):
    with pytest.raises(error, match=re.escape(message)):
        ValueSegmenter(**options).fit(CUSTOMERS)


@pytest.mark.parametrize(
    "options",
    [
        {"scheme": "main_group", "shares": 0.8},
        {"scheme": "main_group", "cuts": 100},
        {"shares": ["a", "b"]},
        {"shares": "0.8"},
        {"cuts": ["low", "high"]},
        {"cuts": [True, 2]},
        {"cuts": [None, 1]},
    ],
)
def test_numbers_of_the_wrong_kind_are_refused_by_name(options):
    with pytest.raises((TypeError, ValueError), match=r"`cuts`|`shares`"):
        ValueSegmenter(**options).fit(CUSTOMERS)


@pytest.mark.parametrize("spend", [[0, 0, 0], [10, -20, 5], [0.1, 0.2, -0.3]])
def test_a_total_that_is_not_above_zero_has_no_shares(spend):
    customers = customer_table([1, 1, 1], spend, [1, 1, 1])
    with pytest.raises(ValueError, match=r"adds up to -?\d\.00: there are no shares of it\. Cut"):
        ValueSegmenter(scheme="abc").fit(customers)
    assert ValueSegmenter(cuts=[1, 2]).fit(customers).n_customers_ == 3


def test_tables_that_cannot_be_placed_are_refused():
    with pytest.raises(SchemaError, match=r"`customers` lacks the columns \['amount'\]"):
        ValueSegmenter(scheme="product", value="amount").fit(CUSTOMERS)
    with pytest.raises(SchemaError, match="`customers` holds nobody with an order"):
        ValueSegmenter().fit(CUSTOMERS.tail(1))
    segmenter = ValueSegmenter().fit(CUSTOMERS)
    with pytest.raises(SchemaError, match=r"`customers\['spend'\]` must hold numbers, got "):
        segmenter.explain(CUSTOMERS.assign(spend="5"))
    with pytest.raises(SchemaError, match=r"`customers\['spend'\]` is missing or infinite in 1 row of those with an"):
        segmenter.summary(CUSTOMERS.assign(spend=[1, NAN, 3, NAN]))
    with pytest.raises(ValueError, match=r"`language` must be one of \['en', 'zh'\], got None"):
        segmenter.explain(CUSTOMERS, language=None)


# Input untouched.


def test_what_is_given_stays_as_it_is():
    shares, customers = [0.2, 0.5], CUSTOMERS.copy()
    segmenter = ValueSegmenter(shares=shares).fit(customers)
    segmenter.assign(customers)
    segmenter.summary(customers)
    segmenter.explain(customers)
    pd.testing.assert_frame_equal(customers, CUSTOMERS)
    assert shares == [0.2, 0.5]
