"""Repeat purchases over time beside those expected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit._names import Language
from crmkit.plotting._style import BLUE, GREY, ORANGE, axes_for, in_language, quiet, table_of
from crmkit.plotting._value_texts import TEXTS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_tracking"]


def plot_tracking(
    tracking: Any, ax: Axes | None = None, *, cumulative: bool = False, language: Language = "en"
) -> Axes:
    """Draw the repeat purchases of each period beside those that a model expects.

    Parameters
    ----------
    tracking : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.value.judging.tracking_table` gives it.
    ax : matplotlib.axes.Axes, optional
        Where to draw; new axes without it.
    cumulative : bool, default False
        Draw all purchases up to the end of each period instead.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on. The dashed line is where the holdout period starts. A period that was cut short is left
        out unless cumulative.

    Raises
    ------
    SchemaError
        If a column is missing.
    TypeError
        If ``tracking`` is no frame.
    ValueError
        If ``language`` is neither of the two.

    Examples
    --------
    >>> from crmkit import as_transactions, customer_summary, load_cdnow
    >>> from crmkit.value import ParetoNBDModel
    >>> from crmkit.value.judging import tracking_table
    >>> transactions = as_transactions(load_cdnow())
    >>> model = ParetoNBDModel().fit(customer_summary(transactions, as_of="1997-09-30"))
    >>> ax = plot_tracking(
    ...     tracking_table(model, transactions, calibration_end="1997-09-30", observation_end="1998-06-30")
    ... )
    """
    from crmkit.plotting import _ticks

    ending = "_cumulative" if cumulative else ""
    names = (f"actual{ending}", f"expected{ending}")
    columns = ("period", "last_day", "is_complete", "is_holdout", *names)
    table = table_of(
        tracking, columns, name="tracking", made_by="value.judging.tracking_table", language=language
    ).sort_values("period")
    holdout = table.loc[table["is_holdout"].to_numpy(dtype=bool), "period"].head(1).tolist()
    if not cumulative:
        table = table[table["is_complete"].to_numpy(dtype=bool)]
    days = table["last_day" if cumulative else "period"].to_numpy()
    ax = axes_for(ax)
    ax.plot(days, table[names[0]].to_numpy(), color=BLUE, linewidth=1.5, label=TEXTS["actual"].text(language))
    ax.plot(days, table[names[1]].to_numpy(), color=ORANGE, linewidth=2, label=TEXTS["expected"].text(language))
    quiet(ax)
    ax.set_ylim(bottom=0)
    for day in holdout:
        ax.axvline(day, color=GREY, linewidth=1, linestyle=(0, (4, 3)))
        ax.annotate(
            TEXTS["holdout"].text(language), (day, 0), xycoords=("data", "axes fraction"), xytext=(4, 4),
            textcoords="offset points", color="#444444",
        )  # fmt: skip
    _ticks.days(ax.xaxis)
    _ticks.counts(ax.yaxis)
    ax.set_ylabel(TEXTS["cumulative_repeat_purchases" if cumulative else "repeat_purchases"].text(language))
    ax.legend(frameon=False, ncols=2, loc="lower left", bbox_to_anchor=(0, 1))
    return in_language(ax, language)
