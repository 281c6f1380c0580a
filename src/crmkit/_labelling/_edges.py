"""Edges between groups, which always lie between values and never on one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from crmkit._arrays import Floats
from crmkit._labelling._natural import natural_breaks
from crmkit._stats import distinct_values

__all__ = ["Binning", "edges_between_values", "edges_of_top_shares", "reached"]

Binning: TypeAlias = Literal["quantile", "width", "natural"]
Counts: TypeAlias = npt.NDArray[np.int64]

# Values that differ relatively by no more than this differ by the rounding of a sum.
_ROUNDING = 1e-9


def edges_between_values(values: Floats, *, n_bins: int, binning: Binning) -> Floats:
    """Find the ``n_bins - 1`` edges, ascending, each halfway between two neighbouring distinct values.

    The lowest value always falls into the first bin and the highest into the last, so a tie that spans a whole
    bin leaves that bin empty and never shortens the scale. Where all values are equal, the edges lie just above them.
    """
    distinct, counts = distinct_values(values)
    if len(distinct) == 1:
        return np.full(n_bins - 1, _just_above(distinct[0]))
    if binning == "quantile":
        breaks = _above_quantiles(counts, targets=counts.sum() * np.arange(1, n_bins) / n_bins)
    elif binning == "width":
        cuts = np.linspace(distinct[0], distinct[-1], n_bins + 1)[1:-1]
        # A value on a cut belongs above it, whatever the last bit says.
        breaks = np.searchsorted(distinct, cuts - _ROUNDING * (distinct[-1] - distinct[0])) - 1
    else:
        breaks = natural_breaks(distinct, counts, n_bins=n_bins)
    return (distinct[breaks] + distinct[breaks + 1]) / 2


def edges_of_top_shares(values: Floats, *, shares: Sequence[float], of: Literal["customers", "value"]) -> Floats:
    """Find the edges, ascending, above which the largest values make each share of the customers or of the total.

    A share of the customers is not exceeded, unless ties at the largest value alone exceed it; a share of the total is
    reached. Equal values stay together. Where all values are equal, nobody is above the edges for shares of the
    customers, and everybody is above those for shares of the total.
    """
    distinct, counts = distinct_values(values)
    asked = np.sort(np.asarray(shares, dtype=np.float64))[::-1]
    if of == "customers":
        if len(distinct) == 1:
            return np.full(len(asked), _just_above(distinct[0]))
        breaks = _above_quantiles(counts, targets=counts.sum() * (1 - asked) * (1 - _ROUNDING))
    else:
        # Where some values are below zero, the total is passed before the last value.
        held = np.maximum.accumulate(np.cumsum((distinct * counts)[::-1]))
        targets = asked * (distinct * counts).sum() * (1 - _ROUNDING)
        breaks = len(distinct) - 2 - np.searchsorted(held, targets)
    below = np.append(distinct, 2 * distinct[0] - _just_above(distinct[0]))
    return (below[breaks] + distinct[breaks + 1]) / 2


def reached(edges: Floats) -> Floats:
    """The smallest value that counts as having reached each edge: a rounding error below it."""
    return edges - _ROUNDING * np.abs(edges)


def _just_above(value: float) -> float:
    return value + 2 * _ROUNDING * abs(value) if value else _ROUNDING


def _above_quantiles(counts: Counts, *, targets: Any) -> npt.NDArray[np.intp]:
    """The break above the value at which each number of customers, counted from below, is reached; the last at most."""
    return np.asarray(np.minimum(np.searchsorted(np.cumsum(counts), targets), len(counts) - 2))
