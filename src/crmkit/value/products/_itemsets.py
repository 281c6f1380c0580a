"""Items that are often together: pairs by a sparse product, larger sets by bits of the baskets they are in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from crmkit.value.products._baskets import Baskets

__all__ = ["Ints", "ItemSets", "Level", "frequent_sets", "least_count"]

Ints = npt.NDArray[np.int64]
_WORD: Final = 64
# Candidates that are looked at together, and bytes of bits that they are counted in.
_CANDIDATES: Final = 200_000
_BYTES: Final = 4_000_000


class Level(NamedTuple):
    """Sets of as many items each.

    ``members`` has a row per frequent set, its items and then the sets ascending. ``border`` are the sets that are not
    frequent though all parts of theirs are; of pairs only those that were ever together.
    """

    members: Ints
    counts: Ints
    border: Ints
    border_counts: Ints


class ItemSets:
    """Frequent sets level by level, found by their members."""

    def __init__(self, items: Ints, counts: Ints) -> None:
        self.items = items
        self.levels = [Level(np.arange(len(items))[:, None], counts, np.empty((0, 1), np.int64), np.empty(0, np.int64))]
        self._keys: list[Ints] = []

    def add(self, level: Level) -> None:
        """Add the sets of one item more."""
        self.levels.append(level)
        self._keys.append(self._key(self.places(level.members[:, :-1]), level.members[:, -1]))

    def places(self, members: Ints) -> Ints:
        """Where sets stand in their level; -1 for those that are not frequent."""
        places = members[:, 0]
        for size in range(1, members.shape[1]):
            keys = self._keys[size - 1]
            wanted = np.where(places < 0, -1, self._key(places, members[:, size]))
            places = np.minimum(np.searchsorted(keys, wanted), max(len(keys) - 1, 0))
            places = np.where(keys[places] == wanted, places, -1) if len(keys) else np.full(len(members), -1)
        return places

    def counts(self, members: Ints) -> Ints:
        """In how many baskets frequent sets are."""
        return np.asarray(self.levels[members.shape[1] - 1].counts[self.places(members)])

    def _key(self, places: Ints, items: Ints) -> Ints:
        return places * len(self.items) + items


def least_count(min_support: float, *, n: int) -> int:
    """The least number of n baskets whose share is no less than a support."""
    # The product may be rounded either way; a share is compared as anybody would compare it.
    least = max(int(np.ceil(min_support * n)) - 1, 1)
    while least / n < min_support:
        least += 1
    return least


def frequent_sets(
    baskets: Baskets, *, least: int, max_items: int, guard: Callable[[list[Ints]], None], border: bool
) -> ItemSets:
    """Find all sets of up to so many items that are in at least so many baskets.

    Without ``border`` the sets that are not frequent are not kept. ``guard`` is called with the counts of the sets of
    each size as they are found, and raises if they are too many.
    """
    counts = np.bincount(baskets.item, minlength=len(baskets.items))
    items = np.flatnonzero(counts >= least)
    number = np.full(len(counts), -1)
    number[items] = np.arange(len(items))
    often = number[baskets.item] >= 0
    item, basket = number[baskets.item[often]], baskets.basket[often]
    sets = ItemSets(items, counts[items])
    guard([level.counts for level in sets.levels])
    if max_items == 1 or not len(items):
        return sets
    sets.add(_pairs(item, basket, n_items=len(items), n_baskets=baskets.n_baskets, least=least, border=border))
    guard([level.counts for level in sets.levels])
    if max_items > 2 and len(sets.levels[-1].counts):
        bits = _bits(item, basket, n_items=len(items), n_baskets=baskets.n_baskets)
        while len(sets.levels) < max_items and len(sets.levels[-1].counts):
            sets.add(_larger(sets, bits, least=least, guard=guard, border=border))
    return sets


def _pairs(item: Ints, basket: Ints, *, n_items: int, n_baskets: int, least: int, border: bool) -> Level:
    """Count all pairs that were ever together."""
    from scipy.sparse import csr_array, triu

    ones = np.ones(len(item), dtype=np.int32)
    incidence = csr_array((ones, (basket, item)), shape=(n_baskets, n_items))
    together = triu((incidence.T @ incidence).tocsr(), k=1, format="csr")
    if not border:
        together.data[together.data < least] = 0
        together.eliminate_zeros()
    together.sort_indices()
    pairs = together.tocoo()
    return _split(np.column_stack([pairs.row, pairs.col]).astype(np.int64), pairs.data.astype(np.int64), least=least)


def _split(members: Ints, counts: Ints, *, least: int) -> Level:
    often = counts >= least
    return Level(members[often], counts[often], members[~often], counts[~often])


def _bits(item: Ints, basket: Ints, *, n_items: int, n_baskets: int) -> npt.NDArray[np.uint64]:
    """A row of bits per item: the baskets that it is in."""
    words = -(-n_baskets // _WORD)
    order = np.argsort(item, kind="stable")
    ends = np.searchsorted(item[order], np.arange(n_items + 1))
    bits = np.empty((n_items, words), dtype=np.uint64)
    for place in range(n_items):
        has = np.zeros(words * _WORD, dtype=bool)
        has[basket[order[ends[place] : ends[place + 1]]]] = True
        bits[place] = np.packbits(has).view(np.uint64)
    return bits


def _larger(
    sets: ItemSets, bits: npt.NDArray[np.uint64], *, least: int, guard: Callable[[list[Ints]], None], border: bool
) -> Level:
    """The sets of one item more, made of two that differ in their last."""
    smaller = sets.levels[-1].members
    members, counts = [np.empty((0, smaller.shape[1] + 1), np.int64)], [np.empty(0, np.int64)]
    known = [level.counts for level in sets.levels]
    for parent, last in _joined(smaller):
        candidates = np.column_stack([smaller[parent], last])
        whole = np.ones(len(candidates), dtype=bool)
        for left_out in range(candidates.shape[1] - 2):
            whole[whole] = sets.places(np.delete(candidates[whole], left_out, axis=1)) >= 0
        found = _counted(bits, smaller, parent[whole], last[whole])
        kept = np.ones(len(found), dtype=bool) if border else found >= least
        members.append(candidates[whole][kept])
        counts.append(found[kept])
        guard([*known, np.concatenate([each[each >= least] for each in counts])])
    return _split(np.concatenate(members), np.concatenate(counts), least=least)


def _joined(smaller: Ints) -> Iterator[tuple[Ints, Ints]]:
    """Sets, by their place, and the last items of later ones that are alike but for it; some at a time."""
    differs = np.any(smaller[1:, :-1] != smaller[:-1, :-1], axis=1)
    ends = np.append(np.flatnonzero(differs) + 1, len(smaller))
    place = np.arange(len(smaller))
    n_later = ends[np.searchsorted(ends, place, side="right")] - place - 1
    before = np.concatenate([[0], np.cumsum(n_later)])
    start = 0
    while start < len(smaller):
        stop = max(int(np.searchsorted(before, before[start] + _CANDIDATES, side="right")) - 1, start + 1)
        parent = np.repeat(place[start:stop], n_later[start:stop])
        later = parent + 1 + np.arange(len(parent)) - np.repeat(before[start:stop] - before[start], n_later[start:stop])
        yield parent, smaller[later, -1]
        start = stop


def _counted(bits: npt.NDArray[np.uint64], smaller: Ints, parent: Ints, last: Ints) -> Ints:
    """In how many baskets sets are, each a smaller one with a last item; those of one parent stand together."""
    counts = np.empty(len(parent), dtype=np.int64)
    step = max(_BYTES // (bits.shape[1] * bits.itemsize), 1)
    for start in range(0, len(parent), step):
        block = slice(start, start + step)
        parents, which = np.unique(parent[block], return_inverse=True)
        shared = np.bitwise_and.reduce(bits[smaller[parents]], axis=1)
        counts[block] = np.bitwise_count(shared[which] & bits[last[block]]).sum(axis=1, dtype=np.int64)
    return counts
