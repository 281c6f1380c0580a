"""The KPI table of the page: which periods are shown, and which touch a hole of the log."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from crmkit._figures import marked
from crmkit._kpi import window_of
from crmkit.labels import LABELS
from crmkit.metrics import kpi_catalogue
from crmkit.report._numbers import NOTHING, by_code, change, count, number_of_kpi, share
from crmkit.report._texts import TEXTS

if TYPE_CHECKING:
    from crmkit.report._report import CustomerReport

__all__ = ["kpi_heads", "kpi_rows", "kpis_missing"]

_PERIODS: Final = ("whole_log", "last_days", "days_before")


def kpi_heads(report: CustomerReport) -> dict[str, str]:
    """Name the periods, marked where the log has holes in them."""
    shown = dict(zip(_PERIODS, (True, report.recent_kpis is not None, report.previous_kpis is not None), strict=True))
    texts = {code: TEXTS[code].text(report.language).format(days=report.days) for code in (*_PERIODS, "change")}
    touched = {code: shown[code] and report.touched(*period) for code, period in _periods(report).items()}
    touched["change"] = shown["days_before"] and (touched["last_days"] or touched["days_before"])
    return {code: marked(texts[code], touched[code]) for code in texts}


def kpi_rows(report: CustomerReport) -> list[dict[str, str]]:
    """Give a row per KPI; those that also look at the days before are marked where only these touch a hole."""
    recent, previous = ({} if table is None else by_code(table) for table in (report.recent_kpis, report.previous_kpis))
    nothing = dict.fromkeys(("value", "denominator", "lower", "upper"), math.nan)
    catalogue = kpi_catalogue().set_index("kpi")
    units, windows, periods = catalogue["unit"], catalogue["window"], _periods(report)

    def told(value: float, period: str, kpi: str) -> str:
        looked_at = window_of(windows[kpi], *periods[period])
        # The head of the column has the mark of the period itself.
        touched = report.touched(*looked_at) and not report.touched(*periods[period]) and not math.isnan(value)
        return marked(number_of_kpi(value, unit=units[kpi]), touched)

    rows = []
    for kpi, whole in by_code(report.kpis).items():
        now, before = recent.get(kpi, nothing), previous.get(kpi, nothing)
        interval = NOTHING if math.isnan(now["lower"]) else f"{share(now['lower'])} – {share(now['upper'])}"
        rows.append(
            {
                "name": LABELS["kpi"][kpi].text(report.language),
                "whole": number_of_kpi(whole["value"], unit=units[kpi]),
                "recent": told(now["value"], "last_days", kpi),
                "base": NOTHING if math.isnan(now["denominator"]) else count(now["denominator"]),
                "interval": interval,
                "previous": told(before["value"], "days_before", kpi),
                "change": change(now["value"], before["value"], unit=units[kpi], language=report.language),
            }
        )
    return rows


def kpis_missing(report: CustomerReport) -> list[str]:
    """Which periods of the KPI table the log does not hold whole."""
    if report.recent_kpis is None:
        return ["recent_missing"]
    if report.previous_kpis is None:
        return ["previous_missing"]
    before = by_code(report.previous_kpis)["retention_rate"]["denominator"]
    return ["retention_before_missing"] if math.isnan(before) else []


def _periods(report: CustomerReport) -> dict[str, tuple[datetime, datetime]]:
    recent = report.as_of - timedelta(days=report.days - 1)
    before = recent - timedelta(days=report.days), recent - timedelta(days=1)
    return dict(zip(_PERIODS, ((report.first_day, report.as_of), (recent, report.as_of), before), strict=True))
