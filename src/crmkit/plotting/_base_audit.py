"""The five lenses of the customer-base audit on a page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from crmkit._extras import check_extra
from crmkit._names import Label, Language
from crmkit.plotting._base_history import plot_base_history
from crmkit.plotting._cohort_comparison import plot_cohort_comparison
from crmkit.plotting._cohort_history import plot_cohort_history
from crmkit.plotting._customer_distribution import plot_customer_distribution
from crmkit.plotting._period_change import plot_period_change
from crmkit.plotting._style import in_language

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["plot_base_audit"]

_TITLES: Final = (
    Label("1  How different are the customers?", "1  客户之间差异有多大？"),
    Label("2  What changed since the period before?", "2  与上一期相比变化在哪里？"),
    Label("3  How does a cohort evolve?", "3  一个同期群如何演变？"),
    Label("4  Do newer cohorts behave differently?", "4  新的同期群有何不同？"),
    Label("5  How healthy is the base as a whole?", "5  整个客户群是否健康？"),
)
_INCHES: Final = (13.0, 13.5)
# Above the axes, for the legend between them and the title.
_PAD: Final = 26.0

_MOSAIC: Final = "AB;CD;EE"


def plot_base_audit(
    distribution: Any,
    change: Any,
    history: Any,
    cohorts: Any,
    layers: Any,
    *,
    language: Language = "en",
) -> Figure:
    """Draw the five lenses of the customer-base audit on a page.

    Parameters
    ----------
    distribution, change, history, cohorts, layers : tables of any kind
        As these functions make them: `crmkit.metrics.base_audit.customer_distribution_table`,
        `crmkit.metrics.base_audit.period_change_table`, `crmkit.metrics.base_audit.cohort_history_table`,
        `crmkit.metrics.base_audit.cohort_comparison_table` and `crmkit.metrics.base_audit.base_history_table`.
    language : {"en", "zh"}, default "en"
        Language of the titles and labels.

    Returns
    -------
    matplotlib.figure.Figure
        A new figure: what `plot_customer_distribution`, `plot_period_change`, `plot_cohort_history`,
        `plot_cohort_comparison` and `plot_base_history` draw, each under its question.

    Raises
    ------
    SchemaError
        If a column is missing or a table has no rows.
    TypeError
        If a table is not a frame.
    ValueError
        If ``language`` is neither "en" nor "zh".

    References
    ----------
    .. [1] Fader, Hardie and Ross (2022), *The Customer-Base Audit*.

    Examples
    --------
    >>> from crmkit import activity_table, as_transactions, load_cdnow
    >>> from crmkit.metrics import base_audit
    >>> activity = activity_table(as_transactions(load_cdnow()), as_of="1998-06-30", freq="Q")
    >>> quarters = {"as_of": "1998-06-30", "freq": "Q"}
    >>> figure = plot_base_audit(
    ...     base_audit.customer_distribution_table(activity, period="1997", **quarters),
    ...     base_audit.period_change_table(activity, before="1997Q4", after="1998Q1", **quarters),
    ...     base_audit.cohort_history_table(activity, cohort="1997Q1", **quarters),
    ...     base_audit.cohort_comparison_table(activity, **quarters),
    ...     base_audit.base_history_table(activity, **quarters, cohort_freq="Q"),
    ... )
    """
    check_extra("plot", "matplotlib")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplot_mosaic(_MOSAIC, figsize=_INCHES, layout="constrained")
    drawn = (
        plot_customer_distribution(distribution, ax=axes["A"], language=language),
        plot_period_change(change, ax=axes["B"], language=language),
        plot_cohort_history(history, ax=axes["C"], language=language),
        plot_cohort_comparison(cohorts, ax=axes["D"], language=language),
        plot_base_history(layers, ax=axes["E"], language=language),
    )
    for ax, title in zip(drawn, _TITLES, strict=True):
        ax.set_title(title.text(language), loc="left", pad=_PAD, fontweight="bold")
        in_language(ax, language)
    return figure
