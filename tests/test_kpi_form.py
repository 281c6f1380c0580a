"""A KPI written once: what the decorator makes of a formula and its record."""

import re
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from crmkit._kpi import Example, count, kpi, kpis_of, money, part, quotient_of, ratio
from crmkit._names import Label
from crmkit.metrics import average_order_value, customer_churn_rate


@kpi(
    name=Label("Share kept", "保留占比"),
    group="retention",
    unit="share",
    direction="higher",
    definition=Label("Kept / all", "保留 ÷ 全部"),
    source="none",
    inputs=(part("kept", of=("bought", "given_away")), count("bought"), count("given_away", optional=True)),
    example=Example({"kept": 1, "bought": 4}, 0.25),
)
def kept_share(*, kept, bought, given_away=None):
    """Share kept."""
    return ratio(kept, bought if given_away is None else bought + given_away)


@kpi(
    name=Label("Profit", "利润"),
    group="revenue",
    unit="money",
    direction="higher",
    definition=Label("Revenue - cost", "销售额 − 成本"),
    source="none",
    inputs=(money("revenue"), money("cost")),
    example=Example({"revenue": 5, "cost": 7}, -2),
    aggregation="sum",
)
def profit(*, revenue, cost):
    """Profit."""
    return revenue - cost


# By hand.


def test_the_kind_of_number_or_column_given_is_given_back():
    assert kept_share(kept=1, bought=4) == 0.25
    assert type(kept_share(kept=Decimal(1), bought=np.int64(4))) is float
    pd.testing.assert_series_equal(
        kept_share(kept=pd.Series([1, 3], index=["a", "b"]), bought=4), pd.Series([0.25, 0.75], index=["a", "b"])
    )
    assert kept_share(kept=[1, 3], bought=np.array([4, 0 + 3])).tolist() == [0.25, 1.0]
    polars = kept_share(kept=pl.Series("kept", [1, 3]), bought=pl.Series("bought", [4, 4]))
    assert isinstance(polars, pl.Series)
    assert polars.to_list() == [0.25, 0.75]
    arrow = kept_share(kept=pa.chunked_array([[1], [3]]), bought=4)
    assert arrow.to_pylist() == [0.25, 0.75]


def test_a_dictionary_of_numbers_is_numbers():
    kept = pa.chunked_array([pa.array([1, None, 3, 1]).dictionary_encode()])
    assert kept_share(kept=kept, bought=4).to_pylist() == pytest.approx([0.25, np.nan, 0.75, 0.25], nan_ok=True)


@pytest.mark.parametrize("kind", [pd.Series, pl.Series, list, np.array])
def test_decimals_are_numbers(kind):
    found = profit(revenue=kind([Decimal("1.10"), Decimal("2.20")]), cost=kind([Decimal("0.10"), Decimal("0.20")]))
    assert list(found) == [1.0, 2.0]


def test_optional_inputs_count_where_they_are_given():
    # 2 of 4 + 4
    assert kept_share(kept=2, bought=4, given_away=4) == 0.25
    assert kept_share(kept=6, bought=4, given_away=4) == 0.75


def test_the_parts_of_a_ratio_are_known():
    parts = quotient_of(customer_churn_rate, lost=12, customers_start=100, method="open", joined=20)
    assert (parts.numerator, parts.denominator) == (12, 120)
    assert quotient_of(average_order_value, revenue=np.array([4.0, 5.0]), orders=2).value.tolist() == [2.0, 2.5]


def test_missing_is_missing_and_an_empty_base_is_nan():
    assert kept_share(kept=pl.Series([1, None, 0]), bought=pl.Series([4, 4, 0])).is_nan().to_list() == [
        False,
        True,
        True,
    ]


def test_the_record_takes_code_and_path_from_the_function():
    (record,) = kpis_of(average_order_value)
    assert (record.code, record.function) == ("average_order_value", "crmkit.metrics.average_order_value")
    assert kpis_of(len) == ()


def test_no_ratio_is_infinite():
    assert np.isnan(average_order_value(revenue=1e308, orders=0.1))
    assert np.isnan(average_order_value(revenue=np.array([1.0, 1e300]), orders=1e-320)).tolist() == [True, True]


def test_masked_values_are_missing():
    assert np.isnan(kept_share(kept=np.ma.array([1, 10], mask=[1, 0]), bought=20)).tolist() == [True, False]


# Refusals.


def test_what_the_record_rules_out_is_refused():
    with pytest.raises(ValueError, match=r"`kept` must not exceed `bought`, got \[5\.0\] of \[4\.0\]"):
        kept_share(kept=5, bought=4)
    with pytest.raises(ValueError, match=r"`kept` must not exceed `bought` \+ `given_away`, got \[6\.0\] of \[5\.0\]"):
        kept_share(kept=[6], bought=pl.Series([4]), given_away=1)
    with pytest.raises(ValueError, match=r"`given_away` must not be below 0"):
        kept_share(kept=0, bought=4, given_away=-1)
    with pytest.raises(TypeError, match="`bought` must be a number or a column of numbers, got None"):
        kept_share(kept=0, bought=None)
    with pytest.raises(TypeError, match="`kept` must be a number or a column of numbers"):
        kept_share(kept=pl.Series(["1"]), bought=4)
    shown = re.escape("got ['1 EUR', '1 EUR', '1 EUR', '1 EUR', '1 EUR', …].")
    for kind in (pd.Series, pl.Series, np.array):
        with pytest.raises(TypeError, match=shown):
            kept_share(kept=kind(["1 EUR"] * 9), bought=4)
    with pytest.raises(ValueError, match="`kept` must be finite, got infinity"):
        kept_share(kept=10**400, bought=4)
    with pytest.raises(TypeError, match="missing a required argument: 'bought'"):
        kept_share(kept=1)
    with pytest.raises(TypeError, match="unexpected keyword argument 'sold'"):
        kept_share(kept=1, bought=2, sold=3)


# Input untouched.


def test_columns_given_stay_as_they_were():
    given = pd.Series([1, 2]), np.array([4, 4])
    kept_share(kept=given[0], bought=given[1])
    assert given[0].tolist() == [1, 2]
    assert given[1].tolist() == [4, 4]
