"""What groups prefer, with intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from crmkit._checks import check_int
from crmkit._figures import label_text
from crmkit._messages import Message
from crmkit._names import Label, Language
from crmkit._tables import open_columns
from crmkit.errors import SchemaError
from crmkit.plotting._style import BLUE, DASHED, GREY, axes_for, in_language, quiet, table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_preferences"]

_INDEX: Final = Label("Index, 100 = share of the item overall", "偏好指数（100 = 该品项的总体占比）")
_INCHES_PER_ROW: Final = 0.32
_MADE_BY: Final = "value.products.preference_table"

_EMPTY: Final = Message(en="{@preferences} has no index with an interval.", zh="{@preferences} 中没有带区间的指数。")


def plot_preferences(preferences: Any, *, n: int = 12, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw the clearest preferences: the indices with the highest lower bounds, with their intervals.

    Parameters
    ----------
    preferences : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.value.products.preference_table` gives it: the columns of groups and of items come first.
    n : int, default 12
        How many to draw, at least 1.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on; the line at 100 is what all buy.

    Raises
    ------
    SchemaError
        If a column is missing, or there is no index with an interval.
    TypeError
        If ``preferences`` is not a frame, or ``n`` is not a whole number.
    ValueError
        If ``n`` is below 1 or ``language`` is neither "en" nor "zh".

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({
    ...     "region": ["north", "south"], "category": ["tea", "tea"], "index": [145.0, 95.0], "lower": [99.0, 81.0],
    ...     "upper": [198.0, 109.0],
    ... })
    >>> ax = plot_preferences(table)
    """
    check_int(n, name="n", low=1)
    labels = list(open_columns(preferences, [], name="preferences", made_by=_MADE_BY).collect_schema().names())[:2]
    columns = [*labels, "index", "lower", "upper"]
    table = table_of(preferences, columns, name="preferences", made_by=_MADE_BY, language=language)
    table = table.dropna(subset=["index", "lower"])
    if table.empty:
        raise SchemaError(_EMPTY())
    table = table.sort_values("lower", ascending=False, kind="stable").head(n).iloc[::-1]
    index, lower, upper = (table[name].to_numpy(dtype=np.float64) for name in columns[2:])
    at = np.arange(len(table))
    ax = axes_for(ax, size=(8.0, 1.2 + _INCHES_PER_ROW * len(table)))
    ax.hlines(at, lower, upper, color=BLUE, linewidth=2)
    ax.plot(index, at, color=BLUE, marker="o", linestyle="none")
    ax.axvline(100, color=GREY, linewidth=1, linestyle=DASHED)
    ax.set_yticks(at, [" · ".join(map(label_text, pair)) for pair in table[labels].itertuples(index=False, name=None)])
    quiet(ax)
    ax.grid(visible=False, axis="y")
    ax.set_xlabel(_INDEX.text(language))
    return in_language(ax, language)
