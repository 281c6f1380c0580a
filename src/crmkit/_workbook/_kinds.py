"""What a cell holds, and how Excel shows it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final, Literal, TypeAlias

import pandas as pd

__all__ = ["FORMATS", "Kind", "kind_of", "kinds_of_units"]

Kind: TypeAlias = Literal[
    "text", "prose", "id", "day", "month", "count", "money", "share", "points", "number", "p_value"
]
"""What a cell holds; ``prose`` is text of several lines, ``points`` a difference of shares."""

FORMATS: Final[Mapping[Kind, str]] = MappingProxyType(
    {
        "text": "General",
        "prose": "General",
        "id": "0",
        "day": "yyyy\\-mm\\-dd",
        "month": "yyyy\\-mm",
        "count": "#,##0",
        "money": "#,##0.00",
        "share": "0.0%",
        "points": "0.0%",
        "number": "#,##0.00##",
        "p_value": "0.0000",
    }
)
"""The number format of each."""

_OF_UNITS: Final[Mapping[str, Kind]] = {
    "share": "share",
    "rate": "share",
    "count": "count",
    "orders": "count",
    "customers": "count",
}


def kinds_of_units(units: Iterable[str]) -> list[Kind]:
    """The kinds of KPIs by their units."""
    return [_OF_UNITS.get(unit, "money" if unit.startswith("money") else "number") for unit in units]


def kind_of(values: pd.Series[Any]) -> Kind:
    """The kind of a column that nobody named."""
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return "day"
    if pd.api.types.is_bool_dtype(values.dtype):
        return "text"
    if pd.api.types.is_integer_dtype(values.dtype):
        return "id"
    return "number" if pd.api.types.is_numeric_dtype(values.dtype) else "text"
