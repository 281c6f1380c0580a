"""Whether arms have as many customers as was planned."""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy.special import chdtrc
from scipy.stats import binomtest

from crmkit._arrays import Floats

__all__ = ["sample_ratio_p_value"]

# Below so many expected customers in an arm the chi-square approximation is poor.
_FEWEST_EXPECTED: Final = 5


def sample_ratio_p_value(counts: Floats, shares: Floats) -> float:
    """Test whether counts come of the shares planned; ``nan`` without customers.

    Pearson's test; where fewer than five are expected in an arm, the exact binomial test of each arm, its p-value times
    their number unless there are two.
    """
    n = counts.sum()
    if n == 0:
        return float("nan")
    expected = n * shares
    if expected.min() >= _FEWEST_EXPECTED:
        return float(chdtrc(len(counts) - 1, ((counts - expected) ** 2 / expected).sum()))
    tests = [binomtest(int(k), int(n), float(p)).pvalue for k, p in zip(counts, shares, strict=True)]
    # Of two arms the second says what the first does.
    times = 1 if len(counts) == 2 else len(counts)
    return float(np.minimum(min(tests) * times, 1.0))
