"""A budget by channel, beside the rule that it is compared with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from crmkit._messages import Message
from crmkit._names import Label, Language
from crmkit.errors import SchemaError
from crmkit.plotting._style import BLUE, GREY, axes_for, in_language, legend, quiet, table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_budget_allocation"]

_SPEND: Final = Label("Spend", "投入")
_BEST: Final = Label("By marginal return: response {total:,.4g}", "按边际回报分配：总回报 {total:,.4g}")
_RULE: Final = Label("By the rule: response {total:,.4g}", "按固定比例分配：总回报 {total:,.4g}")
_NEXT: Final = Label("next unit {value:,.3g}", "再投 1 元带来 {value:,.3g}")
_NO_NAME: Final = Label("no label", "无标签")
_HALF: Final = 0.19

_EMPTY: Final = Message(en="{@allocation} has no rows.", zh="{@allocation} 没有任何行。")


def plot_budget_allocation(allocation: Any, *, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw what each channel gets of a budget, and what one more unit of money would bring there.

    Parameters
    ----------
    allocation : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.value.pricing.allocate_budget` gives it.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on: a bar per channel, the first on top, with its marginal return at the end; and a second bar
        for the rule where there is one.

    Raises
    ------
    SchemaError
        If a column is missing, or there are no rows.
    TypeError
        If ``allocation`` is not a frame.
    ValueError
        If ``language`` is neither "en" nor "zh".

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit.value.pricing import allocate_budget
    >>> curves = pd.DataFrame({"channel": ["mail", "search"], "kind": "log", "scale": [10.0, 6], "shape": float("nan"),
    ...                        "spend_scale": 5.0})
    >>> ax = plot_budget_allocation(allocate_budget(curves, budget=20, rule=(0.5, 0.5)))
    """
    from crmkit.plotting import _ticks

    columns = ("spend", "response", "marginal_return", "rule_spend", "rule_response")
    table = table_of(
        allocation, ("channel", *columns), name="allocation", made_by="value.pricing.allocate_budget", language=language
    )
    if table.empty:
        raise SchemaError(_EMPTY())
    spend, response, margin, by_rule, rule_response = (table[name].to_numpy(dtype=np.float64) for name in columns)
    ax = axes_for(ax, size=(8.0, 1.2 + 0.7 * len(table)))
    at = np.arange(len(table), dtype=np.float64)
    has_rule = not np.isnan(by_rule).all()
    shift = _HALF if has_rule else 0.0
    label = _BEST.text(language).format(total=response.sum())
    ax.barh(at - shift, spend, height=2 * _HALF, color=BLUE, label=label)
    if has_rule:
        label = _RULE.text(language).format(total=rule_response.sum())
        ax.barh(at + shift, by_rule, height=2 * _HALF, color=GREY, alpha=0.6, label=label)
    for place, value in enumerate(margin):
        if np.isfinite(value):
            ax.annotate(
                _NEXT.text(language).format(value=value),
                (spend[place], place - shift),
                (5, 0),
                textcoords="offset points",
                va="center",
                fontsize=9,
                color="#444444",
            )
    quiet(ax)
    ax.grid(visible=False, axis="y")
    legend(ax)
    names = [_NO_NAME.text(language) if channel is None or channel != channel else str(channel) for channel in
             table["channel"]]  # fmt: skip
    ax.set_yticks(at, names)
    ax.invert_yaxis()
    # Room for the words at the end of the longest bar.
    ax.set_xlim(0, 1.25 * max(float(np.nanmax([spend, by_rule])), np.finfo(float).tiny))
    _ticks.amounts(ax.xaxis)
    ax.set_xlabel(_SPEND.text(language))
    return in_language(ax, language)
