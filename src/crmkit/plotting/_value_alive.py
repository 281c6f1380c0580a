"""How the probability of being alive went, customer by customer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from crmkit._names import Language
from crmkit.plotting._style import BLUE, GREY, ORANGE, axes_for, in_language, quiet, table_of
from crmkit.plotting._value_texts import TEXTS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_alive_history"]

# Okabe and Ito's palette, as far as its colours stand out as lines; more cannot be told apart.
_COLOURS: Final = (BLUE, ORANGE, "#009E73", "#CC79A7", "#D55E00", "#56B4E9")


def plot_alive_history(history: Any, ax: Axes | None = None, *, language: Language = "en") -> Axes:
    """Draw how the probability of being alive went, with a dot where a customer bought.

    Parameters
    ----------
    history : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.value.alive_history` gives it, of at most 6 customers.
    ax : matplotlib.axes.Axes, optional
        Where to draw; new axes without it.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on: a line for each customer. Where rows are more than a day apart, a dot stands at the first
        row after the purchase.

    Raises
    ------
    SchemaError
        If a column is missing.
    TypeError
        If ``history`` is no frame.
    ValueError
        If ``language`` is neither of the two, or more customers are given than can be told apart.

    Examples
    --------
    >>> from crmkit import as_transactions, load_cdnow
    >>> from crmkit.value import BetaGeoModel, alive_history
    >>> model = BetaGeoModel.from_params({"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426})
    >>> orders = load_cdnow()
    >>> first = as_transactions(orders[orders["customer_id"] == 1])
    >>> ax = plot_alive_history(alive_history(model, first, as_of="1997-09-30"))
    """
    from crmkit.plotting import _ticks

    columns = ("customer_id", "date", "probability_alive", "n_purchases")
    table = table_of(history, columns, name="history", made_by="value.alive_history", language=language)
    table = table.sort_values(["customer_id", "date"])
    customers = table["customer_id"].unique().tolist()
    if len(customers) > len(_COLOURS):
        raise ValueError(
            f"`history` holds {len(customers)} customers; more than {len(_COLOURS)} lines cannot be told apart. "
            f"Draw some, such as history[history['customer_id'] == {customers[0]!r}]."
        )
    ax = axes_for(ax)
    for customer, colour in zip(customers, _COLOURS, strict=False):
        rows = table[table["customer_id"] == customer]
        days, alive = rows["date"].to_numpy(), rows["probability_alive"].to_numpy(dtype=np.float64)
        bought = rows["n_purchases"].to_numpy() > 0
        ax.plot(days, alive, color=colour, linewidth=1.5, label=f"{TEXTS['customer'].text(language)} {customer}")
        ax.plot(days[bought], alive[bought], color=colour, linestyle="none", marker="o", markersize=5, clip_on=False)
    quiet(ax)
    ax.set_ylim(0, 1)
    _ticks.days(ax.xaxis)
    _ticks.shares(ax.yaxis)
    ax.set_ylabel(TEXTS["probability_alive"].text(language))
    # Of no customer: says what the dots are.
    ax.plot([], [], color=GREY, linestyle="none", marker="o", markersize=5, label=TEXTS["purchase"].text(language))
    ax.legend(frameon=False, ncols=4, loc="lower left", bbox_to_anchor=(0, 1))
    return in_language(ax, language)
