"""The report and the commands as workbooks, read back by openpyxl."""

import json
from dataclasses import replace

import numpy as np
import openpyxl
import pandas as pd
import pytest
from matplotlib.figure import Figure
from tests.commands import run, text
from tests.logs import log

from crmkit import as_transactions, customer_summary, load_cdnow
from crmkit.report import _excel, customer_report
from crmkit.report._sections import SECTIONS
from crmkit.views import base_segments, scored_customers

AS_OF = "1998-06-30"

pytestmark = pytest.mark.usefixtures("few_draws")
# Of these nothing is a table.
WITHOUT_SHEETS = {"findings"}
CODES = {"n_orders", "customer_id", "value_share", "n_customers", "first_order", "period", "cohort", "kpi", "segment"}


@pytest.fixture(scope="module")
def orders():
    return load_cdnow()


@pytest.fixture(scope="module", params=["en", "zh"])
def report(request, cdnow_report):
    return cdnow_report(request.param)


@pytest.fixture(scope="module")
def book(report, tmp_path_factory):
    path = tmp_path_factory.mktemp("books") / "report.xlsx"
    report.to_excel(path)
    return openpyxl.load_workbook(path)


def rows(sheet):
    """The rows of the table below the heading, as dicts by heading."""
    head, *body = ([cell.value for cell in row] for row in sheet.iter_rows())
    return [dict(zip(head, row, strict=True)) for row in body if any(value is not None for value in row[1:])]


def book_of(made, folder, **options):
    made.to_excel(folder / "report.xlsx", **options)
    return openpyxl.load_workbook(folder / "report.xlsx")


# By hand.


def test_the_findings_come_first(report, book):
    found = [row[0].value for row in book.worksheets[0].iter_rows()]
    assert found[2:] == report.findings
    assert book.worksheets[0]["A3"].alignment.wrap_text


def test_every_section_brings_its_sheets(report):
    for name in set(report.sections) - WITHOUT_SHEETS:
        sheets = SECTIONS[name].sheets(report.answers[name], report)
        assert sheets, name
        for sheet in sheets:
            assert len(sheet.title) <= 31
            assert {heading.title for heading in sheet.headings} & CODES == set()


def test_a_section_without_sheets_of_its_own_shows_its_tables(report, tmp_path, monkeypatch):
    bare = {**SECTIONS, "months": replace(SECTIONS["months"], sheets=None)}
    monkeypatch.setattr(_excel, "SECTIONS", bare)
    title = SECTIONS["months"].texts["table_months"].text(report.language)
    assert book_of(report, tmp_path)[title].max_row == len(report.tables["months"]) + 1


def test_the_months_are_those_of_the_table(report, book):
    sheet = next(sheet for sheet in book if sheet.title in ("Months", "月度数据"))
    months = report.tables["months"]
    assert [row[0].value for row in sheet.iter_rows(min_row=2)] == months["period"].tolist()
    assert [row[1].value for row in sheet.iter_rows(min_row=2)] == months["revenue"].tolist()
    assert sheet["A2"].number_format.replace("\\", "") == "yyyy-mm"
    assert len(sheet._charts) == 2


def test_cohorts_are_a_heat_map(report, book):
    sheet = next(sheet for sheet in book if sheet.title in ("Cohort retention", "同期群留存"))
    cohorts = report.tables["cohorts"]
    for row, (_, cohort) in enumerate(cohorts.groupby("cohort"), start=2):
        shown = [cell.value for cell in sheet[row][1:]]
        known = cohort.sort_values("age")["retention"].tolist()[1:]
        assert shown[0] == cohort["size"].iloc[0]
        assert [value for value in shown[1:] if value is not None] == pytest.approx(known)
    ((reach, rules),) = [(str(found.sqref), found.rules) for found in sheet.conditional_formatting]
    assert (reach, rules[0].type) == ("C2:S4", "colorScale")
    assert sheet["C2"].number_format == "0.0%"


def test_kpis_are_shown_in_their_units(report, book):
    sheet = next(sheet for sheet in book if sheet.title in ("Headline KPIs", "核心指标"))
    codes = report.kpis["kpi"].tolist()
    formats = {code: sheet.cell(place, 4).number_format for place, code in enumerate(codes, start=2)}
    assert formats["revenue"] == "#,##0.00"
    assert formats["active_customers"] == "#,##0"
    assert formats["retention_rate"] == formats["repeat_purchase_rate"] == "0.0%"
    assert [sheet.cell(place, 3).value for place in range(2, 5)] == report.kpis["value"].tolist()[:3]


def test_tiers_and_segments_have_charts(report, book):
    for title in ("Customer tiers", "RFM segments") if report.language == "en" else ("客户分层", "RFM 细分"):
        assert len(book[title]._charts) == 1


def test_customers_are_the_last_sheet_if_they_are_given(report, orders, tmp_path):
    customers = customer_summary(as_transactions(orders), as_of=AS_OF)
    scored = scored_customers(customers, segments=base_segments(customers), language=report.language)
    sheet = book_of(report, tmp_path, customers=scored).worksheets[-1]
    assert sheet.max_row == len(scored) + 1
    assert [cell.value for cell in sheet["A"][1:]] == scored["customer_id"].tolist()
    heads = [cell.value for cell in sheet[1]]
    last = {"en": ["RFM segment", "Tier", "Reason for the tier"], "zh": ["RFM 细分", "层级", "分层原因"]}
    assert heads[-3:] == last[report.language]


def test_a_log_with_a_hole_marks_its_months_and_leaves_the_missing_ones_empty(tmp_path):
    days = pd.date_range("2023-01-01", "2023-12-31")
    days = days[(days < "2023-05-01") | (days >= "2023-07-10")]
    rows_ = [(f"c{place % 40}", day.strftime("%Y-%m-%d"), 5) for place, day in enumerate(np.repeat(days, 9))]
    made = customer_report(as_transactions(log(rows_)), as_of="2023-12-31", sections=["months", "cohorts", "tiers"])
    assert made.holes
    found = book_of(made, tmp_path)
    months = {f"{row['Month']:%Y-%m}": row for row in rows(found["Months"])}
    assert "2023-06" not in months or months["2023-06"]["Revenue"] is None
    assert months["2023-07"]["Note"] == "†"
    assert months["2023-04"]["Note"] is None
    below = [row[0].value for row in found["Customer tiers"].iter_rows()]
    assert below[-1] == "† The log is incomplete, or holds days twice, for the period of these figures."


def test_what_cannot_be_shown_is_said_on_the_first_sheet(tmp_path):
    made = customer_report(as_transactions(log([("ann", "2024-03-01", 1)])), as_of="2024-04-30")
    found = book_of(made, tmp_path)
    first = [row[0].value for row in found.worksheets[0].iter_rows()]
    assert "Where every row went: No audit was given with the transactions." in first
    assert "Days between purchases" not in found.sheetnames


def test_a_log_of_refunds_alone_gives_a_workbook(tmp_path):
    made = customer_report(as_transactions(log([("ann", "2024-03-01", -1)])), as_of="2024-04-30")
    assert book_of(made, tmp_path).worksheets[0]["A3"].value.startswith("Nobody bought anything")


def test_added_sections_are_sheets_under_their_own_names(tmp_path):
    figure = Figure()
    figure.subplots().plot([1, 2])
    made = customer_report(as_transactions(log([("ann", "2024-03-01", 1)])), as_of="2024-04-30", sections=["months"])
    table = pd.DataFrame([["=1+1", 2.5]], columns=["n_orders", "spent"])
    made = made.with_section("Ours", table).with_section("Said", "=A1").with_section("Drawn", figure)
    found = book_of(made, tmp_path)
    assert found.sheetnames == ["Headline findings", "Months", "Ours", "Said", "Drawn"]
    assert [[cell.value for cell in row] for row in found["Ours"].iter_rows()] == [["n_orders", "spent"], ["=1+1", 2.5]]
    assert [(cell.value, cell.data_type) for cell in found["Said"]["A"]] == [("Said", "s"), ("=A1", "s")]
    assert len(found["Drawn"]._images) == 1


# The commands.


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "orders.csv").write_text(text())
    return tmp_path


def ran(*arguments):
    code, stdout, stderr = run(*arguments)
    assert code == 0, stderr
    return stdout


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_report_that_ends_in_xlsx_is_a_workbook_with_all_customers(language, folder):
    ran("report", "orders.csv", "--as-of", "2024-03-31", "--output", "report.XLSX", "--language", language)
    sheet = openpyxl.load_workbook("report.XLSX").worksheets[-1]
    assert sheet.title == {"en": "Customers", "zh": "客户"}[language]
    assert [cell.value for cell in sheet["A"][1:]] == ["007", "07", "7"]


def test_a_log_without_revenue_has_customers_without_tiers(folder):
    (folder / "orders.csv").write_text(text(rows=[("a", "2024-01-05", "0"), ("b", "2024-01-06", "0")]))
    ran("report", "orders.csv", "--as-of", "2024-03-31", "--output", "report.xlsx")
    sheet = openpyxl.load_workbook("report.xlsx").worksheets[-1]
    assert "Tier" not in [cell.value for cell in sheet[1]]
    assert [cell.value for cell in sheet["A"][1:]] == ["a", "b"]


def test_customers_that_a_sheet_cannot_hold_are_left_out_and_said(folder, monkeypatch):
    monkeypatch.setattr("crmkit._workbook.MOST_ROWS", 2)
    for language, said in (("en", "The workbook leaves the 3 customers out"), ("zh", "故工作簿不含 3 位客户的明细")):
        code, _, stderr = run(
            "report", "orders.csv", "--as-of", "2024-03-31", "--output", "report.xlsx", "--language", language
        )
        assert code == 0
        assert said in stderr
    assert "客户" not in openpyxl.load_workbook("report.xlsx").sheetnames


def test_score_writes_customers_tiers_and_segments(folder):
    ran("score", "orders.csv", "--as-of", "2024-03-31", "--output", "customers.xlsx", "--language", "zh")
    book = openpyxl.load_workbook("customers.xlsx")
    assert book.sheetnames == ["客户", "客户分层", "RFM 细分"]
    assert [cell.value for cell in book["客户"][1]][:3] == ["客户", "首次购买日", "最近购买日"]
    assert [cell.value for cell in book["客户分层"]["A"]] == ["层级", "核心客户", "重要客户", "普通客户"]


@pytest.mark.parametrize("ending", ["xlsx", "csv", "parquet"])
def test_the_audit_as_a_file(ending, folder):
    output = f"audit.{ending}"
    path, *table = ran("audit", "orders.csv", "--output", output).splitlines()
    assert path == str((folder / output).resolve())
    assert table[-1].split() == ["Given", "4", "30.00", "0"]
    if ending == "xlsx":
        found = rows(openpyxl.load_workbook(output).active)
        assert found[-1] == {"Reason": "Given", "Rows": 4, "Amount": 30, "Duplicates": 0}
    else:
        found = pd.read_csv(output) if ending == "csv" else pd.read_parquet(output)
        assert found.iloc[-1].tolist() == ["given", "Given", 4, 30.0, 0]
    document = json.loads(ran("audit", "orders.csv", "--output", output, "--json"))
    assert document["path"] == path


def test_the_holes_of_an_audit_are_a_sheet(folder):
    days = [day for day in pd.date_range("2023-01-01", "2023-12-31") if not 5 <= day.month <= 6]
    body = "".join(f"c{n % 40},{day:%Y-%m-%d},5\n" for day in days for n in range(9))
    (folder / "orders.csv").write_text("customer_id,date,amount\n" + body)
    ran("audit", "orders.csv", "--output", "audit.xlsx", "--language", "zh")
    (hole,) = rows(openpyxl.load_workbook("audit.xlsx")["数据缺口"])
    assert (hole["问题"], hole["开始日期"], hole["结束日期"]) == (
        "缺失", pd.Timestamp("2023-05-01"), pd.Timestamp("2023-06-30"),
    )  # fmt: skip


@pytest.mark.parametrize("ending", ["xlsx", "csv", "parquet"])
def test_kpis_as_a_file(ending, folder):
    output = f"kpis.{ending}"
    arguments = ("kpi", "orders.csv", "--start", "2024-01-01", "--end", "2024-03-31", "--output", output)
    assert ran(*arguments).splitlines()[0] == str((folder / output).resolve())
    if ending == "xlsx":
        sheet = openpyxl.load_workbook(output).active
        revenue = rows(sheet)[0]
        assert (revenue["KPI"], revenue["Value"], sheet["C2"].number_format) == ("Revenue", 30, "#,##0.00")
    else:
        found = pd.read_csv(output) if ending == "csv" else pd.read_parquet(output)
        assert found.set_index("kpi")["value"]["revenue"] == 30
    assert json.loads(ran(*arguments, "--json"))["path"].endswith(output)


@pytest.mark.parametrize("command", [("audit",), ("kpi", "--start", "2024-01-01", "--end", "2024-03-31")])
def test_a_table_cannot_replace_what_is_read_nor_have_another_ending(command, folder):
    name, *options = command
    assert run(name, "orders.csv", *options, "--output", "orders.csv")[0] == 2
    assert "--output must end in .parquet, .csv or .xlsx" in run(name, "orders.csv", *options, "--output", "a.txt")[2]


# Refusal.


def test_customers_must_be_a_table_with_ids(report, tmp_path):
    with pytest.raises(ValueError, match="customer_id"):
        report.to_excel(tmp_path / "a.xlsx", customers=pd.DataFrame({"id": [1]}))
    with pytest.raises(TypeError):
        report.to_excel(tmp_path / "a.xlsx", customers=[1])
    assert list(tmp_path.iterdir()) == []
