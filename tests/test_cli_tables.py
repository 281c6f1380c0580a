"""`crmkit audit` and `crmkit kpi`: tables for people and for programs; what `--json` prints of a report."""

import json

import pytest
from tests.commands import ROWS, run, text

# By hand: 4 orders of 30 in all, a refund of 2, a free order, one after the day, three rows of no use.
MESSY = [
    *ROWS,
    ("7", "2024-03-06", "-2"),
    ("7", "2024-03-07", "0"),
    ("7", "2024-05-01", "8"),
    ("", "2024-03-01", "1"),
    ("bo", "soon", "4"),
    ("bo", "2024-03-01", "five"),
]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "orders.csv").write_text(text(rows=MESSY))
    return tmp_path


def cells(table):
    """The first and the last cells of the lines of an aligned table."""
    return {line.split("  ")[0]: line.split()[-3:] for line in table.splitlines()}


# By hand.


def test_the_audit_as_a_table():
    code, stdout, stderr = run("audit", "orders.csv", "--as-of", "2024-03-31")
    assert code == 0
    assert cells(stdout) == {
        "Reason": ["Rows", "Amount", "Duplicates"],
        "No customer": ["1", "1.00", "0"],
        "Unusable date": ["1", "4.00", "0"],
        "Unusable amount": ["1", "0.00", "0"],
        "After the as-of date": ["1", "8.00", "0"],
        "Refund": ["1", "-2.00", "0"],
        "Zero price": ["1", "0.00", "0"],
        "Purchase": ["4", "30.00", "0"],
        "Given": ["10", "41.00", "0"],
    }
    assert stderr == (
        "Left out of 10 rows: 1 no customer, 1 unusable date (date ['soon']), 1 unusable amount (amount ['five']).\n"
    )


def test_the_audit_in_chinese_is_aligned_by_the_width_of_its_characters():
    code, stdout, stderr = run("audit", "orders.csv", "--language", "zh")
    assert code == 0
    lines = stdout.splitlines()
    assert cells(stdout)["日期无效"] == ["1", "4.00", "0"]
    # a Chinese character takes two columns
    widths = {sum(2 if ord(character) > 0x2E80 else 1 for character in line) for line in lines}
    assert len(widths) == 1
    assert stderr.startswith("10 行中未使用的：无客户编号 1 行，日期无效 1 行（date ['soon']）")


def test_the_audit_as_json():
    code, stdout, _ = run("audit", "orders.csv", "--as-of", "2024-03-31", "--json", "--language", "zh")
    document = json.loads(stdout)
    assert code == 0
    assert document["as_of"] == "2024-03-31"
    assert document["columns"]["amount"] == "amount"
    assert document["audit"][4] == {"reason": "refund", "name": "退款", "n_rows": 1, "amount": -2.0, "n_duplicates": 0}


def test_the_kpis_as_a_table():
    # in February and March: 30 - 10 - 2 + 0 in money, 4 orders by 3 customers, one of whom came in January
    code, stdout, stderr = run("kpi", "orders.csv", "--start", "2024-02-01", "--end", "2024-03-31")
    assert code == 0
    found = {line.split("  ")[0]: line.split() for line in stdout.splitlines()}
    assert found["Revenue"][1:3] == ["money", "18"]
    assert found["Active customers"][2:4] == ["customers", "3"]
    assert found["New customers"][2:4] == ["customers", "2"]
    # the 60 days before begin in December, the log in January
    assert found["Retention rate"][3:6] == ["–", "–", "–"]
    assert "does not cover the period of the same length before 2024-02-01" in stderr
    assert "Left out of 10 rows" in stderr


def test_the_kpis_as_json_in_chinese_with_nothing_for_what_cannot_be_told():
    options = ("--start", "2024-01-01", "--as-of", "2024-03-31", "--json", "--language", "zh")
    code, stdout, _ = run("kpi", "orders.csv", *options)
    document = json.loads(stdout, parse_constant=pytest.fail)
    assert code == 0
    assert (document["start"], document["end"]) == ("2024-01-01", "2024-03-31")
    kpis = {row["kpi"]: row for row in document["kpis"]}
    assert kpis["revenue"] == {
        "kpi": "revenue", "name": "销售额", "unit": "money", "value": 28.0,
        "numerator": None, "denominator": None, "n": 3.0, "lower": None, "upper": None, "touches_hole": False,
    }  # fmt: skip
    # nobody was there before the log began
    assert (kpis["retention_rate"]["value"], kpis["retention_rate"]["denominator"]) == (None, None)


def test_the_report_as_json(folder):
    code, stdout, stderr = run("report", "orders.csv", "--as-of", "2024-03-31", "--json")
    document = json.loads(stdout, parse_constant=pytest.fail)
    assert code == 0
    assert document["path"] == str((folder / "report.html").resolve())
    assert (folder / "report.html").exists()
    assert document["findings"]
    tables = document["tables"]
    assert {row["kpi"]: row["value"] for row in tables["kpis"]}["revenue"] == 28.0
    assert {row["reason"]: row["n_rows"] for row in tables["audit"]}["given"] == 10
    # nobody was there before the log began
    assert {row["kpi"]: row["value"] for row in tables["kpis"]}["retention_rate"] is None
    assert "Left out" in stderr


@pytest.mark.parametrize("text_of", ["12,50;1.234,56", "12,50;1 234,56", " 12,50 ; +1\u00a0234,56", "12,5;1234,56"])
def test_decimal_commas(text_of, folder):
    # 12.50 + 1234.56
    rows = [("ann", "2024-01-05", text_of.split(";")[0]), ("bo", "2024-01-05", text_of.split(";")[1])]
    (folder / "orders.csv").write_text(text(";", rows=rows), encoding="utf-8")
    code, stdout, _ = run("audit", "orders.csv", "--decimal-comma", "--json")
    assert code == 0
    assert json.loads(stdout)["audit"][-1]["amount"] == pytest.approx(1247.06)


def test_decimal_commas_leave_the_numbers_of_a_workbook_alone(folder):
    import openpyxl

    book = openpyxl.Workbook()
    for row in [("customer_id", "date", "amount"), ("ann", "2024-01-05", 12.5), ("bo", "2024-01-05", "1.234,5")]:
        book.active.append(row)
    book.save("orders.xlsx")
    stdout = run("audit", "orders.xlsx", "--decimal-comma", "--json")[1]
    assert json.loads(stdout)["audit"][-1]["amount"] == 1247.0


@pytest.mark.parametrize("separator", [";", "tab", "\\t", "#"])
def test_a_separator_is_taken_as_given(separator, folder):
    character = "\t" if separator in ("tab", "\\t") else separator
    (folder / "orders.csv").write_text(text(character))
    assert "Given 4 30.00 0" in " ".join(run("audit", "orders.csv", "--separator", separator)[1].split())


# Laws.


@pytest.mark.parametrize(
    "arguments",
    [("audit",), ("kpi", "--start", "2024-01-01", "--end", "2024-03-31"), ("score", "--as-of", "2024-03-31")],
)
def test_nothing_is_coloured_and_standard_output_holds_data_alone(arguments, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("NO_COLOR", "1")
    code, stdout, stderr = run(arguments[0], "orders.csv", *arguments[1:])
    assert code == 0
    assert "\x1b" not in stdout + stderr
    assert "Left out" not in stdout
