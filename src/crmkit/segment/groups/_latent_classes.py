"""Latent classes: fitted by stepmix, kept as tables of probabilities, and customers placed by these alone."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import logsumexp

from crmkit._arrays import Floats
from crmkit._estimator import JsonError, check_table
from crmkit._extras import check_extra
from crmkit._messages import Message
from crmkit.errors import ConvergenceError

__all__ = [
    "Classes",
    "Patterns",
    "check_class_choice",
    "choice_row",
    "class_choice",
    "fitted_classes",
    "joint",
    "memberships",
    "patterns_of",
]

CHOICE_KINDS: Final[dict[str, Any]] = {
    "n_clusters": "int64",
    "chosen": "int64",
    "log_likelihood": "float64",
    "n_parameters": "int64",
    "aic": "float64",
    "bic": "float64",
    "entropy": "float64",
    "smallest_share": "float64",
}
# stepmix takes no probability to be smaller.
_LEAST: Final = 1e-15
_MOST_STEPS: Final = 5000
_TOLERANCE: Final = 1e-8

_NOT_CONVERGED: Final = Message(
    en="The model of {n} latent classes did not converge in {steps} steps. Ask for fewer classes, or other columns.",
    zh="含 {n} 个潜在类别的模型在 {steps} 步内未收敛。请减少类别数，或更换列。",
)


class Patterns(NamedTuple):
    """The different rows of codes, -1 where missing, in order, and how many customers have each."""

    codes: npt.NDArray[np.int64]
    counts: Floats


class Classes(NamedTuple):
    """Classes: their shares, and for each column the probability of each level by class."""

    weights: Floats
    probabilities: list[Floats]

    @property
    def n(self) -> int:
        """How many there are."""
        return len(self.weights)

    @property
    def n_parameters(self) -> int:
        """How many free parameters the model has."""
        return self.n - 1 + self.n * int(sum(table.shape[1] - 1 for table in self.probabilities))


def patterns_of(codes: npt.NDArray[np.int64]) -> Patterns:
    """Count the different rows."""
    found, counts = np.unique(codes, axis=0, return_counts=True)
    return Patterns(found, counts.astype(np.float64))


def fitted_classes(patterns: Patterns, *, n_levels: Sequence[int], n_classes: int, n_starts: int, seed: int) -> Classes:
    """Fit so many classes by the EM algorithm, the best of several starts."""
    if n_classes == 1:
        return _one_class(patterns, n_levels)
    check_extra("classes", "stepmix")
    with warnings.catch_warnings():
        # Its docstrings have escapes that Python warns of when they are compiled.
        warnings.simplefilter("ignore", SyntaxWarning)
        from stepmix.stepmix import StepMix
    features = np.where(patterns.codes < 0, np.nan, patterns.codes.astype(np.float64))
    model = StepMix(
        n_components=n_classes,
        measurement="categorical_nan" if np.isnan(features).any() else "categorical",
        n_init=n_starts,
        max_iter=_MOST_STEPS,
        abs_tol=_TOLERANCE,
        random_state=seed,
        verbose=0,
        progress_bar=0,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(features, sample_weight=patterns.counts)
    if not model.converged_:
        raise ConvergenceError(_NOT_CONVERGED(n=n_classes, steps=_MOST_STEPS))
    given = model.get_parameters()
    tables = given["measurement"]["pis"].reshape(n_classes, len(n_levels), -1)
    probabilities = [tables[:, at, :n] for at, n in enumerate(n_levels)]
    return Classes(np.asarray(given["weights"], dtype=np.float64), probabilities)


def joint(codes: npt.NDArray[np.int64], classes: Classes) -> Floats:
    """The logarithm of the probability of each row's known codes together with each class."""
    with np.errstate(divide="ignore"):
        made = np.tile(np.log(classes.weights), (len(codes), 1))
    for at, table in enumerate(classes.probabilities):
        logs = np.log(np.clip(table, _LEAST, 1 - _LEAST)).T
        known = codes[:, at] >= 0
        made[known] += logs[codes[known, at]]
    return made


def memberships(logs: Floats) -> Floats:
    """The probability of each class for each row, given what `joint` gives."""
    return np.asarray(np.exp(logs - logsumexp(logs, axis=1, keepdims=True)))


def choice_row(patterns: Patterns, classes: Classes) -> tuple[Any, ...]:
    """The criteria of a fitted model."""
    logs = joint(patterns.codes, classes)
    whole = logsumexp(logs, axis=1)
    likelihood, n, parameters = float(patterns.counts @ whole), patterns.counts.sum(), classes.n_parameters
    shares = np.exp(logs - whole[:, None])
    entropy = np.nan
    if classes.n > 1:
        spread = -(
            patterns.counts @ np.where(shares > 0, shares * np.log(np.where(shares > 0, shares, 1)), 0).sum(axis=1)
        )
        entropy = float(1 - spread / (n * np.log(classes.n)))
    sizes = np.bincount(logs.argmax(axis=1), weights=patterns.counts, minlength=classes.n)
    penalties = 2 * parameters, parameters * np.log(n)
    aic, bic = (float(penalty - 2 * likelihood) for penalty in penalties)
    return classes.n, 0, likelihood, parameters, aic, bic, entropy, float(sizes.min() / n)


def class_choice(rows: Sequence[tuple[Any, ...]]) -> pd.DataFrame:
    """Put criteria side by side, and mark the number with the lowest BIC."""
    table = pd.DataFrame(list(rows), columns=list(CHOICE_KINDS)).astype(CHOICE_KINDS)
    if len(table):
        table.loc[int(table["bic"].to_numpy().argmin()), "chosen"] = 1
    return table


def check_class_choice(table: pd.DataFrame, *, n_clusters: int) -> None:
    """Raise where JSON gives criteria that nobody worked out."""
    check_table(table, CHOICE_KINDS)
    numbers = table["n_clusters"].tolist()
    if not numbers or numbers != sorted(set(numbers)) or numbers[0] < 1:
        raise JsonError("numbers of classes ascend from 1")
    if table.loc[table["chosen"] == 1, "n_clusters"].tolist() != [n_clusters]:
        raise JsonError("the number of classes is the one chosen")


def _one_class(patterns: Patterns, n_levels: Sequence[int]) -> Classes:
    probabilities = []
    for at, n in enumerate(n_levels):
        known = patterns.codes[:, at] >= 0
        counts = np.bincount(patterns.codes[known, at], weights=patterns.counts[known], minlength=n)
        probabilities.append(counts[None, :] / counts.sum())
    return Classes(np.ones(1), probabilities)
