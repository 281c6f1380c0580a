"""The shares of customers who have left for each reason over time, stacked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from crmkit._messages import Message
from crmkit._names import Label, Language
from crmkit.plotting._style import axes_for, in_language, legend, quiet
from crmkit.plotting._survival_groups import DURATION, LINES, REASONS, check_few, from_start, groups_in

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_cumulative_incidence"]

_SHARE: Final = Label("Share of customers", "客户占比")
_STILL_THERE: Final = Label("still there", "仍在")
_PALE: Final = "#E5E5E5"

_SEVERAL_GROUPS: Final = Message(
    en="{@incidence} holds the groups {groups}. Draw them one by one: incidence[incidence['group'] == {first!r}].",
    zh="{@incidence} 中有多组：{groups}。请逐组绘制：incidence[incidence['group'] == {first!r}]。",
)


def plot_cumulative_incidence(
    incidence: Any, *, ax: Axes | None = None, unit: str | None = None, language: Language = "en"
) -> Axes:
    """Draw the shares of customers who have left for each reason over time, stacked; the rest is still there.

    Parameters
    ----------
    incidence : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.loyalty.survival.cumulative_incidence_table` gives it, for at most 6 reasons and one group.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    unit : str, optional
        What stands below the axis of durations; days if not given.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on: one area per reason, the first at the bottom, and one of those still there.

    Raises
    ------
    SchemaError
        If a column is missing.
    TypeError
        If ``incidence`` is not a frame.
    ValueError
        If ``language`` is not one of those listed, there are more reasons than can be told apart, or several groups.

    Examples
    --------
    >>> from crmkit.loyalty.survival import cumulative_incidence_table
    >>> incidence = cumulative_incidence_table(durations=[1, 2, 3, 4], reasons=["price", "moved", "price", None])
    >>> ax = plot_cumulative_incidence(incidence)
    """
    from crmkit.plotting import _ticks

    columns = ("reason", "duration", "incidence")
    made_by = "cumulative_incidence_table"
    groups = groups_in(incidence, columns, name="incidence", made_by=made_by, language=language)
    if len(groups) > 1:
        labels = [label for label, _ in groups]
        raise ValueError(_SEVERAL_GROUPS(groups=labels, first=labels[0]))
    table = groups[0][1]
    reasons = table["reason"].drop_duplicates().tolist()
    check_few(len(reasons), name="incidence", what=REASONS)
    ax = axes_for(ax)
    duration, below = np.zeros(1), np.zeros(1)
    for reason, colour in zip(reasons, LINES, strict=False):
        rows = table[table["reason"] == reason].sort_values("duration")
        duration = from_start(rows["duration"], 0.0)
        above = below + from_start(rows["incidence"], 0.0)
        ax.fill_between(duration, below, above, step="post", color=colour, linewidth=0, label=str(reason))
        below = above
    still_there = _STILL_THERE.text(language)
    ax.fill_between(duration, below, 1.0, step="post", color=_PALE, linewidth=0, label=still_there)
    quiet(ax)
    ax.set_ylim(0, 1)
    ax.set_xlim(0, float(duration[-1]) or 1.0)
    _ticks.shares(ax.yaxis)
    _ticks.few(ax.xaxis)
    ax.set_xlabel(DURATION.text(language) if unit is None else unit)
    ax.set_ylabel(_SHARE.text(language))
    legend(ax)
    return in_language(ax, language)
