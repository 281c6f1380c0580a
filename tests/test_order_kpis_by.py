"""The KPI table by period and by group, and sales without a customer beside it."""

import math
from datetime import timedelta

import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from tests.depth import few
from tests.frames import Builder, assert_same_rows, rows
from tests.logs import FIRST_DAY, log, order_logs

from crmkit import SchemaError, as_transactions, load_cdnow, unidentified_sales_table
from crmkit.metrics import order_kpis, period_table

# January, then nothing in February, then March.
ORDERS = log(
    [
        ("ann", "2024-01-01", 10),
        ("ann", "2024-01-20", 20),
        ("bo", "2024-01-05", 5),
        ("ann", "2024-03-02", 40),
        ("cy", "2024-03-10", 6),
        ("bo", "2024-03-11", -5),
        ("ann", "2024-04-09", 8),
        ("dee", "2024-04-10", 2),
    ]
)
SPAN = {"start": "2024-01-01", "end": "2024-04-15"}
LABELS = pd.DataFrame({"customer_id": ["ann", "bo", "cy", "zoe"], "region": ["north", "south", None, "west"]})
COUNTED = ["revenue", "n_orders", "active_customers", "new_customers", "new_customer_revenue", "new_customer_orders"]
WITHOUT_CUSTOMER = (
    *("unidentified_revenue", "unidentified_orders"),
    *("revenue_with_unidentified", "identified_revenue_rate"),
)
UNIDENTIFIED = pd.DataFrame(
    {
        "period": pd.to_datetime(["2024-01-01", "2024-03-01", "2024-04-01", None]),
        "n_orders": [2, 1, 3, 1],
        "amount": [15.0, -1.0, 9.0, 99.0],
    }
)


def wide(table, *, column="value", by=("period",)):
    """One row per cell, a column per KPI."""
    return table.set_index([*by, "kpi"])[column].unstack("kpi")  # noqa: PD010


def unidentified_by_day(**more):
    return pd.DataFrame(
        {"period": pd.to_datetime(["2024-03-05", "2024-04-15", "2024-04-16"]), "n_orders": 1, "amount": [4.0, 3.0, 7.0]}
        | more
    )


# By hand.


def test_months_by_hand():
    table = order_kpis(as_transactions(ORDERS), **SPAN, freq="M")
    assert list(table.columns)[:4] == ["period", "is_complete", "kpi", "value"]
    months = wide(table)
    assert months[COUNTED].to_numpy().tolist() == [
        [35, 3, 2, 2, 35, 3],
        [0, 0, 0, 0, 0, 0],
        [41, 2, 2, 1, 6, 1],
        [10, 2, 2, 1, 2, 1],
    ]
    assert months["returning_customer_revenue"].tolist() == [0, 0, 35, 8]
    # ann of ann and cy came back in April; nobody was there in February, and before January nothing is known
    assert months["retention_rate"].tolist() == pytest.approx([math.nan, 0, math.nan, 0.5], nan_ok=True)
    assert wide(table, column="denominator")["retention_rate"].tolist() == pytest.approx(
        [math.nan, 2, 0, 2], nan_ok=True
    )
    assert months["average_order_value"].tolist() == pytest.approx([35 / 3, math.nan, 20.5, 5], nan_ok=True)
    assert months["gini"].tolist() == pytest.approx([25 / 70, math.nan, 34 / 92, 6 / 20], nan_ok=True)
    assert table.groupby("period")["is_complete"].first().tolist() == [True, True, True, False]


def test_days_before_the_first_day_of_a_cut_period_are_known_but_not_counted():
    months = wide(order_kpis(as_transactions(ORDERS), start="2024-01-10", end="2024-03-31", freq="M"))
    # ann was there on the 1st, so she is not new on the 20th; bo's order is not counted
    assert months[COUNTED].iloc[0].tolist() == [20, 1, 1, 0, 0, 0]
    # the whole of January is the base of February: ann and bo
    table = order_kpis(as_transactions(ORDERS), start="2024-01-10", end="2024-03-31", freq="M")
    assert wide(table, column="denominator")["retention_rate"].iloc[1] == 2
    assert table.groupby("period")["is_complete"].first().tolist() == [False, True, True]


def test_groups_by_hand(build):
    table = order_kpis(build(as_transactions(ORDERS)), **SPAN, by=LABELS)
    found = {(region, scope, kpi): value for region, scope, kpi, value, *_ in rows(table)}
    shown = [("north", "group"), ("south", "group"), ("west", "group"), (None, "no label"), (None, "all")]
    assert list(dict.fromkeys(key[:2] for key in found)) == shown
    revenue, active, order_value = (
        [found[*cell, kpi] for cell in shown] for kpi in ("revenue", "active_customers", "average_order_value")
    )
    # cy has no label, dee is not in the table, zoe not in the log
    assert revenue == [78, 0, 0, 8, 86]
    assert active == [1, 1, 0, 2, 4]
    assert order_value == pytest.approx([19.5, 0, None, 4, 86 / 7])


def test_customers_without_a_label_have_rows_only_if_there_are_any():
    everybody = pd.DataFrame({"customer_id": ["ann", "bo", "cy", "dee"], "size": [2, 1, 1, 1]})
    table = order_kpis(as_transactions(ORDERS), **SPAN, by=everybody, freq="Q")
    assert table["scope"].drop_duplicates().tolist() == ["group", "all"]
    assert table["size"].drop_duplicates().tolist() == pytest.approx([1, 2, math.nan], nan_ok=True)
    # bo, cy and dee; ann; all
    groups = wide(table, by=("size", "period"))["revenue"]
    assert groups.loc[1].tolist() == [6, 2]
    assert groups.loc[2].tolist() == [70, 8]


def test_groups_are_in_the_order_of_their_categories():
    labels = LABELS.assign(region=pd.Categorical(LABELS["region"], categories=["west", "south", "north"]))
    table = order_kpis(as_transactions(ORDERS), **SPAN, by=labels)
    assert table["region"].drop_duplicates().dropna().tolist() == ["west", "south", "north"]


def test_sales_without_a_customer_by_hand(build):
    table = order_kpis(build(as_transactions(ORDERS)), **SPAN, freq="M", unidentified=build(UNIDENTIFIED), by=LABELS)
    found = {(scope, period, kpi): value for _, scope, period, _, kpi, value, *_ in rows(table)}
    lines = [
        [found["all", f"2024-0{month}-01", kpi] for month in (1, 2, 3, 4)]
        for kpi in (
            "unidentified_revenue",
            "unidentified_orders",
            "revenue_with_unidentified",
            "identified_revenue_rate",
        )
    ]
    # April is cut short: how much of its sales came by the 15th is not known
    assert lines == [[15, 0, -1, None], [2, 0, 1, None], [50, 0, 40, None], [0.7, None, 41 / 40, None]]
    assert found["group", "2024-01-01", "unidentified_revenue"] is None


def test_sales_without_a_customer_by_day_are_counted_from_the_first_day_to_the_last():
    transactions, by_day = as_transactions(ORDERS), unidentified_by_day()
    months = wide(order_kpis(transactions, **SPAN, freq="M", unidentified=by_day))
    assert months["unidentified_revenue"].tolist() == [0, 0, 4, 3]
    whole = order_kpis(transactions, **SPAN, unidentified=by_day).set_index("kpi")["value"]
    assert whole[["unidentified_revenue", "unidentified_orders", "revenue_with_unidentified"]].tolist() == [7, 2, 93]


@pytest.mark.parametrize(("freq", "other"), [("W-SAT", "W"), ("Q-JAN", "Q"), ("Y-MAR", "Q-MAR")])
def test_sales_without_a_customer_come_by_the_periods_of_the_kpis(freq, other):
    days = pd.date_range("2023-01-01", "2024-12-31")
    starts = pd.Series(days).dt.to_period(freq).dt.start_time.drop_duplicates().iloc[1:]
    sold = pd.DataFrame({"period": starts, "n_orders": 1, "amount": 7.0})
    span = {"start": starts.iloc[0], "end": starts.iloc[-1] - timedelta(days=1), "freq": freq}
    found = order_kpis(as_transactions(ORDERS), **span, unidentified=sold)
    assert (found.loc[found["kpi"] == "unidentified_revenue", "value"] == 7).all()
    starts = pd.Series(days).dt.to_period(other).dt.start_time.drop_duplicates().iloc[1:]
    with pytest.raises(SchemaError, match="does not fit the periods"):
        order_kpis(
            as_transactions(ORDERS), **span, unidentified=starts.to_frame("period").assign(n_orders=1, amount=7.0)
        )


# Reference: CDNOW, 1/10 sample.


@pytest.fixture(scope="module")
def cdnow():
    return as_transactions(load_cdnow())


@pytest.mark.parametrize("freq", ["W", "M", "Q", "Y"])
def test_the_period_table_has_the_same_counts(cdnow, freq):
    periods = period_table(cdnow, as_of="1998-06-20", freq=freq)
    months = order_kpis(cdnow, start="1997-01-01", end="1998-06-20", freq=freq)
    assert months.groupby("period")["is_complete"].first().tolist()[1:] == periods["is_complete"].tolist()[1:]
    months = wide(months).reset_index()
    shared = ["revenue", "n_orders", "active_customers", "new_customers", "returning_customers"]
    assert months["period"].tolist() == periods["period"].tolist()
    assert_frame_equal(months[shared], periods[shared].astype(float), check_names=False)
    assert months["new_customer_revenue"].tolist() == pytest.approx(periods["new_revenue"].tolist())


# Laws.


@few()
@given(
    order_logs(),
    st.sampled_from(["D", "W", "M", "Q", "Y", "W-SAT", "Q-JAN", "Y-MAR"]),
    st.integers(0, 40),
    st.integers(0, 60),
)
def test_a_period_alone_has_the_same_kpis(orders, freq, offset, length):
    transactions = as_transactions(orders)
    start = FIRST_DAY + timedelta(days=offset)
    end = start + timedelta(days=length)
    assume(start >= transactions["date"].min())
    table = order_kpis(transactions, start=start, end=end, freq=freq)
    for period, found in table.groupby("period"):
        whole = period.to_period(freq)
        first, last = max(whole.start_time, start), min(whole.end_time.normalize(), end)
        alone = order_kpis(transactions, start=first, end=last).set_index("kpi")
        # The period before is the same only where both are of one length.
        same_base = freq == "D" or (freq[0] == "W" and found["is_complete"].all())
        shown = [
            kpi for kpi in alone.index if same_base or kpi not in ("retention_rate", "customer_churn_rate[cohort]")
        ]
        assert_frame_equal(found.set_index("kpi")[alone.columns].loc[shown], alone.loc[shown])


@few()
@given(order_logs(), st.sampled_from(["W", "M"]))
def test_groups_add_up_and_one_group_is_the_whole(orders, freq):
    transactions = as_transactions(orders)
    ids = sorted(transactions["customer_id"].unique())
    span = {"start": transactions["date"].min(), "end": FIRST_DAY + timedelta(days=90), "freq": freq}
    labels = pd.DataFrame({"customer_id": ids[1:], "label": [number % 2 for number in range(len(ids) - 1)]})
    table = order_kpis(transactions, **span, by=labels)
    values = wide(table, by=("scope", "label", "period"))
    sums = values[[*COUNTED, "returning_customer_revenue"]].reset_index()
    parts = sums[sums["scope"] != "all"].groupby("period")[[*COUNTED, "returning_customer_revenue"]].sum()
    whole = sums[sums["scope"] == "all"].set_index("period")[[*COUNTED, "returning_customer_revenue"]]
    assert_frame_equal(parts, whole, check_names=False, atol=1e-9)
    assert (whole["new_customer_revenue"] + whole["returning_customer_revenue"] == whole["revenue"]).all()
    all_rows = table[table["scope"] == "all"].drop(columns=["scope", "label"]).reset_index(drop=True)
    assert_frame_equal(all_rows, order_kpis(transactions, **span))


@few()
@given(order_logs(), st.sampled_from([None, "W-SAT", "M"]), st.sampled_from(["orders", "days"]), st.integers(0, 40))
def test_engines_count_as_memory_does(orders, freq, count, offset):
    transactions = as_transactions(orders)
    start = FIRST_DAY + timedelta(days=offset)
    options = {"start": start, "end": start + timedelta(days=45), "freq": freq, "count": count}
    assume(options["end"] >= transactions["date"].min())
    labels = transactions[["customer_id"]].drop_duplicates().iloc[1:].assign(label="a")
    # Without a row older DuckDB takes a column of text for whole numbers.
    assume(len(labels) > 0)
    duckdb = Builder("duckdb")
    found = order_kpis(duckdb(transactions), **options, by=duckdb(labels))
    assert_same_rows(found, order_kpis(transactions, **options, by=labels))


def test_every_kind_of_frame_gives_the_same_table(build, cdnow):
    labels = pd.DataFrame({"customer_id": cdnow["customer_id"].unique()[:1500]})
    labels["group"] = ["a", "b", "c"] * 500
    options = {"start": "1997-02-10", "end": "1998-06-20", "freq": "Q"}
    native = build(cdnow)
    expected = order_kpis(cdnow, **options, by=labels)
    found = order_kpis(native, **options, by=build(labels))
    assert type(found) is type(native)
    assert_same_rows(found, expected)


@pytest.mark.parametrize("kind", ["pandas-numpy", "polars", "duckdb"])
@pytest.mark.parametrize("labels", ["pandas-numpy", "polars", "duckdb"])
def test_labels_may_be_another_kind_of_frame(kind, labels):
    table = order_kpis(Builder(kind)(as_transactions(ORDERS)), **SPAN, by=Builder(labels)(LABELS))
    assert_same_rows(table, order_kpis(as_transactions(ORDERS), **SPAN, by=LABELS))


def test_sales_of_a_log_with_and_without_customers_add_up_to_all_money():
    orders = ORDERS.assign(customer_id=ORDERS["customer_id"].mask(ORDERS["amount"] == 20))
    unknown = unidentified_sales_table(orders, freq="M")
    table = order_kpis(
        as_transactions(orders, invalid="drop"), start="2024-01-01", end="2024-03-31", freq="M", unidentified=unknown
    )
    assert wide(table)["revenue_with_unidentified"].tolist() == [35, 0, 41]
    assert wide(table)["identified_revenue_rate"].tolist() == pytest.approx([15 / 35, math.nan, 1], nan_ok=True)


# Refusals.


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"freq": "H"}, ValueError, "`freq` must be one of"),
        ({"by": "region"}, TypeError, "`by` must be a table of customer_id and one column of labels, got str"),
        (
            {"by": LABELS.assign(size=1)},
            SchemaError,
            r"two columns.*got \['customer_id', 'region', 'size'\]",
        ),
        (
            {"by": LABELS.rename(columns={"region": "kpi"})},
            ValueError,
            "a column 'kpi', which the result has too",
        ),
        ({"by": pd.concat([LABELS, LABELS[1:2]])}, SchemaError, r"`by` has customers more than once: \['bo'\]"),
        ({"by": LABELS.drop(columns="customer_id")}, SchemaError, r"`by` lacks the columns \['customer_id'\]"),
        (
            {"unidentified": UNIDENTIFIED, "freq": "W"},
            SchemaError,
            "`unidentified` was made with freq='M'",
        ),
        ({"unidentified": UNIDENTIFIED}, SchemaError, "`unidentified` was made with freq='M'"),
        (
            {"unidentified": UNIDENTIFIED.assign(period="x"), "freq": "M"},
            SchemaError,
            "must have days in its column period",
        ),
        (
            {"unidentified": ORDERS, "freq": "M"},
            SchemaError,
            r"`unidentified` lacks the columns \['period', 'n_orders'\]",
        ),
        ({"unidentified": 3, "freq": "M"}, TypeError, "`unidentified` must be a pandas, Polars or PyArrow table"),
    ],
)
def test_wrong_options_are_refused(options, error, message):
    with pytest.raises(error, match=message):
        order_kpis(as_transactions(ORDERS), **SPAN, **options)


def test_ids_of_another_kind_are_refused():
    numbers = as_transactions(ORDERS.assign(customer_id=range(len(ORDERS))))
    with pytest.raises(SchemaError, match="`by` has String as customer_id, `transactions` has Int64"):
        order_kpis(numbers, **SPAN, by=LABELS)


# Input untouched.


def test_the_tables_given_are_not_changed():
    given_tables = [as_transactions(ORDERS), LABELS.copy(), UNIDENTIFIED.copy()]
    before = [table.copy() for table in given_tables]
    order_kpis(given_tables[0], **SPAN, freq="M", by=given_tables[1], unidentified=given_tables[2])
    for table, was in zip(given_tables, before, strict=True):
        assert_frame_equal(table, was)
