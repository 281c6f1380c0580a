"""From one level to another, step by step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from crmkit.plotting._style import BLUE, GREY, ORANGE, quiet

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["level_steps", "waterfall"]

_WIDE: Final = 0.62
# Above the highest bar, for its number, as a share of the axis.
_ROOM: Final = 0.1
_SIGNIFICANT: Final = 3
_MOST_DIGITS: Final = 6


def waterfall(ax: Axes, *, start: float, moved: Sequence[float], end: float, names: Sequence[str]) -> None:
    """Draw a bar from zero at the start and at the end, and between them one for each step; ``names`` are of all."""
    level_steps(ax, amounts=[start, *moved, end], is_level=[True, *[False] * len(moved), True], names=names)


def level_steps(ax: Axes, *, amounts: Sequence[float], is_level: Sequence[bool], names: Sequence[str]) -> None:
    """Draw a bar from zero for each level, and for each change one from the level before it; a level comes first."""
    from crmkit.plotting import _ticks

    levels: list[float] = []
    for amount, is_reached in zip(amounts, is_level, strict=True):
        levels.append(amount if is_reached else levels[-1] + amount)
    after = np.array(levels)
    before = np.where(is_level, 0.0, np.append(0.0, after[:-1]))
    places, heights, reached = np.arange(len(names)), np.array(amounts, dtype=float), np.array(is_level, dtype=bool)
    ax.bar(places[reached], heights[reached], _WIDE, color=GREY)
    colours = [BLUE if each >= 0 else ORANGE for each in heights[~reached]]
    ax.bar(places[~reached], heights[~reached], _WIDE, bottom=before[~reached], color=colours)
    for place, level, moved in zip(places[:-1], levels[:-1], np.where(reached, after, heights)[1:], strict=True):
        # Where nothing moved there is no bar to hold the line.
        ends = place + _WIDE / 2, place + 1 - (_WIDE / 2 if moved else -_WIDE / 2)
        ax.plot(ends, [level, level], color=GREY, linewidth=0.8)
    digits = _digits(float(np.abs(heights).max()))
    tops = np.maximum(before, after)
    for place, (top, amount, is_reached) in enumerate(zip(tops, amounts, is_level, strict=True)):
        text = f"{amount:,.{digits}f}" if is_reached else f"{amount:+,.{digits}f}" if amount else "0"
        ax.annotate(text, (place, top), xytext=(0, 3), textcoords="offset points", ha="center", va="bottom", fontsize=9)
    quiet(ax)
    bottom, top = min(0.0, *levels), float(tops.max())
    ax.set_ylim(bottom, top + _ROOM * (top - bottom) if top > bottom else 1.0)
    _ticks.amounts(ax.yaxis)
    ax.set_xticks(places, names)


def _digits(largest: float) -> int:
    """How many digits after the point tell the bars apart: none for money, some for shares."""
    return int(np.clip(_SIGNIFICANT - 1 - np.floor(np.log10(largest)), 0, _MOST_DIGITS)) if largest > 0 else 0
