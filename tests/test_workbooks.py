"""Workbooks: every value comes back as what it was, no text becomes a formula, and Excel can open what is written."""

import datetime
import io
import re
import zipfile
from decimal import Decimal
from xml.etree import ElementTree as ET

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from matplotlib.figure import Figure

from crmkit._workbook import Chart, Named, Picture, Sheet, headings, plain_sheet, write_workbook
from crmkit._workbook._headings import COLUMNS
from crmkit._workbook._rows import _CHUNK
from crmkit.labels import Label

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1", "#N/A", "=", '=HYPERLINK("http://x")']
MONTHS = pd.DataFrame(
    {
        "period": pd.date_range("2024-01-01", periods=3, freq="MS"),
        "revenue": [1234.5, np.nan, 3.0],
        "n_orders": [9, 0, 1],
    }
)


def written(*sheets, folder):
    path = folder / "book.xlsx"
    write_workbook(sheets, path)
    return openpyxl.load_workbook(path)


def of_table(table, language="en", **more):
    return Sheet("Table", table, headings(table, language), **more)


def values(sheet):
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


# By hand.


def test_numbers_dates_and_shares_have_their_formats(tmp_path):
    table = pd.DataFrame(
        {
            "customer_id": [7],
            "first_order": [pd.Timestamp("2024-01-05")],
            "n_orders": [1200],
            "spend": [1234.5],
            "value_share": [0.25],
        }
    )
    sheet = written(of_table(table), folder=tmp_path).active
    assert [cell.value for cell in sheet[1]] == ["Customer", "First order", "Orders", "Spend", "Share of revenue"]
    found = [(cell.value, cell.number_format.replace("\\", "")) for cell in sheet[2]]
    assert found == [
        (7, "0"), (datetime.datetime(2024, 1, 5), "yyyy-mm-dd"), (1200, "#,##0"), (1234.5, "#,##0.00"), (0.25, "0.0%"),
    ]  # fmt: skip
    assert (sheet.freeze_panes, sheet.auto_filter.ref, sheet.print_title_rows) == ("B2", "A1:E2", "$1:$1")
    assert sheet["A1"].font.bold
    assert sheet.column_dimensions["B"].width >= len("2024-01-05")


def test_headings_in_chinese(tmp_path):
    sheet = written(of_table(MONTHS, "zh"), folder=tmp_path).active
    assert [cell.value for cell in sheet[1]] == ["period", "销售额", "订单数"]


def test_ids_stay_as_they_came(tmp_path):
    # whole numbers sort as numbers, text keeps its zeros, and no digit of a long number is lost
    table = pd.DataFrame({"customer_id": ["007", "7"], "spend": [1.0, 2.0]})
    assert [row[0] for row in values(written(of_table(table), folder=tmp_path).active)[1:]] == ["007", "7"]
    table = pd.DataFrame({"customer_id": [2, 10], "spend": [1.0, 2.0]})
    assert [row[0] for row in values(written(of_table(table), folder=tmp_path).active)[1:]] == [2, 10]
    table = pd.DataFrame({"customer_id": [2, 9007199254740993], "spend": [1.0, 2.0]})
    assert [row[0] for row in values(written(of_table(table), folder=tmp_path).active)[1:]] == ["2", "9007199254740993"]


@pytest.mark.parametrize("text", FORMULAS)
def test_text_stays_text(text, tmp_path):
    table = pd.DataFrame({"customer_id": [text], text: [text]})
    sheet = written(plain_sheet(text, table), folder=tmp_path).active
    for cell in (sheet["A2"], sheet["B1"], sheet["B2"]):
        assert (cell.value, cell.data_type) == (text, "s")
    assert sheet["A2"].quotePrefix == (not text.startswith("#"))


def test_values_that_a_workbook_cannot_hold(tmp_path):
    odd = [np.inf, -np.inf, np.nan, pd.NaT, pd.NA, None, "a\x00b\ud800", "a_x0041_b", datetime.date(1800, 1, 2), True]
    more = [Decimal("1.50"), np.int64(3), np.float64(2.5), pd.Timestamp("2024-03-01 12:00", tz="Asia/Shanghai"), (1, 2)]
    table = pd.DataFrame({"value": pd.Series([*odd, *more], dtype=object)})
    found = [row[0] for row in values(written(plain_sheet("odd", table), folder=tmp_path).active)[1:]]
    assert found[:6] == ["∞", "-∞", None, None, None, None]
    # openpyxl leaves Excel's code for an underscore as it is
    assert found[6:10] == ["a\ufffdb\ufffd", "a_x005F_x0041_b", "1800-01-02", True]
    assert found[10:12] == [1.5, 3]
    assert found[12] == 2.5
    assert found[13:] == [pytest.approx(45352.5), "(1, 2)"]


def test_a_heat_map_covers_its_columns(tmp_path):
    sheet = written(of_table(MONTHS, shaded=("revenue", "n_orders")), folder=tmp_path).active
    ((reach, rules),) = [(str(found.sqref), found.rules) for found in sheet.conditional_formatting]
    assert (reach, rules[0].type) == ("B2:C4", "colorScale")


@pytest.mark.parametrize("kind", ["columns", "stacked", "lines"])
def test_charts_are_drawn_from_the_cells(kind, tmp_path):
    chart = Chart("Revenue", "period", ("revenue", "n_orders"), kind=kind, n_last=2)
    named = headings(MONTHS, "en", own={"period": Named(Label("Month", "月份"), "month")})
    (drawn,) = written(Sheet("It's", MONTHS, named, charts=(chart,)), folder=tmp_path).active._charts
    assert [series.val.numRef.f for series in drawn.series] == ["'It''s'!$B$3:$B$4", "'It''s'!$C$3:$C$4"]
    assert [series.tx.strRef.f for series in drawn.series] == ["'It''s'!$B$1", "'It''s'!$C$1"]
    assert not drawn.x_axis.delete
    assert not drawn.y_axis.delete
    assert drawn.y_axis.number_format.formatCode == "#,##0.00"
    # months of refunds lie below 0, in the same colour
    assert drawn.y_axis.scaling.min is None
    assert kind == "lines" or not any(series.invertIfNegative for series in drawn.series)


def test_a_drawing_becomes_a_picture(tmp_path):
    figure = Figure()
    figure.subplots().plot([1, 2])
    empty = pd.DataFrame({"text": []}, dtype=object)
    sheet = Sheet("drawn", empty, headings(empty, "en"), picture=Picture(figure), has_filter=False)
    assert len(written(sheet, folder=tmp_path).active._images) == 1


def test_notes_stand_below_the_table(tmp_path):
    sheet = written(of_table(MONTHS, notes=("=so", "and so")), folder=tmp_path).active
    assert [sheet.cell(row, 1).value for row in (5, 6, 7)] == [None, "=so", "and so"]
    assert sheet["A6"].data_type == "s"


def test_names_of_sheets_are_those_that_excel_allows(tmp_path):
    titles = ["a/b:c", "x" * 40, "X" * 40, "", "history", "'quoted'", "客户" * 20]
    book = written(*(Sheet(title, MONTHS, headings(MONTHS, "en")) for title in titles), folder=tmp_path)
    assert book.sheetnames == [
        "a b c", "x" * 31, "X" * 27 + " (2)", "-", "history (2)", "quoted", ("客户" * 20)[:31],
    ]  # fmt: skip


def test_an_empty_table_has_its_headings_alone(tmp_path):
    sheet = written(of_table(MONTHS.head(0), charts=(Chart("c", "period", ("revenue",)),)), folder=tmp_path).active
    assert values(sheet) == [["period", "Revenue", "Orders"]]
    assert sheet.auto_filter.ref is None


def test_rows_of_several_chunks_are_all_there(tmp_path):
    n = 2 * _CHUNK + 3
    table = pd.DataFrame({"customer_id": range(n), "spend": np.arange(n) / 8})
    found = pd.read_excel(io.BytesIO(_bytes(of_table(table), tmp_path)))
    assert found["Customer"].tolist() == list(range(n))
    assert found["Spend"].tolist() == table["spend"].tolist()


def _bytes(sheet, folder):
    written(sheet, folder=folder)
    return (folder / "book.xlsx").read_bytes()


def test_every_part_is_xml_and_none_needs_the_extension_for_large_files(tmp_path):
    chart = Chart("c", "period", ("revenue",))
    _bytes(of_table(MONTHS, charts=(chart,), shaded=("revenue",), notes=("<&>",)), tmp_path)
    with zipfile.ZipFile(tmp_path / "book.xlsx") as book:
        for part in book.infolist():
            assert ET.fromstring(book.read(part)) is not None  # noqa: S314
            assert part.extract_version < zipfile.ZIP64_VERSION
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        styles = ET.fromstring(book.read("xl/styles.xml"))  # noqa: S314
    n_styles = next(len(found) for found in styles if found.tag.endswith("}cellXfs"))
    assert max(map(int, re.findall(r' s="(\d+)"', sheet))) < n_styles


# Law: what is read is what was written.


FLOATS = st.floats(allow_nan=False, allow_infinity=False)


@example(rows=[("_x0000_", 0.0, 0)])
@given(rows=st.lists(st.tuples(st.text(max_size=20), FLOATS, st.integers(-(10**14), 10**14)), max_size=20))
def test_text_and_numbers_come_back(rows, tmp_path_factory):
    table = pd.DataFrame(rows, columns=["a", "b", "c"]).astype({"a": object})
    path = tmp_path_factory.mktemp("books") / "book.xlsx"
    write_workbook([plain_sheet("t", table)], path)
    found = values(openpyxl.load_workbook(path).active)[1:]
    impossible = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
    assert [row[1] for row in found] == [row[1] for row in rows]
    assert [row[2] for row in found] == [row[2] for row in rows]
    # openpyxl leaves the underscore of what looks like a code of Excel's as it is written
    coded = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
    assert [row[0] or "" for row in found] == [coded.sub("_x005F_", impossible.sub("\ufffd", row[0])) for row in rows]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_two_columns_have_one_name(language):
    names = [named.label.text(language) for named in COLUMNS.values()]
    assert [name for name in names if names.count(name) > 1] == []


# Refusal, and input untouched.


def test_a_sheet_holds_so_many_rows(tmp_path, monkeypatch):
    monkeypatch.setattr("crmkit._workbook._write.MOST_ROWS", 2)
    with pytest.raises(ValueError, match="An Excel sheet holds at most 2 rows, but 'Table' has 3"):
        write_workbook([of_table(MONTHS)], tmp_path / "book.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_the_table_is_left_as_it_was(tmp_path):
    before = MONTHS.copy(deep=True)
    written(of_table(MONTHS), folder=tmp_path)
    pd.testing.assert_frame_equal(MONTHS, before)
