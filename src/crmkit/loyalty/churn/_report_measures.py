"""Measures of a score among customers of given weights, many sets of weights at once."""

from __future__ import annotations

from typing import Final

import numpy as np

from crmkit._arrays import Floats
from crmkit._stats import cuts_of, top_count

__all__ = ["HIGHER_IS_BETTER", "MEASURES", "weighted_measures"]

MEASURES: Final = ("auc", "average_precision", "lift", "captured", "brier_score", "calibration_difference")
# A difference between prediction and outcome is good where it is near 0: neither higher nor lower is better.
HIGHER_IS_BETTER: Final = {"auc": True, "average_precision": True, "lift": True, "captured": True, "brier_score": False}


def weighted_measures(left: Floats, scores: Floats, weights: Floats, *, share: float) -> Floats:
    """Measure a score once for each row of ``weights``; shape (n_draws, n_measures), in the order of ``MEASURES``.

    The last two are ``nan`` for scores that are not probabilities. With equal weights they are those of `score_table`.
    """
    cuts = cuts_of(scores)
    weighed = weights[:, cuts.order]
    found = np.cumsum(weighed * left[cuts.order], axis=1)[:, cuts.ends]
    asked = np.cumsum(weighed, axis=1)[:, cuts.ends]
    total, everybody = found[:, -1:], asked[:, -1:]
    new_found, new_asked = (np.diff(each, axis=1, prepend=0.0) for each in (found, asked))
    stayed = everybody - total
    area = ((new_asked - new_found) * (found - new_found / 2)).sum(axis=1, keepdims=True) / (total * stayed)
    precision = (new_found * found / asked).sum(axis=1, keepdims=True) / total
    top = top_count(len(left), share=share) / len(left)
    captured = _found_down_to(top * everybody, found, asked, new_found, new_asked) / total
    columns = [area, precision, captured / top, captured]
    if scores.min() >= 0 and scores.max() <= 1:
        columns += [(weights @ each)[:, None] / everybody for each in ((scores - left) ** 2, scores - left)]
    else:
        columns += [np.full_like(area, np.nan)] * 2
    return np.hstack(columns)


def _found_down_to(target: Floats, found: Floats, asked: Floats, new_found: Floats, new_asked: Floats) -> Floats:
    """Those found among the first of so much weight; of customers of one score in proportion."""
    place = np.minimum((asked < target * (1 - 1e-12)).sum(axis=1, keepdims=True), asked.shape[1] - 1)
    at = [np.take_along_axis(each, place, axis=1) for each in (found, asked, new_found, new_asked)]
    part = 1 - (at[1] - target) / at[3]
    return np.asarray(at[0] - at[2] * (1 - part))
