"""Holes in a series of daily counts: silences, days counted twice, totals far below those around them."""

import numpy as np
import numpy.typing as npt

from crmkit._arrays import Floats
from crmkit._stats._silence import silence_probability

__all__ = ["doubled_runs", "expected_ranges", "far_too_few", "implausible_silences", "runs_of", "yearly_silences"]

Counts = npt.NDArray[np.int64]
Run = tuple[int, int]

# Days on each side that show what is usual: a quarter, 13 of each weekday.
_SIDE = 91
# A side with fewer usable days is ignored.
_FEWEST_DAYS = 14
# With one side only, far below means below this part of what it means with two.
_ALONE = 0.4
# Chance of a false alarm in a whole log, for silences and for days counted twice.
_RARE = 0.001
_YEAR = 365
# Standard deviations of the logarithm from the middle to the ends of the expected range.
_WIDTH = 4.0
# Spread of totals around their neighbours beyond chance: if there are too few to estimate it, and at the least.
_USUAL_SPREAD, _LEAST_SPREAD, _FEWEST_TOTALS = 0.25, 0.1, 8


def runs_of(condition: npt.NDArray[np.bool_]) -> list[Run]:
    """The stretches where a condition holds, each as its first position and the position after its last."""
    changes = np.flatnonzero(np.diff(np.concatenate(([False], condition, [False])).astype(np.int8)))
    return [(int(start), int(stop)) for start, stop in changes.reshape(-1, 2)]


def implausible_silences(counts: Counts) -> list[Run]:
    """The stretches of empty days between two days with events that are too long to be chance.

    A stretch counts if its `silence_probability` is below 0.001 divided by the number of stretches examined
    (Bonferroni), given the days with events in the quarter before and in the quarter after it: a base that grew, shrank
    or closed on some days is not a hole. A side of fewer than 14 days is ignored beside a longer one. A stretch that
    recurs every year is not a hole either: one that overlaps another by half, one or more years apart.
    """
    found = _long_silences(counts)
    return [run for run in found if not any(_a_year_apart(run, other) for other in found)]


def yearly_silences(counts: Counts) -> list[Run]:
    """The stretches of empty days that are too long to be chance and recur every year."""
    found = _long_silences(counts)
    return [run for run in found if any(_a_year_apart(run, other) for other in found)]


def _long_silences(counts: Counts) -> list[Run]:
    filled = counts > 0
    empty = [(start, stop) for start, stop in runs_of(~filled) if start > 0 and stop < len(counts) and stop - start > 1]
    return [run for run in empty if _probability(filled, run) < _RARE / len(empty)]


def _probability(filled: npt.NDArray[np.bool_], run: Run) -> float:
    start, stop = run
    sides = [filled[max(start - _SIDE, 0) : start], filled[stop : stop + _SIDE]]
    # Near the first or last days of a log only the other side is informative.
    telling = [side for side in sides if len(side) >= _FEWEST_DAYS] or sides
    return max(float(silence_probability(stop - start, n_days=side.sum(), span=len(side))) for side in telling)


def _a_year_apart(run: Run, other: Run) -> bool:
    years = round((other[0] - run[0]) / _YEAR)
    moved = run[0] + years * _YEAR, run[1] + years * _YEAR
    overlap = min(moved[1], other[1]) - max(moved[0], other[0])
    return years != 0 and 2 * overlap >= run[1] - run[0]


def doubled_runs(units: Counts, even: Counts) -> list[Run]:
    """The stretches of days on which everything appears an even number of times, too long to be chance.

    ``units`` are the distinct things of a day, ``even`` those that appear twice, four times and so on. With the share
    of such units on the other days, at most one half, the probability of the stretch must be below 0.001 divided by the
    number of days with units.
    """
    twice = (units > 0) & (units == even)
    if not twice.any():
        return []
    others = (units > 0) & ~twice
    usual = min((even[others].sum() + 1) / (units[others].sum() + 2), 0.5)
    filled = np.flatnonzero(units > 0)
    # Empty days do not end a stretch.
    stretches = [(int(filled[start]), int(filled[stop - 1]) + 1) for start, stop in runs_of(twice[filled])]
    rare = np.log(_RARE / len(filled))
    return [(start, stop) for start, stop in stretches if units[start:stop].sum() * np.log(usual) < rare]


def expected_ranges(
    counts: Counts, *, usable: npt.NDArray[np.bool_], first_weekday: int, runs: list[Run]
) -> tuple[Floats, Floats, Floats]:
    """The range expected of the totals of stretches, and the expectation from the lower side.

    A stretch is compared with the quarter before and the quarter after it, weekday by weekday, on usable days only. The
    range extends below the smaller and above the larger of the two by four standard deviations, of chance and of the
    spread of totals of that length around their neighbours (by median and MAD, so that holes do not widen it). All are
    missing without a neighbour on either side.
    """
    weekdays = (np.arange(len(counts)) + first_weekday) % 7
    sides = np.array([_from_sides(counts, usable, weekdays, run) for run in runs], dtype=float).reshape(-1, 2)
    totals = np.array([counts[start:stop].sum() for start, stop in runs], dtype=float)
    whole = np.array([usable[start:stop].all() for start, stop in runs], dtype=bool)
    spread = _spread(totals[whole], sides[whole])
    # The expectation comes from the counts of a quarter and is itself uncertain.
    part = np.array([stop - start for start, stop in runs], dtype=float) / _SIDE
    smaller, larger = np.fmin(*sides.T), np.fmax(*sides.T)
    with np.errstate(divide="ignore", invalid="ignore"):
        low, high = (
            middle * np.exp(sign * _WIDTH * np.sqrt((1 + part) / middle + spread**2))
            for middle, sign in ((smaller, -1), (larger, 1))
        )
    # If the lower end is less than one, zero is within the range.
    return (
        np.where(low >= 1, low, np.where(np.isnan(smaller), np.nan, 0.0)),
        np.where(larger == 0, 0.0, high),
        # At the end of a log only the quarter before counts, and more cautiously: bases shrink.
        np.where(np.isnan(sides[:, 1]), _ALONE * sides[:, 0], np.minimum(*sides.T)),
    )


def far_too_few(totals: Floats, *, low: Floats, smaller: Floats, part: float) -> npt.NDArray[np.bool_]:
    """Whether totals lie below their range and below a part of what each neighbour leads one to expect."""
    return np.asarray((totals < low) & (totals < part * smaller))


def _from_sides(counts: Counts, usable: npt.NDArray[np.bool_], weekdays: Counts, run: Run) -> tuple[float, float]:
    start, stop = run
    within = np.bincount(weekdays[start:stop], minlength=7)
    before, after = slice(max(start - _SIDE, 0), start), slice(stop, stop + _SIDE)
    return (
        _expected(counts[before], usable[before], weekdays[before], within),
        _expected(counts[after], usable[after], weekdays[after], within),
    )


def _expected(counts: Counts, usable: npt.NDArray[np.bool_], weekdays: Counts, within: Counts) -> float:
    """The total to expect of these weekdays given the means of a side; missing if the side is too short."""
    if usable.sum() < _FEWEST_DAYS:
        return float("nan")
    days = np.bincount(weekdays[usable], minlength=7)
    sums = np.bincount(weekdays[usable], weights=counts[usable], minlength=7)
    means = np.where(days > 0, sums / np.maximum(days, 1), sums.sum() / days.sum())
    return float((means * within).sum())


def _spread(totals: Floats, sides: Floats) -> float:
    both = np.isfinite(sides).all(axis=1)
    if both.sum() < _FEWEST_TOTALS:
        return _USUAL_SPREAD
    rest = np.log(totals[both] + 0.5) - np.log(sides[both] + 0.5).mean(axis=1)
    return max(float(np.median(np.abs(rest - np.median(rest)))) / 0.6745, _LEAST_SPREAD)
