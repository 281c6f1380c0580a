"""The concentration curve."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from crmkit._names import Label, Language
from crmkit.plotting._style import BLUE, DASHED, GREY, axes_for, in_language, quiet, table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_concentration"]

_CUSTOMERS: Final = Label("Share of customers, highest revenue first", "客户占比（按销售额从高到低）")
_REVENUE: Final = Label("Share of revenue", "销售额占比")


def plot_concentration(concentration: Any, *, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw the share of revenue from the best customers, with the line of equal customers.

    Parameters
    ----------
    concentration : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.metrics.concentration_table` gives it.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on.

    Raises
    ------
    SchemaError
        If a column is missing.
    TypeError
        If ``concentration`` is not a frame.
    ValueError
        If ``language`` is neither "en" nor "zh".

    Examples
    --------
    >>> from crmkit import as_transactions, customer_summary, load_cdnow, metrics
    >>> customers = customer_summary(as_transactions(load_cdnow()), as_of="1998-06-30")
    >>> ax = plot_concentration(metrics.concentration_table(customers))
    """
    from crmkit.plotting import _ticks

    columns = ("customer_share", "value_share")
    curve = table_of(
        concentration, columns, name="concentration", made_by="metrics.concentration_table", language=language
    ).sort_values("customer_share")
    ax = axes_for(ax)
    customers, value = curve["customer_share"].to_numpy(), curve["value_share"].to_numpy()
    ax.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle=DASHED)
    ax.plot(customers, value, color=BLUE, linewidth=2)
    quiet(ax)
    ax.set_xlabel(_CUSTOMERS.text(language))
    ax.set_ylabel(_REVENUE.text(language))
    ax.set_xlim(0, 1)
    ax.set_ylim(bottom=0)
    for axis in (ax.xaxis, ax.yaxis):
        _ticks.shares(axis)
    return in_language(ax, language)
