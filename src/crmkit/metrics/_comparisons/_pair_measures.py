"""Measures of the same customers twice, compared and laid out as a table."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from crmkit._stats import (
    PairedCounts,
    compare,
    compare_paired_shares,
    contrast_of_pairs,
    detectable_difference,
    detectable_difference_of_paired_shares,
)
from crmkit.metrics._comparisons._pairs import Pair
from crmkit.metrics._comparisons._rows import FEWEST_CHANGES, FEWEST_VALUES, Asked, Measured, judged

__all__ = ["paired_mean", "paired_rate", "paired_table"]


def paired_rate(name: str, counts: PairedCounts, wanted: Asked) -> Measured:
    """Compare a share of customers."""
    n = counts.both + counts.only + counts.other_only + counts.neither
    base = np.where(n > 0, n, np.nan)
    changed = counts.only + counts.other_only
    return Measured(
        name,
        "rate",
        n,
        (counts.both + counts.only) / base,
        n,
        (counts.both + counts.other_only) / base,
        compare_paired_shares(counts, level=wanted.level),
        lambda alpha: detectable_difference_of_paired_shares(changed, n, alpha=alpha, power=wanted.power),
        changed < FEWEST_CHANGES,
    )


def paired_mean(name: str, pair: Pair, wanted: Asked, *, kind: str, longer: float = 1.0) -> Measured:
    """Compare a mean or a ratio; where the second period is ``longer``, what came before is scaled to its length."""
    n = np.array([pair.n])
    contrast = contrast_of_pairs(
        n,
        (pair.value, pair.other * longer),
        (pair.variance, pair.other_variance * longer**2),
        pair.covariance * longer,
    )
    return Measured(
        name,
        kind,
        n,
        np.array([pair.value]),
        n,
        np.array([pair.other]),
        compare(contrast, level=wanted.level),
        lambda alpha: detectable_difference(contrast, alpha=alpha, power=wanted.power),
        np.array([not pair.changed >= FEWEST_VALUES]),
    )


def paired_table(measures: Sequence[Measured], wanted: Asked) -> pd.DataFrame:
    """Lay out measures, a row each."""
    table = pd.DataFrame({"measure": [each.name for each in measures], "kind": [each.kind for each in measures]})
    table["n"] = np.array([each.n[0] for each in measures]).astype(np.int64)
    table["value"] = [each.value[0] for each in measures]
    table["previous"] = [each.other_value[0] for each in measures]
    return table.assign(**judged(measures, wanted, change="change"))
