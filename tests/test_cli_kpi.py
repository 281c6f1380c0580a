"""`crmkit kpi --table`: subscriptions, tickets, contacts and plans beside orders, by group and period."""

import inspect
import json

import numpy as np
import openpyxl
import pandas as pd
import pytest
from click import Option
from click.testing import CliRunner
from tests.commands import run, text
from tests.depth import deep

from crmkit import as_contacts, as_plan, as_subscriptions, as_tickets, as_transactions, metrics
from crmkit._names import plain_name
from crmkit.cli._main import main
from crmkit.cli.commands.kpi import kpi
from crmkit.cli.kpis import TABLES

# Of each table but orders: a small file with names in Chinese, and the options that it needs.
FILES = {
    "subscriptions": (
        "会员号,开始日期,结束日期,月费,是否试用\n"
        "ann,2024-01-01,2024-02-10,￥100,否\nann,2024-02-10,,￥80,否\nbo,2024-01-15,2024-02-20,￥50,否\n",
        ("--start", "2024-02-01", "--end", "2024-02-29"),
    ),
    "tickets": (
        "工单编号,客户编号,渠道,工单类型,创建时间,首次响应分钟,解决时间,是否升级\n"
        "1,ann,电话,投诉,2024-03-04 09:00,30,2024-03-04 19:00,是\n"
        "2,bo,网站,咨询,2024-03-05 09:00,90,2024-03-05 29:00,否\n"
        "3,bo,电话,咨询,2024-03-05 09:00,60,2024-03-05 11:00,否\n",
        ("--start", "2024-03-01", "--end", "2024-03-31"),
    ),
    "contacts": (
        "客户编号,组别,是否到访,消费金额\n" + "".join(
            f"{n},{'对照组' if n < 2 else '短信'},{'是' if n % 2 else '否'},{n}.5\n" for n in range(8)
        ),
        (),
    ),
    "plan": (
        "任务名称,类别,负责人,截止日期,完成日期,目标值,实际值\n"
        "拜访,任务,甲,2024-03-10,2024-03-09,,\n盘点,任务,乙,2024-03-20,,,\n差旅,预算,乙,,,5000,4500\n",
        ("--as-of", "2024-03-31"),
    ),
}  # fmt: skip
EACH = pytest.mark.parametrize("table", FILES)
KINDS = ("gb18030", "xlsx", "parquet", "standard input")


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for table, (content, _) in FILES.items():
        (tmp_path / f"{table}.csv").write_text(content, "utf-8")
    return tmp_path


def asked(table, *options, name=None):
    return run("kpi", name or f"{table}.csv", "--table", table, *FILES[table][1], *options)


def found(table, *options, name=None):
    code, stdout, stderr = asked(table, "--json", *options, name=name)
    assert code == 0, stderr
    return json.loads(stdout, parse_constant=pytest.fail), stderr


def values(document, *keys):
    return {tuple(row[key] for key in (*keys, "kpi")): row["value"] for row in document["kpis"]}


# By hand.


def test_subscriptions():
    document, said = found("subscriptions", "--language", "zh")
    kpis = values(document)
    # 150 at the start of February; ann pays 20 less, bo leaves
    assert kpis["mrr",] == 80
    assert kpis["net_new_mrr",] == -70
    assert kpis["gross_revenue_retention",] == pytest.approx(80 / 150)
    assert kpis["customer_churn_rate[cohort]",] == 0.5
    assert (document["start"], document["end"], document["columns"]["mrr"]) == ("2024-02-01", "2024-02-29", "月费")
    assert "月度经常性收入：月费（自动识别；可用 --mrr 另行指定）" in said


def test_tickets():
    (row,) = [row for row in found("tickets", "--invalid", "drop")[0]["kpis"] if row["kpi"] == "n_tickets"]
    # the second was resolved at 29 o'clock, which is no time
    assert row["value"] == 2
    document, said = found("tickets", "--n-orders", "40")
    kpis = values(document)
    assert kpis["escalation_rate",] == 0.5
    assert kpis["average_resolution_time",] == (10 + 2) / 2
    assert kpis["complaint_rate[orders]",] == 1 / 40
    assert document["as_of"] == "2024-03-31"
    assert "complaints: 投诉 (guessed; --complaint-kinds names others)" in said
    assert "Left out of 3 rows: 1 unusable resolution (解决时间 ['2024-03-05 29:00'])." in said


def test_tickets_by_channel_and_month():
    document, _ = found("tickets", "--by", "渠道", "--freq", "Q")
    kpis = values(document, "渠道", "scope")
    assert kpis["电话", "group", "n_tickets"] == kpis[None, "all", "n_tickets"] == 2
    lines = asked("tickets", "--by", "渠道", "--freq", "Q", "--language", "zh")[1].splitlines()
    assert lines[0].split()[:4] == ["渠道", "期间", "指标", "单位"]
    # March is not the whole quarter
    assert lines[1].split()[:4] == ["电话", "2024", "Q1（未满）", "工单数"]
    assert lines[-1].startswith("全部")


def test_contacts():
    document, said = found("contacts")
    kpis = values(document, "arm", "outcome")
    # of customers 0 and 1, the control group, 1 came; of 2 to 7 those with odd numbers
    assert kpis["对照组", "是否到访", "outcome_rate"] == kpis["短信", "是否到访", "outcome_rate"] == 0.5
    assert kpis["短信", "消费金额", "outcome_per_customer"] == 5
    assert document["columns"]["control"] == "对照组"
    assert "outcomes: 是否到访, 消费金额 (guessed; --outcomes names another)" in said
    line = asked("contacts")[1].splitlines()[-1]
    # 5 against 1
    assert line.split()[:2] + line.split()[-5:-3] == ["短信", "消费金额", "1.00", "4.00"]


def test_periods_of_ones_own(folder):
    weeks = "period,start,end\n一期,2024-01-28,2024-02-24\n二期,2024-02-25,2024-03-30\n"
    (folder / "weeks.csv").write_text(weeks, "utf-8")
    document, _ = found("subscriptions", "--calendar", "weeks.csv")
    # bo leaves on 20 February, in the first of the two
    assert values(document, "period")["2024-01-28", "customer_churn_rate[cohort]"] == 0.5
    lines = asked("subscriptions", "--calendar", "weeks.csv", "--language", "zh")[1].splitlines()
    assert [lines[1].split()[0], lines[-1].split()[0]] == ["一期（未满）", "二期（未满）"]
    code, _, said = asked("subscriptions", "--calendar", "weeks.csv", "--freq", "M")
    assert (code, "Give --freq or the calendar, not both." in said) == (3, True)
    (folder / "weeks.csv").write_text(weeks.replace("2024-02-25", "2024-02-26"), "utf-8")
    code, _, said = asked("subscriptions", "--calendar", "weeks.csv", "--language", "zh")
    assert (code, "'一期' 于 2024-02-24 结束，'二期' 于 2024-02-26 开始" in said) == (3, True)


@pytest.mark.parametrize(
    ("freq", "name"), [("D", "2024-02-29"), ("M", "2024-02"), ("Q-JAN", "2024-02-01"), ("Y", "2024")]
)
def test_periods_are_called_by_their_usual_names(freq, name):
    lines = asked("subscriptions", "--freq", freq)[1].splitlines()
    assert lines[-1].split()[0] == name


def test_what_has_no_value_says_what_it_needs(folder):
    rows = (
        "case,customer,opened,resolved,type\n1,a,2024-03-01 09:00,2024-03-01 10:00,complaint\n2,b,2024-03-02 09:00,,x\n"
    )
    (folder / "cases.csv").write_text(rows)
    options = ("kpi", "cases.csv", "--table", "tickets", "--start", "2024-03-01", "--end", "2024-03-31")
    said = run(*options)[2]
    assert "No value without --horizon-hours: Restricted mean resolution time." in said
    assert "No value without --n-customers: Complaint rate (of customers)." in said
    assert "Average resolution time has no value while a ticket is open" in said
    said = run(*options, "--horizon-hours", "72", "--n-customers", "9", "--n-orders", "9")[2]
    assert "No value without" not in said


def test_subscribers_may_be_accounts(folder):
    (folder / "accounts.csv").write_text("Account,Start Date,End Date,MRR\n7,2024-01-01,,20\n")
    options = ("--table", "subscriptions", "--start", "2024-02-01", "--end", "2024-02-29", "--json")
    code, stdout, said = run("kpi", "accounts.csv", *options)
    assert code == 0, said
    assert "customer id: Account (guessed; --customer-id names another)" in said
    assert values(json.loads(stdout))["mrr",] == 20


def test_numbers_of_one_kpi_have_the_same_decimals(folder):
    rows = "customer,arm,spend\n" + "".join(f"{n},{'none' if n < 4 else 'mail'},{n}\n" for n in range(9))
    (folder / "mail.csv").write_text(rows)
    options = ("--table", "contacts", "--outcomes", "spend", "--control", "none", "--cost", "0.25")
    code, stdout, stderr = run("kpi", "mail.csv", *options)
    assert code == 0, stderr
    told = {line.split()[0]: line.split() for line in stdout.splitlines()[1:] if "Outcome" in line}
    # 0 + 1 + 2 + 3 of 4 customers, and 4 + … + 8 of 5
    assert told["none"][-9:-6] == ["1.50", "6", "4"]
    assert told["mail"][-11:-8] == ["6.00", "30", "5"]
    costs = {line.split()[0]: line.split() for line in stdout.splitlines() if "cost" in line}
    assert costs["none"][-7:-4] == ["0.00", "0.00", "4"]
    assert costs["mail"][-7:-4] == ["0.25", "1.25", "5"]


def test_a_number_can_stand_for_a_column_of_costs():
    document, _ = found("contacts", "--cost", "0.25", "--control", "对照组", "--outcomes", "消费金额")
    assert values(document, "arm")["短信", "cost_per_customer"] == 0.25
    assert document["columns"]["cost"] == 0.25


def test_plan():
    document, _ = found("plan", "--by", "负责人")
    kpis = values(document, "负责人")
    assert kpis[None, "task_completion_rate"] == 0.5
    assert kpis["乙", "budget_execution_rate"] == 0.9
    assert [row["light"] for row in document["scorecard"] if row["level"] == "item"] == ["green", "red", "amber"]
    lines = asked("plan", "--language", "zh")[1].splitlines()
    # 乙: 0 of the task and 0.9 of the budget
    assert [line.split() for line in lines[-3:]] == [
        ["乙", "45.0%", "红"],
        ["甲", "100.0%", "绿"],
        ["全部", "63.3%", "红"],
    ]


def test_words_for_the_kinds_of_a_plan(folder):
    (folder / "plan.csv").write_text(FILES["plan"][0].replace(",任务,", ",里程碑,"), "utf-8")
    _, said = found("plan")
    assert "1 unknown kind" not in said
    assert "2 unknown kind (类别 ['里程碑'])" in said
    assert "Name your words for kinds with --kinds" in said
    document, said = found("plan", "--kinds", "里程碑=task")
    assert values(document)["task_completion_rate",] == 0.5
    assert "--kinds" not in said


def test_subscriptions_by_customer_and_month():
    document, _ = found("subscriptions", "--by", "会员号", "--freq", "M", "--as-of", "2024-03-31")
    kpis = values(document, "会员号", "period")
    assert {key[:1]: value for key, value in kpis.items() if key[2] == "mrr"} == {("ann",): 80, ("bo",): 0, (None,): 80}
    assert document["as_of"] == "2024-03-31"


@pytest.mark.parametrize("rows_of_a_chunk", [1_000_000, 1])
def test_orders_by_region_and_month(rows_of_a_chunk, folder, monkeypatch):
    monkeypatch.setattr("crmkit.cli.reading._order_log.CHUNK_ROWS", rows_of_a_chunk)
    (folder / "joined.csv").write_text("customer_id,merged_id\nann2,ann\n")
    rows = [("ann", "2024-01-05", "10", "N"), ("bo", "2024-01-06", "20", "S"), ("ann2", "2024-02-07", "5", ""),
            ("cy", "2024-02-08", "7", "")]  # fmt: skip
    header = ("customer_id", "date", "amount", "region")
    (folder / "orders.csv").write_text(text(header=header, rows=rows), "utf-8")
    options = ("--start", "2024-01-01", "--end", "2024-02-29", "--freq", "M", "--by", "region", "--json")
    options = (*options, "--merge-ids", "joined.csv")
    kpis = values(json.loads(run("kpi", "orders.csv", *options)[1]), "region", "scope", "period")
    revenue = {key[:3]: value for key, value in kpis.items() if key[3] == "revenue"}
    assert {(*key[:2], key[2][:7]): value for key, value in revenue.items()} == {
        ("N", "group", "2024-01"): 10, ("N", "group", "2024-02"): 5, ("S", "group", "2024-01"): 20,
        ("S", "group", "2024-02"): 0, (None, "no label", "2024-01"): 0, (None, "no label", "2024-02"): 7,
        (None, "all", "2024-01"): 30, (None, "all", "2024-02"): 12,
    }  # fmt: skip


def test_the_last_day_served_is_asked_for(folder):
    # both renew the day after
    content = "customer,start,end,mrr\nann,2024-01-01,2024-01-31,5\nann,2024-02-01,,5\nbo,2024-01-01,2024-01-31,5\n"
    (folder / "subscriptions.csv").write_text(content + "bo,2024-02-01,,5\n", "utf-8")
    document, said = found("subscriptions")
    assert "2 spells that are continued after a gap of one day" in said
    assert "If the end is the last day served, pass --inclusive-end." in said
    assert values(document)["mrr_growth_rate",] is None
    document, said = found("subscriptions", "--inclusive-end")
    assert values(document)["mrr_growth_rate",] == 0
    assert "gap" not in said


def test_numbers_are_read_in_the_notation_of_the_file(folder):
    content = "customer;start;end;mrr\nann;2024-01-01;;1.250\nbo;2024-01-01;;\n"
    (folder / "subscriptions.csv").write_text(content, "utf-8")
    code, _, said = asked("subscriptions")
    assert code == 3
    assert "--decimal-point for the first, --decimal-comma for the second" in said
    document, said = found("subscriptions", "--decimal-comma")
    assert values(document)["mrr",] == 1250
    assert "Left out of 2 rows: 1 unusable MRR" in said


# Reference: the library's own tables of the same rows.


EXPECTED = {
    "subscriptions": lambda rows: metrics.subscription_kpis(
        as_subscriptions(rows.assign(mrr=[100, 80, 50]), customer_id="会员号", start="开始日期", end="结束日期"),
        start="2024-02-01",
        end="2024-02-29",
        random_state=0,
    ),
    "tickets": lambda rows: metrics.service_kpis(
        as_tickets(
            rows, ticket_id="工单编号", customer_id="客户编号", created="创建时间",
            first_response_minutes="首次响应分钟",
            resolved="解决时间", kind="工单类型", escalated="是否升级", invalid="drop",
        ),
        start="2024-03-01", end="2024-03-31", as_of="2024-03-31", complaint_kinds=["投诉"],
    ),
    "contacts": lambda rows: metrics.campaign_kpis(
        as_contacts(
            rows, customer_id="客户编号", arm="组别", outcomes=["是否到访", "消费金额"], control="对照组"
        ),
        outcomes=["是否到访", "消费金额"],
    ),
    "plan": lambda rows: metrics.execution_kpis(
        as_plan(rows, item="任务名称", kind="类别", owner="负责人", due="截止日期", done="完成日期", target="目标值",
                actual="实际值"),
        as_of="2024-03-31",
    ),
}  # fmt: skip


# Each table once, and each kind of file; the other pairs are for depth.
PAIRS = dict(zip(FILES, KINDS, strict=True))


@pytest.mark.parametrize(
    ("table", "kind"),
    [(table, kind) if PAIRS[table] == kind else deep(table, kind) for table in FILES for kind in KINDS],
)
def test_files_of_every_kind_give_the_librarys_numbers(table, kind, folder):
    rows = pd.read_csv(folder / f"{table}.csv", dtype=str)
    expected = EXPECTED[table](rows).reset_index(drop=True)
    name, options = f"{table}.csv", ("--json",)
    if kind == "gb18030":
        (folder / name).write_text(FILES[table][0].replace("￥", "¥"), "gb18030")
        options = ("--encoding", "gb18030")
    elif kind in ("xlsx", "parquet"):
        name = f"{table}.{kind}"
        (rows.to_excel if kind == "xlsx" else rows.to_parquet)(folder / name, index=False)
    if kind == "standard input":
        arguments = ["kpi", "-", "--table", table, *FILES[table][1], "--json"]
        result = CliRunner().invoke(main, arguments, input=FILES[table][0].encode())
        document = json.loads(result.stdout[result.stdout.index("{") :])
    else:
        document, _ = found(table, *options, name=name)
    got = pd.DataFrame(document["kpis"])[list(expected.columns)]
    for column in ("value", "lower", "upper", "n"):
        assert got[column].astype(float).tolist() == pytest.approx(expected[column].tolist(), nan_ok=True)
    assert got["kpi"].tolist() == expected["kpi"].tolist()


# Laws of the registry.


def door_of(table):
    return {
        "orders": as_transactions,
        "subscriptions": as_subscriptions,
        "tickets": as_tickets,
        "contacts": as_contacts,
        "plan": as_plan,
    }[table]


@EACH
def test_every_column_of_the_door_can_be_named(table):
    # what is not a column, or follows from the command
    others = {"merge_ids", "date_format", "time_zone", "keep", "invalid", "inclusive_end", "inclusive_due", "control"}
    columns = list(inspect.signature(door_of(table)).parameters)[1:]
    assert {role.name for role in TABLES[table].roles} == set(columns) - others - {"kinds"}
    for shared in ("merge_ids", "time_zone"):
        assert (shared in columns) == (shared in TABLES[table].takes)


@EACH
def test_a_name_means_one_column(table):
    roles = TABLES[table].roles
    names = [name for role in roles for group in role.usual for name in group.split()]
    shared = {name for name in names if sum(name in " ".join(role.usual).split() for role in roles) > 1}
    assert not shared
    assert all(plain_name(name) == name for name in names)


@pytest.mark.parametrize("table", TABLES)
def test_by_and_freq_are_taken_where_the_function_takes_them(table):
    functions = {
        "orders": metrics.order_kpis,
        "subscriptions": metrics.subscription_kpis,
        "tickets": metrics.service_kpis,
        "contacts": metrics.campaign_kpis,
        "plan": metrics.execution_kpis,
    }
    takes = inspect.signature(functions[table]).parameters
    for option in ("start", "end", "by", "freq", "calendar"):
        assert (option in takes) == (option in TABLES[table].takes)


def test_every_option_says_what_it_is_for():
    assert all(option.help for option in kpi.params if isinstance(option, Option))


# Refusal.


@pytest.mark.parametrize("table", TABLES)
def test_options_for_other_tables_are_refused(table, folder):
    (folder / "orders.csv").write_text(text())
    flags = {option.name: option for option in kpi.params}
    mine = TABLES[table].parameters
    foreign = sorted(frozenset().union(*(other.parameters for other in TABLES.values())) - mine)
    typed = {"returns": "net", "freq": "M", "complaint_days": "3", "kinds": "a=task", "rates": "orders.csv",
             "merge_ids": "orders.csv", "calendar": "orders.csv"}  # fmt: skip
    for name in foreign:
        option = max(flags[name].opts, key=len)
        day = "2024-01-01" if name in ("start", "end", "as_of") else "3"
        value = [] if flags[name].is_flag else [typed.get(name, day)]
        code, _, said = run("kpi", f"{table}.csv", "--table", table, option, *value)
        takers = ", ".join(other.name for other in TABLES.values() if name in other.parameters)
        assert code == 2
        assert f"Error: {option} is for --table {takers}, not for --table {table}." in said


@pytest.mark.parametrize(
    ("table", "options", "language", "told"),
    [
        ("tickets", ("--end", "2024-03-31"), "en", "Missing option '--start'."),
        ("plan", ("--start", "2024-03-01"), "zh", "缺少选项 '--as-of'。"),
        ("plan", ("--as-of", "2024-03-31", "--freq", "M"), "zh",
         "--freq 只用于 --table orders, subscriptions, tickets，不适用于 --table plan。请去掉该选项，或另行指定表。"),
        ("orders", ("--freq", "Y-SAT"), "zh",
         "--freq 须为 ['D', 'M', 'Q', 'W', 'Y'] 之一，或注明周、季、年的结束，例如 'W-SAT'、'Q-JAN'、"
         "'Y-MAR'，得到 'Y-SAT'。"),
        ("contacts", ("--by", "地区"), "en", "contacts.csv has no column ['地区']; its columns are"),
        ("contacts", ("--control", "none"), "zh",
         "列 组别 中没有分组 'none'，现有分组为 ['对照组', '短信']。请用 --control 指明未触达的分组；没有对照组时使用 "
         "--control \"\"。"),
        ("contacts", ("--arm", "是否到访", "--outcomes", "消费金额", "--control", "x"), "en",
         "has no arm 'x'; its arms are ['否', '是']"),
        ("contacts", ("--customer-id", "组别"), "en",
         "is recognised as the arm. Name it with --arm"),
        ("contacts", ("--outcomes", "消费金额,访问"), "zh", "没有列 ['访问']；现有列："),
        ("tickets", (*FILES["tickets"][1], "--freq", "M", "--n-orders", "3"), "en",
         "--n-orders is of the whole period, and --freq divides it. Leave one of them out."),
        ("tickets", (*FILES["tickets"][1], "--sla-hours", "0"), "zh", "--sla-hours 须为大于 0 的数，得到 0。"),
        ("tickets", (*FILES["tickets"][1], "--n-orders", "-1"), "en",
         "--n-orders must be a number of 0 or more, got -1."),
        ("plan", ("--as-of", "2024-03-31", "--kinds", "travel"), "en",
         "must be words with what each means, such as milestone=task,travel=budget, got 'travel'."),
        ("tickets", (*FILES["tickets"][1], "--invalid", "raise"), "en",
         "1 with a resolution that is unusable or before the creation (first at rows [1], the column 解决时间 is "
         "['2024-03-05 29:00'])"),
        ("subscriptions", ("--start", "2024-03-01", "--end", "2024-02-01"), "zh",
         "--end 2024-02-01 早于 --start 2024-03-01。"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(table, options, language, told):
    code, stdout, said = run("kpi", f"{table}.csv", "--table", table, *options, "--language", language)
    assert code in (2, 3)
    assert stdout == ""
    assert told in said


def test_the_control_group_is_asked_for_where_no_arm_has_its_name(folder):
    content = FILES["contacts"][0].replace("对照组", "邮件")
    (folder / "contacts.csv").write_text(content, "utf-8")
    code, _, said = asked("contacts")
    assert code == 2
    assert "Name it with --control, or pass --control '' if there is none; the arms are ['短信', '邮件']." in said
    document, _ = found("contacts", "--control", "")
    assert {row["treated"] for row in document["kpis"]} == {True}


def test_kinds_that_are_no_known_complaints_leave_their_kpis_out(folder):
    (folder / "tickets.csv").write_text(FILES["tickets"][0].replace("投诉", "吐槽"), "utf-8")
    document, said = found("tickets")
    assert values(document)["complaint_resolution_rate",] is None
    assert "the kinds are ['吐槽', '咨询']" in said
    kpis = values(found("tickets", "--complaint-kinds", "吐槽")[0])
    assert kpis["complaint_resolution_rate",] == 1


def test_a_header_below_a_title_is_seen(folder):
    (folder / "plan.csv").write_text("三月计划,,,,,,\n" + FILES["plan"][0], "utf-8")
    assert "Line 2 looks like the header: pass --skip-rows 1." in asked("plan")[2]
    assert asked("plan", "--skip-rows", "1")[0] == 0


def test_groups_of_customers_need_one_label_each_and_a_name_of_their_own(folder):
    rows = [("ann", "2024-01-05", "10", "web"), ("ann", "2024-01-06", "20", "shop")]
    period = ("--start", "2024-01-01", "--end", "2024-01-31")
    for by, told in (
        ("channel", "one value per customer, and channel has several for 1 of them, such as ['ann']. Name a column"),
        ("value", "--by cannot take a column called value, a name that the result has itself."),
    ):
        distinct = rows if by == "channel" else rows[:1]
        (folder / "orders.csv").write_text(text(header=("customer_id", "date", "amount", by), rows=distinct), "utf-8")
        code, _, said = run("kpi", "orders.csv", *period, "--by", by)
        assert code == 2
        assert told in said


# What is written, and that the file is not touched.


@pytest.mark.parametrize("table", [deep("subscriptions"), deep("tickets"), "contacts", "plan"])
def test_every_table_is_written_in_every_kind(table, folder):
    before = (folder / f"{table}.csv").read_bytes()
    document, _ = found(table)
    for ending in ("csv", "parquet", "xlsx"):
        code, stdout, stderr = asked(table, "--output", f"kpis.{ending}", "--language", "zh")
        assert code == 0, stderr
        assert stdout.splitlines()[0] == str((folder / f"kpis.{ending}").resolve())
    for written in (pd.read_csv("kpis.csv", encoding="utf-8-sig"), pd.read_parquet("kpis.parquet")):
        assert written["kpi"].tolist() == [row["kpi"] for row in document["kpis"]]
        expected = [np.nan if row["value"] is None else row["value"] for row in document["kpis"]]
        assert written["value"].tolist() == pytest.approx(expected, nan_ok=True)
    book = openpyxl.load_workbook("kpis.xlsx")
    assert book.sheetnames[0] == TABLES[table].title.zh
    assert book.sheetnames[1:] == (["执行评分"] if table == "plan" else [])
    first = book.worksheets[0]
    assert first.max_row == len(document["kpis"]) + 1
    assert [cell.value for cell in first[1]][-7:][0] is not None
    assert (folder / f"{table}.csv").read_bytes() == before
