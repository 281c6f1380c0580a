"""How many customers turn into loss-makers, or out of it, if costs are driven by something else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from crmkit._frames import open_frame
from crmkit._messages import Message
from crmkit._names import Label, Language
from crmkit.errors import SchemaError
from crmkit.plotting._style import BLUE, axes_for, in_language, quiet, table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_allocation_sensitivity"]

_CHANGES: Final = {"lower": Label("lower rate", "费率降低"), "higher": Label("higher rate", "费率提高")}
_ROW: Final = Label("{pool}: {change}", "{pool}：{change}")
_NUMBER: Final = Label("{n:,} (rank correlation {r:.3f})", "{n:,}（秩相关 {r:.3f}）")
_PLAIN: Final = Label("{n:,}", "{n:,}")
_ACROSS: Final = Label("Customers whose profit changes its sign", "盈亏改变的客户数")
_INCHES: Final = 0.5
_THICK: Final = 0.6
# To the right of the longest bar, for its numbers.
_ROOM: Final = 1.4

_EMPTY: Final = Message(en="{@sensitivity} has no changes to draw.", zh="{@sensitivity} 中没有可画的变动。")


def plot_allocation_sensitivity(sensitivity: Any, *, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw how many customers turn into loss-makers, or out of it, with other drivers or rates.

    Parameters
    ----------
    sensitivity : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.value.profit.allocation_sensitivity_table` gives it.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    language : {"en", "zh"}, default "en"
        Language of the labels; pools and drivers go by their own names.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on: a bar per change, in the order of the rows, with the rank correlation of profits beside it.

    Raises
    ------
    SchemaError
        If a column is missing, or nothing is changed.
    TypeError
        If ``sensitivity`` is not a frame.
    ValueError
        If ``language`` is neither "en" nor "zh".

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit.value.profit import allocate_costs, allocation_sensitivity_table
    >>> pools = pd.DataFrame({"pool": ["visits"], "cost": [1200.0]})
    >>> hours = pd.DataFrame({"pool": "visits", "customer_id": [1, 2, 3], "quantity": [10, 20, 10]})
    >>> profits = pd.DataFrame({"customer_id": [1, 2, 3], "contribution": [500.0, 450, 310]})
    >>> table = allocation_sensitivity_table(allocate_costs(pools, hours), profits=profits)
    >>> ax = plot_allocation_sensitivity(table)
    """
    from crmkit.plotting import _ticks

    columns = open_frame(sensitivity, name="sensitivity").collect_schema().names()
    noun = "activity" if "activity" in columns else "pool"
    needed = (noun, "change", "driver", "n_sign_changes", "rank_correlation")
    made_by = "value.profit.allocation_sensitivity_table"
    table = table_of(sensitivity, needed, name="sensitivity", made_by=made_by, language=language)
    table = table[table["change"] != "none"]
    if table.empty:
        raise SchemaError(_EMPTY())
    ax = axes_for(ax, size=(8.0, 1.0 + _INCHES * len(table)))
    places = -np.arange(len(table))
    ax.barh(places, table["n_sign_changes"].to_numpy(np.float64), _THICK, color=BLUE)
    for place, n, r in zip(places.tolist(), table["n_sign_changes"], table["rank_correlation"], strict=True):
        text = (_PLAIN if pd.isna(r) else _NUMBER).text(language).format(n=int(n), r=float(r))
        ax.annotate(text, (int(n), place), (4, 0), textcoords="offset points", ha="left", va="center", fontsize=9)
    quiet(ax)
    ax.grid(visible=False, axis="y")
    ax.set_yticks(places, [_named(*row, language=language) for row in table[[noun, "change", "driver"]].to_numpy()])
    ax.set_xlim(0, _ROOM * max(int(table["n_sign_changes"].max()), 1))
    _ticks.whole(ax.xaxis)
    ax.set_xlabel(_ACROSS.text(language))
    return in_language(ax, language)


def _named(pool: Any, change: str, driver: Any, *, language: Language) -> str:
    what = _CHANGES[change].text(language) if change in _CHANGES else str(driver)
    return _ROW.text(language).format(pool=pool, change=what)
