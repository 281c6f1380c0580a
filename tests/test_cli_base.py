"""`crmkit base`: the five lenses from orders and from a table by customer and period."""

import json

import openpyxl
import pytest
from tests.commands import run

ORDERS = (
    "customer_id,date,amount\n"
    "ann,2022-01-03,10\nann,2022-07-03,10\nbo,2022-03-01,20\n"
    "ann,2023-01-03,30\nbo,2023-02-01,20\ncy,2023-05-01,5\ncy,2023-06-01,5\n"
)
ACTIVITY = (
    "客户编号,季度,订单数,消费额,利润,批次\n"
    "ann,2022Q1,1,10,2,老客户\nann,2022Q4,1,10,2,老客户\nbo,2022Q1,1,20,4,2022Q1\n"
    "ann,2023Q2,2,30,9,老客户\nbo,2023Q1,0,0,0,2022Q1\nbo,2023Q4,1,20,3,2022Q1\n"
)
OF_ACTIVITY = ("activity.csv", "--table", "activity", "--freq", "Q", "--as-of", "2023-12-31", "--before-data", "老客户")


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "orders.csv").write_text(ORDERS, "utf-8")
    (tmp_path / "activity.csv").write_text(ACTIVITY, "utf-8")
    return tmp_path


def document(*arguments):
    code, stdout, stderr = run("base", *arguments, "--json")
    assert code == 0, stderr
    return json.loads(stdout, parse_constant=pytest.fail)


# By hand.


def test_orders_by_quarter_and_year():
    found = document("orders.csv", "--as-of", "2023-12-31")
    # two years are quarters; 2023 is compared with 2022
    assert (found["before"], found["after"], found["cohort"]) == ("2022", "2023", "2023-04-01")
    change = {row["kpi"]: (row["previous"], row["value"]) for row in found["change"]}
    assert change == {
        "spend": (40, 60),
        "active_customers": (2, 3),
        "purchase_frequency": (1.5, 4 / 3),
        "average_order_value": (40 / 3, 15),
    }
    groups = {row["group"]: row["n_customers"] for row in found["groups"]}
    assert groups == {"both": 2, "lapsed": 0, "new": 1, "acquired_between": 0, "returned": 0, "neither": 0, "all": 3}


def test_a_table_by_customer_and_quarter_has_profit():
    found = document(*OF_ACTIVITY, "--language", "zh")
    assert found["cohort"] == "2022-01-01"
    (profit, *_) = found["change"]
    assert (profit["kpi"], profit["previous"], profit["value"]) == ("profit", 8, 12)
    assert {row["cohort"] for row in found["cohorts"]} == {"before", "2022-01-01"}


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        ("en", ["2023 against 2022; cohort 2022-01-01", "Who stayed, left and came:", "What changed:"]),
        ("zh", ["2023 与 2022 相比；同期群 2022-01-01", "客户去留:", "变动分解:"]),
    ],
)
def test_what_is_printed(language, lines):
    code, stdout, said = run("base", *OF_ACTIVITY, "--language", language)
    assert code == 0, said
    assert [line in stdout.splitlines() for line in lines] == [True] * 3
    # ann and bo bought in both years, 40 and 50 in all, with a profit of 8 and 12
    both = next(line.split() for line in stdout.splitlines() if line.startswith(("Bought in both", "两期都购买")))
    assert both[-7:] == ["2", "40.00", "50.00", "10.00", "8.00", "12.00", "4.00"]


def test_ranges_and_cohort_are_taken_by_name():
    found = document(
        "orders.csv", "--as-of", "2023-12-31", "--before", "2023Q1", "--after", "2023Q2", "--cohort", "2022Q1"
    )
    assert (found["before"], found["after"], found["cohort"]) == ("2023Q1", "2023Q2", "2022Q1")
    assert [row["spend"] for row in found["history"]][:3] == [30, 0, 10]


def test_a_workbook_and_a_drawing(folder):
    assert run("base", "orders.csv", "--as-of", "2023-12-31", "--output", "base.xlsx")[0] == 0
    titles = openpyxl.load_workbook(folder / "base.xlsx").sheetnames
    assert titles[:3] == ["Tenths of the customers", "Who stayed, left and came", "What changed"]
    assert run("base", "orders.csv", "--as-of", "2023-12-31", "--output", "base.svg", "--language", "zh")[0] == 0
    drawing = (folder / "base.svg").read_text("utf-8")
    assert "客户之间差异有多大" in drawing


def test_a_range_has_a_first_and_a_last_end(folder):
    found = document(
        "orders.csv", "--as-of", "2023-12-31", "--before", "2022-01-01/2022-06-30", "--after", "2023Q1/2023Q2"
    )
    assert (found["before"], found["after"]) == ("2022-01 – 2022-06", "2023-01 – 2023-06")
    weeks = "period,start,end\nA,2022-01-01,2022-06-30\nB,2022-07-01,2022-12-31\nC,2023-01-01,2023-07-31\n"
    (folder / "own.csv").write_text(weeks + "D,2023-08-01,2023-12-31\n", "utf-8")
    options = ("orders.csv", "--as-of", "2023-12-31", "--calendar", "own.csv")
    found = document(*options, "--before", "A/B", "--after", "C/D")
    assert (found["before"], found["after"]) == ("2022", "2023")
    said = run("base", *options, "--before", "B/B", "--after", "C/C")[2]
    assert "The ranges compared differ in length: 184 days before, 212 after." in said


def test_what_customers_brought_before_the_data_is_not_known():
    stdout = run("base", *OF_ACTIVITY, "--language", "zh")[1]
    (older,) = [line.split() for line in stdout.splitlines() if line.startswith("更早") and "–" in line]
    assert older[-3:] == ["–", "–", "–"]


# Refusals.


@pytest.mark.parametrize(
    ("arguments", "language", "said"),
    [
        (("orders.csv", "--profit", "amount"), "en", "--profit is for --table activity."),
        (("activity.csv", "--table", "activity"), "zh", "请用 --freq 或 --calendar 给出表中的期间。"),
        (("orders.csv", "--before", "2022"), "en", "Give --before and --after, or neither."),
        (("orders.csv", "--before", "2022", "--after", "spring"), "zh", "--after 须为年、季或月"),
        (("orders.csv", "--cohort", "2021Q1"), "en", "2021Q1"),
        (
            ("orders.csv", "--cohort", "spring"),
            "en",
            "--cohort must be one period of --freq Q, or 'before', got 'spring'.",
        ),
        (("orders.csv", "--before", "2022Q2", "--after", "2022Q4"), "zh", "文件"),
        (("orders.csv", "--output", "base.gif"), "en", "or for a drawing in .png, .svg or .pdf, got base.gif"),
        (("activity.csv", "--table", "activity", "--freq", "Y"), "en", "several rows in a period"),
    ],
)
def test_what_does_not_fit_is_refused(arguments, language, said):
    code, stdout, stderr = run("base", *arguments, "--as-of", "2023-12-31", "--language", language)
    assert code in (2, 3)
    assert stdout == ""
    assert said in stderr
