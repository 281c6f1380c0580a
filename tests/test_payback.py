"""Payback: what cohorts earn beside what they cost, seen and expected."""

import math

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure
from pandas.testing import assert_frame_equal
from tests.depth import few
from tests.files import data_file
from tests.frames import as_pandas, rows
from tests.logs import log, order_logs

from crmkit import SchemaError, as_activity, as_transactions, customer_summary, load_cdnow
from crmkit._time_units import DAYS
from crmkit.metrics import payback_age_table, payback_table
from crmkit.plotting import plot_payback
from crmkit.value import BetaGeoModel, GammaGammaModel

mpl.use("Agg")

TRANSACTIONS = as_transactions(
    log(
        [
            ("ann", "2024-01-15", 20.0),
            ("ann", "2024-02-01", -4.0),
            ("ann", "2024-03-01", 30.0),
            ("bo", "2024-01-20", 10.0),
            ("cy", "2024-02-02", 8.0),
            ("dee", "2024-03-03", 100.0),
        ]
    )
)
CHANNELS = pd.DataFrame({"customer_id": ["ann", "bo", "cy", "dee"], "channel": ["web", "web", "shop", None]})
COSTS = pd.DataFrame({"cohort": ["2024-01-01", "2024-01-31", "2024-02-01"], "acquisition_cost": [10.0, 4.0, 30.0]})
ASKED = {"as_of": "2024-03-31", "margin": 0.5}


class Steady:
    """Expects a purchase of each customer in every 30 days."""

    time_unit = "D"

    def expected_purchases(self, customers, *, horizon):
        return np.full(len(customers), horizon / 30)


class Dear:
    """Expects every purchase to bring in 60."""

    def expected_spend(self, customers):
        return np.full(len(customers), 60.0)


# By hand.


def test_payback_by_hand(build):
    table = payback_table(build(TRANSACTIONS), **ASKED, acquisition_costs=build(COSTS))
    columns = ["cohort", "age", "size", "contribution", "cumulative_contribution_per_customer", "acquisition_cost"]
    # half of 30, -4 and 30; 14 were spent in January on two days; nobody says what March cost
    assert rows(table, columns=[*columns, "cost_recovery_rate"]) == [
        ("2024-01-01", 0, 2, 15.0, 7.5, 14.0, 15 / 14),
        ("2024-01-01", 1, 2, -2.0, 6.5, 14.0, 13 / 14),
        ("2024-01-01", 2, 2, 15.0, 14.0, 14.0, 2.0),
        ("2024-02-01", 0, 1, 4.0, 4.0, 30.0, 4 / 30),
        ("2024-02-01", 1, 1, 0.0, 4.0, 30.0, 4 / 30),
        ("2024-03-01", 0, 1, 50.0, 50.0, None, None),
    ]
    assert rows(payback_age_table(table)) == [
        ("2024-01-01", 2, 14.0, 7.0, 14.0, 2.0, 2, 0.0, "paid_back"),
        ("2024-02-01", 1, 30.0, 30.0, 4.0, 1.0, 1, None, "not_yet"),
        ("2024-03-01", 1, None, None, 50.0, 0.0, 0, None, "no_cost"),
    ]


def test_payback_by_channel_by_hand(build):
    costs = pd.DataFrame(
        {
            "cohort": ["2024-01-01", "2024-02-01", "2024-03-01"],
            "channel": ["web", "shop", None],
            "acquisition_cost": [14.0, 1.0, 40.0],
        }
    )
    costs = pd.concat([costs, costs[:1].assign(acquisition_cost=2.0)])
    table = payback_age_table(payback_table(build(TRANSACTIONS), **ASKED, acquisition_costs=costs, by=build(CHANNELS)))
    found = rows(table, columns=["channel", "scope", "cohort", "size", "acquisition_cost", "payback_age", "status"])
    assert found == [
        ("shop", "group", "2024-02-01", 1, 1.0, 0.0, "paid_back"),
        ("web", "group", "2024-01-01", 2, 16.0, 2.0, "paid_back"),
        (None, "no label", "2024-03-01", 1, 40.0, 0.0, "paid_back"),
        (None, "all", "2024-01-01", 2, 16.0, 2.0, "paid_back"),
        (None, "all", "2024-02-01", 1, 1.0, 0.0, "paid_back"),
        (None, "all", "2024-03-01", 1, 40.0, 0.0, "paid_back"),
    ]
    # without channels in the costs, nobody says what each channel cost
    blended = payback_age_table(payback_table(TRANSACTIONS, **ASKED, acquisition_costs=COSTS, by=CHANNELS))
    assert blended.loc[blended["scope"] != "all", "status"].unique().tolist() == ["no_cost"]
    assert blended.loc[blended["scope"] == "all", "acquisition_cost"].tolist()[:2] == [14.0, 30.0]


def test_a_number_is_what_each_customer_cost():
    table = payback_table(TRANSACTIONS, **ASKED, acquisition_costs=7)
    assert table.drop_duplicates("cohort")["acquisition_cost"].tolist() == [14.0, 7.0, 7.0]
    free = payback_age_table(payback_table(TRANSACTIONS, **ASKED, acquisition_costs=0))
    assert free["payback_age"].tolist() == [0.0, 0.0, 0.0]


def test_young_ages_are_completed_by_models():
    options = {"as_of": "2024-03-21", "margin": 0.5, "acquisition_costs": 50.0, "model": Steady()}
    table = payback_table(TRANSACTIONS, **options, spend_model=Dear())
    cohorts = table.set_index(["cohort", "age"])
    # to the age of the oldest cohort; 164 of 168 paid stays paid
    assert table.groupby("cohort")["age"].max().tolist() == [2, 2, 2]
    a_day = 60 / 30 * 164 / 168 * 0.5
    april = cohorts.loc[("2024-02-01", 2)]
    assert april["contribution"] == april["expected_contribution"] == pytest.approx(30 * a_day)
    # ten days of March are left, for each of two customers
    march = cohorts.loc[("2024-01-01", 2)]
    assert march["expected_contribution"] == pytest.approx(2 * 10 * a_day)
    assert march["contribution"] == pytest.approx(15 + 2 * 10 * a_day)
    assert table["is_forecast"].tolist() == [False, False, True, False, True, True, True, True, True]
    # without a spend model a purchase is worth the net money of the six purchase days but for one refund
    plain = payback_table(TRANSACTIONS, **options).set_index(["cohort", "age"])
    assert plain.loc[("2024-02-01", 2), "contribution"] == pytest.approx(164 / 5 * 0.5)
    ages = payback_age_table(table)
    # 28 and some 20 for two customers who cost 100; 4 and some 39 for one who cost 50; 50 at once
    assert ages["status"].tolist() == ["not_yet", "not_yet", "expected"]
    assert ages["contribution_per_customer"].tolist() == pytest.approx([14, 4, 50])


def test_max_age_cuts_and_extends():
    options = {**ASKED, "acquisition_costs": 7.0}
    assert payback_table(TRANSACTIONS, **options, max_age=1)["age"].max() == 1
    longer = payback_table(TRANSACTIONS, **options, model=Steady(), max_age=5)
    assert longer.groupby("cohort")["age"].max().tolist() == [5, 5, 5]


def test_profit_of_an_activity_table(build):
    quarters = pd.DataFrame(
        {
            "customer_id": [1, 1, 2, 3],
            "period": ["2016Q1", "2016Q2", "2016Q2", "2016Q1"],
            "n_orders": [1, 2, 1, 1],
            "amount": [10.0, 20.0, 5.0, 8.0],
            "profit": [4.0, 6.0, -1.0, 3.0],
            "cohort": ["2016Q1", "2016Q1", "2016Q2", None],
        }
    )
    activity = as_activity(quarters, freq="Q", amount="amount", profit="profit", cohort="cohort")
    table = payback_table(build(activity), as_of="2016-06-30", freq="Q", margin="profit", acquisition_costs=5)
    # customer 3 was acquired before the data
    assert rows(table, columns=["cohort", "age", "contribution", "cost_recovery_rate"]) == [
        ("2016-01-01", 0, 4.0, 0.8),
        ("2016-01-01", 1, 6.0, 2.0),
        ("2016-04-01", 0, -1.0, -0.2),
    ]


def test_orders_without_a_price_have_no_payback():
    orders = log([("ann", "2024-01-15"), ("ann", "2024-02-01")], columns=("customer_id", "date"))
    ages = payback_age_table(payback_table(as_transactions(orders, amount=None), **ASKED, acquisition_costs=1))
    assert ages["status"].tolist() == ["no_price"]
    assert math.isnan(ages["payback_age"].iloc[0])


def test_the_plot_has_a_line_per_cohort_and_a_point_where_it_is_paid_back():
    ax = plot_payback(payback_table(TRANSACTIONS, **ASKED, acquisition_costs=COSTS), ax=Figure().subplots())
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    # March has no cost
    assert labels == ["Acquisition cost", "2024-01", "2024-02", "paid back"]
    points = [line.get_xydata().tolist() for line in ax.lines if line.get_marker() == "o" and len(line.get_xdata())]
    assert points == [[[0.0, 15 / 14]]]


# Reference: real data.


@pytest.fixture(scope="module")
def cdnow():
    return as_transactions(load_cdnow())


def test_the_money_of_cdnow_adds_up_beside_a_forecast(cdnow):
    customers = customer_summary(cdnow, as_of="1997-12-15")
    models = {"model": BetaGeoModel().fit(customers), "spend_model": GammaGammaModel().fit(customers)}
    table = payback_table(cdnow, as_of="1997-12-15", margin=0.3, acquisition_costs=15, **models, max_age=14)
    past = cdnow.loc[cdnow["date"] <= "1997-12-15", "amount"].sum()
    seen = table["contribution"] - table["expected_contribution"]
    assert seen.sum() == pytest.approx(0.3 * past)
    # January is completed until the end of March 1998
    january = customers[customers["first_order"] < "1997-02-01"]
    horizon = (pd.Timestamp("1998-03-31") - pd.Timestamp("1997-12-15")).days
    bought = models["model"].expected_purchases(january, horizon=horizon / DAYS[models["model"].time_unit])
    kept = customers["spend"].sum() / (customers["spend"] + customers["returned"]).sum()
    expected = 0.3 * kept * (bought * models["spend_model"].expected_spend(january)).sum()
    found = table.loc[table["cohort"] == "1997-01-01", "expected_contribution"].sum()
    assert found == pytest.approx(expected)


@pytest.mark.deep
def test_madrigal_earns_its_profit():
    given_rows = pd.read_parquet(data_file("madrigal_customer_quarter_long.parquet"))
    names = {"customer_id": "CustomerID", "period": "quarter", "n_orders": "trans", "amount": "spend"}
    made = as_activity(given_rows, freq="Q", cohort="Cohort", before="pre_y2016", profit="profit", **names)
    table = payback_table(made, as_of="2019-12-31", freq="Q", margin="profit", acquisition_costs=20)
    acquired = made[made["cohort"] != "before"]
    assert table["contribution"].sum() == pytest.approx(acquired["profit"].sum())
    sizes = table.drop_duplicates("cohort")["size"]
    assert sizes.sum() == acquired["customer_id"].nunique()


def test_online_retail_is_paid_back_by_first_country():
    orders = pd.read_parquet(data_file("online_retail.parquet")).dropna(subset=["CustomerID"])
    orders = orders.assign(amount=orders["Quantity"] * orders["UnitPrice"])
    named = {"customer_id": "CustomerID", "date": "InvoiceDate", "amount": "amount", "order_id": "InvoiceNo"}
    transactions = as_transactions(orders, **named, invalid="drop")
    first = orders.sort_values("InvoiceDate").drop_duplicates("CustomerID")
    home = (first["Country"] == "United Kingdom").map({True: "home", False: "abroad"})
    labels = pd.DataFrame({"customer_id": first["CustomerID"], "country": home})
    table = payback_table(transactions, as_of="2011-11-30", margin=0.2, acquisition_costs=100, by=labels)
    money = table.groupby("scope")["contribution"].sum()
    assert money["group"] == pytest.approx(money["all"])
    assert set(table["scope"]) == {"group", "all"}


# Laws.


@few()
@given(order_logs(), st.sampled_from(["W", "M"]), st.floats(0.1, 1), st.floats(0, 20))
def test_the_age_of_payback_is_the_first_at_which_the_sum_reaches_the_cost(orders, freq, margin, cost):
    transactions = as_transactions(orders)
    if not (transactions["n_orders"] > 0).any():
        return
    table = payback_table(transactions, as_of="2024-03-05", freq=freq, margin=margin, acquisition_costs=cost)
    ages = payback_age_table(table)
    for cohort in ages.itertuples():
        earned, found = 0.0, math.nan
        for row in table[table["cohort"] == cohort.cohort].itertuples():
            earned += row.contribution
            if math.isnan(found) and earned >= cost * row.size:
                found = row.age
        assert cohort.payback_age == pytest.approx(found, nan_ok=True)


# Refusal.


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"margin": 30}, ValueError, "`margin` is the share of the amounts that is profit"),
        ({"margin": "profit"}, ValueError, "margin='profit' needs an activity table with profits"),
        ({"acquisition_costs": -1}, ValueError, "`acquisition_costs` must be at least 0 and finite, got -1"),
        (
            {"acquisition_costs": COSTS.assign(acquisition_cost=-2.0)},
            ValueError,
            "must be at least 0 and finite, got -2",
        ),
        ({"acquisition_costs": 1e308}, SchemaError, "`acquisition_costs` adds up to more than a number can hold"),
        (
            {"acquisition_costs": COSTS.assign(acquisition_cost=1e308)},
            SchemaError,
            r"`acquisition_costs\['acquisition_cost'\]` adds up to more than a number can hold",
        ),
        ({"acquisition_costs": "15"}, TypeError, "`acquisition_costs` must be"),
        (
            {"acquisition_costs": COSTS.assign(cohort="2023-05-01")},
            SchemaError,
            "44.00 spent on 1 cohort in which nobody",
        ),
        ({"acquisition_costs": COSTS.assign(cohort="soon")}, ValueError, "`acquisition_costs` must be a date"),
        ({"acquisition_costs": COSTS.drop(columns="cohort")}, SchemaError, r"lacks the columns \['cohort'\]"),
        (
            {"acquisition_costs": COSTS.assign(channel="radio"), "by": CHANNELS},
            SchemaError,
            "nobody was acquired by `as_of`, the first radio",
        ),
        ({"model": BetaGeoModel}, TypeError, r"`model` must be a fitted model with expected_purchases\(\), got"),
        ({"spend_model": Dear()}, ValueError, "not how many there will be: give `model` too"),
        ({"max_age": -1}, ValueError, "`max_age` must"),
        ({"by": CHANNELS.rename(columns={"channel": "status"})}, ValueError, "a column 'status', which the result has"),
    ],
)
def test_wrong_options_are_refused(options, error, message):
    with pytest.raises(error, match=message):
        payback_table(TRANSACTIONS, **{**ASKED, "acquisition_costs": COSTS, **options})


def test_a_model_needs_days():
    activity = as_activity(pd.DataFrame({"customer_id": [1], "period": ["2016Q1"], "n_orders": [1]}), freq="Q")
    with pytest.raises(ValueError, match="`model` needs transactions"):
        payback_table(activity, as_of="2016-03-31", freq="Q", margin=0.5, acquisition_costs=1, model=Steady())


def test_a_plot_of_several_groups_is_refused():
    table = payback_table(TRANSACTIONS, **ASKED, acquisition_costs=COSTS, by=CHANNELS)
    with pytest.raises(ValueError, match="several groups by 'channel'"):
        plot_payback(table)


# Input untouched.


def test_tables_given_are_left_as_they_are():
    costs, transactions = COSTS.copy(), TRANSACTIONS.copy()
    table = payback_table(transactions, **ASKED, acquisition_costs=costs, model=Steady())
    kept = as_pandas(table, in_order=True)
    payback_age_table(table)
    assert_frame_equal(as_pandas(table, in_order=True), kept)
    assert_frame_equal(costs, COSTS)
    assert_frame_equal(transactions, TRANSACTIONS)
