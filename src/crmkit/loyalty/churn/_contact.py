"""Whom it pays to contact: the closed form, customer by customer."""

from __future__ import annotations

import numpy as np

from crmkit._arrays import Floats
from crmkit._stats import Numbers, as_floats, as_given, check_alike, check_range

__all__ = ["contact_profit", "contact_threshold", "profit_by_outcome"]


def contact_threshold(*, clv: Numbers, gamma: Numbers, incentive_cost: Numbers, contact_cost: Numbers) -> Numbers:
    r"""Probability of leaving above which it pays to contact a customer with an offer.

    .. math:: p^* = \frac{d + f}{\gamma\,(\text{CLV} - d) + d}

    A customer about to leave takes the offer with probability :math:`\gamma` and stays; one who would have stayed takes
    it as a gift. No campaign and no cross-validation is needed to find the threshold.

    Parameters
    ----------
    clv : float or array-like of float
        Lifetime value of the customer if they stay, in money; may be below 0.
    gamma : float or array-like of float
        Probability that a customer about to leave accepts the offer and stays, from 0 to 1.
    incentive_cost : float or array-like of float
        What the offer costs if it is taken (d), at least 0. For an offer of 5 % of the value, give 0.05 · ``clv``.
    contact_cost : float or array-like of float
        What contacting a customer costs (f), at least 0.

    Returns
    -------
    float or column, as given
        From 0 to 1: contact those whose probability of leaving lies above. ``nan`` where it does not pay even if the
        customer is sure to leave, so that nobody is contacted by comparing with it; and where a number is missing.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number lies outside its range or is infinite, or columns differ in length or index.

    See Also
    --------
    contact_profit : What to expect of contacting a customer.

    Notes
    -----
    Where :math:`\gamma(\text{CLV} - d) + d \le 0` the inequality turns round: the formula gives a threshold below 0,
    which would have everybody contacted although every contact loses money. There the threshold is missing.

    References
    ----------
    .. [1] Verbraken, Verbeke and Baesens (2013), "A Novel Profit Maximizing Metric for Measuring Classification
       Performance of Customer Churn Prediction Models", *IEEE Transactions on Knowledge and Data Engineering* 25(5).
    .. [2] Elkan (2001), "The Foundations of Cost-Sensitive Learning", *IJCAI*.

    Examples
    --------
    A customer worth 200 is contacted above a probability of (10 + 1) / (0.3 · 190 + 10); one worth 12 never is.

    >>> contact_threshold(clv=[200, 12, -50], gamma=0.3, incentive_cost=10, contact_cost=1).round(4)
    array([0.1642,    nan,    nan])
    """
    value, accepts, incentive, contact = _read(
        clv=clv, gamma=gamma, incentive_cost=incentive_cost, contact_cost=contact_cost
    )
    with np.errstate(over="ignore"):
        gain = accepts * (value - incentive) + incentive
        threshold = (incentive + contact) / np.where(gain > 0, gain, np.nan)
    return as_given(np.where(threshold <= 1, threshold, np.nan), clv, gamma, incentive_cost, contact_cost)


def contact_profit(
    *, probability: Numbers, clv: Numbers, gamma: Numbers, incentive_cost: Numbers, contact_cost: Numbers
) -> Numbers:
    r"""Profit to expect of contacting a customer with an offer, compared with leaving them alone.

    .. math:: p\,\gamma\,(\text{CLV} - d) - (1 - p)\,d - f

    Parameters
    ----------
    probability : float or array-like of float
        Probability that the customer leaves if left alone, from 0 to 1.
    clv : float or array-like of float
        Lifetime value of the customer if they stay, in money; may be below 0.
    gamma : float or array-like of float
        Probability that a customer about to leave accepts the offer and stays, from 0 to 1.
    incentive_cost : float or array-like of float
        What the offer costs if it is taken (d), at least 0.
    contact_cost : float or array-like of float
        What contacting a customer costs (f), at least 0.

    Returns
    -------
    float or column, as given
        Money; above 0 where ``probability`` lies above `contact_threshold`. ``nan`` where a number is missing.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number lies outside its range or is infinite, or columns differ in length or index.

    References
    ----------
    .. [1] Verbraken, Verbeke and Baesens (2013), "A Novel Profit Maximizing Metric for Measuring Classification
       Performance of Customer Churn Prediction Models", *IEEE Transactions on Knowledge and Data Engineering* 25(5).

    Examples
    --------
    At 0.5 half of 0.3 · 190, less half of 10, less 1; at 0.1 it does not pay.

    >>> contact_profit(probability=[0.5, 0.1], clv=200, gamma=0.3, incentive_cost=10, contact_cost=1)
    array([22.5, -4.3])
    """
    value, accepts, incentive, contact, chance = _read(
        clv=clv, gamma=gamma, incentive_cost=incentive_cost, contact_cost=contact_cost, probability=probability
    )
    with np.errstate(over="ignore", invalid="ignore"):
        gain, loss = profit_by_outcome(value, accepts, incentive, contact)
        profit = chance * gain + (1 - chance) * loss
    return as_given(
        np.where(np.isfinite(profit), profit, np.nan), probability, clv, gamma, incentive_cost, contact_cost
    )


def profit_by_outcome(clv: Floats, gamma: Floats, incentive: Floats, contact: Floats) -> tuple[Floats, Floats]:
    """The profit of contacting someone about to leave, and of contacting someone who would stay."""
    return gamma * (clv - incentive) - contact, -(incentive + contact)


def _read(**numbers: Numbers) -> list[Floats]:
    """Read numbers in their ranges; missing ones stay missing."""
    check_alike(**numbers)
    read = []
    for name, values in numbers.items():
        floats = as_floats(values, name=name)
        is_share = name in {"gamma", "probability"}
        check_range(floats, name=name, low=None if name == "clv" else 0.0, high=1.0 if is_share else None)
        read.append(floats)
    return read
