"""Holes of the log on the page and in the commands: named once, marked wherever a period touches one."""

import json

import pandas as pd
import pytest
from tests.commands import run
from tests.pages import section, table

from crmkit import as_order_lines, as_transactions
from crmkit.report import customer_report
from crmkit.report.months._charts import drawn_months
from crmkit.views import customer_base

SECTIONS = ["findings", "kpis", "months", "cohorts", "tiers"]


pytestmark = pytest.mark.usefixtures("undrawn", "few_draws", "without_lenses")


def every_day(first, last, *, n=4):
    """Orders of so many customers on each day; every second day all come back."""
    days = pd.date_range(first, last)
    return pd.DataFrame(
        {"customer_id": list(range(n)) * len(days), "date": [day for day in days for _ in range(n)], "amount": 10.0}
    )  # fmt: skip


@pytest.fixture(scope="module")
def holed():
    """A log of January to September 2024 without April."""
    orders = every_day("2024-01-01", "2024-09-30")
    return orders[orders["date"].dt.month != 4]


@pytest.fixture(scope="module")
def page(holed):
    return customer_report(as_transactions(holed), as_of="2024-09-30", sections=SECTIONS).to_html()


# By hand.


def test_the_hole_is_named_once_and_every_finding_it_touches_is_marked(holed, monkeypatch):
    # the change of revenue is a finding too
    monkeypatch.setattr("crmkit.report.customer_base._answer.customer_base", customer_base)
    found = customer_report(as_transactions(holed), as_of="2024-09-30", sections=SECTIONS)
    base, hole, top, retention, change, tiers = found.findings
    # 30 days of 4 orders are 120
    assert hole.startswith("† The log seems to be incomplete: no orders from 2024-04-01 to 2024-04-30 (")
    assert hole.endswith(" expected). Figures marked † cover periods that touch such days.")
    assert [finding.endswith(" †") for finding in (base, top, retention, change, tiers)] == [True] * 5
    (known,) = found.holes
    assert (known.kind, known.start.date().isoformat(), known.end.date().isoformat()) == (
        "missing", "2024-04-01", "2024-04-30",
    )  # fmt: skip
    assert known.expected_low < 120 < known.expected_high


def test_the_kpis_of_periods_that_touch_it_are_marked(page):
    head = table(page, "kpis")[0]
    # the last 90 days begin on 3 July, those before on 4 April
    assert head[1:3] == ["Whole log †", "Last 90 days"]
    assert head[5:] == ["90 days before †", "Change †"]


def test_retention_is_marked_where_the_period_before_touches_it(holed):
    # the last 60 days begin on 2 July 2024, the 60 before on 3 May, and those before in March
    found = customer_report(as_transactions(holed), as_of="2024-08-30", days=60, sections=SECTIONS)
    rows = {row[0]: row for row in table(found.to_html(), "kpis")}
    assert rows["KPI"][1:] == [
        "Whole log †", "Last 60 days", "Base", "95% interval", "60 days before", "Change",
    ]  # fmt: skip
    assert rows["Retention rate"][2] == "100.0%"
    assert rows["Retention rate"][5] == "100.0% †"
    assert rows["Repeat-purchase rate"][5] == "100.0%"


def test_a_month_that_is_missing_is_not_a_month_of_nothing(page):
    months = {row[0]: row[1:] for row in table(page, "months")[1:]}
    assert months["2024-04 †"] == ["–"] * 5
    assert months["2024-05"][0] == "1,240"
    cohorts = table(page, "cohorts")
    # born in January; three months later is April
    assert cohorts[1][:2] == ["2024-01", "4"]
    assert cohorts[1][2:] == ["100%", "100%", "–", "100%", "100%", "100%", "100%", "100%"]


def test_sections_on_all_days_say_so(page, holed):
    told = "† The log is incomplete, or holds days twice, for the period of these figures."
    assert page.count(told) == 1
    whole = customer_report(
        as_transactions(every_day("2024-01-01", "2024-09-30")), as_of="2024-09-30", sections=SECTIONS
    )
    assert "†" not in whole.to_html().replace("(†; a dash where it holds nothing)", "")
    assert whole.holes == ()


def test_in_chinese(holed):
    found = customer_report(as_transactions(holed), as_of="2024-09-30", sections=["months"], language="zh")
    assert found.findings[1].startswith("† 数据似乎不完整：2024-04-01 至 2024-04-30 没有订单（预计 ")
    # without the findings the head of the page says it
    assert found.findings[1] in found.to_html()
    assert "† 以上数字" not in found.to_html()


def test_a_stale_as_of_makes_no_months_of_nothing():
    found = customer_report(
        as_transactions(every_day("2024-01-01", "2024-03-31")), as_of="2024-08-31", sections=SECTIONS
    )
    months = {row[0]: row[1] for row in table(found.to_html(), "months")[1:]}
    assert months["2024-08 †"] == months["2024-04 †"] == "–"
    assert months["2024-03"] == "1,240"
    assert sum("†" in finding and "newest order" in finding for finding in found.findings) == 1
    assert not any("seems to be incomplete" in finding for finding in found.findings)


def test_a_partial_month_keeps_its_figures_and_is_marked(holed):
    orders = holed[(holed["date"].dt.month != 6) | (holed["date"].dt.day <= 10)]
    page = customer_report(as_transactions(orders), as_of="2024-09-30", sections=["months"]).to_html()
    months = {row[0]: row[1] for row in table(page, "months")[1:]}
    assert months["2024-06 †"] == "400.00"
    assert "(†; a dash where it holds nothing)" in section(page, "months")


# Commands.


@pytest.fixture
def folder(tmp_path, monkeypatch, holed):
    monkeypatch.chdir(tmp_path)
    holed.assign(store="north").to_csv("orders.csv", index=False)
    return tmp_path


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "The log seems to be incomplete: no orders from 2024-04-01 to 2024-04-30 ("),
        ("zh", "数据似乎不完整：2024-04-01 至 2024-04-30 没有订单（预计 "),
    ],
)
@pytest.mark.parametrize("command", [["audit"], ["kpi", "--start", "2024-07-01"], ["score", "--output", "c.csv"]])
def test_every_command_names_the_hole(command, language, told, folder):
    name, *options = command
    code, _, stderr = run(name, "orders.csv", *options, "--as-of", "2024-09-30", "--language", language)
    assert code == 0
    assert stderr.count(told) == 1


def test_kpis_that_touch_it_are_marked(folder):
    asked = ["kpi", "orders.csv", "--as-of", "2024-09-30"]
    # July to September and April to June: the period before touches April, so do retention and churn; who is new in
    # July may have come first in April
    _, stdout, stderr = run(*asked, "--start", "2024-07-01")
    lines = [line.split("  ")[0] for line in stdout.splitlines()]
    new_or_not = [
        "New customers †",
        "Returning customers †",
        "Revenue from new customers †",
        "Revenue from returning customers †",
        "Orders from new customers †",
        "Orders from returning customers †",
    ]
    compared = ["Retention rate †", "Customer churn rate (cohort) †"]
    assert [line for line in lines if "†" in line] == [*new_or_not, *compared]
    assert "Figures marked † cover periods that touch such days." in stderr
    rows = json.loads(run(*asked, "--start", "2024-04-30", "--json")[1])["kpis"]
    assert all(row["touches_hole"] for row in rows)
    # by month: April alone; retention also in May, which is compared with April
    rows = json.loads(run(*asked, "--start", "2024-03-01", "--freq", "M", "--json")[1])["kpis"]
    touched = {(row["kpi"], int(row["period"][5:7])) for row in rows if row["touches_hole"]}
    assert {month for kpi, month in touched if kpi == "revenue"} == {4}
    assert {month for kpi, month in touched if kpi == "retention_rate"} == {4, 5}
    _, stdout, _ = run(*asked, "--start", "2024-08-01")
    assert [line.split("  ")[0] for line in stdout.splitlines() if "†" in line] == new_or_not


@pytest.mark.parametrize("as_of", [[], ["--as-of", "2024-09-30"]])
@pytest.mark.parametrize("end", ["2024-04-02", "2024-04-20"])
def test_a_period_that_ends_within_a_hole_touches_it(end, as_of, folder):
    # orders from May on tell that April is a hole, and not the end of the log
    asked = ["kpi", "orders.csv", "--start", "2024-03-01", "--end", end, *as_of]
    _, stdout, stderr = run(*asked, "--json")
    assert all(row["touches_hole"] for row in json.loads(stdout)["kpis"])
    assert "no orders from 2024-04-01 to 2024-04-30" in stderr
    assert "The newest order" not in stderr


def test_the_audit_lists_holes_by_store(folder):
    whole = every_day("2024-01-01", "2024-06-30")
    part = whole[whole["date"].dt.month != 3]
    orders = pd.concat([whole.assign(store="north"), part.assign(store="south")], ignore_index=True)
    orders.assign(order_id=range(len(orders))).to_csv("stores.csv", index=False)
    asked = ["audit", "stores.csv", "--as-of", "2024-06-30", "--by", "store", "--order-id", "order_id"]
    code, stdout, stderr = run(*asked, "--json")
    (hole,) = json.loads(stdout)["holes"]
    assert code == 0
    assert (hole["of"], hole["kind"], hole["start"], hole["end"]) == ("south", "missing", "2024-03-01", "2024-03-31")
    assert "The log seems to be incomplete for store south: no orders from 2024-03-01 to 2024-03-31" in stderr
    assert "store south 的数据似乎不完整" in run(*asked, "--language", "zh")[2]


def test_the_audit_finds_lines_loaded_twice(folder):
    orders = every_day("2024-01-01", "2024-06-30")
    orders["order_id"] = range(len(orders))
    pd.concat([orders, orders[orders["date"] == "2024-05-17"]]).to_csv("twice.csv", index=False)
    stderr = run("audit", "twice.csv", "--order-id", "order_id")[2]
    assert "all 4 orders on 2024-05-17 occur an even number of times, perhaps loaded twice" in stderr


def test_the_report_finds_lines_loaded_twice_too(folder):
    orders = every_day("2024-01-01", "2024-06-30")
    orders["order_id"] = range(len(orders))
    twice = pd.concat([orders, orders[orders["date"] == "2024-05-17"]], ignore_index=True)
    transactions, lines = as_transactions(twice, order_id="order_id"), as_order_lines(twice, order_id="order_id")
    without, with_lines = (
        customer_report(transactions, as_of="2024-06-30", order_lines=given, sections=["kpis"]).holes
        for given in (None, lines)
    )
    assert without == ()
    assert [(hole.kind, hole.n_orders) for hole in with_lines] == [("doubled", 4)]
    twice.to_csv("twice.csv", index=False)
    stdout = run("report", "twice.csv", "--order-id", "order_id", "--as-of", "2024-06-30")[1]
    assert "perhaps loaded twice" in stdout


@pytest.mark.parametrize(("language", "told"), [("en", "--by needs an order id"), ("zh", "--by 要求每行都有订单号")])
def test_by_needs_order_ids(language, told, folder):
    code, _, stderr = run("audit", "orders.csv", "--by", "store", "--language", language)
    assert code == 2
    assert told in stderr


@pytest.mark.parametrize(("language", "told"), [("en", "a column called time"), ("zh", "名为 time 的列")])
def test_a_column_called_like_those_of_order_lines_is_refused(language, told, folder):
    code, _, stderr = run("audit", "orders.csv", "--by", "time", "--language", language)
    assert code == 2
    assert told in stderr


@pytest.mark.parametrize(("language", "told"), [("en", "has no column ['shop']"), ("zh", "没有列 ['shop']")])
def test_an_unknown_column_to_look_by_is_refused(language, told, folder):
    orders = every_day("2024-01-01", "2024-01-31")
    orders.assign(order_id=range(len(orders))).to_csv("ids.csv", index=False)
    code, _, stderr = run("audit", "ids.csv", "--order-id", "order_id", "--by", "shop", "--language", language)
    assert code == 3
    assert told in stderr


def test_a_file_read_in_chunks_has_the_same_holes(folder, monkeypatch):
    whole = every_day("2024-01-01", "2024-06-30")
    part = whole[whole["date"].dt.month != 3]
    orders = pd.concat([whole.assign(store="01"), part.assign(store="02")], ignore_index=True)
    orders.assign(order_id=range(len(orders))).to_csv("stores.csv", index=False)
    asked = ["audit", "stores.csv", "--as-of", "2024-06-30", "--by", "store", "--order-id", "order_id", "--json"]
    in_memory = json.loads(run(*asked)[1])
    monkeypatch.setattr("crmkit.cli.reading._order_log.CHUNK_ROWS", 400)
    in_chunks = json.loads(run(*asked)[1])
    assert in_chunks["holes"] == in_memory["holes"]
    assert [hole["of"] for hole in in_chunks["holes"]] == ["02"]


def test_a_month_that_touches_a_hole_is_drawn_like_one_that_is_not_over(holed):
    found = customer_report(as_transactions(holed), as_of="2024-09-30", sections=["months"])
    pale = drawn_months(found.tables["months"], found).set_index("period")["is_complete"]
    assert pale.index[~pale].tolist() == [pd.Timestamp("2024-04-01")]
    assert found.tables["months"]["is_complete"].all()


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("en", "The business seems to close every year: no orders from 2023-08-01 to 2023-08-31; from 2024-08-01 to"),
        ("zh", "每年似乎有固定的停业期：2023-08-01 至 2023-08-31；2024-08-01 至 2024-08-31 没有订单。"),
    ],
)
def test_a_business_that_closes_every_august_is_told(tmp_path, language, says):
    orders = every_day("2023-01-01", "2024-12-31")
    orders = orders[orders["date"].dt.month != 8]
    found = customer_report(as_transactions(orders), as_of="2024-12-31", sections=SECTIONS, language=language)
    assert found.holes == ()
    assert found.findings[1].startswith(says)
    path = tmp_path / "orders.csv"
    orders.to_csv(path, index=False)
    _, _, stderr = run("kpi", path, "--start", "2024-08-01", "--end", "2024-08-31", "--language", language)
    assert says in stderr
