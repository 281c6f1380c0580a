"""Named points in four named quadrants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from crmkit._arrays import Floats
from crmkit._names import Label, Language
from crmkit.plotting._point_names import name_points
from crmkit.plotting._style import BLUE, DASHED, GREY, ORANGE, axes_for, in_language, quiet

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_quadrants"]

_INCHES: Final = (8.0, 6.0)
_MARGIN: Final = 0.15


def draw_quadrants(
    points: tuple[Floats, Floats],
    cuts: tuple[float, float],
    *,
    names: Sequence[str],
    are_first: npt.NDArray[np.bool_],
    quadrants: Mapping[tuple[bool, bool], Label],
    measures: tuple[Label, Label],
    ax: Axes | None,
    language: Language,
) -> Axes:
    """Draw points and dashed cuts; ``quadrants`` are named by whether they lie to the right, and up."""
    ax = axes_for(ax, size=_INCHES)
    across, up = points
    ax.scatter(across, up, color=[ORANGE if first else BLUE for first in are_first], s=36, zorder=3)
    ax.set_xlim(_limits([*across, cuts[0]]))
    ax.set_ylim(_limits([*up, cuts[1]]))
    ax.axvline(cuts[0], color=GREY, linestyle=DASHED, linewidth=1)
    ax.axhline(cuts[1], color=GREY, linestyle=DASHED, linewidth=1)
    for (is_right, is_up), label in quadrants.items():
        ax.text(
            0.99 if is_right else 0.01,
            0.99 if is_up else 0.01,
            label.text(language),
            transform=ax.transAxes,
            ha="right" if is_right else "left",
            va="top" if is_up else "bottom",
            color=GREY,
            fontweight="bold",
        )
    quiet(ax)
    ax.grid(visible=False)
    ax.set_xlabel(measures[0].text(language))
    ax.set_ylabel(measures[1].text(language))
    name_points(ax, across, up, names)
    return in_language(ax, language)


def _limits(values: Sequence[float]) -> tuple[float, float]:
    low, high = float(np.min(values)), float(np.max(values))
    margin = _MARGIN * (high - low or abs(high) or 1.0)
    return low - margin, high + margin
