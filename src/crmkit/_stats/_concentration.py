"""How unevenly an amount is spread."""

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from crmkit._arrays import Floats

__all__ = [
    "TOP_SHARE",
    "entropy_of",
    "gini_coefficient",
    "hall_tideman_of",
    "herfindahl_index",
    "is_in_top",
    "lorenz_curve",
    "position_reaching",
    "rank_weight",
    "ranked_sums",
    "share_of_top",
    "top_count",
]

# The top of the 80/20 rule.
TOP_SHARE = 0.2
_ROUNDING = 1e-12


def share_of_top(values: Floats, *, share: float) -> float:
    """Share of the total held by the largest values, their number rounded up; ``nan`` without a positive total."""
    total = values.sum()
    if not total > 0:
        return math.nan
    return float(np.sort(values)[::-1][: top_count(len(values), share=share)].sum() / total)


def top_count(n: int, *, share: float) -> int:
    """The number of the top share of n, rounded up."""
    # 0.28 * 25 is 7.000000000000001 in floats and must give 7.
    return math.ceil(share * n * (1 - _ROUNDING))


def position_reaching(cumulative_shares: npt.ArrayLike, share: float) -> int:
    """The first position at which rising shares reach a share."""
    return int(np.searchsorted(np.asarray(cumulative_shares), share * (1 - _ROUNDING)))


def gini_coefficient(values: Floats) -> float:
    """Gini's coefficient, 0 for equal values; ``nan`` without a positive total."""
    total, n = values.sum(), len(values)
    if not total > 0:
        return math.nan
    return float((rank_weight(np.arange(1, n + 1), n) * np.sort(values)).sum() / (n * total))


def lorenz_curve(values: Floats, *, n_points: int) -> tuple[Floats, Floats]:
    """Share of the total held by the largest values, at even steps of their share of the number, from 0 to 1."""
    total = values.sum()
    held = np.append(0.0, np.cumsum(np.sort(values)[::-1]))
    at = np.unique(np.round(np.linspace(0, len(values), n_points)).astype(int))
    shares = held[at] / total if total > 0 else np.full(len(at), np.nan)
    return at / max(len(values), 1), shares


def ranked_sums(values: Floats, codes: npt.NDArray[np.integer[Any]], n: int, *, share: float) -> tuple[Floats, Floats]:
    """Of each of n groups, the numerators of Gini's coefficient and of the share of the top; 0 for an empty one.

    Their denominators are the number of values times their total, and their total.
    """
    order = np.argsort(values, kind="stable")
    order = order[np.argsort(codes[order], kind="stable")]
    sizes = np.bincount(codes, minlength=n)
    size = np.repeat(sizes, sizes)
    rank = np.arange(1, len(values) + 1) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    ranked, code = values[order], np.repeat(np.arange(n), sizes)
    in_top = np.where(is_in_top(rank, size, share=share), ranked, 0.0)
    weighted, held = (
        np.bincount(code, weights=each, minlength=n) for each in (rank_weight(rank, size) * ranked, in_top)
    )
    return np.asarray(weighted, dtype=np.float64), np.asarray(held, dtype=np.float64)


def rank_weight(rank: Any, n: Any) -> Any:
    """The weight in Gini's numerator of the value of a rank among n, the smallest first."""
    return 2 * rank - n - 1


def is_in_top(rank: Any, n: Any, *, share: float) -> Any:
    """Whether the value of a rank among n, the smallest first, is among the top share, whose number is rounded up."""
    return n - rank < n * (share * (1 - _ROUNDING))


def herfindahl_index(values: Floats, *, n_events: float | None = None) -> float:
    """Sum of the squared shares, and without what chance adds where so many events were counted.

    References
    ----------
    .. [1] Hall (2005), "A Note on the Bias in Herfindahl-Type Measures Based on Count Data", *Revue d'Economie
       Industrielle* 110.
    """
    total = float(values.sum())
    if not total > 0 or (n_events is not None and not n_events > 1):
        return math.nan
    shares = values / total
    if n_events is None:
        return float((shares**2).sum())
    # Where the events are the counts themselves, no whole number is rounded.
    counts = values if n_events == total else shares * n_events
    return float((shares * ((counts - 1) / (n_events - 1))).sum())


def entropy_of(values: Floats, *, n_events: float | None) -> float:
    """Shannon's entropy of the shares in natural logarithms, and with what so few events leave out on average.

    References
    ----------
    .. [1] Miller (1955), "Note on the Bias of Information Estimates", *Information Theory in Psychology*.
    """
    shares = _shares(values)
    if not len(shares) or (n_events is not None and not n_events > 0):
        return math.nan
    # One category has an entropy of 0 without a sign.
    entropy = float(-(shares * np.log(shares)).sum()) + 0.0
    return entropy if n_events is None else entropy + (len(shares) - 1) / (2 * n_events)


def hall_tideman_of(values: Floats) -> float:
    """Hall and Tideman's index, in which every share counts with its rank, that of the largest being 1.

    References
    ----------
    .. [1] Hall and Tideman (1967), "Measures of Concentration", *JASA* 62(317).
    """
    shares = np.sort(_shares(values))[::-1]
    return float(1 / (2 * (np.arange(1, len(shares) + 1) * shares).sum() - 1)) if len(shares) else math.nan


def _shares(values: Floats) -> Floats:
    """The shares of a total, those of 0 left out; none without a total that is known and above 0."""
    total = float(values.sum())
    shares = values / total if total > 0 else values[:0]
    return np.asarray(shares[shares > 0])
