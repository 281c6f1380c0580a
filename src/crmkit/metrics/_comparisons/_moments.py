"""Sums of values, of their squares, cubes and products, by group: added up where the rows are, centred afterwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._frames import AnyFrame, collected, flag, to_pandas
from crmkit._messages import Column, Message
from crmkit._stats import Sample
from crmkit.errors import SchemaError

__all__ = ["Sums", "of_others", "sample_of", "sums_by_group"]

_PRODUCTS: Final = ((1, 0), (0, 1), (2, 0), (1, 1), (0, 2), (3, 0), (2, 1), (1, 2), (0, 3))
# What is left of squares after centring, relative to them, is rounding below.
_ROUNDING: Final = 1e-12

_INFINITE: Final = Message(
    en="{where} has infinite values. Correct them, or leave these rows out.",
    zh="{where}含有无穷大，请更正或去掉这些行。",
)
_NOT_A_RATE: Final = Message(
    en="{where} must hold 0 and 1, or true and false, got other values in {n:,} {n:row|rows}. Give columns of numbers "
    "in {@means}.",
    zh="{where}应只含 0 与 1（或真与假），有 {n:,} 行为其他值。数值列请在 {@means} 中给出。",
)
_BELOW: Final = Message(
    en="{where} has values below 0 in {n:,} {n:row|rows}. Nothing can be divided by them.",
    zh="{where}有 {n:,} 行小于 0，不能作分母。",
)


class Sums(NamedTuple):
    """Of each group: how many rows, how many with a numerator other than 0, and the sums of products.

    ``products`` by the powers of numerator and denominator, both counted from ``centre``.
    """

    n: Floats
    filled: Floats
    products: Mapping[tuple[int, int], Floats]
    centre: tuple[float, float]


def sums_by_group(
    rows: AnyFrame, *, by: str, measures: Mapping[str, tuple[str, str | None]], rates: Sequence[str]
) -> tuple[pd.DataFrame, dict[str, Sums]]:
    """Add up measures by group; one without a denominator is a mean. Rows in which it is missing are left out of it.

    Returns the labels of the groups in no order, and the sums of each measure, group by group.
    """
    columns = list(dict.fromkeys(name for pair in measures.values() for name in pair if name is not None))
    values = rows.select(nw.col(by), *(nw.col(name).cast(nw.Float64).alias(f"_{name}") for name in columns))
    names = [f"_{name}" for name in columns]
    # Rows in which a value is missing are known by null alone.
    values = values.with_columns(nw.col(*names).fill_nan(None)) if names else values
    centres = _centres(values, columns, rates=rates, below={b for _, b in measures.values() if b is not None})
    terms: dict[str, Any] = {}
    for number, (above, below) in enumerate(measures.values()):
        terms |= _terms(number, above, below, centres)
    powers = {f"{number}_{i}{j}": (number, i, j) for number, pair in enumerate(measures.values()) for i, j in _of(pair)}
    laid = values.with_columns(**terms)
    laid = laid.with_columns(**{name: _product(number, i, j) for name, (number, i, j) in powers.items()})
    counts = [f"{kind}_{number}" for number in range(len(measures)) for kind in ("n", "filled")]
    found = to_pandas(laid.group_by(by).agg(nw.col(*counts, *powers).sum()))
    sums = {}
    for number, (name, pair) in enumerate(measures.items()):
        centre = centres[pair[0]], 0.0 if pair[1] is None else centres[pair[1]]
        products = {(i, j): found[f"{number}_{i}{j}"].to_numpy(dtype=float) for i, j in _of(pair)}
        n, filled = (found[f"{kind}_{number}"].to_numpy(dtype=float) for kind in ("n", "filled"))
        sums[name] = Sums(n, filled, products, centre)
    return found[[by]], sums


def of_others(sums: Sums) -> Sums:
    """Give the sums of all other groups, added up anew: a small rest is not the difference of two large sums."""
    others = 1.0 - np.eye(len(sums.n))
    products = {power: others @ column for power, column in sums.products.items()}
    return Sums(others @ sums.n, others @ sums.filled, products, sums.centre)


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


def _of(pair: tuple[str, str | None]) -> list[tuple[int, int]]:
    return [(i, j) for i, j in _PRODUCTS if pair[1] is not None or not j]


def _centres(
    values: AnyFrame, columns: Sequence[str], *, rates: Sequence[str], below: set[str | None]
) -> dict[str, float]:
    """The means of columns, which values are counted from; refuse what no mean, rate or denominator can be of."""
    checked = {name: nw.col(f"_{name}") < 0 for name in columns if name in below}
    checked |= {name: (nw.col(f"_{name}") != 0) & (nw.col(f"_{name}") != 1) for name in columns if name in rates}
    known = {name: ~nw.col(f"_{name}").is_null() for name in columns}
    marked = values.with_columns(
        # Where nothing is known, pandas finds it different from everything.
        *(flag(condition & known[name]).alias(f"wrong_{name}") for name, condition in checked.items()),
        *(flag(condition).alias(f"known_{name}") for name, condition in known.items()),
    )
    counts = [*(f"known_{name}" for name in known), *(f"wrong_{name}" for name in checked)]
    row = collected(marked.select(nw.col(*(f"_{name}" for name in columns), *counts).sum()))
    summed = {name: float(row[name][0] or 0) for name in row.columns}
    found = {}
    for name in columns:
        total, n_known, n_wrong = summed[f"_{name}"], summed[f"known_{name}"], summed.get(f"wrong_{name}", 0.0)
        if not np.isfinite(total):
            raise SchemaError(_INFINITE(where=Column("customers", name)))
        if n_wrong:
            says = _NOT_A_RATE if name in rates else _BELOW
            raise SchemaError(says(where=Column("customers", name), n=int(n_wrong)))
        found[name] = total / n_known if n_known else 0.0
    return found


def _terms(number: int, above: str, below: str | None, centres: Mapping[str, float]) -> dict[str, Any]:
    """The numerator and the denominator from their centres, 0 where one is missing, and what is counted of them."""
    first = nw.col(f"_{above}")
    known = ~first.is_null() if below is None else ~first.is_null() & ~nw.col(f"_{below}").is_null()
    found = {
        f"n_{number}": flag(known),
        f"filled_{number}": flag(known & (first != 0)),
        f"x_{number}": nw.when(known).then(first - centres[above]).otherwise(nw.lit(0.0)),
    }
    if below is not None:
        second = nw.col(f"_{below}")
        found[f"y_{number}"] = nw.when(known).then(second - centres[below]).otherwise(nw.lit(0.0))
    return found


def _product(number: int, i: int, j: int) -> nw.Expr:
    factors = [nw.col(f"x_{number}")] * i + [nw.col(f"y_{number}")] * j
    product = factors[0]
    for factor in factors[1:]:
        product = product * factor
    return product


def _centred(square: Floats, mean: Floats) -> Floats:
    found = square - mean**2
    return np.where(found > _ROUNDING * square, found, 0.0)


def _variance(square: Floats, n: Floats) -> Floats:
    return square * n / np.where(n > 1, n - 1, np.nan)
