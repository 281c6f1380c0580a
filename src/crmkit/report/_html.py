"""The report as one HTML page: text escaped, drawings inline, nothing loaded from elsewhere."""

from __future__ import annotations

import io
import math
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from crmkit._version import __version__
from crmkit.labels import LABELS, Language
from crmkit.metrics import kpi_catalogue
from crmkit.plotting import plot_concentration, plot_period_customers, plot_period_revenue
from crmkit.report._findings import findings
from crmkit.report._numbers import NOTHING, by_code, count, day, money, month, number_of_kpi, share
from crmkit.report._texts import TEXTS

if TYPE_CHECKING:
    from crmkit.report._report import CustomerReport

__all__ = ["render"]

_MOST_COHORTS = 24
_INCHES = (7.2, 3.0)
# Darkest retention on the heat map; above it white text would be needed.
_DARKEST = 0.75


def render(report: CustomerReport) -> str:
    """Write the page."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    language = report.language
    environment = Environment(
        loader=PackageLoader("crmkit.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )

    def text(code: str, **values: object) -> str:
        return TEXTS[code].text(language).format(**values)

    def label_of(scheme: str, code: str) -> str:
        return LABELS[scheme][code].text(language)

    return environment.get_template("report.html").render(
        language="zh-CN" if language == "zh" else "en",
        text=text,
        label_of=label_of,
        subtitle=text("subtitle", first=day(report.first_day), as_of=day(report.as_of)),
        findings=findings(report),
        audit=_audit_rows(report),
        n_duplicates=None if report.audit is None else count(report.audit["n_duplicates"].iloc[-1]),
        days=report.days,
        kpis=_kpi_rows(report),
        months=_month_rows(report.months),
        partial=not report.months["is_complete"].iloc[-1],
        charts=_charts(report, text),
        cohorts=_cohort_grid(report.cohorts),
        gini=number_of_kpi(_value(report, "gini"), unit="index"),
        definitions=_definitions(language),
        version=__version__,
    )


def _value(report: CustomerReport, kpi: str) -> float:
    return by_code(report.kpis)[kpi]["value"]


def _audit_rows(report: CustomerReport) -> list[dict[str, str]]:
    if report.audit is None:
        return []
    return [
        {
            "reason": LABELS["audit_reason"][row["reason"]].text(report.language),
            "rows": count(row["n_rows"]),
            "amount": money(row["amount"]),
        }
        for row in report.audit.to_dict("records")
    ]


def _kpi_rows(report: CustomerReport) -> list[dict[str, str]]:
    recent = by_code(report.recent_kpis)
    units = kpi_catalogue().set_index("kpi")["unit"].to_dict()
    rows = []
    for kpi, whole in by_code(report.kpis).items():
        now = recent[kpi]
        interval = NOTHING if math.isnan(now["lower"]) else f"{share(now['lower'])} – {share(now['upper'])}"
        rows.append(
            {
                "name": LABELS["kpi"][kpi].text(report.language),
                "whole": number_of_kpi(whole["value"], unit=units[kpi]),
                "recent": number_of_kpi(now["value"], unit=units[kpi]),
                "interval": interval,
            }
        )
    return rows


def _month_rows(months: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {
            "month": month(row["period"]),
            "complete": row["is_complete"],
            "revenue": money(row["revenue"]),
            "orders": count(row["n_orders"]),
            "active": count(row["active_customers"]),
            "new": count(row["new_customers"]),
            "returning": count(row["returning_customers"]),
        }
        for row in months.iloc[::-1].to_dict("records")
    ]


def _cohort_grid(cohorts: pd.DataFrame) -> dict[str, Any]:
    """The newest cohorts, a row each; the shade of a cell grows with its retention."""
    starts = np.sort(cohorts["cohort"].unique())[-_MOST_COHORTS:]
    shown = cohorts[cohorts["cohort"].isin(starts)]
    later = shown.loc[shown["age"] > 0, "retention"]
    most = max(float(later.max()), 1e-9) if len(later) else 1.0
    rows = []
    for start, cohort in shown.groupby("cohort", sort=True):
        cells = [
            {"text": f"{retention:.0%}", "shade": round(_DARKEST * retention / most, 2)}
            for retention in cohort.sort_values("age")["retention"].iloc[1:]
        ]
        rows.append({"month": month(start), "size": count(cohort["size"].iloc[0]), "cells": cells})
    return {"rows": rows, "ages": list(range(1, int(shown["age"].max()) + 1)), "n_cohorts": cohorts["cohort"].nunique()}


def _definitions(language: Language) -> list[dict[str, str]]:
    return [
        {
            "name": row[f"name_{language}"],
            "definition": row[f"definition_{language}"],
            "unit": LABELS["unit"][row["unit"]].text(language),
            "source": row["source"],
        }
        for row in kpi_catalogue().to_dict("records")
    ]


def _charts(report: CustomerReport, text: Callable[..., str]) -> dict[str, dict[str, str]]:
    # What the last bit of a sum says is not drawn.
    months = report.months.round({"revenue": 2, "new_revenue": 2})
    concentration = report.concentration.round(6)
    best, busiest = (
        months.sort_values(name, ascending=False).to_dict("records")[0] for name in ("revenue", "active_customers")
    )
    reached = share(_value(report, "top_share"))
    drawn = {
        "revenue": (
            lambda ax: plot_period_revenue(months, ax, language=report.language),
            text("alt_revenue", n=len(months), high=money(best["revenue"]), when=month(best["period"])),
        ),
        "customers": (
            lambda ax: plot_period_customers(months, ax, language=report.language),
            text(
                "alt_customers", n=len(months), high=count(busiest["active_customers"]), when=month(busiest["period"])
            ),
        ),
        "concentration": (
            lambda ax: plot_concentration(concentration, ax, language=report.language),
            text("alt_concentration", share=reached),
        ),
    }
    return {name: {"svg": _svg(draw, salt=name), "alt": alt} for name, (draw, alt) in drawn.items()}


def _svg(draw: Callable[[Any], object], *, salt: str) -> str:
    """Draw inline SVG whose text stays text, so that the reader's own fonts show Chinese."""
    from matplotlib import style
    from matplotlib.figure import Figure

    settings: Any = {"svg.fonttype": "none", "svg.hashsalt": salt, "font.family": "sans-serif", "font.size": 9}
    buffer = io.StringIO()
    # From the defaults on: the reader's own settings must not change the report.
    with style.context(["default", settings]), warnings.catch_warnings():
        # The missing glyphs are Matplotlib's, for measuring; the reader's browser has them.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        figure = Figure(figsize=_INCHES, layout="constrained")
        draw(figure.subplots())
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None}, transparent=True)
    drawing = buffer.getvalue()
    return drawing[drawing.index("<svg") :]
