"""Brands by penetration and purchase frequency, with the line on which size alone puts them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from crmkit._names import Label, Language
from crmkit.plotting._point_names import name_points
from crmkit.plotting._style import BLUE, DASHED, ORANGE, axes_for, in_language, legend, quiet, table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_double_jeopardy"]

_INCHES: Final = (8.0, 5.0)
_BRANDS: Final = Label("Brands", "品牌")
_LINE: Final = Label("Double-jeopardy line", "双重危机线")
_PENETRATION: Final = Label("Penetration", "渗透率")
_FREQUENCY: Final = Label("Purchases per buyer", "购买频次")
_ROOM: Final = 0.12


def plot_double_jeopardy(double_jeopardy: Any, *, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw brands by penetration and purchases per buyer, with the double-jeopardy line.

    Parameters
    ----------
    double_jeopardy : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.loyalty.brands.DirichletModel.double_jeopardy_table` makes it.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on. Brands above the line are bought more often than their size explains, brands below it less.

    Raises
    ------
    SchemaError
        If a column is missing.
    TypeError
        If ``double_jeopardy`` is not a frame.
    ValueError
        If ``language`` is neither "en" nor "zh".

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit.loyalty.brands import DirichletModel
    >>> model = DirichletModel.from_params({"M": 1.5, "K": 0.8, "S": 1.2}, shares={"A": 0.5, "B": 0.3})
    >>> brands = pd.DataFrame({"brand": ["A", "B"], "penetration": [0.35, 0.2], "purchase_frequency": [2.0, 2.4]})
    >>> ax = plot_double_jeopardy(model.double_jeopardy_table(brands))
    """
    from crmkit.plotting import _ticks

    columns = ("brand", "penetration", "purchase_frequency", "line")
    made_by = "loyalty.brands.DirichletModel.double_jeopardy_table"
    table = table_of(double_jeopardy, columns, name="double_jeopardy", made_by=made_by, language=language)
    table = table.sort_values(["penetration", "brand"])
    penetration, frequency, line = (table[name].to_numpy(dtype=np.float64) for name in columns[1:])
    ax = axes_for(ax, size=_INCHES)
    known = np.isfinite(line)
    ax.plot(penetration[known], line[known], color=ORANGE, linestyle=DASHED, linewidth=1.8, label=_LINE.text(language))
    there = np.isfinite(penetration) & np.isfinite(frequency)
    ax.scatter(penetration[there], frequency[there], color=BLUE, s=44, zorder=3, label=_BRANDS.text(language))
    quiet(ax)
    ax.margins(_ROOM)
    ax.set_xlim(left=0)
    _ticks.shares(ax.xaxis)
    ax.set_xlabel(_PENETRATION.text(language))
    ax.set_ylabel(_FREQUENCY.text(language))
    legend(ax)
    names = [str(brand) for brand in table["brand"][there]]
    name_points(ax, penetration[there], frequency[there], names, line=(penetration[known], line[known]))
    return in_language(ax, language)
