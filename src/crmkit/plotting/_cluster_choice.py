"""Criteria by number of clusters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from crmkit._arrays import Floats
from crmkit._frames import open_frame
from crmkit._messages import Message
from crmkit._names import Label, Language
from crmkit.errors import SchemaError
from crmkit.plotting._style import BLUE, DASHED, GREY, ORANGE, axes_for, in_language, legend, quiet, table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_cluster_choice"]


class _Criterion(NamedTuple):
    name: Label
    colour: str
    marker: str
    falling: bool = False


_CRITERIA: Final = {
    "silhouette": _Criterion(Label("Silhouette", "轮廓系数"), BLUE, "o"),
    "calinski_harabasz": _Criterion(Label("Calinski–Harabasz", "Calinski–Harabasz 指数"), "#56B4E9", "s"),
    "davies_bouldin": _Criterion(Label("Davies–Bouldin (turned)", "Davies–Bouldin 指数（反向）"), "#009E73", "^", True),
    "gap": _Criterion(Label("Gap", "Gap 统计量"), ORANGE, "D"),
    "bic": _Criterion(Label("BIC (turned)", "BIC（反向）"), "#CC79A7", "v", True),
    "least_stability": _Criterion(Label("Least stable cluster", "最不稳定的聚类"), "#D55E00", "x"),
}
_CHOSEN: Final = Label("Chosen: {n}", "选定：{n}")
_NONE: Final = Label("Chosen: 1, no clusters", "选定：1，没有聚类")
_X: Final = Label("Clusters", "聚类数")
_Y: Final = Label("Each criterion from worst (0) to best (1)", "各指标：最差（0）至最优（1）")

_NO_ROWS: Final = Message(
    en="{@choice} has no rows: the number of clusters was given, not chosen. {@cluster_choice_table()} judges it.",
    zh="{@choice} 没有任何行：聚类数是给定的而非选出的。可用 {@cluster_choice_table()} 评判。",
)


def plot_cluster_choice(choice: Any, *, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw the criteria by which a number of clusters was chosen, side by side.

    Parameters
    ----------
    choice : pandas, Polars or PyArrow table
        As `crmkit.segment.groups.cluster_choice_table` makes it, or ``choice_`` of a segmenter of groups, which has
        some of its criteria.
    ax : matplotlib.axes.Axes, optional
        Where to draw; new axes by default.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on: a line per criterion from its worst to its best value, so that high is good in all of them;
        a dashed line at the number chosen. Where that is 1, no number of clusters lies beyond what chance gives,
        however high its criteria are.

    Raises
    ------
    SchemaError
        If a column is missing, all criteria are, or there are no rows.
    TypeError
        If ``choice`` is not a frame.
    ValueError
        If ``language`` is not one of the two.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit.segment.groups import cluster_choice_table
    >>> customers = pd.DataFrame({"spend": [10.0, 20, 15, 90, 110, 100], "visits": [1.0, 2, 1, 9, 5, 8]})
    >>> ax = plot_cluster_choice(cluster_choice_table(customers, max_clusters=3))
    """
    has = open_frame(choice, name="choice").collect_schema().names()
    criteria = {column: each for column, each in _CRITERIA.items() if column in has} or _CRITERIA
    columns = ("n_clusters", "chosen", *criteria)
    table = table_of(choice, columns, name="choice", made_by="segment.groups.cluster_choice_table", language=language)
    if table.empty:
        raise SchemaError(_NO_ROWS())
    ax = axes_for(ax, size=(8.0, 4.5))
    numbers = table["n_clusters"].to_numpy()
    for column, criterion in criteria.items():
        heights = _from_worst_to_best(table[column].to_numpy(dtype=float), falling=criterion.falling)
        if not np.isnan(heights).all():
            ax.plot(
                numbers,
                heights,
                color=criterion.colour,
                marker=criterion.marker,
                linewidth=1.6,
                label=criterion.name.text(language),
            )
    chosen = int(numbers[table["chosen"].to_numpy() == 1][0])
    # The criteria only compare numbers of clusters; that there are none is what the test says.
    label = (_CHOSEN if chosen > 1 or len(numbers) == 1 else _NONE).text(language).format(n=chosen)
    ax.axvline(chosen, color=GREY, linestyle=DASHED, linewidth=1.2, label=label)
    quiet(ax)
    ax.set_xticks(numbers)
    ax.set_xlabel(_X.text(language))
    ax.set_ylabel(_Y.text(language))
    legend(ax, most=3)
    return in_language(ax, language)


def _from_worst_to_best(values: Floats, *, falling: bool) -> Floats:
    turned = -values if falling else values
    known = turned[np.isfinite(turned)]
    if not known.size:
        return np.full(len(values), np.nan)
    width = known.max() - known.min()
    return np.asarray((turned - known.min()) / width if width > 0 else np.where(np.isfinite(turned), 0.5, np.nan))
