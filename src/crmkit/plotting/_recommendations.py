"""How often recommendations came true, recommender by recommender."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import numpy as np

from crmkit._checks import check_option
from crmkit._messages import Message
from crmkit._names import Label, Language
from crmkit.errors import SchemaError
from crmkit.plotting._style import BLUE, DASHED, GREY, axes_for, in_language, quiet, table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_recommendations"]

_Measure: TypeAlias = Literal["precision", "recall", "hit_rate"]

_MEASURES: Final = {
    "precision": Label("Precision: share of the recommended items that were bought", "精确率：推荐商品中被购买的比例"),
    "recall": Label(
        "Recall: share of the newly bought items that had been recommended", "召回率：新购商品中曾被推荐的比例"
    ),
    "hit_rate": Label(
        "Hit rate: customers who bought at least one recommended item", "命中率：至少购买一件推荐商品的客户比例"
    ),
}
_POPULARITY: Final = Label("Most popular items", "最热门商品")
_RECENT: Final = Label("Most popular in the last {days} days", "近 {days} 天最热门商品")
_MODEL: Final = Label("Model", "模型")
_PREFIX: Final = "popularity_"
_INCHES_PER_ROW: Final = 0.5
_INCHES_AROUND: Final = 1.2

_NONE: Final = Message(
    en="{@report} has no rows of {measure!r}. Give the table as {@recommendation_report_table()} made it.",
    zh="{@report} 中没有 {measure!r} 的行。请给出 {@recommendation_report_table()} 的结果。",
)


def plot_recommendations(
    report: Any, *, measure: _Measure = "precision", ax: Axes | None = None, language: Language = "en"
) -> Axes:
    """Draw how often the recommendations of each recommender came true, with intervals.

    Parameters
    ----------
    report : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.value.products.recommendation_report_table` gives it.
    measure : {"precision", "recall", "hit_rate"}, default "precision"
        What is drawn.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on: a point per recommender, the best one on top, with its interval. Baselines are grey, and the
        dashed line is the popularity of all time.

    Raises
    ------
    SchemaError
        If a column is missing, or the measure is not in the table.
    TypeError
        If ``report`` is not a frame.
    ValueError
        If ``measure`` or ``language`` is not one of those listed.

    Examples
    --------
    >>> import pandas as pd
    >>> report = pd.DataFrame({
    ...     "recommender": ["model", "popularity"], "measure": "precision", "value": [0.09, 0.05],
    ...     "lower": [0.08, 0.04], "upper": [0.10, 0.06],
    ... })
    >>> ax = plot_recommendations(report)
    """
    from crmkit.plotting import _ticks

    check_option(measure, list(_MEASURES), name="measure")
    columns = ("recommender", "measure", "value", "lower", "upper")
    made_by = "value.products.recommendation_report_table"
    table = table_of(report, columns, name="report", made_by=made_by, language=language)
    table = table[table["measure"] == measure].sort_values(["value", "recommender"], ignore_index=True)
    if not len(table):
        raise SchemaError(_NONE(measure=measure))
    ax = axes_for(ax, size=(0, _INCHES_AROUND + _INCHES_PER_ROW * len(table)))
    value, lower, upper = (table[name].to_numpy(dtype=np.float64) for name in ("value", "lower", "upper"))
    for place, name in enumerate(table["recommender"]):
        colour = GREY if _is_baseline(name) else BLUE
        reach = np.nan_to_num([[value[place] - lower[place]], [upper[place] - value[place]]])
        ax.errorbar(value[place], place, xerr=reach, color=colour, fmt="o", markersize=6, linewidth=2)
    at = table.loc[table["recommender"] == "popularity", "value"]
    if len(at):
        ax.axvline(float(at.iloc[0]), color=GREY, linewidth=1, linestyle=DASHED, zorder=0)
    quiet(ax)
    ax.grid(visible=False, axis="y")
    ax.spines["left"].set_visible(False)
    ax.tick_params(axis="y", length=0)
    ax.set_yticks(range(len(table)), [_name(each, language) for each in table["recommender"]])
    ax.set_ylim(-0.6, len(table) - 0.4)
    ax.set_xlim(left=0, right=max(float(np.nanmax([value, upper])) * 1.06, 1e-3))
    _ticks.shares(ax.xaxis)
    ax.set_xlabel(_MEASURES[measure].text(language))
    return in_language(ax, language)


def _is_baseline(name: str) -> bool:
    return name == "popularity" or name.startswith(_PREFIX)


def _name(name: str, language: Language) -> str:
    if name == "popularity":
        return _POPULARITY.text(language)
    if _is_baseline(name):
        return _RECENT.text(language).format(days=name.removeprefix(_PREFIX).removesuffix("_days"))
    return _MODEL.text(language) if name == "model" else name
