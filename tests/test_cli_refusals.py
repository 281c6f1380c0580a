"""The command line refuses: exit code 2 for wrong usage, 3 for bad data, one clear message, nothing written."""

import json
from importlib.metadata import PackageNotFoundError

import pytest
from tests.commands import run, text

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)) * 4


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def refuse(folder, code, message, *arguments):
    """Hold that a command stops with this code, says this, and leaves no report."""
    before = sorted(folder.iterdir())
    found, stdout, stderr = run(*arguments)
    assert (found, stdout) == (code, "")
    assert message in stderr
    assert "Traceback" not in stderr
    assert sorted(folder.iterdir()) == before


def report(name="orders.csv", *options, as_of="2024-03-31"):
    return "report", name, "--as-of", as_of, *options


# Wrong usage.


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("report", "orders.csv"), "Missing option '--as-of'"),
        (("report", "--as-of", "2024-03-31"), "Missing argument 'FILE'"),
        (report("orders.csv", "--colour", "red"), "No such option"),
        (report("orders.csv", "--language", "fr"), "'fr' is not one of 'en', 'zh'"),
        (report("orders.csv", "--returns", "keep"), "'keep' is not one of 'net', 'drop'"),
        (report("orders.csv", "--invalid", "ignore"), "'ignore' is not one of 'drop', 'raise'"),
        (report("orders.csv", "--output", "."), "'.' is a directory"),
        (report(as_of="soon"), "must be a date or ISO text such as '2024-12-31', got 'soon'"),
        (report(as_of="2024-02-30"), "must be a date or ISO text such as '2024-12-31', got '2024-02-30'"),
        (("rfm", "orders.csv"), "No such command 'rfm'"),
        (("demo", "--as-of", "2024-03-31"), "No such option"),
        (report("orders.csv", "--separator", ";;"), "must be one character, or \"tab\", got ';;'"),
        (report("orders.csv", "--output", "orders.csv"), "--output orders.csv would write over a file that is read"),
        (
            report("orders.csv", "--amount", "amount", "--unit-price", "date"),
            "--amount and --unit-price cannot be used together",
        ),
        (
            report("orders.csv", "--decimal-comma", "--decimal-point"),
            "--decimal-comma and --decimal-point cannot be used together. Leave one of them out",
        ),
        (report("orders.csv", "--decimal-point", "--thousands", "."), "--thousands says that '.' groups digits, and"),
        (
            report("orders.csv", "--quantity", "date", "--date", "customer_id", "--customer-id", ""),
            "--quantity is multiplied by --unit-price, which is not given, and the amount is taken from amount",
        ),
        (report("orders.csv", "--amount", "date", "--date", "date"), "--date, --amount both name the column date"),
        (("score", "orders.csv", "--as-of", "2024-03-31", "--output", "a.json"), "must end in .parquet, .csv or .xlsx"),
        (("report", "orders.csv", "--as-of", "2024-03-31", "--output", "a.docx"), "must end in .html, .htm or .xlsx"),
        (("demo", "--output", "a.pdf"), "--output of a report must end in .html, .htm or .xlsx, got a.pdf."),
        (("score", "orders.csv", "--as-of", "2024-03-31", "--rules", "best"), "--rules must be named_11, chinese_8"),
        (("score", "orders.csv", "--as-of", "2024-03-31", "--master-id", "id"), "--master-id needs --master"),
        (("kpi", "orders.csv"), "Missing option '--start'"),
        (("kpi", "orders.csv", "--start", "2024-01-01"), "Give --end, or --as-of as the last day of the period"),
        (("kpi", "orders.csv", "--start", "2024-02-01", "--end", "2024-01-01"), "--end 2024-01-01 lies before --start"),
        (
            ("kpi", "orders.csv", "--start", "2024-01-01", "--end", "2024-02-01", "--as-of", "2024-01-31"),
            "--end 2024-02-01 lies after --as-of 2024-01-31: the period is not over",
        ),
    ],
)
def test_wrong_usage_is_exit_code_2(arguments, message, folder):
    (folder / "orders.csv").write_text(text())
    refuse(folder, 2, message, *arguments)


# Files that cannot be read.


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("orders.csv", b"", "orders.csv is empty"),
        ("orders.csv", b"\n\n", "orders.csv is not a table"),
        ("orders.csv", b"customer_id,date,amount\n", "['customer_id', 'date', 'amount'] and no rows"),
        ("orders.pdf", b"{}", "ends in '.pdf'; files that can be read end in ['.csv', '.db', '.json'"),
        ("orders", b"customer_id,date,amount\n", "ends in ''; files that can be read end in"),
        ("orders.csv", PNG, "orders.csv is not in the encoding utf-8"),
        ("orders.xlsx", PNG, "orders.xlsx is not a readable Excel workbook"),
        ("orders.parquet", PNG, "orders.parquet is not a readable Parquet file"),
        (
            "orders.csv",
            b'customer_id,date,amount\n"ann,2024-01-01,5\n',
            "orders.csv is not a table of separated values",
        ),
        (
            "orders.csv",
            b"customer_id,date,amount\nann,2024-01-01,5\nbo,2024-01-01,5,6\n",
            "has rows with more fields than its header",
        ),
    ],
)
def test_a_file_that_is_no_table_is_refused(name, content, message, folder):
    (folder / name).write_bytes(content)
    refuse(folder, 3, message, *report(name))


def test_a_file_that_is_not_there_and_a_folder_are_refused(folder):
    (folder / "orders.csv").mkdir()
    refuse(folder, 3, "nowhere.csv does not exist", *report("nowhere.csv"))
    refuse(folder, 3, "orders.csv is a folder. Name a file in it", *report("orders.csv"))


def test_bytes_that_are_no_text_are_refused_in_an_encoding_that_knows_every_byte(folder):
    (folder / "orders.csv").write_bytes(PNG)
    refuse(folder, 3, "orders.csv holds NUL bytes: it is not text", *report("orders.csv", "--encoding", "latin-1"))


@pytest.mark.parametrize("n_rows", [1, 20_000])
def test_another_encoding_is_refused_with_the_option_that_mends_it(n_rows, folder):
    # the second time the first Chinese character stands beyond what is looked at first
    rows = [("ann", "2024-01-05", "5")] * n_rows + [("张三", "2024-01-05", "5")]
    (folder / "orders.csv").write_bytes(text(rows=rows).encode("gb18030"))
    refuse(folder, 3, "try --encoding gb18030", *report())
    assert run(*report("orders.csv", "--encoding", "gb18030"))[0] == 0


def test_utf_16_without_its_mark_is_refused_with_the_option_that_mends_it(folder):
    (folder / "orders.csv").write_bytes(text().encode("utf-16-le"))
    refuse(folder, 3, "--encoding utf-16", *report())


def test_an_unknown_encoding_is_refused(folder):
    (folder / "orders.csv").write_text(text())
    refuse(folder, 3, "--encoding 'klingon' is not a known encoding", *report("orders.csv", "--encoding", "klingon"))


# Rows that cannot be used.


def test_a_missing_column_is_refused(folder):
    (folder / "orders.csv").write_text(text(header=("customer", "date", "amount")))
    missing = "no column ['price']; its columns are ['customer', 'date', 'amount']"
    refuse(folder, 3, missing, *report("orders.csv", "--amount", "price"))


def test_a_column_that_is_there_twice_is_refused(folder):
    rows = [("ann", "2024-01-05", "5", "99")]
    (folder / "orders.csv").write_text(text(header=("customer_id", "date", "amount", "amount"), rows=rows))
    refuse(folder, 3, "has the columns ['amount'] more than once", *report())


def test_rows_with_more_fields_than_the_header_are_not_shifted(folder):
    # each row ends in a separator that the header lacks; ids, dates and money must not slip a column to the left
    header = ("customer_id", "ordered", "shipped", "amount", "tax")
    rows = [("ann", "2024-01-05", "2024-01-07", "50", "8", ""), ("bo", "2024-01-06", "2024-01-08", "70", "11", "")]
    (folder / "orders.csv").write_text(text(header=header, rows=rows))
    code, stdout, stderr = run(*report("orders.csv", "--date", "ordered"))
    read = "2 customers placed 2 orders worth 120.00 from 2024-01-05" in stdout
    assert read or (code, bool(stderr)) == (3, True)


def test_rows_with_more_values_than_the_header_has_columns_are_refused(folder):
    rows = [("ann", "2024-01-05", "5", "x"), ("bo", "2024-01-06", "7", "y")]
    (folder / "orders.csv").write_text(text(rows=rows))
    refuse(folder, 3, "orders.csv has rows with more fields than its header has columns", *report())


def test_rows_that_cannot_be_used_are_refused_if_asked_for(folder):
    rows = [("ann", "2024-01-05", "5"), ("bo", "05.01.2024", "5"), ("", "2024-01-05", "5"), ("cy", "2024-01-05", "?")]
    (folder / "orders.csv").write_text(text(rows=rows))
    arguments = report("orders.csv", "--invalid", "raise")
    refuse(folder, 3, "1 without a customer (first at rows [2])", *arguments)
    refuse(folder, 3, "1 with an unusable date (first at rows [1], the column date is ['05.01.2024'])", *arguments)
    refuse(folder, 3, "1 with an unusable amount (first at rows [3], the column amount is ['?'])", *arguments)


def test_a_file_without_a_usable_row_is_refused(folder):
    (folder / "orders.csv").write_text(text(rows=[("ann", "soon", "5"), ("bo", "later", "5")]))
    refuse(folder, 3, "2 rows, and none is left", *report())


def test_what_stops_a_command_is_said_in_chinese(folder):
    refuse(folder, 3, "文件 orders.csv 不存在", *report("orders.csv", "--language", "zh"))
    (folder / "orders.csv").write_text(text(header=("who", "date", "amount")))
    refuse(folder, 2, "无法在 orders.csv 中识别客户编号列", *report("orders.csv", "--language", "zh"))


@pytest.mark.parametrize(
    ("rows", "options", "message"),
    [
        (
            [("ann", "05.01.2024", "5"), ("bo", "2024-01-05", "5")],
            ("--invalid", "raise"),
            "The file has rows that cannot be used: 1 with an unusable date (first at rows [0], the column "
            "date is ['05.01.2024']). Text dates other than ISO need --date-format. Correct them, or pass --invalid "
            "drop.",
        ),
        (
            [("ann", "2024-01-05T10:00+08:00", "5")],
            (),
            "The column date holds times with a zone (in the text), and a business day depends on it. Name the zone "
            "whose days count, for example --time-zone Asia/Shanghai.",
        ),
        (
            [("ann", "2024-01-05", "5")],
            ("--time-zone", "Asia/Shanghai"),
            "--time-zone is 'Asia/Shanghai', but the column date holds times without a zone. Leave --time-zone out",
        ),
        ([("ann", "2024-01-05", "5")], ("--time-zone", "Shanghai"), "--time-zone must be an IANA name"),
        ([("ann", "2024-01-05", "5")], ("--date-format", "ISO"), "--date-format must be a format such as '%d/%m/%Y'"),
        ([("ann", "soon", "5")], (), "none is left with --invalid drop and --returns net. crmkit audit says"),
        ([("", "2024-01-05", "5"), ("bo", "2024-04-05", "5")], (), "before the first transaction on 2024-04-05"),
    ],
)
def test_messages_of_the_library_speak_the_words_of_the_command_line(rows, options, message, folder):
    (folder / "orders.csv").write_text(text(rows=rows))
    refuse(folder, 3, message, *report("orders.csv", *options))


def test_order_ids_that_are_missing_are_refused_with_the_option_that_mends_it(folder):
    rows = [("ann", "2024-01-05", "5", "A1"), ("bo", "2024-01-05", "5", "")]
    (folder / "orders.csv").write_text(text(header=("customer_id", "date", "amount", "order_id"), rows=rows))
    refuse(folder, 3, 'or pass --order-id "" so that every row is an order', *report())
    assert run("kpi", "orders.csv", "--start", "2024-01-01", "--end", "2024-01-31", "--order-id", "")[0] == 0


@pytest.mark.parametrize(
    ("number", "options", "message"),
    [
        ("1,234", (), "can be read in two ways: ['1,234'] as 1234, or as 1.234. Pass --decimal-point for the first"),
        ("1,234", ("--language", "zh"), "前者请用 --decimal-point，后者请用 --decimal-comma"),
        ("5.50", ("--decimal-comma",), "do not fit the decimal mark ',', such as ['5.50']"),
        ("1,234.50", ("--decimal-comma",), "do not fit the decimal mark ',', such as ['1,234.50']"),
        ("1.234,50", ("--decimal-point",), "do not fit the decimal mark '.', such as ['1.234,50']"),
        (
            "80.00 CR",
            (),
            "holds numbers with ['CR'], such as ['80.00 CR'], which is not the sign of a currency.",
        ),
    ],
)
def test_numbers_in_an_unclear_notation_are_refused_rather_than_left_out(number, options, message, folder):
    rows = [("ann", "2024-01-05", "5"), ("bo", "2024-01-05", number)]
    (folder / "orders.csv").write_text(text(";", rows=rows))
    refuse(folder, 3, message, *report("orders.csv", *options))


@pytest.mark.parametrize(
    ("options", "revenue"),
    [
        (("--decimal-point",), 1239),
        (("--thousands", ","), 1239),
        (("--thousands", "."), 6.234),
        (("--decimal-comma",), 6.234),
    ],
)
def test_the_options_named_decide_how_numbers_are_read(options, revenue, folder):
    rows = [("ann", "2024-01-05", "5"), ("bo", "2024-01-05", "1,234")]
    (folder / "orders.csv").write_text(text(";", rows=rows))
    code, stdout, _ = run("audit", "orders.csv", *options, "--json")
    assert code == 0
    assert json.loads(stdout)["audit"][-1]["amount"] == revenue


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "read with a decimal point, grouped digits (rows: 1), $ (rows: 1), parentheses as refunds (rows: 1)."),
        ("zh", "文本中的数按以下写法读取：小数点，1 行带千位分隔符，1 行带 $，1 行括号表示退款。"),
    ],
)
def test_what_was_read_is_said(language, told, folder):
    rows = [("ann", "2024-01-05", number) for number in ("$5.00", "(2.00)", "1 250.00")]
    (folder / "orders.csv").write_text(text(rows=rows))
    code, stdout, stderr = run("audit", "orders.csv", "--json", "--language", language)
    assert (code, json.loads(stdout)["audit"][-1]["amount"]) == (0, 1253)
    assert told in stderr


@pytest.mark.parametrize(
    ("days", "message"),
    [
        (("14/01/2024", "15/01/2024"), "They fit --date-format %d/%m/%Y: pass it."),
        (
            ("01/02/2024", "02/02/2024"),
            "They fit --date-format %d/%m/%Y or --date-format %m/%d/%Y: pass the one that is",
        ),
        (("45292", "45293"), "Pass --date-format excel."),
    ],
)
def test_the_date_format_that_fits_is_named(days, message, folder):
    (folder / "orders.csv").write_text(text(rows=[("ann", day, "5") for day in days]))
    refuse(folder, 3, message, *report())


def test_several_currencies_are_refused(folder):
    rows = [("ann", "2024-01-05", "5", "EUR"), ("bo", "2024-01-05", "5", "USD")]
    (folder / "orders.csv").write_text(text(header=("customer_id", "date", "amount", "money"), rows=rows))
    refuse(folder, 3, "'EUR', 'USD'", *report("orders.csv", "--currency", "money"))


def test_refunds_alone_are_reported_and_not_scored(folder):
    (folder / "orders.csv").write_text(text(rows=[("ann", "2024-01-05", "-5")]))
    refuse(folder, 3, "The file holds nobody with an order", "score", "orders.csv", "--as-of", "2024-03-31")
    code, stdout, _ = run(*report())
    assert (code, "Nobody bought anything" in stdout) == (0, True)


def test_an_as_of_before_the_first_order_is_refused(folder):
    (folder / "orders.csv").write_text(text())
    first = "--as-of is 2023-12-31, before the first transaction on 2024-01-05. Give a later day"
    refuse(folder, 3, first, *report(as_of="2023-12-31"))


# What cannot be written, and data that are not there.


def test_an_output_that_cannot_be_written_is_refused(folder):
    (folder / "orders.csv").write_text(text())
    for output in ("nowhere/report.html", "orders.csv/report.html"):
        refuse(folder, 3, f"--output {output} cannot be written", *report("orders.csv", "--output", output))


def test_the_demo_without_its_data_is_refused(folder, monkeypatch):
    def missing(name):
        raise PackageNotFoundError(name)

    monkeypatch.setattr("crmkit.datasets._bundled.distribution", missing)
    refuse(folder, 3, "pip install 'crmkit[data]'", "demo")
