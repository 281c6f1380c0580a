"""The customer report: what it says of CDNOW and of small and odd logs, from every kind of frame."""

import math

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from scipy.stats import binomtest
from tests.logs import log
from tests.pages import section, table

from crmkit import (
    as_transactions,
    audit_orders,
    cohort_table,
    customer_summary,
    load_cdnow,
)
from crmkit.metrics import concentration_table, order_kpis, period_table
from crmkit.report import customer_report

AS_OF = "1998-06-30"

pytestmark = pytest.mark.usefixtures("undrawn", "few_draws", "without_lenses")


@pytest.fixture(scope="module")
def cdnow():
    return load_cdnow()


@pytest.fixture(scope="module")
def report(cdnow_report):
    return cdnow_report()


@pytest.fixture(scope="module")
def page(report):
    return report.to_html()


def report_of(rows, *, as_of, **options):
    return customer_report(as_transactions(log(rows)), as_of=as_of, **options)


# By hand.


def test_a_small_base_by_hand():
    # 4 customers, 6 orders, 36 in money; ann and bo ordered twice. Of ann, bo and cy, who bought in the 30 days to
    # 31 March, ann alone came back in the 30 days to 30 April. One of four is the top fifth: bo with 18.
    rows = [
        ("ann", "2024-03-02", 4),
        ("bo", "2024-03-20", 9),
        ("bo", "2024-03-20", 9),
        ("cy", "2024-03-31", 6),
        ("ann", "2024-04-01", 3),
        ("dee", "2024-04-30", 5),
        ("dee", "2024-05-01", 99),
    ]
    found = report_of(rows, as_of="2024-04-30", days=30)
    interval = binomtest(1, 3).proportion_ci(method="wilson")
    assert found.findings == [
        "4 customers placed 6 orders worth 36.00 from 2024-03-02 to 2024-04-30; 50.0% of them ordered more than once.",
        "The top 20% of customers (1) brought 50.0% of revenue.",
        "Of the 3 customers active in the 30 days to 2024-03-31, 33.3% bought again in the 30 days to 2024-04-30 "
        f"(95% interval {interval.low:.1%} to {interval.high:.1%}).",
        # spend is 18, 7, 6, 5: bo brings half; ann and cy bring it past 80% of 36; dee is left
        "1 core customer (25.0% of all) brought 50.0% of revenue, 1 ordinary one (25.0%) 13.9%.",
        "Fewer than 10 customers bought on two days: too few to predict what customers will buy or be worth.",
    ]
    assert table(found.to_html(), "tiers")[1:] == [
        ["Core customers", "1", "25.0%", "2", "18.00", "50.0%", "18.00"],
        ["Important customers", "2", "50.0%", "3", "13.00", "36.1%", "6.50"],
        ["Ordinary customers", "1", "25.0%", "1", "5.00", "13.9%", "5.00"],
        ["All customers", "4", "100.0%", "6", "36.00", "100.0%", "9.00"],
    ]


def test_one_customer_on_one_day():
    found = report_of([("ann", "2024-03-01", 5)], as_of="2024-03-01")
    assert found.findings == [
        "1 customer placed 1 order worth 5.00 from 2024-03-01 to 2024-03-01; 0.0% of them ordered more than once.",
        "The top 20% of customers (1) brought 100.0% of revenue.",
        "The log starts on 2024-03-01, too late to compare the 90 days to 2024-03-01 with the 90 days before.",
        "1 core customer (100.0% of all) brought 100.0% of revenue, 0 ordinary ones (0.0%) 0.0%.",
        "Fewer than 10 customers bought on two days: too few to predict what customers will buy or be worth.",
    ]
    page = found.to_html()
    assert table(page, "months")[1:] == [["2024-03 (not over)", "5.00", "1", "1", "1", "0"]]
    assert table(page, "cohorts")[1:] == [["2024-03", "1"]]
    kpis = {row[0]: row[1:] for row in table(page, "kpis")[1:]}
    assert kpis["Revenue"] == ["5.00", "–", "–", "–", "–", "–"]
    assert kpis["Retention rate"] == ["–", "–", "–", "–", "–", "–"]
    assert "it does not cover the last 90 days in full" in section(page, "kpis")
    assert kpis["Repeat-purchase rate"][0] == "0.0%"


@pytest.mark.parametrize(
    ("first", "told"), [("2024-03-02", "Of the 1 customer active"), ("2024-03-03", "The log starts")]
)
def test_retention_is_told_if_the_log_holds_the_days_before(first, told):
    # the 30 days before the 30 days to 30 April are 2 to 31 March
    found = report_of([("ann", first, 4), ("ann", "2024-04-01", 3)], as_of="2024-04-30", days=30)
    assert found.findings[2].startswith(told)


def test_customers_who_are_all_alike():
    found = report_of([(f"c{i}", "2024-03-01", 5) for i in range(10)], as_of="2024-03-31")
    assert found.findings[1] == "The top 20% of customers (2) brought 20.0% of revenue."
    assert "Gini coefficient 0.00." in section(found.to_html(), "concentration")


def test_orders_at_price_zero_alone_have_no_concentration_and_no_nan():
    found = report_of([("ann", "2024-03-01", 0), ("bo", "2024-03-05", 0)], as_of="2024-03-31")
    assert found.findings[1] == (
        "No customer paid more than they got back, so the top customers have no share of revenue."
    )
    page = found.to_html()
    kpis = {row[0]: row[1] for row in table(page, "kpis")[1:]}
    assert kpis["Revenue"] == "0.00"
    assert kpis["Gini coefficient of revenue"] == kpis["Revenue share of the top 20%"] == "–"
    assert "tiers" not in found.tables
    assert "there are no shares of revenue" in section(page, "tiers")
    assert "nan" not in page.lower().replace("financ", "")


def test_a_month_that_was_not_over_is_flagged():
    rows = [("ann", "2024-03-01", 5), ("ann", "2024-04-02", 5)]
    over, under = (report_of(rows, as_of=day).to_html() for day in ("2024-04-30", "2024-04-29"))
    assert [row[0] for row in table(over, "months")[1:]] == ["2024-04", "2024-03"]
    assert [row[0] for row in table(under, "months")[1:]] == ["2024-04 (not over)", "2024-03"]
    note = "The last cell of each row belongs to a month that was not over."
    assert note not in over
    assert note in section(under, "cohorts")


def test_five_years_between_two_orders_have_all_their_months():
    found = report_of([("ann", "2019-01-15", 5), ("ann", "2024-01-15", 7)], as_of="2024-01-31")
    assert found.findings[2] == "Nobody was active in the 90 days to 2023-11-02, so there is no retention to measure."
    page = found.to_html()
    months = table(page, "months")[1:]
    assert len(months) == 61
    assert months[0] == ["2024-01", "7.00", "1", "1", "0", "1"]
    assert months[1] == ["2023-12", "0.00", "0", "0", "0", "0"]
    header, row = table(page, "cohorts")
    assert header[2:] == [str(age) for age in range(1, 61)]
    assert row == ["2019-01", "1"] + ["0%"] * 59 + ["100%"]


@pytest.mark.parametrize("n_months", [120, 121])
def test_the_newest_120_months_are_shown_and_the_cut_is_said(n_months):
    months = pd.period_range("2014-01", periods=n_months, freq="M").strftime("%Y-%m").tolist()
    page = report_of([("ann", f"{month}-01", 5) for month in months], as_of=f"{months[-1]}-28").to_html()
    assert [row[0].split()[0] for row in table(page, "months")[1:]] == months[:-121:-1]
    assert ("Only the newest 120 of 121 months are shown." in page) == (n_months > 120)


@pytest.mark.parametrize("n_cohorts", [24, 25])
def test_the_newest_24_cohorts_are_shown_and_the_cut_is_said(n_cohorts):
    months = pd.period_range("2021-01", periods=n_cohorts, freq="M").strftime("%Y-%m").tolist()
    page = report_of([(f"c{month}", f"{month}-01", 5) for month in months], as_of=f"{months[-1]}-28").to_html()
    grid = table(page, "cohorts")
    assert [row[0] for row in grid[1:]] == months[-24:]
    assert grid[0][2:] == [str(age) for age in range(1, 24)]
    note = f"Only the newest 24 of {n_cohorts} cohorts are shown."
    assert (note in page) == (n_cohorts > 24)


def test_without_an_audit_the_report_says_so():
    page = report_of([("ann", "2024-03-01", 5)], as_of="2024-03-31").to_html()
    assert "No audit was given with the transactions." in section(page, "audit")


def test_where_every_row_went():
    usable = [("ann", "2024-03-01", 50)] * 2 + [("ann", "2024-03-05", -20), ("bo", "2024-03-06", 0)]
    unusable = [("", "2024-03-06", 9), ("cy", "?", 8), ("cy", "2024-03-07", "x")]
    orders = log([*usable, *unusable, ("dee", "2024-05-01", 1234.5)])
    audit = audit_orders(orders, as_of="2024-03-31")
    transactions = as_transactions(orders, invalid="drop")
    page = customer_report(transactions, as_of="2024-03-31", audit=audit).to_html()
    assert table(page, "audit") == [
        ["Reason", "Rows", "Amount"],
        ["No customer", "1", "9.00"],
        ["Unusable date", "1", "8.00"],
        ["Unusable amount", "1", "0.00"],
        ["After the as-of date", "1", "1,235"],
        ["Refund", "1", "-20.00"],
        ["Zero price", "1", "0.00"],
        ["Purchase", "2", "100.00"],
        ["Given", "8", "1,332"],
    ]
    assert "Rows that repeat another one in every column: 1;" in section(page, "audit")


@pytest.mark.parametrize("returns", ["net", "drop"])
def test_an_audit_goes_with_refunds_netted_and_left_out(returns):
    orders = log([("ann", "2024-03-01", 50), ("ann", "2024-03-05", -20)])
    transactions = as_transactions(orders, returns=returns)
    page = customer_report(transactions, as_of="2024-03-31", audit=audit_orders(orders)).to_html()
    assert ["Refund", "1", "-20.00"] in table(page, "audit")


# Reference: CDNOW, 1/10 sample: figures counted here from the log itself.


def test_cdnow_findings(report, cdnow):
    spend = cdnow.groupby("customer_id")["amount"].agg(["sum", "size"])
    top = spend["sum"].nlargest(472).sum() / spend["sum"].sum()
    bought = {
        end: set(cdnow[cdnow["date"].between(start, end)]["customer_id"])
        for start, end in (("1998-01-02", "1998-04-01"), ("1998-04-02", AS_OF))
    }
    start, stayed = bought["1998-04-01"], bought["1998-04-01"] & bought[AS_OF]
    interval = binomtest(len(stayed), len(start)).proportion_ci(method="wilson")
    largest = spend["sum"].sort_values(ascending=False)
    total = largest.sum()
    half = largest[largest >= largest.iloc[(largest.cumsum() < total / 2).sum()]]
    last = cdnow.groupby("customer_id")["date"].max()
    there = pd.Timestamp(AS_OF) - last <= pd.Timedelta(days=365)
    core = half[there[half.index]]
    # important: four fifths of revenue or the fifth with the most orders, still there; or once core
    most = largest[largest >= largest.iloc[(largest.cumsum() < 0.8 * total).sum()]]
    often = next(n for n in range(1, 99) if (spend["size"] >= n).mean() <= 0.2)
    important = there & (spend.index.isin(most.index) | (spend["size"] >= often)) | spend.index.isin(half.index)
    ordinary = spend.loc[~important, "sum"]
    before, after = (
        cdnow[cdnow["date"].between(*ends)] for ends in (("1997-07-01", "1997-12-31"), ("1998-01-01", "1998-06-30"))
    )
    change = after["amount"].sum() - before["amount"].sum()
    factors = [
        (half["customer_id"].nunique(), len(half) / half["customer_id"].nunique(), half["amount"].mean())
        for half in (before, after)
    ]
    logs = [math.log(now / then) for then, now in zip(*factors, strict=True)]
    people, frequency, value = (change / sum(logs) * part for part in logs)
    assert report.findings[:5] == [
        "2,357 customers placed 6,919 orders worth 244,092 from 1997-01-01 to 1998-06-30; "
        f"{(spend['size'] >= 2).mean():.1%} of them ordered more than once.",
        f"The top 20% of customers (472) brought {top:.1%} of revenue.",
        f"Of the {len(start)} customers active in the 90 days to 1998-04-01, {len(stayed) / len(start):.1%} bought "
        f"again in the 90 days to 1998-06-30 (95% interval {interval.low:.1%} to {interval.high:.1%}).",
        f"1998-01 – 1998-06 against 1997-07 – 1997-12: net revenue changed by {change:,.0f}, of which {people:,.0f} by "
        f"the number of customers, {frequency:,.0f} by orders per customer and {value:,.2f} by the value of an order.",
        f"{len(core)} core customers ({len(core) / len(spend):.1%} of all) brought {core.sum() / total:.1%} "
        f"of revenue, {len(ordinary):,} ordinary ones ({len(ordinary) / len(spend):.1%}) {ordinary.sum() / total:.1%}.",
    ]


def test_cdnow_kpis(page, cdnow):
    last = cdnow[cdnow["date"] >= "1998-04-02"]
    header, *lines = table(page, "kpis")
    assert header == ["KPI", "Whole log", "Last 90 days", "Base", "95% interval", "90 days before", "Change"]
    kpis = {line[0]: line[1:4] for line in lines}
    assert kpis["Orders"] == ["6,919", f"{len(last):,}", "–"]
    assert kpis["Active customers"] == ["2,357", f"{last['customer_id'].nunique():,}", "–"]
    assert kpis["Average order value"] == ["35.28", f"{last['amount'].mean():.2f}", f"{len(last):,}"]
    assert kpis["Gini coefficient of revenue"][0] == "0.63"
    assert kpis["New customers"] == ["–", "0", "–"]


def test_cdnow_cohorts(page):
    # month-1 retention .158771, .156359, .121001; month-2 .121639, .128355, .116829
    grid = {row[0]: row[1:4] for row in table(page, "cohorts")[1:]}
    assert grid == {
        "1997-01": ["781", "16%", "12%"],
        "1997-02": ["857", "16%", "13%"],
        "1997-03": ["719", "12%", "12%"],
    }


def test_the_tables_are_those_of_the_library(report, cdnow):
    transactions = as_transactions(cdnow)
    customers = customer_summary(transactions, as_of=AS_OF)
    expected = {
        "audit": audit_orders(cdnow, as_of=AS_OF),
        "kpis": order_kpis(transactions, start="1997-01-01", end=AS_OF),
        "recent_kpis": order_kpis(transactions, start="1998-04-02", end=AS_OF),
        "months": period_table(transactions, as_of=AS_OF),
        "cohorts": cohort_table(transactions, as_of=AS_OF),
        "concentration": concentration_table(customers),
    }
    for name, made in expected.items():
        assert_frame_equal(report.tables[name], made)


# Laws.


@pytest.fixture(scope="module")
def some_orders(cdnow):
    return cdnow[cdnow["customer_id"] <= 200]


@pytest.fixture(scope="module")
def page_of_some(some_orders):
    audit = audit_orders(some_orders, as_of=AS_OF)
    return customer_report(as_transactions(some_orders), as_of=AS_OF, audit=audit).to_html()


@pytest.mark.deep
def test_every_kind_of_frame_gives_the_same_page(build, some_orders, page_of_some):
    native = build(some_orders)
    found = customer_report(as_transactions(native), as_of=AS_OF, audit=audit_orders(native, as_of=AS_OF))
    assert found.to_html() == page_of_some


@pytest.mark.deep
def test_the_order_of_rows_does_not_matter(some_orders, page_of_some):
    moved = as_transactions(some_orders).sample(frac=1, random_state=1)
    found = customer_report(moved, as_of=AS_OF, audit=audit_orders(some_orders, as_of=AS_OF))
    assert found.to_html() == page_of_some


def test_what_happens_after_as_of_does_not_matter(some_orders):
    transactions = as_transactions(some_orders)
    early = transactions[transactions["date"] <= "1997-06-30"]
    whole, cut = (customer_report(table, as_of="1997-06-30") for table in (transactions, early))
    assert whole.findings == cut.findings
    for name in ("kpis", "recent_kpis", "months", "cohorts", "concentration"):
        assert_frame_equal(whole.tables[name], cut.tables[name])


# Input untouched.


def test_the_tables_given_are_not_changed(some_orders):
    given = as_transactions(some_orders), audit_orders(some_orders, as_of=AS_OF)
    before = [table.copy() for table in given]
    customer_report(given[0], as_of=AS_OF, audit=given[1]).to_html()
    for table_given, copy in zip(given, before, strict=True):
        assert_frame_equal(table_given, copy)
