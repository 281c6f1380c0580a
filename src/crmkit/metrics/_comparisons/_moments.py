"""Sums of values, of their squares, cubes and products, by group: added up where the rows are, each from its mean."""

from __future__ import annotations

from collections.abc import Mapping
from math import comb
from typing import Any, Final, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._frames import AnyFrame, flag, to_pandas
from crmkit._stats import Sample
from crmkit.metrics._comparisons._asked_measures import Measures, columns_of

__all__ = ["Sums", "of_others", "sample_of", "sums_by_group"]

_PRODUCTS: Final = ((1, 0), (0, 1), (2, 0), (1, 1), (0, 2), (3, 0), (2, 1), (1, 2), (0, 3))
# What is left of squares after centring, relative to them, is rounding below.
_ROUNDING: Final = 1e-12
# Columns beside the label, which may have any name.
_VALUE: Final = "__crmkit_value_"
_TERM: Final = "__crmkit_"
_CENTRE: Final = "__crmkit_centre_"


class Sums(NamedTuple):
    """Of each group: how many rows, how many with a numerator other than 0, and the sums of products.

    ``products`` by the powers of numerator and denominator, both counted from the ``centre`` of the group, its mean: so
    no group loses digits beside one whose values are of another size.
    """

    n: Floats
    filled: Floats
    products: Mapping[tuple[int, int], Floats]
    centre: tuple[Floats, Floats]

    def at(self, places: npt.NDArray[np.int64] | slice) -> Sums:
        """Give the sums of some groups, or of groups in another order."""
        products = {power: column[places] for power, column in self.products.items()}
        return Sums(self.n[places], self.filled[places], products, (self.centre[0][places], self.centre[1][places]))


def sums_by_group(rows: AnyFrame, *, by: str, measures: Measures) -> tuple[pd.DataFrame, dict[str, Sums]]:
    """Add up measures by group; one without a denominator is a mean. Rows in which it is missing are left out of it.

    Returns the labels of the groups in no order, and the sums of each measure, group by group.
    """
    columns = columns_of(measures)
    values = rows.select(nw.col(by), *(nw.col(name).cast(nw.Float64).alias(_VALUE + name) for name in columns))
    # Rows in which a value is missing are known by null alone.
    values = values.with_columns(nw.col(*(_VALUE + name for name in columns)).fill_nan(None))
    terms: dict[str, Any] = {}
    for number, (above, below) in enumerate(measures.values()):
        terms |= _terms(number, above, below)
    factors = [f"{number}_{name}" for number, pair in enumerate(measures.values()) for name in _factors(pair)]
    powers = {
        f"{_TERM}{number}_{i}{j}": (number, i, j) for number, pair in enumerate(measures.values()) for i, j in _of(pair)
    }
    laid = values.with_columns(**terms)
    laid = laid.with_columns(
        **{f"{_CENTRE}{name}": nw.col(_TERM + name).mean().over(by).fill_null(0.0) for name in factors}
    )
    laid = laid.with_columns(
        **{_TERM + name: (nw.col(_TERM + name) - nw.col(_CENTRE + name)).fill_null(0.0) for name in factors}
    )
    laid = laid.with_columns(**{name: _product(number, i, j) for name, (number, i, j) in powers.items()})
    counts = [f"{_TERM}{kind}_{number}" for number in range(len(measures)) for kind in ("n", "filled")]
    centres = [nw.col(_CENTRE + name).max() for name in factors]
    found = to_pandas(laid.group_by(by).agg(nw.col(*counts, *powers).sum(), *centres))
    sums = {}
    for number, (name, pair) in enumerate(measures.items()):
        products = {(i, j): found[f"{_TERM}{number}_{i}{j}"].to_numpy(dtype=float) for i, j in _of(pair)}
        n, filled = (found[f"{_TERM}{kind}_{number}"].to_numpy(dtype=float) for kind in ("n", "filled"))
        of = [found[f"{_CENTRE}{number}_{factor}"].to_numpy(dtype=float) for factor in _factors(pair)]
        sums[name] = Sums(n, filled, products, (of[0], of[-1] if pair[1] is not None else np.zeros(len(n))))
    return found[[by]], sums


def of_others(sums: Sums) -> Sums:
    """Give the sums of all other groups, added up again: a small rest is not the difference of two large sums."""
    before, after = _cumulated(sums), _cumulated(sums.at(slice(None, None, -1))).at(slice(None, None, -1))
    nothing = _no_groups(sums)
    return _merged(_joined(nothing, before.at(slice(None, -1))), _joined(after.at(slice(1, None)), nothing))


def sample_of(sums: Sums) -> Sample:
    """Give the mean, or the ratio of sums, with the variance and third moment of what it is the mean of.

    Of a ratio that is the linear term of the delta method, (numerator - ratio × denominator) / mean denominator.
    """
    n = np.where(sums.n > 0, sums.n, np.nan)
    mean = {power: column / n for power, column in sums.products.items()}
    x = mean[1, 0]
    xx, xxx = _centred(mean[2, 0], x), mean[3, 0] - 3 * x * mean[2, 0] + 2 * x**3
    if (0, 1) not in mean:
        return Sample(sums.n, sums.centre[0] + x, _variance(xx, n), xxx)
    y = mean[0, 1]
    above, below = sums.centre[0] + x, sums.centre[1] + y
    below = np.where(below > 0, below, np.nan)
    ratio = above / below
    yy, xy = _centred(mean[0, 2], y), mean[1, 1] - x * y
    yyy = mean[0, 3] - 3 * y * mean[0, 2] + 2 * y**3
    xxy = mean[2, 1] - y * mean[2, 0] - 2 * x * mean[1, 1] + 2 * x**2 * y
    xyy = mean[1, 2] - x * mean[0, 2] - 2 * y * mean[1, 1] + 2 * y**2 * x
    square = xx - 2 * ratio * xy + ratio**2 * yy
    square = np.where(square > _ROUNDING * (xx + ratio**2 * yy), square, 0.0)
    cube = xxx - 3 * ratio * xxy + 3 * ratio**2 * xyy - ratio**3 * yyy
    return Sample(sums.n, ratio, _variance(square, n) / below**2, cube / below**3)


def _cumulated(sums: Sums) -> Sums:
    """The sums of each group and all before it, by doubling how many are added up."""
    step = 1
    while step < len(sums.n):
        sums = _joined(sums.at(slice(step)), _merged(sums.at(slice(-step)), sums.at(slice(step, None))))
        step *= 2
    return sums


def _merged(one: Sums, two: Sums) -> Sums:
    """Pairs of groups as one group each, counted from its mean."""
    n = one.n + two.n
    share = two.n / np.where(n > 0, n, 1.0)
    x, y = (first + share * (second - first) for first, second in zip(one.centre, two.centre, strict=True))
    products = {power: _moved(one, power, x, y) + _moved(two, power, x, y) for power in one.products}
    return Sums(n, one.filled + two.filled, products, (x, y))


def _moved(sums: Sums, power: tuple[int, int], x: Floats, y: Floats) -> Floats:
    """A sum of products counted from another centre, by the binomial theorem."""
    off_x, off_y = sums.centre[0] - x, sums.centre[1] - y
    known = {(0, 0): sums.n, **sums.products}
    found = np.zeros(len(sums.n))
    for a in range(power[0] + 1):
        for b in range(power[1] + 1):
            ways = comb(power[0], a) * comb(power[1], b)
            found += ways * off_x ** (power[0] - a) * off_y ** (power[1] - b) * known[a, b]
    return found


def _joined(one: Sums, two: Sums) -> Sums:
    """The groups of both, one after the other."""
    products = {power: np.append(column, two.products[power]) for power, column in one.products.items()}
    x, y = (np.append(first, second) for first, second in zip(one.centre, two.centre, strict=True))
    return Sums(np.append(one.n, two.n), np.append(one.filled, two.filled), products, (x, y))


def _no_groups(sums: Sums) -> Sums:
    """A group of nobody."""
    nothing = np.zeros(1)
    return Sums(nothing, nothing, dict.fromkeys(sums.products, nothing), (nothing, nothing))


def _of(pair: tuple[str, str | None]) -> list[tuple[int, int]]:
    return [(i, j) for i, j in _PRODUCTS if pair[1] is not None or not j]


def _factors(pair: tuple[str, str | None]) -> str:
    """The letters of numerator and denominator."""
    return "x" if pair[1] is None else "xy"


def _terms(number: int, above: str, below: str | None) -> dict[str, Any]:
    """The numerator and the denominator, both missing where one is, and what is counted of them."""
    first = nw.col(_VALUE + above)
    known = ~first.is_null() if below is None else ~first.is_null() & ~nw.col(_VALUE + below).is_null()
    found = {
        f"{_TERM}n_{number}": flag(known),
        f"{_TERM}filled_{number}": flag(known & (first != 0)),
        f"{_TERM}{number}_x": nw.when(known).then(first),
    }
    if below is not None:
        second = nw.col(_VALUE + below)
        found[f"{_TERM}{number}_y"] = nw.when(known).then(second)
    return found


def _product(number: int, i: int, j: int) -> nw.Expr:
    factors = [nw.col(f"{_TERM}{number}_x")] * i + [nw.col(f"{_TERM}{number}_y")] * j
    product = factors[0]
    for factor in factors[1:]:
        product = product * factor
    return product


def _centred(square: Floats, mean: Floats) -> Floats:
    found = square - mean**2
    return np.where(found > _ROUNDING * square, found, 0.0)


def _variance(square: Floats, n: Floats) -> Floats:
    return square * n / np.where(n > 1, n - 1, np.nan)
