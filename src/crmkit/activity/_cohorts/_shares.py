"""What of each cohort is left at each age: customers, or money; with intervals."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from crmkit._tables import COHORT_REVENUE, COHORTS

__all__ = ["with_retention", "with_revenue"]

_ENDS: Final = ["lower", "upper"]


def with_retention(table: pd.DataFrame, *, level: float, smoothed: bool) -> pd.DataFrame:
    """Divide the customers of each age by those of the cohort; smoothed, the interval is that of the posterior."""
    # Imported here because it loads SciPy, which `import crmkit` does without.
    from crmkit._stats import shrunken_shares, wilson_interval

    known = table["is_complete"].to_numpy()
    won, tried = table["n_customers"].to_numpy(), table["size"].to_numpy()
    table = table.assign(retention=won / tried)
    ends = np.full((2, len(table)), np.nan)
    if smoothed:
        values = np.full(len(table), np.nan)
        for at in table[known].groupby(["group", "age"]).indices.values():
            rows = np.flatnonzero(known)[at]
            values[rows], *ends[:, rows] = shrunken_shares(won[rows], tried[rows], level=level)
        table["smoothed_retention"] = values
    else:
        ends[:, known] = wilson_interval(won[known], tried[known], level=level)
    table[_ENDS] = ends.T
    return table[["group", *(field.name for field in COHORTS.fields if field.name in table)]]


def with_revenue(table: pd.DataFrame, *, level: float) -> pd.DataFrame:
    """Divide the money of each age by the customers of the cohort, and by the money of age 0."""
    from crmkit._stats import Sample, mean_interval

    size, amount = table["size"].to_numpy(), table["amount"].to_numpy()
    cohorts = table.groupby(["group", "cohort"])["amount"]
    mean, earned = amount / size, cohorts.cumsum()
    first = cohorts.transform("first").to_numpy()
    # Rounding can leave a variance of equal values below 0.
    variance = np.maximum(table["squares"] - size * mean**2, 0) / np.where(size > 1, size - 1, np.nan)
    lower, upper = mean_interval(Sample(size, mean, variance), level=level)
    known = table["is_complete"]
    table = table.assign(
        amount_per_customer=mean,
        cumulative_amount=earned,
        cumulative_amount_per_customer=earned / size,
        revenue_retention=amount / np.where(first > 0, first, np.nan),
        lower=np.where(known, lower, np.nan),
        upper=np.where(known, upper, np.nan),
    )
    return table[["group", *(field.name for field in COHORT_REVENUE.fields)]]
