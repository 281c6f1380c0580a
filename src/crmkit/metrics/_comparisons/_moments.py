"""Sums of values, of their squares, cubes and products, by group: added up where the rows are, centred afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np
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


class Sums(NamedTuple):
    """Of each group: how many rows, how many with a numerator other than 0, and the sums of products.

    ``products`` by the powers of numerator and denominator, both counted from ``centre``.
    """

    n: Floats
    filled: Floats
    products: Mapping[tuple[int, int], Floats]
    centre: tuple[float, float]


def sums_by_group(
    rows: AnyFrame, *, by: str, measures: Measures, centres: Mapping[str, float]
) -> tuple[pd.DataFrame, dict[str, Sums]]:
    """Add up measures by group; one without a denominator is a mean. Rows in which it is missing are left out of it.

    ``centres`` are the numbers from which the values of columns are counted. Returns the labels of the groups in no
    order, and the sums of each measure, group by group.
    """
    columns = columns_of(measures)
    values = rows.select(nw.col(by), *(nw.col(name).cast(nw.Float64).alias(_VALUE + name) for name in columns))
    # Rows in which a value is missing are known by null alone.
    values = values.with_columns(nw.col(*(_VALUE + name for name in columns)).fill_nan(None))
    terms: dict[str, Any] = {}
    for number, (above, below) in enumerate(measures.values()):
        terms |= _terms(number, above, below, centres)
    powers = {
        f"{_TERM}{number}_{i}{j}": (number, i, j) for number, pair in enumerate(measures.values()) for i, j in _of(pair)
    }
    laid = values.with_columns(**terms)
    laid = laid.with_columns(**{name: _product(number, i, j) for name, (number, i, j) in powers.items()})
    counts = [f"{_TERM}{kind}_{number}" for number in range(len(measures)) for kind in ("n", "filled")]
    found = to_pandas(laid.group_by(by).agg(nw.col(*counts, *powers).sum()))
    sums = {}
    for number, (name, pair) in enumerate(measures.items()):
        centre = centres[pair[0]], 0.0 if pair[1] is None else centres[pair[1]]
        products = {(i, j): found[f"{_TERM}{number}_{i}{j}"].to_numpy(dtype=float) for i, j in _of(pair)}
        n, filled = (found[f"{_TERM}{kind}_{number}"].to_numpy(dtype=float) for kind in ("n", "filled"))
        sums[name] = Sums(n, filled, products, centre)
    return found[[by]], sums


def of_others(sums: Sums) -> Sums:
    """Give the sums of all other groups, added up anew: a small rest is not the difference of two large sums."""
    products = {power: _all_but_own(column) for power, column in sums.products.items()}
    return Sums(_all_but_own(sums.n), _all_but_own(sums.filled), products, sums.centre)


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


def _all_but_own(column: Floats) -> Floats:
    before, after = np.cumsum(column[:-1]), np.cumsum(column[:0:-1])[::-1]
    return np.asarray(np.append(0.0, before) + np.append(after, 0.0))


def _of(pair: tuple[str, str | None]) -> list[tuple[int, int]]:
    return [(i, j) for i, j in _PRODUCTS if pair[1] is not None or not j]


def _terms(number: int, above: str, below: str | None, centres: Mapping[str, float]) -> dict[str, Any]:
    """The numerator and the denominator from their centres, 0 where one is missing, and what is counted of them."""
    first = nw.col(_VALUE + above)
    known = ~first.is_null() if below is None else ~first.is_null() & ~nw.col(_VALUE + below).is_null()
    found = {
        f"{_TERM}n_{number}": flag(known),
        f"{_TERM}filled_{number}": flag(known & (first != 0)),
        f"{_TERM}x_{number}": nw.when(known).then(first - centres[above]).otherwise(nw.lit(0.0)),
    }
    if below is not None:
        second = nw.col(_VALUE + below)
        found[f"{_TERM}y_{number}"] = nw.when(known).then(second - centres[below]).otherwise(nw.lit(0.0))
    return found


def _product(number: int, i: int, j: int) -> nw.Expr:
    factors = [nw.col(f"{_TERM}x_{number}")] * i + [nw.col(f"{_TERM}y_{number}")] * j
    product = factors[0]
    for factor in factors[1:]:
        product = product * factor
    return product


def _centred(square: Floats, mean: Floats) -> Floats:
    found = square - mean**2
    return np.where(found > _ROUNDING * square, found, 0.0)


def _variance(square: Floats, n: Floats) -> Floats:
    return square * n / np.where(n > 1, n - 1, np.nan)
