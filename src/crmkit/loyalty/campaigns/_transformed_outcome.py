"""What a treatment adds, by one model of an outcome whose mean is the uplift."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from sklearn.base import is_classifier
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import has_fit_parameter

from crmkit._arrays import Floats
from crmkit._checks import check_fraction
from crmkit._messages import Message
from crmkit.loyalty.campaigns._treated_arms import TreatedArms
from crmkit.loyalty.campaigns._uplift_model import UpliftModel
from crmkit.loyalty.campaigns._uplift_rows import is_binary

__all__ = ["TransformedOutcomeUplift"]

_MANY_ARMS: Final = Message(
    en="{@propensity} is the probability of one arm, and {@treatment} has {n}: {arms}. Leave it out, or fit one arm at "
    "a time.",
    zh="{@propensity} 是一个分组的概率，而 {@treatment} 有 {n} 个分组：{arms}。请省略此参数，或逐个分组拟合。",
)
_NO_WEIGHTS: Final = Message(
    en="{@learner} takes no sample_weight, which a class transformation needs unless the arms are of equal size. Give "
    "another classifier, or a regressor.",
    zh="{@learner} 不接受 sample_weight，而除非两组人数相等，类别变换需要权重。请改用其他分类器或回归器。",
)


class TransformedOutcomeUplift(UpliftModel):
    r"""Estimate what a treatment adds for each customer, with one model of the uplift itself.

    A regressor learns the transformed outcome, whose mean is the uplift (Athey and Imbens),

    .. math:: Y^* = (Y - c)\, \frac{T - e}{e\,(1 - e)}

    with :math:`T` 1 for the treated, :math:`e` the probability of being treated and :math:`c` a constant, which changes
    no mean and is chosen so that :math:`Y^*` varies least. A classifier learns the class transformation (Jaskowski and
    Jaroszewicz): whether a treated customer responded or an untreated one did not, weighted so that both arms count the
    same; the uplift is :math:`2 \hat P - 1`. Of rare outcomes it is the noisier one.

    Parameters
    ----------
    learner : {"boosting", "linear"} or an estimator of scikit-learn's kind, default "boosting"
        Regressors by histogram gradient boosting, or by ridge regression, both with missing values and labels. One of
        your own gets numbers as floats and labels as text, with gaps: give a pipeline that takes them. A classifier
        needs outcomes of 0 or 1, ``predict_proba``, and, where the arms differ in size, ``sample_weight``.
    propensity : float, optional
        Probability of being treated, as it was planned, between 0 and 1; by default the share of the arm in the rows.
        It is the same for all customers: with other shares in other strata use `TwoModelUplift` with the strata as
        features.
    control : label, default 0
        The arm that was left alone.
    customer_id : str, default "customer_id"
        Column of customers, which is no feature, where it is in the table.
    random_state : int, Generator or None, default None
        The learners' own chance. A number gives the same models each time.

    Attributes
    ----------
    arms_ : list
        Labels of the arms that were treated.
    n_features_in_, feature_names_in_ : int, ndarray of str
        The features; names if a table was given.
    n_rows_ : int
        Rows that were learned from.
    learners_ : tuple of estimator
        The fitted learners, one for each of ``arms_``.

    See Also
    --------
    TwoModelUplift : The difference of two models.
    uplift_report_table : Learners beside a random choice and other scores.

    References
    ----------
    .. [1] Athey and Imbens (2016), "Recursive Partitioning for Heterogeneous Causal Effects", *PNAS* 113(27).
    .. [2] Jaskowski and Jaroszewicz (2012), "Uplift Modeling for Clinical Trial Data", *ICML Workshop on Clinical Data
       Analysis*.

    Examples
    --------
    >>> from crmkit import make_contacts
    >>> contacts, truth = make_contacts(
    ...     n_customers=20_000, effect=0.05, effect_variation=1, base_rate=0.15, random_state=1
    ... )
    >>> X = contacts[["past_orders", "past_spend", "age", "channel"]]
    >>> model = TransformedOutcomeUplift(learner="linear", propensity=0.8, control="none", random_state=0)
    >>> uplift = model.fit(X, contacts["conversion"], contacts["arm"]).predict(X)
    >>> model.arms_, float(uplift.mean().round(2))
    (['email'], 0.04)
    """

    def __init__(
        self,
        *,
        learner: Any = "boosting",
        propensity: float | None = None,
        control: Any = 0,
        customer_id: str = "customer_id",
        random_state: int | np.random.Generator | None = None,
    ) -> None:
        self.learner = learner
        self.propensity = propensity
        self.control = control
        self.customer_id = customer_id
        self.random_state = random_state

    def _learn(self, features: Any, outcomes: Floats, arms: TreatedArms) -> tuple[Any, ...]:
        propensity = self.options_.propensity
        if propensity is not None:
            check_fraction(propensity, name="propensity")
            if len(arms.labels) > 1:
                raise ValueError(_MANY_ARMS(n=len(arms.labels), arms=arms.labels))
        fitted = []
        for number, arm in enumerate(arms.labels, start=1):
            places = np.flatnonzero((arms.codes == 0) | (arms.codes == number))
            self._check_varied(outcomes[places], arm)
            treated = (arms.codes[places] == number).astype(np.float64)
            share = float(treated.mean()) if propensity is None else float(propensity)
            there = features.iloc[places] if hasattr(features, "iloc") else features[places]
            fitted.append(self._fitted(there, outcomes[places], treated, share))
        return tuple(fitted)

    def _fitted(self, features: Any, outcomes: Floats, treated: Floats, share: float) -> Any:
        binary = is_binary(outcomes) and not isinstance(self.options_.learner, str)
        learner = self._learner(features, binary=binary)
        if is_classifier(learner):
            weights = np.where(treated == 1, 0.5 / share, 0.5 / (1 - share))
            return learner.fit(features, (outcomes == treated).astype(int), **_weighed(learner, weights))
        means = outcomes[treated == 1].mean(), outcomes[treated == 0].mean()
        centre = (1 - share) * means[0] + share * means[1]
        return learner.fit(features, (outcomes - centre) * (treated - share) / (share * (1 - share)))

    def _uplift(self, features: Any, number: int) -> Floats:
        learner = self.learners_[number - 1]
        if is_classifier(learner):
            return np.asarray(2 * learner.predict_proba(features)[:, 1] - 1, dtype=np.float64)
        return np.asarray(learner.predict(features), dtype=np.float64)


def _weighed(learner: Any, weights: Floats) -> dict[str, Floats]:
    """How a learner takes weights; none where they are all the same."""
    if np.ptp(weights) == 0:
        return {}
    last, prefix = (
        (learner.steps[-1][1], f"{learner.steps[-1][0]}__") if isinstance(learner, Pipeline) else (learner, "")
    )
    if not has_fit_parameter(last, "sample_weight"):
        raise TypeError(_NO_WEIGHTS())
    return {f"{prefix}sample_weight": weights}
