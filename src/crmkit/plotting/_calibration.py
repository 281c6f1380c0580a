"""Predicted probabilities beside the shares that came."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from crmkit._names import Label, Language
from crmkit.plotting._style import BLUE, DASHED, GREY, axes_for, in_language, legend, quiet

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_calibration"]

_RIGHT: Final = Label("As predicted", "与预测一致")
_CAME: Final = Label("What came, with interval", "实际结果及区间")


def draw_calibration(
    table: pd.DataFrame,
    columns: Sequence[str],
    *,
    predicted: Label,
    observed: Label,
    ax: Axes | None,
    language: Language,
) -> Axes:
    """Draw points with their intervals beside the line of right predictions.

    The columns are those of what was predicted, what was observed, and the ends of its interval.
    """
    from crmkit.plotting import _ticks

    ordered = table.sort_values(columns[0])
    at, came, lower, upper = (ordered[name].to_numpy(dtype=np.float64) for name in columns)
    ax = axes_for(ax, size=(5.5, 5.0))
    ax.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle=DASHED, label=_RIGHT.text(language))
    reach = [came - lower, upper - came]
    ax.errorbar(at, came, yerr=reach, color=BLUE, fmt="o", markersize=4, linewidth=1.5, label=_CAME.text(language))
    quiet(ax)
    ax.set_xlim(0, 1)
    ax.set_ylim(0, 1)
    for axis in (ax.xaxis, ax.yaxis):
        _ticks.shares(axis)
    ax.set_xlabel(predicted.text(language))
    ax.set_ylabel(observed.text(language))
    legend(ax)
    return in_language(ax, language)
