"""The holdout split: customers of one period beside what they did in the next."""

import pandas as pd
import pytest
from hypothesis import given
from pandas.testing import assert_frame_equal
from tests.frames import as_pandas, rows
from tests.logs import log, order_logs

from crmkit import SchemaError, as_transactions, customer_summary, holdout_split, load_cdnow

HOLDOUT = ["holdout_orders", "holdout_days", "holdout_spend"]
TRANSACTIONS = as_transactions(
    log(
        [
            ("ann", "2024-03-01", 20.0),
            ("ann", "2024-03-31", 10.0),
            ("ann", "2024-04-01", 1.0),
            ("ann", "2024-04-01", 2.0),
            ("ann", "2024-04-15", -5.0),
            ("ann", "2024-04-30", 4.0),
            ("ann", "2024-05-01", 99.0),
            ("bo", "2024-03-05", 5.0),
            ("cy", "2024-04-02", 5.0),
            ("dee", "2024-03-05", -5.0),
            ("dee", "2024-04-03", 0.0),
        ]
    )
)
APRIL = {"calibration_end": "2024-03-31", "observation_end": "2024-04-30"}


# By hand.


def test_the_holdout_period_starts_the_day_after_and_ends_with_its_last_day():
    split = holdout_split(TRANSACTIONS, **APRIL)
    # ann: orders on the 1st (two) and the 30th; net of her refund she paid 1 + 2 - 5 + 4. cy came too late for a row
    assert rows(split, columns=["customer_id", "frequency", *HOLDOUT]) == [
        ("ann", 1.0, 3, 2, 2.0),
        ("bo", 0.0, 0, 0, 0.0),
        ("dee", None, 1, 1, 0.0),
    ]


def test_before_the_holdout_columns_stands_the_customers_table():
    split = holdout_split(TRANSACTIONS, **APRIL)
    assert_frame_equal(split.drop(columns=HOLDOUT), customer_summary(TRANSACTIONS, as_of="2024-03-31"))
    assert split[HOLDOUT].dtypes.astype(str).tolist() == ["int64", "int64", "float64"]


# Reference.


def test_cdnow_has_2457_repeat_days_and_1882_in_the_holdout():
    # Fader, Hardie and Lee (2005), and shared/reference/value.md, 2.0
    split = holdout_split(as_transactions(load_cdnow()), calibration_end="1997-09-30", observation_end="1998-06-30")
    assert (len(split), split["frequency"].sum(), split["holdout_days"].sum()) == (2357, 2457, 1882)


def test_the_six_customers_of_lifetimes():
    # lifetimes' tests/test_utils.py: calibration to 2015-02-01, observation to 2015-02-04
    orders = log(
        [(1, "2015-01-01", 1), (1, "2015-02-06", 2), (4, "2015-01-16", 6), (4, "2015-02-02", 3), (4, "2015-02-05", 3)]
    )
    split = holdout_split(as_transactions(orders), calibration_end="2015-02-01", observation_end="2015-02-04")
    assert rows(split, columns=["customer_id", *HOLDOUT]) == [(1, 0, 0, 0.0), (4, 1, 1, 3.0)]


# Law.


@given(order_logs())
def test_the_two_periods_add_up_to_both(orders):
    transactions = as_transactions(orders)
    middle, end = transactions["date"].min() + pd.Timedelta(days=20), pd.Timestamp("2024-03-31")
    split = holdout_split(transactions, calibration_end=middle, observation_end=end).set_index("customer_id")
    whole = customer_summary(transactions, as_of=end).set_index("customer_id").loc[split.index]
    assert (split["n_orders"] + split["holdout_orders"]).equals(whole["n_orders"])
    assert (split["spend"] + split["holdout_spend"]).tolist() == pytest.approx(whole["spend"].tolist(), abs=1e-9)
    days = (split["frequency"] + 1).fillna(0) + split["holdout_days"]
    assert days.equals((whole["frequency"] + 1).fillna(0))


# Refusal.


@pytest.mark.parametrize("end", ["2024-03-31", "2024-01-01"])
def test_the_observation_must_end_after_the_calibration(end):
    expected = rf"`observation_end` must be after `calibration_end`, got {end} and 2024-03-31"
    with pytest.raises(ValueError, match=expected):
        holdout_split(TRANSACTIONS, calibration_end="2024-03-31", observation_end=end)


@pytest.mark.parametrize("name", ["calibration_end", "observation_end"])
def test_days_must_be_days(name):
    with pytest.raises(ValueError, match=f"`{name}` must be a date or ISO text such as '2024-12-31', got 'soon'"):
        holdout_split(TRANSACTIONS, **{**APRIL, name: "soon"})


def test_a_calibration_before_the_first_transaction_is_refused(build_in_memory):
    # the message must name the argument that the caller gave
    with pytest.raises(ValueError, match="`calibration_end` is 2024-02-01, before the first transaction on 2024-03-01"):
        holdout_split(build_in_memory(TRANSACTIONS), calibration_end="2024-02-01", observation_end="2024-04-30")


def test_a_table_that_is_no_transactions_table_is_refused(build):
    with pytest.raises(SchemaError, match=r"`transactions` lacks the columns \['amount'\]"):
        holdout_split(build(TRANSACTIONS.drop(columns="amount")), **APRIL)


def test_what_is_no_frame_is_refused():
    with pytest.raises(TypeError, match=r"`transactions` must be a pandas, Polars or PyArrow table.* got NoneType"):
        holdout_split(None, **APRIL)


# Input untouched.


def test_the_transactions_given_are_not_changed(build):
    transactions = build(TRANSACTIONS)
    before = as_pandas(transactions)
    holdout_split(transactions, **APRIL)
    assert_frame_equal(as_pandas(transactions), before)
