"""The probability of being alive over time, customer by customer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from crmkit._messages import Message
from crmkit._names import Label, Language
from crmkit.plotting._style import BLUE, GREY, ORANGE, axes_for, in_language, legend, quiet, table_of
from crmkit.plotting._words import PROBABILITY_ALIVE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_alive_history"]

_CUSTOMER: Final = Label("Customer", "客户")
_PURCHASE: Final = Label("Purchase", "购买")

# The colours of Okabe and Ito's palette that stand out as lines; more cannot be told apart.
_COLOURS: Final = (BLUE, ORANGE, "#009E73", "#CC79A7", "#D55E00", "#56B4E9")

_TOO_MANY: Final = Message(
    en="{@history} holds {n:,} customers; more than {most} lines cannot be told apart. Draw some of them, such as "
    "history[history['customer_id'] == {first!r}].",
    zh="{@history} 中有 {n:,} 位客户；超过 {most} 条线便难以分辨。请只画其中几位，"
    "如 history[history['customer_id'] == {first!r}]。",
)


def plot_alive_history(history: Any, *, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw the probability of being alive over time, with a dot at each purchase.

    Parameters
    ----------
    history : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.value.alive_history` gives it, for at most 6 customers.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on: one line per customer. Where rows are more than a day apart, the dot is at the first
        row after the purchase.

    Raises
    ------
    SchemaError
        If a column is missing.
    TypeError
        If ``history`` is not a frame.
    ValueError
        If ``language`` is neither of the two, or there are more customers than can be told apart.

    Examples
    --------
    >>> from crmkit import as_transactions, load_cdnow
    >>> from crmkit.value import BetaGeoModel, alive_history
    >>> model = BetaGeoModel.from_params({"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426})
    >>> orders = load_cdnow()
    >>> first = as_transactions(orders[orders["customer_id"] == 1])
    >>> ax = plot_alive_history(alive_history(first, model=model, as_of="1997-09-30"))
    """
    from crmkit.plotting import _ticks

    columns = ("customer_id", "date", "probability_alive", "n_purchases")
    table = table_of(history, columns, name="history", made_by="value.alive_history", language=language)
    table = table.sort_values(["customer_id", "date"])
    customers = table["customer_id"].unique().tolist()
    if len(customers) > len(_COLOURS):
        raise ValueError(_TOO_MANY(n=len(customers), most=len(_COLOURS), first=customers[0]))
    ax = axes_for(ax)
    for customer, colour in zip(customers, _COLOURS, strict=False):
        rows = table[table["customer_id"] == customer]
        days, alive = rows["date"].to_numpy(), rows["probability_alive"].to_numpy(dtype=np.float64)
        bought = rows["n_purchases"].to_numpy() > 0
        ax.plot(days, alive, color=colour, linewidth=1.5, label=f"{_CUSTOMER.text(language)} {customer}")
        ax.plot(days[bought], alive[bought], color=colour, linestyle="none", marker="o", markersize=5, clip_on=False)
    quiet(ax)
    ax.set_ylim(0, 1)
    _ticks.days(ax.xaxis)
    _ticks.shares(ax.yaxis)
    ax.set_ylabel(PROBABILITY_ALIVE.text(language))
    # Belongs to no customer: explains the dots.
    ax.plot([], [], color=GREY, linestyle="none", marker="o", markersize=5, label=_PURCHASE.text(language))
    legend(ax)
    return in_language(ax, language)
