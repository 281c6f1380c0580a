"""Repeat purchases over time, actual and expected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from crmkit._names import Label, Language
from crmkit.plotting._style import BLUE, DASHED, GREY, ORANGE, axes_for, in_language, legend, quiet, table_of
from crmkit.plotting._words import ACTUAL, EXPECTED

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_tracking"]

_HOLDOUT: Final = Label("Holdout", "验证期")
_OF_PERIOD: Final = Label("Repeat purchases in the period", "当期复购次数")
_SO_FAR: Final = Label("Repeat purchases so far", "累计复购次数")


def plot_tracking(
    tracking: Any, *, ax: Axes | None = None, cumulative: bool = False, language: Language = "en"
) -> Axes:
    """Draw actual repeat purchases and those a model expects, period by period.

    Parameters
    ----------
    tracking : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.value.judging.tracking_table` gives it.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    cumulative : bool, default False
        Draw all purchases up to the end of each period instead of each period's own.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on. The dashed line is where the holdout period starts. An incomplete period is left out
        unless cumulative.

    Raises
    ------
    SchemaError
        If a column is missing.
    TypeError
        If ``tracking`` is not a frame.
    ValueError
        If ``language`` is neither "en" nor "zh".

    Examples
    --------
    >>> from crmkit import as_transactions, customer_summary, load_cdnow
    >>> from crmkit.value import ParetoNBDModel
    >>> from crmkit.value.judging import tracking_table
    >>> transactions = as_transactions(load_cdnow())
    >>> model = ParetoNBDModel().fit(customer_summary(transactions, as_of="1997-09-30"))
    >>> ax = plot_tracking(
    ...     tracking_table(transactions, model=model, calibration_end="1997-09-30", observation_end="1998-06-30")
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
    # A line through a single point would not show.
    marker = "o" if len(days) == 1 else None
    for name, label, colour, width in zip(names, (ACTUAL, EXPECTED), (BLUE, ORANGE), (1.5, 2), strict=True):
        values = table[name].to_numpy()
        ax.plot(days, values, color=colour, linewidth=width, marker=marker, label=label.text(language))
    quiet(ax)
    ax.set_ylim(bottom=0)
    for day in holdout:
        ax.axvline(day, color=GREY, linewidth=1, linestyle=DASHED)
        ax.annotate(
            _HOLDOUT.text(language), (day, 0), xycoords=("data", "axes fraction"), xytext=(4, 4),
            textcoords="offset points", color="#444444",
        )  # fmt: skip
    _ticks.days(ax.xaxis)
    _ticks.counts(ax.yaxis)
    ax.set_ylabel((_SO_FAR if cumulative else _OF_PERIOD).text(language))
    legend(ax)
    return in_language(ax, language)
