"""A heat map whose cells say their numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["heat_map"]

# From this shade on white text has more contrast than black.
_DARK = 0.8


def heat_map(
    ax: Axes,
    shades: npt.NDArray[np.float64],
    texts: Sequence[Sequence[str]],
    *,
    columns: Sequence[str],
    rows: Sequence[str],
) -> None:
    """Draw cells shaded from 0 to 1, the first row on top; cells of missing shade stay white."""
    from matplotlib.colors import LinearSegmentedColormap

    blues = LinearSegmentedColormap.from_list("blues", ["#F3F7FB", "#0072B2"]).with_extremes(bad="white")
    edges = [np.arange(n + 1) - 0.5 for n in (len(columns), len(rows))]
    ax.pcolormesh(*edges, np.ma.masked_invalid(shades), cmap=blues, vmin=0, vmax=1, edgecolors="white", linewidth=1)
    for (row, column), shade in np.ndenumerate(shades):
        colour = "white" if shade > _DARK else "#222222"
        ax.text(column, row, texts[row][column], ha="center", va="center", color=colour, fontsize="small")
    ax.set_xticks(range(len(columns)), columns)
    ax.set_yticks(range(len(rows)), rows)
    ax.set_ylim(len(rows) - 0.5, -0.5)
    ax.tick_params(colors="#444444", length=0)
    ax.spines[:].set_visible(False)
