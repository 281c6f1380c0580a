"""Needs in their matrix of priority."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from crmkit._checks import check_option
from crmkit._frames import to_pandas
from crmkit._messages import Message
from crmkit._names import LANGUAGES, Label, Language
from crmkit._tables import open_columns
from crmkit.errors import SchemaError
from crmkit.plotting._quadrants import draw_quadrants

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_priority_matrix"]

_COLUMNS: Final = ("need", "quadrant", "name_en", "name_zh")
# The measure to the right and that upwards of each matrix, and where its quadrants lie.
_EISENHOWER: Final = (
    ("urgency", "importance"),
    {
        (False, True): Label("Schedule", "计划做"),
        (True, True): Label("Do first", "立即做"),
        (False, False): Label("Drop", "暂不做"),
        (True, False): Label("Delegate", "授权做"),
    },
    "do_first",
)
_IMPACT: Final = (
    ("difficulty", "impact"),
    {
        (False, True): Label("Quick win", "速赢"),
        (True, True): Label("Major project", "重点攻关"),
        (False, False): Label("Fill-in", "顺手做"),
        (True, False): Label("Thankless task", "不值得做"),
    },
    "quick_win",
)
_MEASURES: Final = {
    "importance": Label("Importance", "重要性"),
    "urgency": Label("Urgency", "紧迫性"),
    "impact": Label("Impact", "影响程度"),
    "difficulty": Label("Difficulty", "实现难度"),
}

_EMPTY: Final = Message(en="{@needs} has no rows with both measures.", zh="{@needs} 中没有两项均已知的需求。")


def plot_priority_matrix(needs: Any, *, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw needs in the matrix of importance and urgency, or of impact and difficulty.

    Parameters
    ----------
    needs : pandas, Polars or PyArrow table
        As `crmkit.segment.criteria.priority_table` gives it.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    language : {"en", "zh"}, default "en"
        Language of the labels; needs are shown as given.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on: a point per need with its name, the cuts dashed, the quadrants named; what to do first, or
        quick wins, are orange.

    Raises
    ------
    SchemaError
        If a column is missing, or no need has both measures.
    TypeError
        If ``needs`` is not a frame.
    ValueError
        If ``language`` is neither "en" nor "zh".

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit.segment.criteria import priority_table
    >>> needs = pd.DataFrame({"need": ["delivery", "app"], "importance": [5, 4], "urgency": [5, 2]})
    >>> ax = plot_priority_matrix(priority_table(needs))
    """
    check_option(language, LANGUAGES, name="language")
    made_by = "segment.criteria.priority_table"
    rows = open_columns(needs, _COLUMNS, name="needs", made_by=made_by)
    (across, up), quadrants, first = _IMPACT if "impact" in rows.collect_schema().names() else _EISENHOWER
    columns = (across, up, f"{across}_cut", f"{up}_cut")
    table = to_pandas(open_columns(needs, (*_COLUMNS, *columns), name="needs", made_by=made_by))
    table = table[table[[across, up]].notna().all(axis=1)]
    if table.empty:
        raise SchemaError(_EMPTY())
    return draw_quadrants(
        (table[across].to_numpy(dtype=float), table[up].to_numpy(dtype=float)),
        (float(table[f"{across}_cut"].iloc[0]), float(table[f"{up}_cut"].iloc[0])),
        names=[str(need) for need in table["need"]],
        are_first=np.asarray(table["quadrant"] == first),
        quadrants=quadrants,
        measures=(_MEASURES[across], _MEASURES[up]),
        ax=ax,
        language=language,
    )
