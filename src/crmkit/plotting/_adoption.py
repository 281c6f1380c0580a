"""New customers since a launch, with the curve through them and its forecast."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from crmkit._messages import Message
from crmkit._names import Label, Language
from crmkit.errors import SchemaError
from crmkit.plotting._style import BLUE, DASHED, ORANGE, axes_for, in_language, legend, quiet, table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_adoption"]

_CAME: Final = Label("New customers", "新增客户")
_CURVE: Final = Label("Bass curve", "Bass 曲线")
_FORECAST: Final = Label("Forecast", "预测")
_INTERVAL: Final = Label("Forecast interval", "预测区间")
_PERIOD: Final = Label("Period since the launch", "上市以来的期数")
_PER_PERIOD: Final = Label("New customers per period", "每期新增客户")

_EMPTY: Final = Message(
    en="There is nothing to draw: {@fitted} and {@forecast} have no rows.",
    zh="{@fitted} 与 {@forecast} 都没有任何行，无可绘制。",
)


def plot_adoption(fitted: Any, forecast: Any = None, *, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw the new customers of each period since a launch, the Bass curve, and its forecast with the interval.

    Parameters
    ----------
    fitted : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As ``fitted_table`` of `crmkit.value.rhythm.BassModel` gives it; it may be empty where parameters were given.
    forecast : table of the same kinds, optional
        As ``forecast_table`` of the same model gives it.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on, over the first days of the periods where all are known, otherwise over their numbers.

    Raises
    ------
    SchemaError
        If a column is missing, or there are no rows.
    TypeError
        If a table is not a frame.
    ValueError
        If ``language`` is neither "en" nor "zh".

    Examples
    --------
    >>> from crmkit.value.rhythm import BassModel
    >>> model = BassModel().fit([840, 1470, 2110, 4000, 7590, 10950, 10530, 9470, 7790, 5890])
    >>> ax = plot_adoption(model.fitted_table(), model.forecast_table(6))
    """
    from crmkit.plotting import _ticks

    made_by = "value.rhythm.BassModel"
    past = table_of(fitted, ("t", "period", "new_customers", "expected"), name="fitted", made_by=made_by,
                    language=language).sort_values("t")  # fmt: skip
    ahead = past.iloc[:0].assign(lower=np.nan, upper=np.nan)
    if forecast is not None:
        columns = ("t", "period", "new_customers", "lower", "upper")
        ahead = table_of(forecast, columns, name="forecast", made_by=made_by, language=language).sort_values("t")
    if past.empty and ahead.empty:
        raise SchemaError(_EMPTY())
    dated = not (past["period"].isna().any() or ahead["period"].isna().any())
    x, x_ahead = (
        pd.to_datetime(table["period"]).to_numpy() if dated else table["t"].to_numpy(dtype=np.float64)
        for table in (past, ahead)
    )
    ax = axes_for(ax)
    if len(past):
        ax.plot(x, past["new_customers"], color=BLUE, linestyle="none", marker="o", markersize=5,
                label=_CAME.text(language))  # fmt: skip
        ax.plot(x, past["expected"], color=ORANGE, linewidth=2, label=_CURVE.text(language))
    if len(ahead):
        new, lower, upper = (ahead[name].to_numpy(dtype=np.float64) for name in ("new_customers", "lower", "upper"))
        marker = "o" if len(ahead) == 1 else None
        joined = np.concatenate([x[-1:], x_ahead]), np.concatenate([past["expected"].to_numpy()[-1:], new])
        ax.plot(*joined, color=ORANGE, linewidth=2, linestyle=DASHED, marker=marker, label=_FORECAST.text(language))
        if not np.isnan(lower).any():
            ax.fill_between(x_ahead, lower, upper, color=ORANGE, alpha=0.2, linewidth=0, label=_INTERVAL.text(language))
    quiet(ax)
    ax.set_ylim(bottom=0)
    (_ticks.days if dated else _ticks.whole)(ax.xaxis)
    _ticks.amounts(ax.yaxis)
    if not dated:
        ax.set_xlabel(_PERIOD.text(language))
    ax.set_ylabel(_PER_PERIOD.text(language))
    legend(ax)
    return in_language(ax, language)
