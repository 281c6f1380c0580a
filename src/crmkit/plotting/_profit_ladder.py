"""From gross sales to profit, step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from crmkit._messages import Message
from crmkit._names import Label, Language
from crmkit.errors import SchemaError
from crmkit.plotting._style import axes_for, in_language, table_of
from crmkit.plotting._waterfall import level_steps

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_profit_ladder"]

_STEPS: Final = {
    "gross_sales": Label("Gross\nsales", "销售总额"),
    "discounts": Label("Discounts", "折扣"),
    "returns": Label("Returns", "退货"),
    "net_revenue": Label("Net\nrevenue", "净收入"),
    "cost_of_goods": Label("Cost of\ngoods", "销货成本"),
    "gross_margin": Label("Gross\nmargin", "毛利"),
    "contribution": Label("Contribution", "边际贡献"),
    "cost_to_serve": Label("Cost to\nserve", "服务成本"),
    "net_profit": Label("Net profit", "净利润"),
    "unallocated": Label("Unallocated", "未分摊"),
    "unused_capacity": Label("Unused\ncapacity", "闲置产能"),
    "profit": Label("Profit", "利润"),
}
_AMOUNT: Final = Label("Money", "金额")
_INCHES_PER_STEP: Final = 0.9
# Of axes that are brought; below it names are smaller, and aslant.
_WIDE_ENOUGH: Final = 0.65
_SMALL: Final = 6.5

_NO_START: Final = Message(
    en="{@ladder} has no rows, or begins with a change. Give the table as profit_ladder_table makes it.",
    zh="{@ladder} 没有任何行，或第一行是变动。请使用 profit_ladder_table 生成的表。",
)


def plot_profit_ladder(ladder: Any, *, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw how gross sales become profit.

    Parameters
    ----------
    ladder : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.value.profit.profit_ladder_table` gives it.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    language : {"en", "zh"}, default "en"
        Language of the labels; direct costs go by the names of their columns.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on: a bar from zero for each level, and between them one for each step.

    Raises
    ------
    SchemaError
        If a column is missing, or the first row is not a level.
    TypeError
        If ``ladder`` is not a frame.
    ValueError
        If ``language`` is neither "en" nor "zh".

    Examples
    --------
    >>> from crmkit import as_order_lines, make_order_lines
    >>> from crmkit.value import profit
    >>> lines = make_order_lines(n_customers=50, random_state=7).lines
    >>> order_lines = as_order_lines(lines, order_id="order_id", quantity="quantity", keep=["cost"])
    >>> profits = profit.customer_profit_table(order_lines, cost="cost", returned_cost="recovered")
    >>> ax = plot_profit_ladder(profit.profit_ladder_table(profits))
    """
    made_by = "value.profit.profit_ladder_table"
    table = table_of(ladder, ("step", "role", "amount"), name="ladder", made_by=made_by, language=language)
    is_level = (table["role"] == "level").tolist()
    if not is_level or not is_level[0]:
        raise SchemaError(_NO_START())
    names = [_STEPS[step].text(language) if step in _STEPS else str(step) for step in table["step"]]
    ax = axes_for(ax, size=(_INCHES_PER_STEP * len(names), 4.0))
    level_steps(ax, amounts=table["amount"].to_numpy(np.float64).tolist(), is_level=is_level, names=names)
    ax.set_ylabel(_AMOUNT.text(language))
    if _inches(ax) < _WIDE_ENOUGH * len(names):
        # Side by side the names would run into one another.
        for number in ax.texts:
            number.set_fontsize(_SMALL)
        flat = [name.replace("\n", " ") for name in names]
        ax.set_xticks(ax.get_xticks(), flat, rotation=35, ha="right", rotation_mode="anchor", fontsize=_SMALL + 1)
    return in_language(ax, language)


def _inches(ax: Axes) -> float:
    """How wide the axes are."""
    figure = ax.get_figure()
    return 0.0 if figure is None else float(ax.bbox.width / figure.dpi)
