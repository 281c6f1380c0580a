"""Where the first of a ranking gives way as the weight of one criterion moves; exact, for all are quadratics."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from crmkit._arrays import Floats
from crmkit.segment.criteria._scorer import Terms

__all__ = ["Turn", "best_row", "turns_of"]

# Differences smaller than this share of what they are the difference of are 0 up to rounding.
_ROUNDING: Final = 1e-12
# Breakpoints nearer to one another than this share are the same; and how far beyond them it is seen who leads.
_ALIKE: Final = 1e-9
_BEYOND: Final = 1e-6


class Turn(NamedTuple):
    """The weight at which another row becomes first, and which; none where it never happens."""

    weight: float
    row: int | None


def best_row(terms: Terms, weights: Floats) -> int:
    """The first of the rows with the highest score."""
    up, down = _sums(terms, weights)
    # The row of the highest ratio; without what is below it there is none higher.
    with np.errstate(divide="ignore", invalid="ignore"):
        return int(np.argmax(np.where(up + down > 0, up / (up + down), -np.inf)))


def turns_of(terms: Terms, weights: Floats, criterion: int, first: int) -> tuple[Turn, Turn] | None:
    """The weights below and above which a row is no longer first; None where there are no others to rescale.

    With the weight at w, the others keep their shares of the rest. The order of two rows follows the sign of a
    quadratic in (w / (1 - w)) to the power of the weights.
    """
    weight = float(weights[criterion])
    if not weight < 1 - _ROUNDING:
        return None
    others = weights / (1 - weight)
    others[criterion] = 0.0
    rest_up, rest_down = _sums(terms, others)
    own_up, own_down = terms.up[criterion], terms.down[criterion]
    at = (weight / (1 - weight)) ** terms.power
    second = own_up[first] * own_down - own_up * own_down[first]
    one, two = (
        own_up[first] * rest_down + rest_up[first] * own_down,
        own_up * rest_down[first] + rest_up * own_down[first],
    )
    three, four = rest_up[first] * rest_down, rest_up * rest_down[first]
    linear, constant = _cleaned(one - two, one + two), _cleaned(three - four, three + four)
    second = _cleaned(second, own_up[first] * own_down + own_up * own_down[first])
    size = at**2 * (own_up[first] * own_down + own_up * own_down[first]) + at * (one + two) + three + four
    value = _cleaned(second * at**2 + linear * at + constant, size)
    slope = _cleaned(2 * second * at + linear, 2 * at * np.abs(second) + one + two)
    crossings = _crossings(second, linear, constant)
    # Rows that are level now lead at once, or where they come back.
    leads = value <= 0
    below = np.max([np.where((root > 0) & (root < at), root, -np.inf) for root in crossings], axis=0)
    below[leads] = at - _step(second, -slope)[leads]
    # At a weight of 0 itself another row may be as good, but not better.
    below[below <= 0] = -np.inf
    above = np.min([np.where(root > at, root, np.inf) for root in crossings], axis=0)
    above[leads] = at + _step(second, slope)[leads]

    def turn(places: Floats, sign: int, end: float) -> Turn:
        place = float(places.min() if sign > 0 else places.max())
        if not np.isfinite(place):
            return Turn(end, None)
        rows = np.flatnonzero(np.abs(places - place) <= _ALIKE * max(at, place))
        # Of several rows that draw level at the same weight, the one that leads beyond it.
        beyond = max(place + sign * _BEYOND * max(place, _BEYOND), 0.0)
        up, down = beyond * own_up[rows] + rest_up[rows], beyond * own_down[rows] + rest_down[rows]
        ratio = place ** (1 / terms.power)
        return Turn(ratio / (1 + ratio), int(rows[np.argmax(up / (up + down))]))

    return turn(below, -1, 0.0), turn(above, 1, 1.0)


def _sums(terms: Terms, weights: Floats) -> tuple[Floats, Floats]:
    powers = (weights**terms.power)[:, None]
    return (powers * terms.up).sum(axis=0), (powers * terms.down).sum(axis=0)


def _cleaned(values: Floats, size: Floats) -> Floats:
    return np.where(np.abs(values) <= _ROUNDING * size, 0.0, values)


def _crossings(a: Floats, b: Floats, c: Floats) -> tuple[Floats, Floats]:
    """Where a x² + b x + c changes its sign; missing where it does not."""
    # Two roots that are one up to rounding touch 0 and do not cross it.
    discriminant = _cleaned(b**2 - 4 * a * c, b**2 + 4 * np.abs(a * c))
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        root = np.sqrt(np.where(discriminant > 0, discriminant, np.nan))
        s = -(b + np.where(b >= 0, root, -root)) / 2
        return s / a, c / s


def _step(second: Floats, slope: Floats) -> Floats:
    """How far from a point where a quadratic is 0 it is below 0; infinite where it never is."""
    steps = np.full(len(second), np.inf)
    steps[(slope < 0) | ((slope == 0) & (second < 0))] = 0.0
    returns = (slope > 0) & (second < 0)
    steps[returns] = (-slope[returns]) / second[returns]
    return steps
