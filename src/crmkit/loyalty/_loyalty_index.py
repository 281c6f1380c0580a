"""A loyalty index: percentiles of what makes customers loyal, weighted, with what each contributes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, Self, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import TransformerMixin

from crmkit._arrays import Floats
from crmkit._checks import check_option
from crmkit._criteria import (
    Weighting,
    check_among,
    check_criteria,
    check_weighting,
    contribution_means,
    judged,
    learned_weights,
    names_in,
    no_judges,
    no_pairs,
    scaled_criteria,
)
from crmkit._estimator import JsonEstimator, check_fitted
from crmkit._frames import FrameT, rows_like
from crmkit._messages import Column, Message
from crmkit._stats import WeightRule
from crmkit._tables import finite_columns, refuse_rows
from crmkit.errors import SchemaError
from crmkit.loyalty._index_scales import ended_flags, scale_table, scales_of
from crmkit.loyalty._index_state import INDEX, NOUN, check_learned

__all__ = ["LoyaltyIndex"]

Missing: TypeAlias = Literal["keep", "reweight", "refuse"]

_KNOWN: Final = "known_weight"
_NOT_ENDED: Final = Message(
    en="{@ended} must map durations to the columns that say whether they are over, got {got!r}.",
    zh="{@ended} 须为时长列到“是否已结束”列的映射，得到 {got!r}。",
)
_NOBODY: Final = Message(en="{@X} has no rows.", zh="{@X} 没有任何行。")
_LACKING: Final = Message(
    en="{where} is missing in {n:,} {n:row|rows}, first at rows {rows}. Fill or drop them, or take "
    "{@missing='reweight'} or {@missing='keep'}.",
    zh="{where}有 {n:,} 行缺失，最先见于行 {rows}。请补全或删除这些行，或改用 {@missing='reweight'}、"
    "{@missing='keep'}。",
)


class LoyaltyIndex(TransformerMixin, JsonEstimator):  # type: ignore[misc]
    r"""Rate the loyalty of customers from 0 to 1, and show what it is made of.

    .. math:: L = \sum_k w_k z_k

    Each component is a percentile :math:`z_k` among the customers seen in `fit`, and the weights add up to 1. Scales
    and weights are frozen in `fit`: nobody's index moves because others came or went. On the customers of the fit a
    percentile that all of them have is 0.5 on average.

    Parameters
    ----------
    components : sequence of str, default ("satisfaction", "tenure_days", "net_opened")
        Columns of numbers or of true and false, by default the three that handbooks name: satisfaction, how long the
        customer has been there, and accounts opened less accounts closed, which `net_opening_table` counts. Others
        such as the share of wallet or the intention to buy again may be added.
    ended : mapping of str to str, optional
        For components that are durations, the column that says whether the duration is over. Such a component is the
        share of relations expected to end sooner (one minus Kaplan and Meier's survival), so that customers who are
        still there do not count as if they had left; without it, it is a plain percentile.
    lower_is_better : sequence of str, default ()
        Components of which less means more loyal, such as complaints.
    weights : {"equal", "judgements", "entropy", "critic", "standard_deviation"} or mapping, default "equal"
        A number for each component; or "judgements", pairwise comparisons (analytic hierarchy); or weights that
        follow from the customers who have all components, each scaled to run from its lowest value, 0, to its highest,
        1: by entropy, by CRITIC, which also counts how little a component repeats others, or by standard deviation
        over mean. The last three say what tells customers apart, not what matters.
    judgements : square list of lists, or mapping of judges to such, optional
        How many times as much the component of the row matters as that of the column, in the order of ``components``;
        Saaty's scale runs from 1/9 to 9. Several judges count by their geometric mean.
    weight_rule : {"eigenvector", "column_mean"}, default "eigenvector"
        How weights follow from judgements.
    random_index : float, optional
        Mean consistency index of random judgements on as many components; by default Saaty's, for up to ten.
    allow_inconsistent : bool, default False
        Whether judgements with a consistency ratio above 0.1 are accepted.
    missing : {"keep", "reweight", "refuse"}, default "keep"
        What becomes of customers who lack a component: their index is missing; or the components that are known take
        the weight of the others; or it is an error. ``known_weight`` shows for whom.

    Attributes
    ----------
    weights_ : DataFrame
        ``component``, ``weight``.
    scales_ : DataFrame
        ``component``, ``value``, ``percentile``: a percentile is the share of customers below and half of those equal.
        Between two values it lies on the line between them, beyond the ends it is that of the end. Scales of more than
        10,001 values are thinned, which moves a percentile by at most 0.0001.
    judges_ : DataFrame
        ``judge``, ``consistency_index``, ``consistency_ratio``; with several judges the last row is "all", of their
        geometric mean, which can be consistent where they contradict one another. Empty without judgements.
    pairs_ : DataFrame
        ``component``, ``other``, ``judgement`` and the ``lowest`` and ``highest`` of the judges. Empty without
        judgements.
    n_customers_, n_complete_ : int
        Customers seen in `fit`, and those who have all components.

    References
    ----------
    .. [1] Saaty (1980), *The Analytic Hierarchy Process*, ch. 2 and 3.
    .. [2] Hwang and Yoon (1981), *Multiple Attribute Decision Making*, section 3.1, for entropy.
    .. [3] Diakoulaki, Mavrotas and Papayannakis (1995), "Determining Objective Weights in Multiple Criteria Problems:
       The CRITIC Method", *Computers & Operations Research* 22.
    .. [4] Kaplan and Meier (1958), "Nonparametric Estimation from Incomplete Observations", *JASA* 53.

    Examples
    --------
    >>> import pandas as pd
    >>> customers = pd.DataFrame({
    ...     "satisfaction": [5, 4, 4, 2], "tenure_days": [400, 90, 800, 200], "net_opened": [1, 0, 2, -1],
    ...     "left": [False, False, False, True],
    ... })
    >>> index = LoyaltyIndex(
    ...     ended={"tenure_days": "left"}, weights={"satisfaction": 0.5, "tenure_days": 0.3, "net_opened": 0.2}
    ... ).fit(customers)
    >>> rated = index.transform(customers)
    >>> rated[["loyalty_index", "satisfaction_contribution", "tenure_days_contribution"]].round(4)
       loyalty_index  satisfaction_contribution  tenure_days_contribution
    0         0.6625                     0.4375                      0.10
    1         0.3250                     0.2500                      0.00
    2         0.5250                     0.2500                      0.10
    3         0.1375                     0.0625                      0.05
    """

    weights_: pd.DataFrame
    scales_: pd.DataFrame
    judges_: pd.DataFrame
    pairs_: pd.DataFrame
    n_customers_: int
    n_complete_: int

    def __init__(
        self,
        *,
        components: Sequence[str] = ("satisfaction", "tenure_days", "net_opened"),
        ended: Mapping[str, str] | None = None,
        lower_is_better: Sequence[str] = (),
        weights: Weighting | Mapping[str, float] = "equal",
        judgements: Any = None,
        weight_rule: WeightRule = "eigenvector",
        random_index: float | None = None,
        allow_inconsistent: bool = False,
        missing: Missing = "keep",
    ) -> None:
        self.components = components
        self.ended = ended
        self.lower_is_better = lower_is_better
        self.weights = weights
        self.judgements = judgements
        self.weight_rule = weight_rule
        self.random_index = random_index
        self.allow_inconsistent = allow_inconsistent
        self.missing = missing

    def fit(self, X: Any, y: None = None) -> Self:  # noqa: ARG002
        """Freeze the scales and the weights.

        Parameters
        ----------
        X : pandas, Polars or PyArrow table
            The customers of reference, one per row, with the components.
        y : None
            Not used.

        Returns
        -------
        LoyaltyIndex
            Fitted.

        Raises
        ------
        SchemaError
            If a column is missing, does not hold numbers, is infinite anywhere or known for nobody, or there are no
            rows; if a duration is below 0, or its flag is neither true nor false, or nobody has left.
        TypeError
            If ``X`` is not a frame, or an option is of the wrong kind.
        ValueError
            If an option is out of range, judgements contradict themselves, or weights cannot be learned.
        """
        with self._fitting():
            self._check_options()
            options, components = self.options_, self._components()
            values = finite_columns(X, components, name="X")
            known = ~np.isnan(np.column_stack(list(values.values())))
            self.n_customers_, self.n_complete_ = len(known), int(known.all(axis=1).sum())
            if not self.n_customers_:
                raise SchemaError(_NOBODY())
            self._check_known(values, name="X")
            flags = ended_flags(X, options.ended or {}, values, name="X")
            falling = list(options.lower_is_better)
            self.scales_ = scale_table(values, flags, falling=falling, name="X")
            self.judges_, self.pairs_ = no_judges(), no_pairs(noun=NOUN)
            if options.weights == "judgements":
                weights, self.judges_, self.pairs_ = judged(options, components, of="components", noun=NOUN)
            else:
                scaled = scaled_criteria(values, falling=falling)
                weights = learned_weights(options.weights, components, scaled=scaled)
            self.weights_ = pd.DataFrame({"component": components, "weight": weights})
        return self

    def transform(self, X: FrameT) -> FrameT:
        """Rate customers on the frozen scales.

        Parameters
        ----------
        X : pandas, Polars or PyArrow table
            Customers, one per row, with the components.

        Returns
        -------
        the kind of table given
            ``loyalty_index``, from 0 to 1; for each component ``…_percentile``, from 0 to 1, and ``…_contribution``,
            its weighted part, which add up to the index; ``known_weight``, the share of the weights whose components
            are known. Missing where a component is, and the index where ``missing`` says so. Rows as in ``X``, on
            pandas with its index.

        Raises
        ------
        NotFittedError
            Before `fit`.
        SchemaError
            If a column is missing, does not hold numbers, is infinite anywhere, or lacks a value under
            ``missing="refuse"``.
        TypeError
            If ``X`` is not a table in memory.
        """
        check_fitted(self)
        return rows_like(self._rated(X, name="X"), like=X)

    def contribution_table(self, X: FrameT, *, by: str | Sequence[str] = ()) -> FrameT:
        """Average the index and what it is made of over all customers, or over groups of them.

        Parameters
        ----------
        X : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
            Customers, one per row, with the components.
        by : str or sequence of str, default ()
            Columns of labels, such as segment or region; a missing label makes a group of its own.

        Returns
        -------
        the kind of frame given
            One row per group and component; the rows of all together come last. The columns of ``by`` and ``scope``
            ("group", "no label", "all"), only with ``by``; ``component``, ``weight``, ``n_customers`` who have an
            index, and of them ``loyalty_index``, ``percentile`` and ``contribution``: means, which are missing where
            there is nobody. With ``missing="reweight"`` a component that is not known contributes 0; the percentile is
            the mean of those who have it.

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
        rated = self._rated(X, name="X")
        return contribution_means(rated, self.weights_, like=X, by=by, score=INDEX, part="percentile")

    def get_feature_names_out(self, input_features: object = None) -> npt.NDArray[np.object_]:  # noqa: ARG002
        """Name the columns that `transform` gives.

        Parameters
        ----------
        input_features : object, optional
            Not used.

        Returns
        -------
        ndarray of str
            The names.

        Raises
        ------
        NotFittedError
            Before `fit`.
        """
        check_fitted(self)
        own = [f"{name}_{part}" for name in self._components() for part in ("percentile", "contribution")]
        return np.array([INDEX, *own, _KNOWN], dtype=object)

    def _components(self) -> list[str]:
        return list(self.options_.components)

    def _check_options(self) -> None:
        options = self.options_
        components = check_criteria(options.components, name="components")
        ended = options.ended or {}
        if not isinstance(ended, Mapping) or not all(isinstance(name, str) for name in (*ended, *ended.values())):
            raise TypeError(_NOT_ENDED(got=options.ended))
        falling = names_in(options.lower_is_better, name="lower_is_better")
        for name, given in (("ended", list(ended)), ("lower_is_better", falling)):
            check_among(given, components, name=name, of="components")
        check_option(options.missing, ("keep", "reweight", "refuse"), name="missing")
        check_weighting(options, components)

    def _check_known(self, values: Mapping[str, Floats], *, name: str) -> None:
        if self.options_.missing != "refuse":
            return
        for component, column in values.items():
            refuse_rows(np.isnan(column), _LACKING, where=Column(name, component))

    def _rated(self, table: Any, *, name: str) -> dict[str, Floats]:
        values = finite_columns(table, self._components(), name=name)
        self._check_known(values, name=name)
        scales, weights = scales_of(self.scales_), self.weights_["weight"].to_numpy()
        percentiles = {component: scales[component](column) for component, column in values.items()}
        known = sum(weight * ~np.isnan(column) for weight, column in zip(weights, percentiles.values(), strict=True))
        shared = np.ones_like(known)
        if self.options_.missing == "reweight":
            shared = np.where(known > 0, known, np.nan)
        made = {}
        for (component, column), weight in zip(percentiles.items(), weights, strict=True):
            made[f"{component}_percentile"] = column
            made[f"{component}_contribution"] = weight * column / shared
        parts = [made[f"{component}_contribution"] for component in percentiles]
        if self.options_.missing == "reweight":
            total = np.where(known > 0, np.nansum(parts, axis=0), np.nan)
        else:
            total = np.sum(parts, axis=0)
        return {INDEX: total, **made, _KNOWN: known}

    def _check_restored(self) -> None:
        super()._check_restored()
        self._check_options()
        check_learned(self, self._components())
