"""A scorecard: points on several criteria, weighted, with knock-outs and reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final, Literal, TypeAlias

import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._conditions import ConditionRule
from crmkit._criteria import Weighting, check_full_table, contribution_means
from crmkit._estimator import JsonError, check_fitted
from crmkit._figures import amount
from crmkit._frames import FrameT
from crmkit._names import Label, Language
from crmkit._stats import WeightRule
from crmkit.segment.criteria._scales import (
    Scales,
    check_scales,
    check_within,
    points_of,
    scale_table,
    scales_in,
)
from crmkit.segment.criteria._scorer import NOUN, CriteriaScorer, Scored, Terms

__all__ = ["Scorecard"]

Missing: TypeAlias = Literal["keep", "reweight", "refuse"] | float | Mapping[str, float]

_KNOWN: Final = "known_weight"
_MOST: Final = 100.0
# Points as they are read.
_DIGITS: Final = 1

_SENTENCE: Final = Label("Score {score}.{up}{down}{known}", "得分 {score}。{up}{down}{known}")
_UP: Final = Label(
    " Most for it: {criterion}, {points} points against {mean} on average ({pull:+}).",
    "拉高最多：{criterion} {points} 分，平均 {mean} 分（{pull:+}）。",
)
_DOWN: Final = Label(
    " Most against it: {criterion}, {points} points against {mean} on average ({pull:+}).",
    "拉低最多：{criterion} {points} 分，平均 {mean} 分（{pull:+}）。",
)
_SHARED: Final = Label(
    " It rests on {share:.0%} of the weights; the rest is not known.", "仅依据 {share:.0%} 的权重，其余未知。"
)


class Scorecard(CriteriaScorer):
    r"""Score rows from 0 to 100 by several criteria, and say what counts for and against each.

    .. math:: S = \sum_k w_k p_k

    Each criterion gives points :math:`p_k` from 0 to 100 on a scale that is frozen in `fit`, and the sum of the weights
    is 1. Rules may knock rows out whatever they score; nothing is learned from such rows. Because scales are frozen,
    nobody's score changes because others came or went.

    Parameters
    ----------
    criteria : {"high_value", "dealer", "target_market"} or sequence of str, default "high_value"
        Columns of numbers or of true and false; or a preset of the handbooks:

        - "high_value" (高价值客户): ``low_cost_contribution`` 50 %, ``funds_potential`` 20 %,
          ``new_product_acceptance``, ``influence`` and ``social_resources`` 10 % each.
        - "dealer" (经销商评估): ``business_ability``, ``distribution_ability``, ``funds``, ``selling_brands``,
          ``logistics`` with equal weights; a ``reputation`` below 60 points, a bar of ours, knocks out.
        - "target_market" (目标市场): ``market_size``, ``competition`` (less is better), ``profitability``,
          ``strategic_fit`` with equal weights.
    weights : {"equal", "judgements", "entropy", "critic", "standard_deviation"} or mapping, optional
        A number for each criterion (they are divided by their sum); or "judgements", pairwise comparisons (analytic
        hierarchy); or weights computed from the points of the rows that have all criteria. The last kind says which
        criteria tell rows apart, not which ones matter. By default the preset's weights, or equal ones.
    scales : {"as_is", "min_max", "percentile"}, pair of float, or mapping of criteria to such, default "as_is"
        How values become points: "as_is" takes values as points from 0 to 100 and refuses others; "min_max" from the
        lowest value seen in `fit`, 0, to the highest, 100; "percentile" is the share of rows below plus half of those
        equal; a pair gives the values for 0 and for 100 points. Values beyond the ends of a scale count as its ends. A
        criterion with one value throughout gives 50 points under "min_max" and "percentile".
    lower_is_better : sequence of str, optional
        Criteria on which lower values are better; their scale is reversed. The preset's by default.
    knock_outs : sequence of str or dict, optional
        What rules a row out: a column that is true for such rows, or a rule with ``column``, ``operator`` ("<", "<=",
        ">", ">=", "=", "!=", "between", "in", "not in", "missing", "known") and ``value``. The preset's by default.
    missing : {"keep", "reweight", "refuse"}, float, or mapping of criteria to float, default "keep"
        What happens to rows with a missing criterion: "keep" gives them no score; "reweight" spreads the missing weight
        over the known criteria (``known_weight`` shows for which rows); "refuse" raises an error; a number fills the
        gap, in the unit of its column.
    judgements : square list of lists, or mapping of judges to such, optional
        How many times as much the criterion of the row matters as that of the column, in the order of ``criteria``;
        Saaty's scale runs from 1/9 to 9. Several judges count by their geometric mean.
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
    scales_ : DataFrame
        ``criterion``, ``value``, ``points``: between two values points lie on the line between them.
    references_ : DataFrame
        ``criterion``, ``points``: the mean of the rows seen in `fit`. What counts for and against a row is measured
        against it.
    judges_ : DataFrame
        ``judge``, ``consistency_index``, ``consistency_ratio``; with several judges the last row is "all". Empty
        without judgements.
    pairs_ : DataFrame
        ``criterion``, ``other``, ``judgement`` and the ``lowest`` and ``highest`` of the judges. Empty without
        judgements.
    knock_outs_ : list of str
        The rules that knock out, as they are read.
    n_rows_, n_complete_, n_knocked_out_ : int
        Rows seen in `fit`, those of them with all criteria that are not knocked out, and those knocked out.

    Notes
    -----
    `transform` gives ``score``; for each criterion ``…_points``, from 0 to 100, and ``…_contribution``, its weighted
    part, which add up to the score; ``known_weight``, the share of the weights whose criteria are known; ``status``,
    ``knock_out``, ``pulled_up_by`` and ``pulled_down_by``. A criterion pulls a row up or down by its weight times the
    points above or below the mean of `fit`.

    References
    ----------
    .. [1] Saaty (1980), *The Analytic Hierarchy Process*, ch. 2 and 3, for weights by judgements.
    .. [2] Thomas, Crook and Edelman (2017), *Credit Scoring and Its Applications*, for scorecards with reasons.

    Examples
    --------
    >>> import pandas as pd
    >>> customers = pd.DataFrame({
    ...     "low_cost_contribution": [80, 30], "funds_potential": [60, 90], "new_product_acceptance": [100, 20],
    ...     "influence": [40, 60], "social_resources": [50, 70],
    ... })
    >>> card = Scorecard(criteria="high_value").fit(customers)
    >>> card.transform(customers)[["score", "status", "pulled_up_by", "pulled_down_by"]].round(2)
       score  status           pulled_up_by         pulled_down_by
    0   71.0  scored  low_cost_contribution        funds_potential
    1   48.0  scored        funds_potential  low_cost_contribution
    """

    _score: ClassVar[str] = "score"
    _policies: ClassVar[tuple[str, ...]] = ("keep", "reweight", "refuse")
    usual_bar: ClassVar[float] = 60.0

    scales_: pd.DataFrame
    references_: pd.DataFrame

    def __init__(
        self,
        *,
        criteria: Literal["high_value", "dealer", "target_market"] | Sequence[str] = "high_value",
        weights: Weighting | Mapping[str, float] | None = None,
        scales: Scales = "as_is",
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
        self.scales = scales
        self.lower_is_better = lower_is_better
        self.knock_outs = knock_outs
        self.missing = missing
        self.judgements = judgements
        self.weight_rule = weight_rule
        self.random_index = random_index
        self.allow_inconsistent = allow_inconsistent

    def contribution_table(self, X: FrameT, *, by: str | Sequence[str] = ()) -> FrameT:
        """Average the score and its parts over all rows, or over groups of rows.

        Parameters
        ----------
        X : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
            Rows with the criteria and the columns that knock out.
        by : str or sequence of str, default ()
            Columns of labels, such as region, or the name of each row; a missing label makes a group of its own.

        Returns
        -------
        the kind of frame given
            One row per group and criterion; the rows of all together come last. The columns of ``by`` and ``scope``
            ("group", "no label", "all"), only with ``by``; ``criterion``, ``weight``, ``n_rows`` that have a score, and
            of them ``score``, ``points`` and ``contribution``: means, which are missing where there are none.

        Raises
        ------
        NotFittedError
            Before `fit`.
        SchemaError
            If a column is missing or does not hold what it should.
        TypeError
            If ``X`` is not a frame, or ``by`` does not name columns.
        ValueError
            If ``by`` names a column that the result has itself.
        """
        check_fitted(self)
        scored, _ = self._scored(X)
        rated = {self._score: scored.score, **scored.beside}
        return contribution_means(
            rated, self.weights_, like=X, by=by, score=self._score, part="points", counted="n_rows"
        )

    def _check_options(self) -> None:
        super()._check_options()
        check_scales(self.options_.scales, self._criteria())

    def _check_values(self, values: Mapping[str, Floats], *, name: str) -> None:
        check_within(values, self.options_.scales, name=name)

    def _check_missing(self, criteria: Sequence[str]) -> None:
        super()._check_missing(criteria)
        stated = {name: np.array([value]) for name, value in self._stated().items()}
        check_within(stated, self.options_.scales, name="missing")

    def _learn(self, values: Mapping[str, Floats]) -> None:
        self.scales_ = scale_table(values, self.options_.scales, falling=self._falling())

    def _weighed(self, values: Mapping[str, Floats], *, method: str) -> Floats:  # noqa: ARG002
        return np.column_stack(list(points_of(values, self.scales_).values())) / _MOST

    def _settle(self, values: Mapping[str, Floats]) -> None:
        means = {name: float(np.nanmean(points)) for name, points in points_of(values, self.scales_).items()}
        self.references_ = pd.DataFrame({NOUN: list(means), "points": list(means.values())})

    def _score_rows(self, values: Mapping[str, Floats]) -> Scored:
        points = np.stack(list(points_of(values, self.scales_).values()))
        weights, means = (table.to_numpy()[:, None] for table in (self.weights_["weight"], self.references_["points"]))
        is_known = ~np.isnan(points)
        known = (weights * is_known).sum(axis=0)
        contributions, pulls = weights * points, weights * (points - means)
        if self.options_.missing == "reweight":
            shared = np.where(known > 0, known, np.nan)
            contributions, pulls = contributions / shared, pulls / shared
            score = np.where(known > 0, np.nansum(contributions, axis=0), np.nan)
        else:
            score = contributions.sum(axis=0)
        columns = {}
        for place, name in enumerate(self._criteria()):
            columns[f"{name}_points"] = points[place]
            columns[f"{name}_contribution"] = contributions[place]
        terms = Terms(points, is_known, power=1)
        return Scored(values, score, pulls, -pulls, {**columns, _KNOWN: known}, terms)

    def _sentence(self, scored: Scored, row: int, language: Language) -> str:
        criteria, means = self._criteria(), self.references_["points"].tolist()

        def told(label: Label, pulls: Floats, sign: float) -> str:
            known = np.nan_to_num(pulls[:, row])
            place = int(known.argmax())
            pull = round(sign * float(known[place]), _DIGITS)
            if not pull * sign > 0:
                return ""
            points = round(float(scored.beside[f"{criteria[place]}_points"][row]), _DIGITS)
            return label.text(language).format(
                criterion=self._called(criteria[place], language),
                points=amount(points),
                mean=amount(round(means[place], _DIGITS)),
                pull=pull,
            )

        known = float(scored.beside[_KNOWN][row])
        return _SENTENCE.text(language).format(
            score=f"{scored.score[row]:.{_DIGITS}f}",
            up=told(_UP, scored.pulled_up, 1.0),
            down=told(_DOWN, scored.pulled_down, -1.0),
            known=_SHARED.text(language).format(share=known) if round(known, 9) < 1 else "",
        )

    def _beside_names(self) -> list[str]:
        own = [f"{name}_{part}" for name in self._criteria() for part in ("points", "contribution")]
        return [*own, _KNOWN]

    def _check_restored(self) -> None:
        super()._check_restored()
        check_full_table(self.scales_, (NOUN, "value", "points"), texts=1)
        check_full_table(self.references_, (NOUN, "points"), texts=1)
        criteria = self._criteria()
        if self.scales_[NOUN].drop_duplicates().tolist() != criteria or self.references_[NOUN].tolist() != criteria:
            raise JsonError("the scales are not those of the criteria")
        for scale in scales_in(self.scales_).values():
            if not (np.diff(scale.points) > 0).all() or scale.percentiles.min() < 0 or scale.percentiles.max() > _MOST:
                raise JsonError("a scale rises, and its points lie between 0 and 100")
