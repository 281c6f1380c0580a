"""Files that are damaged or are no files: refused with a line that names them, in both languages, never a traceback."""

import io
import json
import os
import random
import re
import zipfile

import pandas as pd
import pytest
from tests.commands import ROWS, run, text

FRAME = pd.DataFrame(ROWS, columns=["customer_id", "date", "amount"]).assign(
    date=lambda frame: pd.to_datetime(frame["date"]), amount=lambda frame: frame["amount"].astype(float)
)
WORKBOOK, PARQUET = io.BytesIO(), io.BytesIO()
FRAME.to_excel(WORKBOOK, index=False)
FRAME.to_parquet(PARQUET)
CSV = text().encode()
JSON = json.dumps([dict(zip(("customer_id", "date", "amount"), row, strict=True)) for row in ROWS]).encode()
SHEET, STRINGS, BOOK = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def workbook(**changed):
    """The workbook with members changed by a function from bytes to bytes; None leaves one out."""
    made = io.BytesIO()
    with zipfile.ZipFile(WORKBOOK) as given, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in given.namelist():
            change = changed.get(name, lambda data: data)
            if change is not None:
                archive.writestr(name, change(given.read(name)))
    return made.getvalue()


def flipped(data, where):
    """The bytes of a file with some of them changed."""
    return data[:where] + bytes(byte ^ 0x5A for byte in data[where : where + 40]) + data[where + 40 :]


def said(name, *options, code=3):
    """What is said of a file, in English and in Chinese, a line each."""
    lines = []
    for language in ("en", "zh"):
        found, stdout, stderr = run("audit", name, "--language", language, *options)
        assert (found, stdout, stderr.count("\n")) == (code, "", 1)
        lines.append(stderr.rstrip("\n"))
    return lines


DAMAGED = {
    "the workbook is cut": WORKBOOK.getvalue()[:-300],
    "packed bytes are changed": flipped(
        WORKBOOK.getvalue(), zipfile.ZipFile(WORKBOOK).getinfo(SHEET).header_offset + 60
    ),
    "xml is cut": workbook(**{SHEET: lambda data: data[:200]}),
    "xml is empty": workbook(**{SHEET: lambda _: b""}),
    "no workbook part": workbook(**{BOOK: None}),
    "no sheet part": workbook(**{SHEET: None}),
    "no sheets": workbook(**{BOOK: lambda data: re.sub(rb"<sheets>.*</sheets>", b"<sheets/>", data)}),
    "a text that is not there": workbook(**{SHEET: lambda data: data.replace(b't="n"', b't="s"')}),
    "an odd row": workbook(**{SHEET: lambda data: data.replace(b'<row r="2"', b'<row r="x"')}),
}


@pytest.mark.parametrize("kind", DAMAGED)
def test_a_damaged_workbook_is_named(folder, kind):
    (folder / "orders.xlsx").write_bytes(DAMAGED[kind])
    english, chinese = said("orders.xlsx")
    assert english.startswith(
        ("Error: orders.xlsx is not a readable Excel workbook: ", "Error: orders.xlsx has no sheet")
    )
    assert chinese.startswith(("错误：orders.xlsx 不是可读取的 Excel 工作簿：", "错误：orders.xlsx 中没有工作表"))


@pytest.mark.parametrize("data", [PARQUET.getvalue()[:-100], flipped(PARQUET.getvalue(), 10), b"PAR1" * 5])
def test_a_damaged_parquet_file_is_named(folder, data):
    (folder / "orders.parquet").write_bytes(data)
    assert said("orders.parquet")[0].startswith("Error: orders.parquet is not a readable Parquet file: ")


def test_a_field_without_an_end(folder):
    (folder / "orders.csv").write_bytes(b'customer_id,"' + b"x" * 200_000 + b"\nann,2\n")
    assert said("orders.csv")[0].startswith("Error: orders.csv is not a table of separated values: field larger than")


def test_a_header_longer_than_what_is_looked_at(folder):
    columns = ["customer_id", "date", "amount", *(f"Column {number:0150}" for number in range(500))]
    rows = [",".join(columns), ",".join(["ann", "2024-01-05", "10", *["1"] * 500])]
    (folder / "orders.csv").write_text("\n".join(rows))
    code, stdout, stderr = run("audit", "orders.csv", "--json")
    assert (code, json.loads(stdout)["audit"][-1]["n_rows"], stderr) == (0, 1, "")


@pytest.mark.parametrize("encoding", ["hex", "rot13", "utf-99", "a\0b"])
def test_an_encoding_that_is_none_of_text(folder, encoding):
    (folder / "orders.csv").write_bytes(CSV)
    assert "is not a known encoding" in said("orders.csv", "--encoding", encoding)[0]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes with names")
def test_pipes_and_devices(folder):
    os.mkfifo("orders.csv")
    english, chinese = said("orders.csv")
    assert english == (
        "Error: orders.csv is a pipe, not a file. Pass what it gives on standard input: crmkit … - < orders.csv"
    )
    assert chinese.startswith("错误：orders.csv 是管道，不是文件。")
    assert said(os.devnull)[0].startswith(f"Error: {os.devnull} is a device, not a file.")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes with names")
@pytest.mark.parametrize("option", ["--rules", "--master"])
def test_pipes_beside_the_orders(folder, option):
    (folder / "orders.csv").write_bytes(CSV)
    os.mkfifo("beside.toml")
    code, _, stderr = run("score", "orders.csv", "--as-of", "2024-03-31", option, "beside.toml", "--output", "c.csv")
    assert code == 3
    assert "beside.toml is a pipe, not a file. Write what it gives to a file first." in stderr


def test_a_name_that_is_too_long():
    name = "x" * 300 + ".csv"
    assert said(name)[0].startswith(f"Error: {name} cannot be read: [Errno 36] File name too long")


def test_columns_with_names_of_its_own_are_refused(folder):
    (folder / "orders.csv").write_text(text(header=("customer_id", "date", "__crmkit_row")))
    assert "orders.csv has columns called ['__crmkit_row']; names that begin with __crmkit_" in said("orders.csv")[0]


@pytest.mark.parametrize("zone", ["America", "../UTC", "x" * 300, "Europe/Lond\0n"])
def test_a_zone_that_is_none(folder, zone):
    (folder / "orders.csv").write_text(text(rows=[("ann", "2024-01-05T10:00Z", "1")]))
    assert "--time-zone must be an IANA name such as" in said("orders.csv", "--time-zone", zone)[0]


@pytest.mark.parametrize("date_format", ["%d%d", "%Y-%m-%d %Y", "%H %I %p %H"])
def test_a_format_that_names_a_part_twice(folder, date_format):
    (folder / "orders.csv").write_text(text())
    assert "--date-format" in said("orders.csv", "--date-format", date_format)[0]


@pytest.mark.parametrize("rules", ["x = " + "[" * 5_000, "x = " + "9" * 5_000, "a." * 5_000 + "b = 1"])
def test_deep_and_long_rules(folder, rules):
    (folder / "orders.csv").write_text(text())
    (folder / "rules.toml").write_text(rules)
    code, _, stderr = run("score", "orders.csv", "--as-of", "2024-03-31", "--rules", "rules.toml")
    assert (code, stderr.count("\n")) == (3, 1)


# Law: whatever is changed in a file, the command line reads it or says what is wrong.

FILES = {"xlsx": WORKBOOK.getvalue(), "parquet": PARQUET.getvalue(), "csv": CSV, "json": JSON}


@pytest.mark.parametrize("ending", FILES)
@pytest.mark.parametrize("seed", [pytest.param(seed, marks=pytest.mark.deep if seed else ()) for seed in range(20)])
def test_files_changed_at_random(folder, ending, seed):
    chance = random.Random(f"{ending}{seed}")  # noqa: S311
    for _ in range(8):
        data = bytearray(FILES[ending])
        for _ in range(chance.choice([1, 3, 10])):
            place = chance.randrange(len(data))
            data[place : place + chance.choice([0, 1, 8])] = chance.randbytes(chance.choice([0, 1, 8]))
        (folder / f"orders.{ending}").write_bytes(bytes(data))
        code, _, stderr = run("audit", f"orders.{ending}")
        assert code in (0, 2, 3)
        assert code == 0 or stderr.count("Error: ") == 1
