"""What learners of uplift have in common: how rows are read, and what is predicted of them."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import BaseEstimator, is_classifier
from sklearn.utils import get_tags
from sklearn.utils.validation import check_array, check_consistent_length, column_or_1d, validate_data

from crmkit._arrays import Floats
from crmkit._estimator import JsonError, JsonEstimator, check_fitted
from crmkit._learning import as_features, as_learned, label_columns, make_mean_learner, read_rows
from crmkit._messages import Column, Message, Parameter
from crmkit._random import as_generator
from crmkit.loyalty.campaigns._sizes import SMALLEST, check_size
from crmkit.loyalty.campaigns._treated_arms import TreatedArms, arm_number, read_treatment
from crmkit.loyalty.campaigns._uplift_rows import LARGEST_OUTCOME

__all__ = ["UpliftModel"]

_NO_Y: Final = Message(
    en="This {model} requires y to be passed, but the target y is None: give what came of each customer.",
    zh="{@y} 未给出：请给出每位客户的结果。",
)
_NOT_BINARY: Final = Message(
    en="{@learner} is a classifier, and {@y} is not 0 or 1 throughout. Give a regressor.",
    zh="{@learner} 是分类器，而 {@y} 不全为 0 或 1。请改用回归器。",
)
_ONE_SIDED: Final = Message(
    en="In the arm {arm!r} all {n:,} {n:outcome|outcomes} are the same, {value:g}: there is nothing to learn.",
    zh="分组 {arm!r} 的 {n:,} 个结果全部为 {value:g}，无从学习。",
)


class UpliftModel(JsonEstimator):
    """An estimator of what a treatment adds for each customer."""

    learner: Any
    control: Any
    customer_id: str
    random_state: int | np.random.Generator | None

    arms_: Any
    n_features_in_: int
    n_rows_: int
    seed_: int
    labels_: list[str]
    columns_: list[str]
    learners_: Any

    def fit(self, X: Any, y: Any, treatment: Any = None) -> Self:
        """Learn what the treatment adds.

        Parameters
        ----------
        X : pandas, Polars or PyArrow table, or array of shape (n_rows, n_features)
            What was known of customers before: numbers, flags and labels; missing values are allowed for our learners.
        y : array-like of float, shape (n_rows,)
            What came of each: 0 or 1, or money; none missing.
        treatment : array-like of labels, shape (n_rows,)
            The arm of each customer, drawn at random; that of ``control`` was left alone.

        Returns
        -------
        estimator
            Itself.

        Raises
        ------
        SchemaError
            If a table has no features, or days among them.
        TypeError
            If the learner is none, or a parameter is of the wrong kind.
        ValueError
            If a value is missing or infinite, there is no control arm, or an arm has nothing to learn from.
        """
        with self._fitting():
            options = self.options_
            rng = as_generator(options.random_state)
            given = read_rows(X, customer_id=options.customer_id).features
            outcomes = self._outcomes(y, given)
            arms = read_treatment(treatment, control=options.control, n=len(outcomes))
            features = as_features(given)
            _check_features(features)
            self.columns_ = [str(name) for name in features.columns] if isinstance(features, pd.DataFrame) else []
            self.labels_ = label_columns(features)
            self.arms_, self.n_rows_ = arms.labels, len(outcomes)
            self.n_features_in_, self.seed_ = int(features.shape[1]), int(rng.integers(2**31 - 1))
            self.learners_ = self._learn(features, outcomes, arms)
        return self

    def predict(self, X: Any, *, arm: Any = None) -> Floats:
        """Estimate what the treatment adds for each customer.

        Parameters
        ----------
        X : pandas, Polars or PyArrow table, or array of shape (n_rows, n_features)
            As in ``fit``.
        arm : label, optional
            Which arm is compared with the control arm; may be left out where there is one.

        Returns
        -------
        ndarray of shape (n_rows,)
            Expected outcome with the treatment less the one without.
        """
        check_fitted(self)
        return self._uplift(self._known(X), arm_number(arm, self.arms_))

    @property
    def feature_names_in_(self) -> npt.NDArray[Any]:
        """The names of the features, if a table was given to ``fit``."""
        if not vars(self).get("columns_"):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute 'feature_names_in_'")
        return np.array(self.columns_, dtype=object)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        learner = vars(self).get("options_", self).learner
        own = not isinstance(learner, BaseEstimator)
        tags.input_tags.allow_nan = own or get_tags(learner).input_tags.allow_nan
        return tags

    @abstractmethod
    def _learn(self, features: Any, outcomes: Floats, arms: TreatedArms) -> tuple[Any, ...]:
        """Fit the learners."""

    @abstractmethod
    def _uplift(self, features: Any, number: int) -> Floats:
        """The uplift of an arm by its number."""

    def _learner(self, features: Any, *, binary: bool) -> Any:
        """A learner that is not fitted; refuse a classifier of what is not 0 or 1."""
        made = make_mean_learner(self.options_.learner, features, labels=self.labels_, binary=binary, seed=self.seed_)
        if is_classifier(made) and not binary:
            raise ValueError(_NOT_BINARY())
        return made

    def _check_varied(self, outcomes: Floats, arm: Any) -> None:
        if (outcomes == outcomes[0]).all():
            raise ValueError(_ONE_SIDED(arm=arm, n=len(outcomes), value=float(outcomes[0])))

    def _outcomes(self, y: Any, features: Any) -> Floats:
        if y is None:
            raise ValueError(_NO_Y(model=type(self).__name__))
        outcomes = column_or_1d(y, warn=True)
        check_consistent_length(features, outcomes)
        numbers = np.asarray(check_array(outcomes, ensure_2d=False, input_name="y", dtype=np.float64))
        check_size(numbers, where=Parameter("y"), most=LARGEST_OUTCOME, least=SMALLEST)
        return numbers

    def _known(self, X: Any) -> Any:
        given = read_rows(X, customer_id=self.options_.customer_id).features
        validate_data(self, given, reset=False, skip_check_array=True)
        features = as_learned(given, columns=self.columns_, labels=self.labels_)
        _check_features(features)
        return features

    def _check_restored(self) -> None:
        super()._check_restored()
        if not isinstance(self.arms_, list) or not self.arms_:
            raise JsonError("arms_ is not a list")
        if not isinstance(self.learners_, tuple) or not all(hasattr(each, "predict") for each in self.learners_):
            raise JsonError("learners_ are not learners")


def _check_features(features: Any) -> None:
    if not isinstance(features, pd.DataFrame):
        check_size(features, where=Parameter("X"))
        return
    for name, values in features.select_dtypes("number").items():
        check_size(values.to_numpy(), where=Column("X", str(name)))
