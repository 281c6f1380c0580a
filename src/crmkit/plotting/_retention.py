"""Retention from period to period."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit._names import Language
from crmkit.labels import LABELS
from crmkit.plotting._style import BLUE, axes_for, in_language, quiet, table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_retention"]


def plot_retention(retention: Any, *, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw the retention rate of each period with its interval.

    Parameters
    ----------
    retention : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.metrics.retention_table` gives it.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on; the line breaks where nobody was active in the period before.

    Raises
    ------
    SchemaError
        If a column is missing.
    TypeError
        If ``retention`` is not a frame.
    ValueError
        If ``language`` is neither "en" nor "zh".

    Examples
    --------
    >>> from crmkit import activity_table, as_transactions, load_cdnow, metrics
    >>> activity = activity_table(as_transactions(load_cdnow()), as_of="1998-06-30", freq="M")
    >>> ax = plot_retention(metrics.retention_table(activity, freq="M"))
    """
    from crmkit.plotting import _ticks

    columns = ("period", "retention_rate", "retention_lower", "retention_upper")
    table = table_of(
        retention, columns, name="retention", made_by="metrics.retention_table", language=language
    ).sort_values("period")
    periods, rate, lower, upper = (table[name].to_numpy() for name in columns)
    ax = axes_for(ax)
    ax.fill_between(periods, lower, upper, color=BLUE, alpha=0.2, linewidth=0)
    ax.plot(periods, rate, color=BLUE, linewidth=2, marker="o", markersize=3)
    quiet(ax)
    _ticks.days(ax.xaxis)
    _ticks.shares(ax.yaxis)
    ax.set_ylim(bottom=0)
    ax.set_ylabel(LABELS["kpi"]["retention_rate"].text(language))
    return in_language(ax, language)
