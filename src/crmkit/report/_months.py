"""Months and cohorts as the page shows them: the newest ones, with dashes where the log holds nothing."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from crmkit._calendar import period_end
from crmkit._figures import marked
from crmkit.activity import touching
from crmkit.report._numbers import NOTHING, count, money, month

if TYPE_CHECKING:
    from crmkit.report._report import CustomerReport

__all__ = ["cohort_grid", "drawn_months", "month_rows", "newest_months"]

# A decade, for a log may hold placeholder dates and then two centuries.
_MOST_MONTHS: Final = 120
_MOST_COHORTS: Final = 24
# Darkest retention on the heat map; above it white text would be needed.
_DARKEST: Final = 0.75


def newest_months(months: pd.DataFrame) -> pd.DataFrame:
    """The rows of the newest months."""
    return months.tail(_MOST_MONTHS)


def drawn_months(report: CustomerReport) -> pd.DataFrame:
    """The newest months for a chart, in which a month that touches a hole is pale like one that is not over."""
    months = newest_months(report.months)
    whole = np.array([not _is_touched(report, start) for start in months["period"]], dtype=bool)
    return months.assign(is_complete=months["is_complete"] & whole)


def month_rows(report: CustomerReport) -> list[dict[str, Any]]:
    """Give the newest months, the newest first."""
    return [_month_row(row, report) for row in newest_months(report.months).iloc[::-1].to_dict("records")]


def _month_row(row: dict[Any, Any], report: CustomerReport) -> dict[str, Any]:
    figures = {
        "revenue": money(row["revenue"]),
        "orders": count(row["n_orders"]),
        "active": count(row["active_customers"]),
        "new": count(row["new_customers"]),
        "returning": count(row["returning_customers"]),
    }
    if _is_missing(report, row["period"]):
        figures = dict.fromkeys(figures, NOTHING)
    named = marked(month(row["period"]), _is_touched(report, row["period"]))
    return {"month": named, "complete": row["is_complete"], **figures}


def cohort_grid(cohorts: pd.DataFrame, report: CustomerReport) -> dict[str, Any]:
    """The newest cohorts, a row each; the shade of a cell grows with its retention."""
    starts = np.sort(cohorts["cohort"].unique())[-_MOST_COHORTS:]
    shown = cohorts[cohorts["cohort"].isin(starts)]
    later = shown.loc[shown["age"] > 0, "retention"]
    most = max(float(later.max()), 1e-9) if len(later) else 1.0
    rows = []
    for start, cohort in shown.groupby("cohort", sort=True):
        born: Any = start
        cells = [
            _cell(report, born + pd.DateOffset(months=age), retention, most=most)
            for age, retention in zip(
                *cohort.sort_values("age")[["age", "retention"]].iloc[1:].T.to_numpy(), strict=True
            )
        ]
        named = marked(month(start), _is_touched(report, born))
        rows.append({"month": named, "size": count(cohort["size"].iloc[0]), "cells": cells})
    return {"rows": rows, "ages": list(range(1, int(shown["age"].max()) + 1)), "n_cohorts": cohorts["cohort"].nunique()}


def _cell(report: CustomerReport, start: pd.Timestamp, retention: float, *, most: float) -> dict[str, Any]:
    if _is_missing(report, start):
        return {"text": NOTHING, "shade": 0.0}
    return {
        "text": marked(f"{retention:.0%}", _is_touched(report, start)),
        "shade": round(_DARKEST * retention / most, 2),
    }


def _days(report: CustomerReport, start: pd.Timestamp) -> tuple[datetime, datetime]:
    """The days of a month that count."""
    first = start.to_pydatetime()
    return max(first, report.first_day), min(period_end(first, freq="M"), report.as_of)


def _is_touched(report: CustomerReport, start: pd.Timestamp) -> bool:
    return report.touched(*_days(report, start))


def _is_missing(report: CustomerReport, start: pd.Timestamp) -> bool:
    """Whether a hole holds all days of a month."""
    first, last = _days(report, start)
    holes = touching(report.holes, first, last)
    return any(hole.kind == "missing" and hole.start <= first and last <= hole.end for hole in holes)
