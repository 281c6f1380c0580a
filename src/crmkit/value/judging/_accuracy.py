"""How far predictions are from what happened, and how well they rank customers."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from sklearn.metrics import roc_auc_score

from crmkit._arrays import Floats
from crmkit._stats import best_first, normalised_gini, top_count

__all__ = ["brier_score", "correlation", "count_accuracy", "quotient", "ranking_auc"]

_TOP = 0.1


def count_accuracy(expected: Floats, actual: Floats) -> dict[str, float]:
    """Measures of predicted purchases."""
    error = expected - actual
    total = actual.sum()
    top = best_first(expected, actual)[: top_count(len(actual), share=_TOP)].sum()
    return {
        "expected_total": float(expected.sum()),
        "bias": float(error.sum()),
        "relative_bias": quotient(error.sum(), total),
        "mae": float(np.abs(error).mean()),
        "rmse": float(np.sqrt((error**2).mean())),
        "correlation": correlation(expected, actual),
        "gini": normalised_gini(expected, actual),
        "top_decile_share": quotient(top, total),
    }


def quotient(part: float, whole: float) -> float:
    """Divide; ``nan`` where there is nothing to divide by."""
    return float(part / whole) if whole else float("nan")


def ranking_auc(score: Floats, happened: npt.NDArray[np.bool_]) -> float:
    """Share of the pairs in which the event has the higher score; ``nan`` if it happened to all or none."""
    return float(roc_auc_score(happened, score)) if happened.any() and not happened.all() else float("nan")


def brier_score(probability: Floats, happened: npt.NDArray[np.bool_]) -> float:
    """Mean squared difference between a probability and what happened."""
    return float(((probability - happened) ** 2).mean())


def correlation(first: Floats, second: Floats) -> float:
    """Pearson's correlation; ``nan`` where all values of one are equal, or there are none."""
    constant = not len(first) or np.ptp(first) == 0 or np.ptp(second) == 0
    return float("nan") if constant else float(np.corrcoef(first, second)[0, 1])
