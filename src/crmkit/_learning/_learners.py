"""Learners of outcomes: some of our choice, or anybody's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from sklearn.base import clone, is_classifier, is_regressor
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from crmkit._arrays import Floats
from crmkit._messages import Message

__all__ = ["LEARNERS", "MEAN_LEARNERS", "make_learner", "make_mean_learner", "margins"]

LEARNERS: Final = ("boosting", "logistic")

MEAN_LEARNERS: Final = ("boosting", "linear")

_TREES: Final[dict[str, Any]] = {
    "learning_rate": 0.05,
    "max_iter": 100,
    "max_leaf_nodes": 8,
    "min_samples_leaf": 20,
    "l2_regularization": 1.0,
    "early_stopping": False,
}
_MOST_LEVELS: Final = 50
# A level with fewer customers has no weight of its own.
_RARE: Final = 20
# A probability of exactly 0 or 1 has no finite log odds.
_NEAREST: Final = 1e-12

_NOT_A_LEARNER: Final = Message(
    en="{@learner} must be one of {known} or a classifier of scikit-learn's kind with predict_proba or "
    "decision_function, got {got!r}.",
    zh="{@learner} 须为 {known} 之一，或带有 predict_proba 或 decision_function 的 scikit-learn 分类器，得到 {got!r}。",
)
_NOT_OF_MEANS: Final = Message(
    en="{@learner} must be one of {known}, or a regressor or a classifier with predict_proba of scikit-learn's kind, "
    "got {got!r}.",
    zh="{@learner} 须为 {known} 之一，或 scikit-learn 的回归器、带有 predict_proba 的分类器，得到 {got!r}。",
)


def make_learner(learner: Any, features: Any, *, labels: Sequence[Any], seed: int) -> Any:
    """Make a classifier that is not fitted, for features of which some are labels and some have no values at all."""
    if isinstance(learner, str) and learner in LEARNERS:
        numbers, flags = _columns(features, labels)
        return (_boosting if learner == "boosting" else _logistic)(numbers, flags, seed)
    if isinstance(learner, (str, type)) or not hasattr(learner, "fit") or not is_classifier(learner):
        raise TypeError(_NOT_A_LEARNER(known=list(LEARNERS), got=learner))
    if not hasattr(learner, "predict_proba") and not hasattr(learner, "decision_function"):
        raise TypeError(_NOT_A_LEARNER(known=list(LEARNERS), got=learner))
    return _seeded(learner, seed)


def make_mean_learner(learner: Any, features: Any, *, labels: Sequence[Any], binary: bool, seed: int) -> Any:
    """Make a learner of a mean that is not fitted: a classifier of outcomes that are 0 or 1, a regressor of others."""
    if isinstance(learner, str) and learner in MEAN_LEARNERS:
        numbers, flags = _columns(features, labels)
        if binary:
            return (_boosting if learner == "boosting" else _logistic)(numbers, flags, seed)
        return (_boosted_mean if learner == "boosting" else _ridge)(numbers, flags, seed)
    known = not isinstance(learner, (str, type)) and hasattr(learner, "fit")
    if known and (is_regressor(learner) or (is_classifier(learner) and hasattr(learner, "predict_proba"))):
        return _seeded(learner, seed)
    raise TypeError(_NOT_OF_MEANS(known=list(MEAN_LEARNERS), got=learner))


def margins(learner: Any, features: Any) -> Floats:
    """How strongly a fitted learner expects the second outcome: log odds, or its decision function."""
    if not hasattr(learner, "predict_proba"):
        return np.asarray(learner.decision_function(features), dtype=np.float64)
    expected = np.clip(np.asarray(learner.predict_proba(features)[:, 1], dtype=np.float64), _NEAREST, 1 - _NEAREST)
    return np.asarray(np.log(expected) - np.log1p(-expected))


def _columns(features: Any, labels: Sequence[Any]) -> tuple[list[Any], list[Any]]:
    """The columns of numbers and of labels, without those that have no values; if none has one, all of them."""
    columns: list[Any] = list(features.columns if isinstance(features, pd.DataFrame) else range(features.shape[1]))
    valued = np.asarray(np.any(~np.asarray(pd.isna(features)), axis=0)).tolist()
    told = [column for column, some in zip(columns, valued, strict=True) if some] or columns
    return [column for column in told if column not in labels], [column for column in told if column in labels]


def _seeded(learner: Any, seed: int) -> Any:
    """A copy of a learner, with a seed where it has none."""
    made = clone(learner)
    unset = [name for name, value in made.get_params().items() if name.endswith("random_state") and value is None]
    return made.set_params(**dict.fromkeys(unset, seed))


def _boosting(numbers: list[Any], labels: list[Any], seed: int) -> Pipeline:
    """Small trees, slowly: on a few thousand customers large ones learn each customer by heart."""
    return _of_trees(HistGradientBoostingClassifier(**_TREES, random_state=seed), numbers, labels)


def _boosted_mean(numbers: list[Any], labels: list[Any], seed: int) -> Pipeline:
    return _of_trees(HistGradientBoostingRegressor(**_TREES, random_state=seed), numbers, labels)


def _of_trees(trees: Any, numbers: list[Any], labels: list[Any]) -> Pipeline:
    steps = [("numbers", "passthrough", numbers), ("labels", _flags(), labels)]
    return Pipeline([("columns", ColumnTransformer(steps)), ("learner", trees)])


def _logistic(numbers: list[Any], labels: list[Any], seed: int) -> Pipeline:
    return _of_sums(LogisticRegression(C=1.0, max_iter=2000, random_state=seed), numbers, labels)


def _ridge(numbers: list[Any], labels: list[Any], seed: int) -> Pipeline:
    return _of_sums(Ridge(alpha=1.0, random_state=seed), numbers, labels)


def _of_sums(regression: Any, numbers: list[Any], labels: list[Any]) -> Pipeline:
    filled = SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True)
    steps = [
        ("numbers", Pipeline([("fill", filled), ("scale", StandardScaler())]), numbers),
        ("labels", _flags(), labels),
    ]
    return Pipeline([("columns", ColumnTransformer(steps)), ("learner", regression)])


def _flags() -> OneHotEncoder:
    """A flag per level; rare ones and those that come later share one."""
    return OneHotEncoder(
        handle_unknown="infrequent_if_exist", min_frequency=_RARE, max_categories=_MOST_LEVELS, sparse_output=False
    )
