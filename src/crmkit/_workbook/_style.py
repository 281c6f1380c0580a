"""How a sheet looks: its headings, the widths of its columns, its print."""

from __future__ import annotations

import unicodedata
from typing import Any, Final

import pandas as pd

from crmkit._workbook._headings import Heading
from crmkit._workbook._kinds import FORMATS

__all__ = ["BLUE", "ORANGE", "SHADE", "heading_cells", "set_up", "shade"]

# Okabe and Ito's palette, as in the plots.
BLUE: Final = "0072B2"
ORANGE: Final = "E69F00"
SHADE: Final = "56B4E9"
"""The darkest of a heat map, on which black text can be read."""
_WHITE: Final = "FFFFFF"
# In characters.
_NARROWEST: Final = 10
_WIDEST: Final = 60
_PROSE: Final = 110
_HEADING: Final = 18
# Of the arrow that filters and of the margins.
_BESIDE: Final = 3
# Rows looked at for the width of a column.
_SAMPLE: Final = 500


def set_up(sheet: Any, table: pd.DataFrame, headings: tuple[Heading, ...], *, has_filter: bool) -> None:
    """Set what must stand before the rows: widths, the frozen heading, the page; and the filter."""
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.properties import PageSetupProperties

    for number, heading in enumerate(headings, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = _width(table[heading.column], heading)
    sheet.freeze_panes = "B2" if len(headings) > 1 else "A2"
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.print_title_rows = "1:1"
    if has_filter:
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(headings))}{len(table) + 1}"


def heading_cells(sheet: Any, headings: tuple[Heading, ...]) -> list[Any]:
    """The first row."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font, PatternFill

    cells = []
    for heading in headings:
        cell = WriteOnlyCell(sheet, heading.title)
        cell.data_type = "s"
        cell.font = Font(bold=True, color=_WHITE)
        cell.fill = PatternFill("solid", start_color=BLUE)
        cell.alignment = Alignment(wrap_text=True, vertical="center")
        cells.append(cell)
    return cells


def shade(sheet: Any, headings: tuple[Heading, ...], shaded: tuple[str, ...], n_rows: int) -> None:
    """Shade the cells of neighbouring columns by their value, from 0 to the largest."""
    from openpyxl.formatting.rule import ColorScaleRule
    from openpyxl.utils import get_column_letter

    if not shaded or not n_rows:
        return
    numbers = [number for number, heading in enumerate(headings, start=1) if heading.column in shaded]
    reach = f"{get_column_letter(numbers[0])}2:{get_column_letter(numbers[-1])}{n_rows + 1}"
    rule = ColorScaleRule(start_type="num", start_value=0, start_color=_WHITE, end_type="max", end_color=SHADE)
    sheet.conditional_formatting.add(reach, rule)


def _width(values: pd.Series[Any], heading: Heading) -> int:
    if heading.kind == "prose":
        return _PROSE
    shown = [_written(value, heading) for value in values.head(_SAMPLE) if not pd.isna(value)]
    widest = max(map(_columns, shown), default=0)
    # A longer heading is broken into lines.
    return max(_NARROWEST, min(_WIDEST, max(widest, min(_HEADING, _columns(heading.title))) + _BESIDE))


def _written(value: Any, heading: Heading) -> str:
    """Text about as wide as the cell."""
    if isinstance(value, str) or not isinstance(heading.kind, str):
        return str(value)
    if heading.kind in ("day", "month"):
        return FORMATS["day"].replace("\\", "")
    if heading.kind == "money":
        return f"{value:,.2f}"
    return f"{value:,.0f}" if heading.kind == "count" else f"{value:.6}" if isinstance(value, float) else str(value)


def _columns(text: str) -> int:
    """A Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
