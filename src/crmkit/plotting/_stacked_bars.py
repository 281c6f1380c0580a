"""Bars over time, those of new customers on top of those of returning ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from crmkit._names import Label, Language
from crmkit.plotting._style import BLUE, ORANGE, legend, quiet

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["stacked_bars"]

_NEW: Final = Label("New customers", "新客户")
_RETURNING: Final = Label("Returning customers", "老客户")

_INCOMPLETE = 0.45
_GAP = 0.85


def stacked_bars(periods: pd.DataFrame, returning: Any, new: Any, *, ax: Axes, language: Language) -> Axes:
    """Draw the two parts of each period, sorted by time; incomplete periods are pale."""
    from crmkit.plotting import _ticks

    starts = periods["period"].to_numpy()
    # The table does not say how long a single period is.
    days = np.diff(starts).astype("timedelta64[D]").astype(int) if len(starts) > 1 else np.ones(1)
    width = _GAP * float(np.median(days))
    opacities = np.where(periods["is_complete"].to_numpy(dtype=bool), 1.0, _INCOMPLETE)
    for heights, bottoms, label, colour in (
        (returning, np.zeros(len(starts)), _RETURNING, BLUE),
        (new, np.maximum(returning, 0), _NEW, ORANGE),
    ):
        bars = ax.bar(starts, heights, width, bottom=bottoms, align="edge", color=colour, label=label.text(language))
        for bar, opacity in zip(bars, opacities, strict=True):
            bar.set_alpha(float(opacity))
    quiet(ax)
    _ticks.days(ax.xaxis)
    for handle in legend(ax).legend_handles:
        if handle is not None:
            handle.set_alpha(1.0)
    return ax
