"""Intervals of a difference and of a ratio from the intervals of the two estimates: square and add."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from crmkit._arrays import Floats

__all__ = ["Margins", "added_margins", "ratio_ends"]


class Margins(NamedTuple):
    """How far the ends of an interval lie below and above its estimate, each a column."""

    below: Floats
    above: Floats


def added_margins(margins: Margins, other: Margins, *, correlation: Floats) -> Margins:
    """Give the margins of the difference of two estimates whose own margins are known.

    Each end lies where the one estimate is low while the other is high: squares are added, less what both share.

    References
    ----------
    .. [1] Zou and Donner (2008), "Construction of Confidence Limits about Effect Measures: A General Approach",
       *Statistics in Medicine* 27.
    """
    below = _together(margins.below, other.above, correlation)
    return Margins(below, _together(margins.above, other.below, correlation))


def ratio_ends(
    value: Floats, other: Floats, margins: Margins, other_margins: Margins, *, correlation: Floats
) -> tuple[Floats, Floats]:
    """Give the ends of the interval of ``value`` / ``other``.

    They are those ratios at which the interval of ``value`` - ratio × ``other``, by `added_margins`, ends at 0; with
    margins that are the same on both sides this is Fieller's interval. An end is ``nan`` where there is none: where
    ``other`` is not clearly above 0, any ratio may be.

    References
    ----------
    .. [1] Donner and Zou (2012), "Closed-Form Confidence Intervals for Functions of the Normal Mean and Standard
       Deviation", *Statistical Methods in Medical Research* 21.
    .. [2] Fieller (1954), "Some Problems in Interval Estimation", *Journal of the Royal Statistical Society* B 16.
    """
    lower = _root(value, other, margins.below, other_margins.above, correlation, sign=-1.0)
    return lower, _root(value, other, margins.above, other_margins.below, correlation, sign=1.0)


def _together(reach: Floats, other: Floats, correlation: Floats) -> Floats:
    squared = reach**2 + other**2 - 2 * correlation * reach * other
    return np.asarray(np.sqrt(np.maximum(squared, 0.0)))


def _root(value: Floats, other: Floats, reach: Floats, its: Floats, correlation: Floats, *, sign: float) -> Floats:
    """The ratio at which (value - ratio * other)² is what `_together` gives of ``reach`` and ratio * ``its``, squared.

    A quadratic a x² - 2 b x + c; of the two ways to write its root the one that does not subtract what is alike.
    """
    a = other**2 - its**2
    b = value * other - correlation * reach * its
    c = value**2 - reach**2
    root: Floats = np.sqrt(np.maximum(b**2 - a * c, 0.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        by_sum = c / (b - sign * root)
        found = np.where(sign * b > 0, (b + sign * root) / a, by_sum)
    # Below a of 0 one end is left, if any: the lower one, and only where the value is clearly above 0 itself.
    there = (a > 0) | ((sign < 0) & (b > 0) & (c >= 0))
    # Without any spread the ratio is what it is.
    found = np.where(root == 0, b / np.where(a == 0, np.nan, a), found)
    return np.where((other > 0) & there, found, np.nan)
