"""Activity churn and the gaps between purchases: edges of the window, CDNOW, customers counted by sets."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from scipy.stats import binomtest
from tests.depth import few
from tests.frames import assert_same_rows, count_nan, rows
from tests.logs import FIRST_DAY, log, order_logs

from crmkit import SchemaError, as_transactions, load_cdnow
from crmkit.metrics import activity_churn_table, purchase_gap_table

AUTUMN = {"start": "1997-09-30", "end": "1997-12-31"}
# A window of 10 days that ends on 10 March begins on 1 March.
MARCH = {"start": "2024-03-10", "end": "2024-03-20", "windows": [10]}
COUNTS = ["window_days", "active", "lost"]


@pytest.fixture(scope="module")
def cdnow():
    return as_transactions(load_cdnow())


def churn(orders, **options):
    return rows(activity_churn_table(as_transactions(log(orders)), **(MARCH | options)), columns=COUNTS)


# By hand.


@pytest.mark.parametrize(
    ("days", "active", "lost"),
    [
        (["2024-02-29"], 0, 0),  # a day before the window
        (["2024-03-01"], 1, 1),  # its first day
        (["2024-03-10"], 1, 1),  # its last day, which is too early for the second window
        (["2024-03-11"], 0, 0),
        (["2024-03-01", "2024-03-11"], 1, 0),  # the first day of the second window
        (["2024-03-01", "2024-03-20"], 1, 0),  # its last day
        (["2024-03-01", "2024-03-21"], 1, 1),  # a day too late
    ],
)
def test_a_customer_is_active_in_the_days_that_end_with_the_day(days, active, lost):
    assert churn([("ann", day, 5) for day in days]) == [(10, active, lost)]


def test_refunds_are_no_activity():
    orders = [("ann", "2024-03-05", 5), ("ann", "2024-03-15", -5), ("bo", "2024-03-05", -1), ("bo", "2024-03-15", 3)]
    assert churn(orders) == [(10, 1, 1)]


def test_windows_that_overlap_share_their_days():
    # the 15 days to 20 March begin on 6 March: a purchase on the 7th lies in both
    assert churn([("ann", "2024-03-07", 5), ("bo", "2024-03-02", 5)], windows=[15]) == [(15, 2, 1)]


def test_windows_come_in_the_order_asked_for():
    orders = [("ann", "2024-03-01", 5), ("bo", "2024-03-10", 5)]
    assert churn(orders, windows=(10, 1, 5)) == [(10, 2, 2), (1, 1, 1), (5, 1, 1)]


def test_nobody_active_has_no_rate(build):
    found = activity_churn_table(build(as_transactions(log([("ann", "2023-01-01", 5)]))), **MARCH)
    assert rows(found) == [(10, 0, 0, None, None, None)]
    assert count_nan(found) == 0


@pytest.mark.parametrize(("first", "held"), [("2024-03-01", True), ("2024-03-02", False)])
def test_a_window_that_the_log_does_not_hold_has_no_rate(first, held, build):
    # the 10 days to 10 March begin on the 1st; one of two came back
    orders = log([("cy", first, -1), ("ann", "2024-03-05", 5), ("ann", "2024-03-15", 5), ("bo", "2024-03-06", 5)])
    ((_, active, lost, rate, lower, upper),) = rows(activity_churn_table(build(as_transactions(orders)), **MARCH))
    assert (active, lost) == (2, 1)
    assert rate == (0.5 if held else None)
    assert (lower is None) == (upper is None) == (not held)


def test_gaps_by_hand():
    # 10 and 20 days, mean 15 (row 48 of the KPI catalogue); the refund and the single order make no gap
    days = ["2024-02-20", "2024-03-01", "2024-03-21", "2024-03-01", "2024-04-30"]
    orders = log([*(("ann", day, 1) for day in days), ("ann", "2024-03-05", -1), ("bo", "2024-03-02", 1)])
    found = purchase_gap_table(as_transactions(orders), as_of="2024-04-29")
    assert list(found.columns) == ["days", "n_gaps", "cumulative_share"]
    assert rows(found) == [(10, 1, 0.5), (20, 1, 1)]


def test_without_a_second_purchase_there_is_no_gap(build):
    found = purchase_gap_table(build(as_transactions(log([("ann", "2024-01-01", 1)]))), as_of="2024-12-31")
    assert rows(found) == []


# Reference: CDNOW, 1/10 sample, counted by an independent script from the log itself.


def test_cdnow_churn(cdnow):
    found = activity_churn_table(cdnow, **AUTUMN)
    assert rows(found, columns=COUNTS) == [(30, 168, 113), (60, 297, 155), (90, 409, 209)]
    assert found["churn_rate"].tolist() == pytest.approx([0.672619, 0.521886, 0.511002], abs=5e-7)
    for row in found.itertuples():
        expected = binomtest(row.lost, row.active).proportion_ci(method="wilson")
        assert [row.lower, row.upper] == pytest.approx([expected.low, expected.high], rel=1e-9)


def test_cdnow_gaps(cdnow):
    found = purchase_gap_table(cdnow, as_of="1998-06-30")
    gaps = np.repeat(found["days"], found["n_gaps"])
    assert len(gaps) == 4339
    assert gaps.mean() == pytest.approx(70.860567, abs=5e-7)
    assert gaps.median() == 34
    assert np.percentile(gaps, 80) == 117
    # The 80th percentile can be read off the table.
    assert found.loc[found["cumulative_share"] >= 0.8, "days"].iloc[0] == 117


def test_cdnow_gaps_as_pandas_counts_them(cdnow):
    days = load_cdnow().drop_duplicates(["customer_id", "date"]).sort_values(["customer_id", "date"])
    gaps = days.groupby("customer_id")["date"].diff().dropna().dt.days.value_counts().sort_index()
    found = purchase_gap_table(cdnow, as_of="1998-06-30").set_index("days")
    assert found["n_gaps"].to_dict() == gaps.to_dict()


# Laws.


@few()
@given(order_logs(), st.integers(0, 40), st.integers(1, 30), st.lists(st.integers(1, 50), min_size=1, unique=True))
def test_churn_counted_by_sets(orders, offset, later, windows):
    transactions = as_transactions(orders)
    start = FIRST_DAY + timedelta(days=offset)
    end = start + timedelta(days=later)
    assume(end >= transactions["date"].min())
    bought = transactions[transactions["n_orders"] > 0]

    def active(day, window):
        days_before = (day - bought["date"]).dt.days
        return set(bought.loc[(days_before >= 0) & (days_before < window), "customer_id"])

    found = activity_churn_table(transactions, start=start, end=end, windows=windows)
    expected = [(w, len(active(start, w)), len(active(start, w) - active(end, w))) for w in windows]
    assert rows(found, columns=COUNTS) == expected


@few()
@given(order_logs(), st.randoms(use_true_random=False))
def test_gaps_of_a_customer_add_up_to_first_to_last_purchase(orders, random):
    transactions = as_transactions(orders)
    bought = transactions[transactions["n_orders"] > 0]
    by_customer = bought.groupby("customer_id")["date"]
    moved = transactions.sample(frac=1, random_state=random.randrange(2**32))
    found = purchase_gap_table(moved, as_of="2024-03-31")
    assert (found["days"] * found["n_gaps"]).sum() == (by_customer.max() - by_customer.min()).dt.days.sum()
    assert found["n_gaps"].sum() == len(bought) - bought["customer_id"].nunique()
    assert (found["days"] > 0).all()
    assert found["days"].is_monotonic_increasing
    if len(found):
        assert found["cumulative_share"].iloc[-1] == pytest.approx(1)
        assert (found["cumulative_share"].diff().dropna() > 0).all()


def test_every_kind_of_frame_gives_the_same_tables(build, cdnow):
    native = build(cdnow)
    for found, expected in (
        (activity_churn_table(native, **AUTUMN), activity_churn_table(cdnow, **AUTUMN)),
        (purchase_gap_table(native, as_of="1997-12-31"), purchase_gap_table(cdnow, as_of="1997-12-31")),
    ):
        assert type(found) is type(native)
        assert_same_rows(found, expected)


# Refusals.


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"end": "2024-03-10"}, ValueError, "`end` must be after `start`, got 2024-03-10 and 2024-03-10"),
        ({"start": "soon"}, ValueError, "`start` must be a date or ISO text such as '2024-12-31', got 'soon'"),
        ({"end": 20240320}, TypeError, "`end` must be a date or ISO text.*got 20240320"),
        ({"level": 0}, ValueError, "`level` must lie between 0 and 1, got 0"),
        ({"windows": [30, 0]}, ValueError, "`windows` must be at least 1, got 0"),
        ({"windows": [30.0]}, TypeError, r"`windows` must be a whole number, got 30\.0"),
        ({"windows": 30}, TypeError, r"`windows` must be a list or tuple of days such as \(30, 60, 90\), got 30"),
        ({"windows": []}, ValueError, r"`windows` must hold at least one number of days, each only once.*got \[\]"),
        ({"windows": [30, 30]}, ValueError, r"`windows` must hold .* each only once .*got \[30, 30\]"),
        ({"windows": [10**7]}, ValueError, r"`windows` must hold .* at most .*got \[10000000\]"),
        ({"end": "2024-02-28", "start": "2024-02-01"}, ValueError, "`end` is 2024-02-28, before the first transaction"),
    ],
)
def test_wrong_options_are_refused(options, error, message):
    with pytest.raises(error, match=message):
        activity_churn_table(as_transactions(log([("ann", "2024-03-01", 5)])), **(MARCH | options))


def test_gaps_up_to_no_date_or_too_early_a_date_are_refused(cdnow):
    with pytest.raises(ValueError, match="`as_of` is 1996-12-31, before the first transaction on 1997-01-01"):
        purchase_gap_table(cdnow, as_of="1996-12-31")
    with pytest.raises(ValueError, match="`as_of` must be a date or ISO text such as '2024-12-31', got 'today!'"):
        purchase_gap_table(cdnow, as_of="today!")


@pytest.mark.parametrize(
    ("table_of", "options"), [(activity_churn_table, AUTUMN), (purchase_gap_table, {"as_of": date(1997, 12, 31)})]
)
def test_a_table_that_is_no_transactions_table_is_refused(table_of, options):
    with pytest.raises(TypeError, match=r"`transactions` must be a pandas, Polars or PyArrow table.*got int"):
        table_of(7, **options)
    with pytest.raises(SchemaError, match=r"`transactions` lacks the columns \['n_orders'\].*as_transactions makes"):
        table_of(load_cdnow(), **options)


# Input untouched.


def test_the_transactions_given_are_not_changed(cdnow):
    before = cdnow.copy()
    activity_churn_table(cdnow, **AUTUMN)
    purchase_gap_table(cdnow, as_of=pd.Timestamp("1998-06-30"))
    assert_frame_equal(cdnow, before)
