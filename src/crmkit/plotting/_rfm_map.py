"""The RFM map."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from crmkit._names import Label, Language
from crmkit.plotting._heat import heat_map
from crmkit.plotting._style import axes_for, in_language, table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_rfm_map"]

_RECENCY: Final = Label("Recency score (most recent on the right)", "R 得分（越靠右越近期）")
_FREQUENCY: Final = Label("Frequency score (most frequent on top)", "F 得分（越靠上越频繁）")


def plot_rfm_map(rfm_map: Any, *, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw the RFM map: recency to the right, frequency upwards; the higher the mean spend, the darker the cell.

    Parameters
    ----------
    rfm_map : pandas, Polars or PyArrow table
        As `crmkit.segment.rfm_map_table` makes it.
    ax : matplotlib.axes.Axes, optional
        Where to draw; new axes by default.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on. Each cell shows its number of customers and, below it, their mean spend.

    Raises
    ------
    SchemaError
        If a column is missing.
    TypeError
        If ``rfm_map`` is not a frame.
    ValueError
        If ``language`` is not one of the two.

    Examples
    --------
    >>> from crmkit import as_transactions, customer_summary, load_cdnow
    >>> from crmkit.segment import RFMScorer, rfm_map_table
    >>> customers = customer_summary(as_transactions(load_cdnow()), as_of="1998-06-30")
    >>> ax = plot_rfm_map(rfm_map_table(customers, scorer=RFMScorer().fit(customers)))
    """
    columns = ("r_score", "f_score", "n_customers", "mean_spend")
    table = table_of(rfm_map, columns, name="rfm_map", made_by="segment.rfm_map_table", language=language)
    customers, spend = (
        table.pivot(index="f_score", columns="r_score", values=name).sort_index(ascending=False)
        for name in ("n_customers", "mean_spend")
    )
    means = spend.to_numpy(dtype=float)
    most = np.nanmax(means, initial=0.0)
    # Spend is skewed: its square root makes the lower half of the cells distinguishable.
    shades = np.sqrt(np.clip(means, 0, None) / most) if most > 0 else np.zeros_like(means)
    texts = [
        [_told(n, mean) for n, mean in zip(*rows, strict=True)]
        for rows in zip(customers.to_numpy().tolist(), means.tolist(), strict=True)
    ]
    ax = axes_for(ax)
    heat_map(ax, shades, texts, columns=[str(score) for score in spend.columns], rows=[str(s) for s in spend.index])
    ax.set_xlabel(_RECENCY.text(language))
    ax.set_ylabel(_FREQUENCY.text(language))
    return in_language(ax, language)


def _told(n: int, mean: float) -> str:
    """The customers of a cell, and their mean spend where orders carry a price."""
    from crmkit.plotting._ticks import short

    if not n:
        return "–"
    return f"{n:,}" if math.isnan(mean) else f"{n:,}\n{short(mean)}"
