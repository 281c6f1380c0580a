"""Uplifts that a model expects of customers it has not learned from."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import clone

from crmkit._arrays import Floats
from crmkit._checks import check_int
from crmkit._learning import Read, read_rows
from crmkit._messages import Message, Parameter
from crmkit._random import as_generator
from crmkit.loyalty.campaigns._treated_arms import TreatedArms, read_treatment
from crmkit.loyalty.campaigns._uplift_rows import read_sized

__all__ = [
    "check_model",
    "cross_fitted_uplift",
    "expected_by_earlier",
    "expected_by_others",
    "folds_of",
    "labels_of",
]

_NOT_A_MODEL: Final = Message(
    en="{name} must have fit(X, y, treatment) and predict(X), as {@TwoModelUplift()} does, got {got!r}.",
    zh="{name} 须像 {@TwoModelUplift()} 那样有 fit(X, y, treatment) 与 predict(X)，得到 {got!r}。",
)
_FEW: Final = Message(
    en="With {@n_folds=} {n_folds}, {n:,} {n:customer is|customers are} too few. Give fewer folds.",
    zh="{@n_folds=} 为 {n_folds} 时，{n:,} 位客户太少。请减少折数。",
)


def cross_fitted_uplift(
    model: Any,
    X: Any,
    y: Any,
    *,
    treatment: Any,
    control: Any = 0,
    arm: Any = None,
    customer_id: str = "customer_id",
    n_folds: int = 5,
    random_state: int | np.random.Generator | None = 0,
) -> Floats:
    """Estimate each customer's uplift by a model of other customers, as it must be judged.

    Customers are divided into folds with about the same share of each arm and of those who responded; those of each
    fold are predicted by the model fitted to the others. A customer with several rows is in one fold.

    Parameters
    ----------
    model : TwoModelUplift, TransformedOutcomeUplift or anything alike
        With ``fit(X, y, treatment)`` and ``predict(X)``; it stays as it is, copies are fitted.
    X : pandas, Polars or PyArrow table, or array of shape (n_rows, n_features)
        What was known of customers before; the model gets it without the column of customers.
    y : array-like of float, shape (n_rows,)
        What came of each; none missing.
    treatment : array-like of labels, shape (n_rows,)
        The arm of each customer.
    control : label, default 0
        The arm that was left alone.
    arm : label, optional
        Which of several arms the uplift is of.
    customer_id : str, default "customer_id"
        Column of customers, where it is in the table.
    n_folds : int, default 5
        Folds, at least 2.
    random_state : int, Generator or None, default 0
        Which customers go together.

    Returns
    -------
    ndarray of shape (n_rows,)
        Expected uplift of each row.

    Raises
    ------
    TypeError
        If ``model`` cannot be fitted so.
    ValueError
        If there are fewer customers than folds, or what the model raises.

    Examples
    --------
    >>> from crmkit import make_contacts
    >>> from crmkit.loyalty.campaigns import TwoModelUplift
    >>> contacts, truth = make_contacts(
    ...     n_customers=5000, effect=0.05, effect_variation=1, base_rate=0.15, random_state=1
    ... )
    >>> uplift = cross_fitted_uplift(
    ...     TwoModelUplift(learner="linear", control="none"), contacts[["customer_id", "age", "channel"]],
    ...     contacts["conversion"], treatment=contacts["arm"], control="none",
    ... )
    >>> float(uplift.mean().round(2))
    0.05
    """
    check_model(model, name="model")
    read = read_rows(X, customer_id=customer_id)
    outcomes = read_sized(y, name="y")
    arms = read_treatment(treatment, control=control, n=len(read.features))
    folds = folds_of(read, outcomes, arms, n_folds=n_folds, rng=as_generator(random_state))
    labels = labels_of(arms, control=control)
    return expected_by_others(model, read.features, outcomes, labels, folds, arm=arm)


def check_model(model: Any, *, name: str) -> None:
    """Raise unless a model can be fitted to arms and predict."""
    if isinstance(model, type) or not hasattr(model, "fit") or not hasattr(model, "predict"):
        raise TypeError(_NOT_A_MODEL(name=Parameter(name), got=model))


def folds_of(
    read: Read, outcomes: Floats, arms: TreatedArms, *, n_folds: int, rng: np.random.Generator
) -> npt.NDArray[np.intp]:
    """The fold of each row: customers are dealt out by arm, and by whether something came of them."""
    check_int(n_folds, name="n_folds", low=2)
    codes = np.arange(len(outcomes)) if read.customers is None else pd.factorize(read.customers, sort=True)[0]
    first = np.unique(codes, return_index=True)[1]
    if len(first) < n_folds:
        raise ValueError(_FEW(n=len(first), n_folds=n_folds))
    shuffled = rng.permutation(len(first))
    at = first[shuffled]
    dealt = shuffled[np.lexsort((outcomes[at] > 0, arms.codes[at]))]
    fold = np.empty(len(first), dtype=np.intp)
    fold[dealt] = np.arange(len(first)) % n_folds
    return np.asarray(fold[codes])


def expected_by_others(
    model: Any,
    features: Any,
    outcomes: Floats,
    labels: npt.NDArray[Any],
    folds: npt.NDArray[np.intp],
    *,
    arm: Any = None,
) -> Floats:
    """Predict each fold by a copy of the model that was fitted to the other folds, all copies at one level.

    The level of a copy is high where that of its own fold is low, which would pass for a ranking turned round.
    """
    named = {} if arm is None else {"arm": arm}
    found = np.empty(len(outcomes))
    for fold in range(int(folds.max()) + 1):
        there = np.flatnonzero(folds == fold)
        fitted = _fitted(model, features, outcomes, labels, np.flatnonzero(folds != fold))
        found[there] = fitted.predict(_rows(features, there), **named)
    means = np.bincount(folds, weights=found) / np.bincount(folds)
    return np.asarray(found - means[folds] + found.mean())


def expected_by_earlier(
    model: Any, features: Any, outcomes: Floats, labels: npt.NDArray[Any], folds: npt.NDArray[np.intp]
) -> Floats:
    """Predict each fold but the first, which stays ``nan``, by a copy that was fitted to the folds before it."""
    found = np.full(len(outcomes), np.nan)
    for fold in range(1, int(folds.max()) + 1):
        there = np.flatnonzero(folds == fold)
        fitted = _fitted(model, features, outcomes, labels, np.flatnonzero(folds < fold))
        found[there] = fitted.predict(_rows(features, there))
    return found


def _fitted(model: Any, features: Any, outcomes: Floats, labels: npt.NDArray[Any], places: npt.NDArray[np.intp]) -> Any:
    return clone(model).fit(_rows(features, places), outcomes[places], treatment=labels[places])


def labels_of(arms: TreatedArms, *, control: Any) -> npt.NDArray[Any]:
    """The label of each row's arm, of their own type where they share one."""
    labels = np.array([control, *arms.labels], dtype=object)[arms.codes]
    return np.asarray(pd.Series(labels).infer_objects().to_numpy())


def _rows(features: Any, places: npt.NDArray[np.intp]) -> Any:
    return features.iloc[places] if isinstance(features, pd.DataFrame) else features[places]
