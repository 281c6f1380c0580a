"""What was expected beside what came, group by group."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from crmkit._names import Language
from crmkit.plotting._style import BLUE, ORANGE, axes_for, in_language, quiet
from crmkit.plotting._value_texts import TEXTS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["paired_bars"]

_THICK = 0.38


def paired_bars(
    groups: Sequence[str], actual: Any, expected: Any, *, x: str, y: str, ax: Axes | None, language: Language
) -> Axes:
    """Draw two bars for each group; ``x`` and ``y`` name the texts of the axes."""
    ax = axes_for(ax)
    places = np.arange(len(groups))
    for heights, shift, colour, name in (
        (actual, -_THICK / 2, BLUE, "actual"),
        (expected, _THICK / 2, ORANGE, "expected"),
    ):
        ax.bar(places + shift, heights, _THICK, color=colour, label=TEXTS[name].text(language))
    quiet(ax)
    ax.set_xticks(places, groups)
    ax.set_xlabel(TEXTS[x].text(language))
    ax.set_ylabel(TEXTS[y].text(language))
    ax.legend(frameon=False, ncols=2, loc="lower left", bbox_to_anchor=(0, 1))
    return in_language(ax, language)
