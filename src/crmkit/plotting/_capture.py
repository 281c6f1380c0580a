"""How many of those who left are found with the highest scores: cumulative gains, or lift."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from crmkit._checks import check_option
from crmkit._names import Label, Language
from crmkit.plotting._style import BLUE, DASHED, GREY, axes_for, in_language, quiet, table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_capture"]

_FRACTION: Final = Label("Share of customers, highest scores first", "客户占比（评分从高到低）")
_GROUP: Final = Label("Groups of customers, highest scores first", "客户分组（评分从高到低）")
_QUANTITIES: Final = {
    "captured": Label("Share of all who left", "占全部流失客户的比例"),
    "lift": Label("Churn rate as a multiple of that of all", "流失率与总体流失率之比"),
}


def plot_capture(
    capture: Any,
    *,
    ax: Axes | None = None,
    quantity: Literal["captured", "lift"] = "captured",
    language: Language = "en",
) -> Axes:
    """Draw which share of those who left is found among the customers with the highest scores, or the lift by group.

    Parameters
    ----------
    capture : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.loyalty.churn.capture_table` gives it.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    quantity : {"captured", "lift"}, default "captured"
        What to draw: cumulative gains as a curve, or the lift of each group as bars.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on; the dashed line is a score that knows nothing.

    Raises
    ------
    SchemaError
        If a column is missing.
    TypeError
        If ``capture`` is not a frame.
    ValueError
        If ``quantity`` or ``language`` is not one of those listed.

    Examples
    --------
    >>> from crmkit.loyalty.churn import capture_table
    >>> ax = plot_capture(capture_table([1, 1, 0, 1, 0, 0, 0, 0], [8, 7, 6, 5, 4, 3, 2, 1], n_groups=4))
    """
    from crmkit.plotting import _ticks

    check_option(quantity, _QUANTITIES, name="quantity")
    columns = ("group", "fraction", "captured", "captured_lower", "captured_upper", "lift")
    table = table_of(
        capture, columns, name="capture", made_by="loyalty.churn.capture_table", language=language
    ).sort_values("group")
    ax = axes_for(ax)
    if quantity == "lift":
        ax.axhline(1, color=GREY, linewidth=1, linestyle=DASHED)
        ax.bar(table["group"], table["lift"].to_numpy(dtype=np.float64), width=0.8, color=BLUE)
        _ticks.whole(ax.xaxis)
        ax.set_xlabel(_GROUP.text(language))
    else:
        fraction, captured, lower, upper = (
            np.append(0.0, table[name].to_numpy(dtype=np.float64)) for name in columns[1:-1]
        )
        ax.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle=DASHED)
        ax.fill_between(fraction, lower, upper, color=BLUE, alpha=0.2, linewidth=0)
        ax.plot(fraction, captured, color=BLUE, linewidth=2, marker="o", markersize=3)
        ax.set_xlim(0, 1)
        ax.set_ylim(0, 1)
        for axis in (ax.xaxis, ax.yaxis):
            _ticks.shares(axis)
        ax.set_xlabel(_FRACTION.text(language))
    quiet(ax)
    ax.set_ylabel(_QUANTITIES[quantity].text(language))
    return in_language(ax, language)
