"""Importance beside performance, in four quadrants."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from crmkit._messages import Message
from crmkit._names import Label, Language
from crmkit.errors import SchemaError
from crmkit.labels import LABELS
from crmkit.plotting._point_names import name_points
from crmkit.plotting._style import BLUE, DASHED, GREY, ORANGE, axes_for, in_language, quiet, table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_importance_performance"]

_COLUMNS: Final = ("item", "importance", "performance", "importance_cut", "performance_cut", "quadrant")
_INCHES: Final = (8.0, 6.0)
_MARGIN: Final = 0.15
# Where the name of each quadrant stands, in parts of the axes.
_CORNERS: Final = {
    "concentrate_here": (0.01, 0.99, "left", "top"),
    "keep_up": (0.99, 0.99, "right", "top"),
    "low_priority": (0.01, 0.01, "left", "bottom"),
    "possible_overkill": (0.99, 0.01, "right", "bottom"),
}
_PERFORMANCE: Final = Label("Performance", "表现")
_IMPORTANCE: Final = Label("Importance", "重要性")

_EMPTY: Final = Message(en="{@items} has no rows.", zh="{@items} 没有任何行。")


def plot_importance_performance(items: Any, *, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw items by how well they perform, to the right, and how important they are, upwards.

    Parameters
    ----------
    items : pandas, Polars or PyArrow table
        As `crmkit.loyalty.satisfaction.importance_performance_table` gives it.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    language : {"en", "zh"}, default "en"
        Language of the labels; items are shown as given.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on. Dashed lines are the cuts; items to concentrate on are orange.

    Raises
    ------
    SchemaError
        If a column is missing or there are no rows.
    TypeError
        If ``items`` is not a frame.
    ValueError
        If ``language`` is neither "en" nor "zh".

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit.loyalty.satisfaction import importance_performance_table
    >>> stated = pd.DataFrame({
    ...     "driver": ["delivery", "price", "advice"], "importance": [9.0, 8.0, 5.0], "mean": [5.0, 8.0, 4.0],
    ... })
    >>> ax = plot_importance_performance(importance_performance_table(stated))
    """
    made_by = "loyalty.satisfaction.importance_performance_table"
    table = table_of(items, _COLUMNS, name="items", made_by=made_by, language=language)
    if table.empty:
        raise SchemaError(_EMPTY())
    ax = axes_for(ax, size=_INCHES)
    across, up = (table[name].to_numpy(dtype=float) for name in ("performance", "importance"))
    cuts = [float(table[name].iloc[0]) for name in ("performance_cut", "importance_cut")]
    colours = [ORANGE if quadrant == "concentrate_here" else BLUE for quadrant in table["quadrant"]]
    ax.scatter(across, up, color=colours, s=36, zorder=3)
    ax.set_xlim(_limits([*across, cuts[0]]))
    ax.set_ylim(_limits([*up, cuts[1]]))
    ax.axvline(cuts[0], color=GREY, linestyle=DASHED, linewidth=1)
    ax.axhline(cuts[1], color=GREY, linestyle=DASHED, linewidth=1)
    for code, (x, y, side, end) in _CORNERS.items():
        name = LABELS["quadrant"][code].text(language)
        ax.text(x, y, name, transform=ax.transAxes, ha=side, va=end, color=GREY, fontweight="bold")
    quiet(ax)
    ax.grid(visible=False)
    ax.set_xlabel(_PERFORMANCE.text(language))
    ax.set_ylabel(_IMPORTANCE.text(language))
    name_points(ax, across, up, [str(item) for item in table["item"]])
    return in_language(ax, language)


def _limits(values: list[float]) -> tuple[float, float]:
    low, high = float(np.min(values)), float(np.max(values))
    margin = _MARGIN * (high - low or abs(high) or 1.0)
    return low - margin, high + margin
