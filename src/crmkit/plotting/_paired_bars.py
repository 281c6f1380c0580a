"""Actual beside expected, group by group."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from crmkit._names import Label, Language
from crmkit.plotting._style import BLUE, ORANGE, axes_for, in_language, legend, quiet
from crmkit.plotting._words import ACTUAL, EXPECTED

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["paired_bars"]

_THICK = 0.38


def paired_bars(
    groups: Sequence[str],
    actual: Any,
    expected: Any,
    *,
    x: Label,
    y: Label,
    ax: Axes | None,
    language: Language,
    names: tuple[Label, Label] = (ACTUAL, EXPECTED),
) -> Axes:
    """Draw two bars for each group; ``x`` and ``y`` name the axes, ``names`` the bars."""
    ax = axes_for(ax)
    places = np.arange(len(groups))
    for heights, shift, colour, label in (
        (actual, -_THICK / 2, BLUE, names[0]),
        (expected, _THICK / 2, ORANGE, names[1]),
    ):
        ax.bar(places + shift, heights, _THICK, color=colour, label=label.text(language))
    quiet(ax)
    ax.set_xticks(places, groups)
    ax.set_xlabel(x.text(language))
    ax.set_ylabel(y.text(language))
    legend(ax)
    return in_language(ax, language)
