"""Customers on the map of two measures of loyalty."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from crmkit._messages import Message
from crmkit._names import Label, Language
from crmkit.errors import SchemaError
from crmkit.plotting._style import BLUE, DASHED, GREY, ORANGE, axes_for, in_language, legend, quiet, table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_loyalty_map"]

# Okabe and Ito's palette, in the order of the classes; those in between are grey.
_COLOURS: Final = {
    "apostle": "#009E73",
    "loyalist": BLUE,
    "loyal": BLUE,
    "latent": "#56B4E9",
    "mercenary": "#56B4E9",
    "hostage": ORANGE,
    "spurious": ORANGE,
    "defector": "#D55E00",
    "not_loyal": "#D55E00",
    "terrorist": "#000000",
}
_MEASURES: Final = {
    "satisfaction": Label("Satisfaction", "满意度"),
    "repurchase": Label("Likelihood of buying again", "复购意愿"),
    "attitude": Label("Relative attitude", "相对态度"),
    "share_of_wallet": Label("Share of wallet", "钱包份额"),
}
_CLASS: Final = Label("{name} {share:.1%}", "{name} {share:.1%}")
_LARGEST: Final = 1400
# The area of all circles together, in square points, were each of them the largest.
_ROOM: Final = 100_000
_SMALLEST: Final = 12
_MARGIN: Final = 0.12
_IN_A_ROW: Final = 3

_NOBODY: Final = Message(en="{@points} has no rows: nobody has a class.", zh="{@points} 没有任何行：没有客户有分类。")


def plot_loyalty_map(points: Any, *, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw where customers stand on two measures of loyalty, and the classes that the cuts make.

    Parameters
    ----------
    points : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As ``map_table`` of `crmkit.loyalty.ApostleSegmenter` or `crmkit.loyalty.DickBasuSegmenter` gives it.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on: a circle per point, its area the number of customers; classes by colour, with their shares;
        the cuts dashed.

    Raises
    ------
    SchemaError
        If a column is missing, or there are no rows.
    TypeError
        If ``points`` is not a frame.
    ValueError
        If ``language`` is neither "en" nor "zh".

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit.loyalty import ApostleSegmenter
    >>> customers = pd.DataFrame({"satisfaction": [5, 4, 4, 2, 2, 1], "repurchase": [5, 4, 2, 5, 2, 1]})
    >>> ax = plot_loyalty_map(ApostleSegmenter().fit(customers).map_table(customers))
    """
    from matplotlib.collections import PathCollection

    axes = ("x_measure", "x", "x_cut", "y_measure", "y", "y_cut")
    columns = (*axes, "segment", "segment_order", f"name_{language}", "n_customers", "customer_share")
    table = table_of(points, columns, name="points", made_by="loyalty.ApostleSegmenter.map_table", language=language)
    if table.empty:
        raise SchemaError(_NOBODY())
    ax = axes_for(ax, size=(8.0, 5.5))
    largest = min(_LARGEST, _ROOM / len(table)) / table["n_customers"].max()
    for _, rows in table.groupby("segment_order", sort=True):
        code, name = str(rows["segment"].iloc[0]), rows[f"name_{language}"].iloc[0]
        ax.scatter(
            rows["x"],
            rows["y"],
            s=np.maximum(rows["n_customers"] * largest, _SMALLEST),
            color=_COLOURS.get(code, GREY),
            alpha=0.75,
            linewidth=0,
            label=_CLASS.text(language).format(name=name, share=rows["customer_share"].sum()),
        )
    ax.axvline(table["x_cut"].iloc[0], color=GREY, linewidth=1, linestyle=DASHED, zorder=0)
    ax.axhline(table["y_cut"].iloc[0], color=GREY, linewidth=1, linestyle=DASHED, zorder=0)
    quiet(ax)
    ax.grid(axis="y", visible=False)
    ax.margins(_MARGIN)
    for axis, letter in ((ax.xaxis, "x"), (ax.yaxis, "y")):
        measure = str(table[f"{letter}_measure"].iloc[0])
        axis.set_label_text(_MEASURES.get(measure, Label(measure, measure)).text(language))
    # The circles of a legend are as large as those drawn, unless all are given one size.
    for circles in legend(ax, most=_IN_A_ROW).findobj(PathCollection):
        circles.set_sizes([60])
    return in_language(ax, language)
