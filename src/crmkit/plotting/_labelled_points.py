"""Points with their names beside them, where they hide neither one another nor the points."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.transforms import Bbox

__all__ = ["label_points"]

_DARK: Final = "#222222"
_LONGEST: Final = 28
# In points, tried in this order: right and left of the point, above and below, then further away.
_OFFSETS: Final = tuple(
    (x, y) for far in (1, 2, 3) for x, y in ((7, 0), (-7, 0), (0, 7), (0, -7), (7 * far, 9 * far), (7 * far, -9 * far),
                                             (-7 * far, 9 * far), (-7 * far, -9 * far))
)  # fmt: skip
_RADIUS: Final = 4.0


def label_points(ax: Axes, across: Sequence[float], up: Sequence[float], names: Sequence[str]) -> None:
    """Write a name beside each point, once the limits of the axes are set; what finds no room stands over others."""
    from matplotlib.transforms import Bbox

    unit = ax.figure.dpi / 72
    renderer = ax.figure.canvas.get_renderer()  # type: ignore[attr-defined]
    spots = ax.transData.transform(np.column_stack([np.asarray(across, dtype=float), np.asarray(up, dtype=float)]))
    reach = _RADIUS * unit
    taken = [Bbox.from_extents(x - reach, y - reach, x + reach, y + reach) for x, y in spots]
    frame = ax.get_window_extent(renderer)
    for place, (x, y, name) in enumerate(zip(across, up, names, strict=True)):
        text = name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"
        best = None
        for right, above in _OFFSETS:
            drawn = ax.annotate(
                text,
                (x, y),
                (right, above),
                textcoords="offset points",
                ha="left" if right > 0 else "right" if right < 0 else "center",
                va="bottom" if above > 0 else "top" if above < 0 else "center",
                color=_DARK,
                fontsize="small",
                bbox={"boxstyle": "square,pad=0", "facecolor": "white", "edgecolor": "none", "alpha": 0.75},
                annotation_clip=False,
            )
            box = drawn.get_window_extent(renderer)
            hidden = _overlap(box, [*taken[:place], *taken[place + 1 :]]) + _outside(box, frame)
            if best is None or hidden < best[0]:
                if best is not None:
                    best[1].remove()
                best = hidden, drawn, box
            else:
                drawn.remove()
            if not hidden:
                break
        if best is not None:
            taken.append(best[2])


def _overlap(box: Bbox, others: Sequence[Bbox]) -> float:
    """How much of a box others cover."""
    covered = 0.0
    for other in others:
        across = min(box.x1, other.x1) - max(box.x0, other.x0)
        up = min(box.y1, other.y1) - max(box.y0, other.y0)
        covered += max(across, 0.0) * max(up, 0.0)
    return covered


def _outside(box: Bbox, frame: Bbox) -> float:
    """How much of a box lies outside the axes."""
    return float(box.width * box.height - _overlap(box, [frame]))
