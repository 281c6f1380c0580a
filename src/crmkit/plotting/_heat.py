"""A heat map with the numbers in its cells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from crmkit._arrays import Floats

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["heat_map"]

_SHADES = ("#F3F7FB", "#0072B2")
# On cells of lower luminance L white text has more contrast than black. Both have 4.6 : 1 where
# 1.05 / (L + 0.05) = (L + 0.05) / 0.05.
_DARK = 1.05**0.5 * 0.05**0.5 - 0.05


def heat_map(
    ax: Axes,
    shades: Floats,
    texts: Sequence[Sequence[str]],
    *,
    columns: Sequence[str],
    rows: Sequence[str],
) -> None:
    """Draw cells shaded from 0 to 1, the first row on top; cells without a shade stay white."""
    from matplotlib.colors import LinearSegmentedColormap

    blues = LinearSegmentedColormap.from_list("blues", _SHADES).with_extremes(bad="white")
    shown = np.ma.masked_invalid(shades)
    edges = [np.arange(n + 1) - 0.5 for n in (len(columns), len(rows))]
    ax.pcolormesh(*edges, shown, cmap=blues, vmin=0, vmax=1, edgecolors="white", linewidth=1)
    for (row, column), luminance in np.ndenumerate(_luminance(blues(shown))):
        colour = "white" if luminance < _DARK else "black"
        ax.text(column, row, texts[row][column], ha="center", va="center", color=colour, fontsize="small")
    ax.set_xticks(range(len(columns)), columns)
    ax.set_yticks(range(len(rows)), rows)
    ax.set_ylim(max(len(rows), 1) - 0.5, -0.5)
    ax.tick_params(colors="#444444", length=0)
    ax.spines[:].set_visible(False)


def _luminance(colours: Floats) -> Floats:
    """Relative luminance of sRGB colours as defined by WCAG 2.2."""
    channels = colours[..., :3]
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return np.asarray(linear @ [0.2126, 0.7152, 0.0722])
