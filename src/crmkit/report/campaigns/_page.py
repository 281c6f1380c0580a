"""The campaigns on the page."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from crmkit._figures import NOTHING, count
from crmkit._names import Language
from crmkit.report._facts import Facts
from crmkit.report._kpi_rows import unit_of
from crmkit.report._numbers import counted, cut, difference, number_of_kpi
from crmkit.report._section import Answer
from crmkit.report.campaigns._texts import TEXTS

__all__ = ["findings", "page", "unit_of_effect"]

_MOST_ROWS: Final = 40
_MOST_DRAWN: Final = 9


def findings(answer: Answer, facts: Facts) -> list[str]:
    """The effect that is surest, or that none goes beyond chance."""
    if "campaign_effects" not in answer.tables:
        return []
    effects = answer.tables["campaign_effects"]
    tested = effects[effects["adjusted_p_value"].notna()]
    if tested.empty:
        return []
    sure = tested[tested["is_significant"] & ~tested["too_few"]]
    if sure.empty:
        n = counted(len(tested), "outcome", language=facts.language)
        return [TEXTS["finding_no_effect"].text(facts.language).format(n=n)]
    surest = sure.nsmallest(1, "adjusted_p_value").to_dict("records")[0]
    shown = _effect(surest, facts.language)
    if len(effects["campaign"].unique()) > 1:
        shown["arm"] = f"{shown['campaign']}, {shown['arm']}"
    named = {name: shown[name] for name in ("arm", "outcome", "value", "control", "difference", "interval")}
    return [TEXTS["finding_effect"].text(facts.language).format(**named)]


def page(answer: Answer, facts: Facts) -> dict[str, Any]:
    """A row per campaign, arm that was contacted, and outcome, judged where there is a control group."""
    language = facts.language
    kpis = answer.tables["campaign_kpis"]
    # The control group stands beside the arms that were contacted.
    outcomes = kpis[kpis["outcome"].notna() & kpis["treated"]]
    effects = answer.tables.get("campaign_effects", pd.DataFrame())
    judged = {_key(row): _effect(row, language) for row in effects.to_dict("records")}
    rows = [judged.get(_key(row)) or _outcome(row, language) for row in outcomes.head(_MOST_ROWS).to_dict("records")]
    n_open = 0 if effects.empty else int(_open(effects).max())
    return {
        "rows": rows,
        "n_rows": len(outcomes),
        "n_shown": len(rows),
        "n_open": count(n_open) if n_open else "",
        "is_drawn": 0 < len(effects) <= _MOST_DRAWN and bool(effects["relative_difference"].notna().any()),
    }


def unit_of_effect(kind: str) -> str:
    """The unit of an outcome that is a share, or any other."""
    return "share" if kind == "rate" else "number"


def _key(row: Mapping[Any, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in ("campaign", "arm", "outcome"))


def _open(effects: pd.DataFrame) -> pd.Series[Any]:
    return effects["n_open"] + effects["n_control_open"]


def _labels(row: Mapping[Any, Any]) -> dict[str, str]:
    return {name: cut(str(row[name])) for name in ("campaign", "arm", "outcome")}


def _outcome(row: Mapping[Any, Any], language: Language) -> dict[str, str]:
    """What came of an arm that is not judged."""
    unit = unit_of(row["kpi"])
    return {
        **_labels(row),
        "n": count(row["n"]),
        "value": number_of_kpi(row["value"], unit=unit),
        **_compared(row, ("difference_lower", "difference_upper"), unit, language),
        "verdict": TEXTS["not_judged"].text(language),
    }


def _effect(row: Mapping[Any, Any], language: Language) -> dict[str, str]:
    unit = unit_of_effect(row["kind"])
    return {
        **_labels(row),
        "n": count(row["n_customers"]),
        "value": number_of_kpi(row["value"], unit=unit),
        **_compared(row, ("lower", "upper"), unit, language),
        "verdict": TEXTS[_verdict(row)].text(language),
    }


def _compared(row: Mapping[Any, Any], ends: tuple[str, str], unit: str, language: Language) -> dict[str, str]:
    low, high = (difference(row[end], unit=unit, language=language) for end in ends)
    return {
        "control": number_of_kpi(row["control_value"], unit=unit),
        "difference": difference(row["difference"], unit=unit, language=language),
        "interval": NOTHING if math.isnan(row[ends[0]]) else f"{low} – {high}",
    }


def _verdict(row: Mapping[Any, Any]) -> str:
    if row["n_open"] + row["n_control_open"]:
        return "still_open"
    if row["too_few"]:
        return "too_few"
    return "differs" if row["is_significant"] else "no_difference_shown"
