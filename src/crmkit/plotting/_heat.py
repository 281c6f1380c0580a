"""A heat map with the numbers in its cells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from crmkit._arrays import Floats

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["heat_map", "size_of"]

_SHADES = ("#F3F7FB", "#0072B2")
# A cell with three digits and a sign in small letters, and the room for labels, in inches.
_CELL: Final = (0.38, 0.24)
_LABELS: Final = (2.0, 0.8)
# How much of a pale cell is white, and the grey of its number.
_VEIL: Final = 0.7
_PALE: Final = "#555555"
# Letters in points: the usual, and the smallest that can be read. A text is as wide as so many of its letters' heights.
_LETTERS: Final = 8.3
_SMALLEST: Final = 5.0
_WIDTH: Final = 0.85
_POINTS: Final = 72
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
    pale: npt.NDArray[np.bool_] | None = None,
) -> None:
    """Draw cells shaded from 0 to 1, the first row on top; cells without a shade stay white.

    Those that are ``pale`` show through a white veil, their numbers in grey italics.
    """
    from matplotlib.colors import LinearSegmentedColormap, ListedColormap

    blues = LinearSegmentedColormap.from_list("blues", _SHADES).with_extremes(bad="white")
    shown = np.ma.masked_invalid(shades)
    edges = [np.arange(n + 1) - 0.5 for n in (len(columns), len(rows))]
    ax.pcolormesh(*edges, shown, cmap=blues, vmin=0, vmax=1, edgecolors="white", linewidth=1)
    veiled = np.zeros(shades.shape, dtype=bool) if pale is None else pale
    if veiled.any():
        veil = np.ma.masked_array(np.zeros(shades.shape), ~veiled)
        ax.pcolormesh(*edges, veil, cmap=ListedColormap(["white"]), alpha=_VEIL, edgecolors="none")
    letters = _letters(ax, texts, n_columns=len(columns), n_rows=len(rows))
    for (row, column), luminance in np.ndenumerate(_luminance(blues(shown))):
        is_pale = bool(veiled[row, column])
        colour = _PALE if is_pale else "white" if luminance < _DARK else "black"
        style = "italic" if is_pale else "normal"
        if letters >= _SMALLEST:
            text = texts[row][column]
            ax.text(column, row, text, ha="center", va="center", color=colour, fontsize=letters, fontstyle=style)
    ax.set_xticks(range(len(columns)), columns)
    ax.set_yticks(range(len(rows)), rows)
    ax.set_ylim(max(len(rows), 1) - 0.5, -0.5)
    ax.tick_params(colors="#444444", length=0)
    ax.spines[:].set_visible(False)


def size_of(n_columns: int, n_rows: int) -> tuple[float, float]:
    """Give the size in inches at which each cell can be read."""
    return n_columns * _CELL[0] + _LABELS[0], n_rows * _CELL[1] + _LABELS[1]


def _letters(ax: Axes, texts: Sequence[Sequence[str]], *, n_columns: int, n_rows: int) -> float:
    """The size of letters, in points, with which the longest text fits into a cell; too small ones are not drawn."""
    if not n_columns or not n_rows:
        return _LETTERS
    area = ax.bbox.transformed(ax.figure.dpi_scale_trans.inverted())
    longest = max((len(text) for row in texts for text in row), default=1) or 1
    width, height = area.width / n_columns * _POINTS, area.height / n_rows * _POINTS
    return float(min(_LETTERS, width / (longest * _WIDTH), height * 0.9))


def _luminance(colours: Floats) -> Floats:
    """Relative luminance of sRGB colours as defined by WCAG 2.2."""
    channels = colours[..., :3]
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return np.asarray(linear @ [0.2126, 0.7152, 0.0722])
