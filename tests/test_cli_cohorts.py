"""`crmkit cohorts`: who came back, or what they paid, by the period of the first order."""

import json

import openpyxl
import pytest
from tests.commands import run

ORDERS = (
    "customer_id,date,amount,channel\n"
    "ann,2024-01-03,10,web\nann,2024-02-03,30,web\nbo,2024-01-20,20,shop\ncy,2024-02-10,5,web\ncy,2024-03-05,5,web\n"
)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "orders.csv").write_text(ORDERS, "utf-8")
    return tmp_path


def asked(*arguments, as_of="2024-03-31"):
    return run("cohorts", "orders.csv", "--as-of", as_of, *arguments)


def lines(*arguments, **options):
    code, stdout, stderr = asked(*arguments, **options)
    assert code == 0, stderr
    return [line.split() for line in stdout.splitlines()]


# By hand.


def test_who_came_back():
    assert lines() == [
        ["Share", "who", "bought", "at", "that", "age:"],
        ["Cohort", "Customers", "1", "2"],
        ["2024-01", "2", "50.0%", "0.0%"],
        ["2024-02", "1", "100.0%"],
    ]


def test_an_age_that_is_not_over_is_in_brackets():
    code, stdout, said = asked(as_of="2024-03-05")
    assert stdout.splitlines()[-1].split() == ["2024-02", "1", "(100.0%)"]
    assert "In brackets: so far" in said
    assert code == 0


def test_money_by_channel_in_chinese():
    found = lines("--kind", "revenue", "--by", "channel", "--language", "zh")
    assert found[0] == ["人均累计销售额,", "channel:", "shop:"]
    assert found[2] == ["2024-01", "1", "20.00", "20.00", "20.00"]
    # ann and bo paid 30 in January, ann 30 in February
    assert ["2024-01", "2", "15.00", "30.00", "30.00"] in found
    assert ["人均累计销售额,", "channel:", "全部:"] in found


def test_rolling_and_smoothed():
    document = json.loads(asked("--kind", "rolling", "--follow-up", "1", "--json")[1])
    assert [row["retention"] for row in document["cohorts"] if row["age"] == 1] == [0.5, 1.0]
    document = json.loads(asked("--smoothing", "beta_binomial", "--json")[1])
    assert document["value"] == "smoothed_retention"
    assert lines("--smoothing", "beta_binomial")[0][-1] == "smoothed:"
    said = asked("--kind", "rolling")[2]
    assert "All cohorts are followed for 1 period, as long as the youngest." in said


def test_quarters_and_ones_own_periods_go_by_their_names(folder):
    assert lines("--freq", "Q")[2][:3] == ["2024", "Q1", "3"]
    (folder / "halves.csv").write_text("period,start,end\nearly,2024-01-01,2024-02-15\nlate,2024-02-16,2024-03-31\n")
    assert lines("--calendar", "halves.csv")[2] == ["early", "3", "33.3%"]


def test_files(folder):
    assert asked("--output", "cohorts.xlsx")[0] == asked("--output", "cohorts.png")[0] == 0
    wide, long = openpyxl.load_workbook(folder / "cohorts.xlsx").worksheets
    assert [cell.value for cell in wide[1]] == ["Cohort", "Customers", "0", "1", "2"]
    assert [cell.value for cell in wide[2]][1:] == [2, 1, 0.5, 0]
    assert long.max_row == 1 + 5
    assert (folder / "cohorts.png").read_bytes().startswith(b"\x89PNG")


def test_what_does_not_fit_on_the_screen_is_said(folder):
    rows = "".join(f"c{n},20{n // 12:02}-{n % 12 + 1:02}-01,1\n" for n in range(30))
    (folder / "orders.csv").write_text("customer_id,date,amount\n" + rows, "utf-8")
    code, stdout, said = asked(as_of="2002-06-30")
    assert (code, len(stdout.splitlines())) == (0, 2 + 24)
    assert "the newest 24 cohorts up to age 12" in said


# Refusals.


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--by", "channel", "--output", "c.png"), "A drawing shows one group of customers."),
        (("--follow-up", "1"), "--follow-up goes with --kind rolling only."),
        (("--smoothing", "beta_binomial", "--kind", "revenue"), "--smoothing"),
        (("--output", "c.html"), "--output must end in .parquet, .csv or .xlsx, or for a drawing"),
        (("--by", "date"), "--by needs one value per customer"),
    ],
)
def test_what_does_not_fit_is_refused(arguments, said):
    code, stdout, stderr = asked(*arguments)
    assert code in (2, 3)
    assert stdout == ""
    assert said in stderr
