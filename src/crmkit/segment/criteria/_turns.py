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
    size = abs(at**2) * (own_up[first] * own_down + own_up * own_down[first]) + at * (one + two) + three + four
    value = _cleaned(second * at**2 + (one - two) * at + (three - four), size)
    slope = _cleaned(2 * second * at + (one - two), 2 * at * np.abs(second) + one + two)
    upward = _first_below(second, slope, value)
    downward = _first_below(second, -slope, value)
    # At a weight of 0 itself another row may be as good, but not better.
    downward[downward >= at * (1 - _ROUNDING)] = np.inf

    def turn(steps: Floats, sign: int, end: float) -> Turn:
        least = float(steps.min())
        if not np.isfinite(least):
            return Turn(end, None)
        place = max(at + sign * least, 0.0)
        rows = np.flatnonzero(steps <= least + _ALIKE * max(at, least))
        # Of several rows that draw level at the same weight, the one that leads beyond it.
        beyond = max(place + sign * _BEYOND * max(place, _BEYOND), 0.0)
        up, down = beyond * own_up[rows] + rest_up[rows], beyond * own_down[rows] + rest_down[rows]
        ratio = place ** (1 / terms.power)
        return Turn(ratio / (1 + ratio), int(rows[np.argmax(up / (up + down))]))

    return turn(downward, -1, 0.0), turn(upward, 1, 1.0)


def _sums(terms: Terms, weights: Floats) -> tuple[Floats, Floats]:
    powers = (weights**terms.power)[:, None]
    return (powers * terms.up).sum(axis=0), (powers * terms.down).sum(axis=0)


def _cleaned(values: Floats, size: Floats) -> Floats:
    return np.where(np.abs(values) <= _ROUNDING * size, 0.0, values)


def _first_below(a: Floats, b: Floats, c: Floats) -> Floats:
    """The smallest step y, at least 0, beyond which a y² + b y + c is below 0, where c is not; infinite for none."""
    steps = np.full(len(c), np.inf)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        root = np.sqrt(np.maximum(b**2 - 4 * a * c, 0.0))
        crosses = b**2 - 4 * a * c > 0
        s = -(b + np.where(b >= 0, root, -root)) / 2
        for candidate in (s / a, c / s):
            better = crosses & (c > 0) & (candidate > 0) & (candidate < steps)
            steps[better] = candidate[better]
        leaves = (c <= 0) & ((b < 0) | ((b == 0) & (a < 0)))
        returns = (c <= 0) & (b > 0) & (a < 0)
        steps[leaves] = 0.0
        steps[returns] = (-b / a)[returns]
    return steps
