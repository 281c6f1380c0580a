"""Snapshots: who is at risk at a cutoff, who churned, and which horizon; in every kind of frame."""

from datetime import timedelta

import narwhals.stable.v2 as nw
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from tests.frames import as_pandas, assert_same_rows, count_nan, rows
from tests.logs import FIRST_DAY, log, order_logs

from crmkit import SchemaError, as_transactions, load_cdnow, make_transactions
from crmkit.loyalty.churn import churn_horizon_table, churn_snapshots
from crmkit.loyalty.churn._silences import silences_by_expressions, silences_in_memory
from crmkit.loyalty.churn._windows import checked_windows

TRANSACTIONS = as_transactions(
    log(
        [
            ("ann", "2024-01-31", 5.0),
            ("ann", "2024-03-08", 5.0),
            ("bo", "2024-02-01", 5.0),
            ("bo", "2024-03-07", 5.0),
            ("bo", "2024-03-18", 5.0),
            ("cy", "2024-03-01", 5.0),
            ("dee", "2024-02-20", 5.0),
            ("dee", "2024-03-17", 5.0),
            ("eve", "2024-02-20", 5.0),
            ("eve", "2024-03-10", -5.0),
        ]
    )
)
# At risk: a purchase day from 1 February to 1 March, both included; to stay, one from 8 to 17 March.
WINDOWS = {"cutoffs": ["2024-03-01"], "lookback": 30, "gap": 6, "horizon": 10, "as_of": "2024-03-18"}


# By hand.


def test_the_windows_are_half_open(build):
    # ann's only purchase before is one day too old; bo buys in the gap and one day too late; eve only gives back
    found = as_pandas(churn_snapshots(build(TRANSACTIONS), **WINDOWS))
    assert rows(found) == [
        ("bo", "2024-03-01", 1.0),
        ("cy", "2024-03-01", 1.0),
        ("dee", "2024-03-01", 0.0),
        ("eve", "2024-03-01", 1.0),
    ]


def test_a_purchase_on_the_first_day_after_the_gap_counts():
    found = churn_snapshots(TRANSACTIONS, **{**WINDOWS, "lookback": 31})
    assert rows(found)[0] == ("ann", "2024-03-01", 0.0)


def test_a_label_is_missing_until_the_time_is_up(build):
    # the last day that counts is 17 March: on the 16th it is not over
    for as_of, unknown in (("2024-03-17", 0), ("2024-03-16", 4)):
        found = as_pandas(churn_snapshots(build(TRANSACTIONS), **{**WINDOWS, "as_of": as_of}))
        assert int(found["churned"].isna().sum()) == unknown
    assert count_nan(churn_snapshots(build(TRANSACTIONS), **{**WINDOWS, "as_of": "2024-03-16"})) == 0


def test_several_cutoffs_are_in_the_order_of_customers_and_days(build_in_memory):
    cutoffs = ["2024-03-08", "2024-02-01"]
    found = churn_snapshots(build_in_memory(TRANSACTIONS), **{**WINDOWS, "cutoffs": cutoffs, "as_of": "2024-03-24"})
    assert rows(found) == [
        ("ann", "2024-02-01", 1.0),
        ("ann", "2024-03-08", 1.0),
        ("bo", "2024-02-01", 1.0),
        ("bo", "2024-03-08", 0.0),
        ("cy", "2024-03-08", 1.0),
        ("dee", "2024-03-08", 0.0),
        ("eve", "2024-03-08", 1.0),
    ]


def test_the_horizons_by_hand(build):
    # waits after 7 March: bo 11, dee 10, cy and eve none by 27 March, 20 days on. Silent for 5 days are all four, of
    # whom two return: 1 - (1/2) / 1. Silent for 10 days are three, of whom bo returns: 1 - (1/2) / (3/4).
    given_days = {name: value for name, value in WINDOWS.items() if name != "horizon"}
    found = churn_horizon_table(build(TRANSACTIONS), **{**given_days, "as_of": "2024-03-27"}, horizons=[5, 10, 20, 21])
    assert rows(as_pandas(found).sort_values("horizon")) == [
        (5, 4, 4, 1.0, 2, 0.5, 20),
        (10, 4, 3, 0.75, 1, pytest.approx(1 / 3), 20),
        (20, 4, 2, 0.5, 0, None, 20),
        (21, 0, 0, None, 0, None, 20),
    ]


def test_what_is_followed_for_less_time_counts_for_as_long_as_it_was():
    # Two cutoffs, followed for 20 and 10 days; three at risk at the first, wait 4, 15 and none; two at the second, none
    # by day 10. Silent for 5: 1 - 1/5; beyond 15: times 1 - 1/2, as only two are followed so far. So half return.
    orders = [("a", "2024-01-01"), ("a", "2024-01-05"), ("b", "2024-01-01"), ("b", "2024-01-16")]
    orders += [("c", "2024-01-01"), ("d", "2024-01-11"), ("e", "2024-01-11")]
    transactions = as_transactions(log(orders, columns=("customer_id", "date")), amount=None)
    found = churn_horizon_table(
        transactions, cutoffs=["2024-01-01", "2024-01-11"], lookback=1, as_of="2024-01-21", horizons=[5]
    )
    assert rows(found) == [(5, 5, 4, 0.8, 1, pytest.approx(0.5), 20)]


# Reference.


def test_cdnow_has_the_activity_churn_of_the_log_that_was_counted_apart():
    # shared figures of the log: of 297 customers active in the 60 days to 1997-09-30, and 409 in the 90 days
    transactions = as_transactions(load_cdnow())
    for lookback, n in ((30, 168), (60, 297), (90, 409)):
        found = churn_snapshots(transactions, cutoffs=["1997-09-30"], as_of="1998-06-30", lookback=lookback, horizon=92)
        assert len(found) == n


# Law.


def slowly(transactions, *, cutoffs, as_of, lookback, gap, horizon):
    """Row by row, with dates alone."""
    bought = transactions[(transactions["n_orders"] > 0) & (transactions["date"] <= as_of)]
    found = []
    for who in sorted(bought["customer_id"].unique()):
        days = list(bought.loc[bought["customer_id"] == who, "date"])
        for cutoff in sorted(cutoffs):
            start, end = cutoff + timedelta(days=gap), cutoff + timedelta(days=gap + horizon)
            if any(cutoff - timedelta(days=lookback) < day <= cutoff for day in days):
                churned = float(not any(start < day <= end for day in days)) if end <= as_of else None
                found.append((who, cutoff, churned))
    return found


@st.composite
def windows(draw):
    days = draw(st.lists(st.integers(0, 70), min_size=1, max_size=4, unique=True))
    return {
        "cutoffs": [FIRST_DAY + pd.Timedelta(days=day) for day in days],
        "as_of": FIRST_DAY + pd.Timedelta(days=draw(st.integers(max(days), 110))),
        "lookback": draw(st.integers(1, 60)),
        "gap": draw(st.integers(0, 10)),
        "horizon": draw(st.integers(1, 40)),
    }


def begun(orders):
    """With one order on the first day, that no cutoff lies before all."""
    first = pd.DataFrame({"customer_id": ["zoe"], "date": [FIRST_DAY], "amount": [1.0], "order_id": [9]})
    return as_transactions(pd.concat([orders, first.astype({"date": "datetime64[us]"})], ignore_index=True))


@pytest.mark.filterwarnings("ignore:`as_of`")
@given(order_logs(), windows())
def test_snapshots_are_what_a_slow_count_finds(orders, days):
    transactions = begun(orders)
    found = churn_snapshots(transactions, **days)
    expected = slowly(transactions, **days)
    assert [(a, b, None if c != c else c) for a, b, c in found.itertuples(index=False)] == expected
    assert not found.duplicated(["customer_id", "cutoff"]).any()


@given(order_logs(), windows())
def test_in_memory_is_what_the_expressions_say(orders, days):
    rows_given = nw.from_native(pl.from_pandas(begun(orders)))
    checked = checked_windows(days["cutoffs"], as_of=days["as_of"], lookback=days["lookback"], gap=days["gap"])
    expected = silences_by_expressions(rows_given, checked).to_native()
    assert_same_rows(silences_in_memory(rows_given, checked).to_native(), expected)


@pytest.mark.filterwarnings("ignore:`as_of`")
@given(order_logs(), windows(), st.randoms(use_true_random=False))
def test_neither_the_order_of_rows_nor_what_comes_later_changes_who_is_at_risk(orders, days, random):
    transactions = begun(orders)
    shuffled = transactions.iloc[random.sample(range(len(transactions)), len(transactions))]
    found = churn_snapshots(transactions, **days)
    assert_frame_equal(churn_snapshots(shuffled, **days), found)
    cutoff = min(days["cutoffs"])
    up_to = {**days, "cutoffs": [cutoff], "as_of": cutoff}
    at_first = found.loc[found["cutoff"] == cutoff, "customer_id"].tolist()
    assert churn_snapshots(transactions[transactions["date"] <= cutoff], **up_to)["customer_id"].tolist() == at_first


@pytest.mark.filterwarnings("ignore:`as_of`")
@given(order_logs(), windows())
def test_the_base_rate_of_a_horizon_is_that_of_the_labels(orders, days):
    transactions = begun(orders)
    given_days = {name: value for name, value in days.items() if name != "horizon"}
    table = churn_horizon_table(transactions, **given_days, horizons=[3, days["horizon"] + 3])
    for horizon, row in table.set_index("horizon").iterrows():
        labels = churn_snapshots(transactions, **{**days, "horizon": horizon})["churned"].dropna()
        assert (row["n_snapshots"], row["n_churned"]) == (len(labels), labels.sum())
        assert row["n_returned"] <= row["n_churned"]
    assert table["false_churn_rate"].dropna().between(0, 1).all()


def test_a_horizon_that_is_followed_by_all_equally_has_the_share_that_was_seen():
    # without censoring the curve is a count: those seen to return of those called churned
    transactions = as_transactions(load_cdnow())
    table = churn_horizon_table(
        transactions, cutoffs=["1997-09-30"], as_of="1998-06-30", lookback=90, gap=7, horizons=(30, 60, 120)
    )
    assert table["false_churn_rate"].tolist() == pytest.approx((table["n_returned"] / table["n_churned"]).tolist())
    assert table["false_churn_rate"].is_monotonic_decreasing


# Refusal.


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"cutoffs": "2024-03-01"}, r"`cutoffs` must be a list of days such as .* got '2024-03-01'"),
        ({"cutoffs": 5}, r"`cutoffs` must be a list of days"),
        ({"cutoffs": []}, r"`cutoffs` holds no day"),
        ({"cutoffs": ["soon"]}, r"`cutoffs` must be a date or ISO text"),
        ({"cutoffs": ["2024-03-01", "2024-03-01"]}, r"`cutoffs` names days more than once: \['2024-03-01'\]"),
        ({"cutoffs": ["2024-03-19"]}, r"`cutoffs` holds \['2024-03-19'\], after `as_of`, 2024-03-18"),
        ({"cutoffs": ["2024-01-01"]}, r"`cutoffs` holds 2024-01-01, before the first transaction on 2024-01-31"),
        ({"as_of": None}, r"`as_of` is missing"),
        ({"lookback": 0}, r"`lookback` must be at least 1"),
        ({"gap": -1}, r"`gap` must be at least 0"),
        ({"horizon": 0}, r"`horizon` must be at least 1"),
        ({"horizon": 2.5}, r"`horizon` must be a whole number"),
    ],
)
def test_windows_that_cannot_be_used_are_refused(changed, message):
    with pytest.raises((TypeError, ValueError), match=message):
        churn_snapshots(TRANSACTIONS, **{**WINDOWS, **changed})


@pytest.mark.parametrize(
    ("horizons", "message"),
    [
        (30, r"`horizons` must be a list or tuple of days such as \(30, 90, 365\), got 30"),
        ((), r"`horizons` must hold at least one number of days, each only once, got \[\]"),
        ((30, 30), r"each only once, got \[30, 30\]"),
        ((0,), r"`horizons` must be at least 1"),
    ],
)
def test_horizons_that_cannot_be_used_are_refused(horizons, message):
    given_days = {name: value for name, value in WINDOWS.items() if name != "horizon"}
    with pytest.raises((TypeError, ValueError), match=message):
        churn_horizon_table(TRANSACTIONS, **given_days, horizons=horizons)


def test_a_table_that_is_no_transactions_is_refused(build):
    with pytest.raises(SchemaError, match=r"`transactions` lacks the columns \['n_orders'\]"):
        churn_snapshots(build(TRANSACTIONS.drop(columns="n_orders")), **WINDOWS)


@pytest.fixture(scope="module")
def busy():
    """A shop with some 90 orders a day."""
    made = make_transactions(n_customers=8000, purchases_per_year=20, random_state=1)
    return as_transactions(made.orders[["customer_id", "date", "amount"]])


def test_a_last_day_that_is_not_full_is_pointed_out(busy):
    last = busy["date"].max()
    days = {"cutoffs": [last - pd.Timedelta(days=60)], "lookback": 90, "horizon": 30}
    churn_snapshots(busy, **days, as_of=last)
    morning = pd.concat([busy[busy["date"] < last], busy[busy["date"] == last].head(30)])
    with pytest.warns(UserWarning, match=r"`as_of`, .*, holds 3. orders, fewer than .* give the last full day"):
        churn_snapshots(morning, **days, as_of=last)
    # a day that others follow is full, however quiet
    churn_snapshots(pd.concat([morning, busy.tail(1).assign(date=last + pd.Timedelta(days=1))]), **days, as_of=last)


def test_a_last_day_long_after_the_newest_order_is_pointed_out(busy):
    last = busy["date"].max()
    with pytest.warns(UserWarning, match=r"but the newest order is of .* everyone looks churned"):
        churn_snapshots(busy, cutoffs=[last], lookback=90, horizon=30, as_of=last + pd.Timedelta(days=30))


# Input untouched.


def test_the_transactions_given_are_not_changed(build):
    given_table = build(TRANSACTIONS)
    before = as_pandas(given_table)
    churn_snapshots(given_table, **WINDOWS)
    assert_frame_equal(as_pandas(given_table), before)
