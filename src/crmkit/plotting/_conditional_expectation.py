"""Holdout purchases by earlier behaviour, actual beside expected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from crmkit._names import Label, Language
from crmkit.plotting._paired_bars import paired_bars
from crmkit.plotting._style import table_of
from crmkit.plotting._words import CALIBRATION_PURCHASES, HOLDOUT_PURCHASES

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_conditional_expectation"]

_RECENCY: Final = Label("Days from first to last purchase in the calibration period", "校准期内首末次购买间隔天数")


def plot_conditional_expectation(conditional: Any, *, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw actual and expected purchases in the holdout period by what customers did before it.

    Parameters
    ----------
    conditional : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.value.judging.conditional_expectation_table` gives it, by frequency or by recency.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
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
        If ``conditional`` is not a frame.
    ValueError
        If ``language`` is neither "en" nor "zh".

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
    ...     conditional_expectation_table(holdout, model=model, observation_end="1998-06-30")
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
    x = _RECENCY if len(by) and by[0] == "recency" else CALIBRATION_PURCHASES
    return paired_bars(groups, actual, expected, x=x, y=HOLDOUT_PURCHASES, ax=ax, language=language)
