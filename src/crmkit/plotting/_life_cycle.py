"""Products by the stage of their life."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from crmkit._messages import Message
from crmkit._names import Label, Language
from crmkit.errors import SchemaError
from crmkit.plotting._style import BLUE, DASHED, GREY, ORANGE, axes_for, in_language, legend, quiet, table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_life_cycle"]

_GROWTH: Final = Label("Growth on the year", "同比增长")
_LEVEL: Final = Label("Sales of the last year, share of the best", "近一年销售占历史最高年的比例")
_STAGES: Final = {
    "introduction": (Label("Introduction: {n:,}", "导入期：{n:,}"), "#56B4E9", "v"),
    "growth": (Label("Growth: {n:,}", "成长期：{n:,}"), BLUE, "^"),
    "maturity": (Label("Maturity: {n:,}", "成熟期：{n:,}"), GREY, "o"),
    "decline": (Label("Decline: {n:,}", "衰退期：{n:,}"), ORANGE, "s"),
}

_EMPTY: Final = Message(
    en="{@life_cycles} has no product with a stage and its growth.", zh="{@life_cycles} 中没有可判断阶段与增长的产品。"
)


def plot_life_cycle(life_cycles: Any, *, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw each product by its growth and its level, in the colour of its stage.

    Parameters
    ----------
    life_cycles : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.value.products.life_cycle_table` gives it. Products without a stage or a growth are left out.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on, with the number of products in each stage.

    Raises
    ------
    SchemaError
        If a column is missing, or no product has a stage and a growth.
    TypeError
        If ``life_cycles`` is not a frame.
    ValueError
        If ``language`` is neither "en" nor "zh".

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"stage": ["growth", "decline"], "growth": [0.3, -0.2], "level": [1.0, 0.6]})
    >>> ax = plot_life_cycle(table)
    """
    from crmkit.plotting import _ticks

    made_by = "value.products.life_cycle_table"
    table = table_of(life_cycles, ("stage", "growth", "level"), name="life_cycles", made_by=made_by, language=language)
    table = table[table["stage"].isin(list(_STAGES))].dropna(subset=["growth", "level"])
    if table.empty:
        raise SchemaError(_EMPTY())
    ax = axes_for(ax)
    for name, (label, colour, marker) in _STAGES.items():
        rows = table[table["stage"] == name]
        growth, level = (rows[column].to_numpy(dtype=np.float64) for column in ("growth", "level"))
        text = label.text(language).format(n=len(rows))
        ax.scatter(growth, level, color=colour, marker=marker, s=30, alpha=0.8, linewidths=0, label=text)
    ax.axvline(0, color=GREY, linewidth=1, linestyle=DASHED)
    ax.set_ylim(0, 1.05)
    quiet(ax)
    legend(ax)
    _ticks.shares(ax.xaxis)
    _ticks.shares(ax.yaxis)
    ax.set_xlabel(_GROWTH.text(language))
    ax.set_ylabel(_LEVEL.text(language))
    return in_language(ax, language)
