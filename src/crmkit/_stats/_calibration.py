"""Predicted probabilities beside what happened."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._stats._intervals import wilson_interval
from crmkit._stats._ranking import even_groups

__all__ = ["calibration_bins"]


def calibration_bins(predicted: Floats, happened: Floats, *, n_bins: int, level: float = 0.95) -> pd.DataFrame:
    """Compare probabilities with what happened, 1 or 0, in bins of about equal size, the lowest probability first.

    References
    ----------
    .. [1] Brier (1950), "Verification of Forecasts Expressed in Terms of Probability", *Monthly Weather Review* 78(1).
    """
    rows = pd.DataFrame({"predicted": predicted, "happened": happened, "squared": (predicted - happened) ** 2})
    bins = rows.groupby(even_groups(predicted, n_groups=n_bins))
    n = bins.size().to_numpy()
    lower, upper = wilson_interval(bins["happened"].sum(), n, level=level)
    return pd.DataFrame(
        {
            "bin": np.arange(1, len(n) + 1),
            "n_customers": n,
            "predicted": bins["predicted"].mean().to_numpy(),
            "observed": bins["happened"].mean().to_numpy(),
            "observed_lower": lower,
            "observed_upper": upper,
            "brier_score": bins["squared"].mean().to_numpy(),
        }
    )
