"""The KPI table of the page: which periods are shown, and which touch a hole of the log."""

from __future__ import annotations

import math
from typing import Any, Final

from crmkit._figures import NOTHING, count, day, marked, share
from crmkit._kpi import catalogue_code, window_of
from crmkit.labels import LABELS
from crmkit.metrics import kpi_catalogue
from crmkit.report._facts import Facts
from crmkit.report._kpi_rows import unit_of
from crmkit.report._numbers import by_code, change, number_of_kpi
from crmkit.report._section import Answer
from crmkit.report.kpis._answer import periods
from crmkit.report.kpis._texts import TEXTS

__all__ = ["TABLES", "heads", "page"]

# In the whole log every customer is new.
_SINCE_FIRST: Final = "all until then"
TABLES: Final = {"whole_log": "kpis", "last_days": "recent_kpis", "days_before": "previous_kpis"}
"""The table of each period."""


def page(answer: Answer, facts: Facts) -> dict[str, Any]:
    """Heads, a row per KPI, and which periods are missing."""
    return {
        "kpi_heads": heads(answer, facts),
        "kpis": _rows(answer, facts),
        "kpis_missing": _missing(answer),
        "first_day": day(facts.first_day),
        "days": facts.days,
    }


def heads(answer: Answer, facts: Facts) -> dict[str, str]:
    """Name the periods, marked where the log has holes in them."""
    shown = {period: table in answer.tables for period, table in TABLES.items()}
    texts = {code: TEXTS[code].text(facts.language).format(days=facts.days) for code in (*TABLES, "change")}
    touched = {code: shown[code] and facts.touched(*period) for code, period in periods(facts).items()}
    touched["change"] = shown["days_before"] and (touched["last_days"] or touched["days_before"])
    return {code: marked(texts[code], touched[code]) for code in texts}


def _rows(answer: Answer, facts: Facts) -> list[dict[str, str]]:
    """Give a row per KPI; those that also look at the days before are marked where only these touch a hole."""
    recent, previous = (
        by_code(answer.tables[table]) if table in answer.tables else {} for table in ("recent_kpis", "previous_kpis")
    )
    nothing = dict.fromkeys(("value", "denominator", "lower", "upper"), math.nan)
    catalogue = kpi_catalogue().set_index("kpi")
    windows, days = catalogue["window"], periods(facts)

    def told(value: float, period: str, kpi: str) -> str:
        looked_at = window_of(windows[catalogue_code(kpi)], *days[period])
        # The head of the column has the mark of the period itself.
        touched = facts.touched(*looked_at) and not facts.touched(*days[period]) and not math.isnan(value)
        return marked(number_of_kpi(value, unit=unit_of(kpi)), touched)

    rows = []
    for kpi, whole in by_code(facts.kpis).items():
        unit = unit_of(kpi)
        now, before = recent.get(kpi, nothing), previous.get(kpi, nothing)
        interval = NOTHING if math.isnan(now["lower"]) else f"{share(now['lower'])} – {share(now['upper'])}"
        rows.append(
            {
                "name": LABELS["kpi"][kpi].text(facts.language),
                "whole": NOTHING
                if windows[catalogue_code(kpi)] == _SINCE_FIRST
                else number_of_kpi(whole["value"], unit=unit),
                "recent": told(now["value"], "last_days", kpi),
                "base": NOTHING if math.isnan(now["denominator"]) else count(now["denominator"]),
                "interval": interval,
                "previous": told(before["value"], "days_before", kpi),
                "change": change(now["value"], before["value"], unit=unit, language=facts.language),
            }
        )
    return rows


def _missing(answer: Answer) -> list[str]:
    """Which periods the log does not hold whole."""
    if "recent_kpis" not in answer.tables:
        return ["recent_missing"]
    if "previous_kpis" not in answer.tables:
        return ["previous_missing"]
    before = by_code(answer.tables["previous_kpis"])["retention_rate"]["denominator"]
    return ["retention_before_missing"] if math.isnan(before) else []
