"""Folds in which a learner is judged on customers, and where possible on a time, that it has not seen."""

from __future__ import annotations

from typing import Any, Final, Literal, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

__all__ = ["Folds", "Seen", "honest_folds"]

Places: TypeAlias = npt.NDArray[np.intp]
Seen: TypeAlias = Literal["later_cutoffs", "other_customers", "other_rows"]

# Each cutoff that is tested costs as many fits as there are folds.
_MOST_CUTOFFS: Final = 3
_FEWEST_CUTOFFS: Final = 2


class Folds(NamedTuple):
    """Pairs of rows to train on and to test, and what the tested rows are to those of training."""

    pairs: list[tuple[Places, Places]]
    seen: Seen


def honest_folds(
    happened: npt.NDArray[Any],
    *,
    customers: pd.Series[Any] | None,
    cutoffs: pd.Series[Any] | None,
    embargo_days: int,
    n_folds: int,
    rng: np.random.Generator,
) -> Folds:
    """Divide customers into groups with about the same share of those who ever left; test late cutoffs on earlier ones.

    Up to half of the cutoffs, the last ones, are tested if there are two cutoffs or more to train on, ``embargo_days``
    before: a learner of less is too unlike the one that is calibrated. Otherwise each row is tested on all other
    customers.
    """
    codes = np.arange(len(happened)) if customers is None else pd.factorize(customers, sort=True)[0]
    fold = _groups(codes, happened, n_folds, rng)[codes]
    if cutoffs is not None and customers is not None:
        days = cutoffs.to_numpy().astype("datetime64[D]")
        pairs = list(_later(fold, days, happened, embargo_days, n_folds))
        if pairs:
            return Folds(pairs, "later_cutoffs")
    pairs = [(np.flatnonzero(fold != each), np.flatnonzero(fold == each)) for each in range(n_folds)]
    usable = [(train, test) for train, test in pairs if _usable(train, test, happened)]
    return Folds(usable, "other_rows" if customers is None else "other_customers")


def _groups(codes: npt.NDArray[Any], happened: npt.NDArray[Any], n_folds: int, rng: np.random.Generator) -> Places:
    """The fold of each customer: those who ever left are dealt out first, then the others."""
    ever = np.bincount(codes, weights=happened) > 0
    order = rng.permutation(len(ever))
    order = order[np.argsort(~ever[order], kind="stable")]
    fold = np.empty(len(ever), dtype=np.intp)
    fold[order] = np.arange(len(ever)) % n_folds
    return fold


def _later(fold: Places, days: Any, happened: Any, embargo_days: int, n_folds: int) -> Any:
    known = np.unique(days)
    late = known[np.searchsorted(known, known - np.timedelta64(embargo_days, "D"), side="right") >= _FEWEST_CUTOFFS]
    for day in late[-min(_MOST_CUTOFFS, max(1, len(known) // 2)) :]:
        earlier = days <= day - np.timedelta64(embargo_days, "D")
        for each in range(n_folds):
            pair = np.flatnonzero((fold != each) & earlier), np.flatnonzero((fold == each) & (days == day))
            if _usable(*pair, happened):
                yield pair


def _usable(train: Places, test: Places, happened: Any) -> bool:
    return bool(len(test)) and len(np.unique(happened[train])) == 2
