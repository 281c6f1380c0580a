"""A segmenter fitted again on resamples of its customers: which segments come back."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import clone

from crmkit._arrays import Floats
from crmkit._frames import collected, open_as_given
from crmkit._labelling import Labeller, positions_in
from crmkit._stats import adjusted_rand, contingency, jaccard_matrix

__all__ = ["Refits", "refitted", "spread"]

_ID: Final = "customer_id"


class Refits(NamedTuple):
    """The segments, the size of each, and of each resample the Jaccard similarities and the adjusted Rand index."""

    segments: pd.DataFrame
    n_customers: npt.NDArray[np.intp]
    jaccard: Floats
    adjusted_rand: Floats


def refitted(segmenter: Labeller, customers: Any, *, n_resamples: int, rng: np.random.Generator) -> Refits:
    """Fit a segmenter's options again on customers drawn with replacement, and place all customers each time."""
    segments, positions = positions_in(segmenter, customers, name="customers", parameter="segmenter")
    rows = collected(open_as_given(customers, name="customers"))
    n, n_segments = len(rows), len(segments)
    jaccard, rand = np.full((n_resamples, n_segments), np.nan), np.full(n_resamples, np.nan)
    for draw in range(n_resamples):
        again = clone(segmenter.options_).fit(_drawn(rows, rng.integers(0, n, n)))
        others, places = positions_in(again, customers, name="customers", parameter="segmenter")
        sizes = {"n_one": n_segments, "n_other": len(others)}
        jaccard[draw] = jaccard_matrix(positions, places, **sizes).max(axis=1, initial=0.0)
        rand[draw] = adjusted_rand(contingency(positions, places, **sizes))
    counts = np.bincount(positions[positions >= 0], minlength=n_segments)
    jaccard[:, counts == 0] = np.nan
    return Refits(segments, counts, jaccard, rand)


def spread(draws: Floats, *, level: float) -> tuple[float, float, float]:
    """The mean of draws, and the ends between which so many of them lie; ``nan`` without any."""
    known = draws[~np.isnan(draws)]
    if not len(known):
        return np.nan, np.nan, np.nan
    lower, upper = np.quantile(known, [(1 - level) / 2, (1 + level) / 2])
    return float(known.mean()), float(lower), float(upper)


def _drawn(rows: nw.DataFrame[Any], at: npt.NDArray[np.intp]) -> Any:
    """Some rows, each as a customer of its own."""
    drawn = rows[at.tolist()]
    if _ID in drawn.columns:
        drawn = drawn.with_columns(nw.new_series(_ID, np.arange(len(at)), backend=drawn.implementation))
    native = drawn.to_native()
    return native.reset_index(drop=True) if isinstance(native, pd.DataFrame) else native
