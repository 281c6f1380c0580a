"""The forecast as sheets: the sums, the tiers, and the back-tests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pandas as pd

from crmkit._workbook import Chart, Kind, Named, Sheet, headings
from crmkit.report._facts import Facts
from crmkit.report._section import Answer
from crmkit.report._texts import TEXTS as SHARED
from crmkit.report.forecast._texts import TEXTS
from crmkit.segment import SCHEMES

__all__ = ["sheets"]

_KINDS: Final[Mapping[str, Kind]] = {"purchases": "number", "revenue": "money"}
_NUMBERS: Final = ("value", "lower", "upper", "last_period", "forecast", "came")
_OWN: Final = {
    "quantity": Named(TEXTS["forecast_quantity"], "text"),
    "segment": Named(SHARED["tier"], "text"),
    "value": Named(TEXTS["forecast_value"], "number"),
    "forecast": Named(TEXTS["forecast_value"], "number"),
    "last_period": Named(TEXTS["last_period"], "number"),
    "n_backtests": Named(TEXTS["n_backtests"], "count"),
    "n_held": Named(TEXTS["n_held"], "count"),
    "backtest_bias": Named(TEXTS["backtest_bias"], "share"),
    "value_share": Named(TEXTS["forecast_share"], "share"),
    "as_of": Named(TEXTS["forecast_day"], "day"),
    "until": Named(TEXTS["forecast_until"], "day"),
    "came": Named(TEXTS["came"], "number"),
}
_COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "forecast": (
        "quantity", "n_customers", "value", "lower", "upper", "last_period", "n_backtests", "n_held", "backtest_bias",
    ),
    "forecast_tiers": ("segment", "quantity", "n_customers", "value", "lower", "upper", "value_share"),
    "backtests": ("quantity", "as_of", "until", "forecast", "lower", "upper", "came"),
}  # fmt: skip


def sheets(answer: Answer, facts: Facts) -> list[Sheet]:
    """The tables that there are."""
    return [
        _sheet(name, answer.tables[name], columns, facts)
        for name, columns in _COLUMNS.items()
        if len(answer.tables.get(name, ()))
    ]


def _sheet(name: str, table: pd.DataFrame, columns: tuple[str, ...], facts: Facts) -> Sheet:
    """Numbers in the kind of their row: purchases, or money."""
    kinds = [_KINDS[code] for code in table["quantity"]]
    told = table.assign(quantity=[TEXTS[f"quantity_{code}"].text(facts.language) for code in table["quantity"]])
    charts: tuple[Chart, ...] = ()
    if name == "forecast_tiers":
        tiers = SCHEMES["tier"].names
        told = told.assign(segment=[tiers[code].text(facts.language) for code in table["segment"]])
        charts = (Chart(TEXTS["table_forecast_tiers"].text(facts.language), "segment", ("value_share",)),)
    named = tuple(
        heading._replace(kind=kinds) if heading.column in _NUMBERS else heading
        for heading in headings(told, facts.language, columns=columns, own=_OWN)
    )
    return Sheet(TEXTS[f"sheet_{name}"].text(facts.language), told, named, charts=charts)
