"""What came of customers who were treated or not, ranked by the uplift expected of them: sums down to each cut."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from crmkit._arrays import Floats
from crmkit._messages import Message, Parameter
from crmkit._stats import Cuts, Numbers, as_numbers, check_alike, cuts_of, read_complete, read_outcomes
from crmkit.loyalty.campaigns._sizes import SMALLEST, check_size

__all__ = [
    "LARGEST_OUTCOME",
    "Judged",
    "Sums",
    "Top",
    "area",
    "is_binary",
    "ratio",
    "read_judged",
    "read_sized",
    "sums_of",
    "top_of",
    "uplift_at",
]

# A share of whole customers, such as 0.29 * 100, may fall short of them by the noise of its last bits.
_NOISE: Final = 1e-9
# Boosting holds differences of outcomes in 32 bits, and the intervals fourth powers in 64.
LARGEST_OUTCOME: Final = 1e30

_NOBODY: Final = Message(en="{@y_true} has no customers.", zh="{@y_true} 中没有客户。")
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
    """Sums down to each cut of a ranking, from nobody on: customers and outcomes of both arms."""

    n_treated: Floats
    n_control: Floats
    of_treated: Floats
    of_control: Floats

    @property
    def n(self) -> Floats:
        """Customers of both arms."""
        return self.n_treated + self.n_control

    @property
    def shares(self) -> Floats:
        """Share of the customers of both arms."""
        return np.asarray(self.n / self.n[-1])

    @property
    def qini_curve(self) -> Floats:
        """The Qini curve, per customer treated."""
        curve = self.of_treated - ratio(self.of_control, self.n_control) * self.n_treated
        return np.asarray(curve / self.n_treated[-1])

    @property
    def uplift_curve(self) -> Floats:
        """The uplift curve, per customer; an arm without customers counts as 0."""
        difference = ratio(self.of_treated, self.n_treated) - ratio(self.of_control, self.n_control)
        return np.asarray(difference * self.shares)


def read_judged(y_true: Numbers, uplift: Numbers, treatment: Numbers) -> Judged:
    """Read outcomes, scores and arms; some must have been treated and some not."""
    outcomes, scores, arms = (as_numbers(each) for each in (y_true, uplift, treatment))
    check_alike(y_true=outcomes, uplift=scores, treatment=arms)
    (treated,) = read_outcomes(arms, name="treatment")
    judged = Judged(read_sized(outcomes, name="y_true", least=SMALLEST), read_sized(scores, name="uplift"), treated)
    if not len(treated):
        raise ValueError(_NOBODY())
    if treated.all():
        raise ValueError(_ALL_TREATED(n=len(treated)))
    if not treated.any():
        raise ValueError(_NONE_TREATED(n=len(treated)))
    return judged


def read_sized(values: Numbers, *, name: str, least: float = 0.0) -> Floats:
    """Read a column of numbers, none of them missing or too large to compute with, nor all too small."""
    numbers = read_complete(as_numbers(values), name=name)
    check_size(numbers, where=Parameter(name), most=LARGEST_OUTCOME, least=least)
    return numbers


def is_binary(outcomes: Floats) -> bool:
    """Whether something happened or not, for each customer."""
    return bool(((outcomes == 0) | (outcomes == 1)).all())


def sums_of(judged: Judged, *, cuts: Cuts | None = None) -> Sums:
    """Add up down to each cut."""
    cuts = cuts_of(judged.scores) if cuts is None else cuts
    treated, control = judged.treated, 1 - judged.treated
    each = (treated, control, treated * judged.outcomes, control * judged.outcomes)
    return Sums(*(np.append(0.0, cuts.sums(values)) for values in each))


def uplift_at(sums: Sums, *, share: float, strategy: str) -> float:
    """Give the uplift among the top share; of customers with equal scores each counts in part.

    ``nan`` where an arm has nobody there.
    """
    if strategy == "by_arm":
        at_treated, at_control = top_of(sums.n_treated, share), top_of(sums.n_control, share)
    else:
        at_treated = at_control = top_of(sums.n, share)
    treated = _mean(sums.of_treated, sums.n_treated, at_treated)
    return treated - _mean(sums.of_control, sums.n_control, at_control)


def area(shares: Floats, curve: Floats) -> float:
    """The area between a curve and the straight line from its start to its end, over shares of the customers."""
    heights = (curve[1:] + curve[:-1]) / 2
    return float((np.diff(shares) * heights).sum() - curve[-1] / 2)


def ratio(above: Floats, below: Floats) -> Floats:
    """A quotient, 0 where there is nothing below."""
    return np.divide(above, below, out=np.zeros_like(above), where=below > 0)


class Top(NamedTuple):
    """The first cut at or beyond a share of the customers, and how much of the step to it the share covers."""

    after: int
    part: float


def top_of(counts: Floats, share: float) -> Top:
    """Where the top share of the customers counted down to each cut ends."""
    asked = np.floor(share * counts[-1] + _NOISE)
    after = int(np.clip(np.searchsorted(counts, asked), 1, len(counts) - 1))
    step = counts[after] - counts[after - 1]
    return Top(after, float((asked - counts[after - 1]) / step) if step > 0 else 0.0)


def _mean(total: Floats, counts: Floats, at: Top) -> float:
    """The mean outcome down to a place, between the cuts in proportion."""
    total_there, counted = (each[at.after - 1] * (1 - at.part) + each[at.after] * at.part for each in (total, counts))
    return float(total_there / counted) if counted > 0 else float("nan")
