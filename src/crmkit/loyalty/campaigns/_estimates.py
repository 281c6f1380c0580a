"""An arm beside its control group: the difference, what it rests on, and how sure both sides are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from crmkit._arrays import Floats
from crmkit._stats import Contrast
from crmkit.loyalty.campaigns._cells import Cells
from crmkit.loyalty.campaigns._measures import Measure

__all__ = ["Estimate", "Side", "estimate", "matched"]

Rows = npt.NDArray[np.int64]

# What is left of squares after centring, relative to them, is rounding below.
_ROUNDING: Final = 1e-12
_FEWEST: Final = 2


class Side(NamedTuple):
    """An arm or a control group: its cells, and the strata that it is judged in."""

    cells: Cells
    rows: Rows
    strata: npt.NDArray[np.int64]

    @property
    def n(self) -> Floats:
        """Customers by stratum."""
        return self._by_stratum(self.cells.n)

    def filled(self, column: str) -> float:
        """How many have a value other than 0 in a column."""
        return float(self._by_stratum(self.cells.filled[column]).sum())

    def centres(self, places: Sequence[int]) -> Floats:
        """What columns are counted from."""
        return np.array(list(self.cells.centres.values()))[places, self.rows[0]]

    def moment(self, places: Sequence[int], *, power: int) -> Floats:
        """Mean products of columns, counted from their centres: an axis of strata, then ``power`` axes of columns."""
        found = np.empty((len(self.strata), *[len(places)] * power))
        for at in np.ndindex(*found.shape[1:]):
            product = tuple(sorted(places[each] for each in at))
            found[(slice(None), *at)] = self._by_stratum(self.cells.sums[product]) / self.n
        return found

    def _by_stratum(self, column: Floats) -> Floats:
        place = np.searchsorted(self.strata, self.cells.stratum[self.rows])
        return np.asarray(np.bincount(place, weights=column[self.rows], minlength=len(self.strata)), dtype=float)


class Estimate(NamedTuple):
    """A measure of an arm beside that of its control group.

    ``unadjusted_error`` is the standard error that the difference would have without the past.
    """

    contrast: Contrast
    unadjusted_error: float
    n: float
    other_n: float
    filled: float
    other_filled: float


class _Term(NamedTuple):
    """A weighted sum of columns in each stratum: its mean, variance, and mean cube of the distance from the mean."""

    n: Floats
    mean: Floats
    variance: Floats
    third: Floats


def matched(cells: Cells, arm: Rows, control: Rows) -> tuple[Side, Side, float]:
    """Leave the strata with two customers on either side; and say how many of the arm stand in others."""
    every = np.unique(cells.stratum[np.concatenate([arm, control])])
    n, other_n = (Side(cells, rows, every).n for rows in (arm, control))
    both = every[(n >= _FEWEST) & (other_n >= _FEWEST)]
    one, two = (rows[np.isin(cells.stratum[rows], both)] for rows in (arm, control))
    return Side(cells, one, both), Side(cells, two, both), float(n.sum() - n[np.isin(every, both)].sum())


def estimate(arm: Side, control: Side, measure: Measure) -> Estimate:
    """Compare an arm with what its customers would have done: the control group with their strata and their past.

    The weights of the strata are those of the arm. From the difference is taken what the past alone explains, by the
    slope that makes it surest.

    References
    ----------
    .. [1] Deng, Xu, Kohavi and Walker (2013), "Improving the Sensitivity of Online Controlled Experiments by Utilizing
       Pre-Experiment Data", *WSDM '13*.
    .. [2] Miratrix, Sekhon and Yu (2013), "Adjusting Treatment Effect Estimates by Post-Stratification in Randomized
       Experiments", *Journal of the Royal Statistical Society* B 75.
    """
    cells = arm.cells
    own = [cells.place_of(name) for name in measure.columns]
    places = [*own, *(place for place in cells.past if place not in own)]
    n, other_n = arm.n, control.n
    weights = n / n.sum()
    moments = [[each.moment(places, power=power) for power in (1, 2, 3)] for each in (arm, control)]
    means = [weights @ each[0] + side.centres(places) for each, side in zip(moments, (arm, control), strict=True)]
    (value, of_arm), (other, of_control) = (_linear(measure, mean, len(places)) for mean in means)
    past = np.arange(len(own), len(places))
    slope = _slope([_covariance(each) for each in moments], (n, other_n), (of_arm, of_control), weights, past)
    shift = np.zeros(len(places))
    shift[past] = slope
    difference = value - other - float(shift @ (means[0] - means[1]))
    plain = [_term(each, size, of) for each, size, of in zip(moments, (n, other_n), (of_arm, of_control), strict=True)]
    terms = [
        _term(each, size, of - shift)
        for each, size, of in zip(moments, (n, other_n), (of_arm, of_control), strict=True)
    ]
    square = float((weights**2 * plain[0].variance / n).sum())
    of_past = _term(moments[0], n, shift)
    other_square = float((weights**2 * (terms[1].variance / other_n + of_past.variance / n)).sum())
    together = float((weights**2 * (terms[0].variance / n + terms[1].variance / other_n)).sum())
    shared = (square + other_square - together) / 2
    both = np.sqrt(square * other_square)
    contrast = Contrast(
        np.asarray(value),
        np.asarray(value - difference),
        np.asarray(np.sqrt(square)),
        np.asarray(np.sqrt(other_square)),
        np.asarray(np.clip(shared / both, -1.0, 1.0) if both > 0 else 0.0),
        np.asarray(_freedom(terms, weights)),
        np.asarray(_skewness(terms, weights)),
    )
    unadjusted = float((weights**2 * (plain[0].variance / n + plain[1].variance / other_n)).sum())
    filled = measure.columns[0]
    return Estimate(
        contrast,
        np.sqrt(unadjusted),
        float(n.sum()),
        float(other_n.sum()),
        arm.filled(filled),
        control.filled(filled),
    )


def _linear(measure: Measure, mean: Floats, n_columns: int) -> tuple[float, Floats]:
    """The value of a measure for the means of its columns, and how it moves with each: the delta method."""
    moves = np.zeros(n_columns)
    if measure.kind == "mean":
        moves[: len(measure.weights)] = measure.weights
        return float(moves @ mean), moves
    below = mean[1] if mean[1] > 0 else np.nan
    value = float(mean[0] / below)
    moves[:2] = [1 / below, -value / below]
    return value, moves


def _covariance(moments: Sequence[Floats]) -> Floats:
    mean, square = moments[0], moments[1]
    return np.asarray(square - mean[:, :, None] * mean[:, None, :])


def _slope(
    covariances: Sequence[Floats],
    sizes: tuple[Floats, Floats],
    moves: tuple[Floats, Floats],
    weights: Floats,
    past: npt.NDArray[np.int64],
) -> Floats:
    """The slope on the past that leaves the difference with the least variance."""
    if not len(past):
        return np.zeros(0)
    spread, shared = np.zeros((len(past), len(past))), np.zeros(len(past))
    for covariance, n, of in zip(covariances, sizes, moves, strict=True):
        per = (weights**2 / (n - 1))[:, None, None] * covariance
        spread += per[:, past][:, :, past].sum(axis=0)
        shared += per[:, past].sum(axis=0) @ of
    scale = np.sqrt(np.diag(spread))
    scale = np.where(scale > 0, scale, 1.0)
    # Without variation, as where everyone has a past, there is nothing to take away.
    found: Floats = (
        np.linalg.pinv(spread / np.outer(scale, scale), rcond=1e-9) @ (np.nan_to_num(shared) / scale) / scale
    )
    return found


def _term(moments: Sequence[Floats], n: Floats, moves: Floats) -> _Term:
    mean = moments[0] @ moves
    square = np.einsum("sij,i,j->s", moments[1], moves, moves)
    cube = np.einsum("sijk,i,j,k->s", moments[2], moves, moves, moves)
    spread = square - mean**2
    # Of two columns that nearly cancel, what is left has to be seen beside what each brings.
    scale = np.einsum("sii,i->s", moments[1], moves**2)
    spread = np.where(spread > _ROUNDING * scale, spread, np.where(np.isnan(spread), np.nan, 0.0))
    return _Term(n, mean, spread * n / (n - 1), cube - 3 * mean * square + 2 * mean**3)


def _freedom(terms: Sequence[_Term], weights: Floats) -> float:
    """Satterthwaite's degrees of freedom of the difference."""
    parts = np.concatenate([weights**2 * each.variance / each.n for each in terms])
    left = np.concatenate([each.n - 1 for each in terms])
    squares = float((parts**2 / left).sum())
    # Without any spread there is nothing to be uncertain about.
    return float(parts.sum() ** 2 / squares) if squares else float(left.sum())


def _skewness(terms: Sequence[_Term], weights: Floats) -> float:
    """The skewness of the difference if nothing came of the campaign, measured in both groups of a stratum together."""
    one, two = terms
    third = (one.n * one.third + two.n * two.third) / (one.n + two.n)
    spread = ((one.n - 1) * one.variance + (two.n - 1) * two.variance) / (one.n + two.n - 2)
    below = float((weights**2 * spread * (1 / one.n + 1 / two.n)).sum())
    above = float((weights**3 * third * (1 / one.n**2 - 1 / two.n**2)).sum())
    return above / below**1.5 if below > 0 else 0.0
