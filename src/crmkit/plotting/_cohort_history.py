"""One cohort from period to period."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from crmkit._checks import check_option
from crmkit._messages import Message
from crmkit._names import Language
from crmkit.errors import SchemaError
from crmkit.plotting import _audit_words as words
from crmkit.plotting._style import BLUE, DASHED, GREY, ORANGE, axes_for, in_language, legend, quiet, table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_cohort_history"]

_COLOURS: Final = (BLUE, ORANGE, GREY)

_SEVERAL: Final = Message(
    en="{@history} has {n} cohorts. Keep the rows of one.", zh="{@history} 含 {n} 个同期群，请只保留一个。"
)
_TOO_MANY: Final = Message(
    en="{@measures} must name one to {most} columns, got {n}.", zh="{@measures} 须为 1 至 {most} 列，得到 {n} 列。"
)


def plot_cohort_history(
    history: Any,
    *,
    measures: Sequence[str] = ("active_share", "repeat_share"),
    ax: Axes | None = None,
    language: Language = "en",
) -> Axes:
    """Draw measures of one cohort from period to period: lens 3.

    Parameters
    ----------
    history : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.metrics.base_audit.cohort_history_table` makes it.
    measures : sequence of str, default ("active_share", "repeat_share")
        One to three columns that can share an axis: "active_customers", "active_share", "n_orders", "spend", "profit",
        "purchase_frequency", "average_order_value", "margin", "repeat_share", or one per customer acquired.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on: a line per measure; the way to a period that is not over is dashed. A measure that is missing
        throughout has no line.

    Raises
    ------
    SchemaError
        If a column is missing, there are no rows, or those of several cohorts.
    TypeError
        If ``history`` is not a frame.
    ValueError
        If a measure is not one of those listed, there are none or more than three, or ``language`` is neither "en" nor
        "zh".

    Examples
    --------
    >>> from crmkit import activity_table, as_transactions, load_cdnow
    >>> from crmkit.metrics.base_audit import cohort_history_table
    >>> activity = activity_table(as_transactions(load_cdnow()), as_of="1998-06-30", freq="M")
    >>> ax = plot_cohort_history(cohort_history_table(activity, cohort="1997-01", as_of="1998-06-30", freq="M"))
    """
    from crmkit.plotting import _ticks

    chosen = [measures] if isinstance(measures, str) else list(measures)
    if not 1 <= len(chosen) <= len(_COLOURS):
        raise ValueError(_TOO_MANY(most=len(_COLOURS), n=len(chosen)))
    for measure in chosen:
        check_option(measure, words.MEASURES, name="measures")
    columns = ("cohort", "period", "is_complete", *chosen)
    made_by = "metrics.base_audit.cohort_history_table"
    table = table_of(history, columns, name="history", made_by=made_by, language=language)
    words.check_rows(table)
    if (n := table["cohort"].nunique()) > 1:
        raise SchemaError(_SEVERAL(n=n))
    table = table.sort_values("period", ignore_index=True)
    over = table["is_complete"].to_numpy(dtype=bool)
    ax = axes_for(ax)
    for measure, colour in zip(chosen, _COLOURS, strict=False):
        values = table[measure].to_numpy(dtype=float)
        if np.isnan(values).all():
            continue
        label = words.MEASURES[measure].text(language)
        ax.plot(table["period"][over], values[over], color=colour, linewidth=2, marker="o", markersize=3, label=label)
        if not over.all():
            ax.plot(table["period"][-2:], values[-2:], color=colour, linewidth=1.5, linestyle=DASHED, **words.SO_FAR)
    quiet(ax)
    ax.set_ylim(min(0.0, ax.get_ylim()[0]))
    _ticks.days(ax.xaxis)
    words.show_measure(ax.yaxis, chosen[0])
    if len(chosen) > 1:
        legend(ax)
    else:
        ax.set_ylabel(words.MEASURES[chosen[0]].text(language))
    return in_language(ax, language)
