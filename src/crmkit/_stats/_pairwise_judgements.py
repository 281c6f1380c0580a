"""Weights of criteria from judgements of how much more each matters than each other one (analytic hierarchy)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, NamedTuple, TypeAlias

import numpy as np

from crmkit._arrays import Floats
from crmkit._messages import Message, Parameter

__all__ = ["PairwiseWeights", "WeightRule", "combined_judgements", "judgement_matrix", "pairwise_weights"]

WeightRule: TypeAlias = Literal["eigenvector", "column_mean"]

# Mean consistency index of random judgements on 3 to 10 criteria.
_RANDOM_INDEX: Final = (0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49)
# Reciprocals typed in with two decimals, such as 0.11 for 1/9 or 0.17 for 1/6, are off by no more than this.
_ROUNDING: Final = 0.05
_MOST: Final = 1000

_NOT_SQUARE: Final = Message(
    en="{name} must be a square table of numbers, a row and a column for each of the {n} criteria, got shape {got}.",
    zh="{name} 须为 {n} 个准则的判断方阵，每个准则一行一列，得到的形状为 {got}。",
)
_NOT_NUMBERS: Final = Message(en="{name} must hold numbers, got {got!r}.", zh="{name} 须由数字组成，得到 {got!r}。")
_BEYOND_SCALE: Final = Message(
    en="{name} must hold numbers from 1/{most} to {most}, got {got} in row {row}, column {column}. Saaty's scale runs "
    "from 1/9 to 9.",
    zh="{name} 须为 1/{most} 至 {most} 之间的数，第 {row} 行第 {column} 列为 {got}。萨蒂标度为 1/9 至 9。",
)
_NOT_RECIPROCAL: Final = Message(
    en="{name} must say the reverse of each judgement as its reciprocal, got {got} in row {row}, column {column} and "
    "{other} in row {column}, column {row}. If one criterion matters 3 times as much, the other matters 1/3.",
    zh="{name} 中互反的判断须互为倒数：第 {row} 行第 {column} 列为 {got}，第 {column} 行第 {row} 列为 {other}。"
    "若某准则的重要性为另一准则的 3 倍，则反向应为 1/3。",
)
_NO_RANDOM_INDEX: Final = Message(
    en="{@random_index} must be given for {n} criteria: Saaty's table ends at {most}.",
    zh="{n} 个准则须给出 {@random_index}：萨蒂的表只到 {most} 个。",
)


class PairwiseWeights(NamedTuple):
    """Weights that add up to 1, and how consistent the judgements behind them are (ratio 0: perfectly)."""

    weights: Floats
    largest_eigenvalue: float
    consistency_index: float
    consistency_ratio: float


def judgement_matrix(values: object, *, n: int, name: str) -> Floats:
    """Read the judgements on n criteria as a matrix, or raise; reciprocals may be rounded to two decimals."""
    try:
        matrix = np.array(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise TypeError(_NOT_NUMBERS(name=Parameter(name), got=values)) from error
    if matrix.shape != (n, n):
        raise ValueError(_NOT_SQUARE(name=Parameter(name), n=n, got=matrix.shape))
    wrong = np.argwhere(~((matrix >= 1 / _MOST) & (matrix <= _MOST)))
    if len(wrong):
        row, column = wrong[0].tolist()
        raise ValueError(
            _BEYOND_SCALE(
                name=Parameter(name), most=_MOST, got=float(matrix[row, column]), row=row + 1, column=column + 1
            )
        )
    wrong = np.argwhere(np.abs(np.log(matrix) + np.log(matrix.T)) > _ROUNDING)
    if len(wrong):
        row, column = wrong[0].tolist()
        raise ValueError(
            _NOT_RECIPROCAL(
                name=Parameter(name),
                got=float(matrix[row, column]),
                other=float(matrix[column, row]),
                row=row + 1,
                column=column + 1,
            )
        )
    return matrix


def combined_judgements(matrices: Sequence[Floats]) -> Floats:
    """Combine several judges by the geometric mean, which keeps reciprocals reciprocal.

    References
    ----------
    .. [1] Aczél and Saaty (1983), "Procedures for Synthesizing Ratio Judgements", *Journal of Mathematical Psychology*
       27.
    """
    return np.asarray(np.exp(np.mean(np.log(np.stack(matrices)), axis=0)))


def pairwise_weights(
    matrix: Floats, *, rule: WeightRule = "eigenvector", random_index: float | None = None
) -> PairwiseWeights:
    """Weigh criteria by a matrix of judgements.

    By the principal eigenvector, or by the mean of the columns, each divided by its sum. Two criteria are never
    inconsistent. ``random_index`` is the mean consistency index of random judgements on as many criteria; Saaty's by
    default.

    References
    ----------
    .. [1] Saaty (1980), *The Analytic Hierarchy Process*, ch. 2 and 3.
    """
    n = len(matrix)
    weights = _principal(matrix) if rule == "eigenvector" else (matrix / matrix.sum(axis=0)).mean(axis=1)
    largest = float((matrix @ weights / weights).mean())
    if n <= 2:
        return PairwiseWeights(weights, largest, 0.0, 0.0)
    if random_index is None and n - 3 >= len(_RANDOM_INDEX):
        raise ValueError(_NO_RANDOM_INDEX(n=n, most=len(_RANDOM_INDEX) + 2))
    index = (largest - n) / (n - 1)
    return PairwiseWeights(
        weights, largest, index, index / (_RANDOM_INDEX[n - 3] if random_index is None else random_index)
    )


def _principal(matrix: Floats) -> Floats:
    """The eigenvector of the largest eigenvalue of a positive matrix, which is positive, divided by its sum."""
    values, vectors = np.linalg.eig(matrix)
    vector = np.abs(vectors[:, np.argmax(values.real)].real)
    return np.asarray(vector / vector.sum())
