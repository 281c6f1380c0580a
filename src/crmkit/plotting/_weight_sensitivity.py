"""How far weights may move before another row becomes first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from crmkit._figures import label_text
from crmkit._messages import Message
from crmkit._names import Label, Language
from crmkit.errors import SchemaError
from crmkit.plotting._criteria_names import CRITERIA
from crmkit.plotting._style import BLUE, GREY, ORANGE, axes_for, in_language, quiet, table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_weight_sensitivity"]

_COLUMNS: Final = ("criterion", "weight", "first", "weight_from", "weight_to", "first_below", "first_above")
_WEIGHT: Final = Label("Weight, the others keeping their proportions", "权重（其余权重按比例调整）")
_FIRST: Final = Label("First within the ranges: {name}", "区间内第一名：{name}")
_PALE: Final = "#D9D9D9"
_HALF: Final = 0.5
_THICK: Final = 7.0
_ROW_INCHES: Final = 0.62

_EMPTY: Final = Message(en="{@sensitivity} has no rows.", zh="{@sensitivity} 没有任何行。")


def plot_weight_sensitivity(sensitivity: Any, *, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw the range in which each weight may move before another row becomes first.

    Parameters
    ----------
    sensitivity : pandas, Polars or PyArrow table
        As `crmkit.segment.criteria.weight_sensitivity_table` gives it.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on: a line per criterion from 0 to 1, dark where the first row stays first, with a point at the
        weight; the names of those who become first stand on the pale parts.

    Raises
    ------
    SchemaError
        If a column is missing, or there are no rows.
    TypeError
        If ``sensitivity`` is not a frame.
    ValueError
        If ``language`` is neither "en" nor "zh".

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit.segment.criteria import Scorecard, weight_sensitivity_table
    >>> dealers = pd.DataFrame({"dealer": ["Ann", "Bo"], "sales": [80, 60], "stock": [50, 80]})
    >>> card = Scorecard(criteria=["sales", "stock"], weights={"sales": 70, "stock": 30}).fit(dealers)
    >>> ax = plot_weight_sensitivity(weight_sensitivity_table(dealers, scorer=card, label="dealer"))
    """
    from crmkit.plotting import _ticks

    made_by = "segment.criteria.weight_sensitivity_table"
    table = table_of(sensitivity, _COLUMNS, name="sensitivity", made_by=made_by, language=language)
    if table.empty:
        raise SchemaError(_EMPTY())
    ax = axes_for(ax, size=(8.0, 1.5 + _ROW_INCHES * len(table)))
    places = -np.arange(len(table))
    for place, row in zip(places.tolist(), table.to_dict("records"), strict=True):
        ax.plot([0, 1], [place, place], color=_PALE, linewidth=_THICK, solid_capstyle="butt", zorder=1)
        low, high = row["weight_from"], row["weight_to"]
        if not pd.isna(low):
            ax.plot([low, high], [place, place], color=BLUE, linewidth=_THICK, solid_capstyle="butt", zorder=2)
        ax.plot(row["weight"], place, color=ORANGE, marker="o", markersize=9, zorder=3, linestyle="none")
        # A name stands above the weights with which that row is first, and does not leave the axes.
        below = (0.0, "left") if low < _HALF else (low, "right")
        above = (1.0, "right") if high > _HALF else (high, "left")
        for (end, side), name in ((below, row["first_below"]), (above, row["first_above"])):
            if not pd.isna(name):
                ax.annotate(
                    label_text(name), (end, place), (0, 9), textcoords="offset points", ha=side, color=GREY, fontsize=9
                )
    quiet(ax)
    ax.grid(axis="y", visible=False)
    names = [CRITERIA.get(each, Label(each, each)).text(language) for each in table["criterion"]]
    ax.set_yticks(places, names)
    ax.set_ylim(places[-1] - 0.6, 0.7)
    ax.set_xlim(0, 1)
    _ticks.shares(ax.xaxis)
    ax.set_xlabel(_WEIGHT.text(language))
    ax.set_title(_FIRST.text(language).format(name=label_text(table["first"].iloc[0])), loc="left")
    return in_language(ax, language)
