"""How well the next category of customers was foreseen, category by category."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from crmkit._frames import column_name
from crmkit._messages import Message
from crmkit._names import Label, Language
from crmkit.errors import SchemaError
from crmkit.plotting._style import BLUE, DASHED, GREY, axes_for, in_language, quiet, table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_next_category"]

_AUC: Final = Label(
    "Probability that a buyer was ranked above somebody who did not buy (AUC)", "购买者评分高于未购买者的概率（AUC）"
)
_ALL: Final = Label("All categories", "全部品类")
_INCHES_PER_ROW: Final = 0.36
_INCHES_AROUND: Final = 1.2

_NONE: Final = Message(
    en="{@report} has no area to draw: in no category did some buy and others not.",
    zh="{@report} 中没有可画的 AUC：没有任何品类同时有人购买、有人未购买。",
)


def plot_next_category(report: Any, *, category: str, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw how well buyers of each category were told from others, with intervals.

    Parameters
    ----------
    report : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.value.products.next_category_report_table` gives it.
    category : str
        The column of categories.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on: a point per category with its interval, the best on top, grey where there are too few; all
        together at the bottom. The dashed line is chance.

    Raises
    ------
    SchemaError
        If a column is missing, or no row has an area.
    TypeError
        If ``report`` is not a frame.
    ValueError
        If ``language`` is neither "en" nor "zh".

    Examples
    --------
    >>> import pandas as pd
    >>> report = pd.DataFrame({
    ...     "category": ["tea", "cake", None], "scope": ["category", "category", "all"], "auc": [0.8, 0.6, 0.7],
    ...     "auc_lower": [0.7, 0.5, 0.65], "auc_upper": [0.9, 0.7, 0.75], "too_few": [False, True, False],
    ... })
    >>> ax = plot_next_category(report, category="category")
    """
    name = column_name(category, name="category")
    columns = (name, "scope", "auc", "auc_lower", "auc_upper", "too_few")
    made_by = "value.products.next_category_report_table"
    table = table_of(report, columns, name="report", made_by=made_by, language=language)
    table = table[table["auc"].notna()]
    if not len(table):
        raise SchemaError(_NONE())
    whole = table["scope"] == "all"
    table = table.assign(whole=~whole).sort_values(["whole", "auc"], ignore_index=True)
    ax = axes_for(ax, size=(0, _INCHES_AROUND + _INCHES_PER_ROW * len(table)))
    value, lower, upper = (table[column].to_numpy(dtype=np.float64) for column in ("auc", "auc_lower", "auc_upper"))
    for place, few in enumerate(table["too_few"].astype(bool)):
        reach = np.maximum(np.nan_to_num([[value[place] - lower[place]], [upper[place] - value[place]]]), 0)
        ax.errorbar(value[place], place, xerr=reach, color=GREY if few else BLUE, fmt="o", markersize=6, linewidth=2)
    ax.axvline(0.5, color=GREY, linewidth=1, linestyle=DASHED, zorder=0)
    quiet(ax)
    ax.grid(visible=False, axis="y")
    ax.spines["left"].set_visible(False)
    ax.tick_params(axis="y", length=0)
    labels = [
        _ALL.text(language) if scope == "all" else str(label) for label, scope in table[[name, "scope"]].to_numpy()
    ]
    ax.set_yticks(range(len(table)), labels)
    ax.set_ylim(-0.6, len(table) - 0.4)
    ax.set_xlim(min(0.45, float(np.nanmin([value, lower])) - 0.02), 1.0)
    ax.set_xlabel(_AUC.text(language))
    return in_language(ax, language)
