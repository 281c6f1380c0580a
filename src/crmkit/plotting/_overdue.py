"""How overdue customers are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from crmkit._names import Label, Language
from crmkit.plotting._style import BLUE, GREY, axes_for, in_language, legend, quiet, table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_overdue"]

_N_BARS: Final = 20
_OVERDUE: Final = Label("Overdue probability", "逾期概率")
_CUSTOMERS: Final = Label("Customers", "客户数")
_RETURN: Final = Label("Likely to buy again", "较可能再次购买")
_GONE: Final = Label("More likely gone", "较可能已流失")


def plot_overdue(next_purchases: Any, *, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw how many customers are how overdue, and how many of them are more likely gone than not.

    Parameters
    ----------
    next_purchases : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.value.rhythm.PurchaseCycleModel.next_purchase_table` gives it.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on: a bar for each twentieth of ``overdue_probability``, in which those stand at the bottom whose
        ``probability_alive`` is at least one half. Prospects are not drawn.

    Raises
    ------
    SchemaError
        If a column is missing.
    TypeError
        If ``next_purchases`` is not a frame.
    ValueError
        If ``language`` is neither "en" nor "zh".

    Examples
    --------
    >>> from crmkit import as_transactions, customer_summary, load_cdnow
    >>> from crmkit.value.rhythm import PurchaseCycleModel
    >>> customers = customer_summary(as_transactions(load_cdnow()), as_of="1997-09-30")
    >>> model = PurchaseCycleModel.from_params({"r": 0.54, "alpha": 40.72, "k": 1.04, "a": 0.91, "b": 1.58})
    >>> ax = plot_overdue(model.next_purchase_table(customers, as_of="1997-09-30"))
    """
    from crmkit.plotting import _ticks

    columns = ("overdue_probability", "probability_alive")
    made_by = "value.rhythm.PurchaseCycleModel.next_purchase_table"
    table = table_of(next_purchases, columns, name="next_purchases", made_by=made_by, language=language).dropna()
    overdue, alive = (table[name].to_numpy(dtype=np.float64) for name in columns)
    ax = axes_for(ax)
    edges = np.linspace(0, 1, _N_BARS + 1)
    bottom = np.zeros(_N_BARS)
    for group, colour, label in ((alive >= 0.5, BLUE, _RETURN), (alive < 0.5, GREY, _GONE)):
        if not group.any():
            continue
        counts = np.histogram(overdue[group], edges)[0]
        ax.bar(edges[:-1], counts, width=0.9 / _N_BARS, bottom=bottom, align="edge", color=colour,
               label=label.text(language))  # fmt: skip
        bottom += counts
    quiet(ax)
    ax.set_xlim(0, 1)
    _ticks.shares(ax.xaxis)
    _ticks.counts(ax.yaxis)
    ax.set_xlabel(_OVERDUE.text(language))
    ax.set_ylabel(_CUSTOMERS.text(language))
    if len(table):
        legend(ax)
    return in_language(ax, language)
