"""The learners of the classifier: two of our choice, or anybody's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from sklearn.base import clone, is_classifier
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from crmkit._arrays import Floats
from crmkit._messages import Message

__all__ = ["LEARNERS", "make_learner", "margins"]

LEARNERS: Final = ("boosting", "logistic")

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


def make_learner(
    learner: Any, *, columns: Sequence[Any], labels: Sequence[Any], empty: Sequence[Any], seed: int
) -> Any:
    """Make a learner that is not fitted, for features of which some are labels and some have no values at all."""
    if isinstance(learner, str) and learner in LEARNERS:
        told = [column for column in columns if column not in empty] or list(columns)
        numbers, flags = ([column for column in told if (column in labels) is is_label] for is_label in (False, True))
        return (_boosting if learner == "boosting" else _logistic)(numbers, flags, seed)
    if isinstance(learner, (str, type)) or not hasattr(learner, "fit") or not is_classifier(learner):
        raise TypeError(_NOT_A_LEARNER(known=list(LEARNERS), got=learner))
    if not hasattr(learner, "predict_proba") and not hasattr(learner, "decision_function"):
        raise TypeError(_NOT_A_LEARNER(known=list(LEARNERS), got=learner))
    made = clone(learner)
    unset = [name for name, value in made.get_params().items() if name.endswith("random_state") and value is None]
    return made.set_params(**dict.fromkeys(unset, seed))


def margins(learner: Any, features: Any) -> Floats:
    """How strongly a fitted learner expects the second outcome: log odds, or its decision function."""
    if not hasattr(learner, "predict_proba"):
        return np.asarray(learner.decision_function(features), dtype=np.float64)
    expected = np.clip(np.asarray(learner.predict_proba(features)[:, 1], dtype=np.float64), _NEAREST, 1 - _NEAREST)
    return np.asarray(np.log(expected) - np.log1p(-expected))


def _boosting(numbers: list[Any], labels: list[Any], seed: int) -> Pipeline:
    """Small trees, slowly: on a few thousand customers large ones learn each customer by heart."""
    trees = HistGradientBoostingClassifier(
        learning_rate=0.05,
        max_iter=100,
        max_leaf_nodes=8,
        min_samples_leaf=20,
        l2_regularization=1.0,
        early_stopping=False,
        random_state=seed,
    )
    steps = [("numbers", "passthrough", numbers), ("labels", _flags(), labels)]
    return Pipeline([("columns", ColumnTransformer(steps)), ("learner", trees)])


def _logistic(numbers: list[Any], labels: list[Any], seed: int) -> Pipeline:
    filled = SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True)
    steps = [
        ("numbers", Pipeline([("fill", filled), ("scale", StandardScaler())]), numbers),
        ("labels", _flags(), labels),
    ]
    regression = LogisticRegression(C=1.0, max_iter=2000, random_state=seed)
    return Pipeline([("columns", ColumnTransformer(steps)), ("learner", regression)])


def _flags() -> OneHotEncoder:
    """A flag per level; rare ones and those that come later share one."""
    return OneHotEncoder(
        handle_unknown="infrequent_if_exist", min_frequency=_RARE, max_categories=_MOST_LEVELS, sparse_output=False
    )
