"""How much to spend on advertising, by elasticities alone."""

from __future__ import annotations

import numpy as np

from crmkit._stats import Numbers, as_floats, as_given, check_alike, check_range
from crmkit.value.pricing._break_even import quotient

__all__ = ["dorfman_steiner_ratio", "wright_budget"]


def dorfman_steiner_ratio(*, advertising_elasticity: Numbers, price_elasticity: Numbers) -> Numbers:
    r"""Share of sales to spend on advertising, where the price is the best one, too.

    .. math:: \frac{A}{S} = \frac{\varepsilon_A}{|\varepsilon_P|}, \qquad \varepsilon_P < -1

    Both elasticities are those at the budget and price sought; with constant ones the ratio holds at any size.

    Parameters
    ----------
    advertising_elasticity : float or array-like of float
        By how many percent sales rise with 1 % more advertising, in [0, 1].
    price_elasticity : float or array-like of float
        Own-price elasticity, below -1.

    Returns
    -------
    float or column, as given
        Between 0 and 1; ``nan`` if the price elasticity is -1 or above, because then there is no best price.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If an advertising elasticity does not lie between 0 and 1, a number is infinite, or columns differ in length or
        index.

    See Also
    --------
    optimal_price : The price that belongs to it.

    References
    ----------
    .. [1] Dorfman and Steiner (1954), "Optimal Advertising and Optimal Quality", *American Economic Review* 44(5).

    Examples
    --------
    >>> dorfman_steiner_ratio(advertising_elasticity=0.1, price_elasticity=-2)
    0.05
    """
    check_alike(advertising_elasticity=advertising_elasticity, price_elasticity=price_elasticity)
    of_advertising = as_floats(advertising_elasticity, name="advertising_elasticity")
    of_price = as_floats(price_elasticity, name="price_elasticity")
    check_range(of_advertising, name="advertising_elasticity", low=0.0, high=1.0)
    found = quotient(np.asarray(of_advertising), np.abs(of_price), where=np.asarray(of_price) < -1)
    return as_given(found, advertising_elasticity, price_elasticity)


def wright_budget(*, advertising_elasticity: Numbers, gross_profit: Numbers) -> Numbers:
    r"""Money to spend on advertising, as a share of the gross profit before it.

    .. math:: A^* = \varepsilon_A \times \text{gross profit}

    The gross profit is that at the budget sought. Starting from today's, compute, spend, and compute again. Over many
    studies the advertising elasticity is about 0.1, hence the rule of a tenth of gross profit.

    Parameters
    ----------
    advertising_elasticity : float or array-like of float
        By how many percent sales rise with 1 % more advertising, in [0, 1].
    gross_profit : float or array-like of float
        Sales less variable cost, before advertising, in money.

    Returns
    -------
    float or column, as given
        In money; ``nan`` where the gross profit is not above 0.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If an advertising elasticity does not lie between 0 and 1, a number is infinite, or columns differ in length or
        index.

    References
    ----------
    .. [1] Wright (2009), "A New Theorem for Optimizing the Advertising Budget", *Journal of Advertising Research*
       49(2).

    Examples
    --------
    >>> wright_budget(advertising_elasticity=0.11, gross_profit=200_000)
    22000.0
    """
    check_alike(advertising_elasticity=advertising_elasticity, gross_profit=gross_profit)
    elasticity = as_floats(advertising_elasticity, name="advertising_elasticity")
    earned = as_floats(gross_profit, name="gross_profit")
    check_range(elasticity, name="advertising_elasticity", low=0.0, high=1.0)
    found = np.where(np.asarray(earned) > 0, elasticity * earned, np.nan)
    return as_given(found, advertising_elasticity, gross_profit)
