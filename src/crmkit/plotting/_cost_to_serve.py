"""What customers cost to serve, by pool or activity, with what is nobody's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from crmkit._frames import open_frame
from crmkit._messages import Message
from crmkit._names import Label, Language
from crmkit.errors import SchemaError
from crmkit.plotting._style import BLUE, GREY, ORANGE, axes_for, in_language, legend, quiet, table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_cost_to_serve"]

_KINDS: Final = {
    "allocated": (Label("Given to customers", "已分摊给客户"), BLUE),
    "unused_capacity": (Label("Unused capacity", "闲置产能"), ORANGE),
    "unallocated": (Label("Not allocated", "未分摊"), GREY),
}
_NOT_USED: Final = Label("nothing done", "未使用")
_COST: Final = Label("Cost", "成本")
_INCHES: Final = 0.5
_ROOM: Final = 1.05

_EMPTY: Final = Message(en="{@costs} has no rows.", zh="{@costs} 没有任何行。")


def plot_cost_to_serve(costs: Any, *, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw the cost of each pool or activity: what is given to customers, what nobody used, what is left.

    Parameters
    ----------
    costs : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.value.profit.allocate_costs` or `crmkit.value.profit.time_driven_costs` gives it.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on: a bar per pool or activity, the dearest on top. Use beyond the capacity is drawn to the left
        of zero.

    Raises
    ------
    SchemaError
        If a column is missing, or there are no rows.
    TypeError
        If ``costs`` is not a frame.
    ValueError
        If ``language`` is neither "en" nor "zh".

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit.value.profit import allocate_costs
    >>> pools = pd.DataFrame({"pool": ["calls", "visits"], "cost": [900.0, 1200.0], "capacity": [None, 40]})
    >>> drivers = pd.DataFrame({"pool": ["calls", "visits"], "customer_id": [1, 2], "quantity": [10, 30]})
    >>> ax = plot_cost_to_serve(allocate_costs(pools, drivers))
    """
    from crmkit.plotting import _ticks

    by = "activity" if "activity" in open_frame(costs, name="costs").collect_schema().names() else "pool"
    made_by = "value.profit.allocate_costs"
    table = table_of(costs, (by, "kind", "cost"), name="costs", made_by=made_by, language=language)
    if table.empty:
        raise SchemaError(_EMPTY())
    named = table.assign(**{by: table[by].astype(object).where(table[by].notna(), _NOT_USED.text(language))})
    sums = named.pivot_table(index=by, columns="kind", values="cost", aggfunc="sum", fill_value=0.0)
    sums = sums.loc[sums.sum(axis=1).sort_values(kind="stable").index]
    places = np.arange(len(sums))
    ax = axes_for(ax, size=(8.0, 1.0 + _INCHES * len(sums)))
    reached, lowest = np.zeros(len(sums)), 0.0
    for kind, (label, colour) in _KINDS.items():
        if kind in sums:
            width = sums[kind].to_numpy(dtype=np.float64)
            ax.barh(places, width, left=np.where(width < 0, 0.0, reached), color=colour, label=label.text(language))
            reached, lowest = reached + np.maximum(width, 0.0), min(lowest, float(width.min()))
    quiet(ax)
    ax.grid(visible=False, axis="y")
    ax.grid(visible=True, axis="x", color="#E5E5E5", linewidth=0.8)
    ax.set_xlim(_ROOM * lowest, _ROOM * float(reached.max()) or 1.0)
    _ticks.amounts(ax.xaxis)
    ax.set_yticks(places, [str(name) for name in sums.index])
    ax.set_xlabel(_COST.text(language))
    legend(ax)
    return in_language(ax, language)
