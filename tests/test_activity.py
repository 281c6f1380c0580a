"""Activity, cohorts and opportunities: by hand, as published, and against another way of counting."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from scipy.stats import binomtest
from tests.files import data_file, lifetimes_file
from tests.frames import as_pandas, rows
from tests.logs import log, order_logs

from crmkit import SchemaError, activity_table, as_transactions, cohort_table, load_cdnow, opportunity_table

TABLES = (activity_table, cohort_table, opportunity_table)
COUNTED = ["cohort", "age", "n_customers", "size", "retention"]
FREQS = ("D", "W", "M", "Q", "Y", "W-SAT", "Q-JAN", "Y-MAR")
TRANSACTIONS = as_transactions(
    log(
        [
            ("ann", "2024-01-15", 20.0),
            ("ann", "2024-01-31", 10.0),
            ("ann", "2024-02-01", -4.0),
            ("ann", "2024-04-01", 1.0),
            ("bo", "2024-02-29", 5.0),
            ("bo", "2024-04-30", 5.0),
            ("cy", "2024-02-02", 5.0),
            ("dee", "2024-01-02", -1.0),
        ]
    )
)


def periods(transactions, freq):
    """The transactions with pandas' own periods, another way to find them than crmkit's."""
    return transactions.assign(period=pd.PeriodIndex(transactions["date"], freq=freq))


# By hand: activity.


def test_transactions_are_added_up_by_month():
    assert rows(activity_table(TRANSACTIONS, as_of="2024-04-29")) == [
        ("ann", "2024-01-01", 2, 30.0),
        ("ann", "2024-02-01", 0, -4.0),
        ("ann", "2024-04-01", 1, 1.0),
        ("bo", "2024-02-01", 1, 5.0),
        ("cy", "2024-02-01", 1, 5.0),
        ("dee", "2024-01-01", 0, -1.0),
    ]


@pytest.mark.parametrize(
    ("freq", "period"),
    [("D", "2024-02-29"), ("W", "2024-02-26"), ("M", "2024-02-01"), ("Q", "2024-01-01"), ("Y", "2024-01-01")],
)
def test_a_period_is_named_by_its_first_day(freq, period):
    # 29 February 2024 was a Thursday; its week began on Monday the 26th
    bo = TRANSACTIONS[TRANSACTIONS["customer_id"] == "bo"]
    assert rows(activity_table(bo, as_of="2024-03-31", freq=freq)) == [("bo", period, 1, 5.0)]


# By hand: cohorts.


def test_cohorts_by_hand():
    # ann is of January: her refund in February is no purchase; bo and cy are of February; dee never bought
    assert rows(cohort_table(TRANSACTIONS, as_of="2024-04-30"), columns=COUNTED) == [
        ("2024-01-01", 0, 1, 1, 1.0),
        ("2024-01-01", 1, 0, 1, 0.0),
        ("2024-01-01", 2, 0, 1, 0.0),
        ("2024-01-01", 3, 1, 1, 1.0),
        ("2024-02-01", 0, 2, 2, 1.0),
        ("2024-02-01", 1, 0, 2, 0.0),
        ("2024-02-01", 2, 1, 2, 0.5),
    ]


def test_an_age_that_as_of_cuts_short_has_a_row_and_one_after_it_has_none():
    ages = cohort_table(TRANSACTIONS, as_of="2024-04-01").groupby("cohort")["age"].max()
    assert ages.tolist() == [3, 2]


def test_rolling_cohorts_by_hand():
    # February is watched for two months after the first, so January is too: ann's order in April does not count
    assert rows(cohort_table(TRANSACTIONS, as_of="2024-04-30", kind="rolling"), columns=COUNTED) == [
        ("2024-01-01", 0, 1, 1, 1.0),
        ("2024-01-01", 1, 0, 1, 0.0),
        ("2024-01-01", 2, 0, 1, 0.0),
        ("2024-02-01", 0, 2, 2, 1.0),
        ("2024-02-01", 1, 1, 2, 0.5),
        ("2024-02-01", 2, 1, 2, 0.5),
    ]
    # without February January is watched for three
    found = rows(cohort_table(TRANSACTIONS, as_of="2024-04-30", kind="rolling", follow_up=3), columns=COUNTED)
    assert found == [("2024-01-01", age, 1, 1, 1.0) for age in range(4)]


def test_rolling_cohorts_count_whole_periods_alone():
    found = rows(cohort_table(TRANSACTIONS, as_of="2024-04-29", kind="rolling"), columns=COUNTED)
    assert [row[:3] for row in found] == [
        ("2024-01-01", 0, 1),
        ("2024-01-01", 1, 0),
        ("2024-02-01", 0, 2),
        ("2024-02-01", 1, 0),
    ]


def test_a_cohort_has_its_types():
    cohorts = cohort_table(TRANSACTIONS, as_of="2024-04-30")
    assert list(cohorts.columns) == [*COUNTED, "is_complete", "lower", "upper"]
    assert cohorts.dtypes.astype(str).tolist() == [
        "datetime64[us]", "int64", "int64", "int64", "float64", "bool", "float64", "float64",
    ]  # fmt: skip


def test_an_age_that_is_not_over_is_not_complete_and_has_no_interval():
    cohorts = cohort_table(TRANSACTIONS, as_of="2024-04-29", level=0.9)
    assert cohorts["is_complete"].tolist() == [True, True, True, False, True, True, False]
    assert cohorts["lower"].isna().tolist() == cohorts["upper"].isna().tolist() == (~cohorts["is_complete"]).tolist()
    ends = binomtest(0, 2).proportion_ci(confidence_level=0.9, method="wilson")
    assert cohorts[["lower", "upper"]].to_numpy()[5] == pytest.approx([ends.low, ends.high])
    whole = cohort_table(TRANSACTIONS, as_of="2024-04-29", kind="rolling")
    assert whole[["is_complete", "lower", "upper"]].notna().all(axis=None)
    assert whole["is_complete"].all()


# By hand: opportunities.


def test_opportunities_by_hand():
    # up to May: ann could have bought in February, March, April and May and did in the third; dee never bought
    assert rows(opportunity_table(TRANSACTIONS, as_of="2024-05-31", freq="M")) == [
        ("ann", "2024-01-01", 1, 3, 4),
        ("bo", "2024-02-01", 1, 2, 3),
        ("cy", "2024-02-01", 0, 0, 3),
    ]


def test_a_period_that_as_of_cuts_short_is_no_opportunity():
    # 29 April leaves April out, with ann's purchase on the 1st
    assert rows(opportunity_table(TRANSACTIONS, as_of="2024-04-29", freq="M")) == [
        ("ann", "2024-01-01", 0, 0, 2),
        ("bo", "2024-02-01", 0, 0, 1),
        ("cy", "2024-02-01", 0, 0, 1),
    ]


def test_a_customer_first_seen_in_a_period_cut_short_is_not_there():
    found = opportunity_table(TRANSACTIONS, as_of="2024-02-28", freq="M")
    assert rows(found) == [("ann", "2024-01-01", 0, 0, 0)]


# Reference.


def test_the_cohorts_of_cdnow():
    # Computed from the CDNOW sample by several tools (shared/reference); sizes as in Fader and Hardie (2001)
    cohorts = cohort_table(as_transactions(load_cdnow()), as_of="1998-06-30")
    assert cohorts.groupby("cohort")["size"].first().tolist() == [781, 857, 719]
    assert cohorts["cohort"].dt.strftime("%Y-%m").unique().tolist() == ["1997-01", "1997-02", "1997-03"]
    published = {1: [0.158771, 0.156359, 0.121001], 2: [0.121639, 0.128355, 0.116829]}
    for age, retention in published.items():
        assert cohorts.loc[cohorts["age"] == age, "retention"].tolist() == pytest.approx(retention, abs=5e-7)


def test_the_donations_give_the_22_cells_of_the_bgbb_paper():
    # Fader, Hardie and Shang (2010); the cells as in lifetimes' donations.csv
    gave = pd.read_parquet(data_file("donation_incidence_1995_cohort.parquet")).melt("donor_id", value_name="gave")
    gave = gave[gave["gave"] == 1]
    orders = gave.assign(date=gave["variable"].str[1:] + "-07-01", amount=1.0)
    transactions = as_transactions(orders, customer_id="donor_id")
    found = opportunity_table(transactions, as_of="2001-12-31", freq="Y")
    assert len(found) == 11_104
    assert found["first_period"].eq("1995-01-01").all()
    cells = found.groupby(["n_transactions", "last_transaction", "n_opportunities"]).size()
    published = pd.read_csv(lifetimes_file("donations.csv"))
    expected = published.set_index(["frequency", "recency", "periods"])["weights"]
    assert len(expected) == 22
    assert cells.to_dict() == expected.to_dict()


# Law: another way of counting.


@given(freq=st.sampled_from(FREQS), orders=order_logs(), days=st.integers(0, 80))
def test_activity_is_what_pandas_periods_add_up_to(freq, orders, days):
    transactions = as_transactions(orders)
    as_of = transactions["date"].min() + pd.Timedelta(days=days)
    past = periods(transactions[transactions["date"] <= as_of], freq)
    expected = past.groupby(["customer_id", "period"], as_index=False)[["n_orders", "amount"]].sum()
    expected["period"] = expected["period"].dt.start_time.astype("datetime64[us]")
    assert_frame_equal(activity_table(transactions, as_of=as_of, freq=freq), expected, rtol=1e-9)


@given(freq=st.sampled_from(FREQS), orders=order_logs(), days=st.integers(0, 80))
def test_cohorts_are_what_counting_customers_one_by_one_gives(freq, orders, days):
    transactions = as_transactions(orders)
    bought = transactions[transactions["n_orders"] > 0]
    if bought.empty:
        return
    as_of = bought["date"].min() + pd.Timedelta(days=days)
    active = periods(bought[bought["date"] <= as_of], freq).groupby("customer_id")["period"].agg(set)
    last = as_of.to_period(freq)
    expected = []
    for cohort in sorted({min(seen) for seen in active}):
        members = [seen for seen in active if min(seen) == cohort]
        for age in range((last - cohort).n + 1):
            back = sum(cohort + age in seen for seen in members)
            is_over = (cohort + age).end_time.normalize() <= as_of
            expected.append((cohort.start_time, age, back, len(members), back / len(members), is_over))
    found = cohort_table(transactions, as_of=as_of, freq=freq)
    assert list(found[[*COUNTED, "is_complete"]].itertuples(index=False, name=None)) == expected


@given(freq=st.sampled_from(FREQS), orders=order_logs(), days=st.integers(0, 80), follow_up=st.integers(0, 5))
def test_rolling_retention_is_what_looking_ahead_from_each_age_gives(freq, orders, days, follow_up):
    transactions = as_transactions(orders)
    bought = transactions[transactions["n_orders"] > 0]
    if bought.empty:
        return
    as_of = bought["date"].min() + pd.Timedelta(days=days)
    here = as_of.to_period(freq)
    last = here if here.end_time.normalize() == as_of else here - 1
    active = periods(bought[bought["date"] <= as_of], freq).groupby("customer_id")["period"].agg(set)
    expected = []
    for cohort in sorted({min(seen) for seen in active if min(seen) + follow_up <= last}):
        members = [seen for seen in active if min(seen) == cohort]
        for age in range(follow_up + 1):
            ahead = {cohort + later for later in range(age, follow_up + 1)}
            back = sum(bool(ahead & seen) for seen in members)
            expected.append((cohort.start_time, age, back, len(members), back / len(members)))
    if not expected:
        return
    found = cohort_table(transactions, as_of=as_of, freq=freq, kind="rolling", follow_up=follow_up)
    assert list(found[COUNTED].itertuples(index=False, name=None)) == expected


@given(freq=st.sampled_from(FREQS), orders=order_logs(), days=st.integers(0, 80))
def test_opportunities_are_what_counting_periods_one_by_one_gives(freq, orders, days):
    transactions = as_transactions(orders)
    as_of = transactions["date"].min() + pd.Timedelta(days=days)
    here = as_of.to_period(freq)
    last = here if here.end_time.normalize() == as_of else here - 1
    bought = periods(transactions[transactions["n_orders"] > 0], freq)
    expected = []
    for customer, seen in bought[bought["period"] <= last].groupby("customer_id")["period"]:
        later = [number for number in range(1, (last - seen.min()).n + 1) if seen.min() + number in set(seen)]
        n_opportunities = (last - seen.min()).n
        expected.append((customer, seen.min().start_time, len(later), max(later, default=0), n_opportunities))
    found = opportunity_table(transactions, as_of=as_of, freq=freq)
    assert list(found.itertuples(index=False, name=None)) == expected


# Refusal.


@pytest.mark.parametrize("table", TABLES)
def test_a_table_that_is_no_transactions_table_is_refused(table, build):
    with pytest.raises(SchemaError, match=r"`transactions` lacks the columns \['amount'\]; it has .* as_transactions"):
        table(build(TRANSACTIONS.drop(columns="amount")), as_of="2024-04-30")


@pytest.mark.parametrize("table", TABLES)
def test_what_is_no_frame_is_refused(table):
    with pytest.raises(TypeError, match=r"`transactions` must be a pandas, Polars or PyArrow table.* got str"):
        table("transactions.csv", as_of="2024-04-30")


@pytest.mark.parametrize("table", TABLES)
def test_unknown_periods_are_refused(table):
    with pytest.raises(ValueError, match=r"`freq` must be one of \['D', 'M', 'Q', 'W', 'Y'\], or name .*, got 'ME'"):
        table(TRANSACTIONS, as_of="2024-04-30", freq="ME")


@pytest.mark.parametrize("table", TABLES)
def test_an_as_of_that_is_no_date_is_refused(table):
    with pytest.raises(ValueError, match="`as_of` must be a date or ISO text such as '2024-12-31', got 'soon'"):
        table(TRANSACTIONS, as_of="soon")


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        (
            {"kind": "unbounded"},
            ValueError,
            r"`kind` must be one of \['classic', 'revenue', 'rolling'\], got 'unbounded'",
        ),
        ({"follow_up": 2}, ValueError, "`follow_up` goes with kind='rolling' only"),
        ({"kind": "rolling", "follow_up": -1}, ValueError, "`follow_up` must"),
        ({"kind": "rolling", "follow_up": 0.5}, TypeError, "`follow_up` must be a whole number"),
        (
            {"kind": "rolling", "follow_up": 4},
            SchemaError,
            "No cohort of `transactions` has been watched for 4 whole",
        ),
    ],
)
def test_wrong_options_of_cohorts_are_refused(options, error, message):
    with pytest.raises(error, match=message):
        cohort_table(TRANSACTIONS, as_of="2024-04-30", **options)


def test_rolling_cohorts_are_the_same_in_every_kind_of_frame(build):
    expected = rows(cohort_table(TRANSACTIONS, as_of="2024-04-30", kind="rolling"), columns=COUNTED)
    assert rows(cohort_table(build(TRANSACTIONS), as_of="2024-04-30", kind="rolling"), columns=COUNTED) == expected


def test_cohorts_need_a_purchase(build):
    with pytest.raises(SchemaError, match=r"`transactions` has no purchase up to 2024-01-14\. Give a later `as_of`"):
        cohort_table(build(TRANSACTIONS), as_of="2024-01-14")


# Input untouched.


@pytest.mark.parametrize("table", TABLES)
def test_the_transactions_given_are_not_changed(table, build):
    transactions = build(TRANSACTIONS)
    before = as_pandas(transactions)
    table(transactions, as_of="2024-04-30")
    assert_frame_equal(as_pandas(transactions), before)
