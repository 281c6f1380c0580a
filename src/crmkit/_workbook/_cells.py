"""Cells as a sheet's XML holds them: numbers, days and text, where no text can become a formula."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple
from xml.sax.saxutils import escape

import pandas as pd

from crmkit._figures import ENDLESS, day
from crmkit._workbook._kinds import FORMATS, Kind

__all__ = ["cell_maker", "without_long_numbers"]

# What spreadsheets take for the start of a formula, or skip before one, in narrow and wide forms.
_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# Whole numbers of more digits lose the last ones in Excel.
_LARGEST: Final = 10**15 - 1
# Excel knows no day before 1900, and counts that as a leap year.
_FIRST_DAY: Final = datetime(1900, 3, 1)
_DAY_ZERO: Final = datetime(1899, 12, 30)
_SECONDS_A_DAY: Final = 86_400
_MOST_CHARACTERS: Final = 32_767
# XML cannot hold them.
_IMPOSSIBLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# Excel reads this in text as the character of that number.
_CODED: Final = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


class _Styles(NamedTuple):
    """The numbers of the styles of a kind in the workbook."""

    plain: int
    quoted: int
    """With Excel's own mark of text, which survives an edit of the cell."""


def _styles_of(sheet: Any, kind: Kind) -> _Styles:
    """Register the styles of a kind."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment

    plain, quoted = WriteOnlyCell(sheet), WriteOnlyCell(sheet)
    plain.number_format = FORMATS[kind]
    quoted.quotePrefix = True
    if kind == "prose":
        plain.alignment = quoted.alignment = Alignment(wrap_text=True, vertical="top")
    return _Styles(plain.style_id, quoted.style_id)


def without_long_numbers(values: pd.Series[Any]) -> pd.Series[Any]:
    """Ids of more digits than Excel keeps as text, all of the column; others as they are."""
    if not pd.api.types.is_integer_dtype(values.dtype):
        return values
    known = values.dropna()
    too_long = (known > _LARGEST) | (known < -_LARGEST)
    return values.astype(object).map(str, na_action="ignore") if too_long.any() else values


def cell_maker(sheet: Any, kind: Kind) -> Callable[[Any, str], str]:
    """What turns a value into the XML of a cell at a place, such as B7; of a missing value into nothing."""
    plain, quoted = _styles_of(sheet, kind)

    def made(value: Any, place: str) -> str:
        if isinstance(value, str):
            return _text(value, place, quoted if value.startswith(_STARTS) else plain)
        number = _number(value)
        if number is None:
            return ""
        if isinstance(number, str):
            return _text(number, place, plain)
        if isinstance(number, bool):
            return f'<c r="{place}" s="{plain}" t="b"><v>{number:d}</v></c>'
        return f'<c r="{place}" s="{plain}"><v>{number!r}</v></c>'

    return made


def _number(value: Any) -> float | str | None:
    """What Excel holds of a value that is not text: a number, text where it has none, None where it is missing."""
    if value is None or (pd.api.types.is_scalar(value) and pd.isna(value)):
        return None
    if isinstance(value, date):
        return _serial(value)
    known = value.item() if hasattr(value, "item") else value
    if isinstance(known, Decimal):
        known = float(known)
    if isinstance(known, float) and math.isinf(known):
        # A workbook cannot hold an infinite number.
        return ENDLESS if known > 0 else f"-{ENDLESS}"
    return known if isinstance(known, (int, float)) else str(known)


def _serial(value: date) -> float | str:
    """The days since Excel's first, in the time that the value shows."""
    time = datetime.combine(value, getattr(value, "time", datetime.min.time)())
    return day(time) if time < _FIRST_DAY else (time - _DAY_ZERO).total_seconds() / _SECONDS_A_DAY


def _text(value: str, place: str, style: int) -> str:
    shown = escape(_CODED.sub("_x005F_", _IMPOSSIBLE.sub("\ufffd", value[:_MOST_CHARACTERS])))
    # A carriage return would come back as a line feed.
    shown = shown.replace("\r", "&#13;")
    return f'<c r="{place}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{shown}</t></is></c>'
