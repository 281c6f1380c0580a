"""Value of the customer base: of today's customers and of those to come."""

from __future__ import annotations

import numpy as np

from crmkit._checks import check_discount_rate
from crmkit._stats import Numbers, as_floats, check_alike, check_counts

__all__ = ["customer_base_value"]


def customer_base_value(
    *,
    customer_values: Numbers,
    joining: Numbers,
    joining_value: Numbers,
    acquisition_cost: Numbers,
    period_discount_rate: float,
) -> float:
    r"""Value of today's customers and of those who will join, less the cost of acquiring them.

    .. math:: \text{CE} = \sum_j V_j + \sum_{k=1}^{K} \frac{n_k (V_k - A_k)}{(1 + i)^k}

    Parameters
    ----------
    customer_values : array-like of float
        Lifetime value of each of today's customers.
    joining : array-like of float
        Customers who join in each of the coming periods, the first one period from now.
    joining_value : float or array-like of float
        Lifetime value of one of them when they join; a number, or one for each period.
    acquisition_cost : float or array-like of float
        Cost of acquiring one of them, at that time; a number, or one for each period.
    period_discount_rate : float
        Discount rate of one period, i; not negative.

    Returns
    -------
    float
        Money now; ``nan`` if a number is missing. Drop prospects, whose values are missing, first.

    Raises
    ------
    TypeError
        If an argument is not a number or column of numbers.
    ValueError
        If a number of joiners or the discount rate is below 0, a number is infinite, or columns do not fit together.

    References
    ----------
    .. [1] Gupta, Lehmann and Stuart (2004), "Valuing Customers", *Journal of Marketing Research* 41(1),
       7-18, equation 4.

    Examples
    --------
    >>> value = customer_base_value(
    ...     customer_values=[120.0, 80.0],
    ...     joining=[10, 10],
    ...     joining_value=100,
    ...     acquisition_cost=45,
    ...     period_discount_rate=0.1,
    ... )
    >>> round(value, 2)
    1154.55
    """
    rate = check_discount_rate(period_discount_rate, name="period_discount_rate", of="period")
    check_counts(joining=joining)
    check_alike(joining=joining, joining_value=joining_value, acquisition_cost=acquisition_cost)
    n = np.atleast_1d(as_floats(joining, name="joining"))
    gain = as_floats(joining_value, name="joining_value") - as_floats(acquisition_cost, name="acquisition_cost")
    later = n * gain * (1 + rate) ** -np.arange(1.0, len(n) + 1)
    return float(as_floats(customer_values, name="customer_values").sum() + later.sum())
