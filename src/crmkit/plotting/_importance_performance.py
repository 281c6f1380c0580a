"""Importance beside performance, in four quadrants."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from crmkit._messages import Message
from crmkit._names import Label, Language
from crmkit.errors import SchemaError
from crmkit.labels import LABELS
from crmkit.plotting._quadrants import draw_quadrants
from crmkit.plotting._style import table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_importance_performance"]

_COLUMNS: Final = ("item", "importance", "performance", "importance_cut", "performance_cut", "quadrant")
# Where each quadrant lies: to the right, and upwards.
_CORNERS: Final = {
    "concentrate_here": (False, True),
    "keep_up": (True, True),
    "low_priority": (False, False),
    "possible_overkill": (True, False),
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
    return draw_quadrants(
        (table["performance"].to_numpy(dtype=float), table["importance"].to_numpy(dtype=float)),
        (float(table["performance_cut"].iloc[0]), float(table["importance_cut"].iloc[0])),
        names=[str(item) for item in table["item"]],
        are_first=np.asarray(table["quadrant"] == "concentrate_here"),
        quadrants={corner: LABELS["quadrant"][code] for code, corner in _CORNERS.items()},
        measures=(_PERFORMANCE, _IMPORTANCE),
        ax=ax,
        language=language,
    )
