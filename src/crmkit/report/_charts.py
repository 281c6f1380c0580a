"""The drawings of the report, inline SVG with their descriptions."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from crmkit.plotting import (
    plot_concentration,
    plot_period_customers,
    plot_period_revenue,
    plot_rfm_map,
    plot_segments,
)
from crmkit.report._numbers import by_code, count, money, month, share

if TYPE_CHECKING:
    from crmkit.report._report import CustomerReport

__all__ = ["charts"]

_INCHES = (7.2, 3.0)


def charts(report: CustomerReport, text: Callable[..., str]) -> dict[str, dict[str, str]]:
    # What the last bit of a sum says is not drawn.
    months = report.months.round({"revenue": 2, "new_revenue": 2})
    concentration = report.concentration.round(6)
    best, busiest = (
        months.sort_values(name, ascending=False).to_dict("records")[0] for name in ("revenue", "active_customers")
    )
    reached = share(by_code(report.kpis)["top_share"]["value"])
    rfm_map = report.rfm_map.round({"mean_spend": 2})
    fullest = rfm_map.sort_values(["n_customers", "r_score", "f_score"], ascending=False).to_dict("records")[0]
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
        "rfm": (
            lambda ax: plot_rfm_map(rfm_map, ax, language=report.language),
            text("alt_rfm", n=count(fullest["n_customers"]), r=fullest["r_score"], f=fullest["f_score"]),
        ),
    }
    if report.tiers is not None:
        tiers = report.tiers.round({"customer_share": 6, "value_share": 6})
        # Without a master table nobody is potential.
        shown = tiers[tiers["n_customers"] > 0]
        core = tiers.to_dict("records")[0]
        drawn["tiers"] = (
            lambda ax: plot_segments(shown, ax, language=report.language),
            text("alt_tiers", customers=share(core["customer_share"]), revenue=share(core["value_share"])),
        )
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
