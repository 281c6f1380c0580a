"""How revenue grows from period to period."""

from __future__ import annotations

import numpy as np

from crmkit._kpi import Example, kpi, money, number, ratio
from crmkit._names import Label
from crmkit._stats import Numbers

__all__ = ["compound_annual_growth_rate", "revenue_growth"]


@kpi(
    name=Label("Revenue growth", "收入增长率"),
    group="revenue",
    unit="rate",
    direction="higher",
    definition=Label(
        "(Revenue - revenue of the period before) / revenue of the period before", "（本期收入 − 上期收入）÷ 上期收入"
    ),
    source="Farris, Bendle, Pfeifer and Reibstein, Marketing Metrics, 3rd ed., ch. 4",
    inputs=(money("revenue"), money("revenue_before")),
    example=Example({"revenue": 120, "revenue_before": 100}, 0.2),
)
def revenue_growth(*, revenue: Numbers, revenue_before: Numbers) -> Numbers:
    r"""Growth of revenue from one period to the next.

    .. math:: g = (R_t - R_{t-1}) / R_{t-1}

    Parameters
    ----------
    revenue : float or array-like of float
        Money of the period, net of refunds; may be below zero.
    revenue_before : float or array-like of float
        Money of the period before, of the same length.

    Returns
    -------
    float or column, as given
        A fraction; ``nan`` where the revenue before is not above zero. A period that has not ended looks like a
        decline.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number lies outside its range or is infinite, or columns differ in length or index.

    References
    ----------
    .. [1] Farris, Bendle, Pfeifer and Reibstein, *Marketing Metrics*, 3rd ed., ch. 4.

    Examples
    --------
    >>> revenue_growth(revenue=120, revenue_before=100)
    0.2
    """
    return ratio(revenue - revenue_before, np.where(revenue_before > 0, revenue_before, np.nan))


@kpi(
    name=Label("Compound annual growth rate", "年均复合增长率"),
    group="revenue",
    unit="rate",
    direction="higher",
    definition=Label("(Value at the end / value at the start)^(1 / years) - 1", "（期末值 ÷ 期初值）的年数次方根 − 1"),
    source="Farris, Bendle, Pfeifer and Reibstein, Marketing Metrics, 3rd ed., ch. 4",
    inputs=(number("start_value"), number("end_value"), number("years", low=0.0)),
    aggregation="none",
    example=Example({"start_value": 100, "end_value": 144, "years": 2}, 0.2),
)
def compound_annual_growth_rate(*, start_value: Numbers, end_value: Numbers, years: Numbers) -> Numbers:
    r"""Growth per year that leads from the first value to the last (CAGR).

    .. math:: g = (E / S)^{1/n} - 1

    Parameters
    ----------
    start_value : float or array-like of float
        Revenue, or whatever grows, of the first year.
    end_value : float or array-like of float
        That of the last year.
    years : float or array-like of float
        Years from the first to the last, at least 0; need not be whole.

    Returns
    -------
    float or column, as given
        A fraction, at least -1; ``nan`` where the first value or the years are not above zero, or the last value is
        below it.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number lies outside its range or is infinite, or columns differ in length or index.

    References
    ----------
    .. [1] Farris, Bendle, Pfeifer and Reibstein, *Marketing Metrics*, 3rd ed., ch. 4.

    Examples
    --------
    >>> round(compound_annual_growth_rate(start_value=100, end_value=144, years=2), 6)
    0.2
    """
    multiple = end_value / np.where(start_value > 0, start_value, np.nan)
    return multiple ** (1 / np.where(years > 0, years, np.nan)) - 1
