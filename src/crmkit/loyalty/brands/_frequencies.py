"""How often customers buy a brand, and how much of it heavy buyers of the category buy."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final

import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_int
from crmkit._messages import Message
from crmkit.loyalty.brands._law import Dirichlet
from crmkit.loyalty.brands._panel import Panel

__all__ = [
    "HEAVY_MEASURES",
    "check_classes",
    "expected_by_class",
    "expected_frequencies",
    "observed_by_class",
    "observed_frequencies",
]

HEAVY_MEASURES: Final = ("buyer_share", "purchase_share", "penetration", "purchase_frequency")
# Classes of category buyers are summed up one purchase after another.
_MOST: Final = 10_000
# A last class smaller than this, beside all buyers, is summed up too: rounding of the rest would hide it. So few are in
# it only where numbers of purchases soon become rare, well before this many times the first.
_SMALL: Final = 1e-3
_TIMES: Final = 20
_MORE: Final = 1_000

_NO_CLASSES: Final = Message(
    en="{@classes} must be ascending whole numbers from 1, the fewest purchases of each class, such as (1, 3, 6); got "
    "{value!r}.",
    zh="{@classes} 须为自 1 起递增的整数，即各档的最少购买次数，如 (1, 3, 6)；得到 {value!r}。",
)


def observed_frequencies(panel: Panel, n_max: int) -> Floats:
    """Shares of customers who buy each brand 0, 1, … times; ``n_max`` stands for as often or more. A row per brand."""
    columns = panel.counts.tocsc()
    counts = np.zeros((len(panel.brands), n_max + 1))
    for place, (first, last) in enumerate(zip(columns.indptr[:-1], columns.indptr[1:], strict=True)):
        n = np.minimum(columns.data[first:last], n_max).astype(np.intp)
        counts[place] = np.bincount(n, minlength=n_max + 1)
        counts[place, 0] = panel.base - (last - first)
    return counts / panel.base


def expected_frequencies(law: Dirichlet, share: Floats, n_max: int, *, truncated: bool) -> Floats:
    """The same under the law, of category buyers if truncated."""
    n = np.arange(1.0, n_max)
    found = np.zeros((len(share), n_max + 1))
    buyers = law.penetration(share)
    base = law.buyers if truncated else 1.0
    found[:, 0] = 1 - buyers / base
    for place, each in enumerate(share.tolist()):
        found[place, 1:n_max] = law.purchases(n, each) / base
        found[place, n_max] = max(float(buyers[place] / base - found[place, 1:n_max].sum()), 0.0)
    return found


def check_classes(classes: Any) -> list[int]:
    """The fewest purchases of each class of category buyers, or raise."""
    if isinstance(classes, str) or not isinstance(classes, Sequence):
        raise TypeError(_NO_CLASSES(value=classes))
    for number in classes:
        check_int(number, name="classes", low=1, high=_MOST)
    lowest = [int(number) for number in classes]
    if not lowest or lowest[0] != 1 or any(a >= b for a, b in pairwise(lowest)):
        raise ValueError(_NO_CLASSES(value=classes))
    return lowest


def observed_by_class(panel: Panel, lowest: list[int]) -> list[pd.DataFrame]:
    """The measures of each brand in each class of category buyers."""
    totals, counts, bought = panel.totals, panel.counts, panel.bought
    classes = np.searchsorted(lowest, totals, side="right") - 1
    all_buyers, all_purchases = (np.asarray(each.sum(axis=0), dtype=np.float64) for each in (bought, counts))
    found = []
    for place in range(len(lowest)):
        here = np.flatnonzero(classes == place)
        buyers, purchases = (np.asarray(each[here].sum(axis=0), dtype=np.float64) for each in (bought, counts))
        found.append(_measured(buyers, purchases, float(len(here)), all_buyers, all_purchases))
    return found


def expected_by_class(law: Dirichlet, share: Floats, lowest: list[int]) -> list[pd.DataFrame]:
    """The same under the law; the last class has what the others leave."""
    all_buyers, all_purchases = law.penetration(share), law.M * share
    left_buyers, left_purchases, left = all_buyers, all_purchases, law.buyers
    found = []
    for low, after in pairwise(lowest):
        buyers, purchases, customers = _summed(law, share, low, after)
        found.append(_measured(buyers, purchases, customers, all_buyers, all_purchases))
        left_buyers, left_purchases, left = left_buyers - buyers, left_purchases - purchases, left - customers
    if left < _SMALL * law.buyers:
        last = lowest[-1]
        left_buyers, left_purchases, left = _summed(law, share, last, _TIMES * last + _MORE)
    return [*found, _measured(left_buyers, left_purchases, left, all_buyers, all_purchases)]


def _summed(law: Dirichlet, share: Floats, low: int, after: int) -> tuple[Floats, Floats, float]:
    """Buyers and purchases of each brand, and customers, with a number of category purchases from one up to another."""
    n = np.arange(float(low), after)
    customers = law.category(n)
    # Brand by brand: a table of all by the numbers of purchases would take much room.
    buyers = np.array([customers @ law.buys_among(n, share[place : place + 1])[:, 0] for place in range(len(share))])
    return buyers, float(customers @ n) * share, float(customers.sum())


def _measured(buyers: Floats, purchases: Floats, n: float, all_buyers: Floats, all_purchases: Floats) -> pd.DataFrame:
    with np.errstate(invalid="ignore", divide="ignore"):
        parts = (buyers / all_buyers, purchases / all_purchases, buyers / n, purchases / buyers)
    return pd.DataFrame(dict(zip(HEAVY_MEASURES, parts, strict=True)))
