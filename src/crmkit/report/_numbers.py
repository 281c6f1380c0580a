"""Numbers and dates as the report prints them."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from crmkit._figures import NOTHING, Counted, count, decimals, share
from crmkit._figures import whole_money as money
from crmkit._names import Label, Language

__all__ = ["by_code", "change", "counted", "cut", "difference", "month", "number_of_kpi"]

# Of a text in a cell: reports stay small.
_LONGEST = 60
_POINTS = Label("pp", "个百分点")


def by_code(kpis: pd.DataFrame) -> dict[str, dict[str, float]]:
    """The rows of a KPI table by their code."""
    rows: Any = kpis.set_index("kpi").to_dict("index")
    return dict(rows)


def counted(value: float, noun: str, *, language: Language) -> str:
    """A number of things: with the English noun in its number; Chinese texts hold their own."""
    return Counted(value, noun).told(language)


def cut(text: str) -> str:
    """Text as far as a cell holds it."""
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def month(value: Any) -> str:
    """A month as ISO writes it."""
    return f"{pd.Timestamp(value):%Y-%m}"


def number_of_kpi(value: float, *, unit: str) -> str:
    """A KPI's value in its unit."""
    if math.isnan(value):
        return NOTHING
    if unit in ("share", "rate"):
        return share(value)
    if unit in ("count", "customers", "orders", "units"):
        return count(value)
    return money(value) if unit.startswith("money") else decimals(value)


def change(now: float, before: float, *, unit: str, language: Language) -> str:
    """How a value changed: shares and indices by points, all else by percent."""
    if math.isnan(now) or math.isnan(before):
        return NOTHING
    if unit in ("share", "rate"):
        return f"{_rounded((now - before) * 100, 1):+.1f} {_POINTS.text(language)}"
    if unit == "index":
        return f"{_rounded(now - before, 2):+.2f}"
    return f"{_rounded((now / before - 1) * 100, 1):+.1f}%" if before > 0 else NOTHING


def difference(value: float, *, unit: str, language: Language) -> str:
    """How far two values of a KPI lie apart, in its unit; shares in points."""
    if math.isnan(value):
        return NOTHING
    if unit in ("share", "rate"):
        return f"{_rounded(value * 100, 1):+.1f} {_POINTS.text(language)}"
    told = number_of_kpi(abs(value), unit=unit)
    return told if value == 0 else f"{'+' if value > 0 else '-'}{told}"


def _rounded(value: float, digits: int) -> float:
    """Round, and to 0 without a sign."""
    return round(value, digits) + 0.0
