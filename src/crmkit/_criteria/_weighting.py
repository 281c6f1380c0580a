"""Weights of criteria: given, equal, from judgements, or from how criteria tell rows apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple, TypeAlias

import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_number, check_option
from crmkit._messages import Message, Parameter
from crmkit._stats import (
    OBJECTIVE_WEIGHTS,
    PairwiseWeights,
    WeightRule,
    combined_judgements,
    criteria_weights,
    judgement_matrix,
    pairwise_weights,
)

__all__ = [
    "MOST_INCONSISTENT",
    "WEIGHTINGS",
    "Judged",
    "Judges",
    "Weighting",
    "check_rule",
    "check_weighting",
    "judged",
    "judges_of",
    "learned_weights",
]

Weighting: TypeAlias = Literal["equal", "judgements", "entropy", "critic", "standard_deviation"]

WEIGHTINGS: Final = ("equal", "judgements", *OBJECTIVE_WEIGHTS)
"""How weights can come about, besides being given."""
MOST_INCONSISTENT: Final = 0.1
"""The largest consistency ratio that is accepted (Saaty)."""
_ONE_JUDGE: Final = "judge"
_TOGETHER: Final = "all"

_NOT_WEIGHTS: Final = Message(
    en="{@weights} must be one of {options} or map each of {names} to a number, got {got!r}.",
    zh="{@weights} 须为 {options} 之一，或为 {names} 各给一个数，得到 {got!r}。",
)
_OTHER_NAMES: Final = Message(
    en="{@weights} must give each of {names} one number, got {got}.",
    zh="{@weights} 须为 {names} 各给一个数，得到 {got}。",
)
_NOT_ABOVE_0: Final = Message(
    en="{@weights} must be at least 0 and not all 0, got {got}.", zh="{@weights} 不得小于 0，且不得全为 0，得到 {got}。"
)
_NO_JUDGEMENTS: Final = Message(
    en="{@weights='judgements'} needs {@judgements}: a square table, or one for each judge by name.",
    zh="{@weights='judgements'} 须同时给出 {@judgements}：一个判断方阵，或每位评判者一个。",
)
_NEEDLESS: Final = Message(
    en="{@judgements} is for {@weights='judgements'}. Leave it out, or take its weights.",
    zh="{@judgements} 只用于 {@weights='judgements'}。请去掉，或改用由其得出的权重。",
)
_A_FRAME: Final = Message(
    en="{name} must be rows of numbers in the order of {of}, got {kind}. Give .to_numpy().tolist() of a table in that "
    "order.",
    zh="{name} 须为按 {of} 的顺序排列的数字行，得到 {kind}。请将表按该顺序排好，给出 .to_numpy().tolist()。",
)
_NO_JUDGE: Final = Message(
    en="{@judgements} must name at least one judge, and none {taken!r}, got {got}.",
    zh="{@judgements} 须至少有一位评判者，且不得名为 {taken!r}，得到 {got}。",
)
_INCONSISTENT: Final = Message(
    en="{@judgements} contradict themselves: the consistency ratio is {ratios}, above {most}. Compare again, beginning "
    "with {pairs}, or accept it with {@allow_inconsistent=True}.",
    zh="{@judgements} 自相矛盾：一致性比率为 {ratios}，高于 {most}。请重新比较，先看 {pairs}；"
    "若仍要采用，请设 {@allow_inconsistent=True}。",
)
_INDEX_NOT_ABOVE_0: Final = Message(
    en="{@random_index} must be above 0, got {value}.", zh="{@random_index} 须大于 0，得到 {value}。"
)
_NOT_BOOL: Final = Message(
    en="{@allow_inconsistent} must be True or False, got {value!r}.",
    zh="{@allow_inconsistent} 须为 True 或 False，得到 {value!r}。",
)


class Judges(NamedTuple):
    """What each judge's matrix gives, the last that of all together, and the matrices."""

    each: dict[str, PairwiseWeights]
    matrices: Floats
    together: Floats

    def table(self) -> pd.DataFrame:
        """How consistent each judge is."""
        return pd.DataFrame(
            {
                "judge": list(self.each),
                "consistency_index": [found.consistency_index for found in self.each.values()],
                "consistency_ratio": [found.consistency_ratio for found in self.each.values()],
            }
        )

    def pairs(self, names: Sequence[str], *, noun: str) -> pd.DataFrame:
        """How much more the first of two criteria matters than the second, by all judges, and how far they differ."""
        rows, columns = np.triu_indices(len(names), k=1)
        called = np.array(names, dtype=object)
        return pd.DataFrame(
            {
                noun: called[rows],
                "other": called[columns],
                "judgement": self.together[rows, columns],
                "lowest": self.matrices[:, rows, columns].min(axis=0),
                "highest": self.matrices[:, rows, columns].max(axis=0),
            }
        )

    @property
    def final(self) -> PairwiseWeights:
        """What all judges together say."""
        *_, final = self.each.values()
        return final


class Judged(NamedTuple):
    """Weights from judgements, how consistent each judge is, and how far they are apart."""

    weights: Floats
    judges: pd.DataFrame
    pairs: pd.DataFrame


def check_weighting(options: Any, names: Sequence[str]) -> None:
    """Raise unless the options about weights fit together."""
    weights = options.weights
    check_rule(options.weight_rule, options.random_index)
    if not isinstance(options.allow_inconsistent, bool):
        raise TypeError(_NOT_BOOL(value=options.allow_inconsistent))
    is_judged = isinstance(weights, str) and weights == "judgements"
    if is_judged != (options.judgements is not None):
        raise ValueError(_NO_JUDGEMENTS() if options.judgements is None else _NEEDLESS())
    if isinstance(weights, Mapping):
        _check_given(weights, names)
    elif not isinstance(weights, str) or weights not in WEIGHTINGS:
        raise ValueError(_NOT_WEIGHTS(options=list(WEIGHTINGS), names=list(names), got=weights))


def check_rule(rule: object, random_index: Any) -> None:
    """Raise unless the options about judgements are what they should be."""
    check_option(rule, ("eigenvector", "column_mean"), name="weight_rule")
    if random_index is not None:
        check_number(random_index, name="random_index")
        if not random_index > 0:
            raise ValueError(_INDEX_NOT_ABOVE_0(value=random_index))


def learned_weights(weights: Any, names: Sequence[str], *, scaled: Floats) -> Floats:
    """Weigh criteria by what is given, or by the values of those who have all."""
    if isinstance(weights, Mapping):
        given = np.array([float(weights[name]) for name in names])
        # Sums of large weights would overflow.
        given = given / given.max()
        return np.asarray(given / given.sum())
    if weights == "equal":
        return np.full(len(names), 1 / len(names))
    return criteria_weights(scaled, method=weights)


def judged(options: Any, names: Sequence[str], *, of: str, noun: str) -> Judged:
    """Weigh criteria by the geometric mean of the judgements of one or several judges, or raise.

    Errors call the criteria by the name of their parameter, ``of``; in tables they stand in a column ``noun``.
    """
    judges = judges_of(
        options.judgements, n=len(names), rule=options.weight_rule, random_index=options.random_index, of=of
    )
    final = judges.final
    if final.consistency_ratio > MOST_INCONSISTENT and not options.allow_inconsistent:
        raise ValueError(
            _INCONSISTENT(
                ratios=f"{final.consistency_ratio:.3f}",
                most=MOST_INCONSISTENT,
                pairs=_least_consistent(judges.together, final.weights, names),
            )
        )
    return Judged(final.weights, judges.table(), judges.pairs(names, noun=noun))


def judges_of(judgements: Any, *, n: int, rule: WeightRule, random_index: float | None, of: str) -> Judges:
    """Read the judgements on n criteria of one or several judges, and weigh the criteria by each and by all."""
    matrices = _matrices(judgements, n=n, of=of)
    together = combined_judgements(list(matrices.values()))
    each = {
        name: pairwise_weights(matrix, rule=rule, random_index=random_index)
        for name, matrix in {**matrices, **({_TOGETHER: together} if len(matrices) > 1 else {})}.items()
    }
    return Judges(each, np.stack(list(matrices.values())), together)


def _check_given(weights: Mapping[Any, Any], names: Sequence[str]) -> None:
    if set(weights) != set(names):
        raise ValueError(_OTHER_NAMES(names=list(names), got=list(weights)))
    for name, weight in weights.items():
        check_number(weight, name=f"weights[{name!r}]")
    if min(map(float, weights.values())) < 0 or max(map(float, weights.values())) <= 0:
        raise ValueError(_NOT_ABOVE_0(got=list(weights.values())))


def _matrices(judgements: Any, *, n: int, of: str) -> dict[str, Floats]:
    if isinstance(judgements, Mapping):
        names = list(judgements)
        if not names or _TOGETHER in names or not all(isinstance(name, str) for name in names):
            raise ValueError(_NO_JUDGE(taken=_TOGETHER, got=names))
        given = {f"judgements[{name!r}]": matrix for name, matrix in judgements.items()}
    else:
        names, given = [_ONE_JUDGE], {"judgements": judgements}
    for where, matrix in given.items():
        if not isinstance(matrix, (list, tuple, np.ndarray)):
            raise TypeError(_A_FRAME(name=Parameter(where), of=Parameter(of), kind=type(matrix).__name__))
    read = [judgement_matrix(matrix, n=n, name=where) for where, matrix in given.items()]
    return dict(zip(names, read, strict=True))


def _least_consistent(matrix: Floats, weights: Floats, names: Sequence[str]) -> str:
    """The judgement that is furthest from what the weights imply."""
    off = np.abs(np.log(matrix) + np.log(weights)[None, :] - np.log(weights)[:, None])
    row, column = np.unravel_index(int(np.argmax(np.triu(off, k=1))), off.shape)
    return f"{names[int(row)]} / {names[int(column)]}"
