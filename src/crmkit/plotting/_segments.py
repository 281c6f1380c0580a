"""Segments: share of customers beside share of value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from crmkit._messages import Message
from crmkit._names import Label, Language
from crmkit.plotting._style import BLUE, ORANGE, axes_for, in_language, legend, quiet, table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_segments"]

_AXES: Final = {
    "customer_share": Label("Share of customers", "客户占比"),
    "value_share": Label("Share of value", "价值占比"),
}

_THICK = 0.38

_SUMMARY: Final = Message(en="summary() of a segmenter", zh="分群器的 summary()")


def plot_segments(summary: Any, *, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw each segment's share of the customers beside its share of the value, the best segment on top.

    Parameters
    ----------
    summary : pandas, Polars or PyArrow table
        As the ``summary`` of a segmenter or `crmkit.segment.segment_table` makes it.
    ax : matplotlib.axes.Axes, optional
        Where to draw; new axes by default.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on. Each bar shows its share; a missing share has no bar.

    Raises
    ------
    SchemaError
        If a column is missing.
    TypeError
        If ``summary`` is not a frame.
    ValueError
        If ``language`` is not one of the two.

    Examples
    --------
    >>> from crmkit import as_transactions, customer_summary, load_cdnow
    >>> from crmkit.segment import TierSegmenter
    >>> customers = customer_summary(as_transactions(load_cdnow()), as_of="1998-06-30")
    >>> ax = plot_segments(TierSegmenter().fit(customers).summary(customers))
    """
    from crmkit.plotting import _ticks

    columns = ("segment_order", f"name_{language}", "customer_share", "value_share")
    table = table_of(summary, columns, name="summary", made_by=_SUMMARY(), language=language).sort_values(
        "segment_order"
    )
    ax = axes_for(ax)
    places = np.arange(len(table))
    for column, shift, colour in (
        ("customer_share", -_THICK / 2, BLUE),
        ("value_share", _THICK / 2, ORANGE),
    ):
        shares = table[column].to_numpy(dtype=float)
        label = _AXES[column].text(language)
        bars = ax.barh(places + shift, np.nan_to_num(shares), _THICK, color=colour, label=label)
        texts = ["" if np.isnan(share) else f"{share:.1%}" for share in shares]
        ax.bar_label(bars, labels=texts, padding=3, fontsize="small", color="#444444")
    quiet(ax)
    ax.grid(visible=False)
    ax.set_yticks(places, table[f"name_{language}"].tolist())
    for name in ax.get_yticklabels():
        # Names that users typed are no formulas: $10 to $20.
        name.set_parse_math(False)
    ax.set_ylim(len(table) - 0.5, -0.5)
    ax.margins(x=0.1)
    _ticks.shares(ax.xaxis)
    legend(ax)
    return in_language(ax, language)
