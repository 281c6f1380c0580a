"""How well rules find segments among customers that they were not learned from."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit.segment.groups._rule_tree import Design, Size, grown, ordered_rows

__all__ = ["Agreement", "agreement"]

_N_FOLDS: Final = 5
# Of more customers so many are drawn: the standard error of a share is then below a quarter of a percent.
_MOST: Final = 50_000


class Agreement(NamedTuple):
    """The share of customers placed as given, and of each segment precision and recall."""

    accuracy: float
    of_segments: pd.DataFrame


def agreement(
    design: Design,
    segments: npt.NDArray[np.intp],
    codes: list[str],
    size: Size,
) -> Agreement:
    """Grow the tree without each of five parts of the customers, in which all segments have their share, and try it."""
    rng = np.random.default_rng(size.seed)
    rows = ordered_rows(design, segments)
    if len(rows) > _MOST:
        rows = rows[np.sort(rng.choice(len(rows), size=_MOST, replace=False))]
    rows = rng.permutation(rows)
    folds = _folds(segments[rows])
    predicted = np.full(len(rows), -1, dtype=np.intp)
    for fold in range(folds.max() + 1):
        held, kept = rows[folds == fold], rows[folds != fold]
        if len(kept):
            tree = grown(design.laid[kept], segments[kept], size)
            predicted[folds == fold] = tree.predict(design.laid[held])
    actual, tried = segments[rows], predicted >= 0
    right = actual == predicted
    n = len(codes)
    hits = np.bincount(actual[right], minlength=n).astype(np.float64)
    found, there = (np.bincount(each[tried], minlength=n).astype(np.float64) for each in (predicted, actual))
    table = pd.DataFrame(
        {
            "segment": codes,
            "n_customers": np.bincount(segments, minlength=n),
            "precision": hits / np.where(found > 0, found, np.nan),
            "recall": hits / np.where(there > 0, there, np.nan),
        }
    )
    accuracy = float(right[tried].mean()) if tried.any() else np.nan
    return Agreement(accuracy, table.astype({"n_customers": np.int64}))


def _folds(segments: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """The part of each row: the rows of a segment take turns."""
    order = np.argsort(segments, kind="stable")
    folds = np.empty(len(segments), dtype=np.intp)
    folds[order] = np.arange(len(segments)) % _N_FOLDS
    return folds
