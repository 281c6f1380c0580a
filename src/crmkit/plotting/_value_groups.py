"""Groups of customers: how many there are, and what they did, beside what was expected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmkit._names import Language
from crmkit.plotting._style import table_of
from crmkit.plotting._value_pairs import paired_bars

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_conditional_expectation", "plot_deciles", "plot_frequency"]


def plot_frequency(frequency: Any, ax: Axes | None = None, *, language: Language = "en") -> Axes:
    """Draw how many customers made so many repeat purchases, beside the number expected.

    Parameters
    ----------
    frequency : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.value.judging.frequency_table` gives it.
    ax : matplotlib.axes.Axes, optional
        Where to draw; new axes without it.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on.

    Raises
    ------
    SchemaError
        If a column is missing.
    TypeError
        If ``frequency`` is no frame.
    ValueError
        If ``language`` is neither of the two.

    Examples
    --------
    >>> from crmkit import as_transactions, customer_summary, load_cdnow
    >>> from crmkit.value import BetaGeoModel
    >>> from crmkit.value.judging import frequency_table
    >>> customers = customer_summary(as_transactions(load_cdnow()), as_of="1997-09-30")
    >>> ax = plot_frequency(frequency_table(BetaGeoModel().fit(customers), customers))
    """
    table = table_of(
        frequency,
        ("frequency", "actual", "expected"),
        name="frequency",
        made_by="value.judging.frequency_table",
        language=language,
    ).sort_values("frequency")
    groups = [f"{number:,}" for number in table["frequency"]]
    groups[-1:] = [f"{last}+" for last in groups[-1:]]
    actual, expected = (table[name].to_numpy() for name in ("actual", "expected"))
    return paired_bars(groups, actual, expected, x="frequency", y="customers", ax=ax, language=language)


def plot_conditional_expectation(conditional: Any, ax: Axes | None = None, *, language: Language = "en") -> Axes:
    """Draw the purchases of the holdout period beside those expected, by what customers did before.

    Parameters
    ----------
    conditional : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.value.judging.conditional_expectation_table` gives it, by frequency or by recency.
    ax : matplotlib.axes.Axes, optional
        Where to draw; new axes without it.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on.

    Raises
    ------
    SchemaError
        If a column is missing.
    TypeError
        If ``conditional`` is no frame.
    ValueError
        If ``language`` is neither of the two.

    Examples
    --------
    >>> from crmkit import as_transactions, holdout_split, load_cdnow
    >>> from crmkit.value import BetaGeoModel
    >>> from crmkit.value.judging import conditional_expectation_table
    >>> holdout = holdout_split(
    ...     as_transactions(load_cdnow()), calibration_end="1997-09-30", observation_end="1998-06-30"
    ... )
    >>> model = BetaGeoModel().fit(holdout)
    >>> ax = plot_conditional_expectation(
    ...     conditional_expectation_table(model, holdout, observation_end="1998-06-30")
    ... )
    """
    columns = ("by", "lower", "upper", "actual", "expected")
    table = table_of(
        conditional,
        columns,
        name="conditional",
        made_by="value.judging.conditional_expectation_table",
        language=language,
    ).sort_values("lower")
    by, lower, upper, actual, expected = (table[name].to_numpy() for name in columns)
    groups = [
        f"{low:,.0f}" if low == high else f"{low:,.0f}–{high:,.0f}" for low, high in zip(lower, upper, strict=True)
    ]
    x = str(by[0]) if len(by) else "frequency"
    return paired_bars(groups, actual, expected, x=x, y="holdout_purchases", ax=ax, language=language)


def plot_deciles(deciles: Any, ax: Axes | None = None, *, language: Language = "en") -> Axes:
    """Draw the purchases of each tenth of the customers beside those expected.

    Parameters
    ----------
    deciles : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.value.judging.decile_table` gives it.
    ax : matplotlib.axes.Axes, optional
        Where to draw; new axes without it.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on.

    Raises
    ------
    SchemaError
        If a column is missing.
    TypeError
        If ``deciles`` is no frame.
    ValueError
        If ``language`` is neither of the two.

    Examples
    --------
    >>> from crmkit import as_transactions, holdout_split, load_cdnow
    >>> from crmkit.value import BetaGeoModel
    >>> from crmkit.value.judging import decile_table
    >>> holdout = holdout_split(
    ...     as_transactions(load_cdnow()), calibration_end="1997-09-30", observation_end="1998-06-30"
    ... )
    >>> ax = plot_deciles(decile_table(BetaGeoModel().fit(holdout), holdout, observation_end="1998-06-30"))
    """
    table = table_of(
        deciles,
        ("decile", "actual", "expected"),
        name="deciles",
        made_by="value.judging.decile_table",
        language=language,
    ).sort_values("decile")
    groups = [str(decile) for decile in table["decile"]]
    actual, expected = (table[name].to_numpy() for name in ("actual", "expected"))
    return paired_bars(groups, actual, expected, x="decile", y="holdout_purchases", ax=ax, language=language)
