"""The difference between the arms in groups of customers, with its interval."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from crmkit._arrays import Floats
from crmkit._stats import Sample, difference_of_means, difference_of_shares

__all__ = ["Effects", "effects_of"]


class Effects(NamedTuple):
    """Customers and mean outcomes of both arms, and the difference with its interval; a value per group each."""

    n_treated: Floats
    n_control: Floats
    treated_mean: Floats
    control_mean: Floats
    uplift: Floats
    lower: Floats
    upper: Floats


def effects_of(
    n_treated: Floats, n_control: Floats, sums: Floats, squares: Floats, *, binary: bool, level: float
) -> Effects:
    """Compare the arms of each group; ``nan`` where one of them is empty.

    ``sums`` and ``squares`` are of outcomes less a common centre where they are not binary; shape (2, n_groups), the
    treated first. Newcombe's interval for shares, Welch's for means.
    """
    counts = np.vstack([n_treated, n_control])
    n = np.where(counts > 0, counts, np.nan)
    means = sums / n
    if binary:
        uplift, lower, upper = difference_of_shares(sums[0], counts[0], sums[1], counts[1], level=level)
    else:
        spread = np.maximum(squares - n * means**2, 0.0) / np.where(n > 1, n - 1, np.nan)
        samples = [Sample(n[arm], means[arm], spread[arm]) for arm in (0, 1)]
        uplift, lower, upper = difference_of_means(*samples, level=level)
    return Effects(n_treated, n_control, means[0], means[1], uplift, lower, upper)
