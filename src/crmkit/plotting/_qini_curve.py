"""What treating the customers with the highest expected uplift adds, from nobody to everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from crmkit._names import Label, Language
from crmkit.plotting._style import BLUE, DASHED, GREY, axes_for, in_language, legend, quiet, table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_qini_curve"]

_FRACTION: Final = Label(
    "Share of customers treated, highest expected uplift first", "触达客户占比（预期增量从高到低）"
)
_GAIN: Final = Label("Outcome added per customer of the base", "每位客户平均增加的结果")
_RANDOM: Final = Label("As many chosen at random", "随机选取同样多的客户")


def plot_qini_curve(curve: Any, *, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw what treating a share of the customers adds, the highest expected uplift first, with its interval.

    Parameters
    ----------
    curve : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.loyalty.campaigns.qini_curve_table` gives it.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on; the dashed line is a random choice. Where the curve falls, treating more customers loses
        outcomes.

    Raises
    ------
    SchemaError
        If a column is missing.
    TypeError
        If ``curve`` is not a frame.
    ValueError
        If ``language`` is not one of those listed.

    Examples
    --------
    >>> from crmkit.loyalty.campaigns import qini_curve_table
    >>> outcomes, treatment = [1, 1, 0, 0, 1, 0, 1, 0], [1, 1, 0, 0, 1, 1, 0, 0]
    >>> ax = plot_qini_curve(qini_curve_table(outcomes, [8, 7, 6, 5, 4, 3, 2, 1], treatment=treatment))
    """
    from crmkit.plotting import _ticks

    columns = ("fraction", "gain", "gain_lower", "gain_upper", "random_gain")
    table = table_of(
        curve, columns, name="curve", made_by="loyalty.campaigns.qini_curve_table", language=language
    ).sort_values("fraction")
    fraction, gain, lower, upper, random = (table[name].to_numpy(dtype=np.float64) for name in columns)
    ax = axes_for(ax)
    ax.axhline(0, color=GREY, linewidth=1)
    ax.plot(fraction, random, color=GREY, linewidth=1, linestyle=DASHED, label=_RANDOM.text(language))
    # An arm has nobody yet among the very first.
    known = ~np.isnan(gain)
    ax.fill_between(fraction[known], lower[known], upper[known], color=BLUE, alpha=0.2, linewidth=0)
    ax.plot(fraction[known], gain[known], color=BLUE, linewidth=2)
    ax.set_xlim(0, 1)
    _ticks.shares(ax.xaxis)
    quiet(ax)
    ax.set_xlabel(_FRACTION.text(language))
    ax.set_ylabel(_GAIN.text(language))
    legend(ax)
    return in_language(ax, language)
