"""The report's section on churn: its sentences against the tables, whom it names, and logs that hold too little."""

from types import SimpleNamespace

import openpyxl
import pandas as pd
import pytest
from tests.logs import log, orders_that_stop
from tests.pages import section, table
from tests.remembering import PARTS_OF_CHURN, remembering

from crmkit import as_transactions
from crmkit.report import customer_report
from crmkit.report.churn._page import _verdict

SHOWN = ["findings", "actions", "churn"]
# With a horizon of 90 days, two in five who stop one day in 2023.
DAY = "2023-12-31"


pytestmark = pytest.mark.usefixtures("undrawn", "few_draws", "without_lenses")


@pytest.fixture(scope="module", autouse=True)
def learned_once():
    with remembering(*PARTS_OF_CHURN):
        yield


@pytest.fixture(scope="module")
def transactions():
    return as_transactions(orders_that_stop(250))


@pytest.fixture(scope="module", params=["en", "zh"])
def report(request, transactions):
    return customer_report(transactions, as_of=DAY, sections=SHOWN, language=request.param, n_actions=5)


@pytest.fixture(scope="module")
def page(report):
    return section(report.to_html(), "churn")


# By hand.


def test_the_churn_rate_is_that_of_the_newest_day_known(report, page):
    newest = report.tables["churn_rates"].iloc[-1]
    # 97 days before the last
    assert f"{newest['cutoff']:%Y-%m-%d}" == "2023-09-25"
    assert newest["n_churned"] / newest["n_customers"] == newest["churn_rate"]
    told = {"en": f"{newest['n_customers']:,} customers", "zh": f"{newest['n_customers']:,} 位客户"}[report.language]
    assert told in page
    assert f"{newest['churn_rate']:.1%}" in page


def test_who_is_expected_to_leave_is_a_finding(report):
    words = {
        "en": "are expected to buy nothing from 2024-01-08 to 2024-04-06",
        "zh": "在 2024-01-08 至 2024-04-06 不会购买",
    }
    (finding,) = [each for each in report.findings if words[report.language] in each]
    assert f"{report.answers['churn'].more.n_at_risk:,}" in finding


def test_the_scores_and_the_people_to_call_are_rows_of_the_page(report, page):
    names = {"en": ["Churn model", "Days since the last order", "Pareto/NBD"], "zh": ["流失模型", "距最近一次下单天数"]}
    rows = [row[0] for row in table(page, "churn")]
    assert [name in rows for name in names[report.language]] == [True] * len(names[report.language])
    listed = report.tables["churn_list"]
    assert [row[0] for row in table(page, "churn", position=1)][-5:] == [str(each) for each in listed["customer_id"]]
    # those who bought within their rhythm of two weeks are not called first
    assert (listed["days_since_last"] > 14).all()


def test_what_was_right_stands_with_its_interval(report, page):
    listed = report.tables["churn_warnings"].set_index("signal").loc["overdue_purchase"]
    names = ("precision", "precision_lower", "precision_upper")
    right, lower, upper = (f"{listed[name]:.1%}" for name in names)
    assert f"{right} ({lower} – {upper})" in page


def test_what_leaving_means_is_said(report, page):
    said = {"en": "To leave is to buy nothing from 2024-01-08 to 2024-04-06.",
            "zh": "此处“流失”指在 2024-01-08 至 2024-04-06 没有购买。"}  # fmt: skip
    assert said[report.language] in page


def test_what_is_at_stake_is_called_by_the_margin():
    orders = as_transactions(orders_that_stop(250))
    whole, part = (
        section(customer_report(orders, as_of=DAY, sections=SHOWN, margin=margin).to_html(), "churn")
        for margin in (1, 0.3)
    )
    assert "what is at stake: what they spent in the last 365 days." in whole
    assert "what is at stake: 30.0% of what they spent in the last 365 days." in part


def test_sheets_hold_the_tables(report, tmp_path):
    report.to_excel(tmp_path / "churn.xlsx")
    book = openpyxl.load_workbook(tmp_path / "churn.xlsx")
    titles = {
        "en": ["Whom to call", "Churn rates", "How well churn scores did"],
        "zh": ["联系名单", "流失率", "流失评分检验"],
    }
    assert [title in book.sheetnames for title in titles[report.language]] == [True] * 3


# Laws.


def test_it_is_shown_only_where_it_is_named_and_names_nobody_without_actions():
    transactions = as_transactions(orders_that_stop(20))
    plain = customer_report(transactions, as_of=DAY)
    assert "churn" not in plain.sections
    assert "churn" not in plain.answers
    found = customer_report(as_transactions(orders_that_stop(250)), as_of=DAY, sections=["churn"])
    assert "churn_list" not in found.tables
    assert "churn_judged" in found.tables


# Too little.


@pytest.mark.parametrize(
    ("language", "reason"),
    [("en", "The log is too short to learn who leaves: it covers 31 days"), ("zh", "仅覆盖 31 天")],
)
def test_a_short_log_says_why(language, reason):
    orders = as_transactions(log([("ann", "2024-01-01", 10), ("bo", "2024-01-31", 20), ("ann", "2024-01-09", 5)]))
    found = customer_report(orders, as_of="2024-01-31", sections=["churn"], language=language)
    page = section(found.to_html(), "churn")
    assert reason in page
    assert {"en": "No customer gives an early warning.", "zh": "没有客户发出早期预警。"}[language] in page
    assert list(found.answers["churn"].tables) == ["churn_warnings"]


@pytest.mark.parametrize(
    ("verdicts", "told"),
    [
        (("worse", "unclear"), "not shown to rank those who leave better than Pareto/NBD"),
        (("worse", "unclear"), "ranks those who leave worse than days since the last order"),
        (("better", "better"), "better than what needs no model of churn"),
    ],
)
@pytest.mark.parametrize("n_at_risk", [50, 51])
def test_a_model_that_does_not_win_is_said_not_to(verdicts, told, n_at_risk):
    scores = zip(["model", "days_since_last", "pareto_nbd"], [None, *verdicts], strict=True)
    judged = pd.DataFrame(
        [{"score": score, "measure": "auc", "verdict": verdict, "n_customers": 50} for score, verdict in scores]
    )
    more = SimpleNamespace(tried_on=pd.Timestamp("2024-03-01"))
    rates = pd.DataFrame({"n_customers": [n_at_risk]})
    answer = SimpleNamespace(tables={"churn_judged": judged, "churn_rates": rates}, more=more)
    is_a_part = n_at_risk > 50
    assert ("drawn at random" in _verdict(answer, SimpleNamespace(language="en"))) == is_a_part
    assert told in _verdict(answer, SimpleNamespace(language="en"))
