"""Revenue and customers by period, new beside returning."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from crmkit._names import Label, Language
from crmkit.labels import LABELS
from crmkit.plotting._style import BLUE, ORANGE, axes_for, in_language, quiet, table_of

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["plot_period_customers", "plot_period_revenue"]

_GROUPS: Final = {"new": Label("New customers", "新客户"), "returning": Label("Returning customers", "老客户")}

_INCOMPLETE = 0.45
_GAP = 0.85


def plot_period_revenue(periods: Any, ax: Axes | None = None, *, language: Language = "en") -> Axes:
    """Draw the revenue of each period, that of new customers apart from that of returning ones.

    Parameters
    ----------
    periods : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.metrics.period_table` gives them.
    ax : matplotlib.axes.Axes, optional
        Where to draw; new axes without it.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on. A period that was not complete is drawn pale.

    Raises
    ------
    SchemaError
        If a column is missing.
    TypeError
        If ``periods`` is no frame.
    ValueError
        If ``language`` is neither of the two.

    Examples
    --------
    >>> from crmkit import as_transactions, load_cdnow, metrics
    >>> months = metrics.period_table(as_transactions(load_cdnow()), as_of="1998-06-30")
    >>> ax = plot_period_revenue(months)
    """
    table = _table(periods, needed=("revenue", "new_revenue"), language=language)
    new = table["new_revenue"].to_numpy()
    return _stacked(table, table["revenue"].to_numpy() - new, new, ylabel="revenue", ax=ax, language=language)


def plot_period_customers(periods: Any, ax: Axes | None = None, *, language: Language = "en") -> Axes:
    """Draw the active customers of each period, new ones apart from returning ones.

    Parameters
    ----------
    periods : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.metrics.period_table` gives them.
    ax : matplotlib.axes.Axes, optional
        Where to draw; new axes without it.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on. A period that was not complete is drawn pale.

    Raises
    ------
    SchemaError
        If a column is missing.
    TypeError
        If ``periods`` is no frame.
    ValueError
        If ``language`` is neither of the two.

    Examples
    --------
    >>> from crmkit import as_transactions, load_cdnow, metrics
    >>> months = metrics.period_table(as_transactions(load_cdnow()), as_of="1998-06-30")
    >>> ax = plot_period_customers(months)
    """
    table = _table(periods, needed=("returning_customers", "new_customers"), language=language)
    returning, new = (table[name].to_numpy() for name in ("returning_customers", "new_customers"))
    return _stacked(table, returning, new, ylabel="active_customers", ax=ax, language=language)


def _table(periods: Any, *, needed: tuple[str, str], language: Language) -> pd.DataFrame:
    columns = ("period", "is_complete", *needed)
    return table_of(periods, columns, name="periods", made_by="metrics.period_table", language=language).sort_values(
        "period"
    )


def _stacked(
    table: pd.DataFrame, returning: Any, new: Any, *, ylabel: str, ax: Axes | None, language: Language
) -> Axes:
    from crmkit.plotting import _ticks

    ax = axes_for(ax)
    starts = table["period"].to_numpy()
    days = np.diff(starts).astype("timedelta64[D]").astype(int) if len(starts) > 1 else np.array([30])
    width = _GAP * float(np.median(days))
    alpha = np.where(table["is_complete"].to_numpy(dtype=bool), 1.0, _INCOMPLETE)
    names = _GROUPS
    for heights, bottoms, code, colour in (
        (returning, np.zeros(len(table)), "returning", BLUE),
        (new, np.maximum(returning, 0), "new", ORANGE),
    ):
        bars = ax.bar(
            starts, heights, width, bottom=bottoms, align="edge", color=colour, label=names[code].text(language)
        )
        for bar, opacity in zip(bars, alpha, strict=True):
            bar.set_alpha(float(opacity))
    quiet(ax)
    ax.set_ylabel(LABELS["kpi"][ylabel].text(language))
    _ticks.days(ax.xaxis)
    (_ticks.amounts if ylabel == "revenue" else _ticks.counts)(ax.yaxis)
    legend = ax.legend(frameon=False, ncols=2, loc="lower left", bbox_to_anchor=(0, 1))
    for handle in legend.legend_handles:
        if handle is not None:
            handle.set_alpha(1.0)
    return in_language(ax, language)
