"""Spend per purchase by number of repeat purchases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from crmkit._names import Label, Language
from crmkit.plotting._style import BLUE, ORANGE, axes_for, in_language, legend, quiet, table_of
from crmkit.plotting._words import ACTUAL, EXPECTED, REPEAT_PURCHASES

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_spend_by_frequency"]

_MEAN_AMOUNT: Final = Label("Mean amount of a repeat purchase", "单次复购平均金额")


def plot_spend_by_frequency(spend: Any, *, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw the actual and expected mean amount of a repeat purchase by number of repeat purchases.

    Parameters
    ----------
    spend : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.value.spend_by_frequency_table` gives it.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; without them, new ones are made.
    language : {"en", "zh"}, default "en"
        Language of the labels.

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on: one point per number, with its interval where there is one.

    Raises
    ------
    SchemaError
        If a column is missing.
    TypeError
        If ``spend`` is not a frame.
    ValueError
        If ``language`` is neither "en" nor "zh".

    Examples
    --------
    >>> from crmkit import as_transactions, customer_summary, load_cdnow
    >>> from crmkit.value import GammaGammaModel, spend_by_frequency_table
    >>> customers = customer_summary(as_transactions(load_cdnow()), as_of="1997-09-30")
    >>> ax = plot_spend_by_frequency(spend_by_frequency_table(customers, model=GammaGammaModel().fit(customers)))
    """
    from crmkit.plotting import _ticks

    columns = ("frequency", "actual", "actual_lower", "actual_upper", "expected")
    table = table_of(
        spend, columns, name="spend", made_by="value.spend_by_frequency_table", language=language
    ).sort_values("frequency")
    _, actual, lower, upper, expected = (table[name].to_numpy(dtype=np.float64) for name in columns)
    numbers = [f"{number:,}" for number in table["frequency"]]
    numbers[-1:] = [f"{last}+" for last in numbers[-1:]]
    at = np.arange(len(numbers))
    ax = axes_for(ax)
    ax.plot(at, expected, color=ORANGE, linewidth=2, label=EXPECTED.text(language))
    ax.errorbar(
        at,
        actual,
        yerr=[actual - lower, upper - actual],
        color=BLUE,
        fmt="o",
        markersize=4,
        linewidth=1.5,
        label=ACTUAL.text(language),
    )
    quiet(ax)
    ax.set_xticks(at, numbers)
    ax.set_ylim(bottom=0)
    _ticks.amounts(ax.yaxis)
    ax.set_xlabel(REPEAT_PURCHASES.text(language))
    ax.set_ylabel(_MEAN_AMOUNT.text(language))
    legend(ax)
    return in_language(ax, language)
