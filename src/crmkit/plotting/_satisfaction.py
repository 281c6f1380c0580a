"""Scores of satisfaction with their intervals, a line for each group or wave."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from crmkit._figures import count, decimals, label_text, share
from crmkit._frames import open_frame
from crmkit._messages import Message
from crmkit._names import Label, Language
from crmkit.errors import SchemaError
from crmkit.plotting._style import BLUE, GREY, ORANGE, axes_for, in_language, legend, quiet, table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_satisfaction"]

_COLUMNS: Final = ("item", "measure", "n", "value", "lower", "upper", "is_small")
_AXES: Final = {
    "nps": Label("Net promoter score (points)", "净推荐值（分）"),
    "top_box": Label("Share of the top answers", "最高档答案占比"),
    "mean": Label("Mean answer", "平均分"),
}
_COLOURS: Final = {
    BLUE: Label("Score with its interval", "得分及其区间"),
    ORANGE: Label("Fewer than 30 answers", "不足 30 个答案"),
    GREY: Label("All together", "全部合计"),
}
_ALL: Final = Label("All", "全部")
_NO_LABEL: Final = Label("no label", "无标签")
_BETWEEN: Final = Label(", ", "，")
_HEADS: Final = (Label("score", "得分"), Label("answers", "答案数"))

_INCHES_PER_LINE: Final = 0.42
_INCHES_AROUND: Final = 1.4
_THICK: Final = 0.62
_PALE: Final = 0.75
_DARK: Final = "#222222"
# The line of their names, above the first bar, and how far right of the axes the figures end, in points.
_HEAD: Final = -0.8
_SHIFTS: Final = (45, 100)
_POINTS: Final = 100

_EMPTY: Final = Message(en="{@scores} has no rows.", zh="{@scores} 没有任何行。")
_SEVERAL: Final = Message(
    en="{@scores} has the measures {measures}, which do not share an axis. Draw them one by one.",
    zh="{@scores} 含有 {measures} 多种指标，不能共用一个坐标轴，请分别绘制。",
)


def plot_satisfaction(scores: Any, *, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw scores of satisfaction as bars with their intervals, a line for each group or wave.

    Parameters
    ----------
    scores : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.loyalty.satisfaction.satisfaction_table` gives it, some of its rows, or several of one measure.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    language : {"en", "zh"}, default "en"
        Language of the labels; groups and items are shown as given.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on, lines in the order of the table; a net promoter score in points. Right of them the score and
        the answers. Orange rests on fewer than 30 answers, grey is all groups together. Items are named where there
        are several; where nobody answered, a line has no bar.

    Raises
    ------
    SchemaError
        If a column is missing, there are no rows, or there is more than one measure.
    TypeError
        If ``scores`` is not a frame.
    ValueError
        If ``language`` is neither "en" nor "zh".

    Examples
    --------
    >>> from crmkit import as_answers, make_answers
    >>> from crmkit.loyalty.satisfaction import satisfaction_table
    >>> survey = make_answers(random_state=1).answers
    >>> answers = as_answers(survey, items=["recommend"], scale=(0, 10), missing=[99], group="group")
    >>> ax = plot_satisfaction(satisfaction_table(answers, item="recommend", measure="nps", by="group"))
    """
    given = open_frame(scores, name="scores").collect_schema().names()
    by = given[: given.index("scope") + 1] if "scope" in given else []
    made_by = "loyalty.satisfaction.satisfaction_table"
    table = table_of(scores, (*by, *_COLUMNS), name="scores", made_by=made_by, language=language)
    if table.empty:
        raise SchemaError(_EMPTY())
    measures = table["measure"].unique().tolist()
    if len(measures) > 1:
        raise SchemaError(_SEVERAL(measures=measures))
    is_all = table["scope"].eq("all").to_numpy(dtype=bool) if by else np.zeros(len(table), dtype=bool)
    colours = np.where(table["is_small"].to_numpy(dtype=bool), ORANGE, np.where(is_all, GREY, BLUE))
    ax = axes_for(ax, size=(0, _INCHES_AROUND + _INCHES_PER_LINE * len(table)))
    _draw(ax, table, colours, measure=measures[0])
    named = [_named(row, by, several=len(table["item"].unique()) > 1, language=language) for _, row in table.iterrows()]
    ax.set_yticks(range(len(table)), named)
    ax.set_xlabel(_AXES[measures[0]].text(language))
    _write_figures(ax, table, measure=measures[0], language=language)
    for colour, label in _COLOURS.items():
        if colour in colours:
            ax.barh(0, 0, color=colour, alpha=_PALE, label=label.text(language))
    legend(ax)
    return in_language(ax, language)


def _draw(ax: Axes, table: pd.DataFrame, colours: Any, *, measure: str) -> None:
    """The bars from 0 and the intervals on them."""
    from crmkit.plotting import _ticks

    unit = _POINTS if measure == "nps" else 1
    value, lower, upper = (unit * table[name].to_numpy(dtype=float) for name in ("value", "lower", "upper"))
    places = np.arange(len(table))
    ax.barh(places, np.nan_to_num(value), _THICK, color=colours, alpha=_PALE)
    known = np.isfinite(lower) & np.isfinite(upper)
    ax.hlines(places[known], lower[known], upper[known], color=_DARK, linewidth=1.6)
    ax.plot(np.concatenate([lower, upper]), np.tile(places, 2), color=_DARK, marker="|", markersize=8, linestyle="none")
    ax.axvline(0, color=_DARK, linewidth=0.8)
    ax.set_ylim(len(table) - 0.5, _HEAD - 0.5)
    quiet(ax)
    ax.grid(visible=False, axis="y")
    ax.grid(visible=True, axis="x", color="#E5E5E5", linewidth=0.8)
    ax.spines["left"].set_visible(False)
    ax.tick_params(axis="y", length=0)
    if measure == "top_box":
        _ticks.shares(ax.xaxis)


def _named(row: pd.Series, by: list[str], *, several: bool, language: Language) -> str:
    """The group, and the item where there are several or there are no groups."""
    labels = [row[name] for name in by if name != "scope"]
    if by and row["scope"] == "all":
        words = [_ALL.text(language)]
    else:
        words = [_NO_LABEL.text(language) if pd.isna(label) else label_text(label) for label in labels]
    item = [str(row["item"])] if several or not by else []
    return _BETWEEN.text(language).join([*item, *words])


def _write_figures(ax: Axes, table: pd.DataFrame, *, measure: str, language: Language) -> None:
    """The score and the answers, right of the axes under their names."""
    written = {
        "nps": lambda value: f"{_POINTS * value:+.1f}" if np.isfinite(value) else decimals(value),
        "top_box": share,
        "mean": decimals,
    }[measure]
    columns = ([written(float(each)) for each in table["value"]], [count(float(each)) for each in table["n"]])
    for shift, head, texts in zip(_SHIFTS, _HEADS, columns, strict=True):
        for place, text in [(_HEAD, head.text(language)), *enumerate(texts)]:
            ax.annotate(
                text,
                (1, place),
                (shift, 0),
                xycoords=ax.get_yaxis_transform(),
                textcoords="offset points",
                ha="right",
                va="center",
                color=GREY if place == _HEAD else _DARK,
                fontsize="small",
                annotation_clip=False,
            )
