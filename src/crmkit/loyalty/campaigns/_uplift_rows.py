"""What came of customers who were treated or not, ranked by the uplift expected of them: sums down to each cut."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from crmkit._arrays import Floats
from crmkit._messages import Message
from crmkit._stats import Cuts, Numbers, as_numbers, check_alike, cuts_of, read_complete, read_outcomes

__all__ = ["Judged", "Sums", "auuc", "is_binary", "qini", "ratio", "read_judged", "sums_of", "uplift_at"]

# A share of whole customers, such as 0.29 * 100, may fall short of them by the noise of its last bits.
_NOISE: Final = 1e-9

_ALL_TREATED: Final = Message(
    en="All {n:,} {n:customer|customers} in {@treatment} were treated. An uplift shows only beside some who were not.",
    zh="{@treatment} 中的 {n:,} 位客户全部接受了触达。要有未触达的客户作对照，才看得出增量效果。",
)
_NONE_TREATED: Final = Message(
    en="None of the {n:,} {n:customer|customers} in {@treatment} was treated. An uplift shows only where some were.",
    zh="{@treatment} 中的 {n:,} 位客户均未被触达。要有触达的客户，才看得出增量效果。",
)


class Judged(NamedTuple):
    """Customers: what came of each, the uplift expected of them, and whether they were treated (1 or 0)."""

    outcomes: Floats
    scores: Floats
    treated: Floats


class Sums(NamedTuple):
    """Sums down to each cut of a ranking, from nobody on: customers and outcomes of both arms.

    Each has the shape (n_draws, n_cuts + 1), one draw of weights after another.
    """

    n_treated: Floats
    n_control: Floats
    of_treated: Floats
    of_control: Floats

    @property
    def n(self) -> Floats:
        """Customers of both arms."""
        return self.n_treated + self.n_control

    @property
    def difference(self) -> Floats:
        """Mean outcome of the treated less that of the others; an arm without customers counts as 0."""
        return ratio(self.of_treated, self.n_treated) - ratio(self.of_control, self.n_control)


def read_judged(y_true: Numbers, uplift: Numbers, treatment: Numbers) -> Judged:
    """Read outcomes, scores and arms; some must have been treated and some not."""
    outcomes, scores, arms = (as_numbers(each) for each in (y_true, uplift, treatment))
    check_alike(y_true=outcomes, uplift=scores, treatment=arms)
    (treated,) = read_outcomes(arms, name="treatment")
    judged = Judged(read_complete(outcomes, name="y_true"), read_complete(scores, name="uplift"), treated)
    if treated.all():
        raise ValueError(_ALL_TREATED(n=len(treated)))
    if not treated.any():
        raise ValueError(_NONE_TREATED(n=len(treated)))
    return judged


def is_binary(outcomes: Floats) -> bool:
    """Whether something happened or not, for each customer."""
    return bool(((outcomes == 0) | (outcomes == 1)).all())


def sums_of(judged: Judged, weights: Floats | None = None, *, cuts: Cuts | None = None) -> Sums:
    """Add up down to each cut, for one draw of weights after another; without weights each customer counts once."""
    cuts = cuts_of(judged.scores) if cuts is None else cuts
    ones = np.ones((1, len(judged.treated))) if weights is None else weights

    def down_to(values: Floats) -> Floats:
        sums = np.cumsum(values[:, cuts.order], axis=1)[:, cuts.ends]
        return np.concatenate([np.zeros((len(sums), 1)), sums], axis=1)

    treated, control = ones * judged.treated, ones * (1 - judged.treated)
    return Sums(*map(down_to, (treated, control, treated * judged.outcomes, control * judged.outcomes)))


def uplift_at(sums: Sums, judged: Judged, *, share: float, strategy: str) -> Floats:
    """Give the uplift among the top share, for each draw; of customers with equal scores each counts in part.

    ``nan`` where an arm has nobody there.
    """
    n, n_treated = len(judged.treated), int(judged.treated.sum())
    if strategy == "by_arm":
        at_treated = _cut(sums.n_treated, share, n_treated)
        at_control = _cut(sums.n_control, share, n - n_treated)
    else:
        at_treated = at_control = _cut(sums.n, share, n)
    treated = _mean(sums.of_treated, sums.n_treated, at_treated)
    return treated - _mean(sums.of_control, sums.n_control, at_control)


def qini(sums: Sums) -> Floats:
    """Area between the Qini curve and the straight line to its end, per customer treated, for each draw."""
    curve = sums.of_treated - ratio(sums.of_control, sums.n_control) * sums.n_treated
    return _area(sums.n, curve / sums.n_treated[:, -1:])


def auuc(sums: Sums) -> Floats:
    """Area between the uplift curve and the straight line to its end, per customer, for each draw."""
    return _area(sums.n, sums.difference * sums.n / sums.n[:, -1:])


def ratio(above: Floats, below: Floats) -> Floats:
    """A quotient, 0 where there is nothing below."""
    return np.divide(above, below, out=np.zeros_like(above), where=below > 0)


class _Place(NamedTuple):
    """The first cut at or beyond a share of the customers, and how much of the step to it the share covers."""

    after: np.ndarray[tuple[int, int], np.dtype[np.intp]]
    part: Floats


def _cut(mass: Floats, share: float, n: int) -> _Place:
    asked = mass[:, -1:] * (np.floor(share * n + _NOISE) / n)
    # Sums of weights have the noise of their last bits.
    after = np.clip((mass < asked * (1 - 1e-12)).sum(axis=1, keepdims=True), 1, mass.shape[1] - 1)
    low, high = (np.take_along_axis(mass, after - back, 1) for back in (1, 0))
    return _Place(after, ratio(asked - low, high - low))


def _mean(total: Floats, mass: Floats, at: _Place) -> Floats:
    """The mean outcome down to a place, between the cuts in proportion."""
    total_there, mass_there = (
        np.take_along_axis(each, at.after - 1, 1) * (1 - at.part) + np.take_along_axis(each, at.after, 1) * at.part
        for each in (total, mass)
    )
    return (total_there / np.where(mass_there > 0, mass_there, np.nan))[:, 0]


def _area(mass: Floats, curve: Floats) -> Floats:
    """The area between a curve and the straight line from its start to its end, over shares of the customers."""
    shares = mass / mass[:, -1:]
    steps, heights = np.diff(shares, axis=1), (curve[:, 1:] + curve[:, :-1]) / 2
    return np.asarray((steps * heights).sum(axis=1) - curve[:, -1] / 2)
