"""What outstanding points will cost, and what was redeemed, over time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from crmkit._names import Label, Language
from crmkit.plotting._style import BLUE, ORANGE, axes_for, in_language, legend, quiet, table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_points_liability"]

_LIABILITY: Final = Label("Liability at the end of the period", "期末积分负债")
_REDEEMED: Final = Label("Cost of the points redeemed in it", "期间兑换成本")
_MONEY: Final = Label("Money", "金额")
# How pale a period is that is not over.
_PALE: Final = 0.4
# Of more periods, some have no label.
_MOST_LABELS: Final = 8


def plot_points_liability(liability: Any, *, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw the liability of a loyalty programme period by period, and what the redeemed points cost.

    Parameters
    ----------
    liability : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.loyalty.programmes.points_liability_table` gives it.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on: a line for the liability, bars for the cost; the bar of a period that is not over is pale.

    Raises
    ------
    SchemaError
        If a column is missing.
    TypeError
        If ``liability`` is not a frame.
    ValueError
        If ``language`` is neither "en" nor "zh".

    Examples
    --------
    >>> from crmkit import as_points, make_points
    >>> from crmkit.loyalty.programmes import points_liability_table
    >>> log = as_points(make_points(n_customers=50, random_state=1).points, expires="expires")
    >>> ax = plot_points_liability(points_liability_table(log, as_of="2024-12-31", cost_per_point=0.01))
    """
    from crmkit.plotting import _ticks

    columns = ("period", "is_complete", "liability", "redemption_cost")
    made_by = "loyalty.programmes.points_liability_table"
    table = table_of(liability, columns, name="liability", made_by=made_by, language=language).sort_values("period")
    place = np.arange(len(table))
    ax = axes_for(ax)
    shades = np.where(table["is_complete"].to_numpy(bool), 1.0, _PALE)
    bars = ax.bar(place, table["redemption_cost"], width=0.7, color=ORANGE, zorder=2, label=_REDEEMED.text(language))
    for bar, shade in zip(bars, shades, strict=True):
        bar.set_alpha(shade)
    owed = table["liability"].to_numpy(dtype=np.float64)
    ax.fill_between(place, owed, color=BLUE, alpha=0.12, linewidth=0, zorder=1)
    ax.plot(
        place,
        owed,
        color=BLUE,
        linewidth=2,
        zorder=3,
        marker="o" if len(place) == 1 else "",
        label=_LIABILITY.text(language),
    )
    quiet(ax)
    ax.set_ylim(bottom=0)
    step = max(-(-len(place) // _MOST_LABELS), 1)
    ax.set_xticks(place[::step], _ticks.periods(table["period"])[::step])
    _ticks.amounts(ax.yaxis)
    ax.set_ylabel(_MONEY.text(language))
    legend(ax)
    return in_language(ax, language)
