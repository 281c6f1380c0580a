"""The base in layers of customers acquired at the same time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from crmkit._names import Label, Language
from crmkit.plotting import _audit_words as words
from crmkit.plotting._style import GREY, axes_for, in_language, legend, quiet, table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_base_history"]

_DEFAULT: Final = ("profit", "spend")
_ADDED: Final = ("active_customers", "n_orders", "spend", "profit")
_OLD: Final = "before"
_BEFORE: Final = Label("Earlier", "更早")
_BY: Final = Label("{measure}, by when customers were acquired", "{measure}（按获得时间）")
_MOST_NAMED: Final = 5
_GAP: Final = 0.85
_INCOMPLETE: Final = 0.45


def plot_base_history(
    layers: Any, *, measure: str | None = None, ax: Axes | None = None, language: Language = "en"
) -> Axes:
    """Draw the layers that make up each period, the customers acquired last on top: lens 5.

    Parameters
    ----------
    layers : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.metrics.base_audit.base_history_table` makes it.
    measure : str, optional
        What adds up over layers: "active_customers", "n_orders", "spend" or "profit"; by default profit, or spend where
        the table has no profit.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on: a bar per period and layer; what is below 0 hangs below the line. The newer the layer the
        darker; at most five are named, besides that acquired before the data, which is grey. Periods that are not over
        are pale.

    Raises
    ------
    SchemaError
        If a column is missing or there are no layers.
    TypeError
        If ``layers`` is not a frame.
    ValueError
        If ``measure`` is not one of those listed, or ``language`` is neither "en" nor "zh".

    Examples
    --------
    >>> from crmkit import activity_table, as_transactions, load_cdnow
    >>> from crmkit.metrics.base_audit import base_history_table
    >>> activity = activity_table(as_transactions(load_cdnow()), as_of="1998-06-30", freq="M")
    >>> ax = plot_base_history(base_history_table(activity, as_of="1998-06-30", freq="M", cohort_freq="M"))
    """
    from crmkit.plotting import _ticks

    chosen = words.measure_of(layers, measure, options=_DEFAULT, name="layers", known=_ADDED)
    columns = ("scope", "cohort", "cohort_age", "period", "is_complete", chosen)
    made_by = "metrics.base_audit.base_history_table"
    table = table_of(layers, columns, name="layers", made_by=made_by, language=language)
    table = table[table["scope"] == "group"]
    words.check_rows(table)
    cells = table.pivot(index="period", columns="cohort", values=chosen).fillna(0.0)
    over = table.groupby("period")["is_complete"].all().to_numpy(dtype=bool)
    starts = cells.index.to_numpy()
    # The table does not say how long a single period is.
    days = np.diff(starts).astype("timedelta64[D]").astype(int) if len(starts) > 1 else np.ones(1)
    width = _GAP * float(np.median(days))
    ax = axes_for(ax)
    dated = [cohort for cohort in cells.columns if cohort != _OLD]
    looks: dict[str, tuple[Any, str | None]] = {}
    if _OLD in cells and cells[_OLD].any():
        looks[_OLD] = GREY, _BEFORE.text(language)
    named = words.named(len(dated), most=_MOST_NAMED)
    for place, (cohort, when, shade) in enumerate(
        zip(dated, _ticks.periods(dated), words.shades(len(dated)), strict=True)
    ):
        looks[cohort] = shade, when if place in named else None
    above, below = np.zeros(len(cells)), np.zeros(len(cells))
    for cohort, (colour, label) in looks.items():
        values = cells[cohort].to_numpy(dtype=float)
        bottom = np.where(values >= 0, above, below)
        # A bar without height would hold the limits of the axes.
        there = values != 0
        bars = ax.bar(
            starts[there], values[there], width, bottom=bottom[there], align="edge", color=colour, label=label
        )
        for bar, is_over in zip(bars, over[there], strict=True):
            bar.set_alpha(1.0 if is_over else _INCOMPLETE)
        above, below = above + np.maximum(values, 0), below + np.minimum(values, 0)
    quiet(ax)
    _ticks.days(ax.xaxis)
    words.show_measure(ax.yaxis, chosen)
    for handle in legend(ax, most=_MOST_NAMED + 1).legend_handles:
        if handle is not None:
            handle.set_alpha(1.0)
    ax.set_ylabel(_BY.text(language).format(measure=words.MEASURES[chosen].text(language)))
    return in_language(ax, language)
