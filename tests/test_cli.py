"""The command line: files of every kind read, the report written, path and findings told."""

import importlib
import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from click import Context
from tests.commands import ROWS, run, text
from tests.pages import Page, section, table
from tests.remembering import remembering

from crmkit import __version__, load_cdnow
from crmkit.cli import commands
from crmkit.cli._main import main

FINDINGS = [
    "- 3 customers placed 4 orders worth 30.00 from 2024-01-05 to 2024-03-05 (as of 2024-03-31); "
    "33.3% of them ordered more than once.",
    "- The top 20% of customers (1) brought 66.7% of revenue.",
    "- The log starts on 2024-01-05, too late to compare the 90 days to 2024-03-31 with the 90 days before.",
    "- 1 core customer (33.3% of all) brought 66.7% of revenue, 1 ordinary one (33.3%) 15.0%.",
    "- Fewer than 10 customers bought on two days: too few to predict what customers will buy or be worth.",
]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


NA_LOOKS_ODD = (
    "Customer ids that look damaged or double: 1 placeholder (NA). "
    "Each is still one customer; correct the file if not.\n"
)


@pytest.fixture(scope="module")
def reported_once():
    with remembering("crmkit.report.customer_report"):
        yield


@pytest.fixture
def undrawn(reported_once, monkeypatch):
    """Where only what was read matters, the page is not drawn, and what was read already not reported on again."""
    monkeypatch.setattr("crmkit.report._report.render", lambda *_: "<!DOCTYPE html>")


def assert_reported(ran, folder, *, told=""):
    code, stdout, stderr = ran
    assert (code, stderr) == (0, told)
    assert stdout.splitlines() == [str((folder / "report.html").resolve()), *FINDINGS]
    assert (folder / "report.html").read_text("utf-8").startswith("<!DOCTYPE html>")


# By hand: one log in every kind of file.


@pytest.mark.parametrize(("separator", "ending"), [(",", "csv"), (";", "CSV"), ("\t", "tsv"), ("|", "txt")])
def test_text_with_every_separator(separator, ending, folder, undrawn):
    (folder / f"orders.{ending}").write_text(text(separator), "utf-8")
    assert_reported(run("report", f"orders.{ending}", "--as-of", "2024-03-31"), folder)


@pytest.mark.parametrize(
    ("encoding", "options"),
    [
        ("utf-8", []),
        ("utf-8-sig", []),
        ("utf-8-sig", ["--encoding", "utf-8"]),
        ("gb18030", ["--encoding", "gb18030"]),
        ("utf-16", ["--encoding", "utf-16"]),
        ("utf-16-le", ["--encoding", "utf-16-le"]),
    ],
)
def test_text_in_every_encoding(encoding, options, folder, undrawn):
    orders = text(header=("客户", "日期", "金额"))
    (folder / "订单.csv").write_bytes(orders.encode(encoding))
    names = ["--customer-id", "客户", "--date", "日期", "--amount", "金额"]
    assert_reported(run("report", "订单.csv", "--as-of", "2024-03-31", *names, *options), folder)


@pytest.mark.parametrize("line_end", ["\r\n", "\r"])
def test_lines_of_other_systems_and_quoted_fields(line_end, folder, undrawn):
    rows = [(f'"{name}"', f'"{day}"', f'"{amount}"', '"a, b; c"') for name, day, amount in ROWS]
    orders = text(";", header=('"customer_id"', '"date"', '"amount"', '"note"'), rows=rows)
    (folder / "orders.csv").write_bytes(orders.replace("\n", line_end).encode())
    assert_reported(run("report", "orders.csv", "--as-of", "2024-03-31"), folder)


def test_ids_that_look_like_missing_values_are_ids(folder, undrawn):
    rows = [("NA" if name == "07" else name, day, amount) for name, day, amount in ROWS]
    (folder / "orders.csv").write_text(text(rows=rows))
    assert_reported(run("report", "orders.csv", "--as-of", "2024-03-31"), folder, told=NA_LOOKS_ODD)


def test_parquet(folder, undrawn):
    orders = pd.DataFrame(ROWS, columns=["customer_id", "date", "amount"])
    orders.assign(date=pd.to_datetime(orders["date"]), amount=orders["amount"].astype(float)).to_parquet(
        "orders.parquet"
    )
    assert_reported(run("report", "orders.parquet", "--as-of", "2024-03-31"), folder)


def test_excel(folder, undrawn):
    numbers = {"007": 1, "07": 2, "7": 3}
    orders = pd.DataFrame([(numbers[name], pd.Timestamp(day), float(amount)) for name, day, amount in ROWS])
    orders.to_excel("orders.xlsx", index=False, header=["customer_id", "date", "amount"])
    assert_reported(run("report", "orders.xlsx", "--as-of", "2024-03-31"), folder)


def test_text_in_excel_stays_text(folder, undrawn):
    # cells of text, as ids with leading zeros are kept in Excel; none of these is missing
    rows = [("NA" if name == "07" else name, day, amount) for name, day, amount in ROWS]
    pd.DataFrame(rows).to_excel("orders.xlsx", index=False, header=["customer_id", "date", "amount"])
    assert_reported(run("report", "orders.xlsx", "--as-of", "2024-03-31"), folder, told=NA_LOOKS_ODD)


def test_columns_and_formats_are_named(folder, undrawn):
    # 2 * 3.5 and 1 * 4, one order of two lines; a refund of 2 * 3.5 left out; another day 10
    rows = [("A1", "ann", "05/01/2024", "2", "3.5"), ("A1", "ann", "05/01/2024", "1", "4")]
    rows += [("R1", "ann", "06/01/2024", "-2", "3.5"), ("A2", "bo", "31/01/2024", "1", "10")]
    (folder / "retail.tsv").write_text(text("\t", header=("invoice", "who", "when", "units", "price"), rows=rows))
    options = "--customer-id who --date when --date-format %d/%m/%Y --quantity units --unit-price price"
    arguments = ["--order-id", "invoice", "--as-of", "2024-01-31", *options.split()]
    _, net, _ = run("report", "retail.tsv", *arguments)
    assert "2 customers placed 2 orders worth 14.00 from 2024-01-05" in net
    code, gross, _ = run("report", "retail.tsv", *arguments, "--returns", "drop", "--output", "gross.html")
    assert code == 0
    assert "2 customers placed 2 orders worth 21.00 from 2024-01-05 to 2024-01-31; 0.0% of them" in gross
    assert (folder / "gross.html").exists()


def test_rows_left_out_are_told_on_standard_error_and_in_the_report(folder):
    rows = [*ROWS, ("", "2024-03-01", "1"), ("bo", "soon", "1"), ("bo", "2024-03-01", "five"), ("bo", "x", "")]
    (folder / "orders.csv").write_text(text(";", rows=rows))
    code, stdout, stderr = run("report", "orders.csv", "--as-of", "2024-03-31")
    assert code == 0
    assert stdout.splitlines()[1] == FINDINGS[0]
    assert "Left out of 8 rows: 1 no customer, 2 unusable date (date ['soon', 'x']), 1 unusable amount" in stderr
    assert "amount ['five']" in stderr
    assert "The report shows where every row went." in stderr
    audit = table((folder / "report.html").read_text("utf-8"), "audit")
    assert audit[2][:2] == ["Unusable date", "2"]
    assert audit[-1][:2] == ["Given", "8"]


def test_the_report_in_chinese(folder):
    (folder / "orders.csv").write_text(text())
    code, stdout, stderr = run(
        "report", "orders.csv", "--as-of", "2024-03-31", "--language", "zh", "--output", "报告.html"
    )
    assert (code, stderr) == (0, "")
    path, *findings = stdout.splitlines()
    assert path == str((folder / "报告.html").resolve())
    assert findings[1] == "- 销售额最高的 20% 客户（1 位）贡献了 66.7% 的销售额。"
    page = (folder / "报告.html").read_text("utf-8")
    assert '<html lang="zh-CN">' in page
    assert Page(page).texts("h1") == ["客户分析报告"]


@pytest.mark.deep
def test_the_demo_reports_on_all_of_cdnow(folder):
    orders = load_cdnow(full=True)
    code, stdout, stderr = run("demo", "--output", "demo.html")
    assert (code, stderr) == (0, "")
    path, *findings = stdout.splitlines()
    assert path == str((folder / "demo.html").resolve())
    # Fader and Hardie: 23,570 customers and 69,659 orders
    repeat = (orders["customer_id"].value_counts() >= 2).mean()
    assert findings[0] == (
        f"- 23,570 customers placed 69,659 orders worth {orders['amount'].sum():,.0f} from 1997-01-01 to 1998-06-30; "
        f"{repeat:.1%} of them ordered more than once."
    )
    assert len(findings) == 7
    page = (folder / "demo.html").read_text("utf-8")
    assert "1997-01-01 to 1998-06-30" in page
    assert table(page, "audit")[-1][1] == "69,659"
    assert section(page, "cohorts").count("<tr>") == 1 + 3


def test_an_earlier_report_is_written_over(folder, undrawn):
    (folder / "report.html").write_text("old and longer than the new one")
    (folder / "orders.csv").write_text(text())
    assert_reported(run("report", "orders.csv", "--as-of", "2024-03-31"), folder)
    assert (folder / "report.html").read_text() == "<!DOCTYPE html>"


# Laws.


def test_the_file_given_is_not_changed(folder, undrawn):
    (folder / "orders.csv").write_text(text())
    run("report", "orders.csv", "--as-of", "2024-03-31")
    assert (folder / "orders.csv").read_text() == text()
    assert sorted(path.name for path in folder.iterdir()) == ["orders.csv", "report.html"]


@pytest.mark.parametrize("help_option", ["-h", "--help"])
def test_help_shows_an_example_and_the_defaults(help_option):
    code, stdout, _ = run("report", help_option)
    assert code == 0
    assert "crmkit report orders.csv --customer-id CustomerID" in stdout
    assert "gb18030" in stdout
    assert "report.html" in stdout
    assert "demo" in run(help_option)[1]


@pytest.mark.parametrize(
    ("options", "margin", "discount_rate"),
    [((), 1.0, 0.1), (("--margin", "0.3", "--discount-rate", "0"), 0.3, 0.0)],
)
def test_the_report_counts_value_as_asked(options, margin, discount_rate, folder, undrawn):
    (folder / "orders.csv").write_text(text())
    found = json.loads(run("report", "orders.csv", "--as-of", "2024-03-31", "--json", *options)[1])
    assert (found["margin"], found["discount_rate"]) == (margin, discount_rate)


def test_the_report_and_clv_say_the_same_of_rates():
    first, second = (run(command, "--help")[1] for command in ("report", "clv"))
    for said in ("Share of the amounts that is profit", "Yearly rate by which later"):
        assert said in first
        assert said in second
    code, _, stderr = run("report", "orders.csv", "--as-of", "2024-03-31", "--margin", "30", "--language", "zh")
    assert code == 2
    assert "--margin 应为利润占销售额的比例，大于 0 且不超过 1，得到 30.0。是否想写 0.3？" in stderr


def test_every_file_of_commands_is_a_command():
    files = {path.stem for path in Path(commands.__path__[0]).glob("[!_]*.py")}
    with Context(main) as context:
        assert set(main.list_commands(context)) == files >= {"report", "demo"}
        assert {main.get_command(context, name).name for name in files} == files


def test_the_module_runs_as_the_command_does():
    ran = subprocess.run([sys.executable, "-m", "crmkit", "--version"], capture_output=True, text=True, timeout=60)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, f"crmkit, version {__version__}\n", "")


# What is not installed.


@pytest.mark.parametrize("missing", ["click", "duckdb", "jinja2", "matplotlib", "pyarrow"])
def test_a_package_that_is_missing_is_named_with_its_remedy(missing, monkeypatch, folder, capsys):
    (folder / "orders.csv").write_text(text())
    for name in [name for name in sys.modules if name.startswith("crmkit.cli.")]:
        # Importing anew sets the package's attribute too; this brings the old one back at the end.
        monkeypatch.setattr(name, sys.modules[name], raising=False)
        monkeypatch.delitem(sys.modules, name)
    for name in [name for name in sys.modules if name.split(".")[0] == missing]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, missing, None)
    monkeypatch.setattr(sys, "argv", ["crmkit", "report", "orders.csv", "--as-of", "2024-03-31"])
    with pytest.raises(SystemExit, match="1"):
        importlib.import_module("crmkit.cli").main()
    assert f"needs {missing}. Install it with: pip install 'crmkit[report]'" in capsys.readouterr().err


def test_the_library_for_workbooks_is_named_where_one_is_read(monkeypatch, folder, capsys):
    pd.DataFrame(ROWS, columns=["customer_id", "date", "amount"]).to_excel("orders.xlsx", index=False)
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    monkeypatch.setattr(sys, "argv", ["crmkit", "audit", "orders.xlsx"])
    with pytest.raises(SystemExit, match="1"):
        importlib.import_module("crmkit.cli").main()
    assert "needs openpyxl. Install it with: pip install 'crmkit[report]'" in capsys.readouterr().err
