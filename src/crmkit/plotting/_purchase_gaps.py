"""The rhythm of purchases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from crmkit._names import Label, Language
from crmkit._stats import position_reaching
from crmkit.plotting._style import BLUE, DASHED, GREY, axes_for, in_language, quiet, table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_purchase_gaps"]

_DAYS: Final = Label("Days to the next purchase", "距下次购买天数")
_SHARE: Final = Label("Cumulative share of gaps", "间隔累计占比")

_MARKED: Final = (0.5, 0.9)
# The few longest gaps would squeeze all others together.
_SHOWN: Final = 0.99


def plot_purchase_gaps(gaps: Any, *, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw the cumulative share of gaps between purchases by their length, up to 99 % of them.

    Parameters
    ----------
    gaps : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.metrics.purchase_gap_table` gives it.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on. The lengths that cover half and nine tenths of the gaps are marked.

    Raises
    ------
    SchemaError
        If a column is missing.
    TypeError
        If ``gaps`` is not a frame.
    ValueError
        If ``language`` is neither "en" nor "zh".

    Examples
    --------
    >>> from crmkit import as_transactions, load_cdnow, metrics
    >>> ax = plot_purchase_gaps(metrics.purchase_gap_table(as_transactions(load_cdnow()), as_of="1998-06-30"))
    """
    from crmkit.plotting import _ticks

    columns = ("days", "cumulative_share")
    table = table_of(gaps, columns, name="gaps", made_by="metrics.purchase_gap_table", language=language).sort_values(
        "days"
    )
    days, shares = (np.append(0, table[name].to_numpy()) for name in columns)
    ax = axes_for(ax)
    quiet(ax)
    n_shown = int(np.searchsorted(shares, _SHOWN)) + 1
    ax.step(days[:n_shown], shares[:n_shown], where="post", color=BLUE, linewidth=2)
    for share in _MARKED if len(days) > 1 else ():
        at = days[position_reaching(shares, share)]
        ax.plot([at, at, 0], [0, share, share], color=GREY, linewidth=1, linestyle=DASHED)
        ax.annotate(f"{at:,}", (at, share), xytext=(4, -4), textcoords="offset points", va="top", color="#444444")
    ax.set_xlim(left=0)
    ax.set_ylim(0, 1)
    _ticks.whole(ax.xaxis)
    _ticks.shares(ax.yaxis)
    ax.set_xlabel(_DAYS.text(language))
    ax.set_ylabel(_SHARE.text(language))
    return in_language(ax, language)
