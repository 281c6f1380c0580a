"""Changes of KPIs from period to period, and targets beside them."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from pandas.testing import assert_frame_equal

import crmkit as ck
from crmkit.errors import SchemaError
from crmkit.metrics import kpi_change_table, kpi_table, order_kpis, subscription_kpis

ORDERS = pd.DataFrame(
    {
        "customer_id": [1, 2, 1, 2, 1],
        "date": pd.to_datetime(["2024-01-02", "2024-01-31", "2024-02-01", "2024-02-29", "2024-03-05"]),
        "amount": [100.0, 210.0, 145.0, 145.0, 31.0],
    }
)
LOG = ck.as_transactions(ORDERS)
KPIS = order_kpis(LOG, start="2024-01-01", end="2024-03-10", freq="M")


def of(table, kpi):
    return table[table["kpi"] == kpi].set_index("period")


# By hand.


def test_what_adds_up_is_compared_by_day():
    revenue = of(kpi_change_table(KPIS), "revenue")
    # 310 in the 31 days of January are 10 a day, 290 in the 29 of February too
    assert revenue.loc["2024-02-01", ["value", "previous", "change", "relative_change"]].tolist() == [290, 310, 0, 0]
    assert revenue["compared"].tolist()[1] == "per day"
    # how many days there are of March is not known
    assert revenue.loc["2024-03-01", ["previous", "change", "n_days"]].isna().tolist() == [False, True, True]


def test_other_kpis_are_compared_as_they_are():
    found = kpi_change_table(KPIS)
    assert of(found, "average_order_value")["change"].tolist()[1:] == [145 - 155, 31 - 145]
    assert of(found, "active_customers")["relative_change"].tolist()[1:] == [0, -0.5]


def test_recurring_revenue_is_not_compared_by_day():
    spells = pd.DataFrame({"customer_id": [1], "start": ["2024-01-01"], "end": [None], "mrr": [100]})
    kpis = subscription_kpis(ck.as_subscriptions(spells), start="2024-01-01", end="2024-03-31", freq="M")
    assert of(kpi_change_table(kpis), "mrr")["change"].tolist()[1:] == [0, 0]


@pytest.mark.parametrize(
    ("freq", "days"),
    [("D", {1}), ("W-SAT", {7}), ("M", {31, 28, 29, 30}), ("Q-JAN", {89, 90, 92}), ("Y", {365, 366}), ("Y-MAR", {366})],
)
def test_the_length_of_a_period_follows_from_where_the_next_begins(freq, days):
    kpis = order_kpis(LOG, start="2023-01-01", end="2024-12-31", freq=freq)
    whole = kpi_change_table(kpis).query("is_complete")
    assert set(whole["n_days"]) == days


def test_targets_by_direction():
    found = kpi_change_table(KPIS, targets={"average_order_value": 150, "customer_churn_rate[cohort]": 0.25})
    values = of(found, "average_order_value")
    assert values["attainment"].tolist() == pytest.approx([155 / 150, 145 / 150, 31 / 150])
    churn = of(found, "customer_churn_rate[cohort]")
    assert (churn["target_high"] == 0.25).all()
    assert churn["target_low"].isna().all()
    assert of(found, "revenue")["attainment"].isna().all()


# Laws.


def test_groups_are_compared_with_themselves():
    by = pd.DataFrame({"customer_id": [1, 2], "region": ["north", "south"]})
    found = kpi_change_table(order_kpis(LOG, start="2024-01-01", end="2024-02-29", freq="M", by=by))
    for region, customer in (("north", 1), ("south", 2)):
        alone = LOG[LOG["customer_id"] == customer]
        own = kpi_change_table(order_kpis(alone, start="2024-01-01", end="2024-02-29", freq="M"))
        mine = found[found["region"] == region]
        for name in ("change", "relative_change"):
            np.testing.assert_allclose(of(mine, "revenue")[name], of(own, "revenue")[name])


def test_it_says_what_the_table_of_inputs_says():
    inputs = pd.DataFrame(
        {
            "shop": ["a", "b"] * 3,
            "day": pd.to_datetime(["2024-01-01", "2024-02-01", "2024-03-01"]).repeat(2),
            "revenue": [10.0, 20, 11, 19, 12, 18],
            "orders": [1, 2, 2, 2, 1, 3],
            "gross_profit": [3.0, 5, 4, 4, 6, 2],
            "cost_to_serve": [1.0, 1, 2, 1, 1, 1],
        }
    )
    given = {"targets": {"average_order_value": 8}}
    table = kpi_table(inputs, by="shop", period="day", as_of="2024-03-12", **given)
    assert "per day" in set(table["compared"])
    found = kpi_change_table(table.drop(columns=["previous", "change", "relative_change", "compared"]), **given)
    found = found.sort_values(["scope", "shop", "period", "kpi"], ascending=[False, True, True, True])
    table = table.sort_values(["scope", "shop", "period", "kpi"], ascending=[False, True, True, True])
    assert_frame_equal(found[table.columns].reset_index(drop=True), table.reset_index(drop=True), check_dtype=False)


def test_a_polars_table_gives_the_same():
    found = kpi_change_table(pl.from_pandas(KPIS))
    assert_frame_equal(found.to_pandas(), kpi_change_table(KPIS), check_dtype=False)


# Refusals.


def test_periods_with_holes_are_refused():
    with pytest.raises(SchemaError, match=r"do not follow one another: \['2024-01-01', '2024-03-01'\]"):
        kpi_change_table(KPIS[KPIS["period"] != "2024-02-01"])


def test_targets_of_other_kpis_are_refused():
    with pytest.raises(ValueError, match="has 'sla_attainment', which the table does not show"):
        kpi_change_table(KPIS, targets={"sla_attainment": 0.9})


# Input untouched.


def test_the_table_given_stays_as_it_was():
    before = KPIS.copy(deep=True)
    kpi_change_table(KPIS, targets={"average_order_value": 1})
    assert_frame_equal(KPIS, before)
