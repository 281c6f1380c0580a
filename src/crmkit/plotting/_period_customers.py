"""Active customers by period, new and returning."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit._names import Language
from crmkit.labels import LABELS
from crmkit.plotting._stacked_bars import stacked_bars
from crmkit.plotting._style import axes_for, in_language, table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_period_customers"]


def plot_period_customers(periods: Any, *, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw the active customers of each period, split into new and returning ones.

    Parameters
    ----------
    periods : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.metrics.period_table` gives it.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on. Incomplete periods are pale.

    Raises
    ------
    SchemaError
        If a column is missing.
    TypeError
        If ``periods`` is not a frame.
    ValueError
        If ``language`` is neither "en" nor "zh".

    Examples
    --------
    >>> from crmkit import as_transactions, load_cdnow, metrics
    >>> months = metrics.period_table(as_transactions(load_cdnow()), as_of="1998-06-30")
    >>> ax = plot_period_customers(months)
    """
    from crmkit.plotting import _ticks

    columns = ("period", "is_complete", "returning_customers", "new_customers")
    table = table_of(periods, columns, name="periods", made_by="metrics.period_table", language=language)
    table = table.sort_values("period")
    returning, new = (table[name].to_numpy() for name in columns[2:])
    ax = stacked_bars(table, returning, new, ax=axes_for(ax), language=language)
    _ticks.counts(ax.yaxis)
    ax.set_ylabel(LABELS["kpi"]["active_customers"].text(language))
    return in_language(ax, language)
