"""Cohorts of groups, their money, retention smoothed, and the wide form."""

from collections import defaultdict

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from scipy.optimize import minimize
from scipy.stats import beta, betabinom, sem, t
from tests.depth import few
from tests.files import data_file
from tests.frames import Builder, as_pandas, assert_same_rows, rows
from tests.logs import log, order_logs

from crmkit import SchemaError, as_activity, as_transactions, cohort_matrix, cohort_table, load_cdnow
from crmkit._stats import shrunken_shares

AS_OF = "2024-04-30"
TRANSACTIONS = as_transactions(
    log(
        [
            ("ann", "2024-01-15", 20.0),
            ("ann", "2024-01-31", 10.0),
            ("ann", "2024-02-01", -4.0),
            ("ann", "2024-04-01", 1.0),
            ("bo", "2024-02-29", 5.0),
            ("bo", "2024-04-30", 5.0),
            ("cy", "2024-02-02", 3.0),
            ("dee", "2024-01-02", -1.0),
            ("eve", "2024-01-03", -7.0),
            ("eve", "2024-02-05", 2.0),
        ]
    )
)
CHANNELS = pd.DataFrame({"customer_id": ["ann", "bo", "cy", "zoe"], "channel": ["web", "shop", "web", "fair"]})
COUNTED = ["cohort", "age", "n_customers", "size"]
MONEY = ["amount", "amount_per_customer", "cumulative_amount", "cumulative_amount_per_customer", "revenue_retention"]


def revenue(transactions=TRANSACTIONS, **options):
    return cohort_table(transactions, as_of=AS_OF, kind="revenue", **options)


# By hand: groups.


def test_cohorts_of_groups_by_hand(build):
    table = cohort_table(build(TRANSACTIONS), as_of=AS_OF, by=build(CHANNELS))
    found = rows(table, columns=["channel", "scope", *COUNTED])
    # zoe never bought, so there is no fair; eve has no channel; dee only brought back
    assert [row for row in found if row[3] == 0] == [
        ("shop", "group", "2024-02-01", 0, 1, 1),
        ("web", "group", "2024-01-01", 0, 1, 1),
        ("web", "group", "2024-02-01", 0, 1, 1),
        (None, "no label", "2024-02-01", 0, 1, 1),
        (None, "all", "2024-01-01", 0, 1, 1),
        (None, "all", "2024-02-01", 0, 3, 3),
    ]
    assert [row[3:] for row in found if row[0] == "shop"] == [(0, 1, 1), (1, 0, 1), (2, 1, 1)]


def test_rolling_cohorts_of_groups_are_watched_as_long_as_the_youngest_of_all(build):
    table = cohort_table(build(TRANSACTIONS), as_of=AS_OF, by=build(CHANNELS), kind="rolling")
    found = rows(table, columns=["channel", *COUNTED])
    # January has one cohort in web alone; February is watched for two months
    assert [row[1:] for row in found if row[0] == "web" and row[1] == "2024-01-01"] == [
        ("2024-01-01", 0, 1, 1),
        ("2024-01-01", 1, 0, 1),
        ("2024-01-01", 2, 0, 1),
    ]


def test_cohorts_have_periods_of_ones_own(build):
    halves = pd.DataFrame(
        {"period": ["H1", "H2"], "start": ["2024-01-01", "2024-02-10"], "end": ["2024-02-09", "2024-12-31"]}
    )
    for column in ("start", "end"):
        halves[column] = pd.to_datetime(halves[column])
    found = cohort_table(build(TRANSACTIONS), as_of=AS_OF, calendar=halves, kind="revenue")
    # ann, cy and eve come first before 10 February, with eve's refund; ann comes back after it, where bo is new
    assert rows(found, columns=[*COUNTED, "amount", "is_complete"]) == [
        ("2024-01-01", 0, 3, 3, 24.0, True),
        ("2024-01-01", 1, 1, 3, 1.0, False),
        ("2024-02-10", 0, 1, 1, 10.0, False),
    ]


# By hand: money.


def test_the_money_of_cohorts_by_hand(build):
    found = rows(revenue(build(TRANSACTIONS)), columns=[*COUNTED, *MONEY])
    # ann's refund in February is money, no activity; eve's came before her first purchase, dee never bought
    assert found == [
        ("2024-01-01", 0, 1, 1, 30.0, 30.0, 30.0, 30.0, 1.0),
        ("2024-01-01", 1, 0, 1, -4.0, -4.0, 26.0, 26.0, -4 / 30),
        ("2024-01-01", 2, 0, 1, 0.0, 0.0, 26.0, 26.0, 0.0),
        ("2024-01-01", 3, 1, 1, 1.0, 1.0, 27.0, 27.0, 1 / 30),
        ("2024-02-01", 0, 3, 3, 10.0, 10 / 3, 10.0, 10 / 3, 1.0),
        ("2024-02-01", 1, 0, 3, 0.0, 0.0, 10.0, 10 / 3, 0.0),
        ("2024-02-01", 2, 1, 3, 5.0, 5 / 3, 15.0, 5.0, 0.5),
    ]


def test_the_interval_of_money_counts_those_who_bought_nothing():
    cells = revenue()
    # bo paid 5, cy and eve nothing
    ends = t.interval(0.95, 2, loc=5 / 3, scale=sem([5.0, 0.0, 0.0]))
    assert cells[["lower", "upper"]].to_numpy()[-1] == pytest.approx(ends)
    # of one customer there is none
    assert cells.loc[cells["size"] == 1, ["lower", "upper"]].isna().all(axis=None)
    cut = cohort_table(TRANSACTIONS, as_of="2024-04-29", kind="revenue")
    assert cut.loc[~cut["is_complete"], ["lower", "upper"]].isna().all(axis=None)


def test_money_is_missing_where_orders_carry_no_price(build):
    orders = log([("ann", "2024-01-15"), ("ann", "2024-02-01")], columns=("customer_id", "date"))
    unpriced = as_transactions(orders, amount=None)
    table = as_pandas(revenue(build(unpriced)))
    assert table["n_customers"].tolist() == [1, 1, 0, 0]
    assert table[[*MONEY, "lower", "upper"]].isna().all(axis=None)


def test_an_age_0_that_brought_nothing_has_no_share():
    free = as_transactions(log([("ann", "2024-03-15", 0.0), ("ann", "2024-04-01", 5.0)]))
    assert revenue(free)["revenue_retention"].isna().all()


# By hand: smoothing.


def test_cohorts_that_differ_no_more_than_chance_share_one_retention():
    # 10 % and 10 %: nothing tells the cohorts apart
    shares, lower, upper = shrunken_shares([5, 10], [50, 100])
    assert shares.tolist() == pytest.approx([0.1, 0.1])
    # the interval is about that of 15 in 150, wide as the data are
    assert [lower[0], upper[0]] == pytest.approx(beta.interval(0.95, 15, 135), abs=1e-3)


@pytest.mark.parametrize(("won", "share"), [([0, 0], 0.0), ([5, 6], 1.0)])
def test_where_nobody_or_everybody_came_back_the_interval_is_not_empty(won, share):
    shares, lower, upper = shrunken_shares(won, [5, 6])
    end = beta.ppf(0.975, 0.5, 11.5)
    assert shares.tolist() == [share] * 2
    assert [lower[0], upper[0]] == pytest.approx([0, end] if share == 0 else [1 - end, 1])


def test_one_cohort_alone_is_not_drawn_anywhere():
    assert shrunken_shares([3], [10])[0].tolist() == pytest.approx([0.3])


def test_small_cohorts_are_drawn_most():
    shares, *_ = shrunken_shares([1, 30, 500, 100], [2, 100, 1000, 1000])
    raw = np.array([0.5, 0.3, 0.5, 0.1])
    assert 0.25 < shares[0] < 0.45
    assert np.abs(shares - raw)[1:].max() < 0.02


def test_only_complete_cells_are_smoothed():
    cohorts = cohort_table(TRANSACTIONS, as_of="2024-04-29", smoothing="beta_binomial")
    assert cohorts["smoothed_retention"].isna().tolist() == (~cohorts["is_complete"]).tolist()
    assert cohorts.loc[cohorts["age"] == 0, "smoothed_retention"].tolist() == [1.0, 1.0]
    assert list(cohorts.columns)[4:6] == ["retention", "smoothed_retention"]


# By hand: the wide form.


def test_the_wide_form_by_hand(build):
    wide = cohort_matrix(cohort_table(build(TRANSACTIONS), as_of=AS_OF))
    assert rows(wide) == [
        ("2024-01-01", 1, 1.0, 0.0, 0.0, 1.0),
        ("2024-02-01", 3, 1.0, 0.0, 1 / 3, None),
    ]
    assert list(as_pandas(wide).columns) == ["cohort", "size", "age_0", "age_1", "age_2", "age_3"]
    flags = cohort_matrix(cohort_table(build(TRANSACTIONS), as_of="2024-04-29"), value="is_complete")
    assert [row[2:] for row in rows(flags)] == [(1.0, 1.0, 1.0, 0.0), (1.0, 1.0, 0.0, None)]


def test_the_wide_form_keeps_the_groups(build):
    wide = rows(cohort_matrix(revenue(build(TRANSACTIONS), by=build(CHANNELS)), value="cumulative_amount"))
    assert [row[:3] for row in wide] == [
        ("shop", "group", "2024-02-01"),
        ("web", "group", "2024-01-01"),
        ("web", "group", "2024-02-01"),
        (None, "no label", "2024-02-01"),
        (None, "all", "2024-01-01"),
        (None, "all", "2024-02-01"),
    ]
    assert wide[-1][4:] == (10.0, 10.0, 15.0, None)


# Reference: another maximum of the same likelihood.


def test_the_prior_is_that_of_highest_likelihood():
    random = np.random.default_rng(0)
    tried = random.integers(5, 300, 30)
    won = random.binomial(tried, random.beta(3, 12, 30))
    found = minimize(
        lambda at: -betabinom.logpmf(won, tried, *np.exp(at)).sum(),
        [0, 0],
        method="Nelder-Mead",
        options={"xatol": 1e-9, "fatol": 1e-12},
    )
    a, b = np.exp(found.x)
    assert shrunken_shares(won, tried)[0] == pytest.approx((won + a) / (tried + a + b), abs=1e-6)


@pytest.mark.deep
def test_the_intervals_hold_as_many_shares_as_they_say():
    random, inside = np.random.default_rng(1), []
    for _ in range(300):
        tried = random.integers(20, 400, 12)
        shares = random.beta(3, 20, 12)
        _, lower, upper = shrunken_shares(random.binomial(tried, shares), tried, level=0.9)
        inside += ((lower < shares) & (shares < upper)).tolist()
    assert 0.87 < np.mean(inside) < 0.92


# Reference: real data.


def test_the_money_of_cdnow_adds_up():
    transactions = as_transactions(load_cdnow())
    money = cohort_table(transactions, as_of="1998-06-30", kind="revenue")
    assert money["amount"].sum() == pytest.approx(transactions["amount"].sum())
    assert money.groupby("cohort")["cumulative_amount"].last().sum() == pytest.approx(transactions["amount"].sum())


def test_the_money_of_madrigal_is_that_of_the_customers_acquired_since():
    given_rows = pd.read_parquet(data_file("madrigal_customer_quarter_long.parquet"))
    names = {"customer_id": "CustomerID", "period": "quarter", "n_orders": "trans", "amount": "spend"}
    made = as_activity(given_rows, freq="Q", cohort="Cohort", before="pre_y2016", **names)
    money = cohort_table(made, as_of="2019-12-31", freq="Q", kind="revenue")
    assert money["amount"].sum() == pytest.approx(made.loc[made["cohort"] != "before", "amount"].sum())


# Laws.


@few()
@given(order_logs(), st.sampled_from(["D", "W", "M", "Q", "W-SAT"]), st.integers(0, 80))
def test_money_is_what_adding_up_customer_by_customer_gives(orders, freq, days):
    transactions = as_transactions(orders)
    if not (transactions["n_orders"] > 0).any():
        return
    as_of = transactions.loc[transactions["n_orders"] > 0, "date"].min() + pd.Timedelta(days=days)
    past = transactions[transactions["date"] <= as_of]
    period = pd.PeriodIndex(past["date"], freq=freq)
    first = period[past["n_orders"] > 0].to_series().groupby(past.loc[past["n_orders"] > 0, "customer_id"].to_numpy())
    born, paid = first.min(), defaultdict(float)
    for customer, at, amount in zip(past["customer_id"], period, past["amount"], strict=True):
        if customer in born.index and at >= born[customer]:
            paid[born[customer].start_time, (at - born[customer]).n, customer] += amount
    found = cohort_table(transactions, as_of=as_of, freq=freq, kind="revenue")
    for cell in found.itertuples():
        each = [sum(paid[key] for key in list(paid) if key == (cell.cohort, cell.age, one)) for one in born.index]
        each = [value for value, one in zip(each, born.index, strict=True) if born[one].start_time == cell.cohort]
        assert cell.amount == pytest.approx(sum(each), abs=1e-9)
        if cell.is_complete and len(each) > 1:
            low, high = np.mean(each) + t.ppf([0.025, 0.975], len(each) - 1) * sem(each)
            assert [cell.lower, cell.upper] == pytest.approx([low, high], abs=1e-6)


@few()
@given(order_logs(), st.sampled_from(["D", "W", "M", "Q-JAN"]), st.sampled_from(["classic", "rolling", "revenue"]))
def test_engines_count_as_memory_does(orders, freq, kind):
    transactions = as_transactions(orders)
    labels = pd.DataFrame({"customer_id": ["ann", "bo", "dee"], "label": ["a", "b", "a"]})
    options = {
        "as_of": max(pd.Timestamp("2024-02-20"), transactions["date"].min()),
        "freq": freq,
        "kind": kind,
        "by": labels,
    }
    try:
        expected = cohort_table(transactions, **options)
    except SchemaError:
        with pytest.raises(SchemaError, match=r"no purchase|No cohort"):
            cohort_table(Builder("duckdb")(transactions), **options)
        return
    assert_same_rows(cohort_table(Builder("duckdb")(transactions), **options), expected)


@few()
@given(order_logs(), st.sampled_from(["W", "M"]), st.sampled_from(["classic", "revenue"]))
def test_a_group_is_what_its_customers_alone_are(orders, freq, kind):
    transactions = as_transactions(orders)
    labels = pd.DataFrame({"customer_id": ["ann", "bo", "cy"], "label": ["a", "b", "a"]})
    options = {"as_of": "2024-03-05", "freq": freq, "kind": kind}
    if not (transactions["n_orders"] > 0).any():
        return
    table = cohort_table(transactions, **options, by=labels)
    whole = table[table["scope"] == "all"].drop(columns=["label", "scope"]).reset_index(drop=True)
    assert_frame_equal(whole, cohort_table(transactions, **options))
    alone = transactions[transactions["customer_id"].isin(["ann", "cy"])]
    if (alone["n_orders"] > 0).any():
        group = table[table["label"] == "a"].drop(columns=["label", "scope"]).reset_index(drop=True)
        assert_frame_equal(group, cohort_table(alone, **options), atol=1e-9)


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 30)), min_size=1, max_size=8))
@example([(0, 2), (1, 1)])
def test_smoothed_shares_lie_between_their_own_and_those_of_all(pairs):
    won, tried = np.array([(min(k, n), n) for k, n in pairs]).T
    shares, lower, upper = shrunken_shares(won, tried)
    assert ((lower <= shares) & (shares <= upper) & (lower >= 0) & (upper <= 1)).all()
    raw = won / tried
    assert (shares >= raw.min() - 1e-9).all()
    assert (shares <= raw.max() + 1e-9).all()


# Refusal.


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"smoothing": "kernel"}, ValueError, r"`smoothing` must be one of \['beta_binomial'\], got 'kernel'"),
        ({"smoothing": "beta_binomial", "kind": "revenue"}, ValueError, "`smoothing` is for shares of customers, so"),
        ({"by": CHANNELS.rename(columns={"channel": "size"})}, ValueError, "a column 'size', which the result has"),
        ({"by": pd.concat([CHANNELS, CHANNELS])}, SchemaError, "`by` has customers more than once"),
        ({"by": CHANNELS.assign(customer_id=1)[:1]}, SchemaError, "as customer_id, `transactions` has"),
        ({"by": "channel"}, TypeError, "`by` must be a table of customer_id and one column of labels, got str"),
    ],
)
def test_wrong_options_are_refused(options, error, message):
    with pytest.raises(error, match=message):
        cohort_table(TRANSACTIONS, as_of=AS_OF, **options)


def test_a_wide_form_that_cannot_be_is_refused():
    cohorts = cohort_table(TRANSACTIONS, as_of=AS_OF)
    with pytest.raises(ValueError, match=r"`value` must be a column of numbers of `cohorts`, one of .* got 'cohort'"):
        cohort_matrix(cohorts, value="cohort")
    with pytest.raises(SchemaError, match="a cohort at an age more than once, such as 2024-01-01 at 0"):
        cohort_matrix(pd.concat([cohorts, cohorts]))
    named = cohort_table(TRANSACTIONS, as_of=AS_OF, by=CHANNELS.rename(columns={"channel": "age_1"}))
    with pytest.raises(ValueError, match="labels in a column 'age_1', which the result has too"):
        cohort_matrix(named)
    with pytest.raises(SchemaError, match=r"`cohorts` lacks the columns \['size'\]"):
        cohort_matrix(cohorts.drop(columns="size"))


# Input untouched.


def test_tables_given_are_left_as_they_are():
    transactions, labels = TRANSACTIONS.copy(), CHANNELS.copy()
    cohorts = cohort_table(transactions, as_of=AS_OF, by=labels, kind="revenue")
    kept = cohorts.copy()
    cohort_matrix(cohorts, value="amount")
    assert_frame_equal(cohorts, kept)
    assert_frame_equal(transactions, TRANSACTIONS)
    assert_frame_equal(labels, CHANNELS)


# Labels of any kind.


def test_labels_that_are_true_or_false_stay_so(build):
    log_ = [(1, "2024-01-01", 1.0), (2, "2024-01-02", 1.0), (1, "2024-02-01", 1.0)]
    orders = pd.DataFrame(log_, columns=["customer_id", "date", "amount"])
    orders["date"] = pd.to_datetime(orders["date"]).astype("datetime64[us]")
    by = build(pd.DataFrame({"customer_id": [1, 2], "member": [True, False]}))
    cohorts = cohort_table(as_transactions(build(orders)), as_of="2024-02-29", by=by)
    found = rows(cohorts, columns=["member", "scope", "age", "n_customers"])
    assert (True, "group", 1, 1) in found
    assert (False, "group", 1, 0) in found
    wide = rows(cohort_matrix(cohorts), columns=["member", "age_1"])
    assert (True, 1.0) in wide


def test_endless_numbers_are_labels(build):
    orders = pd.DataFrame({"customer_id": [1, 2], "date": pd.to_datetime(["2024-01-01"] * 2).astype("datetime64[us]")})
    transactions = as_transactions(build(orders), amount=None)
    by = build(pd.DataFrame({"customer_id": [1, 2], "grade": [np.inf, 1.0]}))
    found = rows(cohort_table(transactions, as_of="2024-01-31", by=by), columns=["grade", "n_customers"])
    assert found[:2] == [(1.0, 1), (np.inf, 1)]


def test_lengths_of_time_are_not_labels():
    orders = pd.DataFrame({"customer_id": [1, 2], "date": ["2024-01-01"] * 2})
    lengths = pd.DataFrame({"customer_id": [1, 2], "tenure": pd.to_timedelta([1, 2], unit="D")})
    with pytest.raises(SchemaError, match="must hold labels"):
        cohort_table(as_transactions(orders, amount=None), as_of="2024-01-31", by=lengths)


def test_rolling_cohorts_are_followed_for_a_period_at_least():
    orders = pd.DataFrame({"customer_id": [1, 1, 2], "date": ["2024-01-01", "2024-02-01", "2024-02-05"]})
    cohorts = cohort_table(as_transactions(orders, amount=None), as_of="2024-02-29", kind="rolling")
    # the cohort of February is too young
    assert rows(cohorts, columns=["cohort", "age", "retention"]) == [("2024-01-01", 0, 1.0), ("2024-01-01", 1, 1.0)]
