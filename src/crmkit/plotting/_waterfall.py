"""From one level to another, step by step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from crmkit.plotting._style import BLUE, GREY, ORANGE, quiet

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["waterfall"]

_WIDE: Final = 0.62
# Above the highest bar, for its number.
_ROOM: Final = 1.1


def waterfall(ax: Axes, *, start: float, moved: Sequence[float], end: float, names: Sequence[str]) -> None:
    """Draw a bar from zero at the start and at the end, and between them one for each step; ``names`` are of all."""
    from crmkit.plotting import _ticks

    after = start + np.cumsum(moved)
    before = np.concatenate([[start], after[:-1]])
    places = np.arange(len(names))
    ax.bar(places[[0, -1]], [start, end], _WIDE, color=GREY)
    ax.bar(places[1:-1], moved, _WIDE, bottom=before, color=[BLUE if each >= 0 else ORANGE for each in moved])
    levels = np.concatenate([[start], after])
    for place, level, next_moved in zip(places[:-1], levels, [*moved, end], strict=True):
        # Where nothing moved there is no bar to hold the line.
        ends = place + _WIDE / 2, place + 1 - (_WIDE / 2 if next_moved else -_WIDE / 2)
        ax.plot(ends, [level, level], color=GREY, linewidth=0.8)
    tops = [start, *np.maximum(before, after), end]
    texts = [f"{start:,.0f}", *(f"{each:+,.0f}" if each else "0" for each in moved), f"{end:,.0f}"]
    for place, top, text in zip(places, tops, texts, strict=True):
        ax.annotate(text, (place, top), xytext=(0, 3), textcoords="offset points", ha="center", va="bottom", fontsize=9)
    quiet(ax)
    ax.set_ylim(min(0.0, *levels), _ROOM * max(tops) if max(tops) > 0 else 1.0)
    _ticks.amounts(ax.yaxis)
    ax.set_xticks(places, names)
