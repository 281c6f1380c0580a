"""The retention table: by hand with an empty month, against sets of customers, from every frame."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from scipy.stats import binomtest
from tests.depth import few
from tests.frames import as_pandas, assert_same_rows, count_nan, rows
from tests.logs import log, order_logs

from crmkit import SchemaError, activity_table, as_transactions, load_cdnow
from crmkit.metrics import retention_table

FREQS = ["D", "W", "M", "Q", "Y", "W-SAT", "Q-JAN", "Y-MAR"]
COUNTS = ["period", "start", "retained", "lost", "joined"]
RATES = ["retention_rate", "retention_lower", "retention_upper", "customer_churn_rate"]


def activity(*rows):
    table = pd.DataFrame(rows, columns=["customer_id", "period", "n_orders"])
    return table.assign(period=pd.to_datetime(table["period"]).astype("datetime64[us]"), amount=1.0)


# December ann, bo, cy; January ann, dee, and of bo a refund; February nobody; March ann, eve; April ann, eve, bo.
MONTHS = activity(
    ("ann", "2023-12-01", 1),
    ("bo", "2023-12-01", 2),
    ("cy", "2023-12-01", 1),
    ("ann", "2024-01-01", 1),
    ("bo", "2024-01-01", 0),
    ("dee", "2024-01-01", 1),
    ("ann", "2024-03-01", 1),
    ("eve", "2024-03-01", 1),
    ("ann", "2024-04-01", 3),
    ("bo", "2024-04-01", 1),
    ("eve", "2024-04-01", 1),
)


# By hand.


def test_months_by_hand():
    found = retention_table(MONTHS, freq="M")
    assert sorted(found.columns) == sorted(COUNTS + RATES)
    assert rows(found, columns=[*COUNTS, "retention_rate", "customer_churn_rate"]) == [
        ("2024-01-01", 3, 1, 2, 1, pytest.approx(1 / 3), pytest.approx(2 / 3)),
        ("2024-02-01", 2, 0, 2, 0, 0, 1),
        ("2024-03-01", 0, 0, 0, 2, None, None),
        ("2024-04-01", 2, 2, 0, 1, 1, 0),
    ]


def test_intervals_are_wilsons_and_missing_where_nobody_was_there():
    found = retention_table(MONTHS, freq="M", level=0.8)
    for row in found.itertuples():
        if row.start == 0:
            assert pd.isna([row.retention_lower, row.retention_upper]).all()
        else:
            expected = binomtest(row.retained, row.start).proportion_ci(0.8, method="wilson")
            assert [row.retention_lower, row.retention_upper] == pytest.approx([expected.low, expected.high])


@pytest.mark.parametrize(
    ("freq", "first", "second", "skipped"),
    [
        ("D", "2023-12-31", "2024-01-01", "2024-01-02"),
        ("W", "2023-12-25", "2024-01-01", "2024-01-08"),
        ("M", "2023-12-01", "2024-01-01", "2024-02-01"),
        ("Q", "2023-10-01", "2024-01-01", "2024-04-01"),
        ("Y", "2023-01-01", "2024-01-01", "2025-01-01"),
    ],
)
def test_neighbouring_periods_touch_across_new_year_and_others_do_not(freq, first, second, skipped):
    found = retention_table(activity(("ann", first, 1), ("ann", second, 1)), freq=freq)
    assert rows(found, columns=COUNTS) == [(second, 1, 1, 0, 0)]
    found = retention_table(activity(("ann", first, 1), ("ann", skipped, 1)), freq=freq)
    assert rows(found, columns=COUNTS) == [(second, 1, 0, 1, 0), (skipped, 0, 0, 0, 1)]


def test_one_period_leaves_nothing_to_compare(build):
    found = retention_table(build(activity(("ann", "2024-01-01", 1))), freq="M")
    assert rows(found) == []
    assert sorted(as_pandas(found).columns) == sorted(COUNTS + RATES)


# Reference: CDNOW, 1/10 sample, month-1 retention of the cohorts of 1997-01: 124 of 781 came back in February.


def test_cdnow_in_its_first_two_months():
    first = activity_table(as_transactions(load_cdnow()), as_of="1998-06-30")
    found = retention_table(first, freq="M").iloc[0]
    assert found[["start", "retained"]].tolist() == [781, 124]
    assert found["retention_rate"] == pytest.approx(0.158771, abs=5e-7)


@pytest.mark.parametrize("freq", FREQS)
def test_cdnow_counted_by_sets(freq):
    orders = load_cdnow()
    found = retention_table(activity_table(as_transactions(orders), as_of="1998-06-30", freq=freq), freq=freq)
    buyers = orders["customer_id"].groupby(orders["date"].dt.to_period(freq)).agg(set)
    every = pd.period_range(buyers.index.min(), buyers.index.max(), freq=freq)
    sets = [buyers.get(period, set()) for period in every]
    expected = [
        (period.start_time, len(before), len(before & now), len(before - now), len(now - before))
        for period, before, now in zip(every[1:], sets[:-1], sets[1:], strict=True)
    ]
    assert list(found[COUNTS].itertuples(index=False, name=None)) == expected


# Laws.


@few()
@given(order_logs(), st.sampled_from(FREQS))
def test_those_at_the_start_stay_or_are_lost(orders, freq):
    active = activity_table(as_transactions(orders), as_of="2024-03-31", freq=freq)
    active = active[active["n_orders"] > 0]
    if active.empty:
        return
    found = retention_table(active, freq=freq)
    assert (found["retained"] + found["lost"] == found["start"]).all()
    assert (found[COUNTS[1:]] >= 0).all(axis=None)
    held = found["start"] > 0
    assert (found["retention_rate"].notna() == held).all()
    rates = found[held]
    assert rates["retention_rate"].between(rates["retention_lower"], rates["retention_upper"]).all()
    assert (rates["retention_rate"] + rates["customer_churn_rate"]).tolist() == pytest.approx([1] * len(rates))
    # Those who stayed and those who joined are the start of the next period.
    n_active = active.groupby("period").size().reindex(found["period"], fill_value=0)
    assert (found["retained"] + found["joined"]).tolist() == n_active.tolist()
    assert found["start"].tolist()[1:] == n_active.tolist()[:-1]


@few()
@given(st.permutations(range(len(MONTHS))))
def test_the_order_of_rows_does_not_matter(order):
    assert_frame_equal(retention_table(MONTHS.iloc[order], freq="M"), retention_table(MONTHS, freq="M"))


@pytest.mark.parametrize("freq", ["W", "M"])
def test_every_kind_of_frame_gives_the_same_table(build, freq):
    transactions = as_transactions(
        log([(f"c{i % 4}", f"2024-{1 + i % 5:02}-{1 + 3 * i % 28:02}", 1) for i in range(30)])
    )
    active = activity_table(transactions, as_of="2024-06-30", freq=freq)
    native = build(active)
    found = retention_table(native, freq=freq)
    assert type(found) is type(native)
    assert count_nan(found) == 0
    assert_same_rows(found, retention_table(active, freq=freq))


# Refusals.


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"freq": "month"}, r"`freq` must be one of \['D', 'M', 'Q', 'W', 'Y'\], or name .*, got 'month'"),
        ({"level": 1}, "`level` must lie between 0 and 1, got 1"),
    ],
)
def test_wrong_options_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        retention_table(MONTHS, **({"freq": "M"} | options))


@pytest.mark.parametrize(
    ("freq", "day"), [("W", "2024-01-02"), ("M", "2024-01-08"), ("Q", "2024-02-01"), ("Y", "2024-04-01")]
)
def test_activity_of_another_length_is_refused(freq, day):
    # each day begins a period of some length, and none of the length named
    with pytest.raises(
        SchemaError, match=f"a period that starts on {day}, but no period of freq='{freq}' starts there"
    ):
        retention_table(activity(("ann", "2024-01-01", 1), ("bo", day, 1)), freq=freq)


def test_activity_of_nobody_is_refused(build):
    with pytest.raises(SchemaError, match=r"`activity` has no active customers. activity_table makes it"):
        retention_table(build(activity(("ann", "2024-01-01", 0))), freq="M")


def test_a_table_that_is_no_activity_table_is_refused():
    with pytest.raises(TypeError, match=r"`activity` must be a pandas, Polars or PyArrow table.*got str"):
        retention_table("activity.csv", freq="M")
    with pytest.raises(SchemaError, match=r"`activity` lacks the columns \['period'\].*activity_table makes"):
        retention_table(as_transactions(load_cdnow()), freq="M")


# Input untouched.


def test_the_activity_given_is_not_changed():
    before = MONTHS.copy()
    retention_table(MONTHS, freq="M")
    assert_frame_equal(MONTHS, before)
