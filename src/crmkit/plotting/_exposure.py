"""The largest exposures against their limits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from crmkit._checks import check_int
from crmkit._figures import label_text
from crmkit._figures import share as percent
from crmkit._messages import Message
from crmkit._names import Label, Language
from crmkit.errors import SchemaError
from crmkit.plotting._style import BLUE, GREY, ORANGE, axes_for, in_language, legend, quiet, table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_exposure"]

_WITHIN: Final = Label("Exposure", "信用敞口")
_OVER: Final = Label("Over the limit", "超出额度")
_LIMIT: Final = Label("Credit limit", "信用额度")
_AMOUNT: Final = Label("Amount owed, with its share of all", "欠款金额及占全部的比例")
_INCHES: Final = 0.4
_ROOM: Final = 1.12

_EMPTY: Final = Message(en="{@exposures} has no rows.", zh="{@exposures} 没有任何行。")


def plot_exposure(exposures: Any, *, top: int = 15, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw the largest exposures, with their shares of all and their limits.

    Parameters
    ----------
    exposures : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.value.credit.exposure_table` gives it.
    top : int, default 15
        How many groups are drawn, at least 1.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on: a bar per group, the largest on top, with what exceeds its limit in another colour and a mark
        at the limit, where one is agreed.

    Raises
    ------
    SchemaError
        If a column is missing, or there are no rows.
    TypeError
        If ``exposures`` is not a frame, or ``top`` not a whole number.
    ValueError
        If ``language`` is neither "en" nor "zh", or ``top`` is below 1.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit.value.credit import exposure_table
    >>> customers = pd.DataFrame({"customer_id": ["ann", "bo"], "owed": [50.0, 40], "limit": [100.0, 30]})
    >>> ax = plot_exposure(exposure_table(customers, exposure="owed", limit="limit"))
    """
    from crmkit.plotting import _ticks

    check_int(top, name="top", low=1)
    columns = ("group", "exposure", "limit", "over_limit", "share")
    table = table_of(exposures, columns, name="exposures", made_by="value.credit.exposure_table", language=language)
    if table.empty:
        raise SchemaError(_EMPTY())
    order = ["exposure", "group"]
    table = table.sort_values(order, ascending=[False, True], ignore_index=True).head(top)
    owed, limits, share = (table[name].to_numpy(dtype=np.float64) for name in ("exposure", "limit", "share"))
    over = table["over_limit"].fillna(0).to_numpy(dtype=np.float64)
    places = np.arange(len(table))
    ax = axes_for(ax, size=(8.0, 1.0 + _INCHES * len(table)))
    ax.barh(places, owed - over, color=BLUE, label=_WITHIN.text(language))
    if (over > 0).any():
        ax.barh(places, over, left=owed - over, color=ORANGE, label=_OVER.text(language))
    agreed = np.isfinite(limits)
    if agreed.any():
        ax.plot(
            limits[agreed], places[agreed], color="black", marker="|", markersize=14, markeredgewidth=2,
            linestyle="none", label=_LIMIT.text(language),
        )  # fmt: skip
    for place, amount, part in zip(places, owed, share, strict=True):
        if np.isfinite(part):
            ax.annotate(
                percent(part), (amount, place), (6, 0), textcoords="offset points", va="center", color=GREY,
                bbox={"boxstyle": "square,pad=0.1", "facecolor": "white", "edgecolor": "none", "alpha": 0.8},
            )  # fmt: skip
    ax.invert_yaxis()
    quiet(ax)
    ax.grid(visible=False, axis="y")
    ax.grid(visible=True, axis="x", color="#E5E5E5", linewidth=0.8)
    ax.set_xlim(0, _ROOM * max(float(owed.max()), float(np.nan_to_num(limits).max())) or 1.0)
    _ticks.amounts(ax.xaxis)
    ax.set_yticks(places, [label_text(group) for group in table["group"]])
    ax.set_xlabel(_AMOUNT.text(language))
    legend(ax)
    return in_language(ax, language)
