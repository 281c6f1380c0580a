"""Satisfaction with several things in one number."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from crmkit._kpi import Kpi, tells
from crmkit._names import Label
from crmkit._stats import as_floats, check_alike, check_range

__all__ = ["csat_weighted_index"]


@tells(
    Kpi(
        code="csat_weighted_index",
        name=Label("Weighted satisfaction index", "加权满意度指数"),
        group="loyalty",
        unit="index",
        direction="higher",
        definition=Label("Mean of the items' scores by their weights", "各项满意度得分按权重的加权平均"),
        source="Our convention",
        function="crmkit.metrics.csat_weighted_index",
        aggregation="none",
    )
)
def csat_weighted_index(*, scores: npt.ArrayLike, weights: npt.ArrayLike) -> float:
    r"""Satisfaction with several items, as one index.

    .. math:: I = \sum_j w_j s_j \Big/ \sum_j w_j

    Parameters
    ----------
    scores : array-like of float
        Score of each item, all on one scale such as 0 to 100; at least 0. An item without a score is
        left out together with its weight.
    weights : array-like of float
        Weight of each item, at least 0; they need not add up to 1. There are no default weights: they are a statement
        about what matters.

    Returns
    -------
    float
        On the scale of the scores; ``nan`` if no item with a weight above 0 has a score, or a weight is missing.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number lies outside its range or is infinite, or columns differ in length or index.

    Examples
    --------
    >>> csat_weighted_index(scores=[80, 90], weights=[0.6, 0.4])
    84.0
    """
    check_alike(scores=scores, weights=weights)
    of_items, by_items = np.broadcast_arrays(
        np.atleast_1d(as_floats(scores, name="scores")), as_floats(weights, name="weights")
    )
    check_range(of_items, name="scores", low=0.0, high=None)
    check_range(by_items, name="weights", low=0.0, high=None)
    known = ~np.isnan(of_items)
    total = by_items[known].sum()
    return float((of_items[known] * by_items[known]).sum() / total) if total != 0 else math.nan
