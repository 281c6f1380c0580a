"""Forecasts made on earlier days beside what came."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from crmkit._checks import check_option
from crmkit._names import Label, Language
from crmkit.plotting._style import BLUE, ORANGE, axes_for, in_language, legend, quiet, table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_backtests"]

_FORECAST: Final = Label("Forecast and its interval", "预测值与区间")
_CAME: Final = Label("What came", "实际发生")
_DAY: Final = Label("Day of the forecast", "作出预测的日期")
_QUANTITIES: Final = {
    "revenue": Label("Net revenue within the horizon", "预测期内净销售额"),
    "purchases": Label("Purchases within the horizon", "预测期内购买次数"),
}


def plot_backtests(
    backtests: Any,
    *,
    quantity: Literal["revenue", "purchases"] = "revenue",
    model: str = "combined",
    ax: Axes | None = None,
    language: Language = "en",
) -> Axes:
    """Draw what was forecast on earlier days, with its intervals, and what came.

    Parameters
    ----------
    backtests : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.value.backtest_table` gives it, without groups.
    quantity : {"revenue", "purchases"}, default "revenue"
        What to draw.
    model : str, default "combined"
        Whose forecasts.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on: for each day a bar for the interval with the forecast on it, and a diamond for what came;
        empty for a log that was too short to try.

    Raises
    ------
    SchemaError
        If a column is missing.
    TypeError
        If ``backtests`` is not a frame.
    ValueError
        If ``quantity`` or ``model`` is not in the table, or ``language`` is neither "en" nor "zh".

    Examples
    --------
    >>> from crmkit import as_transactions, load_cdnow
    >>> from crmkit.value import backtest_table
    >>> backtests = backtest_table(as_transactions(load_cdnow()), as_of="1998-06-30", horizon=26, time_unit="W")
    >>> ax = plot_backtests(backtests)
    """
    from crmkit.plotting import _ticks

    columns = ("quantity", "model", "as_of", "forecast", "lower", "upper", "came")
    table = table_of(backtests, columns, name="backtests", made_by="value.backtest_table", language=language)
    check_option(quantity, _QUANTITIES, name="quantity")
    if len(table):
        check_option(quantity, set(table["quantity"]), name="quantity")
        check_option(model, set(table["model"]), name="model")
    table = table[(table["quantity"] == quantity) & (table["model"] == model)].sort_values("as_of")
    forecast, lower, upper, came = (table[name].to_numpy(dtype=np.float64) for name in columns[3:])
    days = table["as_of"].to_numpy()
    ax = axes_for(ax)
    ends = np.array([forecast - lower, upper - forecast])
    ax.errorbar(
        days, forecast, yerr=ends, color=BLUE, fmt="o", markersize=5, linewidth=2, label=_FORECAST.text(language)
    )
    ax.plot(days, came, color=ORANGE, linestyle="none", marker="D", markersize=6, label=_CAME.text(language))
    quiet(ax)
    ax.set_ylim(bottom=0)
    ax.margins(x=0.1)
    _ticks.days(ax.xaxis)
    (_ticks.amounts if quantity == "revenue" else _ticks.counts)(ax.yaxis)
    ax.set_xlabel(_DAY.text(language))
    ax.set_ylabel(_QUANTITIES[quantity].text(language))
    legend(ax)
    return in_language(ax, language)
