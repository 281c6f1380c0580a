"""Models side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import numpy as np

from crmkit._checks import check_option
from crmkit._names import Label, Language
from crmkit.plotting._style import BLUE, GREY, axes_for, in_language, legend, quiet, table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_model_comparison"]

Metric: TypeAlias = Literal[
    "mae", "rmse", "relative_bias", "correlation", "gini", "top_decile_share", "auc", "brier_score"
]

_METRICS: Final[dict[Metric, Label]] = {
    "mae": Label("Mean absolute error", "平均绝对误差"),
    "rmse": Label("Root mean squared error", "均方根误差"),
    "relative_bias": Label("Bias of the total", "总量偏差"),
    "correlation": Label("Correlation of expected and actual", "预期与实际的相关系数"),
    "gini": Label("Normalised Gini coefficient", "归一化基尼系数"),
    "top_decile_share": Label("Share of purchases by the top tenth", "前十分之一客户的购买占比"),
    "auc": Label("AUC of inactivity", "不活跃预测的 AUC"),
    "brier_score": Label("Brier score of inactivity", "不活跃预测的 Brier 得分"),
}
_MODELS: Final = Label("Models", "模型")
_RULES: Final = Label("Rules of thumb", "经验规则")
_BASELINES: Final = {
    "rate_so_far": Label("Past rate continues", "维持以往频率"),
    "mean_rate": Label("Overall mean rate", "全体平均频率"),
    "last_period": Label("Same as last period", "重复上一期"),
    "hiatus": Label("Hiatus", "沉默期规则"),
}
_HIGHER_IS_BETTER: Final = ("correlation", "gini", "top_decile_share", "auc")
_SHARES: Final = ("relative_bias", "top_decile_share")


def plot_model_comparison(
    comparison: Any, *, ax: Axes | None = None, metric: Metric = "mae", language: Language = "en"
) -> Axes:
    """Draw one measure for each model and rule of thumb, the best on top.

    Parameters
    ----------
    comparison : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.value.judging.model_comparison_table` gives it.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    metric : {"mae", "rmse", "relative_bias", "correlation", "gini", "top_decile_share", "auc", "brier_score"}, \
default "mae"
        The measure to draw. For ``relative_bias`` the best is the one nearest 0.
    language : {"en", "zh"}, default "en"
        Language of the labels; model names are shown as given.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on. Rules of thumb are grey; those without the measure are left out.

    Raises
    ------
    SchemaError
        If a column is missing.
    TypeError
        If ``comparison`` is not a frame.
    ValueError
        If ``language`` or ``metric`` is not one of those listed.

    Examples
    --------
    >>> from crmkit import as_transactions, holdout_split, load_cdnow
    >>> from crmkit.value import BetaGeoModel
    >>> from crmkit.value.judging import model_comparison_table
    >>> holdout = holdout_split(
    ...     as_transactions(load_cdnow()), calibration_end="1997-09-30", observation_end="1998-06-30"
    ... )
    >>> models = {"BG/NBD": BetaGeoModel().fit(holdout)}
    >>> ax = plot_model_comparison(model_comparison_table(holdout, models=models, observation_end="1998-06-30"))
    """
    from crmkit.plotting import _ticks

    check_option(metric, _METRICS, name="metric")
    columns = ("model", "is_baseline", metric)
    table = table_of(
        comparison, columns, name="comparison", made_by="value.judging.model_comparison_table", language=language
    )
    table = table[table[metric].notna()]
    values = table[metric].to_numpy(dtype=np.float64)
    worse = -values if metric in _HIGHER_IS_BETTER else np.abs(values)
    table = table.assign(worse=worse).sort_values(["worse", "model"])
    values, is_rule = table[metric].to_numpy(dtype=np.float64), table["is_baseline"].to_numpy(dtype=bool)
    names = [
        _BASELINES[name].text(language) if rule else name for name, rule in zip(table["model"], is_rule, strict=True)
    ]
    ax = axes_for(ax)
    places = np.arange(len(names))
    for rows, colour, label in ((~is_rule, BLUE, _MODELS), (is_rule, GREY, _RULES)):
        bars = ax.barh(places[rows], values[rows], 0.6, color=colour, label=label.text(language))
        form = "{:+.1%}" if metric == "relative_bias" else "{:.1%}" if metric in _SHARES else "{:.3f}"
        ax.bar_label(bars, fmt=form, padding=3, fontsize="small", color="#444444")
    quiet(ax)
    ax.grid(visible=False)
    ax.set_yticks(places, names)
    ax.set_ylim(max(len(names), 1) - 0.5, -0.5)
    ax.margins(x=0.15)
    if metric in _SHARES:
        _ticks.shares(ax.xaxis)
    ax.set_xlabel(_METRICS[metric].text(language))
    legend(ax)
    return in_language(ax, language)
