"""Cohorts beside one another at the same age."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from crmkit._names import Label, Language
from crmkit.plotting import _audit_words as words
from crmkit.plotting._style import DASHED, axes_for, in_language, legend, quiet, table_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_cohort_comparison"]

_DEFAULT: Final = ("cumulative_profit_per_acquired", "cumulative_spend_per_acquired")
_AGE: Final = Label("Periods since acquisition", "获得后的期数")
_MOST_NAMED: Final = 4


def plot_cohort_comparison(
    cohorts: Any, *, measure: str | None = None, ax: Axes | None = None, language: Language = "en"
) -> Axes:
    """Draw a measure of each cohort by its age, the newer the cohort the darker: lens 4.

    Parameters
    ----------
    cohorts : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.metrics.base_audit.cohort_comparison_table` makes it.
    measure : str, optional
        A column of it, such as "active_share", "average_order_value" or "profit_per_acquired"; by default
        "cumulative_profit_per_acquired", or "cumulative_spend_per_acquired" where the table has no profit.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on: a line per cohort, of which at most four are named; the way to a period that is not over is
        dashed. Customers acquired before the data have no age and are left out.

    Raises
    ------
    SchemaError
        If a column is missing or no cohort has an age.
    TypeError
        If ``cohorts`` is not a frame.
    ValueError
        If ``measure`` is not one of the measures, or ``language`` is neither "en" nor "zh".

    Examples
    --------
    >>> from crmkit import activity_table, as_transactions, load_cdnow
    >>> from crmkit.metrics.base_audit import cohort_comparison_table
    >>> activity = activity_table(as_transactions(load_cdnow()), as_of="1998-06-30", freq="M")
    >>> ax = plot_cohort_comparison(cohort_comparison_table(activity, as_of="1998-06-30", freq="M"))
    """
    from crmkit.plotting import _ticks

    chosen = words.measure_of(cohorts, measure, options=_DEFAULT, name="cohorts")
    columns = ("cohort", "age", "is_complete", chosen)
    made_by = "metrics.base_audit.cohort_comparison_table"
    table = table_of(cohorts, columns, name="cohorts", made_by=made_by, language=language)
    table = table[table["age"].notna()].sort_values(["cohort", "age"])
    words.check_rows(table)
    ax = axes_for(ax)
    groups = list(table.groupby("cohort"))
    named = words.named(len(groups), most=_MOST_NAMED)
    names = _ticks.periods([cohort for cohort, _ in groups])
    for place, ((_, own), colour) in enumerate(zip(groups, words.shades(len(groups)), strict=True)):
        over = own["is_complete"].to_numpy(dtype=bool)
        ages, values = own["age"].to_numpy(dtype=float), own[chosen].to_numpy(dtype=float)
        label = names[place] if place in named else None
        ax.plot(ages[over], values[over], color=colour, linewidth=1.6, marker="o", markersize=2.5, label=label)
        if not over.all():
            ax.plot(ages[-2:], values[-2:], color=colour, linewidth=1.2, linestyle=DASHED, **words.SO_FAR)
    quiet(ax)
    ax.set_ylim(min(0.0, ax.get_ylim()[0]))
    _ticks.whole(ax.xaxis)
    words.show_measure(ax.yaxis, chosen)
    legend(ax)
    ax.set_xlabel(_AGE.text(language))
    ax.set_ylabel(words.MEASURES[chosen].text(language))
    return in_language(ax, language)
