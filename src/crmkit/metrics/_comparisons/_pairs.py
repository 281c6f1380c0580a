"""The same customers twice: counts, and sums of squares and products, added up where the rows are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np

from crmkit._frames import AnyFrame, collected, flag
from crmkit._stats import PairedCounts

__all__ = ["SIDES", "Pair", "Paired", "paired"]

SIDES: Final = ("after", "before")
"""The columns of a quantity have these at their ends."""
_CELLS: Final = ("both", "only", "other_only", "neither")


class Pair(NamedTuple):
    """A mean or a ratio of sums after and before, the variances and the covariance of what it is the mean of.

    Of ``n`` customers in whom it is known, ``changed`` did not have the same in both. ``nan`` where it is not defined.
    """

    n: float
    value: float
    other: float
    variance: float
    other_variance: float
    covariance: float
    changed: float


class Paired(NamedTuple):
    """The counts of rates, the moments of means and ratios, and plain sums."""

    counts: dict[str, PairedCounts]
    pairs: dict[str, Pair]
    sums: dict[str, float]


def paired(
    rows: AnyFrame, *, rates: Sequence[str], measures: Mapping[str, tuple[str, str | None]], also: Sequence[str] = ()
) -> Paired:
    """Add up rates, measures (a mean is one without a denominator) and, as they are, the columns ``also`` named.

    Left out of a rate or measure are those of whom it is missing. Two passes, so that nothing large is subtracted from
    what is as large.
    """
    pairs = list(measures.values())
    columns = [[f"{name}_{side}" for name in pair if name is not None for side in SIDES] for pair in pairs]
    firsts: dict[str, Any] = {}
    for number, names in enumerate(columns):
        known = ~nw.col(names[0]).is_null()
        for name in names[1:]:
            known = known & ~nw.col(name).is_null()
        firsts[f"n_{number}"] = flag(known)
        firsts |= {
            f"{number}_{name}": nw.when(known).then(nw.col(name)).otherwise(nw.lit(0.0))
            for name in dict.fromkeys(names)
        }
    masked = rows.select(**firsts)
    counted = _flags(rates)
    sums = _sums(rows, firsts | counted | {f"also_{name}": nw.col(name) for name in also})
    known_of = {number: sums[f"n_{number}"] for number in range(len(pairs))}
    values = {
        (number, side): _value(sums, number, pair, known_of[number], side)
        for number, pair in enumerate(pairs)
        for side in SIDES
    }
    defined = [n for n in known_of if known_of[n] > 1 and not np.isnan([values[n, side] for side in SIDES]).any()]
    moments = _sums(masked, _moments(pairs, defined, values, sums)) if defined else {}
    found = {}
    for number, name in enumerate(measures):
        n = known_of[number]
        rest = [np.nan] * 4
        if number in defined:
            aa, bb, ab, changed = (moments[f"{number}_{what}"] for what in ("aa", "bb", "ab", "changed"))
            rest = [aa / (n - 1), bb / (n - 1), ab / (n - 1), changed]
        found[name] = Pair(n, *(values[number, side] for side in SIDES), *rest)
    counts = {
        name: PairedCounts(*(np.array([sums[f"{what}_{number}"]]) for what in _CELLS))
        for number, name in enumerate(rates)
    }
    return Paired(counts, found, {name: sums[f"also_{name}"] for name in also})


def _flags(rates: Sequence[str]) -> dict[str, Any]:
    """Who has a flag both times, only after, only before and never."""
    terms: dict[str, Any] = {}
    for number, name in enumerate(rates):
        after, before = (nw.col(f"{name}_{side}") for side in SIDES)
        known = ~after.is_null() & ~before.is_null()
        cells = (
            (after != 0) & (before != 0),
            (after != 0) & (before == 0),
            (after == 0) & (before != 0),
            (after == 0) & (before == 0),
        )
        terms |= {f"{what}_{number}": flag(known & cell) for what, cell in zip(_CELLS, cells, strict=True)}
    return terms


def _value(sums: Mapping[str, float], number: int, pair: tuple[str, str | None], n: float, side: str) -> float:
    base = n if pair[1] is None else sums[f"{number}_{pair[1]}_{side}"]
    return sums[f"{number}_{pair[0]}_{side}"] / base if base > 0 else np.nan


def _moments(
    pairs: Sequence[tuple[str, str | None]],
    defined: Sequence[int],
    values: Mapping[tuple[int, str], float],
    sums: Mapping[str, float],
) -> dict[str, Any]:
    """Products of the linear terms of the delta method, and who changed."""
    terms: dict[str, Any] = {}
    for number in defined:
        (above, below), known = pairs[number], nw.col(f"n_{number}") > 0
        linear = {}
        for side in SIDES:
            numerator = nw.col(f"{number}_{above}_{side}")
            if below is None:
                linear[side] = numerator - values[number, side]
                continue
            rest = numerator - nw.col(f"{number}_{below}_{side}") * values[number, side]
            linear[side] = rest * (sums[f"n_{number}"] / sums[f"{number}_{below}_{side}"])
        differs = nw.col(f"{number}_{above}_after") != nw.col(f"{number}_{above}_before")
        if below is not None:
            differs = differs | (nw.col(f"{number}_{below}_after") != nw.col(f"{number}_{below}_before"))
        products = {
            "aa": linear["after"] * linear["after"],
            "bb": linear["before"] * linear["before"],
            "ab": linear["after"] * linear["before"],
        }
        terms |= {
            f"{number}_{what}": nw.when(known).then(product).otherwise(nw.lit(0.0))
            for what, product in products.items()
        }
        terms[f"{number}_changed"] = flag(known & differs)
    return terms


def _sums(rows: AnyFrame, terms: Mapping[str, Any]) -> dict[str, float]:
    """Add up terms; they stand as columns first, for PyArrow sums no expressions."""
    if not terms:
        return {}
    row = collected(rows.select(**terms).select(nw.col(*terms).sum()))
    return {name: float(row[name][0] or 0) for name in terms}
