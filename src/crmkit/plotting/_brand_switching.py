"""Brands by how many buyers are loyal for good, and how many switchers they win."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from crmkit._names import Label, Language
from crmkit.plotting._point_names import name_points
from crmkit.plotting._style import BLUE, axes_for, in_language, legend, quiet, table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_brand_switching"]

_INCHES: Final = (8.0, 5.0)
_LOYAL: Final = Label("Share of buyers who are loyal for good", "始终忠诚的购买者占比")
_WON: Final = Label("Share of switchers won", "争取到的转换客户占比")
_BRANDS: Final = Label("Brands", "品牌")
_CLIPPED: Final = Label("Fewer stay than chance would have (shown at 0)", "留下者少于随机水平（显示为 0）")
_ROOM: Final = 0.12


def plot_brand_switching(switching: Any, *, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw brands by the share of their buyers who are loyal for good and the share of switchers whom they win.

    Parameters
    ----------
    switching : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.loyalty.brands.colombo_morrison_table` makes it.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on. Brands on the right live on their regulars, brands at the top on what they win.

    Raises
    ------
    SchemaError
        If a column is missing.
    TypeError
        If ``switching`` is not a frame.
    ValueError
        If ``language`` is neither "en" nor "zh".

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit.loyalty.brands import colombo_morrison_table
    >>> switches = pd.DataFrame({
    ...     "brand_before": ["A"] * 3 + ["B"] * 3 + ["C"] * 3, "brand_after": ["A", "B", "C"] * 3,
    ...     "n_switches": [750, 150, 100, 400, 440, 160, 500, 300, 200],
    ... })
    >>> ax = plot_brand_switching(colombo_morrison_table(switches))
    """
    from crmkit.plotting import _ticks

    columns = ("brand", "loyal_share", "conquest_share", "clipped")
    made_by = "loyalty.brands.colombo_morrison_table"
    table = table_of(switching, columns, name="switching", made_by=made_by, language=language)
    table = table.sort_values(["loyal_share", "conquest_share", "brand"])
    loyal, won = (table[name].to_numpy(dtype=np.float64) for name in columns[1:3])
    clipped = table["clipped"].to_numpy(dtype=bool)
    ax = axes_for(ax, size=_INCHES)
    for here, face, label in ((~clipped, BLUE, _BRANDS), (clipped, "white", _CLIPPED)):
        if here.any():
            points = ax.scatter(loyal[here], won[here], s=44, zorder=3, label=label.text(language))
            points.set(facecolor=face, edgecolor=BLUE, linewidth=1.6)
    quiet(ax)
    ax.grid(axis="x", color="#E5E5E5", linewidth=0.8)
    ax.margins(_ROOM)
    _ticks.shares(ax.xaxis)
    _ticks.shares(ax.yaxis)
    ax.set_xlabel(_LOYAL.text(language))
    ax.set_ylabel(_WON.text(language))
    if clipped.any():
        legend(ax)
    name_points(ax, loyal, won, [str(brand) for brand in table["brand"]])
    return in_language(ax, language)
