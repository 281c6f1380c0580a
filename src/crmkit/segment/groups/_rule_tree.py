"""A short tree that tells segments apart, as rules: its leaves, each with the conditions that lead to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from crmkit._arrays import Floats
from crmkit._stats import distinct_values
from crmkit.segment._described import Described
from crmkit.segment.groups._rule_conditions import LabelIn, NumberIn, RuleCondition

__all__ = ["Design", "Leaf", "Size", "design_of", "grown", "leaves_of", "ordered_rows"]

_DIGITS: Final = 17


class Feature(NamedTuple):
    """A column of the design: the place of a number among its distinct values, or whether a label is a certain one.

    ``label`` is that label, None of numbers and of what is missing.
    """

    column: int
    label: str | None


class Size(NamedTuple):
    """How many leaves a tree has at most, the least share of the customers in one, and a seed for ties."""

    max_rules: int
    min_share: float
    seed: int


class Design(NamedTuple):
    """What a tree is grown on: the features, a column of values each, and the distinct values of each number."""

    features: list[Feature]
    laid: npt.NDArray[np.float32]
    distinct: dict[int, Floats]


class Leaf(NamedTuple):
    """The place of the segment that most have, and the conditions."""

    segment: int
    conditions: tuple[RuleCondition, ...]


def design_of(columns: Sequence[Described]) -> Design:
    """Lay out columns for a tree: numbers by their places, which no unit moves, a flag per label, one if missing."""
    features: list[Feature] = []
    values: list[Floats] = []
    distinct: dict[int, Floats] = {}
    for at, column in enumerate(columns):
        lacks = ~column.known
        if column.kind == "label":
            features += [Feature(at, label) for label in column.levels]
            values += [(column.cells == level).astype(np.float64) for level in range(len(column.levels))]
            if lacks.any():
                features.append(Feature(at, None))
                values.append(lacks.astype(np.float64))
        elif not lacks.all():
            distinct[at], _ = distinct_values(column.cells[column.known])
            place = np.searchsorted(distinct[at], column.cells, side="right") - 1.0
            features.append(Feature(at, None))
            values.append(np.where(lacks, np.nan, place))
    laid = np.array(values, dtype=np.float32).T if values else np.empty((len(columns[0].cells), 0), dtype=np.float32)
    return Design(features, laid, distinct)


def ordered_rows(design: Design, segments: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """An order of the rows that does not depend on the one in which they came."""
    return np.lexsort([*design.laid.T, segments])


def grown(values: npt.NDArray[np.float32], segments: npt.NDArray[np.intp], size: Size) -> Any:
    """Grow a tree."""
    from sklearn.tree import DecisionTreeClassifier

    fewest = max(int(np.ceil(size.min_share * len(values))), 1)
    tree = DecisionTreeClassifier(max_leaf_nodes=size.max_rules, min_samples_leaf=fewest, random_state=size.seed)
    return tree.fit(values, segments)


def leaves_of(tree: Any, design: Design, columns: Sequence[Described]) -> list[Leaf]:
    """Read the leaves of a tree as rules; two that lead to one segment from the same question are one rule."""
    found = _below(0, tree, design, np.arange(len(design.laid)), _anything(columns), columns)
    return [Leaf(int(tree.classes_[segment]), _simplified(path, columns)) for segment, path in found]


Path: TypeAlias = list[RuleCondition]


def _below(
    node: int,
    tree: Any,
    design: Design,
    rows: npt.NDArray[np.intp],
    path: Path,
    columns: Sequence[Described],
) -> list[tuple[int, Path]]:
    """The leaves below a node, given the rows that reach it and what holds of them."""
    inner = tree.tree_
    left, right = int(inner.children_left[node]), int(inner.children_right[node])
    if left < 0:
        return [(int(np.argmax(inner.value[node][0])), path)]
    feature, threshold = design.features[inner.feature[node]], float(inner.threshold[node])
    values = design.laid[rows, inner.feature[node]]
    lacks = np.isnan(values)
    goes_left = values <= threshold
    # Where none is missing, those who will be later go with the many.
    missing_left = bool(inner.missing_go_to_left[node]) if lacks.any() else bool(2 * goes_left.sum() >= len(rows))
    goes_left = np.where(lacks, missing_left, goes_left)
    condition = path[feature.column]
    sides: tuple[RuleCondition, RuleCondition]
    if isinstance(condition, NumberIn):
        sides = condition.split(_cut(design.distinct[feature.column], threshold), missing_below=missing_left)
    else:
        sides = condition.split(feature.label)
    paths = [[*path[: feature.column], side, *path[feature.column + 1 :]] for side in sides]
    below = _below(left, tree, design, rows[goes_left], paths[0], columns)
    above = _below(right, tree, design, rows[~goes_left], paths[1], columns)
    if len(below) == len(above) == 1 and below[0][0] == above[0][0]:
        return [(below[0][0], path)]
    return below + above


def _anything(columns: Sequence[Described]) -> Path:
    """A condition per column that holds everywhere."""
    return [
        LabelIn(column.name, tuple(column.levels), (), negated=True, missing=not column.known.all())
        if column.kind == "label"
        else NumberIn(column.name, missing=not column.known.all(), is_flag=column.kind == "flag")
        for column in columns
    ]


def _simplified(path: Path, columns: Sequence[Described]) -> tuple[RuleCondition, ...]:
    """The conditions that do not hold everywhere."""
    return tuple(each for each, whole in zip(path, _anything(columns), strict=True) if each != whole)


def _cut(distinct: Floats, threshold: float) -> float:
    """The roundest number between the two distinct values that a threshold of places lies between."""
    place = int(np.floor(min(threshold, float(len(distinct)))))
    if place + 1 >= len(distinct):
        return np.inf
    low, high = float(distinct[place]), float(distinct[place + 1])
    middle = low / 2 + high / 2
    for digits in range(1, _DIGITS):
        rounded = float(f"{middle:.{digits}g}")
        if low < rounded < high:
            return rounded
    return middle
