"""The KPI table: twelve figures of a period, by hand, on CDNOW and by loops."""

import math
from datetime import timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from scipy.stats import binomtest
from tests.depth import few
from tests.frames import assert_same_rows, count_nan, rows
from tests.logs import FIRST_DAY, log, order_logs

from crmkit import SchemaError, as_transactions, load_cdnow, metrics
from crmkit.metrics import order_kpis

NAN = math.nan
WHOLE = {"start": "1997-01-01", "end": "1998-06-30"}
MARCH = {"start": "2024-03-01", "end": "2024-03-31"}

# The 31 days before March 2024 begin on 30 January.
ORDERS = log(
    [
        ("ann", "2024-01-30", 10),  # the first day before
        ("ann", "2024-03-01", 25),  # two orders on the first day
        ("ann", "2024-03-01", 15),
        ("bo", "2024-02-29", 10),  # the last day before
        ("bo", "2024-03-31", 20),  # the last day
        ("cy", "2024-02-10", 30),  # not back
        ("dee", "2024-01-29", 5),  # a day too early to count as before, and so no new customer
        ("dee", "2024-03-05", 6),
        ("dee", "2024-03-09", 4),
        ("eve", "2024-03-10", 100),  # new
        ("eve", "2024-04-01", 7),  # too late
        ("fay", "2024-02-20", 8),
        ("fay", "2024-03-02", -8),  # sends back what was bought before: not active
        ("gil", "2024-03-15", -3),  # only a refund is known
        ("hal", "2024-03-20", 0),  # new, at price zero
    ]
)
# Active: ann 40, bo 20, dee 10, eve 100, hal 0. Revenue 170 - 8 - 3. Before: ann, bo, cy, fay.
BY_ORDERS = {
    "revenue": (159, NAN, NAN),
    "n_orders": (7, NAN, NAN),
    "active_customers": (5, NAN, NAN),
    "new_customers": (2, NAN, NAN),
    "returning_customers": (3, NAN, NAN),
    "new_customer_revenue": (100, NAN, NAN),  # eve and hal
    "returning_customer_revenue": (59, NAN, NAN),  # ann 40, bo 20, dee 10, and the refunds to fay and gil
    "new_customer_orders": (2, NAN, NAN),
    "returning_customer_orders": (5, NAN, NAN),
    "average_order_value": (159 / 7, 159, 7),
    "average_revenue_per_customer": (31.8, 159, 5),
    "purchase_frequency": (1.4, 7, 5),
    "repeat_purchase_rate": (0.4, 2, 5),
    "retention_rate": (0.5, 2, 4),
    "customer_churn_rate[cohort]": (0.5, 2, 4),
    "top_share": (100 / 170, NAN, NAN),
    "gini": (460 / 850, NAN, NAN),  # (-4*0 - 2*10 + 0*20 + 2*40 + 4*100) / (5*170)
}
BY_DAYS = BY_ORDERS | {
    "n_orders": (6, NAN, NAN),
    "returning_customer_orders": (4, NAN, NAN),
    "average_order_value": (26.5, 159, 6),
    "purchase_frequency": (1.2, 6, 5),
    "repeat_purchase_rate": (0.2, 1, 5),
}


def figures(table):
    """Value, numerator and denominator by KPI."""
    return {
        kpi: numbers for kpi, *numbers in table[["kpi", "value", "numerator", "denominator"]].itertuples(index=False)
    }


def assert_figures(table, expected):
    found = figures(table)
    assert list(found) == list(expected)
    for kpi, numbers in expected.items():
        assert found[kpi] == pytest.approx(numbers, rel=1e-12, nan_ok=True), kpi


@pytest.fixture(scope="module")
def cdnow():
    return as_transactions(load_cdnow())


# By hand.


@pytest.mark.parametrize(("count", "expected"), [("orders", BY_ORDERS), ("days", BY_DAYS)])
def test_march_by_hand(count, expected):
    table = order_kpis(as_transactions(ORDERS), **MARCH, count=count)
    assert list(table.columns) == ["kpi", "value", "numerator", "denominator", "n", "lower", "upper"]
    assert_figures(table, expected)
    # 5 customers bought in March; retention and churn rest on those of the 31 days before
    n = table.set_index("kpi")["n"]
    assert set(n.drop(["retention_rate", "customer_churn_rate[cohort]"])) == {5}
    assert n["retention_rate"] == n["customer_churn_rate[cohort]"] == expected["retention_rate"][2]


def test_shares_have_wilson_intervals_and_nothing_else_has():
    table = order_kpis(as_transactions(ORDERS), **MARCH, level=0.9).set_index("kpi")
    bounds = table[["lower", "upper"]].dropna().T.to_dict("list")
    assert list(bounds) == ["repeat_purchase_rate", "retention_rate", "customer_churn_rate[cohort]"]
    for kpi, found in bounds.items():
        part, whole = BY_ORDERS[kpi][1:]
        expected = binomtest(part, whole).proportion_ci(0.9, method="wilson")
        assert found == pytest.approx([expected.low, expected.high], rel=1e-9)


def test_refunds_left_out_at_the_door_leave_gross_sales():
    table = order_kpis(as_transactions(ORDERS, returns="drop"), **MARCH)
    assert figures(table)["revenue"][0] == 170


def test_a_period_may_be_one_day():
    # 1 March: ann alone, with two orders; on 29 February bo
    found = figures(order_kpis(as_transactions(ORDERS), start="2024-03-01", end="2024-03-01"))
    assert [found[kpi][0] for kpi in ("revenue", "n_orders", "active_customers", "new_customers")] == [40, 2, 1, 0]
    assert found["retention_rate"] == [0, 0, 1]


@pytest.mark.parametrize(("first", "told"), [("2024-01-30", True), ("2024-01-31", False)])
def test_retention_needs_a_log_that_holds_the_period_before(first, told, build):
    # the 31 days before March 2024 begin on 30 January; a refund tells as well as an order that the log was kept then
    rows_from = log([("ann", first, -1), ("bo", "2024-02-20", 10), ("cy", "2024-02-21", 10), ("bo", "2024-03-02", 5)])
    found = {kpi: numbers for kpi, *numbers in rows(order_kpis(build(as_transactions(rows_from)), **MARCH))}
    assert found["retention_rate"][:3] == ([0.5, 1, 2] if told else [None, None, None])
    assert found["customer_churn_rate[cohort]"][:3] == ([0.5, 1, 2] if told else [None, None, None])


def test_who_got_back_more_than_they_paid_does_not_push_shares_past_one():
    # ann 30, bo 10, cy 5 - 25: the top fifth of three is ann, with 30 of 40; gini (-2*0 + 0*10 + 2*30) / (3*40)
    orders = log(
        [("ann", "2024-03-01", 30), ("bo", "2024-03-02", 10), ("cy", "2024-03-03", 5), ("cy", "2024-03-09", -25)]
    )
    found = figures(order_kpis(as_transactions(orders), **MARCH))
    assert [found[kpi][0] for kpi in ("revenue", "top_share", "gini")] == [20, 0.75, 0.5]


def test_a_period_without_purchases_has_no_ratio(build):
    table = order_kpis(build(as_transactions(ORDERS)), start="2024-06-01", end="2024-06-30")
    by_kpi = {kpi: value for kpi, value, *_ in rows(table)}
    counts = {kpi: value for kpi, value in by_kpi.items() if value is not None}
    assert set(counts.values()) == {0}
    assert list(counts) == list(BY_ORDERS)[:9]
    assert len(by_kpi) == 17
    assert count_nan(table) == 0


# Reference: CDNOW, 1/10 sample; figures counted by an independent script from the log itself.


def test_cdnow_by_purchase_days(cdnow):
    found = figures(order_kpis(cdnow, **WHOLE, count="days"))
    assert found["revenue"][0] == pytest.approx(244091.94, abs=0.005)
    assert [found[kpi][0] for kpi in ("n_orders", "active_customers", "new_customers")] == [6696, 2357, 2357]
    assert found["average_order_value"][0] == pytest.approx(36.453396, abs=5e-7)
    assert found["average_revenue_per_customer"][0] == pytest.approx(103.560433, abs=5e-7)
    assert found["purchase_frequency"][0] == pytest.approx(2.840899, abs=5e-7)
    assert found["repeat_purchase_rate"][0] == pytest.approx(0.483241, abs=5e-7)
    assert found["top_share"][0] == pytest.approx(0.674550, abs=5e-7)
    assert found["gini"][0] == pytest.approx(0.630917, abs=5e-7)
    assert math.isnan(found["retention_rate"][0])


def test_cdnow_by_orders(cdnow):
    found = figures(order_kpis(cdnow, **WHOLE))
    assert found["n_orders"][0] == 6919
    assert found["average_order_value"][0] == pytest.approx(35.2785, abs=5e-5)
    assert found["repeat_purchase_rate"][0] == pytest.approx(0.488757, abs=5e-7)


# Laws.


def slow_figures(transactions, first, last, *, count):
    """The figures again, customer by customer, and the money of the active ones."""
    before = first - (last - first) - timedelta(days=1)
    revenue, orders, active, new, repeat, was_there, stayed, spends = 0.0, 0, 0, 0, 0, 0, 0, []
    new_revenue, new_orders = 0.0, 0
    for _, own in transactions.groupby("customer_id"):
        bought = own[own["n_orders"] > 0]
        now = bought[bought["date"].between(first, last)]
        n = int(now["n_orders"].sum()) if count == "orders" else len(now)
        spend = own.loc[own["date"].between(first, last), "amount"].sum()
        there = bool((bought["date"].between(before, first) & (bought["date"] < first)).any())
        revenue, orders, active = revenue + spend, orders + n, active + (len(now) > 0)
        is_new = len(now) > 0 and bought["date"].min() >= first
        new, new_revenue, new_orders = new + is_new, new_revenue + is_new * spend, new_orders + is_new * n
        repeat, was_there, stayed = repeat + (n >= 2), was_there + there, stayed + (there and len(now) > 0)
        spends += [spend] if len(now) else []
    if transactions["date"].min() > before:
        was_there = 0
    paid = [max(spend, 0) for spend in spends]
    expected = {
        "revenue": revenue,
        "n_orders": orders,
        "active_customers": active,
        "new_customers": new,
        "returning_customers": active - new,
        "new_customer_revenue": new_revenue,
        "returning_customer_revenue": revenue - new_revenue,
        "new_customer_orders": new_orders,
        "returning_customer_orders": orders - new_orders,
        "average_order_value": revenue / orders if orders else NAN,
        "average_revenue_per_customer": revenue / active if active else NAN,
        "purchase_frequency": orders / active if active else NAN,
        "repeat_purchase_rate": repeat / active if active else NAN,
        "retention_rate": stayed / was_there if was_there else NAN,
        "customer_churn_rate[cohort]": 1 - stayed / was_there if was_there else NAN,
        "top_share": metrics.top_share(paid) if spends else NAN,
        "gini": metrics.gini(paid) if spends else NAN,
    }
    return expected, sum(paid)


@few()
@given(order_logs(), st.integers(-5, 75), st.integers(0, 40), st.sampled_from(["orders", "days"]))
def test_loops_over_customers_agree(orders, offset, length, count):
    first = FIRST_DAY + timedelta(days=offset)
    last, transactions = first + timedelta(days=length), as_transactions(orders)
    assume(last >= transactions["date"].min())
    found = figures(order_kpis(transactions, start=first, end=last, count=count))
    expected, total = slow_figures(transactions, first, last, count=count)
    # Where the money adds up to nothing but rounding, concentration is noise.
    if abs(total) < 0.005:
        expected |= {kpi: found[kpi][0] for kpi in ("top_share", "gini")}
    assert {kpi: numbers[0] for kpi, numbers in found.items()} == pytest.approx(expected, abs=1e-9, nan_ok=True)


@few()
@given(order_logs(), st.integers(0, 70))
def test_two_periods_side_by_side_add_up(orders, offset):
    transactions, split = as_transactions(orders), FIRST_DAY + timedelta(days=offset)
    start, end = FIRST_DAY, FIRST_DAY + timedelta(days=80)
    assume(split >= transactions["date"].min())
    whole = figures(order_kpis(transactions, start=start, end=end))
    parts = [
        figures(order_kpis(transactions, start=start, end=split)),
        figures(order_kpis(transactions, start=split + timedelta(days=1), end=end)),
    ]
    for kpi in ("revenue", "n_orders", "new_customers"):
        assert sum(part[kpi][0] for part in parts) == pytest.approx(whole[kpi][0], abs=1e-9)


@few()
@given(order_logs(), st.sampled_from([0.01, 7.1, 1e6]), st.randoms(use_true_random=False))
def test_the_currency_and_the_order_of_rows_move_money_alone(orders, unit, random):
    transactions = as_transactions(orders)
    moved = transactions.sample(frac=1, random_state=random.randrange(2**32))
    moved["amount"] *= unit
    period = {"start": FIRST_DAY, "end": FIRST_DAY + timedelta(days=80)}
    before, after = (order_kpis(table, **period).set_index("kpi") for table in (transactions, moved))
    money = [
        *("revenue", "new_customer_revenue", "returning_customer_revenue"),
        *("average_order_value", "average_revenue_per_customer"),
    ]
    assert after.loc[money, "value"].tolist() == pytest.approx(
        (before.loc[money, "value"] * unit).tolist(), rel=1e-9, abs=1e-9 * unit, nan_ok=True
    )
    rest = [kpi for kpi in before.index if kpi not in (*money, "top_share", "gini")]
    assert_frame_equal(after.loc[rest], before.loc[rest])


@pytest.mark.parametrize("period", [MARCH, {"start": "1997-04-01", "end": "1997-06-30"}])
def test_every_kind_of_frame_gives_the_same_table(build, cdnow, period):
    transactions = as_transactions(ORDERS) if period is MARCH else cdnow
    native = build(transactions)
    found = order_kpis(native, **period)
    assert type(found) is type(native)
    assert_same_rows(found, order_kpis(transactions, **period))


# Refusals.


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"end": "2024-02-29"}, "`end` must not lie before `start`, got 2024-02-29 and 2024-03-01"),
        ({"count": "rows"}, r"`count` must be one of \['days', 'orders'\], got 'rows'"),
        ({"start": "soon"}, "`start` must be a date or ISO text such as '2024-12-31', got 'soon'"),
        (
            {"start": "2024-01-01", "end": "2024-01-28"},
            "`end` is 2024-01-28, before the first transaction on 2024-01-29",
        ),
        ({"end": None}, "`end` is missing, got None"),
        ({"level": 95}, "`level` must lie between 0 and 1, got 95"),
    ],
)
def test_wrong_options_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        order_kpis(as_transactions(ORDERS), **(MARCH | options))


def test_a_table_that_is_no_transactions_table_is_refused():
    with pytest.raises(TypeError, match=r"`transactions` must be a pandas, Polars or PyArrow table.*got dict"):
        order_kpis({}, **MARCH)
    with pytest.raises(SchemaError, match=r"`transactions` lacks the columns \['n_orders'\].*as_transactions makes"):
        order_kpis(ORDERS, **MARCH)


# Input untouched.


def test_the_transactions_given_are_not_changed(cdnow):
    before = cdnow.copy()
    order_kpis(cdnow, **WHOLE)
    assert_frame_equal(cdnow, before)
