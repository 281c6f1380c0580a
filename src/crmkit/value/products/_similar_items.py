"""Which items are alike because the same customers have them, and what that says of each customer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, Literal, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from crmkit._arrays import Floats
from crmkit._frames import starts_of_runs

__all__ = ["METHODS", "Best", "Method", "first_of_rows", "neighbours", "recommended", "weighted"]

Method: TypeAlias = Literal["cosine", "bm25"]
METHODS: Final = ("cosine", "bm25")
Places: TypeAlias = npt.NDArray[np.intp]

# Where the count of orders begins to saturate, and how much the popularity of an item counts.
_K1: Final = 1.2
_B: Final = 0.75
# Cells of a matrix that are worked out at a time, if all were filled.
_BLOCK: Final = 2_000_000
# Scores that are closer than this, relative to the best of their row, are equal.
_DECIMALS: Final = 10


class Best(NamedTuple):
    """The best columns of rows: row by row, the best first, with their place from 0."""

    row: Places
    column: Places
    value: Floats
    place: Places


def weighted(orders: Any, *, method: Method) -> Any:
    """Weigh a sparse matrix of orders, customers by items, so that the product of two columns says how alike they are.

    References
    ----------
    .. [1] Robertson and Zaragoza (2009), "The Probabilistic Relevance Framework: BM25 and Beyond", *Foundations and
       Trends in Information Retrieval* 3(4).
    """
    from scipy import sparse

    matrix = orders.tocoo()
    if method == "cosine":
        owners = np.bincount(matrix.col, minlength=matrix.shape[1])
        values = 1 / np.sqrt(owners[matrix.col])
    else:
        # An item is a document, the customers that have it are its words.
        n_items = matrix.shape[1]
        items_of = np.bincount(matrix.row, minlength=matrix.shape[0])
        rare = np.log1p((n_items - items_of + 0.5) / (items_of + 0.5))
        length = np.bincount(matrix.col, weights=matrix.data, minlength=n_items)
        damped = _K1 * (1 - _B + _B * length / length.mean())
        values = matrix.data * (_K1 + 1) / (matrix.data + damped[matrix.col]) * rare[matrix.row]
    return sparse.csr_matrix((values, (matrix.row, matrix.col)), shape=matrix.shape)


def neighbours(weights: Any, *, most: int) -> Best:
    """The items most like each item, at most so many; items that no customer shares are not alike."""
    by_item = weights.T.tocsr()
    parts = []
    for rows in _in_blocks(weights.shape[1], width=weights.shape[1]):
        alike = (by_item[rows] @ weights).tocsr()
        own = np.repeat(np.arange(rows.start, rows.stop), np.diff(alike.indptr)) == alike.indices
        alike.data[own] = 0.0
        parts.append(_best(alike, most=most, first=rows.start))
    return _together(parts)


def recommended(owned: Any, similar: Any, *, n: int, exclude_owned: bool) -> Best:
    """The n best items of customers by what they own, then the most popular ones, whose score is missing.

    Both are sparse matrices: ones for what is owned, customers by items, and similarities of items to their neighbours.
    """
    parts = []
    for rows in _in_blocks(owned.shape[0], width=owned.shape[1]):
        own = owned[rows]
        scores = own @ similar
        if exclude_owned:
            scores = scores - scores.multiply(own)
        parts.append(_best(scores.tocsr(), most=n, first=rows.start))
    best = _together(parts)
    n_found = np.bincount(best.row, minlength=owned.shape[0])
    lacking = np.flatnonzero(n_found < n)
    if not len(lacking):
        return best
    rest = first_of_rows(_taken(best, owned, exclude_owned=exclude_owned)[lacking], most=n)
    row = lacking[rest.row]
    place = rest.place + n_found[row]
    more = place < n
    filled = Best(row[more], rest.column[more], rest.value[more], place[more])
    both = _together([best, filled])
    order = np.lexsort((both.place, both.row))
    return Best(both.row[order], both.column[order], both.value[order], both.place[order])


def _taken(best: Best, owned: Any, *, exclude_owned: bool) -> Any:
    """What cannot be recommended again, as a sparse matrix."""
    from scipy import sparse

    ones = np.ones(len(best.row))
    taken = sparse.csr_matrix((ones, (best.row, best.column)), shape=owned.shape)
    return (taken + owned).tocsr() if exclude_owned else taken


def first_of_rows(taken: Any, *, most: int, order: Places | None = None) -> Best:
    """The first columns, in an order of their own, that a sparse matrix has no entry for, in each of its rows."""
    n_rows, width = taken.shape
    order = np.arange(width) if order is None else order
    parts = []
    for rows in _in_blocks(n_rows, width=width):
        free = np.ones((rows.stop - rows.start, width), dtype=bool)
        own = taken[rows]
        free[own.nonzero()] = False
        # The first free ones do not lie behind more than are taken.
        free = free[:, order[: most + int(np.diff(own.indptr).max(initial=0))]]
        nth = np.cumsum(free, axis=1, dtype=np.int32)
        row, place = np.nonzero(free & (nth <= most))
        parts.append(
            Best(row + rows.start, order[place], np.full(len(row), np.nan), nth[row, place].astype(np.intp) - 1)
        )
    return _together(parts)


def _in_blocks(n_rows: int, *, width: int) -> Iterator[slice]:
    """Divide rows so that a block of them, filled, is not too large."""
    size = max(1, _BLOCK // max(width, 1))
    for first in range(0, n_rows, size):
        yield slice(first, min(first + size, n_rows))


def _best(scores: Any, *, most: int, first: int) -> Best:
    """The largest values above 0 of each row of a sparse matrix; of equal ones that of the lower column."""
    row = np.repeat(np.arange(scores.shape[0]), np.diff(scores.indptr))
    top = scores.max(axis=1).toarray().ravel() if scores.nnz else np.zeros(scores.shape[0])
    kept = (scores.data > 0) & (scores.data >= (_least_of_rows(scores, most) - 10.0**-_DECIMALS * top)[row])
    row, column, value = row[kept], scores.indices[kept], scores.data[kept]
    order = np.lexsort((column, -np.round(value / top[row], _DECIMALS), row))
    row, column, value = row[order], column[order], value[order]
    place = _places(row)
    kept = place < most
    return Best(row[kept].astype(np.intp) + first, column[kept].astype(np.intp), value[kept], place[kept])


def _least_of_rows(scores: Any, most: int) -> Floats:
    """The least of so many largest values of each row of a sparse matrix; of all where there are no more."""
    n = np.diff(scores.indptr)
    width = int(n.max(initial=0))
    if width <= most:
        return np.full(len(n), -np.inf)
    filled = np.full((len(n), width), -np.inf)
    filled[np.arange(width) < n[:, None]] = scores.data
    return np.asarray(np.partition(filled, width - most, axis=1)[:, width - most])


def _places(row: Any) -> Places:
    """How many of the same row stand before each."""
    starts = starts_of_runs(row) if len(row) else np.empty(0, dtype=np.intp)
    return np.arange(len(row)) - np.repeat(starts, np.diff(np.append(starts, len(row))))


def _together(parts: list[Best]) -> Best:
    if not parts:
        nothing = np.empty(0, dtype=np.intp)
        return Best(nothing, nothing, np.empty(0), nothing)
    row, column, value, place = zip(*parts, strict=True)
    return Best(np.concatenate(row), np.concatenate(column), np.concatenate(value), np.concatenate(place))
