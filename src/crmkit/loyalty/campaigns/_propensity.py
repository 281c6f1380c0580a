"""How likely each customer was to be contacted, from what was known of them before."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from crmkit._arrays import Floats

__all__ = ["log_odds_of_contact", "standardised"]

_MOST_STEPS: Final = 50
_ENOUGH: Final = 1e-10
# As much as one customer in a million knows: keeps the fit finite where covariates say all, or say the same twice.
_RIDGE: Final = 1e-6


def log_odds_of_contact(treated: npt.NDArray[np.bool_], covariates: Floats) -> Floats:
    """Fit a logistic regression on standardised covariates by Newton's method, and give its linear predictor.

    Where covariates tell those contacted from the others without error, the log odds run far apart, and nobody has
    a partner.
    """
    design = np.column_stack([np.ones(len(treated)), standardised(covariates)])
    outcome = treated.astype(float)
    ridge = _RIDGE * len(treated) * np.eye(design.shape[1])
    ridge[0, 0] = 0.0
    coefficients = np.zeros(design.shape[1])
    coefficients[0] = np.log(outcome.mean() / (1 - outcome.mean()))
    for _ in range(_MOST_STEPS):
        chance = expit(design @ coefficients)
        slope = design.T @ (outcome - chance) - ridge @ coefficients
        curvature = (design * (chance * (1 - chance))[:, None]).T @ design + ridge
        step = np.linalg.lstsq(curvature, slope, rcond=None)[0]
        # A long step of Newton's can overshoot; the odds change by no more than a few times in one.
        step *= min(1.0, 5.0 / max(float(np.abs(step).max()), 1e-300))
        coefficients += step
        if float(slope @ step) < _ENOUGH * len(treated):
            break
    return np.asarray(design @ coefficients)


def standardised(covariates: Floats) -> Floats:
    """Take each column from its mean in units of its standard deviation; a constant column is 0."""
    centred = covariates - covariates.mean(axis=0)
    spread = centred.std(axis=0)
    return np.where(spread > 0, centred / np.where(spread > 0, spread, 1.0), 0.0)
