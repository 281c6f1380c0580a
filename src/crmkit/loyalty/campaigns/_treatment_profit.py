"""Whom it pays to treat: the closed form, customer by customer."""

from __future__ import annotations

from typing import Final

import numpy as np

from crmkit._arrays import Floats
from crmkit._messages import Message, Parameter
from crmkit._stats import Numbers, as_floats, as_given, check_alike, check_range
from crmkit.loyalty.campaigns._sizes import check_size

__all__ = ["treatment_profit", "treatment_threshold"]

_NOTHING_LEFT: Final = Message(
    en="{@response_value} less {@incentive_cost} is {left:.3g}, too little to divide a cost by. Correct it, or give 0.",
    zh="{@response_value} 减 {@incentive_cost} 为 {left:.3g}，过小而无法作除数。请更正，或改为 0。",
)


def treatment_threshold(
    *, response_value: Numbers, probability_without: Numbers, incentive_cost: Numbers, contact_cost: Numbers
) -> Numbers:
    r"""Uplift above which it pays to treat a customer.

    .. math:: u^* = \frac{d\,p_0 + f}{v - d}

    The incentive is paid to all who respond: those whom the treatment wins, and the share :math:`p_0` who would have
    responded anyway.

    Parameters
    ----------
    response_value : float or array-like of float
        What a response earns before the incentive (v), in money; may be below 0.
    probability_without : float or array-like of float
        Probability of a response without the treatment (:math:`p_0`), from 0 to 1.
    incentive_cost : float or array-like of float
        What the incentive costs where a customer responds (d), at least 0.
    contact_cost : float or array-like of float
        What treating a customer costs, responding or not (f), at least 0.

    Returns
    -------
    float or column, as given
        Treat those whose expected uplift lies above. ``nan`` where a response earns no more than the incentive, so that
        nobody is treated by comparing with it; and where a number is missing.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number lies outside its range, is infinite or too large to compute with, or columns differ in length or
        index; or what is left of ``response_value`` is too little to divide by.

    See Also
    --------
    treatment_profit : What to expect of treating a customer.

    References
    ----------
    .. [1] Verbeke, Olaya, Guerry and Van Belle (2023), "To Do or Not to Do? Cost-Sensitive Causal Classification with
       Individual Treatment Effect Estimates", *European Journal of Operational Research* 305(2).

    Examples
    --------
    A voucher of 5 and a letter of 1; of those who buy, 20 is earned. One who buys anyway with probability 0.1 has to
    be moved by (5 · 0.1 + 1) / (20 - 5).

    >>> treatment_threshold(response_value=20, probability_without=0.1, incentive_cost=5, contact_cost=1)
    0.1
    """
    earned, anyway, incentive, contact = _read(
        response_value=response_value,
        probability_without=probability_without,
        incentive_cost=incentive_cost,
        contact_cost=contact_cost,
    )
    left = earned - incentive
    with np.errstate(over="ignore"):
        threshold = np.asarray((incentive * anyway + contact) / np.where(left > 0, left, np.nan))
    if np.isinf(threshold).any():
        raise ValueError(_NOTHING_LEFT(left=float(np.broadcast_to(left, threshold.shape)[np.isinf(threshold)].min())))
    return as_given(threshold, response_value, probability_without, incentive_cost, contact_cost)


def treatment_profit(
    *,
    uplift: Numbers,
    response_value: Numbers,
    probability_without: Numbers,
    incentive_cost: Numbers,
    contact_cost: Numbers,
) -> Numbers:
    r"""Profit to expect of treating a customer, compared with leaving them alone.

    .. math:: u\,v - d\,(p_0 + u) - f

    An estimate of :math:`p_0 + u` below 0 counts as 0.

    Parameters
    ----------
    uplift : float or array-like of float
        What the treatment adds to the probability of a response (u); or to money, with ``response_value`` as the
        margin and no incentive. May be below 0.
    response_value : float or array-like of float
        What a response earns before the incentive (v), in money; may be below 0.
    probability_without : float or array-like of float
        Probability of a response without the treatment (:math:`p_0`), from 0 to 1.
    incentive_cost : float or array-like of float
        What the incentive costs where a customer responds (d), at least 0.
    contact_cost : float or array-like of float
        What treating a customer costs, responding or not (f), at least 0.

    Returns
    -------
    float or column, as given
        Money; where a response earns more than the incentive, above 0 where ``uplift`` lies above
        `treatment_threshold`. ``nan`` where a number is missing.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number lies outside its range, is infinite or too large to compute with, or columns differ in length or
        index.

    References
    ----------
    .. [1] Verbeke, Olaya, Guerry and Van Belle (2023), "To Do or Not to Do? Cost-Sensitive Causal Classification with
       Individual Treatment Effect Estimates", *European Journal of Operational Research* 305(2).

    Examples
    --------
    The second one buys anyway: the letter and most of the vouchers are lost.

    >>> treatment_profit(
    ...     uplift=[0.2, 0.05], response_value=20, probability_without=[0.1, 0.8], incentive_cost=5, contact_cost=1
    ... )
    array([ 1.5 , -4.25])
    """
    earned, anyway, incentive, contact, added = _read(
        response_value=response_value,
        probability_without=probability_without,
        incentive_cost=incentive_cost,
        contact_cost=contact_cost,
        uplift=uplift,
    )
    # Estimates of two models may not go together; no incentive is paid to less than nobody.
    profit = added * earned - incentive * np.maximum(anyway + added, 0.0) - contact
    return as_given(np.asarray(profit), uplift, response_value, probability_without, incentive_cost, contact_cost)


def _read(**numbers: Numbers) -> list[Floats]:
    """Read numbers in their ranges; missing ones stay missing."""
    check_alike(**numbers)
    read = []
    for name, values in numbers.items():
        floats = as_floats(values, name=name)
        low = None if name in {"response_value", "uplift"} else 0.0
        check_range(floats, name=name, low=low, high=1.0 if name == "probability_without" else None)
        check_size(floats, where=Parameter(name))
        read.append(floats)
    return read
