"""Indices of several questions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from crmkit._checks import is_number
from crmkit._kpi import Example, Input, kpi
from crmkit._messages import Message
from crmkit._names import Label
from crmkit._stats import Numbers

__all__ = ["acsi_score", "customer_loyalty_index"]

_WEIGHTS: Final = Message(
    en="{@weights} must be three numbers of 0 or more, not all 0, got {value!r}.",
    zh="{@weights} 须为三个不小于 0 且不全为 0 的数，得到 {value!r}。",
)
_ACSI: Final = ("satisfaction", "expectations", "ideal")


def _intention(name: str) -> Input:
    return Input(name, "number", 0.0)


def _mean_rating(name: str) -> Input:
    return Input(name, "number", 1.0, 10.0)


@kpi(
    name=Label("Customer loyalty index", "客户忠诚度指数（CLI）"),
    group="loyalty",
    unit="index",
    direction="higher",
    definition=Label(
        "Mean of the intentions to recommend, to buy again and to buy other products",
        "推荐意愿、复购意愿与购买其他产品意愿的平均",
    ),
    source="Our convention; the three parts count the same",
    inputs=(_intention("recommend"), _intention("repurchase"), _intention("try_other")),
    aggregation="none",
    example=Example({"recommend": 6, "repurchase": 7, "try_other": 8}, 7.0),
)
def customer_loyalty_index(*, recommend: Numbers, repurchase: Numbers, try_other: Numbers) -> Numbers:
    r"""Mean of three intentions, each counting the same: to recommend, to buy again, to buy other things.

    .. math:: I = \frac{r + b + t}{3}

    For other parts or weights take `crmkit.metrics.csat_weighted_index`, which has no weights of its own.

    Parameters
    ----------
    recommend : float or array-like of float
        Mean answer to whether they would recommend, at least 0.
    repurchase : float or array-like of float
        Mean answer to whether they would buy again, on the same scale.
    try_other : float or array-like of float
        Mean answer to whether they would try other products of yours, on the same scale.

    Returns
    -------
    float or column, as given
        On the scale of the answers; ``nan`` where one is missing.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number lies outside its range or is infinite, or columns differ in length or index.

    Examples
    --------
    >>> customer_loyalty_index(recommend=6, repurchase=7, try_other=8)
    7.0
    """
    return (recommend + repurchase + try_other) / 3


@kpi(
    name=Label("Customer satisfaction index (ACSI)", "客户满意度指数（ACSI）"),
    group="loyalty",
    unit="index",
    direction="higher",
    definition=Label(
        "100 times the weighted mean of (answer - 1) / 9 to satisfaction, expectations met and closeness to the ideal",
        "总体满意度、期望达成度、与理想的接近程度的（得分 - 1）÷ 9 的加权平均 × 100",
    ),
    source="Fornell et al. (1996), The American Customer Satisfaction Index, Journal of Marketing 60(4)",
    inputs=(_mean_rating("satisfaction"), _mean_rating("expectations"), _mean_rating("ideal")),
    aggregation="none",
    example=Example(
        {"satisfaction": 8, "expectations": 7, "ideal": 7.5, "weights": (0.3885, 0.3190, 0.2925)}, 72.60833333333332
    ),
)
def acsi_score(
    *, satisfaction: Numbers, expectations: Numbers, ideal: Numbers, weights: Sequence[float] = (1, 1, 1)
) -> Numbers:
    r"""Index of satisfaction from three questions, from 0 to 100.

    .. math:: I = 100 \sum_j w_j \frac{\bar x_j - 1}{9} \Big/ \sum_j w_j

    Parameters
    ----------
    satisfaction : float or array-like of float
        Mean answer from 1 to 10 to how satisfied they are overall.
    expectations : float or array-like of float
        Mean answer from 1 to 10 to how far their expectations are met.
    ideal : float or array-like of float
        Mean answer from 1 to 10 to how close to the ideal it is.
    weights : sequence of three floats, default (1, 1, 1)
        How much each counts, in this order, each at least 0; they need not add up to 1. The published index takes
        those of a model of each survey.

    Returns
    -------
    float or column, as given
        In [0, 100]; ``nan`` where one of the three is missing.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a number lies outside its range or is infinite, or columns differ in length or index.

    References
    ----------
    .. [1] Fornell, Johnson, Anderson, Cha and Bryant (1996), "The American Customer Satisfaction Index: Nature,
       Purpose, and Findings", *Journal of Marketing* 60(4).

    Examples
    --------
    >>> acsi_score(satisfaction=8, expectations=7, ideal=7.5, weights=(0.3885, 0.3190, 0.2925))
    72.60833333333332
    """
    if isinstance(weights, (str, bytes)) or not isinstance(weights, Sequence):
        raise TypeError(_WEIGHTS(value=weights))
    if len(weights) != len(_ACSI) or not all(is_number(each) and each >= 0 for each in weights) or not any(weights):
        raise ValueError(_WEIGHTS(value=weights))
    by = np.asarray(weights, dtype=float) / max(weights)
    total = by[0] * (satisfaction - 1) + by[1] * (expectations - 1) + by[2] * (ideal - 1)
    return 100 * total / (9 * by.sum())
