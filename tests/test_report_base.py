"""One page, one base: whom and what money shares are of, which periods are told, and how old the newest order is."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from tests.depth import few
from tests.logs import log, order_logs
from tests.pages import section, table

from crmkit import as_transactions
from crmkit.report import customer_report

PURCHASE_SECTIONS = ["kpis", "months", "cohorts", "tiers", "rfm", "actions", "concentration"]

# ann 30, bo 10, cy 10, dee 5 are the base: 55. eve paid 5 and got 12 back; fay's purchase lies before the log, and
# gil's was undone the same day. Revenue: 55 - 7 - 8 + 0 = 40.
ROWS = [
    ("ann", "2024-01-05", 30),
    ("bo", "2024-01-06", 10),
    ("cy", "2024-02-01", 10),
    ("dee", "2024-02-03", 5),
    ("eve", "2024-03-01", 5),
    ("eve", "2024-03-05", -12),
    ("fay", "2024-01-02", -8),
    ("gil", "2024-02-02", 10),
    ("gil", "2024-02-02", -10),
]


pytestmark = pytest.mark.usefixtures("undrawn", "few_draws", "without_lenses")


def report_of(rows, *, as_of, **options):
    return customer_report(as_transactions(log(rows)), as_of=as_of, **options)


@pytest.fixture(scope="module")
def found():
    return report_of(ROWS, as_of="2024-03-31", days=30)


# By hand.


def test_the_base_by_hand(found):
    assert found.base.to_dict("list") == {
        "part": ["customers", "below_zero", "no_purchase_day", "all"],
        "n_customers": [4, 1, 2, 7],
        "amount": [55, -7, -8, 40],
    }
    assert found.findings[:3] == [
        "5 customers placed 5 orders worth 40.00 from 2024-01-05 to 2024-03-01 (as of 2024-03-31); "
        "0.0% of them ordered more than once.",
        "Not counted: 2 customers without a purchase day (only refunds, or days that refunds cancel), -8.00 in all. "
        "Counted as 0 in shares of revenue: 1 customer who ordered but got back more than they paid, -7.00 in all. "
        "Shares of revenue are based on the other customers' 55.00; together with the amounts above, this makes the "
        "revenue of 40.00.",
        # one of five is the top fifth: ann, with 30 of 55
        "The top 20% of customers (1) brought 54.5% of revenue.",
    ]
    assert found.findings[4].startswith("1 core customer (20.0% of all) brought 54.5% of revenue")


def test_the_page_keeps_to_the_base(found):
    page = found.to_html()
    assert table(page, "tiers")[-1] == ["All customers", "5", "100.0%", "5", "55.00", "100.0%", "11.00"]
    assert table(page, "rfm")[-1] == ["All customers", "5", "100.0%", "5", "55.00", "100.0%", "11.00"]
    kpis = {row[0]: row[1] for row in table(page, "kpis")[1:]}
    assert (kpis["Revenue"], kpis["Active customers"]) == ("40.00", "5")
    assert kpis["Revenue share of the top 20%"] == "54.5%"
    # -4*0 - 2*5 + 0*10 + 2*10 + 4*30 over 5*55
    assert kpis["Gini coefficient of revenue"] == "0.47"


@pytest.mark.parametrize(
    ("language", "told"),
    [
        (
            "en",
            "2 customers in all used to order often but have stopped (segments at risk and cannot lose them); "
            "those who spent the most come first. Together they brought 40.00, not counting -60.00 from 1 who got "
            "back more than they paid.",
        ),
        ("zh", "合计贡献 40.00，未计其中退款多于付款的 1 位（合计 -60.00）。"),
    ],
)
def test_the_money_of_those_to_act_on_is_that_of_their_list(language, told):
    # q1 and q2 ordered four times in January and never again: q1 kept 40, q2 got 100 back on 40; ten others go on
    rows = [(who, f"2024-01-{day:02}", 10) for who in ("q1", "q2") for day in (2, 8, 14, 20)]
    rows += [("q2", "2024-02-05", -100)]
    rows += [(f"c{n}", f"2024-12-{10 + n}", 10) for n in range(10)]
    found = report_of(rows, as_of="2024-12-31", language=language)
    assert found.tables["actions"][["customer_id", "spend"]].to_numpy().tolist() == [["q1", 40], ["q2", -60]]
    assert told in section(found.to_html(), "actions")


def test_nobody_named_is_not_nobody_to_act_on():
    rows = [("q1", f"2024-01-{day:02}", 10) for day in (2, 8, 14, 20)]
    rows += [(f"c{n}", f"2024-12-{10 + n}", 10) for n in range(10)]
    found = report_of(rows, as_of="2024-12-31", n_actions=0)
    assert "1 customer in all used to order often" in section(found.to_html(), "actions")


def test_in_chinese_and_without_the_findings_the_base_is_named_too():
    page = report_of(ROWS, as_of="2024-03-31", sections=["tiers"], language="zh").to_html()
    assert "另有 2 位没有购买日（仅有退款，或当日订单被退款抵消），不计入客户，合计 -8.00。" in page
    assert "有 1 位客户下过单但退款多于付款，合计 -7.00，计算占比时按 0 计。" in page
    assert "各项销售额占比均以其余客户的 55.00 为基数，与上述金额相加即为销售额 40.00。" in page


def test_without_refunds_nothing_is_said_of_the_base():
    page = report_of(ROWS[:4], as_of="2024-03-31").to_html()
    assert "Not counted" not in page
    assert "Counted as 0" not in page


def test_periods_that_the_log_does_not_hold_whole_are_dashes_with_the_reason():
    # 40 days to 30 April: the last 30 days are whole, the 30 before are not
    rows = [("ann", "2024-03-22", 4), ("ann", "2024-04-10", 3)]
    found = report_of(rows, as_of="2024-04-30", days=30)
    page = found.to_html()
    kpis = {row[0]: row[2:] for row in table(page, "kpis")[1:]}
    assert kpis["Revenue"] == ["3.00", "–", "–", "–", "–"]
    assert kpis["Retention rate"] == kpis["Customer churn rate (cohort)"] == ["–", "–", "–", "–", "–"]
    assert "so it does not cover the period before in full" in section(page, "kpis")
    assert found.findings[2].startswith("The log starts on 2024-03-22, too late")


def test_the_retention_of_the_period_before_needs_one_more():
    # 60 days to 30 April are whole, 90 are not; bo is there in both, ann from the first day
    rows = [("ann", "2024-03-02", 4), ("bo", "2024-03-20", 1), ("bo", "2024-04-10", 3)]
    page = report_of(rows, as_of="2024-04-30", days=30).to_html()
    kpis = {row[0]: row[2:] for row in table(page, "kpis")[1:]}
    assert kpis["Retention rate"][0] == "50.0%"
    assert kpis["Retention rate"][3:] == ["–", "–"]
    assert "need another 30 days before those" in section(page, "kpis")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_as_of_long_after_the_newest_order_is_said(language):
    # an order every day of 2023, and 2033 for 2024
    rows = [(f"c{n % 40}", day, 10) for n, day in enumerate(pd.date_range("2023-01-01", "2023-12-31").strftime("%F"))]
    stale, due = (
        report_of(rows, as_of=day, sections=["kpis"], language=language) for day in ("2033-01-05", "2024-01-05")
    )
    # 31 December 2023 to 5 January 2033: nine years with two leap days (2024, 2028, 2032: three), and five days
    told = {
        "en": "The newest order is from 2023-12-31, 3,293 days before 2033-01-05",
        "zh": "最近一笔订单在 2023-12-31，比截止日 2033-01-05 早 3,293 天",
    }
    assert told[language] in stale.to_html()
    assert any(told[language] in finding for finding in stale.findings)
    assert told[language][:10] not in due.to_html()
    assert stale.to_dict()["newest_order"] == "2023-12-31"


# Laws.


@few()
@given(order_logs())
def test_the_parts_of_every_table_add_up_to_the_base(orders):
    transactions = as_transactions(orders)
    found = customer_report(transactions, as_of="2024-02-28", days=20, sections=PURCHASE_SECTIONS)
    base = found.base.set_index("part")
    kpis = found.kpis.set_index("kpi")["value"]
    for column in ("n_customers", "amount"):
        parts = base[column]
        assert parts.iloc[:-1].sum() == pytest.approx(parts["all"], abs=1e-9)
    assert base.loc["all", "amount"] == pytest.approx(kpis["revenue"], abs=1e-9)
    assert base.loc["all", "n_customers"] == transactions["customer_id"].nunique()
    n_customers = base.loc[["customers", "below_zero"], "n_customers"].sum()
    assert n_customers == kpis["active_customers"]
    if not n_customers:
        return
    assert found.tables["months"]["revenue"].sum() == pytest.approx(kpis["revenue"], abs=1e-9)
    assert found.tables["months"]["n_orders"].sum() == kpis["n_orders"]
    assert found.tables["months"]["new_customers"].sum() == n_customers
    assert found.tables["cohorts"].drop_duplicates("cohort")["size"].sum() == n_customers
    assert found.tables["rfm_map"]["n_customers"].sum() == n_customers
    money = base.loc["customers", "amount"]
    for summary in (found.tables.get("tiers"), found.tables["rfm_segments"]):
        if summary is None:
            assert money == 0
            continue
        assert summary["n_customers"].sum() == n_customers
        assert summary["n_orders"].sum() == kpis["n_orders"]
        assert summary["value"].sum() == pytest.approx(money, abs=1e-9)
        shares = summary[["customer_share", "value_share"]].to_numpy()
        if money > 0.005:
            assert shares.sum(axis=0) == pytest.approx([1, 1])
            assert (shares >= 0).all()
            assert (shares <= 1 + 1e-12).all()
    if money > 0.005:
        curve = found.tables["concentration"]
        assert curve["n_customers"].max() == n_customers
        assert curve["value_share"].between(0, 1 + 1e-12).all()
        assert curve["value_share"].iloc[-1] == pytest.approx(1)
        assert 0 < kpis["top_share"] <= 1 + 1e-12
        assert -1e-12 <= kpis["gini"] <= 1
        top = np.interp(math.ceil(n_customers / 5) / n_customers, curve["customer_share"], curve["value_share"])
        assert kpis["top_share"] == pytest.approx(top)
