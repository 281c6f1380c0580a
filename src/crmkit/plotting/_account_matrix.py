"""The matrix of accounts: how attractive they are, and how well we stand with them."""

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

__all__ = ["plot_account_matrix"]

# Okabe and Ito's palette.
_COLOURS: Final = {"key": BLUE, "develop": ORANGE, "maintain": "#009E73", "low_touch": GREY}
_MEASURES: Final = {
    "attractiveness": Label("Attractiveness", "吸引力"),
    "position": Label("Our position", "我方地位"),
}
_CLASS: Final = Label("{name} ({n:,})", "{name}（{n:,}）")
_LARGEST: Final = 300.0
_SMALLEST: Final = 25.0
# Beyond so many accounts only the best and the largest are named.
_MOST_NAMES: Final = 30
_MARGIN: Final = 0.12
_IN_A_ROW: Final = 2

_NOBODY: Final = Message(en="{@matrix} has no rows.", zh="{@matrix} 没有任何行。")


def plot_account_matrix(matrix: Any, *, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw where accounts stand in the matrix of their attractiveness and our position.

    Parameters
    ----------
    matrix : pandas, Polars or PyArrow table
        As ``matrix_table`` of `crmkit.segment.AccountSegmenter` gives it.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on: a circle per account, its area by size where that is known, in the colour of its class; the
        cuts dashed. Of more than 30 accounts the best class is named first, and in it the largest.

    Raises
    ------
    SchemaError
        If a column is missing, or there are no rows.
    TypeError
        If ``matrix`` is not a frame.
    ValueError
        If ``language`` is neither "en" nor "zh".

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit.segment import AccountSegmenter
    >>> accounts = pd.DataFrame({
    ...     "customer_id": list("ABCD"), "attractiveness": [80, 60, 30, 20], "position": [70, 10, 50, 20]
    ... })
    >>> ax = plot_account_matrix(AccountSegmenter().fit(accounts).matrix_table(accounts))
    """
    from matplotlib.collections import PathCollection

    name = f"name_{language}"
    axes = ("x_measure", "x", "x_cut", "y_measure", "y", "y_cut")
    columns = ("account", *axes, "size", "segment", "segment_order", name)
    table = table_of(matrix, columns, name="matrix", made_by="segment.AccountSegmenter.matrix_table", language=language)
    if table.empty:
        raise SchemaError(_NOBODY())
    ax = axes_for(ax, size=(8.0, 6.0))
    size = table["size"].to_numpy(dtype=np.float64)
    most = np.nanmax(size, initial=0.0)
    areas = (
        np.maximum(np.nan_to_num(size) / most * _LARGEST, _SMALLEST) if most > 0 else np.full(len(size), 2 * _SMALLEST)
    )
    for _, rows in table.groupby("segment_order", sort=True):
        code, called = str(rows["segment"].iloc[0]), str(rows[name].iloc[0])
        ax.scatter(
            rows["x"],
            rows["y"],
            s=areas[rows.index],
            color=_COLOURS.get(code, GREY),
            alpha=0.75,
            linewidth=0,
            label=_CLASS.text(language).format(name=called, n=len(rows)),
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
    named = table.assign(area=areas).sort_values(["segment_order", "area"], ascending=[True, False]).head(_MOST_NAMES)
    # Names are placed on axes whose limits are set.
    ax.set_xlim(ax.get_xlim())
    ax.set_ylim(ax.get_ylim())
    name_points(ax, named["x"].to_numpy(float), named["y"].to_numpy(float), named["account"].astype(str).tolist())
    return in_language(ax, language)
