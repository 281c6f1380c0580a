"""The campaigns as sheets: what came of each arm, and what they brought about."""

from __future__ import annotations

from typing import Final

import pandas as pd

from crmkit._workbook import Named, Sheet, headings, kinds_of_units
from crmkit.labels import LABELS
from crmkit.report._facts import Facts
from crmkit.report._kpi_rows import unit_of
from crmkit.report._section import Answer
from crmkit.report.campaigns._page import unit_of_effect
from crmkit.report.campaigns._texts import TEXTS

__all__ = ["sheets"]

_OWN: Final = {
    "value": Named(TEXTS["value"], "number"),
    "n": Named(TEXTS["arm_customers"], "count"),
    "n_customers": Named(TEXTS["arm_customers"], "count"),
    "n_control": Named(TEXTS["control_customers"], "count"),
    "lower": Named(TEXTS["difference_lower"], "number"),
    "upper": Named(TEXTS["difference_upper"], "number"),
    "relative_difference": Named(TEXTS["relative"], "share"),
    "relative_lower": Named(TEXTS["relative_lower"], "share"),
    "relative_upper": Named(TEXTS["relative_upper"], "share"),
    "incremental": Named(TEXTS["incremental"], "number"),
    "adjusted_p_value": Named(TEXTS["adjusted_p_value"], "p_value"),
    "n_open": Named(TEXTS["n_open"], "count"),
    "n_control_open": Named(TEXTS["n_control_open"], "count"),
}
_KEYS: Final = ("campaign", "arm", "outcome")
_OF_KPIS: Final = ("value", "lower", "upper")
_COMPARED: Final = ("control_value", "difference", "difference_lower", "difference_upper")
_OF_EFFECTS: Final = ("value", "control_value", "difference", "lower", "upper")


def sheets(answer: Answer, facts: Facts) -> list[Sheet]:
    """All rows, costs and customers of the arms among them; effects where there is a control group."""
    if not answer.tables:
        return []
    effects = answer.tables.get("campaign_effects")
    found = [_kpis(answer.tables["campaign_kpis"], facts, compared=() if effects is not None else _COMPARED)]
    if effects is not None:
        found.append(_effects(effects, facts))
    return found


def _kpis(table: pd.DataFrame, facts: Facts, *, compared: tuple[str, ...]) -> Sheet:
    units = [unit_of(code) for code in table["kpi"]]
    shown = table.assign(kpi=[LABELS["kpi"][code].text(facts.language) for code in table["kpi"]])
    columns = [*_KEYS, "kpi", "value", "n", "lower", "upper", *compared]
    own = {name: _OWN[name] for name in ("value", "n")}
    return _sheet("campaigns", shown, columns, own, units, (*_OF_KPIS, *compared), facts)


def _effects(table: pd.DataFrame, facts: Facts) -> Sheet:
    units = [unit_of_effect(kind) for kind in table["kind"]]
    ends = ["relative_difference", "relative_lower", "relative_upper", "incremental", "adjusted_p_value"]
    columns = [*_KEYS, "n_customers", "n_control", *_OF_EFFECTS, *ends, "n_open", "n_control_open"]
    return _sheet("effects", table, columns, _OWN, units, _OF_EFFECTS, facts)


def _sheet(
    title: str,
    table: pd.DataFrame,
    columns: list[str],
    own: dict[str, Named],
    units: list[str],
    in_unit: tuple[str, ...],
    facts: Facts,
) -> Sheet:
    kinds = kinds_of_units(units)
    named = tuple(
        heading._replace(kind=kinds) if heading.column in in_unit else heading
        for heading in headings(table, facts.language, columns=columns, own=own)
    )
    return Sheet(TEXTS[title].text(facts.language), table, named)
