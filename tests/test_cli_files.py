"""The command line reads files as businesses write and pack them: titles, sheets, no header, JSON, archives, pipes."""

import gzip
import json
import sqlite3
import zipfile
from contextlib import closing

import openpyxl
import pytest
from click.testing import CliRunner
from tests.commands import run, text

from crmkit.cli._main import main

RECORDS = [
    {"customer_id": "07", "date": "2024-01-05", "amount": 5},
    {"customer_id": 7, "date": "2024-01-06", "amount": "7.5"},
]
ROWS = [("07", "2024-01-05", "5"), ("7", "2024-01-06", "7.5")]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def kept(stdout):
    """The rows that the audit counts as purchases, and their money."""
    lines = {line["reason"]: line for line in json.loads(stdout)["audit"]}
    return lines["kept"]["n_rows"], lines["kept"]["amount"]


def read(*arguments):
    code, stdout, stderr = run("audit", *arguments, "--json")
    assert code == 0, stderr
    return kept(stdout)


def piped(content, *options):
    result = CliRunner().invoke(main, ["audit", "-", "--json", *options], input=content)
    assert result.exit_code == 0, result.output
    return kept(result.output[result.output.index("{") :])


def refused(*arguments, code=3):
    found, stdout, stderr = run("audit", *arguments)
    assert (found, stdout) == (code, "")
    assert "Traceback" not in stderr
    return stderr


# By hand: 2 purchases of 5 and 7.5, however the file is written.


@pytest.mark.parametrize(
    ("content", "options"),
    [
        ("sep=;\n" + text(";", rows=ROWS), ()),
        ('"sep=|"\r\n' + text("|", rows=ROWS).replace("\n", "\r\n"), ()),
        ("Orders of 2024\n\n" + text(";", rows=ROWS), ("--skip-rows", "2")),
        ('"A title,\nof two lines"\n' + text(rows=ROWS), ("--skip-rows", "1")),
        ("\n" + text(rows=ROWS), ()),
        (text(rows=[(*row, "") for row in ROWS]), ()),
        (text(rows=[ROWS[0], (*ROWS[1], "")]), ()),
        (text(header=("customer_id", "date", "amount", ""), rows=[(*row, "") for row in ROWS]), ()),
        (text(header=ROWS[0], rows=ROWS[1:]), ("--no-header", "--customer-id", "1", "--date", "2", "--amount", "3")),
        (
            "Orders\n" + text(header=ROWS[0], rows=[(*ROWS[1], "")]),
            ("--skip-rows", "1", "--no-header", "--customer-id", "1", "--date", "2", "--amount", "3"),
        ),
    ],
)
def test_text_as_it_is_written(content, options, folder):
    (folder / "orders.csv").write_bytes(content.encode())
    assert read("orders.csv", *options) == (2, 12.5)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("orders.json", json.dumps(RECORDS)),
        ("orders.json", json.dumps({"n": 2, "orders": RECORDS})),
        ("orders.jsonl", "\n".join(map(json.dumps, RECORDS))),
        ("orders.ndjson", "\n\n".join(map(json.dumps, RECORDS)) + "\n"),
    ],
)
def test_json_of_records_and_of_lines(name, content, folder):
    (folder / name).write_text(content)
    assert read(name) == (2, 12.5)


def test_values_in_objects_of_a_record_are_columns(folder):
    records = [{"customer": {"id": each["customer_id"]}, **each} for each in RECORDS]
    (folder / "orders.json").write_text(json.dumps(records))
    assert read("orders.json", "--customer-id", "customer.id") == (2, 12.5)


def test_a_sheet_by_name_and_number(folder):
    book = openpyxl.Workbook()
    book.active.append(["Notes"])
    sheet = book.create_sheet("Orders")
    for row in [("A title",), ("customer_id", "date", "amount"), *ROWS]:
        sheet.append(row)
    book.save(folder / "orders.xlsx")
    for named in ("Orders", "2"):
        assert read("orders.xlsx", "--sheet", named, "--skip-rows", "1") == (2, 12.5)
    by_position = ("--no-header", "--customer-id", "1", "--date", "2", "--amount", "3")
    assert read("orders.xlsx", "--sheet", "2", "--skip-rows", "2", *by_position) == (2, 12.5)
    assert "orders.xlsx has the sheets ['Sheet', 'Orders']; the first is read (--sheet names another)" in refused(
        "orders.xlsx", code=2
    )
    assert "has no sheet '3'; its sheets are ['Sheet', 'Orders']" in refused("orders.xlsx", "--sheet", "3")


def test_archives_of_one_file_and_pipes(folder):
    content = text(rows=ROWS).encode()
    (folder / "orders.csv").write_bytes(content)
    (folder / "orders.csv.gz").write_bytes(gzip.compress(content))
    (folder / "packed.gz").write_bytes(gzip.compress(content))
    with zipfile.ZipFile(folder / "orders.zip", "w") as archive:
        archive.writestr("export/", "")
        archive.writestr("export/orders.csv", content)
        archive.writestr("__MACOSX/export/._orders.csv", "x")
    for name in ("orders.csv.gz", "packed.gz", "orders.zip"):
        assert read(name) == (2, 12.5)
        assert piped((folder / name).read_bytes()) == (2, 12.5)
    assert piped(content) == (2, 12.5)
    assert piped(json.dumps(RECORDS).encode()) == (2, 12.5)


def test_a_database_by_query_and_by_its_only_table(folder):
    with closing(sqlite3.connect(folder / "shop.db")) as shop:
        shop.execute("CREATE TABLE orders (customer_id, date TEXT, amount)")
        shop.executemany("INSERT INTO orders VALUES (?, ?, ?)", [("07", "2024-01-05", 5), (7, "2024-01-06", "7.5")])
        shop.commit()
        assert read("shop.db") == (2, 12.5)
        shop.execute("CREATE TABLE notes (x)")
        shop.commit()
    query = "SELECT customer_id, date, amount FROM orders"
    assert read("shop.db", "--sql", query) == (2, 12.5)
    assert "shop.db is a database with the tables ['notes', 'orders']. Say what to read" in refused("shop.db")
    assert "cannot be read as an SQLite database: no such table: x" in refused("shop.db", "--sql", "SELECT * FROM x")
    assert "readonly database" in refused("shop.db", "--sql", "DELETE FROM orders")
    assert "--sql must be a query that returns rows" in refused("shop.db", "--sql", "PRAGMA foreign_keys = 1")
    (folder / "orders.csv").write_text(text())
    assert "--sql is for SQLite databases" in refused("orders.csv", "--sql", query, code=2)
    (folder / "bad.db").write_bytes(b"not a database, but a text that is longer than its header")
    assert "无法将 bad.db 作为 SQLite 数据库读取" in refused("bad.db", "--language", "zh")


# Refusals.


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("orders.json", b"{", "orders.json is not readable JSON"),
        ("orders.json", b"[1, 2]", "orders.json does not hold records. It must be a list of objects, [{...}, {...}]"),
        ("orders.json", b"[" * 100_000, "orders.json is not readable JSON"),
        ("orders.jsonl", b'{"a": 1}\n{', "orders.jsonl is not readable JSON"),
        ("orders.csv.gz", b"customer_id", "orders.csv.gz cannot be unpacked: Not a gzipped file"),
        ("orders.csv.gz", gzip.compress(b"a,b\n" * 9, mtime=0)[:-9], "orders.csv.gz cannot be unpacked"),
        ("orders.zip", b"customer_id", "orders.zip cannot be unpacked: File is not a zip file"),
    ],
)
def test_what_cannot_be_unpacked_or_read_is_refused(name, content, message, folder):
    (folder / name).write_bytes(content)
    assert message in refused(name)


def test_an_archive_of_several_files_is_refused(folder):
    with zipfile.ZipFile(folder / "orders.zip", "w") as archive:
        archive.writestr("a.csv", "a")
        archive.writestr("b.csv", "b")
    assert "orders.zip must hold one file, and holds ['a.csv', 'b.csv']. Unpack it" in refused("orders.zip")
    assert "orders.zip 中须只有一个文件，现有 ['a.csv', 'b.csv']" in refused("orders.zip", "--language", "zh")


def test_standard_input_that_is_empty_is_refused():
    result = CliRunner().invoke(main, ["audit", "-"], input=b"")
    assert (result.exit_code, "Standard input is empty" in result.output) == (3, True)


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("orders.csv", ("--sheet", "1"), "--sheet is for Excel workbooks; orders.csv is not one"),
        ("orders.json", ("--skip-rows", "1"), "--skip-rows is for text files and Excel workbooks; orders.json is not"),
        ("orders.json", ("--no-header", "--language", "zh"), "--no-header 只用于文本文件和 Excel 工作簿"),
        ("orders.csv", ("--skip-rows", "-1"), "must be a whole number from 0 to 10,000, got '-1'"),
    ],
)
def test_options_for_another_kind_of_file_are_refused(name, options, message, folder):
    (folder / name).write_text(text() if name == "orders.csv" else json.dumps(RECORDS))
    assert message in refused(name, *options, code=2)
