"""Who leaves: churn of a period by its definitions, of a year, and the lifetime that it implies."""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from crmkit._arrays import Floats
from crmkit._kpi import Example, Kpi, Variant, count, kpi, number, part, ratio, share, tells
from crmkit._names import Label
from crmkit._stats import Numbers, as_floats, check_counts

__all__ = [
    "annualised_churn_rate",
    "average_customer_lifetime",
    "customer_churn_rate",
    "daily_churn_rate",
    "sum_of_daily_rates",
]

ChurnMethod: TypeAlias = Literal["cohort", "standard", "open"]


@kpi(
    name=Label("Customer churn rate", "流失率"),
    group="retention",
    unit="share",
    direction="lower",
    definition=Label("Customers lost in the period / customers at its start", "期间内流失的客户 ÷ 期初客户"),
    source="Gold (2020), Fighting Churn with Data, ch. 2; ChartMogul, Help center; Stripe, Calculating churn rate",
    inputs=(
        part("lost", of=("customers_start", "joined", "lost_in_passing")),
        count("customers_start", stock="start"),
        count("joined", optional=True),
        part("lost_in_passing", of="lost", optional=True),
    ),
    window="period and the one before",
    option="method",
    variants=(
        Variant(
            "cohort",
            Label("cohort", "期初客户口径"),
            Label("of the customers at the start", "以期初客户为分母"),
            ("lost", "customers_start"),
            Example({"lost": 12, "customers_start": 100, "method": "cohort"}, 0.12),
        ),
        Variant(
            "standard",
            Label("standard", "不计期内进出"),
            Label(
                "of the customers at the start, without those who joined in the period and left in it or left and "
                "came back in it",
                "以期初客户为分母，不计期间内加入又流失以及流失后又回来的客户",
            ),
            ("lost", "customers_start", "lost_in_passing"),
            Example({"lost": 12, "customers_start": 100, "lost_in_passing": 2, "method": "standard"}, 0.1),
        ),
        Variant(
            "open",
            Label("open", "含新增客户口径"),
            Label(
                "of the customers at the start and those who joined in the period",
                "以期初客户与期间新增客户之和为分母",
            ),
            ("lost", "customers_start", "joined"),
            Example({"lost": 12, "customers_start": 100, "joined": 20, "method": "open"}, 0.1),
        ),
    ),
)
def customer_churn_rate(
    *,
    lost: Numbers,
    customers_start: Numbers,
    method: ChurnMethod,
    joined: Numbers | None = None,
    lost_in_passing: Numbers | None = None,
) -> Numbers:
    r"""Share of customers lost in a period.

    .. math:: c_\text{cohort} = \frac{\text{lost}}{\text{start}}, \qquad
              c_\text{standard} = \frac{\text{lost} - \text{lost in passing}}{\text{start}}, \qquad
              c_\text{open} = \frac{\text{lost}}{\text{start} + \text{joined}}

    Parameters
    ----------
    lost : float or array-like of float
        Customers lost in the period: for "cohort" those who were there at its start, else all.
    customers_start : float or array-like of float
        Customers at the start.
    method : {"cohort", "standard", "open"}
        Whether the base is the customers at the start ("cohort", and "standard" if all losses of the period are
        counted and those in passing taken off), or also includes those who joined in the period ("open"), as some
        billing services count. They are not comparable.
    joined : float or array-like of float, optional
        Customers who joined in the period; required by "open", not allowed otherwise.
    lost_in_passing : float or array-like of float, optional
        Those of ``lost`` who had joined in the period, or who came back before its end; required by "standard", not
        allowed otherwise.

    Returns
    -------
    float or column, as given
        In [0, 1]; ``nan`` where the base is empty.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a count is below zero or infinite, ``lost`` exceeds the customers there were, or a count does not fit
        ``method``.

    References
    ----------
    .. [1] Gold (2020), *Fighting Churn with Data*, ch. 2, for "cohort".
    .. [2] ChartMogul, Help center, "Customer churn rate", for "standard".
    .. [3] Stripe, "Calculating churn rate", for "open".

    Examples
    --------
    >>> customer_churn_rate(lost=12, customers_start=100, method="cohort")
    0.12
    >>> customer_churn_rate(lost=12, customers_start=100, method="standard", lost_in_passing=2)
    0.1
    >>> customer_churn_rate(lost=12, customers_start=100, method="open", joined=20)
    0.1
    """
    if method == "standard":
        return ratio(lost - lost_in_passing, customers_start)
    return ratio(lost, customers_start if method == "cohort" else customers_start + joined)


@tells(
    Kpi(
        code="daily_churn_rate",
        name=Label("Customer churn rate, summed by day", "流失率（逐日累计）"),
        group="retention",
        unit="rate",
        direction="lower",
        definition=Label(
            "Sum over the days of a period of customers lost on the day / customers at its start",
            "期间内每日（当日流失客户 ÷ 当日初客户）之和",
        ),
        source="ChartMogul, Help center, Customer churn rate",
        function="crmkit.metrics.daily_churn_rate",
        aggregation="none",
    )
)
def daily_churn_rate(*, lost: npt.ArrayLike, customers_start: npt.ArrayLike) -> float:
    r"""Churn rate of a period as the sum of those of its days.

    .. math:: c = \sum_d \text{lost}_d / \text{customers at the start of the day}_d

    Customers who join during the period count from the next day on, which suits a base that grows or shrinks fast.

    Parameters
    ----------
    lost : array-like of float
        Customers lost on each day, at least 0.
    customers_start : array-like of float
        Customers at the start of each day, at least 0. A day without customers adds nothing.

    Returns
    -------
    float
        At least 0; ``nan`` if no day has customers, or a number is missing.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a count is below zero or infinite, or columns differ in length or index.

    References
    ----------
    .. [1] ChartMogul, Help center, "Customer churn rate".

    Examples
    --------
    >>> daily_churn_rate(lost=[1, 2], customers_start=[100, 100])
    0.03
    """
    check_counts(lost=lost, customers_start=customers_start)
    gone, there = np.broadcast_arrays(
        np.atleast_1d(as_floats(lost, name="lost")), as_floats(customers_start, name="customers_start")
    )
    return float(sum_of_daily_rates(gone, there))


def sum_of_daily_rates(lost: Floats, there: Floats) -> Floats:
    """Add up the churn rates of days along the last axis; ``nan`` where no day has customers."""
    counted = there != 0
    rates = np.divide(lost, there, out=np.zeros(there.shape), where=counted)
    return np.where(counted.any(axis=-1), rates.sum(axis=-1), np.nan)


@kpi(
    name=Label("Annualised churn rate", "年化流失率"),
    group="retention",
    unit="share",
    direction="lower",
    definition=Label("1 - (1 - churn rate)^(365 / days)", "1 −（1 − 流失率）^（365 ÷ 天数）"),
    source="Gold (2020), Fighting Churn with Data, ch. 2",
    inputs=(share("churn_rate"), number("days", low=0.0)),
    aggregation="none",
    example=Example({"churn_rate": 0.05, "days": 30}, 1 - 0.95 ** (365 / 30)),
)
def annualised_churn_rate(*, churn_rate: Numbers, days: Numbers) -> Numbers:
    r"""Share of the customers lost in a year at the churn rate of a shorter or longer period.

    .. math:: c_\text{year} = 1 - (1 - c)^{365 / \text{days}}

    Parameters
    ----------
    churn_rate : float or array-like of float
        Share of the customers lost per period, in [0, 1].
    days : float or array-like of float
        Length of that period in days, above 0.

    Returns
    -------
    float or column, as given
        In [0, 1]; ``nan`` where the period has no days. It is not a multiple of the churn rate.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number lies outside its range or is infinite, or columns differ in length or index.

    References
    ----------
    .. [1] Gold (2020), *Fighting Churn with Data*, ch. 2.

    Examples
    --------
    >>> round(annualised_churn_rate(churn_rate=0.05, days=30), 6)
    0.46424
    """
    return 1 - (1 - churn_rate) ** (365 / np.where(days > 0, days, np.nan))


@kpi(
    name=Label("Average customer lifetime", "客户平均寿命"),
    group="retention",
    unit="periods",
    direction="higher",
    definition=Label("1 / churn rate", "1 ÷ 流失率"),
    source="Our convention",
    inputs=(share("churn_rate"),),
    aggregation="none",
    example=Example({"churn_rate": 0.05}, 20),
)
def average_customer_lifetime(*, churn_rate: Numbers) -> Numbers:
    r"""Periods that a customer stays on average if everybody leaves at one constant rate.

    .. math:: L = 1 / c

    Parameters
    ----------
    churn_rate : float or array-like of float
        Share of the customers lost per period, in [0, 1].

    Returns
    -------
    float or column, as given
        Periods of the churn rate, at least 1; ``nan`` where nobody leaves. Where churn falls with tenure, as it mostly
        does, customers stay longer.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number lies outside its range or is infinite, or columns differ in length or index.

    Examples
    --------
    >>> average_customer_lifetime(churn_rate=0.05)
    20.0
    """
    return ratio(1.0, churn_rate)
