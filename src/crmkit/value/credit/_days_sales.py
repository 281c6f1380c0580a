"""How many days of sales are not yet paid, and how well what falls due is collected."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple, TypeAlias

import numpy as np

from crmkit._arrays import Floats
from crmkit._checks import check_number, check_option, some
from crmkit._messages import Message
from crmkit._stats import Numbers, as_floats, as_given, check_alike

__all__ = ["average_days_delinquent", "collection_effectiveness", "count_back", "days_sales_outstanding"]

Method: TypeAlias = Literal["balance", "count_back", "best_possible"]

# A balance of less than this share of what it was is used up.
_ROUNDING: Final = 1e-9

_NO_DAYS: Final = Message(en="{@days} must be above 0, got {values}.", zh="{@days} 须大于 0，得到 {values}。")
_NO_PERIODS: Final = Message(
    en="{@sales} must be a number or a column of periods, the latest last, got {n} dimensions.",
    zh="{@sales} 须为数字或按时间先后排列的一列，得到 {n} 维。",
)


class CountBack(NamedTuple):
    """Days that a balance stands for; missing where sales do not reach back as far, and then the least they can be."""

    days: float
    at_least: float


def days_sales_outstanding(*, receivables: float, sales: Numbers, days: Numbers, method: Method = "balance") -> float:
    r"""Days sales outstanding: how many days of sales are not yet paid.

    .. math:: \mathrm{DSO} = \frac{\text{receivables}}{\text{credit sales}} \times \text{days}

    Parameters
    ----------
    receivables : float
        What customers owe at the end; for ``method="best_possible"`` that part of it which is not yet due.
    sales : float or array-like of float
        Credit sales of a period, or of periods one after another, the latest last; with or without tax, as receivables
        are. Net of credit notes they may be below 0.
    days : float or array-like of float
        Days of the period, or of each of them; above 0.
    method : {"balance", "count_back", "best_possible"}, default "balance"
        "balance" and "best_possible" divide by the sales of all periods. "count_back" goes back from the latest period
        until the balance is used up, so that it does not move with the season; a period without sales adds its days.

    Returns
    -------
    float
        Days. ``nan`` where receivables are below 0, sales are not above 0 or missing, or, for "count_back", the balance
        is larger than all sales given: the days cannot be told from them.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number is infinite, days are not above 0, columns differ in length, or ``method`` is not one of those.

    See Also
    --------
    collection_table : The same from invoices and payments, by period.

    Notes
    -----
    Firms count the receivables and the sales of different periods, so that figures of two of them seldom compare. The
    share of sales on credit matters too: cash sales make the figure smaller, and nobody pay earlier.

    Examples
    --------
    >>> round(days_sales_outstanding(receivables=5_000_000, sales=9_000_000, days=91), 2)
    50.56
    >>> months = [70_000, 80_000, 100_000]
    >>> round(days_sales_outstanding(receivables=212_000, sales=months, days=30, method="count_back"), 3)
    73.714
    """
    check_option(method, ("balance", "count_back", "best_possible"), name="method")
    check_number(receivables, name="receivables")
    sold, lengths = _periods(sales, days)
    if method == "count_back":
        return count_back(float(receivables), sold, lengths).days
    return _days(float(receivables), sold, lengths)


def average_days_delinquent(*, receivables: float, current_receivables: float, sales: Numbers, days: Numbers) -> float:
    r"""Average days delinquent: how many days of sales are past due.

    .. math:: \mathrm{ADD} = \mathrm{DSO} - \mathrm{DSO}_\text{best possible}

    Parameters
    ----------
    receivables : float
        What customers owe at the end.
    current_receivables : float
        That part of it which is not yet due.
    sales, days : float or array-like of float
        As in `days_sales_outstanding`.

    Returns
    -------
    float
        Days; ``nan`` where either of the two is.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number is infinite, days are not above 0, or columns differ in length.

    Examples
    --------
    >>> average_days_delinquent(receivables=100, current_receivables=60, sales=300, days=90)
    12.0
    """
    check_number(receivables, name="receivables")
    check_number(current_receivables, name="current_receivables")
    sold, lengths = _periods(sales, days)
    return _days(float(receivables), sold, lengths) - _days(float(current_receivables), sold, lengths)


def collection_effectiveness(
    *, receivables_start: Numbers, sales: Numbers, receivables_end: Numbers, current_receivables_end: Numbers
) -> Numbers:
    r"""Collection effectiveness index: how much of what could be collected in a period was.

    .. math::

        \mathrm{CEI} = \frac{\text{receivables at the start} + \text{sales} - \text{receivables at the end}}
        {\text{receivables at the start} + \text{sales} - \text{receivables not due at the end}}

    Parameters
    ----------
    receivables_start : float or array-like of float
        What customers owed before the period.
    sales : float or array-like of float
        Credit sales of the period.
    receivables_end : float or array-like of float
        What customers owe after it.
    current_receivables_end : float or array-like of float
        That part of it which is not yet due.

    Returns
    -------
    float or column, as given
        1 where nothing is past due at the end; ``nan`` where nothing could be collected. Often shown times 100. Above 1
        where more came in than is applied to invoices.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number is infinite, or columns differ in length or index.

    Examples
    --------
    >>> collection_effectiveness(
    ...     receivables_start=100, sales=300, receivables_end=100, current_receivables_end=60
    ... )
    0.8823529411764706
    """
    given = {
        "receivables_start": receivables_start,
        "sales": sales,
        "receivables_end": receivables_end,
        "current_receivables_end": current_receivables_end,
    }
    check_alike(**given)
    start, sold, end, current = np.broadcast_arrays(*(as_floats(each, name=name) for name, each in given.items()))
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        collectable = start + sold - current
        index = (start + sold - end) / collectable
    return as_given(np.where((collectable > 0) & np.isfinite(index), index, np.nan), *given.values())


def count_back(receivables: float, sales: Floats, days: Floats) -> CountBack:
    """Go back from the latest period until a balance is used up."""
    if not receivables >= 0:
        return CountBack(np.nan, np.nan)
    rest, passed = receivables, 0.0
    for sold, length in zip(sales[::-1].tolist(), days[::-1].tolist(), strict=True):
        if rest <= _ROUNDING * receivables:
            break
        if sold >= rest:
            return CountBack(passed + rest / sold * length, passed + rest / sold * length)
        if np.isnan(sold):
            return CountBack(np.nan, passed)
        rest, passed = rest - max(sold, 0.0), passed + length
    is_used_up = rest <= _ROUNDING * receivables
    return CountBack(passed if is_used_up else np.nan, passed)


def _days(receivables: float, sales: Floats, days: Floats) -> float:
    with np.errstate(over="ignore"):
        sold, length = float(sales.sum()), float(days.sum())
    if not (receivables >= 0 and 0 < sold < np.inf):
        return np.nan
    found = receivables / sold * length
    return found if found < np.inf else np.nan


def _periods(sales: Numbers, days: Numbers) -> tuple[Floats, Floats]:
    check_alike(sales=sales, days=days)
    sold, lengths = as_floats(sales, name="sales"), as_floats(days, name="days")
    if sold.ndim > 1:
        raise ValueError(_NO_PERIODS(n=sold.ndim))
    if not (lengths > 0).all():
        raise ValueError(_NO_DAYS(values=some(np.atleast_1d(lengths).tolist())))
    sold, lengths = np.broadcast_arrays(np.atleast_1d(sold), lengths)
    return sold, lengths
