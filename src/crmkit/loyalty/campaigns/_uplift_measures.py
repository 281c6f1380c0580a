"""Measures of a ranking by expected uplift, and how sure they are: how far each customer moves them."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

from crmkit._arrays import Floats
from crmkit._stats import Cuts, cuts_of
from crmkit.loyalty.campaigns._uplift_rows import Judged, Sums, area, ratio, sums_of, top_of, uplift_at

__all__ = ["MEASURES", "Measure", "interval_of", "measures_of"]

MEASURES: Final = ("uplift_at", "qini", "auuc")


class Measure(NamedTuple):
    """A value, and what each row adds to its error: its change, to the first order, for a unit of weight more."""

    value: float
    moves: Floats

    def less(self, other: Measure) -> Measure:
        """The difference from a measure of the same rows."""
        return Measure(self.value - other.value, self.moves - other.moves)


def measures_of(judged: Judged, *, share: float) -> list[Measure]:
    """The measures of a ranking, in the order of their names.

    The ranking is taken as given: the scores are of customers whose outcomes nobody knew when they were made.
    """
    cuts = cuts_of(judged.scores)
    sums, steps = sums_of(judged, cuts=cuts), _steps(cuts)
    return [
        Measure(uplift_at(sums, share=share, strategy="overall"), _top_moves(judged, sums, steps, share=share)),
        Measure(area(sums.shares, sums.qini_curve), _qini_moves(judged, sums, steps)),
        Measure(area(sums.shares, sums.uplift_curve), _uplift_moves(judged, sums, steps)),
    ]


def interval_of(measure: Measure, *, of: npt.NDArray[np.intp], level: float) -> tuple[float, float]:
    """Student's interval from the moves of customers, who may have several rows; ``nan`` where nobody moves it.

    The degrees of freedom are those of a chi-square that varies, of its size, as much as the variance found does, whose
    moves are of any shape: two for each of the customers who, all moving it alike, would make such a variance. Of rare
    or skewed outcomes these are few, however many customers there are.

    References
    ----------
    .. [1] Satterthwaite (1946), "An Approximate Distribution of Estimates of Variance Components", *Biometrics
       Bulletin* 2(6).
    """
    moves = np.bincount(of, weights=measure.moves)
    largest = np.abs(moves).max()
    if not largest > 0:
        return float("nan"), float("nan")
    squares = (moves / largest) ** 2
    degrees = 2 * squares.sum() ** 2 / (squares**2).sum()
    reach = float(stdtrit(degrees, (1 + level) / 2) * largest * np.sqrt(squares.sum()))
    return measure.value - reach, measure.value + reach


def _steps(cuts: Cuts) -> npt.NDArray[np.intp]:
    """The first cut that each row is above, from 1 on."""
    steps = np.empty(len(cuts.order), dtype=np.intp)
    steps[cuts.order] = np.repeat(np.arange(1, len(cuts.ends) + 1), np.diff(cuts.ends, prepend=-1))
    return steps


def _top_moves(judged: Judged, sums: Sums, steps: npt.NDArray[np.intp], *, share: float) -> Floats:
    top = top_of(sums.n, share)
    within = np.where(steps < top.after, 1.0, np.where(steps == top.after, top.part, 0.0))
    moves = np.zeros(len(within))
    for arm, sign in ((judged.treated == 1, 1), (judged.treated == 0, -1)):
        weight = within * arm
        if weight.sum() > 0:
            mean = (weight * judged.outcomes).sum() / weight.sum()
            moves += sign * weight * (judged.outcomes - mean) / weight.sum()
    return moves


def _qini_moves(judged: Judged, sums: Sums, steps: npt.NDArray[np.intp]) -> Floats:
    widths, control_mean = _widths(sums), ratio(sums.of_control, sums.n_control)
    treated = widths / sums.n_treated[-1]
    control = -ratio(widths * sums.n_treated / sums.n_treated[-1], sums.n_control)
    return np.where(
        judged.treated == 1,
        _moved(judged, steps, treated, control_mean + sums.qini_curve),
        _moved(judged, steps, control, control_mean),
    )


def _uplift_moves(judged: Judged, sums: Sums, steps: npt.NDArray[np.intp]) -> Floats:
    widths = _widths(sums)
    means = ratio(sums.of_treated, sums.n_treated), ratio(sums.of_control, sums.n_control)
    return np.where(
        judged.treated == 1,
        _moved(judged, steps, ratio(widths * sums.shares, sums.n_treated), means[0]),
        _moved(judged, steps, -ratio(widths * sums.shares, sums.n_control), means[1]),
    )


def _widths(sums: Sums) -> Floats:
    """How much of a curve's height at each cut is in the area above the straight line."""
    shares = sums.shares
    widths = np.append(np.append(0.0, shares[2:] - shares[:-2]), shares[-1] - shares[-2]) / 2
    widths[-1] -= 0.5
    return widths


def _moved(judged: Judged, steps: npt.NDArray[np.intp], weights: Floats, centres: Floats) -> Floats:
    """What each row moves, who counts at its own cut and at all below it."""
    down = [np.cumsum(each[::-1])[::-1][steps] for each in (weights, weights * centres)]
    return judged.outcomes * down[0] - down[1]
