"""The share of customers still there over time, with the numbers at risk below the axis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from crmkit._names import Label, Language
from crmkit.plotting._style import axes_for, in_language, legend, quiet
from crmkit.plotting._survival_groups import DURATION, LINES, from_start, groups_in

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["plot_kaplan_meier"]

_SURVIVAL: Final = Label("Share still there", "仍在的客户占比")
_AT_RISK: Final = Label("At risk", "观察中的人数")
_INK: Final = "#444444"
# In points: how far below the axis the numbers begin, how far apart their lines are, how far left their names end.
_FIRST_LINE: Final = 48
_LINE: Final = 13
_BESIDE: Final = -24
# In inches.
_HEIGHT: Final = 4.2
_HEIGHT_OF_LINE: Final = 0.2


def plot_kaplan_meier(
    survival: Any, *, ax: Axes | None = None, unit: str | None = None, language: Language = "en"
) -> Axes:
    """Draw the share of customers still there over time, with its interval and the numbers at risk below the axis.

    Parameters
    ----------
    survival : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.loyalty.survival.kaplan_meier_table` gives it, for at most 6 groups.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made. The numbers at risk need room below them.
    unit : str, optional
        What stands below the axis of durations; days if not given.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on: one line of steps per group.

    Raises
    ------
    SchemaError
        If a column is missing.
    TypeError
        If ``survival`` is not a frame.
    ValueError
        If ``language`` is not one of those listed, or there are more groups than can be told apart.

    Examples
    --------
    >>> from crmkit.loyalty.survival import kaplan_meier_table
    >>> curve = kaplan_meier_table(durations=[5, 2, 1, 4, 2], observed=[1, 0, 1, 0, 1])
    >>> ax = plot_kaplan_meier(curve)
    """
    from crmkit.plotting import _ticks

    columns = ("duration", "n_at_risk", "survival", "lower", "upper")
    groups = groups_in(survival, columns, name="survival", made_by="kaplan_meier_table", language=language)
    ax = axes_for(ax, size=(0, _HEIGHT + _HEIGHT_OF_LINE * len(groups)))
    for (label, rows), colour in zip(groups, LINES, strict=False):
        duration, share = from_start(rows["duration"], 0.0), from_start(rows["survival"], 1.0)
        lower, upper = from_start(rows["lower"], np.nan), from_start(rows["upper"], np.nan)
        ax.step(duration, share, where="post", color=colour, linewidth=2, label=label)
        ax.fill_between(duration, lower, upper, step="post", color=colour, alpha=0.2, linewidth=0)
    quiet(ax)
    ax.set_ylim(0, 1)
    ax.set_xlim(0, max((float(rows["duration"].max()) for _, rows in groups if len(rows)), default=1.0) or 1.0)
    _ticks.shares(ax.yaxis)
    _ticks.few(ax.xaxis)
    ax.set_xlabel(DURATION.text(language) if unit is None else unit)
    ax.set_ylabel(_SURVIVAL.text(language))
    if groups[0][0] is not None:
        legend(ax)
    _write_at_risk(ax, groups, title=_AT_RISK.text(language))
    return in_language(ax, language)


def _write_at_risk(ax: Axes, groups: Sequence[tuple[str | None, pd.DataFrame]], *, title: str) -> None:
    """Write below the axis how many were under observation at each tick, a line per group."""
    low, high = ax.get_xlim()
    ticks = [float(tick) for tick in ax.get_xticks() if low <= tick <= high]
    ax.set_xticks(ticks)
    if groups[0][0] is not None:
        _write(ax, title, x=0.0, shift=_BESIDE, line=-1)
    for line, ((label, rows), colour) in enumerate(zip(groups, LINES, strict=False)):
        _write(ax, title if label is None else label, x=0.0, shift=_BESIDE, line=line, colour=label and colour)
        at_risk = np.append(rows["n_at_risk"].to_numpy(dtype=np.float64), 0.0)
        numbers = at_risk[np.searchsorted(rows["duration"].to_numpy(dtype=np.float64), ticks)]
        for tick, number in zip(ticks, numbers, strict=True):
            _write(ax, f"{number:,.0f}", x=(tick - low) / (high - low), line=line)


def _write(ax: Axes, text: str, *, x: float, line: int, shift: float | None = None, colour: str | None = None) -> None:
    """Write below the axis: in the middle below a share of its width, or ending beside it."""
    ax.annotate(
        text,
        (x, 0),
        (shift or 0, -(_FIRST_LINE + line * _LINE)),
        xycoords="axes fraction",
        textcoords="offset points",
        ha="center" if shift is None else "right",
        va="top",
        fontsize="small",
        color=colour or _INK,
        annotation_clip=False,
    )
