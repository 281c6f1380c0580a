"""Numbers written with a decimal comma."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd

__all__ = ["has_decimal_comma", "with_decimal_points"]

# 12,50 and 1.234,56 and, as in France, 1 234,56 with one of three kinds of space.
_SPACES_AND_POINT: Final = r"[. \u00a0\u202f]"
_WITH_COMMA: Final = rf"[+-]?(?:[0-9]+|[0-9]{{1,3}}({_SPACES_AND_POINT})[0-9]{{3}}(?:\1[0-9]{{3}})*)(?:,[0-9]+)?"


def with_decimal_points(rows: pd.DataFrame, *, columns: list[str]) -> pd.DataFrame:
    """Rewrite text numbers with a decimal point; what is not written with a decimal comma is missing."""
    return rows.assign(**{column: _as_points(rows[column]) for column in columns})


def has_decimal_comma(text: pd.Series[Any]) -> pd.Series[bool]:
    """Whether texts are numbers with a decimal comma, or whole."""
    # As objects: other kinds of text do not support back references.
    return text.astype(object).str.strip().str.fullmatch(_WITH_COMMA).astype(bool)


def _as_points(values: pd.Series[Any]) -> pd.Series[Any]:
    if pd.api.types.is_numeric_dtype(values.dtype):
        return values
    # Cells of a workbook may hold numbers beside text.
    result = values.astype(object)
    is_text = result.map(lambda value: isinstance(value, str)).to_numpy(dtype=bool)
    text = result[is_text].str.strip()
    plain = text.str.replace(_SPACES_AND_POINT, "", regex=True).str.replace(",", ".", regex=False)
    result[is_text] = plain.where(has_decimal_comma(text), None)
    return result
