"""P-values of several comparisons made at once."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from crmkit._arrays import Floats

__all__ = ["ADJUSTMENTS", "Adjustment", "adjusted_p_values"]

Adjustment: TypeAlias = Literal["holm", "benjamini-hochberg", "none"]
ADJUSTMENTS: Final = ("holm", "benjamini-hochberg", "none")


def adjusted_p_values(p_values: npt.ArrayLike, *, adjust: Adjustment, n_ones: int = 0) -> Floats:
    """Adjust p-values for their number; those that are ``nan`` stay so and do not count.

    Tests whose p-value is 1 need not be given: it is enough to say how many they are, in ``n_ones``.

    "holm" keeps the chance of any false finding at the level, whatever the dependence. "benjamini-hochberg" keeps the
    expected share of false ones among the findings, for tests that are independent or depend positively.

    References
    ----------
    .. [1] Holm (1979), "A Simple Sequentially Rejective Multiple Test Procedure", *Scandinavian Journal of
       Statistics* 6.
    .. [2] Benjamini and Hochberg (1995), "Controlling the False Discovery Rate", *Journal of the Royal Statistical
       Society* B 57.
    """
    given = np.asarray(p_values, dtype=float)
    known = given[~np.isnan(given)]
    n = len(known) + n_ones
    order = np.argsort(known, kind="stable")
    ranked, place = known[order], np.arange(1, len(known) + 1)
    if adjust == "holm":
        ranked = np.maximum.accumulate((n + 1 - place) * ranked)
    elif adjust == "benjamini-hochberg":
        ranked = np.minimum.accumulate((n / place * ranked)[::-1])[::-1]
    known[order] = np.minimum(ranked, 1.0)
    adjusted = given.copy()
    adjusted[~np.isnan(given)] = known
    return adjusted
