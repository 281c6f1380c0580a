"""Orders without a price: what needs no money goes on, and what needs money refuses with one message."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.commands import run
from tests.frames import rows

from crmkit import (
    SchemaError,
    activity_table,
    as_order_lines,
    as_transactions,
    audit_orders,
    customer_summary,
    holdout_split,
    load_cdnow,
    log_coverage_table,
)
from crmkit.metrics import concentration_table, order_kpis, period_table
from crmkit.report import customer_report
from crmkit.segment import RFMScorer, RFMSegmenter, TierSegmenter, rfm_map_table
from crmkit.value import BetaGeoModel, GammaGammaModel
from crmkit.views import base_forecast, base_segments, scored_customers

ORDERS = pd.DataFrame(
    {
        "customer_id": ["ann", "ann", "ann", "bo", "cy"],
        "date": pd.to_datetime(["2024-03-01", "2024-03-01", "2024-03-09", "2024-03-02", "2024-03-04"]),
        "quantity": [2.0, 1.0, 3.0, -1.0, 4.0],
    }
)
NO_PRICE = r"missing throughout: the orders carry no price"


@pytest.fixture(scope="module")
def orders():
    return load_cdnow().drop(columns="amount")


@pytest.fixture(scope="module")
def transactions(orders):
    return as_transactions(orders, amount=None)


@pytest.fixture(scope="module")
def customers(transactions):
    return customer_summary(transactions, as_of="1998-06-30")


# By hand.


def test_amount_is_missing_throughout(build):
    found = sorted(rows(as_transactions(build(ORDERS), amount=None)))
    assert [row[2] for row in found] == [2, 1, 1, 1]
    assert all(row[3] is None for row in found)


def test_units_below_zero_are_no_purchase(build):
    # Bo only brought one unit back.
    found = sorted(rows(as_transactions(build(ORDERS), amount=None, quantity="quantity")))
    assert [row[2] for row in found] == [2, 1, 0, 1]
    dropped = rows(as_transactions(build(ORDERS), amount=None, quantity="quantity", returns="drop"))
    assert sorted(row[0] for row in dropped) == ["ann", "ann", "cy"]


def test_lines_have_quantities_and_no_amount(build):
    lines = rows(as_order_lines(build(ORDERS), order_id="customer_id", amount=None, quantity="quantity"))
    assert sorted(row[4] for row in lines) == [-1, 1, 2, 3, 4]
    assert all(row[5] is None for row in lines)


def test_the_audit_counts_rows_and_no_money(build):
    audit = audit_orders(build(ORDERS), amount=None, quantity="quantity", as_of="2024-03-08")
    found = {row[0]: row[1:] for row in rows(audit)}
    assert {reason: row[0] for reason, row in found.items() if row[0]} == {
        "after_as_of": 1,
        "refund": 1,
        "kept": 3,
        "given": 5,
    }
    assert all(row[1] is None for row in found.values())


def test_a_unit_price_takes_the_place_of_the_amount():
    priced = ORDERS.assign(price=2.0)
    for amount in ({}, {"amount": None}):
        made = as_transactions(priced, quantity="quantity", unit_price="price", **amount)
        assert made["amount"].tolist() == [6, 6, -2, 8]


def test_spend_is_missing_but_for_prospects(build):
    known = build(pd.DataFrame({"customer_id": ["ann", "bo", "cy", "di"]}))
    summary = customer_summary(as_transactions(build(ORDERS), amount=None), as_of="2024-03-31", customers=known)
    spend = {row[0]: row[4] for row in rows(summary)}
    assert spend.pop("di") == 0
    assert all(value is None for value in spend.values())


@pytest.mark.parametrize("column", ["spend", "holdout_spend", "monetary_value"])
def test_a_split_has_no_money(build, column):
    made = as_transactions(build(ORDERS), amount=None)
    split = holdout_split(made, calibration_end="2024-03-05", observation_end="2024-03-31")
    assert all(row == (None,) for row in rows(split, columns=[column]))


def test_periods_have_customers_and_no_money(build):
    made = as_transactions(build(ORDERS), amount=None)
    for table, column in (
        (activity_table(made, as_of="2024-03-31"), 3),
        (period_table(made, as_of="2024-03-31"), 1),
        (log_coverage_table(made, as_of="2024-03-31"), 3),
    ):
        assert all(row[column] is None for row in rows(table))
    kpis = {row[0]: row[1] for row in rows(order_kpis(made, start="2024-03-01", end="2024-03-31"))}
    assert kpis["n_orders"] == 5
    assert kpis["active_customers"] == 3
    for money in ("revenue", "average_order_value", "average_revenue_per_customer", "top_share", "gini"):
        assert kpis[money] is None


# Laws.


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 20)), min_size=1, max_size=20))
def test_all_but_money_is_that_of_priced_orders(log):
    orders = pd.DataFrame(log, columns=["customer_id", "day"])
    orders["date"] = pd.Timestamp("2024-01-01") + pd.to_timedelta(orders["day"], unit="D")
    without, priced = (
        customer_summary(made, as_of="2024-02-29").drop(columns=["spend", "returned", "monetary_value"])
        for made in (as_transactions(orders, amount=None), as_transactions(orders.assign(amount=5.0)))
    )
    pd.testing.assert_frame_equal(without, priced)


def test_scores_and_segments_of_two_dimensions_are_those_of_three(customers):
    priced = customer_summary(as_transactions(load_cdnow()), as_of="1998-06-30")
    scores, others = (RFMScorer().fit(table).transform(table) for table in (customers, priced))
    pd.testing.assert_frame_equal(scores[["r_score", "f_score"]], others[["r_score", "f_score"]])
    assert scores["m_score"].isna().all()
    segmenter = RFMSegmenter().fit(customers)
    assert (segmenter.predict(customers) == RFMSegmenter().fit(priced).predict(priced)).all()
    # A segmenter that learned no scores of spend asks for none.
    assert (segmenter.predict(priced) == segmenter.predict(customers)).all()


def test_segments_of_two_dimensions_travel_and_run_in_an_engine(customers, build):
    segmenter = RFMSegmenter.from_json(RFMSegmenter().fit(customers).to_json())
    head = customers.head(50)
    made = rows(segmenter.assign(build(head)))
    codes = sorted(row[-1] for row in made)
    assert codes == sorted(segmenter.assign(head)["reason_code"])
    assert all("m" not in code for code in codes)
    assert segmenter.explain(head)[0].endswith("4 orders (frequency 4 of 5).")
    assert rfm_map_table(customers, scorer=segmenter.scorer_)["spend"].isna().all()


def test_purchases_are_predicted_without_money(transactions, customers):
    priced = customer_summary(as_transactions(load_cdnow()), as_of="1998-06-30")
    assert BetaGeoModel().fit(customers).loglik_ == BetaGeoModel().fit(priced).loglik_
    forecast = base_forecast(customers)
    assert forecast.problem.problem == "no_money"
    assert forecast.totals["quantity"].tolist() == ["expected_purchases"]


def test_customers_are_scored_without_tiers(customers):
    segments = base_segments(customers)
    assert "no price" in segments.problem
    scored = scored_customers(customers, segments=segments)
    assert "tier" not in scored
    assert scored["rfm_segment"].notna().all()


def test_the_report_leaves_money_out(orders, transactions):
    audit = audit_orders(orders, amount=None, as_of="1998-06-30")
    report = customer_report(transactions, as_of="1998-06-30", audit=audit)
    assert "no price" in report.findings[1]
    assert "nan" not in report.to_html().lower().replace("finance", "")
    assert report.tables["months"]["revenue"].isna().all()


def test_commands_go_as_far_as_they_can(orders, tmp_path):
    file = tmp_path / "orders.csv"
    orders.to_csv(file, index=False)
    code, shown, said = run("score", file, "--as-of", "1998-06-30", "--output", tmp_path / "scored.csv")
    assert code == 0
    assert "no price" in said
    assert "Loyal customers" in shown
    _, kpis, _ = run("kpi", file, "--start", "1998-01-01", "--end", "1998-06-30")
    assert "Orders orders 1,191" in " ".join(kpis.split())


def test_a_column_that_may_be_money_is_asked_for(orders, tmp_path):
    file = tmp_path / "orders.csv"
    orders.assign(worth=1).to_csv(file, index=False)
    code, _, said = run("audit", file)
    assert code == 2
    assert "If the orders carry no price, pass --amount ''." in said
    assert run("audit", file, "--amount", "")[0] == 0


# Refusals: one message.


@pytest.mark.parametrize(
    "ask",
    [
        lambda customers: TierSegmenter().fit(customers),
        lambda customers: RFMSegmenter(rules="chinese_8").fit(customers),
        lambda customers: GammaGammaModel().fit(customers),
        lambda customers: GammaGammaModel(non_positive="drop").fit(customers),
        concentration_table,
    ],
)
def test_what_is_worked_out_from_money_is_refused(customers, ask):
    with pytest.raises(SchemaError, match=NO_PRICE):
        ask(customers)


def test_scores_of_spend_are_refused_once_learned(customers):
    priced = customer_summary(as_transactions(load_cdnow()), as_of="1998-06-30")
    for learned in (RFMScorer().fit(priced).transform, RFMSegmenter().fit(priced).predict):
        with pytest.raises(SchemaError, match=NO_PRICE):
            learned(customers)
    with pytest.raises(SchemaError, match=NO_PRICE):
        RFMScorer(weights={"r": 0, "f": 0, "m": 1}).fit(customers).weighted_score(customers)


def test_a_column_amount_that_is_not_there_is_still_asked_for():
    with pytest.raises(SchemaError, match=r"has no column \['amount'\]"):
        as_transactions(ORDERS)
