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
_SMALLEST: Final = 6.0
_WIDTH: Final = 0.85
# The size of the labels of rows and columns in points, and the room that each needs: for its lines, and beside it.
_LABEL: Final = 10.0
_ROOM: Final = 1.3
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
    scale: Sequence[str] = (),
) -> None:
    """Draw cells shaded from 0 to 1, the first row on top; cells without a shade stay white.

    Those that are ``pale`` show through a white veil, their numbers in grey italics. Where cells are too small for
    numbers, a bar shows what the shades mean, by the texts of a ``scale`` from 0 to 1. With a scale rows and columns
    are in the order of time, so that of labels that would touch some are left out.
    """
    from matplotlib.colors import LinearSegmentedColormap, ListedColormap

    blues = LinearSegmentedColormap.from_list("blues", _SHADES).with_extremes(bad="white")
    shown = np.ma.masked_invalid(shades)
    edges = [np.arange(n + 1) - 0.5 for n in (len(columns), len(rows))]
    mesh = ax.pcolormesh(*edges, shown, cmap=blues, vmin=0, vmax=1, edgecolors="white", linewidth=1)
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
    if scale and letters < _SMALLEST:
        bar = ax.figure.colorbar(mesh, ax=ax, ticks=np.linspace(0, 1, len(scale)).tolist(), aspect=40, pad=0.02)
        bar.ax.set_yticklabels(scale)
        bar.ax.tick_params(colors="#444444", length=0)
        bar.outline.set_visible(False)
    if scale:
        width, height = _cell_size(ax, len(columns), len(rows))
        columns = _thinned(columns, room=width, needed=max(map(len, columns), default=0) * _WIDTH * _LABEL)
        # The last row is the newest: it keeps its label.
        rows = _thinned(rows[::-1], room=height, needed=_LABEL * _ROOM)[::-1]
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
    lines = [text.splitlines() for row in texts for text in row if text]
    longest = max((len(line) for text in lines for line in text), default=1)
    n_lines = max((len(text) for text in lines), default=1)
    width, height = _cell_size(ax, n_columns, n_rows)
    return float(min(_LETTERS, width / (longest * _WIDTH), height * 0.9 / n_lines))


def _cell_size(ax: Axes, n_columns: int, n_rows: int) -> tuple[float, float]:
    """Width and height of a cell in points."""
    area = ax.bbox.transformed(ax.figure.dpi_scale_trans.inverted())
    return area.width / max(n_columns, 1) * _POINTS, area.height / max(n_rows, 1) * _POINTS


def _thinned(labels: Sequence[str], *, room: float, needed: float) -> list[str]:
    """Leave out labels so that those that are left have room; the first stays."""
    step = max(int(np.ceil(needed / room)), 1)
    return [label if place % step == 0 else "" for place, label in enumerate(labels)]


def _luminance(colours: Floats) -> Floats:
    """Relative luminance of sRGB colours as defined by WCAG 2.2."""
    channels = colours[..., :3]
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return np.asarray(linear @ [0.2126, 0.7152, 0.0722])
