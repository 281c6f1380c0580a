"""Names beside points, where they hide neither one another nor other points."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from crmkit._arrays import Floats

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["name_points"]

_LETTERS: Final = 9.0
# Width of a letter and height of a line, as multiples of the size of letters; a Chinese one is square.
_WIDTH: Final = 0.58
_HEIGHT: Final = 1.25
# Half the size of a point, and the distances from it that are tried, in points.
_POINT: Final = 5.0
# Half the width of a line, and how many places on it are looked at.
_THIN: Final = 1.5
_STEPS: Final = 200
_DISTANCES: Final = (7.0, 16.0, 26.0)
# Where a name may stand, the best first, as horizontal and vertical direction.
_SIDES: Final = ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1))
_ALIGNED: Final = {1: "left", 0: "center", -1: "right"}
_RAISED: Final = {1: "bottom", 0: "center", -1: "top"}
_COLOUR: Final = "#444444"
_LONGEST: Final = 28
_POINTS: Final = 72


class _Box(NamedTuple):
    left: float
    bottom: float
    right: float
    top: float

    def over(self, other: _Box) -> float:
        """The area that two boxes share."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.top, other.top) - max(self.bottom, other.bottom)
        return max(width, 0.0) * max(height, 0.0)


def name_points(
    ax: Axes, x: Floats, y: Floats, names: Sequence[str], *, line: tuple[Floats, Floats] | None = None
) -> None:
    """Write names beside points of axes whose limits are set, each where it hides least, of a line too."""
    per_point = _POINTS / ax.figure.dpi
    places = ax.transData.transform(np.column_stack([x, y])) * per_point
    area = _Box(*(np.asarray(ax.bbox.extents) * per_point))
    taken = [_Box(px - _POINT, py - _POINT, px + _POINT, py + _POINT) for px, py in places.tolist()]
    if line is not None and len(line[0]):
        along = np.linspace(line[0][0], line[0][-1], _STEPS)
        traced = ax.transData.transform(np.column_stack([along, np.interp(along, *line)])) * per_point
        taken += [_Box(px - _THIN, py - _THIN, px + _THIN, py + _THIN) for px, py in traced.tolist()]
    for (px, py), at, name in zip(places.tolist(), zip(x, y, strict=True), names, strict=True):
        shown = name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"
        width = _LETTERS * sum(1.0 if unicodedata.east_asian_width(letter) in "WF" else _WIDTH for letter in shown)
        tried: list[tuple[float, float, int, int, int, _Box]] = []
        for distance in _DISTANCES:
            for side, rise in _SIDES:
                box = _box(px + distance * side, py + distance * rise, width, side, rise)
                hidden = sum(box.over(other) for other in taken)
                outside = (box.right - box.left) * (box.top - box.bottom) - box.over(area)
                tried.append((hidden + outside, distance, len(tried), side, rise, box))
        _, distance, _, side, rise, box = min(tried)
        taken.append(box)
        ax.annotate(
            shown,
            at,
            (distance * side, distance * rise),
            textcoords="offset points",
            ha=_ALIGNED[side],
            va=_RAISED[rise],
            color=_COLOUR,
            fontsize=_LETTERS,
        )


def _box(x: float, y: float, width: float, side: int, rise: int) -> _Box:
    """The place of a text that begins, ends or is centred at a point."""
    left = x - width * (1 - side) / 2
    bottom = y - _LETTERS * _HEIGHT * (1 - rise) / 2
    return _Box(left, bottom, left + width, bottom + _LETTERS * _HEIGHT)
