"""The forecast as sheets: sums, tiers, whom it pays to win back, purchases over time, and the models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pandas as pd

from crmkit._workbook import Chart, Kind, Named, Sheet, headings
from crmkit.report._facts import Facts
from crmkit.report._section import Answer
from crmkit.report._sheets import sheet_of
from crmkit.report._texts import TEXTS as SHARED
from crmkit.report.value._texts import TEXTS
from crmkit.segment import SCHEMES

__all__ = ["sheets"]

_KINDS: Final[Mapping[str, Kind]] = {"expected_purchases": "number", "lifetime_value": "money", "worth_saving": "money"}
_NUMBERS: Final = ("value", "lower", "upper", "mean_value")
_OWN: Final = {
    "quantity": Named(TEXTS["quantity"], "text"),
    "segment": Named(SHARED["tier"], "text"),
    "value_share": Named(TEXTS["share_of_value"], "share"),
    "mean_value": Named(TEXTS["value_per_customer"], "number"),
    "value": Named(TEXTS["value_of"], "number"),
}
_SAVED: Final = {"reason": Named(SHARED["why"], "text")}
_TRACKING: Final = {
    "period": Named(TEXTS["week"], "day"),
    "last_day": Named(TEXTS["last_day"], "day"),
    "actual": Named(TEXTS["actual"], "count"),
    "expected": Named(TEXTS["expected"], "number"),
    "is_complete": Named(TEXTS["is_complete"], "text"),
}
_MODELS: Final = {
    "model": Named(TEXTS["model_of"], "text"),
    "is_determined": Named(TEXTS["is_determined"], "text"),
}


def sheets(answer: Answer, facts: Facts) -> list[Sheet]:
    """The tables that there are."""
    makers = {
        "value_totals": _totals,
        "value_tiers": _tiers,
        "worth_saving": _saved,
        "tracking": _tracking,
        "value_models": _models,
    }
    return [make(answer.tables[name], facts) for name, make in makers.items() if name in answer.tables]


def _totals(totals: pd.DataFrame, facts: Facts) -> Sheet:
    return _of_quantities("sheet_value_totals", totals, facts)


def _tiers(tiers: pd.DataFrame, facts: Facts) -> Sheet:
    names = SCHEMES["tier"].names
    named = tiers.assign(segment=[names[code].text(facts.language) for code in tiers["segment"]])
    chart = Chart(TEXTS["table_value_tiers"].text(facts.language), "segment", ("value_share",))
    return _of_quantities("table_value_tiers", named, facts, charts=(chart,))


def _of_quantities(title: str, table: pd.DataFrame, facts: Facts, charts: tuple[Chart, ...] = ()) -> Sheet:
    """Numbers in the kind of their row: purchases, or money."""
    kinds = [_KINDS[code] for code in table["quantity"]]
    told = table.assign(quantity=[TEXTS[code].text(facts.language) for code in table["quantity"]])
    columns = [name for name in told.columns if name != "n_valued"]
    named = tuple(
        heading._replace(kind=kinds) if heading.column in _NUMBERS else heading
        for heading in headings(told, facts.language, columns=columns, own=_OWN)
    )
    return Sheet(TEXTS[title].text(facts.language), told, named, charts=charts)


def _saved(saved: pd.DataFrame, facts: Facts) -> Sheet:
    return sheet_of(TEXTS["worth_saving"], saved, facts, own=_SAVED)


def _tracking(tracking: pd.DataFrame, facts: Facts) -> Sheet:
    title = TEXTS["tracking"]
    chart = Chart(title.text(facts.language), "period", ("actual", "expected"), kind="lines")
    return sheet_of(TEXTS["sheet_tracking"], tracking, facts, columns=tuple(_TRACKING), own=_TRACKING, charts=(chart,))


def _models(models: pd.DataFrame, facts: Facts) -> Sheet:
    told = models.assign(model=[TEXTS[model].text(facts.language) for model in models["model"]])
    return sheet_of(TEXTS["value_models"], told, facts, own=_MODELS)
