"""`crmkit churn`: the list, what is printed and written, and logs that hold too little."""

import json
from types import SimpleNamespace

import openpyxl
import pandas as pd
import pytest
from tests.commands import run, text
from tests.logs import orders_that_stop
from tests.remembering import PARTS_OF_CHURN, remembering

from crmkit.cli.commands.churn import _say_verdict

ASKED = ("orders.csv", "--as-of", "2023-12-31", "--horizon", "30D")


@pytest.fixture(scope="module", autouse=True)
def learned_once():
    with remembering(*PARTS_OF_CHURN):
        yield


@pytest.fixture(scope="module")
def orders():
    return orders_that_stop(150)


@pytest.fixture(autouse=True)
def folder(orders, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    orders.to_csv("orders.csv", index=False)
    (tmp_path / "short.csv").write_text(text(), "utf-8")
    return tmp_path


# By hand.


def test_list_costs_and_control_group_are_those_asked_for():
    plan = ["--capacity", "20", "--contact-cost", "2", "--value", "100", "--control-share", "0.25"]
    code, stdout, _ = run("churn", *ASKED, *plan, "--json")
    found = json.loads(stdout, parse_constant=pytest.fail)
    assert (code, len(found["actions"]), found["tried_on"]) == (0, 20, "2023-11-24")
    # a quarter of 20 is left alone; a contact costs 2 and is expected to earn 0.3 · 100 · p less that
    assert sum(row["arm"] == "control" for row in found["actions"]) == 5
    assert {row["cost"] for row in found["actions"]} == {0, 2}
    first = found["actions"][0]
    assert first["expected_profit"] == pytest.approx(30 * first["probability"] - 2)
    assert found["problems"] == {}
    assert (found["horizon"], found["gap"], found["lookback"]) == (30, 7, 365)
    # days 8 to 37 after the last of December
    assert found["remarks"][0] == "To leave is to buy nothing from 2024-01-08 to 2024-02-06."


def test_a_model_that_ranks_worse_is_said_to(capsys):
    rows = [("model", None), ("days_since_last", "worse"), ("pareto_nbd", "unclear")]
    judged = pd.DataFrame([{"score": score, "measure": "auc", "verdict": verdict} for score, verdict in rows])
    _say_verdict(SimpleNamespace(judged=judged), "en")
    assert capsys.readouterr().err.splitlines() == [
        "The model is not shown to rank better than Pareto/NBD; on orders alone that is usual.",
        "The model ranks worse than days since the last order, for which no model of churn is needed: rely on that "
        "instead. What is shown here is the model's all the same.",
    ]


@pytest.mark.parametrize(
    ("language", "told"),
    [("en", "the offer keeps 25% of those about to leave (--gamma)"), ("zh", "优惠能留住 25% 的将流失客户（--gamma）")],
)
def test_what_the_profits_rest_on_is_said(language, told):
    code, _, stderr = run("churn", *ASKED, "--gamma", "0.25", "--capacity", "3", "--language", language)
    assert (code, told in stderr) == (0, True)


@pytest.mark.parametrize(
    ("plan", "told"),
    [
        (("--margin", "0.3"), "At stake is 30% (--margin) of what a customer spent in the last 365 days."),
        (("--value", "80"), "At stake is 80 for each customer (--value)."),
        ((), "shows beside the control group"),
        (("--control-share", "0"), "The list has no control group"),
        # a tenth of one customer is nobody
        (("--capacity", "1"), "The list has no control group"),
        (("--capacity", "0"), "Nobody is on the list: --capacity or --budget leaves no room."),
        (("--contact-cost", "9999"), "Nobody is on the list: no contact is expected to earn more than it costs."),
    ],
)
def test_control_group_stake_and_empty_lists_are_said_as_they_are(plan, told):
    code, _, stderr = run("churn", *ASKED, "--capacity", "20", *plan)
    assert (code, told in stderr) == (0, True)
    is_empty, has_control = "Nobody is on the list" in told, "shows beside" in told
    assert ("The expected profits rest on assumptions" in stderr) != is_empty
    assert has_control <= ("The list has no control group" not in stderr)


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "On the list: 24 of {n}, 18 to contact and 6 left alone as a control group. The first 20 are shown."),
        ("zh", "名单共 24 位（面临风险者 {n} 位），其中联系 18 位，留作对照组不联系 6 位；以下列出前 20 位。"),
    ],
)
def test_a_list_is_said_to_be_longer_than_what_is_printed(language, told):
    plan = ["--capacity", "24", "--control-share", "0.25", "--language", language]
    orders = pd.read_csv("orders.csv")
    # a log of one year: everybody in it has bought within 365 days
    n = orders["customer_id"].nunique()
    _, stdout, _ = run("churn", *ASKED, *plan)
    assert told.format(n=n) in stdout.splitlines()


@pytest.mark.parametrize(
    ("language", "lines"),
    [("en", ["How well the scores did:", "Whom to call:"]), ("zh", ["评分检验:", "联系名单:"])],
)
def test_what_is_printed_and_written(folder, language, lines):
    files = ["--output", "calls.xlsx", "--card", "card.md"]
    code, stdout, stderr = run("churn", *ASKED, "--capacity", "3", "--language", language, *files)
    assert code == 0, stderr
    assert [line in stdout.splitlines() for line in lines] == [True, True]
    assert {"en": "bought nothing from day 8 to day 37 after it", "zh": "在其后第 8 至 37 天没有购买"}[
        language
    ] in stdout
    assert len(openpyxl.load_workbook("calls.xlsx").sheetnames) == 5
    assert (folder / "card.md").read_text("utf-8").startswith({"en": "# Model card", "zh": "# 模型卡"}[language])


def test_the_list_is_a_table_and_the_calibration_a_drawing(folder):
    assert run("churn", *ASKED, "--capacity", "3", "--output", "calls.csv")[0] == 0
    assert pd.read_csv("calls.csv")["rank"].tolist() == [1, 2, 3]
    assert run("churn", *ASKED, "--output", "drawn.png")[0] == 0
    assert (folder / "drawn.png").read_bytes().startswith(b"\x89PNG")


def test_the_report_shows_the_section_where_it_is_named(folder):
    asked = ["report", "orders.csv", "--as-of", "2023-12-31", "--sections", "findings,churn"]
    assert run(*asked)[0] == 0
    assert '<section id="churn">' in (folder / "report.html").read_text("utf-8")


# Too little.


@pytest.mark.parametrize(
    ("language", "told"), [("en", "The log is too short to learn who leaves"), ("zh", "数据时间太短，无从得知谁会流失")]
)
def test_a_short_log_is_said_and_has_no_list(language, told):
    asked = ["churn", "short.csv", "--as-of", "2024-03-05", "--language", language]
    code, stdout, stderr = run(*asked)
    assert (code, stdout, told in stderr) == (0, "", True)
    code, _, stderr = run(*asked, "--output", "calls.csv")
    assert (code, told in stderr) == (3, True)
    assert run(*asked, "--output", "drawn.png")[0] == 3
    _, stdout, _ = run(*asked, "--json")
    assert told in json.loads(stdout)["problems"]["model"]
    assert run(*asked, "--card", "card.md")[0] == 3


# Refusals.


def test_a_workbook_holds_the_early_warnings_where_there_is_no_list():
    orders = pd.read_csv("orders.csv", parse_dates=["date"])
    orders[orders["date"] >= "2023-09-01"].to_csv("late.csv", index=False)
    code, _, stderr = run("churn", "late.csv", "--as-of", "2023-12-31", "--output", "warned.xlsx")
    assert (code, "The log is too short" in stderr) == (0, True)
    assert openpyxl.load_workbook("warned.xlsx").sheetnames == ["Early warnings"]


@pytest.mark.parametrize(
    ("option", "value", "told"),
    [
        ("--capacity", "4.5", "--capacity must be a whole number from 0 on, got 4.5"),
        ("--gamma", "2", "A share must lie between 0 and 1, got 2"),
        ("--control-share", "1", "--control-share must lie between 0 and 1, got 1.0. 1 itself is not allowed."),
        ("--contact-cost", "-1", "An amount must be 0 or more, got -1"),
        ("--horizon", "soon", "--horizon"),
    ],
)
def test_options_out_of_range_are_refused(option, value, told):
    code, _, stderr = run("churn", *ASKED, option, value)
    assert (code > 0, told in stderr) == (True, True)


# Input untouched.


def test_the_file_stays_as_it_was(folder):
    before = (folder / "orders.csv").read_bytes()
    assert run("churn", *ASKED, "--output", "orders.csv")[0] > 0
    assert (folder / "orders.csv").read_bytes() == before
