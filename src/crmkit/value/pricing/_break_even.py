"""How far sales may fall, or must rise, for a change of price to leave profit as it was."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from crmkit._arrays import Floats
from crmkit._stats import Numbers, as_floats, as_given, check_alike

__all__ = ["break_even_elasticity", "break_even_sales_change", "quotient", "reactive_sales_change"]


def break_even_sales_change(
    *, price_change: Numbers, contribution_margin: Numbers, cost_change: Numbers = 0
) -> Numbers:
    r"""Relative change of units at which profit stays as it was.

    .. math:: \frac{-(\Delta p - \Delta c)}{m + \Delta p - \Delta c}

    After a price increase, sales may fall this far before profit falls; after a cut, they must rise this far.

    Parameters
    ----------
    price_change : float or array-like of float
        Change of the price, in money for a unit or as a share of the price; below 0 for a cut.
    contribution_margin : float or array-like of float
        Price less variable cost of a unit today, in the same unit.
    cost_change : float or array-like of float, default 0
        Change of the variable cost of a unit, in the same unit.

    Returns
    -------
    float or column, as given
        A fraction, at least -1; ``nan`` if a unit would earn nothing after the change, because no volume makes up for
        that.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number is infinite, or columns differ in length or index.

    References
    ----------
    .. [1] Nagle, Hogan and Zale, *The Strategy and Tactics of Pricing*, 5th ed., ch. 9.

    Examples
    --------
    >>> round(break_even_sales_change(price_change=-0.10, contribution_margin=0.40), 4)
    0.3333
    >>> break_even_sales_change(price_change=0.50, contribution_margin=1.50)
    -0.25
    """
    given = {"price_change": price_change, "contribution_margin": contribution_margin, "cost_change": cost_change}
    change, margin, cost = _floats(given)
    with np.errstate(over="ignore", invalid="ignore"):
        moved = change - cost
        left = margin + moved
    found = quotient(-moved, left, where=(left > 0) & (margin >= 0))
    return as_given(found, price_change, contribution_margin, cost_change)


def break_even_elasticity(*, price_change: Numbers, contribution_margin: Numbers, cost_change: Numbers = 0) -> Numbers:
    r"""Elasticity at which a change of price leaves profit as it was.

    .. math:: e = \frac{\text{break-even change of units}}{\text{change of the price}}

    A price increase pays if demand is less elastic than this (closer to 0), a cut if it is more elastic.

    Parameters
    ----------
    price_change : float or array-like of float
        Change of the price as a share of the price, such as 0.05; below 0 for a cut.
    contribution_margin : float or array-like of float
        Share of today's price that is left after the variable cost.
    cost_change : float or array-like of float, default 0
        Change of the variable cost of a unit, as a share of today's price.

    Returns
    -------
    float or column, as given
        ``nan`` where the price does not change, or a unit would leave nothing.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number is infinite, or columns differ in length or index.

    References
    ----------
    .. [1] Nagle, Hogan and Zale, *The Strategy and Tactics of Pricing*, 5th ed., ch. 9.

    Examples
    --------
    >>> round(break_even_elasticity(price_change=0.05, contribution_margin=0.40), 4)
    -2.2222
    """
    given = {"price_change": price_change, "contribution_margin": contribution_margin, "cost_change": cost_change}
    change, margin, cost = _floats(given)
    sales = break_even_sales_change(price_change=change, contribution_margin=margin, cost_change=cost)
    return as_given(
        quotient(np.asarray(sales), change, where=change != 0), price_change, contribution_margin, cost_change
    )


def reactive_sales_change(*, price_change: Numbers, contribution_margin: Numbers) -> Numbers:
    r"""Relative loss of units from which on it pays to follow a competitor's price.

    .. math:: \frac{\Delta p}{m}

    Parameters
    ----------
    price_change : float or array-like of float
        Change of price that would answer the competitor, in money for a unit or as a share of the price; below 0 for a
        cut.
    contribution_margin : float or array-like of float
        Price less variable cost of a unit today, in the same unit.

    Returns
    -------
    float or column, as given
        A fraction. For a cut, -0.25 means that following pays if you would otherwise lose more than a quarter of the
        units. For an increase, 0.25 means that it pays if not following would win less than a quarter more units.
        ``nan`` if a unit earns nothing today.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number is infinite, or columns differ in length or index.

    References
    ----------
    .. [1] Nagle, Hogan and Zale, *The Strategy and Tactics of Pricing*, 5th ed., ch. 9.

    Examples
    --------
    >>> reactive_sales_change(price_change=-0.10, contribution_margin=0.40)
    -0.25
    """
    change, margin = _floats({"price_change": price_change, "contribution_margin": contribution_margin})
    return as_given(quotient(change, margin, where=margin > 0), price_change, contribution_margin)


def _floats(given: dict[str, Numbers]) -> list[Floats]:
    check_alike(**given)
    return [np.asarray(each) for each in
            np.broadcast_arrays(*(as_floats(values, name=name) for name, values in given.items()))]  # fmt: skip


def quotient(numerator: Floats, denominator: Floats, *, where: npt.NDArray[np.bool_]) -> Floats:
    """What is divided; missing elsewhere, and where no number holds it."""
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        found = numerator / denominator
    return np.where(where & np.isfinite(found), found, np.nan) + 0.0
