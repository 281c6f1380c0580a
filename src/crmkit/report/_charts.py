"""The drawings of the report: inline SVG, each with its description."""

from __future__ import annotations

import io
import math
import re
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

import pandas as pd

from crmkit.plotting import (
    plot_concentration,
    plot_period_customers,
    plot_period_revenue,
    plot_purchase_gaps,
    plot_rfm_map,
    plot_segments,
    plot_tracking,
)
from crmkit.report._months import drawn_months, newest_months
from crmkit.report._numbers import by_code, count, days_within, money, month, share
from crmkit.report._texts import TEXTS

if TYPE_CHECKING:
    from crmkit.report._report import CustomerReport

__all__ = ["CHARTS", "chart", "svg"]

Drawn: TypeAlias = "tuple[Callable[[Any], object], dict[str, str]]"

_INCHES = (7.2, 3.0)
# Ids are those of one drawing; a page holds several.
_ID = re.compile(r'(\bid="|url\(#|href="#)')


def chart(report: CustomerReport, name: str) -> dict[str, str]:
    """Draw one chart: ``svg`` and its description ``alt``."""
    draw, told = CHARTS[name](report)
    return {"svg": svg(draw, name=name), "alt": TEXTS[f"alt_{name}"].text(report.language).format(**told)}


def svg(draw: Callable[[Any], object], *, name: str) -> str:
    """Draw inline SVG whose text stays text, so that the reader's own fonts show Chinese."""
    from matplotlib import style
    from matplotlib.figure import Figure

    settings: Any = {"svg.fonttype": "none", "svg.hashsalt": name, "font.family": "sans-serif", "font.size": 9}
    # From the defaults on: the reader's own settings must not change the report.
    with style.context(["default", settings]):
        figure = Figure(figsize=_INCHES, layout="constrained")
        draw(figure.subplots())
        return figure_svg(figure, name=name)


def figure_svg(figure: Any, *, name: str) -> str:
    """Write a figure as inline SVG, its ids beginning with ``name``."""
    buffer = io.StringIO()
    with warnings.catch_warnings():
        # The missing glyphs are Matplotlib's, for measuring; the reader's browser has them.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None}, transparent=True)
    drawing = buffer.getvalue()
    return _ID.sub(rf"\g<1>{name}-", drawing[drawing.index("<svg") :])


def _drawn(table: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """Nine digits of the largest amount: what the last bit of a sum says is not drawn."""
    largest: Any = table[list(columns)].abs().max(axis=None)
    places = 8 - math.floor(math.log10(largest)) if largest > 0 else 0
    return table.round(dict.fromkeys(columns, places))


def _revenue(report: CustomerReport) -> Drawn:
    months = _drawn(drawn_months(report), "revenue", "new_revenue")
    best = months.sort_values("revenue", ascending=False).to_dict("records")[0]
    told = {"n": count(len(months)), "high": money(best["revenue"]), "when": month(best["period"])}
    return lambda ax: plot_period_revenue(months, ax=ax, language=report.language), told


def _customers(report: CustomerReport) -> Drawn:
    months = drawn_months(report)
    busiest = months.sort_values("active_customers", ascending=False).to_dict("records")[0]
    told = {"n": count(len(months)), "high": count(busiest["active_customers"]), "when": month(busiest["period"])}
    return lambda ax: plot_period_customers(months, ax=ax, language=report.language), told


def _concentration(report: CustomerReport) -> Drawn:
    curve = report.concentration.round(6)
    told = {"share": share(by_code(report.kpis)["top_share"]["value"])}
    return lambda ax: plot_concentration(curve, ax=ax, language=report.language), told


def _rfm(report: CustomerReport) -> Drawn:
    rfm_map: Any = report.rfm_map
    rfm_map = _drawn(rfm_map, "mean_spend")
    fullest = rfm_map.sort_values(["n_customers", "r_score", "f_score"], ascending=False).to_dict("records")[0]
    told = {"n": count(fullest["n_customers"]), "r": str(fullest["r_score"]), "f": str(fullest["f_score"])}
    return lambda ax: plot_rfm_map(rfm_map, ax=ax, language=report.language), told


def _tiers(report: CustomerReport) -> Drawn:
    tiers: Any = report.tiers
    core = tiers.to_dict("records")[0]
    # Without a master table nobody is potential.
    shown = tiers[tiers["n_customers"] > 0].round({"customer_share": 6, "value_share": 6})
    told = {"customers": share(core["customer_share"]), "revenue": share(core["value_share"])}
    return lambda ax: plot_segments(shown, ax=ax, language=report.language), told


def _tracking(report: CustomerReport) -> Drawn:
    value: Any = report.value
    tracking = newest_months(value.tracking).round({"expected": 2, "expected_cumulative": 2})
    whole = tracking[tracking["is_complete"]]
    told = {"actual": count(whole["actual"].sum()), "expected": count(round(whole["expected"].sum()))}
    return lambda ax: plot_tracking(tracking.assign(is_holdout=False), ax=ax, language=report.language), told


def _rhythm(report: CustomerReport) -> Drawn:
    gaps = report.gaps.round({"cumulative_share": 6})
    told = {"half": count(days_within(report.gaps, 0.5)), "most": count(days_within(report.gaps, 0.9))}
    return lambda ax: plot_purchase_gaps(gaps, ax=ax, language=report.language), told


CHARTS: dict[str, Callable[[Any], Drawn]] = {
    "revenue": _revenue,
    "customers": _customers,
    "concentration": _concentration,
    "rfm": _rfm,
    "tiers": _tiers,
    "tracking": _tracking,
    "rhythm": _rhythm,
}
