"""Weights of criteria from how far and how independently they tell rows apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

import numpy as np

from crmkit._arrays import Floats
from crmkit._messages import Message

__all__ = ["OBJECTIVE_WEIGHTS", "ObjectiveWeights", "criteria_weights"]

ObjectiveWeights: TypeAlias = Literal["entropy", "critic", "standard_deviation"]

# Columns whose values differ by no more than this share of the largest are constant up to rounding.
_CONSTANT: Final = 1e-12
# Correlations this near to 1 are 1 up to rounding.
_THE_SAME: Final = 1e-9

_TOO_FEW: Final = Message(
    en="Weights by {method!r} need 2 rows or more with all criteria known, got {n}. Give the weights instead.",
    zh="用 {method!r} 确定权重须有 2 行以上各准则均已知，得到 {n} 行。请直接给出权重。",
)
_NOT_FINITE: Final = Message(
    en="Weights by {method!r} need finite criteria; some values are missing or infinite.",
    zh="用 {method!r} 确定权重时，各准则的值须为有限数，有的值缺失或为无穷大。",
)
_NEGATIVE: Final = Message(
    en="Weights by {method!r} need criteria of 0 or more, got {low:g}. Scale them first, or take 'critic'.",
    zh="用 {method!r} 确定权重时，各准则的值不得小于 0，得到 {low:g}。请先无量纲化，或改用 'critic'。",
)
_NOBODY_TOLD_APART: Final = Message(
    en="Weights by {method!r} need a criterion that tells rows apart: each one has the same value everywhere.",
    zh="用 {method!r} 确定权重时，至少须有一个准则能区分各行，而各准则的值处处相同。",
)
_ALL_THE_SAME: Final = Message(
    en="Weights by 'critic' need criteria that differ from one another: all are perfectly correlated. Leave out all "
    "but one, or give the weights.",
    zh="用 'critic' 确定权重时，准则之间须有差异，而各准则完全相关。请只留一个，或直接给出权重。",
)


def criteria_weights(values: Floats, *, method: ObjectiveWeights) -> Floats:
    """Weigh the columns of a table without missing values; the weights add up to 1, that of a constant column is 0.

    "entropy": one minus the entropy of each column's shares of its sum, relative to that of equal shares. "critic":
    the standard deviation of each column, scaled to run from 0 to 1, times the sum over all others of one minus their
    correlation with it. "standard_deviation": that of each column's shares of its sum. No unit plays a part.

    References
    ----------
    .. [1] Hwang and Yoon (1981), *Multiple Attribute Decision Making*, section 3.1, for entropy.
    .. [2] Diakoulaki, Mavrotas and Papayannakis (1995), "Determining Objective Weights in Multiple Criteria Problems:
       The CRITIC Method", *Computers & Operations Research* 22.
    """
    if len(values) < 2:
        raise ValueError(_TOO_FEW(method=method, n=len(values)))
    if not np.isfinite(values).all():
        raise ValueError(_NOT_FINITE(method=method))
    if method != "critic" and values.min() < 0:
        raise ValueError(_NEGATIVE(method=method, low=float(values.min())))
    largest = np.abs(values).max(axis=0)
    # No sum of values divided by the largest overflows.
    scaled = values / np.where(largest > 0, largest, 1.0)
    varies = np.ptp(scaled, axis=0) > _CONSTANT
    if not varies.any():
        raise ValueError(_NOBODY_TOLD_APART(method=method))
    weights = np.zeros(values.shape[1])
    weights[varies] = OBJECTIVE_WEIGHTS[method](scaled[:, varies])
    return weights


def _entropy(values: Floats) -> Floats:
    shares = values / values.sum(axis=0)
    told = 1 + (shares * np.log(np.where(shares > 0, shares, 1.0))).sum(axis=0) / np.log(len(values))
    return np.asarray(told / told.sum())


def _critic(values: Floats) -> Floats:
    scaled = (values - values.min(axis=0)) / np.ptp(values, axis=0)
    if scaled.shape[1] == 1:
        return np.ones(1)
    conflict = 1 - np.corrcoef(scaled, rowvar=False)
    if conflict.max() <= _THE_SAME:
        raise ValueError(_ALL_THE_SAME())
    told = scaled.std(axis=0) * conflict.sum(axis=0)
    return np.asarray(told / told.sum())


def _standard_deviation(values: Floats) -> Floats:
    spread = (values / values.sum(axis=0)).std(axis=0)
    return np.asarray(spread / spread.sum())


OBJECTIVE_WEIGHTS: Final[Mapping[ObjectiveWeights, Callable[[Floats], Floats]]] = MappingProxyType(
    {"entropy": _entropy, "critic": _critic, "standard_deviation": _standard_deviation}
)
"""The methods, for columns that vary."""
