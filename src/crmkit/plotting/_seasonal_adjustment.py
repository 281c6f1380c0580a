"""A series with and without its season, above the season and what is left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from crmkit._messages import Message
from crmkit._names import Label, Language
from crmkit.errors import SchemaError
from crmkit.plotting._style import BLUE, DASHED, GREY, ORANGE, axes_for, in_language, legend, quiet, table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_seasonal_adjustment"]

_VALUE: Final = Label("As it was", "原始值")
_ADJUSTED: Final = Label("Without its season", "季节调整后")
_TREND: Final = Label("Trend", "趋势")
_UNFINISHED: Final = Label("Unfinished", "未结束")
_SEASON: Final = Label("Season", "季节")
_REMAINDER: Final = Label("Remainder", "余项")

# Bottom and height of each panel, in heights of the axes.
_PANELS: Final = {"series": (0.47, 0.53), "season": (0.24, 0.17), "remainder": (0.0, 0.17)}
_SIZE: Final = (8.0, 6.0)

_EMPTY: Final = Message(en="{@adjustment} has no rows.", zh="{@adjustment} 没有任何行。")


def plot_seasonal_adjustment(adjustment: Any, *, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw a series with and without its season in one panel, the season and the remainder in two below.

    Parameters
    ----------
    adjustment : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.metrics.seasonal_adjustment_table` gives it.
    ax : matplotlib.axes.Axes, optional
        Axes to draw in; without them, new ones are made.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        Empty axes that hold the panels, ``ax.child_axes``, from top to bottom. A period that is not over is a hollow
        dot. The lines of season and remainder start where there is none: at 1 if they are factors, at 0 if amounts.

    Raises
    ------
    SchemaError
        If a column is missing or there are no rows.
    TypeError
        If ``adjustment`` is not a frame.
    ValueError
        If ``language`` is neither "en" nor "zh".

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit.metrics import seasonal_adjustment_table
    >>> quarters = pd.DataFrame({
    ...     "period": pd.date_range("2022-01-01", periods=9, freq="QS"),
    ...     "revenue": [90.0, 100, 120, 130, 99, 110, 132, 143, 20],
    ...     "is_complete": [True] * 8 + [False],
    ... })
    >>> adjustment = seasonal_adjustment_table(quarters, value="revenue", method="multiplicative", freq="Q")
    >>> ax = plot_seasonal_adjustment(adjustment)
    """
    from crmkit.plotting import _ticks

    columns = ("period", "value", "trend", "seasonal", "remainder", "adjusted", "is_complete")
    table = table_of(
        adjustment, columns, name="adjustment", made_by="metrics.seasonal_adjustment_table", language=language
    ).sort_values("period")
    if table.empty:
        raise SchemaError(_EMPTY())
    periods, *parts = (table[name].to_numpy() for name in columns[:-1])
    value, trend, seasonal, remainder, adjusted = (part.astype(float) for part in parts)
    over = table["is_complete"].to_numpy(dtype=bool)
    ax = axes_for(ax, size=_SIZE)
    ax.set_axis_off()
    series, season, rest = (ax.inset_axes((0.0, bottom, 1.0, height)) for bottom, height in _PANELS.values())
    series.plot(periods, np.where(over, value, np.nan), color=GREY, linewidth=1.2, label=_VALUE.text(language))
    series.plot(periods, adjusted, color=BLUE, linewidth=2, label=_ADJUSTED.text(language))
    series.plot(periods, trend, color=ORANGE, linewidth=1.5, linestyle=DASHED, label=_TREND.text(language))
    if not over.all():
        label = _UNFINISHED.text(language)
        series.plot(periods[~over], value[~over], "o", color=GREY, markerfacecolor="none", label=label)
    # A season as a factor has a mean of 1 and is nowhere below 0; as an amount it has a mean of 0.
    nothing = 1.0 if (seasonal >= 0).all() and seasonal.any() else 0.0
    for panel, part, colour, name in ((season, seasonal, BLUE, _SEASON), (rest, remainder, GREY, _REMAINDER)):
        panel.vlines(periods, nothing, part, color=colour, linewidth=1.5)
        panel.plot(periods, part, color=colour, marker="o", markersize=2.5, linestyle="none")
        panel.axhline(nothing, color=GREY, linewidth=0.8)
        panel.set_title(name.text(language), loc="left", fontsize="small", color="#444444")
    series.set_ylim(bottom=min(0.0, np.nanmin(value)))
    for panel in (series, season, rest):
        quiet(panel)
        panel.set_xlim(periods[0] - _half(periods), periods[-1] + _half(periods))
        _ticks.days(panel.xaxis)
    for panel in (series, season):
        panel.tick_params(axis="x", labelbottom=False)
    _ticks.amounts(series.yaxis)
    for panel in (season, rest):
        panel.locator_params(axis="y", nbins=4)
    legend(series)
    return in_language(ax, language)


def _half(periods: Any) -> Any:
    """Half a period, that the first and the last have room."""
    return (periods[-1] - periods[0]) / max(2 * (len(periods) - 1), 1)
