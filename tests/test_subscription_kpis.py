"""The KPIs of subscriptions in a period, by hand and beside the movements of the period."""

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.depth import few

from crmkit import as_subscriptions, make_subscriptions
from crmkit.metrics import mrr_movement_table, subscription_kpis

FEBRUARY = {"start": "2024-02-01", "end": "2024-02-29"}

# At the close of January ann pays 100, bo 50, cy 30, di 20. Ann contracts by 20, bo leaves, cy expands by 10, di leaves
# and comes back, ed joins and leaves, flo joins at 40, gus, who was there in 2023, comes back at 25.
ROWS = [
    ("ann", "2024-01-01", "2024-02-10", 100),
    ("ann", "2024-02-10", None, 80),
    ("bo", "2024-01-15", "2024-02-20", 50),
    ("cy", "2024-01-01", "2024-02-05", 30),
    ("cy", "2024-02-05", None, 40),
    ("di", "2024-01-01", "2024-02-10", 20),
    ("di", "2024-02-20", None, 20),
    ("ed", "2024-02-02", "2024-02-12", 15),
    ("flo", "2024-02-03", None, 40),
    ("gus", "2023-01-01", "2023-06-01", 25),
    ("gus", "2024-02-25", None, 25),
]
GIVEN = as_subscriptions(pd.DataFrame(ROWS, columns=["customer_id", "start", "end", "mrr"]))


@pytest.mark.parametrize(
    ("kpi", "value"),
    [
        ("mrr", 80 + 40 + 20 + 40 + 25),
        ("annual_recurring_revenue", 12 * 205),
        ("paying_customers", 5),
        ("net_new_mrr", 40 + 25 + 10 - 20 - 50),
        ("mrr_growth_rate", 5 / 200),
        ("mrr_quick_ratio[included]", 75 / 70),
        ("mrr_quick_ratio[excluded]", 50 / 70),
        ("gross_mrr_churn_rate", 70 / 200),
        ("net_mrr_churn_rate[included]", 35 / 200),
        ("net_mrr_churn_rate[excluded]", 60 / 200),
        ("gross_revenue_retention", (80 + 0 + 30 + 20) / 200),
        ("net_revenue_retention", (80 + 0 + 40 + 20) / 200),
        ("customer_churn_rate[cohort]", 1 / 4),
        # Bo, di and ed left; di and ed in passing.
        ("customer_churn_rate[standard]", (3 - 2) / 4),
        # Ed, flo, di and gus joined.
        ("customer_churn_rate[open]", 3 / (4 + 4)),
        # On the 10th di, of ann, bo, cy, di, ed and flo; on the 12th ed, of 5; on the 20th bo, of 4.
        ("daily_churn_rate", 1 / 6 + 1 / 5 + 1 / 4),
    ],
)
def test_each_kpi_by_hand(kpi, value):
    found = subscription_kpis(GIVEN, **FEBRUARY).set_index("kpi")["value"]
    assert found[kpi] == pytest.approx(value)


def test_shares_of_customers_have_wilsons_interval():
    churn = subscription_kpis(GIVEN, **FEBRUARY).set_index("kpi").loc["customer_churn_rate[cohort]"]
    # 1 of 4 by the formula of Wilson (1927), z = 1.959964
    z, p, n = 1.959964, 0.25, 4
    middle, reach = (
        (p + z * z / (2 * n)) / (1 + z * z / n),
        z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n),
    )
    assert churn[["lower", "upper"]].tolist() == pytest.approx([middle - reach, middle + reach], abs=1e-6)


def test_a_first_period_has_no_base():
    found = subscription_kpis(GIVEN, start="2023-01-01", end="2023-01-31").set_index("kpi")["value"]
    assert found["mrr"] == 25
    assert found[["mrr_growth_rate", "gross_revenue_retention", "customer_churn_rate[cohort]"]].isna().all()


@few()
@given(st.integers(0, 50))
def test_a_month_is_that_of_the_table_of_movements(seed):
    sold = as_subscriptions(make_subscriptions(n_customers=60, random_state=seed).subscriptions, trial="trial")
    month = mrr_movement_table(sold, as_of="2023-07-31").iloc[-1]
    found = subscription_kpis(sold, start="2023-07-01", end="2023-07-31").set_index("kpi")
    assert found.loc["mrr", "value"] == month["mrr"]
    assert found.loc["net_new_mrr", "value"] == pytest.approx(month["mrr"] - month["mrr_start"])
    assert found.loc["gross_mrr_churn_rate", "numerator"] == month["churned_mrr"] + month["contraction_mrr"]
    assert found.loc["customer_churn_rate[cohort]", "denominator"] == month["customers_start"]
    assert found.loc["customer_churn_rate[cohort]", "numerator"] == month["churned_customers"]


@pytest.mark.parametrize(
    ("options", "message"),
    [({"end": "2024-01-31"}, "must not lie before"), ({"level": 1.0}, "level")],
)
def test_what_cannot_be_computed_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        subscription_kpis(GIVEN, **FEBRUARY | options)


def test_the_table_given_is_not_changed():
    before = GIVEN.copy()
    subscription_kpis(GIVEN, **FEBRUARY)
    pd.testing.assert_frame_equal(GIVEN, before)
