"""The model card: what a classifier learned from, how it did on customers it had not seen, and what has moved."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

from crmkit.loyalty.churn._drift_of_features import moved
from crmkit.loyalty.churn._folds import Folds

__all__ = ["DAYS_SINCE_LAST", "Fitted", "card_of"]

# The baseline that costs nothing, where the features have it.
DAYS_SINCE_LAST: Final = "days_since_last"
_N_BINS: Final = 10


class Fitted(NamedTuple):
    """What a fit was about; ``unseen`` are rows of the folds with their calibrated probabilities."""

    features: Any
    happened: Any
    customers: pd.Series[Any] | None
    cutoffs: pd.Series[Any] | None
    folds: Folds
    unseen: Any


def card_of(fitted: Fitted, options: Any, n_immature: int) -> dict[str, Any]:
    """Put together the card of a fit: numbers, text, lists and dicts, as JSON holds them."""
    learner = options.learner
    return {
        "learner": learner if isinstance(learner, str) else type(learner).__name__,
        "calibration": options.calibration,
        "embargo_days": int(options.embargo_days),
        **_data(fitted, n_immature),
        "features": _features(fitted.features),
        "judged": _judged(fitted),
        "drift": _drift(fitted),
    }


def _data(fitted: Fitted, n_immature: int) -> dict[str, Any]:
    days = None if fitted.cutoffs is None else fitted.cutoffs.dt.strftime("%Y-%m-%d").to_numpy()
    known = [] if days is None else sorted(set(days))
    n_customers = None if fitted.customers is None else int(fitted.customers.nunique())
    return {
        "first_cutoff": known[0] if known else None,
        "last_cutoff": known[-1] if known else None,
        "n_rows": len(fitted.happened),
        "n_customers": n_customers,
        "n_immature": n_immature,
        "base_rate": float(fitted.happened.mean()),
        "base_rates": [{"cutoff": day, "base_rate": float(fitted.happened[days == day].mean())} for day in known],
    }


def _features(features: Any) -> list[dict[str, Any]]:
    if not isinstance(features, pd.DataFrame):
        return [
            {"feature": f"column {place}", "kind": "number", "missing": float(np.isnan(column).mean())}
            for place, column in enumerate(np.asarray(features, dtype=np.float64).T)
        ]
    return [
        {
            "feature": str(name),
            "kind": "label" if features[name].dtype == object else "number",
            "missing": float(features[name].isna().mean()),
        }
        for name in features.columns
    ]


def _judged(fitted: Fitted) -> dict[str, Any] | None:
    """How the calibrated folds did, beside the days since the last order; None where nothing was calibrated."""
    if fitted.unseen is None:
        return None
    rows, expected = fitted.unseen
    left = fitted.happened[rows]
    scores = [{"score": "model", **_measures(left, expected), "brier_score": float(brier_score_loss(left, expected))}]
    if isinstance(fitted.features, pd.DataFrame) and DAYS_SINCE_LAST in fitted.features.columns:
        days = fitted.features[DAYS_SINCE_LAST].iloc[rows]
        if days.dtype != object and days.notna().all():
            scores.append({"score": DAYS_SINCE_LAST, **_measures(left, days), "brier_score": None})
    return {"on": fitted.folds.seen, "n_rows": len(rows), "scores": scores}


def _measures(left: Any, scores: Any) -> dict[str, Any]:
    return {
        "auc": float(roc_auc_score(left, scores)),
        "average_precision": float(average_precision_score(left, scores)),
    }


def _drift(fitted: Fitted) -> list[dict[str, Any]]:
    """How far features had moved by the last cutoff from all earlier ones; empty where there is one cutoff."""
    if fitted.cutoffs is None or fitted.cutoffs.nunique() < 2 or not isinstance(fitted.features, pd.DataFrame):
        return []
    last = (fitted.cutoffs == fitted.cutoffs.max()).to_numpy()
    found = []
    for name in fitted.features.columns:
        values = fitted.features[name]
        stability = moved(values[~last], values[last], n_bins=_N_BINS).stability
        found.append({"feature": str(name), "psi": stability.psi, "by_chance": stability.by_chance})
    return found
