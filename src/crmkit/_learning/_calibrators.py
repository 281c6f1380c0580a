"""From a learner's margins to probabilities: Platt's sigmoid, or a rising step function."""

from __future__ import annotations

from typing import Any, Final, Literal, TypeAlias

import numpy as np
from scipy.special import expit, logit
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from crmkit._arrays import Floats

__all__ = ["CALIBRATIONS", "Calibration", "calibrated", "fit_calibrator"]

Calibration: TypeAlias = Literal["sigmoid", "isotonic"]
CALIBRATIONS: Final = ("sigmoid", "isotonic")

_NO_CALIBRATION: Final = {"slope": 1.0, "intercept": 0.0}
# As good as none: only so much that perfect separation has a maximum.
_WEAK: Final = 1e3


def fit_calibrator(margins: Floats, happened: Floats, *, method: Calibration | None) -> dict[str, Any]:
    """Learn probabilities from margins of customers whom the learner had not seen.

    References
    ----------
    .. [1] Platt (1999), "Probabilistic Outputs for Support Vector Machines", in *Advances in Large Margin Classifiers*.
    .. [2] Zadrozny and Elkan (2002), "Transforming Classifier Scores into Accurate Multiclass Probability Estimates",
       *KDD*.
    """
    if method is None:
        return dict(_NO_CALIBRATION)
    if method == "isotonic":
        steps = IsotonicRegression(y_min=0.0, y_max=1.0).fit(margins, happened)
        return {"margins": steps.X_thresholds_.tolist(), "probabilities": steps.y_thresholds_.tolist()}
    spread = float(margins.std())
    if spread > 0:
        fitted = LogisticRegression(C=_WEAK).fit(((margins - margins.mean()) / spread)[:, None], happened)
        slope = float(fitted.coef_[0, 0]) / spread
        if slope > 0:
            return {"slope": slope, "intercept": float(fitted.intercept_[0]) - slope * float(margins.mean())}
    # A learner that is no better than chance is not turned round: it says the same of all.
    return {"slope": 0.0, "intercept": float(logit(happened.mean()))}


def calibrated(margins: Floats, calibrator: dict[str, Any]) -> Floats:
    """Probabilities of the second outcome."""
    if "slope" in calibrator:
        return np.asarray(expit(calibrator["slope"] * margins + calibrator["intercept"]))
    return np.asarray(np.interp(margins, calibrator["margins"], calibrator["probabilities"]))
