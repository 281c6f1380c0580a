"""Van Westendorp's four curves, with the points where they cross."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from crmkit._messages import Message
from crmkit._names import Label, Language
from crmkit.errors import SchemaError
from crmkit.plotting._point_names import name_points
from crmkit.plotting._style import BLUE, DASHED, GREY, ORANGE, axes_for, in_language, legend, quiet, table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_price_sensitivity"]

_PRICE: Final = Label("Price", "价格")
_SHARE: Final = Label("Share of people", "人数占比")
_CURVES: Final = (
    ("too_cheap", Label("Too cheap", "太便宜"), BLUE, "solid", False),
    ("cheap", Label("Not cheap", "不便宜"), BLUE, DASHED, True),
    ("expensive", Label("Not expensive", "不贵"), ORANGE, DASHED, True),
    ("too_expensive", Label("Too expensive", "太贵"), ORANGE, "solid", False),
)
_POINTS: Final = {
    "marginal_cheapness": Label("Marginal cheapness {price:,.4g}", "廉价临界点 {price:,.4g}"),
    "optimal": Label("Optimal {price:,.4g}", "最优价格点 {price:,.4g}"),
    "indifference": Label("Indifference {price:,.4g}", "无差异点 {price:,.4g}"),
    "marginal_expensiveness": Label("Marginal expensiveness {price:,.4g}", "昂贵临界点 {price:,.4g}"),
}
_FROM_TO: Final = Label("Optimal {lower:,.4g} to {upper:,.4g}", "最优价格区间 {lower:,.4g}–{upper:,.4g}")

_EMPTY: Final = Message(en="{@curves} has no rows.", zh="{@curves} 没有任何行。")


def plot_price_sensitivity(curves: Any, points: Any, *, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw van Westendorp's curves and name the points where they cross.

    Parameters
    ----------
    curves, points : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.value.pricing.price_sensitivity_table` and `crmkit.value.pricing.price_sensitivity_points` give them.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on: who finds each price too cheap, not cheap, not expensive and too expensive; the range of
        acceptable prices as a band; and the points with their prices. The point of indifference lies where those who
        find a price cheap are as many as those who find it expensive, which these curves show mirrored.

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
    >>> import pandas as pd
    >>> from crmkit.value.pricing import price_sensitivity_points, price_sensitivity_table
    >>> answers = pd.DataFrame([(2, 4, 6, 8), (3, 5, 7, 9), (3, 5, 8, 10), (4, 6, 8, 12)],
    ...                        columns=["too_cheap", "cheap", "expensive", "too_expensive"])
    >>> ax = plot_price_sensitivity(price_sensitivity_table(answers), price_sensitivity_points(answers))
    """
    from crmkit.plotting import _ticks

    names = ("price", *(name for name, *_ in _CURVES))
    table = table_of(curves, names, name="curves", made_by="value.pricing.price_sensitivity_table", language=language)
    columns = ("point", "price", "lower", "upper", "is_range", "share")
    found = table_of(
        points, columns, name="points", made_by="value.pricing.price_sensitivity_points", language=language
    )
    if table.empty:
        raise SchemaError(_EMPTY())
    table = table.sort_values("price", ignore_index=True)
    price = table["price"].to_numpy(dtype=np.float64)
    ax = axes_for(ax, size=(8.0, 5.0))
    for name, label, colour, style, mirrored in _CURVES:
        share = table[name].to_numpy(dtype=np.float64)
        ax.plot(
            price,
            1 - share if mirrored else share,
            color=colour,
            linestyle=style,
            linewidth=2,
            label=label.text(language),
        )
    quiet(ax)
    ax.set_ylim(0, 1)
    ax.margins(x=0)
    _ticks.amounts(ax.xaxis)
    _ticks.shares(ax.yaxis)
    known = found[found["price"].notna()].set_index("point")
    if {"marginal_cheapness", "marginal_expensiveness"} <= set(known.index):
        ends = known["price"].to_numpy(dtype=np.float64)[known.index.str.startswith("marginal")]
        ax.axvspan(ends.min(), ends.max(), color=GREY, alpha=0.12, linewidth=0)
    legend(ax)
    ax.set_xlabel(_PRICE.text(language))
    ax.set_ylabel(_SHARE.text(language))
    at, height, texts = [], [], []
    for point, label in _POINTS.items():
        if point not in known.index:
            continue
        row: Any = known.loc[point]
        words = _FROM_TO if point == "optimal" and bool(row["is_range"]) else label
        at.append(float(row["price"]))
        # Cheap and expensive are drawn mirrored, so that their crossing is too.
        height.append(1 - float(row["share"]) if point == "indifference" else float(row["share"]))
        texts.append(words.text(language).format(price=row["price"], lower=row["lower"], upper=row["upper"]))
    ax.plot(at, height, color="#222222", marker="o", markersize=6, linestyle="none", clip_on=False)
    name_points(ax, np.array(at), np.array(height), texts)
    return in_language(ax, language)
