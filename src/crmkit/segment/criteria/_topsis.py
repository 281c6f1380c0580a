"""TOPSIS: how close rows are to the best values, and how far from the worst, on frozen ideals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final, Literal, NamedTuple, TypeAlias

import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_option
from crmkit._conditions import ConditionRule
from crmkit._criteria import Weighting, check_full_table
from crmkit._estimator import JsonError
from crmkit._messages import Message
from crmkit._names import Label, Language
from crmkit._stats import WeightRule
from crmkit.errors import SchemaError
from crmkit.segment.criteria._scorer import NOUN, CriteriaScorer, Scored, Terms

__all__ = ["TopsisScorer"]

Norm: TypeAlias = Literal["vector", "min_max"]
Missing: TypeAlias = Literal["keep", "refuse"] | float | Mapping[str, float]

_IDEALS: Final = (NOUN, "worst", "best", "spread")
# Values that differ by no more than this share of the largest are equal up to rounding.
_CONSTANT: Final = 1e-12

_ALL_ALIKE: Final = Message(
    en="{@X} needs a criterion with a weight that tells rows apart: each has the same value in all rows that are not "
    "knocked out.",
    zh="{@X} 中至少须有一个权重大于 0 且能区分各行的准则；凡未被一票否决的行，各准则的值处处相同。",
)
_SENTENCE: Final = Label(
    "Closeness {closeness:.3f}: {best:.3f} from the ideal, {worst:.3f} from the worst.{up}{down}",
    "贴近度 {closeness:.3f}：距正理想解 {best:.3f}，距负理想解 {worst:.3f}。{up}{down}",
)
_UP: Final = Label(
    " Most for it: {criterion}, {share:.0%} of the squared distance from the worst.",
    "优势最大：{criterion}，占距负理想解平方和的 {share:.0%}。",
)
_DOWN: Final = Label(
    " Most against it: {criterion}, {share:.0%} of the squared distance from the ideal.",
    "差距最大：{criterion}，占距正理想解平方和的 {share:.0%}。",
)


class _Ideal(NamedTuple):
    """Where a criterion is worst and best, and how far these are apart on the norm."""

    worst: float
    best: float
    spread: float


class TopsisScorer(CriteriaScorer):
    r"""Score rows from 0 to 1 by how close they are to the best value of each criterion, and how far from the worst.

    .. math:: C = \frac{d^-}{d^+ + d^-}, \qquad d^\pm = \sqrt{\sum_k w_k^2 (r_k - r_k^\pm)^2}

    The ideals :math:`r^+` and :math:`r^-`, the norm by which values become :math:`r` and the weights are frozen in
    `fit`. A new row changes no other row, and neither does the unit of a criterion. Values beyond the ideals count as
    the ideal, so a better value never lowers the score. A criterion with one value throughout has no effect.

    Parameters
    ----------
    criteria : {"high_value", "dealer", "target_market"} or sequence of str
        Columns of numbers or of true and false; or a preset, as `Scorecard` has them.
    weights : {"equal", "judgements", "entropy", "critic", "standard_deviation"} or mapping, optional
        As in `Scorecard`; weights that follow from the rows follow from the values as they are.
    norm : {"vector", "min_max"}, default "vector"
        What values are divided by: the square root of the sum of their squares, or their range.
    lower_is_better : sequence of str, optional
        Criteria on which lower values are better. The preset's by default.
    knock_outs : sequence of str or dict, optional
        What rules a row out, as in `Scorecard`; such rows enter neither norms nor ideals.
    missing : {"keep", "refuse"}, float, or mapping of criteria to float, default "keep"
        What happens to rows with a missing criterion: "keep" gives them no score, "refuse" raises an error, and a
        number fills the gap, in the unit of its column.
    judgements : square list of lists, or mapping of judges to such, optional
        As in `Scorecard`.
    weight_rule : {"eigenvector", "column_mean"}, default "eigenvector"
        How weights follow from judgements.
    random_index : float, optional
        Mean consistency index of random judgements on as many criteria; by default Saaty's, for up to ten.
    allow_inconsistent : bool, default False
        Whether judgements with a consistency ratio above 0.1 are accepted.

    Attributes
    ----------
    weights_ : DataFrame
        ``criterion``, ``weight``.
    ideals_ : DataFrame
        ``criterion``, ``worst`` and ``best`` value seen in `fit`, and ``spread``, their distance divided by the norm.
    judges_, pairs_ : DataFrame
        As in `Scorecard`.
    knock_outs_ : list of str
        The rules that knock out, as they are read.
    n_rows_, n_complete_, n_knocked_out_ : int
        Rows seen in `fit`, those of them with all criteria that are not knocked out, and those knocked out.

    Notes
    -----
    `transform` gives ``closeness``, from 0 to 1, ``ideal_distance`` and ``worst_distance``; ``status``, ``knock_out``,
    and the criteria with the largest part of the two distances, ``pulled_up_by`` and ``pulled_down_by``.

    References
    ----------
    .. [1] Hwang and Yoon (1981), *Multiple Attribute Decision Making*, ch. 3.
    .. [2] Tzeng and Huang (2011), *Multiple Attribute Decision Making*, ch. 5, for the example.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame({"style": [5, 7, 8, 7], "life": [8, 6, 8, 4], "fuel": [4, 8, 6, 6]})
    >>> scorer = TopsisScorer(criteria=["style", "life", "fuel"], weights={"style": 0.3, "life": 0.4, "fuel": 0.3})
    >>> scorer.fit(rows).transform(rows)[["closeness", "pulled_down_by"]].round(4)
       closeness pulled_down_by
    0     0.5037           fuel
    1     0.6581           life
    2     0.7482           fuel
    3     0.3340           life
    >>> scorer.rank(rows).tolist()
    [3, 2, 1, 4]
    """

    _score: ClassVar[str] = "closeness"
    _policies: ClassVar[tuple[str, ...]] = ("keep", "refuse")
    usual_bar: ClassVar[float] = 0.5

    ideals_: pd.DataFrame

    def __init__(
        self,
        *,
        criteria: Literal["high_value", "dealer", "target_market"] | Sequence[str] = "high_value",
        weights: Weighting | Mapping[str, float] | None = None,
        norm: Norm = "vector",
        lower_is_better: Sequence[str] | None = None,
        knock_outs: Sequence[str | ConditionRule] | None = None,
        missing: Missing = "keep",
        judgements: Any = None,
        weight_rule: WeightRule = "eigenvector",
        random_index: float | None = None,
        allow_inconsistent: bool = False,
    ) -> None:
        self.criteria = criteria
        self.weights = weights
        self.norm = norm
        self.lower_is_better = lower_is_better
        self.knock_outs = knock_outs
        self.missing = missing
        self.judgements = judgements
        self.weight_rule = weight_rule
        self.random_index = random_index
        self.allow_inconsistent = allow_inconsistent

    def _check_options(self) -> None:
        super()._check_options()
        check_option(self.options_.norm, ("vector", "min_max"), name="norm")

    def _learn(self, values: Mapping[str, Floats]) -> None:
        norm, falling = self.options_.norm, self._falling()
        ideals = [_ideal(column[~np.isnan(column)], norm, falls=name in falling) for name, column in values.items()]
        self.ideals_ = pd.DataFrame(
            [(name, *ideal) for name, ideal in zip(values, ideals, strict=True)], columns=_IDEALS
        )

    def _weighed(self, values: Mapping[str, Floats], *, method: str) -> Floats:
        falling = self._falling() if method == "critic" else []
        return np.column_stack([-column if name in falling else column for name, column in values.items()])

    def _settle(self, values: Mapping[str, Floats]) -> None:  # noqa: ARG002
        if not (self.weights_["weight"] * self.ideals_["spread"] > 0).any():
            raise SchemaError(_ALL_ALIKE())

    def _score_rows(self, values: Mapping[str, Floats]) -> Scored:
        weights, spreads = (table.to_numpy()[:, None] for table in (self.weights_["weight"], self.ideals_["spread"]))
        ideals = self.ideals_[["worst", "best"]].itertuples(index=False, name=None)
        gained = np.stack([_reached(column, *ideal) for column, ideal in zip(values.values(), ideals, strict=True)])
        terms = Terms((spreads * gained) ** 2, (spreads * (1 - gained)) ** 2, power=2)
        ups, downs = weights**2 * terms.up, weights**2 * terms.down
        worst, best = np.sqrt(ups.sum(axis=0)), np.sqrt(downs.sum(axis=0))
        beside = {"ideal_distance": best, "worst_distance": worst}
        return Scored(values, worst / (worst + best), ups, downs, beside, terms)

    def _sentence(self, scored: Scored, row: int, language: Language) -> str:
        criteria = self._criteria()

        def told(label: Label, parts: Floats) -> str:
            place, whole = int(parts[:, row].argmax()), float(parts[:, row].sum())
            if not whole > 0:
                return ""
            criterion = self._called(criteria[place], language)
            return label.text(language).format(criterion=criterion, share=parts[place, row] / whole)

        return _SENTENCE.text(language).format(
            closeness=scored.score[row],
            best=scored.beside["ideal_distance"][row],
            worst=scored.beside["worst_distance"][row],
            up=told(_UP, scored.pulled_up),
            down=told(_DOWN, scored.pulled_down),
        )

    def _beside_names(self) -> list[str]:
        return ["ideal_distance", "worst_distance"]

    def _check_restored(self) -> None:
        super()._check_restored()
        check_full_table(self.ideals_, _IDEALS, texts=1)
        falls = [name in self._falling() for name in self._criteria()]
        if self.ideals_[NOUN].tolist() != self._criteria():
            raise JsonError("the ideals are not those of the criteria")
        better = np.where(
            falls, self.ideals_["best"] <= self.ideals_["worst"], self.ideals_["best"] >= self.ideals_["worst"]
        )
        spreads = self.ideals_["spread"]
        apart = (self.ideals_["best"] != self.ideals_["worst"]) == (spreads > 0)
        if not better.all() or not apart.all() or not spreads.between(0, 2).all():
            raise JsonError("an ideal is the best value, and as far from the worst as the norm says")
        if not (self.weights_["weight"] * spreads > 0).any():
            raise JsonError("no criterion counts")


def _ideal(known: Floats, norm: Norm, *, falls: bool) -> _Ideal:
    largest = float(np.abs(known).max())
    # No square of values divided by the largest overflows.
    scaled = known / largest if largest > 0 else known
    width = float(np.ptp(scaled))
    low, high = float(known.min()), float(known.max())
    if width <= _CONSTANT:
        return _Ideal(low, low, 0.0)
    spread = 1.0 if norm == "min_max" else width / float(np.sqrt((scaled**2).sum()))
    return _Ideal(high, low, spread) if falls else _Ideal(low, high, spread)


def _reached(values: Floats, worst: float, best: float) -> Floats:
    """How far values are on the way from the worst to the best, from 0 to 1; 0 where these are the same."""
    if worst == best:
        return np.where(np.isnan(values), np.nan, 0.0)
    largest = max(abs(worst), abs(best))
    low, high = min(worst, best), max(worst, best)
    # Divided by the largest, no difference overflows.
    place = np.clip(values, low, high) / largest
    return np.asarray((place - worst / largest) / (best / largest - worst / largest))
