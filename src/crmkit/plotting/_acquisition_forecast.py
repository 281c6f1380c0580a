"""Forecasts of new customers by several methods, side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from crmkit._messages import Message
from crmkit._names import Label, Language
from crmkit.errors import SchemaError
from crmkit.plotting._style import BLUE, GREY, ORANGE, axes_for, in_language, legend, quiet, table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_acquisition_forecast"]

_METHODS: Final = {
    "last_value": (Label("Last value", "上期值"), GREY, "o"),
    "seasonal_naive": (Label("A year ago", "去年同期"), BLUE, "s"),
    "damped_trend": (Label("Damped trend", "阻尼趋势"), ORANGE, "D"),
}
_BEST: Final = Label("{method} (closest so far)", "{method}（历史误差最小）")
_STEP: Final = Label("Periods ahead", "向前期数")
_NEW: Final = Label("New customers per period", "每期新增客户")
# Room between the methods within a period.
_APART: Final = 0.2
# More dates than these run into one another.
_MOST_DATES: Final = 8

_EMPTY: Final = Message(en="{@forecast} holds no forecast.", zh="{@forecast} 没有任何预测。")


def plot_acquisition_forecast(forecast: Any, *, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw the new customers that each method forecasts, with intervals, period by period.

    Parameters
    ----------
    forecast : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.value.rhythm.acquisition_forecast_table` gives it.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on, over the first days of up to 8 periods where they are known, otherwise over their
        numbers. Methods without a forecast are left
        out; the legend names the one that was closest on earlier periods.

    Raises
    ------
    SchemaError
        If a column is missing, or no method has a forecast.
    TypeError
        If ``forecast`` is not a frame.
    ValueError
        If ``language`` is neither "en" nor "zh".

    Examples
    --------
    >>> from crmkit.value.rhythm import acquisition_forecast_table
    >>> new = [52, 48, 55, 61, 50, 47, 58, 66, 59, 54, 63, 70, 60, 58]
    >>> ax = plot_acquisition_forecast(acquisition_forecast_table(new, n_periods=4, season_length=4))
    """
    from crmkit.plotting import _ticks

    columns = ("method", "step", "period", "new_customers", "lower", "upper", "is_best")
    table = table_of(forecast, columns, name="forecast", made_by="value.rhythm.acquisition_forecast_table",
                     language=language)  # fmt: skip
    table = table[table["new_customers"].notna()].sort_values("step")
    shown = [name for name in _METHODS if (table["method"] == name).any()]
    if not shown:
        raise SchemaError(_EMPTY())
    ax = axes_for(ax)
    for place, name in enumerate(shown):
        rows = table[table["method"] == name]
        label, colour, marker = _METHODS[name]
        text = label.text(language)
        if rows["is_best"].to_numpy(dtype=bool).any():
            text = _BEST.text(language).format(method=text)
        new, lower, upper = (rows[column].to_numpy(dtype=np.float64) for column in columns[3:6])
        x = rows["step"].to_numpy(dtype=np.float64) + _APART * (place - (len(shown) - 1) / 2)
        ax.plot(x, new, color=colour, linestyle="none", marker=marker, markersize=6, label=text)
        ax.vlines(x, lower, upper, color=colour, linewidth=2, alpha=0.6)
    quiet(ax)
    ax.set_ylim(bottom=0)
    first = table.drop_duplicates("step")
    if first["period"].notna().all() and len(first) <= _MOST_DATES:
        days = pd.to_datetime(first["period"])
        ax.set_xticks(first["step"].to_numpy(), [f"{day:%Y-%m-%d}" for day in days])
    else:
        _ticks.whole(ax.xaxis)
        ax.set_xlabel(_STEP.text(language))
    _ticks.amounts(ax.yaxis)
    ax.set_ylabel(_NEW.text(language))
    legend(ax)
    return in_language(ax, language)
