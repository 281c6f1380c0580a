"""The door for tables that are already by customer and period."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.files import data_file
from tests.frames import assert_same_rows, rows

from crmkit import (
    SchemaError,
    activity_table,
    as_activity,
    as_transactions,
    audit_activity,
    cohort_table,
    load_cdnow,
    rejected_activity,
)
from crmkit.metrics import retention_table

QUARTERS = pd.DataFrame(
    {
        "customer_id": [7, 7, 8, 9],
        "period": pd.to_datetime(["2016-02-10", "2016-04-01", "2016-06-30", "2016-01-01"]),
        "n_orders": [0.0, 2.0, 1.0, 3.0],
        "amount": [0.0, 50.0, 9.0, 6.0],
        "profit": [0.0, 5.0, -1.0, 2.0],
        "cohort": pd.to_datetime([None, None, "2016-05-05", "2015-12-31"]),
    }
)
BROKEN = pd.DataFrame(
    {
        "customer_id": ["a", "", "b", "c", "d", "e", "f"],
        "period": ["2016Q1", "2016Q1", "2016Q9", "2016-07", "2017", "y2016_q2", "2016年3月"],
        "n_orders": [1, 1, 1, -1, None, 0, 2],
        "amount": [5.0, 6.0, 7.0, 8.0, None, 0.0, None],
        "cohort": ["old", "2016Q1", "2016Q1", "2016Q1", "2016Q1", "2016Q1", "2016Q3"],
    }
)
COLUMNS = ["customer_id", "period", "n_orders", "amount"]


# By hand.


def test_periods_begin_on_their_first_day(build):
    assert sorted(rows(as_activity(build(QUARTERS), freq="Q", amount="amount"), columns=COLUMNS)) == [
        (7, "2016-01-01", 0, 0.0),
        (7, "2016-04-01", 2, 50.0),
        (8, "2016-04-01", 1, 9.0),
        (9, "2016-01-01", 3, 6.0),
    ]


def test_those_acquired_before_the_data_have_the_cohort_before(build):
    made = as_activity(build(QUARTERS), freq="Q", profit="profit", cohort="cohort")
    assert sorted(rows(made, columns=["customer_id", "amount", "profit", "cohort"])) == [
        (7, None, 0.0, "before"),
        (7, None, 5.0, "before"),
        (8, None, -1.0, "2016-04-01"),
        (9, None, 2.0, "before"),
    ]


def test_every_row_has_one_reason():
    options = {"freq": "Q", "amount": "amount", "cohort": "cohort", "before": "old"}
    audit = audit_activity(BROKEN, **options).set_index("reason")["n_rows"]
    assert audit[audit > 0].to_dict() == {
        "no_customer": 1,
        "unusable_period": 1,
        "not_acquired": 1,
        "unusable_n_orders": 1,
        "unusable_amount": 1,
        "inactive": 1,
        "kept": 1,
        "given": 7,
    }
    left_out = rejected_activity(BROKEN, **options)["rejected_because"].tolist()
    assert left_out == ["no_customer", "unusable_period", "unusable_n_orders", "not_acquired", "unusable_amount"]
    made = as_activity(BROKEN, **options, invalid="drop")
    assert rows(made) == [("a", "2016-01-01", 1, 5.0, "before"), ("e", "2016-04-01", 0, 0.0, "2016-01-01")]


def test_rows_of_those_not_yet_acquired_are_left_out_without_asking():
    table = pd.DataFrame({"customer_id": [1, 1], "period": ["2016", "2017"], "n_orders": [None, 2.0]})
    assert rows(as_activity(table, freq="Y")) == [(1, "2017-01-01", 2, None)]


def test_cohorts_leave_out_those_acquired_before(build):
    made = as_activity(build(QUARTERS), freq="Q", cohort="cohort")
    columns = ["cohort", "age", "n_customers", "size", "retention"]
    assert rows(cohort_table(made, as_of="2016-06-30", freq="Q"), columns=columns) == [("2016-04-01", 0, 1, 1, 1.0)]


# Reference: Madrigal, 612,720 customer-quarters and 18,401,720.85 in spend.


@pytest.mark.deep
def test_madrigal():
    given = pd.read_parquet(data_file("madrigal_customer_quarter_long.parquet"))
    names = {"customer_id": "CustomerID", "period": "quarter", "n_orders": "trans", "amount": "spend"}
    made = as_activity(given, freq="Q", cohort="Cohort", before="pre_y2016", profit="profit", **names)
    assert len(made) == 612_720
    assert made["amount"].sum() == pytest.approx(18_401_720.85)
    assert made["customer_id"].nunique() == 70_041
    assert set(made["cohort"]) == {"before", *(str(day.date()) for day in pd.date_range("2016", "2019-12", freq="QS"))}


# Laws.


@pytest.mark.parametrize("freq", ["M", "Q"])
def test_a_table_of_activity_comes_in_as_it_is(freq):
    table = activity_table(as_transactions(load_cdnow()), as_of="1998-06-30", freq=freq)
    made = as_activity(table, freq=freq, amount="amount")
    assert_same_rows(made, table, in_order=True)
    pd.testing.assert_frame_equal(
        cohort_table(made, as_of="1998-06-30", freq=freq),
        cohort_table(as_transactions(load_cdnow()), as_of="1998-06-30", freq=freq),
    )
    pd.testing.assert_frame_equal(retention_table(made, freq=freq), retention_table(table, freq=freq))


@given(st.integers(2000, 2090), st.integers(1, 4))
def test_quarters_are_read_in_every_way(year, quarter):
    month = 3 * quarter - 2
    texts = [
        f"{year}Q{quarter}",
        f"{year}-q{quarter}",
        f"y{year}_q{quarter}",
        f"{year}-{month:02}",
        f"{year}年{month}月",
    ]
    table = pd.DataFrame({"customer_id": range(5), "period": texts, "n_orders": 1})
    assert as_activity(table, freq="Q")["period"].unique().tolist() == [pd.Timestamp(year, month, 1)]


# Refusals, and input untouched.


def test_rows_that_cannot_be_used_are_refused():
    with pytest.raises(SchemaError, match=r"1 with an unusable period \(first at rows \[2\], .* is \['2016Q9'\]\)"):
        as_activity(BROKEN, freq="Q", amount="amount", cohort="cohort", before="old")


def test_a_cohort_after_the_period_is_refused():
    late = QUARTERS.assign(cohort=pd.Timestamp("2016-04-01"))
    with pytest.raises(SchemaError, match="2 with an unusable cohort, or one after the period"):
        as_activity(late, freq="Q", cohort="cohort")


def test_two_rows_in_a_period_and_two_cohorts_are_refused(build):
    with pytest.raises(SchemaError, match=r"several rows in a period, such as \[7\]"):
        as_activity(build(QUARTERS), freq="Y")
    two = QUARTERS.assign(cohort=pd.to_datetime([None, "2016-01-01", "2016-01-01", "2016-01-01"]))
    with pytest.raises(SchemaError, match=r"several cohorts, such as \[7\]"):
        as_activity(build(two), freq="Q", cohort="cohort")


def test_nothing_left_and_wrong_options_are_refused():
    with pytest.raises(SchemaError, match="has 4 rows, and none is left with invalid='drop'"):
        as_activity(QUARTERS.assign(n_orders=-1), freq="Q", invalid="drop")
    with pytest.raises(ValueError, match=r"`freq` must be one of"):
        as_activity(QUARTERS, freq="H")
    with pytest.raises(ValueError, match=r"`invalid` must be one of"):
        as_activity(QUARTERS, freq="Q", invalid="keep")
    with pytest.raises(SchemaError, match=r"has no column \['orders'\]"):
        as_activity(QUARTERS, freq="Q", n_orders="orders")


def test_the_table_stays_as_it_is():
    before = BROKEN.copy(deep=True)
    as_activity(BROKEN, freq="Q", amount="amount", cohort="cohort", before="old", invalid="drop")
    pd.testing.assert_frame_equal(BROKEN, before)
