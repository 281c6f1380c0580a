"""Differences in percent with their intervals, a line each, and the values compared beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pandas as pd

from crmkit._figures import decimals, share
from crmkit._names import Label, Language
from crmkit.plotting._style import BLUE, GREY, ORANGE, axes_for, in_language, legend, quiet

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Line", "draw_intervals"]

_SURE: Final = Label("Significant (adjusted)", "显著（已校正）")
_UNSURE: Final = Label("Not significant", "不显著")
_FEW: Final = Label("Too few", "样本太少")
_UNTESTED: Final = Label("Not tested yet", "尚未检验")
_NOTHING: Final = Label("No relative difference is known", "相对差异均无法计算")

_INCHES_PER_LINE: Final = 0.34
_INCHES_AROUND: Final = 1.3
_DARK: Final = "#222222"
_LIGHT: Final = "#B4B4B4"
# The line of their names, above the first.
_HEAD: Final = -0.8
# How far right of the axes the two columns of figures end, in points.
_COLUMNS: Final = (55, 110)


class Line(NamedTuple):
    """A line of the plot: a heading, or a row of the table under its name.

    A row has ``value`` and ``other_value``, ``kind``, ``relative_difference`` with its ends, ``is_significant`` and
    ``too_few``; ``tested`` says whether it was tested at all.
    """

    text: str
    row: pd.Series | None = None
    tested: bool = True


def draw_intervals(
    lines: list[Line], *, ax: Axes | None, sides: tuple[Label, Label], label: Label, language: Language
) -> Axes:
    """Draw the lines; ``sides`` name the values compared, ``label`` what is drawn."""
    from crmkit.plotting import _ticks

    ax = axes_for(ax, size=(0, _INCHES_AROUND + _INCHES_PER_LINE * len(lines)))
    _draw(ax, lines, language)
    ax.axvline(0, color=_DARK, linewidth=0.8, zorder=0)
    quiet(ax)
    ax.grid(visible=False, axis="y")
    ax.spines["left"].set_visible(False)
    ax.tick_params(axis="y", length=0)
    _ticks.shares(ax.xaxis)
    ax.set_xlabel(label.text(language))
    _write_values(ax, lines, sides=sides, language=language)
    there = {_colour(line) for line in lines if line.row is not None and not pd.isna(line.row["relative_difference"])}
    for colour, name in ((BLUE, _SURE), (GREY, _UNSURE), (ORANGE, _FEW), (_LIGHT, _UNTESTED)):
        if colour in there:
            ax.plot([], [], color=colour, marker="o", label=name.text(language))
    if there:
        legend(ax)
    return in_language(ax, language)


def _colour(line: Line) -> str:
    if line.row is None or not line.tested:
        return _LIGHT
    return ORANGE if line.row["too_few"] else BLUE if line.row["is_significant"] else GREY


def _draw(ax: Axes, lines: list[Line], language: Language) -> None:
    """The estimates and their intervals; those without an end are drawn when the others have set the width."""
    rows = {place: line.row for place, line in enumerate(lines) if line.row is not None}
    known = np.array(
        [
            row[["relative_lower", "relative_upper", "relative_difference"]].to_numpy(dtype=float)
            for row in rows.values()
        ]
    )
    finite = np.append(known[np.isfinite(known)], 0.0)
    margin = 0.06 * (finite.max() - finite.min() or 1.0)
    low, high = finite.min() - margin, finite.max() + margin
    if np.isnan(known[:, 2]).all():
        ground = {"facecolor": "white", "edgecolor": "none"}
        ax.text(0.5, 0.5, _NOTHING.text(language), transform=ax.transAxes, ha="center", color=GREY, bbox=ground)
    for place, (lower, upper, middle) in zip(rows, known, strict=True):
        if np.isnan(middle):
            continue
        colour = _colour(lines[place])
        ends = [low if np.isnan(lower) else lower, high if np.isnan(upper) else upper]
        ax.plot(ends, [place, place], color=colour, linewidth=2, solid_capstyle="butt")
        ax.plot(middle, place, color=colour, marker="o", markersize=6)
    ax.set_xlim(low, high)
    ax.set_ylim(len(lines) - 0.5, _HEAD - 0.5)
    ax.set_yticks(range(len(lines)), [line.text for line in lines])
    for tick, line in zip(ax.get_yticklabels(), lines, strict=True):
        if line.row is None:
            tick.set_fontweight("bold")


def _write_values(ax: Axes, lines: list[Line], *, sides: tuple[Label, Label], language: Language) -> None:
    """The values compared, right of the axes under their names."""
    for shift, column, label in zip(_COLUMNS, ("value", "other_value"), sides, strict=True):
        _write(ax, label.text(language), place=_HEAD, shift=shift, colour=GREY)
        for place, line in enumerate(lines):
            if line.row is not None:
                written = (share if line.row["kind"] == "rate" else decimals)(float(line.row[column]))
                _write(ax, written, place=place, shift=shift, colour=_DARK)


def _write(ax: Axes, text: str, *, place: float, shift: float, colour: str) -> None:
    ax.annotate(
        text,
        (1, place),
        (shift, 0),
        xycoords=ax.get_yaxis_transform(),
        textcoords="offset points",
        ha="right",
        va="center",
        color=colour,
        fontsize="small",
        annotation_clip=False,
    )
