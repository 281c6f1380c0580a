"""How much of its points each cohort has redeemed by each age."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from crmkit._names import Label, Language
from crmkit.plotting._shades import shades_of
from crmkit.plotting._style import axes_for, in_language, legend, quiet, table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_redemption_curves"]

_AGE: Final = Label("Periods since the points were issued", "积分发放后的期数")
_REDEEMED: Final = Label("Share of the points issued that is redeemed", "已兑换积分占发放积分的比例")
_OLDEST: Final = Label("issued {first} (light) to {last} (dark)", "{first}（浅）至 {last}（深）发放")
_ISSUED: Final = Label("issued {first}", "{first} 发放")


def plot_redemption_curves(triangle: Any, *, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw how much of the points of each cohort has been redeemed by each age.

    Parameters
    ----------
    triangle : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.loyalty.programmes.redemption_triangle` gives it.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on: a line per cohort of points, the newer the darker, and a point where it ends today.

    Raises
    ------
    SchemaError
        If a column is missing.
    TypeError
        If ``triangle`` is not a frame.
    ValueError
        If ``language`` is neither "en" nor "zh".

    Examples
    --------
    >>> from crmkit import as_points, make_points
    >>> from crmkit.loyalty.programmes import redemption_triangle
    >>> log = as_points(make_points(n_customers=50, random_state=1).points, expires="expires")
    >>> ax = plot_redemption_curves(redemption_triangle(log, as_of="2024-12-31", freq="Q", valid_months=24))
    """
    from crmkit.plotting import _ticks

    columns = ("cohort", "age", "issued", "redeemed_total")
    made_by = "loyalty.programmes.redemption_triangle"
    table = table_of(triangle, columns, name="triangle", made_by=made_by, language=language)
    table = table[table["issued"] > 0].sort_values(["cohort", "age"])
    starts = np.sort(table["cohort"].unique())
    shades = shades_of(len(starts))
    ax = axes_for(ax)
    for shade, (_, cohort) in zip(shades, table.groupby("cohort", sort=True), strict=False):
        age = cohort["age"].to_numpy(dtype=np.float64)
        share = cohort["redeemed_total"].to_numpy(dtype=np.float64) / cohort["issued"].to_numpy(dtype=np.float64)
        ax.plot(age, share, color=shade, linewidth=2)
        ax.plot(age[-1:], share[-1:], "o", color=shade, markersize=5, markeredgecolor="white", zorder=3)
    quiet(ax)
    ax.set_ylim(bottom=0)
    _ticks.whole(ax.xaxis)
    _ticks.shares(ax.yaxis)
    ax.set_xlabel(_AGE.text(language))
    ax.set_ylabel(_REDEEMED.text(language))
    if len(starts):
        shown = _ticks.periods(starts)
        told = (_OLDEST if len(starts) > 1 else _ISSUED).text(language)
        ax.plot([], [], color=shades[-1], linewidth=2, label=told.format(first=shown[0], last=shown[-1]))
        legend(ax)
    return in_language(ax, language)
