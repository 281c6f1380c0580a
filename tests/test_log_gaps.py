"""The logarithms of the times between purchases, added up: in every kind of frame, from purchase days alone."""

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from tests.frames import as_pandas, assert_same_rows
from tests.logs import log, order_logs
from tests.test_fast_paths import opened

from crmkit import SchemaError, as_transactions, customer_summary, load_cdnow, log_gap_table
from crmkit.customers._log_gaps import gaps_by_expressions, gaps_in_memory

TRANSACTIONS = as_transactions(
    log(
        [
            ("ann", "2024-03-01", 5.0),
            ("ann", "2024-03-11", 5.0),
            ("ann", "2024-03-15", -5.0),
            ("ann", "2024-03-31", 5.0),
            ("bo", "2024-03-05", 5.0),
            ("cy", "2024-03-07", -5.0),
            ("dee", "2024-02-28", 5.0),
            ("dee", "2024-03-01", 5.0),
            ("eve", "2024-04-01", 5.0),
        ]
    )
)


# By hand.


def test_gaps_by_hand(build):
    # ann 10 and 20 days, the refund between them is no purchase; dee 2 days over the leap day; cy only sent back
    found = as_pandas(log_gap_table(build(TRANSACTIONS), as_of="2024-03-31"))
    sums = dict(zip(found["customer_id"], found["log_gap_sum"], strict=True))
    assert sums == pytest.approx({"ann": math.log(200), "bo": 0, "cy": 0, "dee": math.log(2)})
    assert found.columns.tolist() == ["customer_id", "log_gap_sum"]


def test_what_comes_after_the_day_is_not_counted(build):
    found = as_pandas(log_gap_table(build(TRANSACTIONS), as_of="2024-03-30"))
    assert found.loc[found["customer_id"] == "ann", "log_gap_sum"].tolist() == pytest.approx([math.log(10)])


# Law.


@given(order_logs())
def test_the_sums_are_those_of_the_days_of_each_customer(orders):
    transactions = as_transactions(orders)
    found = log_gap_table(transactions, as_of="2024-03-31").set_index("customer_id")["log_gap_sum"]
    days = transactions[transactions["n_orders"] > 0].groupby("customer_id")["date"].apply(list)
    slow = {who: sum(math.log((b - a).days) for a, b in pairwise(sorted(when))) for who, when in days.items()}
    assert set(found.index) == set(transactions["customer_id"])
    assert found.to_dict() == pytest.approx({who: slow.get(who, 0.0) for who in found.index})


@given(order_logs())
def test_in_memory_is_what_the_expressions_say(orders):
    # in pandas the oldest narwhals shifts rows by the labels of their index; only engines get the expressions
    rows = opened(as_transactions(orders), "polars")
    assert_same_rows(gaps_in_memory(rows).to_native(), gaps_by_expressions(rows).to_native())


@given(order_logs(), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(orders, random):
    transactions = as_transactions(orders)
    shuffled = transactions.iloc[random.sample(range(len(transactions)), len(transactions))]
    assert_frame_equal(log_gap_table(shuffled, as_of="2024-03-31"), log_gap_table(transactions, as_of="2024-03-31"))


def test_equal_gaps_have_the_largest_sum():
    transactions = as_transactions(load_cdnow())
    customers = customer_summary(transactions, as_of="1997-09-30")
    both = customers.merge(log_gap_table(transactions, as_of="1997-09-30"), on="customer_id", validate="1:1")
    assert len(both) == len(customers)
    repeats = both[both["frequency"] > 0]
    most = repeats["frequency"] * (repeats["recency"] / repeats["frequency"]).map(math.log)
    assert (repeats["log_gap_sum"] <= most + 1e-9).all()
    once = repeats[repeats["frequency"] == 1]
    assert once["log_gap_sum"].tolist() == pytest.approx(once["recency"].map(math.log).tolist())


# Refusal.


def test_a_table_that_is_no_transactions_is_refused(build):
    with pytest.raises(SchemaError, match=r"`transactions` lacks the columns \['n_orders'\]"):
        log_gap_table(build(TRANSACTIONS.drop(columns="n_orders")), as_of="2024-03-31")


def test_what_is_no_frame_is_refused():
    with pytest.raises(TypeError, match=r"`transactions` must be a pandas.* got list"):
        log_gap_table([1], as_of="2024-03-31")


def test_a_day_before_all_is_refused(build_in_memory):
    with pytest.raises(ValueError, match=r"`as_of` is 2023-01-01, before the first transaction"):
        log_gap_table(build_in_memory(TRANSACTIONS), as_of="2023-01-01")


@pytest.mark.parametrize("as_of", ["soon", None])
def test_what_is_no_day_is_refused(as_of):
    with pytest.raises(ValueError, match=r"`as_of`"):
        log_gap_table(TRANSACTIONS, as_of=as_of)


# Input untouched.


def test_the_transactions_given_are_not_changed(build):
    given = build(TRANSACTIONS)
    before = as_pandas(given)
    log_gap_table(given, as_of="2024-03-31")
    assert_frame_equal(as_pandas(given), before)
