"""Bars in parts: what scores of groups are made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from crmkit._figures import label_text
from crmkit._names import Label, Language
from crmkit.plotting._style import BLUE, ORANGE, axes_for, in_language, legend, quiet

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["Contributions", "draw_contributions"]

_COLOURS: Final = (BLUE, ORANGE, "#009E73", "#CC79A7", "#56B4E9", "#D55E00")
_OTHERS: Final = ("weight", "percentile", "points", "scope")
_ALL: Final = Label("All", "全部")
_NONE: Final = Label("No label", "无标签")
_ROW: Final = Label("{name}\nn = {n:,}", "{name}\nn = {n:,}")
_THICK: Final = 0.6
_IN_A_ROW: Final = 2
_ROW_INCHES: Final = 0.62
# A part of a bar narrower than this share of the axis has no number in it.
_NARROW: Final = 0.05


class Contributions(NamedTuple):
    """The columns of the criterion, of the number of rows and of the score; what scores and criteria are called.

    ``most`` is the end of the scale, and ``written`` writes a number of it.
    """

    noun: str
    counted: str
    score: str
    called: Label
    names: Mapping[str, Label]
    most: float
    written: Callable[[float], str]


def draw_contributions(table: pd.DataFrame, what: Contributions, *, ax: Axes | None, language: Language) -> Axes:
    """Draw a bar per group, in parts that add up to its score."""
    from crmkit.plotting import _ticks

    criteria = list(dict.fromkeys(table[what.noun]))
    rows = [table.iloc[at : at + len(criteria)] for at in range(0, len(table), len(criteria))]
    names = [_name(group.iloc[0], table, what, language) for group in rows]
    ax = axes_for(ax, size=(8.0, 1.5 + _ROW_INCHES * len(rows)))
    places, left = -np.arange(len(rows)), np.zeros(len(rows))
    for number, criterion in enumerate(criteria):
        widths = np.array([group["contribution"].iloc[number] for group in rows], dtype=np.float64)
        label = what.names.get(criterion, Label(criterion, criterion)).text(language)
        colour = _COLOURS[number % len(_COLOURS)]
        ax.barh(places, widths, _THICK, left=left, color=colour, label=label)
        for place, width, start in zip(places.tolist(), widths.tolist(), left.tolist(), strict=True):
            if width >= _NARROW * what.most:
                text = what.written(width)
                ax.text(start + width / 2, place, text, ha="center", va="center", color="white", fontsize=9)
        left = left + np.nan_to_num(widths)
    for place, group in zip(places.tolist(), rows, strict=True):
        score = float(group[what.score].iloc[0])
        if np.isfinite(score):
            end = score + what.most / 100
            ax.text(end, place, what.written(score), ha="left", va="center", fontweight="bold")
    quiet(ax)
    ax.grid(axis="y", visible=False)
    ax.set_yticks(places, names)
    ax.set_xlim(0, what.most)
    _ticks.amounts(ax.xaxis)
    ax.set_xlabel(what.called.text(language))
    legend(ax, most=_IN_A_ROW)
    return in_language(ax, language)


def _name(row: pd.Series[Any], table: pd.DataFrame, what: Contributions, language: Language) -> str:
    """What a group is called: its labels, with the number of its rows."""
    own = (what.noun, what.counted, what.score, "contribution", *_OTHERS)
    labels = [name for name in table.columns if name not in own]
    scope = row.get("scope", "all")
    if scope == "all":
        name = _ALL.text(language)
    else:
        name = " · ".join(_NONE.text(language) if _lacks(row[label]) else label_text(row[label]) for label in labels)
    return _ROW.text(language).format(name=name, n=int(row[what.counted]))


def _lacks(value: Any) -> bool:
    return value is None or value != value
