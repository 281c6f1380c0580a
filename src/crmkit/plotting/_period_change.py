"""What made spend or profit change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from crmkit._messages import Message
from crmkit._names import Label, Language
from crmkit.errors import SchemaError
from crmkit.plotting import _audit_words as words
from crmkit.plotting._style import axes_for, in_language, table_of
from crmkit.plotting._waterfall import waterfall

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_period_change"]

_BEFORE: Final = Label("{outcome}\nbefore", "之前的\n{outcome}")
_AFTER: Final = Label("{outcome}\nafter", "之后的\n{outcome}")
_STEPS: Final = {
    "active_customers": Label("Customers", "客户数"),
    "purchase_frequency": Label("Orders per\ncustomer", "人均\n订单数"),
    "average_order_value": Label("Spend per\norder", "笔单价"),
    "margin": Label("Margin", "利润率"),
}
_LINES: Final = {
    "new": Label("New", "新增"),
    "lost": Label("Lost", "流失"),
    "inactive": Label("Refunds", "退款"),
}

_SEVERAL: Final = Message(
    en="{@change} must have one row of the outcome, got {n}. Keep the rows of one period.",
    zh="{@change} 应只有一行结果（outcome），得到 {n} 行。请只保留一期。",
)


def plot_period_change(change: Any, *, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw what customers, frequency, order value and margin added to profit, or to spend: lens 2.

    Parameters
    ----------
    change : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.metrics.base_audit.period_change_table` makes it, or one period of
        `crmkit.metrics.base_audit.change_history_table`.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on: a bar from zero for the outcome before and after, and between them one for each factor, from
        the level before it to the level after; where nobody was active before or after, one for the whole change.

    Raises
    ------
    SchemaError
        If a column is missing, or there are rows of no period or of several.
    TypeError
        If ``change`` is not a frame.
    ValueError
        If ``language`` is neither "en" nor "zh".

    Examples
    --------
    >>> from crmkit import activity_table, as_transactions, load_cdnow
    >>> from crmkit.metrics.base_audit import period_change_table
    >>> activity = activity_table(as_transactions(load_cdnow()), as_of="1998-06-30", freq="Q")
    >>> ax = plot_period_change(
    ...     period_change_table(activity, before="1997Q4", after="1998Q1", as_of="1998-06-30", freq="Q")
    ... )
    """
    columns = ("kpi", "role", "value", "previous", "contribution")
    made_by = "metrics.base_audit.period_change_table"
    table = table_of(change, columns, name="change", made_by=made_by, language=language)
    outcome = table[table["role"] == "outcome"]
    if len(outcome) != 1:
        raise SchemaError(_SEVERAL(n=len(outcome)))
    code, start, end = outcome.iloc[0][["kpi", "previous", "value"]]
    name = words.MEASURES[code].text(language)
    steps = table[(table["role"] != "outcome") & table["contribution"].notna()]
    names = [
        (_STEPS[kpi] if role == "factor" else _LINES[role]).text(language)
        for kpi, role in zip(steps["kpi"], steps["role"], strict=True)
    ]
    ends = [label.text(language).format(outcome=name) for label in (_BEFORE, _AFTER)]
    ax = axes_for(ax)
    moved = steps["contribution"].to_list()
    waterfall(ax, start=float(start), moved=moved, end=float(end), names=[ends[0], *names, ends[1]])
    ax.set_ylabel(name)
    return in_language(ax, language)
