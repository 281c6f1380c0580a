"""The churn outlook: days chosen by hand, parts against the functions they come from, and logs that hold too little."""

from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import polars as pl
import pytest
from pandas.testing import assert_frame_equal
from tests.frames import as_pandas, assert_same_rows
from tests.logs import orders_that_stop

from crmkit import as_transactions
from crmkit._messages import Words
from crmkit.loyalty.churn import churn_snapshots, early_warning_table
from crmkit.views import churn_outlook
from crmkit.views._churn_days import churn_days

DAY = "2023-12-31"
OPTIONS = {"as_of": DAY, "horizon": 30, "gap": 7}


def orders_of(n_customers):
    return as_transactions(orders_that_stop(n_customers))


@pytest.fixture(scope="module")
def transactions():
    return orders_of(150)


@pytest.fixture(scope="module")
def outlook(transactions):
    return churn_outlook(transactions, **OPTIONS, capacity=20, contact_cost=0.5)


# By hand.


def test_cutoffs_go_back_from_the_newest_whose_time_is_up():
    # 37 days before the last day: 24 November; then every 13 days; those up to 18 October were known on 24 November
    days = churn_days(datetime(2023, 1, 1), as_of=datetime(2023, 12, 31), horizon=30, gap=7)
    assert [f"{day:%m-%d}" for day in days.known] == ["10-16", "10-29", "11-11", "11-24"]
    assert [f"{day:%m-%d}" for day in days.to_learn] == ["10-16"]


@pytest.mark.parametrize(("n_days", "n_known", "n_to_learn"), [(66, 0, 0), (67, 1, 0), (105, 3, 0), (106, 4, 1)])
def test_a_log_must_be_long_enough(n_days, n_known, n_to_learn):
    # 30 days of history, 7 to act and 30 to see are 67; the trial takes three steps of 13 more
    first = datetime(2023, 12, 31) - timedelta(days=n_days - 1)
    days = churn_days(first, as_of=datetime(2023, 12, 31), horizon=30, gap=7)
    assert (len(days.known), len(days.to_learn)) == (n_known, n_to_learn)
    assert (days.days_needed, days.days_to_try) == (67, 106)


def test_what_is_at_stake_is_the_margin_of_last_year(transactions, outlook):
    spent = transactions.groupby("customer_id")["amount"].sum()
    assert outlook.scored["clv"].tolist() == pytest.approx(spent[outlook.scored["customer_id"]].tolist())
    half = churn_outlook(transactions, **OPTIONS, margin=0.5)
    assert half.scored["clv"].tolist() == pytest.approx((outlook.scored["clv"] / 2).tolist())
    assert set(churn_outlook(transactions, **OPTIONS, value=7).scored["clv"]) == {7}


# Against the functions that it composes.


def test_rates_are_those_of_the_snapshots(transactions, outlook):
    found = outlook.base_rates.set_index("cutoff")
    snapshots = churn_snapshots(transactions, cutoffs=list(found.index), lookback=365, **OPTIONS)
    assert found["churn_rate"].to_dict() == snapshots.groupby("cutoff")["churned"].mean().to_dict()
    assert (found["churn_rate_lower"] < found["churn_rate"]).all()


def test_everybody_at_risk_is_scored_and_the_list_is_cut_from_them(transactions, outlook):
    today = churn_snapshots(transactions, cutoffs=[DAY], lookback=365, **OPTIONS)
    assert outlook.scored["customer_id"].tolist() == today["customer_id"].tolist()
    assert outlook.n_at_risk == len(today)
    assert len(outlook.actions) == 20
    assert outlook.action_audit["n_customers"].tolist()[-1] == len(today)
    assert_frame_equal(outlook.warnings, early_warning_table(transactions, as_of=DAY))


def test_a_rhythm_that_stops_is_found_on_later_days(outlook):
    # two in five have stopped for good, the others buy every two weeks: silence tells nearly all
    auc = outlook.judged[outlook.judged["measure"] == "auc"].set_index("score")["value"]
    assert set(auc.index) == {"model", "days_since_last", "pareto_nbd"}
    assert auc["model"] > 0.9
    assert outlook.tried_on == datetime(2023, 11, 24)
    assert outlook.capture["n_customers"].sum() == outlook.judged["n_customers"].iloc[0]
    gone = outlook.scored["days_since_last"] > 60
    assert outlook.scored.loc[gone, "probability"].min() > outlook.scored.loc[~gone, "probability"].median()


def test_of_many_customers_some_are_learned_from_and_all_are_scored(transactions, outlook):
    drawn = churn_outlook(transactions, **OPTIONS, most_customers=120)
    assert (drawn.n_learned, drawn.n_at_risk) == (120, outlook.n_at_risk)
    assert_frame_equal(drawn.base_rates, outlook.base_rates)


# Laws.


def test_every_kind_of_frame_gives_the_same(build, transactions):
    # too few for a model, which takes its time
    few = transactions[transactions["customer_id"] < 20]
    got, expected = churn_outlook(build(few), **OPTIONS), churn_outlook(few, **OPTIONS)
    for name in ("base_rates", "warnings", "warning_history"):
        assert type(getattr(got, name)) is type(build(few.head(1)))
        assert_same_rows(as_pandas(getattr(got, name)), getattr(expected, name))


def test_lists_and_scores_come_as_polars_too(transactions, outlook):
    got = churn_outlook(pl.from_pandas(transactions), **OPTIONS, capacity=20, contact_cost=0.5)
    for name in ("scored", "actions", "judged", "calibration", "drift"):
        assert_same_rows(as_pandas(getattr(got, name)), getattr(outlook, name))


def test_what_comes_later_changes_nothing(transactions, outlook):
    later = pd.concat([transactions, transactions.tail(30).assign(date=pd.Timestamp("2024-03-01"))])
    again = churn_outlook(later.reset_index(drop=True), **OPTIONS, capacity=20, contact_cost=0.5)
    assert_frame_equal(again.actions, outlook.actions)


# Too little.


def test_a_short_log_says_so_and_has_warnings_alone():
    early = orders_of(40)
    found = churn_outlook(early[early["date"] < "2023-02-20"].reset_index(drop=True), as_of="2023-02-19", horizon=30)
    assert (found.model, found.scored, found.actions, found.base_rates, found.judged) == (None,) * 5
    assert str(found.problems["model"]).startswith("The log is too short to learn who leaves: it covers 4")
    assert found.problems["model"].told("zh", Words()).startswith("数据时间太短")
    assert len(found.warnings.columns) == 7


def test_few_customers_or_one_outcome_say_so():
    # eight customers
    found = churn_outlook(orders_of(8), **OPTIONS)
    assert str(found.problems["model"]).startswith("Too few customers to learn who leaves: of those at risk on")
    assert len(found.base_rates) == 4
    # everybody stays: a log of those who never stop
    loyal = orders_of(150)
    loyal = loyal[loyal["customer_id"] % 5 > 1].reset_index(drop=True)
    found = churn_outlook(loyal, **OPTIONS)
    assert " 0 left and 90 stayed" in str(found.problems["model"])


def test_a_log_too_short_for_the_trial_is_scored_and_not_judged():
    recent = orders_of(300)
    recent = recent[recent["date"] > "2023-09-20"].reset_index(drop=True)
    found = churn_outlook(recent, **OPTIONS)
    assert (found.judged, found.tried_on) == (None, None)
    assert "could not be tried on later days" in str(found.problems["judged"])
    assert found.scored["probability"].between(0, 1).all()


def test_nobody_at_risk_and_no_prices_say_so(transactions):
    gone = churn_outlook(transactions, as_of="2025-12-31", horizon=30)
    assert str(gone.problems["model"]).startswith("Nobody is at risk: no customer bought in the 365 days")
    free = churn_outlook(transactions.assign(amount=np.nan), **OPTIONS)
    assert (free.actions, len(free.scored) > 0) == (None, True)
    assert str(free.problems["actions"]).startswith("The orders carry no price")


# Refusals.


@pytest.mark.parametrize(
    ("option", "error"),
    [
        ({"horizon": 0}, ValueError),
        ({"gap": -1}, ValueError),
        ({"lookback": 1.5}, TypeError),
        ({"margin": 2}, ValueError),
        ({"value": "10"}, TypeError),
        ({"most_customers": 0}, ValueError),
        ({"as_of": "2022-01-01"}, ValueError),
    ],
)
def test_options_out_of_range_are_refused(transactions, option, error):
    with pytest.raises(error, match=rf"`{next(iter(option))}`"):
        churn_outlook(transactions, **{**OPTIONS, **option})


# Input untouched.


def test_the_transactions_stay_as_they_were(transactions):
    before = transactions.copy()
    churn_outlook(transactions, **OPTIONS)
    assert_frame_equal(transactions, before)
