"""Signs that training knows something of the test, or of the time after the cutoff, one check after another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import clone
from sklearn.metrics import get_scorer, roc_auc_score

from crmkit._arrays import Floats
from crmkit.loyalty.churn._leak_columns import days_of, floats_of
from crmkit.loyalty.churn._leak_words import Finding

__all__ = ["Sides", "after_cutoff", "model_checks", "one_feature", "resampled", "same_customer", "scaled_together"]

# Beyond rounding, and far below what a sample of customers has by chance.
_EXACT: Final = 1e-6
_MOST_BALANCED: Final = 0.49
_MOST_COPIED: Final = 0.1
_N_BINS: Final = 20
# No column of a frame is called so.
_OUTCOME: Final = "\0left"
# Customers of the base rate that each level starts with, so that rare ones say little.
_PRIOR: Final = 10.0


class Sides(NamedTuple):
    """The features and the outcomes, 1 or 0, of training and of the test."""

    train: pd.DataFrame
    test: pd.DataFrame
    train_left: Floats
    test_left: Floats

    @property
    def features(self) -> list[str]:
        """The names of the features."""
        return [str(name) for name in self.train.columns]


def after_cutoff(sides: Sides, cutoffs: Sequence[Any]) -> Iterator[Finding]:
    """How often a date lies after the cutoff of its row, or of all; of columns that hold dates."""
    for feature in sides.features:
        days = [days_of(side[feature]) for side in (sides.train, sides.test)]
        if all(side is None for side in days):
            continue
        late = [
            np.zeros(0, dtype=bool) if side is None else (side > cutoff).to_numpy(dtype=bool)
            for side, cutoff in zip(days, cutoffs, strict=True)
        ]
        yield Finding(
            "after_cutoff", feature, float(np.concatenate(late).sum() / (len(sides.train) + len(sides.test))), 0.0
        )


def scaled_together(sides: Sides) -> Iterator[Finding]:
    """Features that were scaled over both sides, one row each; one row for all if there are none."""
    found = False
    for feature in sides.features:
        train, test = floats_of(sides.train[feature]), floats_of(sides.test[feature])
        if train is None or test is None:
            continue
        both = np.concatenate([train, test])
        if _is_scaled(both) and not _is_scaled(train):
            found = True
            yield Finding("scaled_together", feature, 1.0, 0.0)
    if not found:
        yield Finding("scaled_together", None, 0.0, 0.0)


def resampled(sides: Sides) -> Iterator[Finding]:
    """Whether both sides are balanced, and whether those of the rarer outcome were copied."""
    rates = np.array([sides.train_left.mean(), sides.test_left.mean()])
    yield Finding("balanced", None, float(np.minimum(rates, 1 - rates).min()), _MOST_BALANCED)
    left = np.concatenate([sides.train_left, sides.test_left])
    columns = {feature: _together(sides.train[feature], sides.test[feature]) for feature in sides.features}
    marks = pd.util.hash_pandas_object(pd.DataFrame({**columns, _OUTCOME: left}), index=False).to_numpy()
    n = len(sides.train)
    has_double = np.isin(marks[n:], marks[:n])
    shares = [float(has_double[sides.test_left == outcome].mean()) for outcome in (1, 0)]
    more = (shares[0] - shares[1]) * (1 if left.mean() <= 0.5 else -1)
    # Without a sign where there is no difference.
    yield Finding("copied_rows", None, more + 0.0, _MOST_COPIED)


def same_customer(train_ids: pd.Series[Any], test_ids: pd.Series[Any]) -> Finding:
    """Which share of the customers of the test are in training as well."""
    ids = pd.Index(test_ids.dropna().unique())
    return Finding("same_customer", None, float(ids.isin(train_ids).mean()) if len(ids) else np.nan, 0.0)


def one_feature(sides: Sides, *, limit: float) -> Iterator[Finding]:
    """How well each feature alone tells who left."""
    for feature in sides.features:
        area = max(
            _area(train, test, sides)
            for train, test in _encodings(sides.train[feature], sides.test[feature], sides.train_left)
        )
        yield Finding("one_feature", feature, area, limit)


def model_checks(sides: Sides, model: Any, *, most_gain: float, most_auc: float) -> Iterator[Finding]:
    """How good the model is on the test, and how much worse if it learns from a feature held constant."""
    score = get_scorer("roc_auc")

    def area(train: pd.DataFrame, test: pd.DataFrame) -> float:
        fitted = clone(model).fit(train, sides.train_left.astype(np.int64))
        return float(score(fitted, test, sides.test_left.astype(np.int64)))

    with_all = area(sides.train, sides.test)
    for feature in sides.features:
        usual = sides.train[feature].mode(dropna=True)
        if usual.empty:
            continue
        constant = (_with_constant(side, feature, usual.iloc[0]) for side in (sides.train, sides.test))
        yield Finding("gain", feature, with_all - area(*constant), most_gain)
    yield Finding("result", None, with_all, most_auc)


def _with_constant(side: pd.DataFrame, feature: str, value: Any) -> pd.DataFrame:
    """A side in which a feature says nothing, of the same kind as before."""
    return side.assign(**{feature: pd.Series([value] * len(side), index=side.index, dtype=side[feature].dtype)})


def _together(train: pd.Series[Any], test: pd.Series[Any]) -> pd.Series[Any]:
    """A feature of both sides in one kind: numbers, or text."""
    first, second = floats_of(train), floats_of(test)
    if first is not None and second is not None:
        return pd.Series(np.concatenate([first, second]))
    labels = pd.concat([train.astype(object), test.astype(object)], ignore_index=True)
    return labels.map(str, na_action="ignore")


def _is_scaled(values: Floats) -> bool:
    known = values[~np.isnan(values)]
    if len(np.unique(known)) <= 2:
        return False
    deviations = known.std(), known.std(ddof=1)
    standard = abs(known.mean()) < _EXACT and min(abs(each - 1) for each in deviations) < _EXACT
    return bool(standard or (known.min() == 0 and known.max() == 1))


def _encodings(train: pd.Series[Any], test: pd.Series[Any], left: Floats) -> Iterator[tuple[Floats, Floats]]:
    """A feature as numbers to rank by: as it is, missing ones first or last, and by the churn rate of its levels."""
    numbers = floats_of(train), floats_of(test)
    if numbers[0] is None or numbers[1] is None:
        codes, _ = pd.factorize(_together(train, test))
        yield _rates(codes[: len(train)], codes[len(train) :], left)
        return
    known = numbers[0][~np.isnan(numbers[0])]
    low, high = (known.min() - 1, known.max() + 1) if len(known) else (0.0, 0.0)
    for missing in (low, high):
        first, second = (np.where(np.isnan(each), missing, each) for each in numbers if each is not None)
        yield first, second
    edges = np.unique(np.quantile(known, np.linspace(0, 1, _N_BINS + 1)[1:-1])) if len(known) else np.empty(0)
    first, second = (np.where(np.isnan(each), -1, np.searchsorted(edges, each)) for each in numbers if each is not None)
    yield _rates(first, second, left)


def _rates(train: npt.NDArray[Any], test: npt.NDArray[Any], left: Floats) -> tuple[Floats, Floats]:
    """The churn rate in training of each row's level, drawn towards that of all where a level is rare."""
    rows = pd.DataFrame({"level": train, "left": left}).groupby("level")["left"].agg(["sum", "count"])
    rate = (rows["sum"] + _PRIOR * left.mean()) / (rows["count"] + _PRIOR)
    first, second = (pd.Series(side).map(rate).fillna(left.mean()).to_numpy() for side in (train, test))
    return first, second


def _area(train: Floats, test: Floats, sides: Sides) -> float:
    """The area under the curve of the test, in the direction that training has."""
    area = float(roc_auc_score(sides.test_left, test))
    return area if roc_auc_score(sides.train_left, train) >= 0.5 else 1 - area
