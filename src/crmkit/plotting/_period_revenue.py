"""Revenue by period, from new and from returning customers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit._names import Language
from crmkit.labels import LABELS
from crmkit.plotting._stacked_bars import stacked_bars
from crmkit.plotting._style import axes_for, in_language, table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_period_revenue"]


def plot_period_revenue(periods: Any, *, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw the revenue of each period, split into new and returning customers.

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
    >>> ax = plot_period_revenue(months)
    """
    from crmkit.plotting import _ticks

    columns = ("period", "is_complete", "revenue", "new_revenue")
    table = table_of(periods, columns, name="periods", made_by="metrics.period_table", language=language)
    table = table.sort_values("period")
    new = table["new_revenue"].to_numpy()
    ax = stacked_bars(table, table["revenue"].to_numpy() - new, new, ax=axes_for(ax), language=language)
    _ticks.amounts(ax.yaxis)
    ax.set_ylabel(LABELS["kpi"]["revenue"].text(language))
    return in_language(ax, language)
