"""Cells: customers counted by frequency, recency and T lose nobody and nothing a model needs."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from tests.frames import as_pandas, rows
from tests.logs import order_logs

from crmkit import SchemaError, as_transactions, cells, customer_summary, load_cdnow

CUSTOMERS = pd.DataFrame(
    {
        "frequency": [2.0, 0.0, 0.0, 2.0, 1.0, None],
        "recency": [30.0, 0.0, 0.0, 30.0, 2.0, None],
        "T": [41.0, 40.0, 40.0, 41.0, 3.0, None],
        "channel": ["web", "shop", None, "web", "web", "web"],
    }
)


# By hand.


def test_customers_are_counted_by_day():
    assert rows(cells(CUSTOMERS)) == [(0.0, 0.0, 40.0, 2), (1.0, 2.0, 3.0, 1), (2.0, 30.0, 41.0, 2)]


def test_weeks_are_whole_still_in_days_and_repeaters_have_at_least_one():
    # 30 days are 4.3 weeks, 40 are 5.7, 41 are 5.9; a repeater of 2 days out of 3 gets one week of each
    assert rows(cells(CUSTOMERS, precision="W")) == [(0.0, 0.0, 42.0, 2), (1.0, 7.0, 7.0, 1), (2.0, 28.0, 42.0, 2)]


def test_half_a_week_is_rounded_up_and_recency_stays_below_t():
    # whole days never make half a week; 3 days are 0.43 and 4 days are 0.57 weeks
    days = pd.DataFrame({"frequency": [0.0, 0.0, 1.0], "recency": [0.0, 0.0, 4.0], "T": [3.0, 4.0, 4.0]})
    assert rows(cells(days, precision="W")) == [(0.0, 0.0, 0.0, 1), (0.0, 0.0, 7.0, 1), (1.0, 7.0, 7.0, 1)]


def test_customers_are_told_apart_by_further_columns_missing_values_included(build):
    found = as_pandas(cells(build(CUSTOMERS), by=["channel"]))
    assert list(found.columns) == ["frequency", "recency", "T", "channel", "n_customers"]
    counted = {(row.frequency, row.channel): row.n_customers for row in found.itertuples()}
    assert counted == {(0.0, "shop"): 1, (0.0, None): 1, (1.0, "web"): 1, (2.0, "web"): 2}


def test_nobody_with_a_purchase_is_no_cell(build):
    assert rows(cells(build(CUSTOMERS[CUSTOMERS["frequency"].isna()]))) == []


# Reference: the CDNOW sample has 1,016 distinct (x, t_x, T) (shared/reference/value.md, 2.0).


def test_cdnow_has_1016_cells():
    found = cells(customer_summary(as_transactions(load_cdnow()), as_of="1997-09-30"))
    assert len(found) == 1016
    assert found["n_customers"].sum() == 2357


# Law.


@given(order_logs(), st.sampled_from(["D", "W"]), st.sampled_from([[], ["n_orders"]]))
def test_cells_add_up_to_the_customers_with_a_purchase(orders, precision, by):
    customers = customer_summary(as_transactions(orders), as_of="2024-03-31")
    found = cells(customers, precision=precision, by=by)
    assert found["n_customers"].sum() == (customers["n_orders"] > 0).sum()
    assert not found.duplicated(["frequency", "recency", "T", *by]).any()
    assert found["n_customers"].dtype == "int64"


@given(order_logs())
def test_weeks_keep_what_the_models_ask_for(orders):
    customers = customer_summary(as_transactions(orders), as_of="2024-03-01").dropna()
    found = cells(
        customers.assign(day_recency=customers["recency"], day_T=customers["T"]),
        precision="W",
        by=["day_recency", "day_T"],
    )
    assert (found[["recency", "T"]] % 7 == 0).all(axis=None)
    assert (found["recency"] <= found["T"]).all()
    assert ((found["frequency"] > 0) == (found["recency"] > 0)).all()
    # rounding moves a duration by half a week at most, but for the repeater's least week
    long = found["day_recency"] >= 4
    assert ((found["recency"] - found["day_recency"]).abs()[long] <= 3.5).all()
    assert ((found["T"] - found["day_T"]).abs()[found["day_T"] >= 4] <= 3.5).all()


# Refusal.


def test_a_table_that_is_no_customers_table_is_refused(build):
    expected = r"`customers` lacks the columns \['T', 'region'\]; it has \[.*\]\. customer_summary makes such a table"
    with pytest.raises(SchemaError, match=expected):
        cells(build(CUSTOMERS.drop(columns="T")), by=["region"])


def test_what_is_no_frame_is_refused():
    with pytest.raises(TypeError, match=r"`customers` must be a pandas, Polars or PyArrow table.* got dict"):
        cells({"frequency": [1.0]})


@pytest.mark.parametrize("precision", ["M", "d", None, 7])
def test_other_precisions_are_refused(precision):
    with pytest.raises(ValueError, match=rf"`precision` must be one of \['D', 'W'\], got {precision!r}"):
        cells(CUSTOMERS, precision=precision)


def test_by_is_no_text():
    with pytest.raises(TypeError, match=r"`by` must be a sequence of column names, got the text 'channel'\. Pass"):
        cells(CUSTOMERS, by="channel")


# Input untouched.


@pytest.mark.parametrize("precision", ["D", "W"])
def test_the_customers_given_are_not_changed(build, precision):
    customers = build(CUSTOMERS)
    before = as_pandas(customers)
    cells(customers, precision=precision, by=["channel"])
    assert_frame_equal(as_pandas(customers), before)
