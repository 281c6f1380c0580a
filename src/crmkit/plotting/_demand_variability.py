"""How even the demand for products is, beside how much there is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from crmkit._messages import Message
from crmkit._names import Label, Language
from crmkit.errors import SchemaError
from crmkit.plotting._style import BLUE, GREY, ORANGE, axes_for, in_language, legend, quiet, table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_demand_variability"]

_MEAN: Final = Label("Mean demand of a period (log scale)", "每期平均需求（对数刻度）")
_CV: Final = Label("Coefficient of variation", "变异系数")
_CLASSES: Final = {
    "x": (Label("X, even: {n:,}", "X 平稳：{n:,}"), BLUE, "o"),
    "y": (Label("Y, with swings: {n:,}", "Y 有波动：{n:,}"), ORANGE, "s"),
    "z": (Label("Z, uneven: {n:,}", "Z 不稳定：{n:,}"), GREY, "^"),
}

_EMPTY: Final = Message(en="{@variability} has no product with a class.", zh="{@variability} 中没有已分类的产品。")


def plot_demand_variability(variability: Any, *, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw each product by its mean demand and its variation, in the colour of its class.

    Parameters
    ----------
    variability : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.value.products.demand_variability_table` gives it. Products without a class are left out.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on, with the number of products of each class.

    Raises
    ------
    SchemaError
        If a column is missing, or no product has a class.
    TypeError
        If ``variability`` is not a frame.
    ValueError
        If ``language`` is neither "en" nor "zh".

    Examples
    --------
    >>> import pandas as pd
    >>> ax = plot_demand_variability(pd.DataFrame({"mean": [10.0, 2.0], "cv": [0.2, 1.4], "xyz": ["x", "z"]}))
    """
    made_by = "value.products.demand_variability_table"
    table = table_of(variability, ("mean", "cv", "xyz"), name="variability", made_by=made_by, language=language)
    table = table[table["xyz"].isin(list(_CLASSES))]
    if table.empty:
        raise SchemaError(_EMPTY())
    ax = axes_for(ax)
    for name, (label, colour, marker) in _CLASSES.items():
        rows = table[table["xyz"] == name]
        mean, cv = (rows[column].to_numpy(dtype=np.float64) for column in ("mean", "cv"))
        text = label.text(language).format(n=len(rows))
        ax.scatter(mean, cv, color=colour, marker=marker, s=22, alpha=0.7, linewidths=0, label=text)
    ax.set_xscale("log")
    ax.set_ylim(bottom=0)
    quiet(ax)
    legend(ax)
    ax.set_xlabel(_MEAN.text(language))
    ax.set_ylabel(_CV.text(language))
    return in_language(ax, language)
