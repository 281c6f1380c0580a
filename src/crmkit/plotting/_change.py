"""What each factor added to the change of a product."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any, Final

from crmkit._frames import open_frame
from crmkit._messages import Message
from crmkit._names import Label, Language
from crmkit.errors import SchemaError
from crmkit.plotting._style import axes_for, in_language, table_of
from crmkit.plotting._waterfall import waterfall

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_change"]

_BEFORE: Final = Label("Before", "前期")
_AFTER: Final = Label("After", "后期")
_PRODUCT: Final = Label("Product of the factors", "各因素之积")
_LINES: Final = {"new": Label("New", "新增"), "lost": Label("Lost", "消失")}
_LETTERS_PER_LINE: Final = 12
_INCHES_PER_STEP: Final = 1.1

_SEVERAL: Final = Message(
    en="{@change} must have one row of the outcome, got {n}. Keep the rows of one group, or of all.",
    zh="{@change} 应只有一行结果（outcome），得到 {n} 行。请只保留一个分组，或保留合计。",
)


def plot_change(change: Any, *, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw what each factor added to the change of their product.

    Parameters
    ----------
    change : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.value.profit.change_table` gives it. If it has groups, the rows of all are drawn; to see one group,
        keep its rows alone.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    language : {"en", "zh"}, default "en"
        Language of the labels; factors go by the names of their columns.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on: a bar from zero for the product before and after, and between them one for each factor, and
        for groups that came or went.

    Raises
    ------
    SchemaError
        If a column is missing, or there is not one row of the outcome.
    TypeError
        If ``change`` is not a frame.
    ValueError
        If ``language`` is neither "en" nor "zh".

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit.value.profit import change_table
    >>> before = pd.DataFrame({"customers": [1000], "orders": [2.0], "margin": [12.0]})
    >>> after = pd.DataFrame({"customers": [1100], "orders": [2.2], "margin": [11.5]})
    >>> ax = plot_change(change_table(before, after, factors=["customers", "orders", "margin"]))
    """
    columns = ["factor", "role", "value", "previous", "contribution"]
    if "scope" in open_frame(change, name="change").collect_schema():
        columns.append("scope")
    table = table_of(change, columns, name="change", made_by="value.profit.change_table", language=language)
    if "scope" in columns and (of_all := table["scope"] == "all").any():
        table = table[of_all]
    outcome = table[table["role"] == "outcome"]
    if len(outcome) != 1:
        raise SchemaError(_SEVERAL(n=len(outcome)))
    steps = table[(table["role"] != "outcome") & table["contribution"].notna()]
    names = [
        _LINES[role].text(language) if role in _LINES else _wrapped(str(factor))
        for factor, role in zip(steps["factor"], steps["role"], strict=True)
    ]
    ends = [label.text(language) for label in (_BEFORE, _AFTER)]
    ax = axes_for(ax, size=(_INCHES_PER_STEP * (len(names) + 2), 4.0))
    start, end = (float(outcome.iloc[0][name]) for name in ("previous", "value"))
    waterfall(ax, start=start, moved=steps["contribution"].tolist(), end=end, names=[ends[0], *names, ends[1]])
    ax.set_ylabel(_PRODUCT.text(language))
    return in_language(ax, language)


def _wrapped(name: str) -> str:
    """The name of a column in words, over as many lines as it takes."""
    return "\n".join(textwrap.wrap(name.replace("_", " "), _LETTERS_PER_LINE))
