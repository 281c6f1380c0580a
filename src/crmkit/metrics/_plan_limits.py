"""What each item of a plan is to reach, and what it is not to exceed."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crmkit._arrays import Floats

__all__ = ["limits_of"]


def limits_of(items: pd.DataFrame) -> tuple[Floats, Floats]:
    """The lowest and highest good value: those of a band where there is one, otherwise by the target.

    A budget and the hours of a resource are to be met; a score has one limit, on the side that is better.
    """
    target = items["target"].to_numpy(dtype=np.float64)
    has_band = items[["target_low", "target_high"]].notna().any(axis=1).to_numpy()
    to_be_met = items["kind"].isin(["budget", "resource"]).to_numpy()
    higher = items["higher_is_better"].to_numpy(dtype=bool)
    low = np.where(has_band, items["target_low"], np.where(to_be_met | higher, target, np.nan))
    high = np.where(has_band, items["target_high"], np.where(to_be_met | ~higher, target, np.nan))
    return low.astype(np.float64), high.astype(np.float64)
