"""Which features a classifier of churn lives by: how much worse it is when one of them is shuffled."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score

from crmkit._checks import check_int
from crmkit._estimator import check_fitted
from crmkit._frames import FrameT, from_pandas, to_pandas
from crmkit._messages import Message
from crmkit._random import as_generator
from crmkit._stats import as_numbers, read_outcomes
from crmkit._tables import open_columns
from crmkit.loyalty.churn._classifier import ChurnClassifier

__all__ = ["feature_importance_table"]

_NOT_A_MODEL: Final = Message(
    en="{@model} must be a ChurnClassifier that was fitted on a table with named features, got {got!r}.",
    zh="{@model} 须为在带列名的表上拟合的 ChurnClassifier，得到 {got!r}。",
)
_LENGTHS: Final = Message(
    en="{@y} has {got:,} {got:value|values}, and {@X} {n:,} {n:row|rows}.",
    zh="{@y} 有 {got:,} 个值，而 {@X} 有 {n:,} 行。",
)
_ONE_SIDED: Final = Message(
    en="All of {@y} is {value:g}. Importance shows only where some left and some stayed.",
    zh="{@y} 全部为 {value:g}。须既有流失客户又有留下的客户，才看得出特征的重要性。",
)


def feature_importance_table(
    model: ChurnClassifier,
    X: FrameT,
    y: Any,
    *,
    n_repeats: int = 10,
    random_state: int | np.random.Generator | None = 0,
) -> FrameT:
    """Shuffle one feature at a time, and see how much worse the model ranks those who leave (permutation importance).

    Features that tell the same share their importance, or hide it: each is little missed as long as the other is there.

    Parameters
    ----------
    model : ChurnClassifier
        Fitted on a table.
    X : pandas, Polars or PyArrow table
        Rows that the model has not seen, with its features.
    y : array-like of {0, 1} or of bool
        Whether each left; rows where it is missing are left out.
    n_repeats : int, default 10
        How often each feature is shuffled, at least 2.
    random_state : int, Generator or None, default 0
        Source of the shuffles.

    Returns
    -------
    the kind of frame given
        One row per feature, the most important first.

        ``feature``
            Its name.
        ``auc``
            The model's area under the ROC curve as it is, the same in all rows.
        ``importance``
            How much lower the area is on average with the feature shuffled; below 0 by chance alone.
        ``std_dev``
            Standard deviation of that over the repeats.

    Raises
    ------
    NotFittedError
        If the model is not fitted.
    SchemaError
        If ``X`` lacks a feature.
    TypeError
        If the model is none that was fitted on a table.
    ValueError
        If outcomes are missing altogether, all the same, or neither 1 nor 0.

    References
    ----------
    .. [1] Breiman (2001), "Random Forests", *Machine Learning* 45(1), section 10.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from crmkit.loyalty.churn import ChurnClassifier
    >>> rng = np.random.default_rng(0)
    >>> X = pd.DataFrame({"days_since_last": rng.exponential(60, 600), "shoe_size": rng.normal(40, 2, 600)})
    >>> left = rng.random(600) < 1 / (1 + np.exp(2 - X["days_since_last"] / 30))
    >>> model = ChurnClassifier(learner="logistic", random_state=0).fit(X[:300], left[:300])
    >>> table = feature_importance_table(model, X[300:], left[300:])
    >>> table["feature"].tolist(), table["importance"].round(1).tolist()[0]
    (['days_since_last', 'shoe_size'], 0.4)
    """
    if not isinstance(model, ChurnClassifier):
        raise TypeError(_NOT_A_MODEL(got=model))
    check_fitted(model)
    if not hasattr(model, "feature_names_in_"):
        raise TypeError(_NOT_A_MODEL(got=model))
    check_int(n_repeats, name="n_repeats", low=2)
    names = [str(name) for name in model.feature_names_in_]
    table = to_pandas(open_columns(X, names, name="X", made_by="snapshot_features"))[names]
    outcomes = np.asarray(as_numbers(y))
    if outcomes.shape != (len(table),):
        raise ValueError(_LENGTHS(got=outcomes.size, n=len(table)))
    known = ~np.asarray(pd.isna(outcomes))
    (left,) = read_outcomes(outcomes[known], name="y")
    if not len(left) or left.min() == left.max():
        raise ValueError(_ONE_SIDED(value=left[0] if len(left) else np.nan))
    rows, rng = table[known].reset_index(drop=True), as_generator(random_state)

    def area(features: pd.DataFrame) -> float:
        return float(roc_auc_score(left, model.predict_proba(features)[:, 1]))

    whole = area(rows)
    lost = {
        name: [
            whole - area(rows.assign(**{name: rows[name].take(rng.permutation(len(rows))).to_numpy()}))
            for _ in range(n_repeats)
        ]
        for name in names
    }
    found = pd.DataFrame(
        {
            "feature": names,
            "auc": whole,
            "importance": [float(np.mean(lost[name])) for name in names],
            "std_dev": [float(np.std(lost[name], ddof=1)) for name in names],
        }
    )
    return from_pandas(found.sort_values("importance", ascending=False, kind="stable", ignore_index=True), like=X)
