"""What a treatment adds, as the difference of two models: one of the treated, one of the others."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import is_classifier

from crmkit._arrays import Floats
from crmkit._estimator import check_fitted
from crmkit.loyalty.campaigns._treated_arms import TreatedArms
from crmkit.loyalty.campaigns._uplift_model import UpliftModel
from crmkit.loyalty.campaigns._uplift_rows import is_binary

__all__ = ["TwoModelUplift"]


class TwoModelUplift(UpliftModel):
    r"""Estimate what a treatment adds for each customer, with a model of the outcome for each arm.

    .. math:: \hat u(x) = \hat\mu_T(x) - \hat\mu_C(x)

    Each model learns the outcome, not the uplift; where the uplift is small beside what customers do anyway, their
    errors can hide it. So look at `uplift_report_table` before you use one.

    Parameters
    ----------
    learner : {"boosting", "linear"} or an estimator of scikit-learn's kind, default "boosting"
        For each arm: histogram gradient boosting; or logistic regression for outcomes of 0 or 1 and ridge regression
        for others, both with missing values and labels. A regressor, or a classifier with ``predict_proba``, of your
        own gets numbers as floats and labels as text, with gaps: give a pipeline that takes them.
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
        The fitted learners: of the control arm, then of ``arms_``.

    See Also
    --------
    TransformedOutcomeUplift : One model of the uplift itself.
    uplift_report_table : Learners beside a random choice and other scores.

    References
    ----------
    .. [1] Künzel, Sekhon, Bickel and Yu (2019), "Metalearners for Estimating Heterogeneous Treatment Effects Using
       Machine Learning", *PNAS* 116(10): the T-learner.
    .. [2] Radcliffe and Surry (2011), "Real-World Uplift Modelling with Significance-Based Uplift Trees", section 5.

    Examples
    --------
    >>> from crmkit import make_contacts
    >>> contacts, truth = make_contacts(
    ...     n_customers=20_000, effect=0.05, effect_variation=1, base_rate=0.15, random_state=1
    ... )
    >>> X = contacts[["past_orders", "past_spend", "age", "channel"]]
    >>> model = TwoModelUplift(learner="linear", control="none", random_state=0)
    >>> uplift = model.fit(X, contacts["conversion"], contacts["arm"]).predict(X)
    >>> model.arms_, float(uplift.mean().round(2))
    (['email'], 0.04)
    """

    def __init__(
        self,
        *,
        learner: Any = "boosting",
        control: Any = 0,
        customer_id: str = "customer_id",
        random_state: int | np.random.Generator | None = None,
    ) -> None:
        self.learner = learner
        self.control = control
        self.customer_id = customer_id
        self.random_state = random_state

    def predict_without(self, X: Any) -> Floats:
        """Estimate what each customer does if left alone, which `treatment_list` asks for.

        Parameters
        ----------
        X : pandas, Polars or PyArrow table, or array of shape (n_rows, n_features)
            As in ``fit``.

        Returns
        -------
        ndarray of shape (n_rows,)
            Expected outcome without the treatment.
        """
        check_fitted(self)
        return _expected(self.learners_[0], self._known(X))

    def _learn(self, features: Any, outcomes: Floats, arms: TreatedArms) -> tuple[Any, ...]:
        binary, fitted = is_binary(outcomes), []
        for number, arm in enumerate([self.options_.control, *arms.labels]):
            places = np.flatnonzero(arms.codes == number)
            there = features.iloc[places] if hasattr(features, "iloc") else features[places]
            learner = self._learner(there, binary=binary)
            if is_classifier(learner):
                self._check_varied(outcomes[places], arm)
            fitted.append(
                learner.fit(there, outcomes[places].astype(int) if is_classifier(learner) else outcomes[places])
            )
        return tuple(fitted)

    def _uplift(self, features: Any, number: int) -> Floats:
        return _expected(self.learners_[number], features) - _expected(self.learners_[0], features)


def _expected(learner: Any, features: Any) -> Floats:
    """The expected outcome: a probability of classifiers, a mean of regressors."""
    found = learner.predict_proba(features)[:, 1] if is_classifier(learner) else learner.predict(features)
    return np.asarray(found, dtype=np.float64)
