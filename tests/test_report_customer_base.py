"""The report's five lenses: their notes by hand, what they leave out, their sheets."""

import openpyxl
import pandas as pd
import pytest
from tests.logs import log
from tests.pages import section, table

from crmkit import as_transactions
from crmkit.report import customer_report

ONE = ["findings", "customer_base"]

# Two years of quarters: ann orders 10 in each of the first year and 15 in each of the second, bo 20 once in each year,
# cy 40 in the first year, di 30 twice in the second.
ROWS = [
    *(("ann", f"2022-{month:02}-03", 10) for month in (1, 4, 7, 10)),
    *(("ann", f"2023-{month:02}-03", 15) for month in (1, 4, 7, 10)),
    ("bo", "2022-02-01", 20),
    ("bo", "2023-02-01", 20),
    ("cy", "2022-05-01", 40),
    ("di", "2023-05-01", 30),
    ("di", "2023-12-30", 30),
]


@pytest.fixture(scope="module", params=["en", "zh"])
def report(request):
    return customer_report(as_transactions(log(ROWS)), as_of="2023-12-31", language=request.param, sections=ONE)


@pytest.fixture(scope="module")
def page(report):
    return section(report.to_html(), "customer_base")


# By hand.


def test_who_stayed_left_and_came(report, page):
    words = {
        "en": ["Bought in both", "Only in 2022", "New in 2023", "All"],
        "zh": ["两期都购买", "仅在 2022", "2023 新客户", "全部"],
    }[report.language]
    found = {row[0]: row[1:] for row in table(page, "customer_base", position=1)}
    # ann 40 to 60 and bo 20 to 20; cy 40; di 60
    assert [found[word] for word in words] == [
        ["2", "60.00", "80.00", "+20.00"],
        ["1", "40.00", "0.00", "-40.00"],
        ["1", "0.00", "60.00", "+60.00"],
        ["4", "100.00", "140.00", "+40.00"],
    ]


def test_the_notes_say_what_is_drawn(report, page):
    told = {
        # 60 of 140 in four orders; di has 60 too, but comes later
        "en": [
            "brought 42.9% of revenue, in 4.00 orders each",
            "2 customers bought in both; 1 of those of 2022 did not",
        ],
        "zh": ["贡献 42.9% 的销售额，人均 4.00 单", "两期都购买的客户 2 位；2022 的客户中 1 位没有再来"],
    }[report.language]
    assert [words in page for words in told] == [True, True]


def test_the_change_is_a_finding(report):
    (finding,) = [each for each in report.findings if "2022" in each and "2023" in each and "+40" in each]
    # 3 customers in both years: all comes from orders per customer (6 to 7) and their value (100/6 to 20)
    assert {"en": "0.00 by the number of customers", "zh": "客户数贡献 0.00"}[report.language] in finding


def test_sheets_hold_the_tables(report, tmp_path):
    report.to_excel(tmp_path / "base.xlsx")
    book = openpyxl.load_workbook(tmp_path / "base.xlsx")
    titles = {
        "en": ["Tenths of the customers", "Who stayed, left and came", "What changed", "One cohort", "Cohorts by age"],
        "zh": ["客户十等分", "客户去留", "变动分解", "一个同期群", "同期群（按账龄）"],
    }[report.language]
    assert [title in book.sheetnames for title in titles] == [True] * 5
    change = list(book[titles[2]].values)
    assert change[0][1:3] == ("2022", "2023")
    assert change[1][1:] == (100, 140, 40)


# Left out.


def test_a_log_too_short_or_without_prices_says_so():
    short = customer_report(as_transactions(log(ROWS[:1])), as_of="2022-02-03", sections=ONE)
    assert "1 period that is over by 2022-02-03; comparing takes two" in section(short.to_html(), "customer_base")
    unpriced = as_transactions(log(ROWS)[["customer_id", "date"]], amount=None)
    page = section(customer_report(unpriced, as_of="2023-12-31", sections=ONE).to_html(), "customer_base")
    assert "carry no price" in page


def test_a_month_against_the_one_before_is_no_finding():
    rows = [("ann", "2022-01-03", 10), ("bo", "2022-02-03", 10), ("ann", "2022-02-04", 10), ("ann", "2022-03-04", 5)]
    found = customer_report(as_transactions(log(rows)), as_of="2022-03-31", sections=ONE)
    assert not any("net revenue changed" in each for each in found.findings)
    assert "2022-03 against 2022-02" in section(found.to_html(), "customer_base")


def test_the_first_month_is_compared_if_the_log_begins_in_its_first_week():
    def found(first):
        months = pd.period_range("2022-01", "2022-12", freq="M").strftime("%Y-%m")
        rows = [("ann", f"{month}-{first if not n else 1:02}", 10) for n, month in enumerate(months)]
        return customer_report(as_transactions(log(rows)), as_of="2022-12-31", sections=ONE).to_html()

    assert "2022-07 – 2022-12 against 2022-01 – 2022-06" in found(8)
    assert "2022-10 – 2022-12 against 2022-07 – 2022-09" in found(9)


def test_of_very_many_periods_the_tables_stand_alone():
    rows = [("ann", f"{year}-01-03", 10.0) for year in range(1950, 2000)]
    page = section(
        customer_report(as_transactions(log(rows)), as_of="1999-12-31", sections=ONE).to_html(), "customer_base"
    )
    assert page.count("too many periods to draw") == 2
    assert "1999 against 1998" in page
