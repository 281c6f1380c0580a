"""What taking products out brings, step by step, beside what it would if each were the only one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from crmkit._messages import Message
from crmkit._names import Label, Language
from crmkit.errors import SchemaError
from crmkit.plotting._style import BLUE, DASHED, GREY, axes_for, in_language, legend, quiet, table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_pruning"]

_STEPS: Final = Label("Products taken out", "已剔除的产品数")
_PROFIT: Final = Label("Change in profit", "利润变化")
_TOGETHER: Final = Label("Together", "合计（考虑相互影响）")
_ALONE: Final = Label("If each were the only one", "逐个单独计算之和")

_EMPTY: Final = Message(
    en="{@pruning} has no product to take out: every removal costs more than it saves.",
    zh="{@pruning} 中没有可剔除的产品：每一次剔除都得不偿失。",
)


def plot_pruning(pruning: Any, *, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw how profit changes with each product taken out, beside the sum of what each would bring alone.

    Parameters
    ----------
    pruning : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.value.products.pruning_table` gives it.
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
        If a column is missing, or no product is taken out.
    TypeError
        If ``pruning`` is not a frame.
    ValueError
        If ``language`` is neither "en" nor "zh".

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"step": [1, 2], "effect_alone": [3.0, 2.0], "cumulative_effect": [3.0, 4.0]})
    >>> ax = plot_pruning(table)
    """
    from crmkit.plotting import _ticks

    columns = ("step", "effect_alone", "cumulative_effect")
    table = table_of(pruning, columns, name="pruning", made_by="value.products.pruning_table", language=language)
    table = table.dropna(subset=["step"]).sort_values("step", ignore_index=True)
    if table.empty:
        raise SchemaError(_EMPTY())
    steps = np.arange(len(table) + 1)
    together = np.append(0.0, table["cumulative_effect"].to_numpy(dtype=np.float64))
    alone = np.append(0.0, np.cumsum(table["effect_alone"].to_numpy(dtype=np.float64)))
    ax = axes_for(ax)
    ax.plot(steps, alone, color=GREY, linewidth=1.5, linestyle=DASHED, label=_ALONE.text(language))
    ax.plot(steps, together, color=BLUE, linewidth=2, marker="o", markersize=4, label=_TOGETHER.text(language))
    quiet(ax)
    legend(ax)
    _ticks.whole(ax.xaxis)
    _ticks.amounts(ax.yaxis)
    ax.set_xlabel(_STEPS.text(language))
    ax.set_ylabel(_PROFIT.text(language))
    return in_language(ax, language)
