"""Customers by number of repeat purchases, actual beside expected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from crmkit._names import Label, Language
from crmkit.plotting._paired_bars import paired_bars
from crmkit.plotting._style import table_of
from crmkit.plotting._words import CALIBRATION_PURCHASES

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_frequency"]

_CUSTOMERS: Final = Label("Customers", "客户数")


def plot_frequency(frequency: Any, *, ax: Axes | None = None, language: Language = "en") -> Axes:
    """Draw the actual and the expected number of customers for each number of repeat purchases.

    Parameters
    ----------
    frequency : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.value.judging.frequency_table` gives it.
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
        If ``frequency`` is not a frame.
    ValueError
        If ``language`` is neither "en" nor "zh".

    Examples
    --------
    >>> from crmkit import as_transactions, customer_summary, load_cdnow
    >>> from crmkit.value import BetaGeoModel
    >>> from crmkit.value.judging import frequency_table
    >>> customers = customer_summary(as_transactions(load_cdnow()), as_of="1997-09-30")
    >>> ax = plot_frequency(frequency_table(customers, model=BetaGeoModel().fit(customers)))
    """
    from crmkit.plotting import _ticks

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
    ax = paired_bars(groups, actual, expected, x=CALIBRATION_PURCHASES, y=_CUSTOMERS, ax=ax, language=language)
    _ticks.counts(ax.yaxis)
    return ax
