"""How many groups of mixed rows: criteria by number, and a test whether there are any."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._estimator import JsonError, check_table
from crmkit._stats import adjusted_rand, contingency, jaccard_matrix
from crmkit.segment.groups._choice import lasting_ones
from crmkit.segment.groups._gower import MixedPoints, gower_distances, taken
from crmkit.segment.groups._medoids import Rows, candidates, medoid_path, silhouette
from crmkit.segment.groups._one_hump import one_hump, without_steps

__all__ = ["MixedJudged", "check_mixed_choice", "judged_mixed", "mixed_stability", "no_mixed_choice"]

_KINDS: Final[dict[str, Any]] = {
    "n_clusters": "int64",
    "chosen": "int64",
    "mean_distance": "float64",
    "silhouette": "float64",
    "beyond_null": "float64",
    "stability": "float64",
    "least_stability": "float64",
    "adjusted_rand": "float64",
    "smallest_share": "float64",
}
_MOST_ROWS: Final = 500
_N_REFERENCES: Final = 20
_N_RESAMPLES: Final = 20
_BEYOND: Final = 3.0


class MixedJudged(NamedTuple):
    """The criteria by number of groups, and the number chosen."""

    table: pd.DataFrame
    chosen: int


def judged_mixed(points: MixedPoints, *, numbers: Sequence[int], rng: np.random.Generator) -> MixedJudged:
    """Judge each number of groups, 1 among them, on a sample, and choose one by the rule for clusters."""
    sample = _sampled(points, rng)
    distances = gower_distances(sample, sample)
    allowed = candidates(sample, numbers[-1])
    path = medoid_path(distances, numbers, allowed=allowed)
    costs = _costs(distances, path)
    beyond = _beyond_null(sample, costs, numbers, rng)
    lines = []
    for number, medoids, cost, far in zip(numbers, path, costs, beyond, strict=True):
        line: dict[str, float] = {"n_clusters": number, "chosen": 0, "mean_distance": cost, "beyond_null": far}
        labels = distances[:, medoids].argmin(axis=1)
        sizes = np.bincount(labels, minlength=number)
        line["smallest_share"] = float(sizes.min() / len(labels))
        if number > 1:
            found, rand = _found_again(distances, labels, number, rng)
            line |= {"stability": float(found.mean()), "least_stability": float(found.min()), "adjusted_rand": rand}
            line["silhouette"] = silhouette(distances, labels, number)
        lines.append(line)
    table = pd.DataFrame(lines, columns=list(_KINDS)).astype(_KINDS)
    chosen = _choose(table)
    return MixedJudged(table.assign(chosen=(table["n_clusters"] == chosen).astype("int64")), chosen)


def mixed_stability(points: MixedPoints, medoids: MixedPoints, rng: np.random.Generator) -> Floats:
    """How far each group is found again in resamples, by Jaccard; ``nan`` where there is one."""
    n = len(medoids.numbers)
    if n < 2:
        return np.full(n, np.nan)
    sample = _sampled(points, rng)
    labels = gower_distances(sample, medoids).argmin(axis=1)
    return _found_again(gower_distances(sample, sample), labels, n, rng)[0]


def no_mixed_choice() -> pd.DataFrame:
    """Make the table of criteria where the number was given."""
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in _KINDS.items()})


def check_mixed_choice(table: pd.DataFrame, *, n_clusters: int) -> None:
    """Raise where JSON gives criteria that nobody worked out."""
    check_table(table, _KINDS)
    numbers = table["n_clusters"].tolist()
    if len(table) and (numbers != sorted(set(numbers)) or numbers[0] < 1):
        raise JsonError("numbers of clusters ascend from 1")
    if len(table) and table.loc[table["chosen"] == 1, "n_clusters"].tolist() != [n_clusters]:
        raise JsonError("the number of clusters is the one chosen")


def _choose(table: pd.DataFrame) -> int:
    more = table[(table["beyond_null"] > _BEYOND) & (table["n_clusters"] > 1)]
    if more.empty:
        return 1
    lasting = lasting_ones(more)
    values = more["least_stability"] if lasting.empty else lasting["silhouette"]
    at = int(np.argmax(np.nan_to_num(values.to_numpy(), nan=-np.inf)))
    return int((more if lasting.empty else lasting)["n_clusters"].to_numpy()[at])


def _sampled(points: MixedPoints, rng: np.random.Generator) -> MixedPoints:
    n = len(points.numbers)
    return points if n <= _MOST_ROWS else taken(points, np.sort(rng.choice(n, size=_MOST_ROWS, replace=False)))


def _costs(distances: Floats, path: Sequence[Rows]) -> Floats:
    return np.array([distances[:, medoids].min(axis=1).mean() for medoids in path])


def _beyond_null(sample: MixedPoints, costs: Floats, numbers: Sequence[int], rng: np.random.Generator) -> Floats:
    """How far the fall of the mean distance lies beyond that of rows without groups, in standard errors."""
    if len(numbers) < 2 or not costs[0] > 0:
        return np.full(len(numbers), np.nan)
    missing = np.isnan(sample.numbers)
    middle = np.array([np.median(column[~gone]) if (~gone).any() else 0.0 for column, gone in zip(
        sample.numbers.T, missing.T, strict=True)])  # fmt: skip
    smooth = without_steps(np.where(missing, middle, sample.numbers), rng)
    draw = one_hump(smooth, rng)
    falls = []
    for _ in range(_N_REFERENCES):
        numbers_drawn = np.where(missing, np.nan, draw()) if smooth.shape[1] else sample.numbers
        codes = (
            np.column_stack([rng.permutation(column) for column in sample.codes.T])
            if sample.codes.size
            else sample.codes
        )
        drawn = sample._replace(numbers=numbers_drawn, codes=codes)
        distances = gower_distances(drawn, drawn)
        allowed = candidates(drawn, numbers[-1])
        of_drawn = _costs(distances, medoid_path(distances, numbers, allowed=allowed))
        falls.append(1 - of_drawn / of_drawn[0])
    smoothed = sample._replace(numbers=np.where(missing, np.nan, smooth))
    distances = gower_distances(smoothed, smoothed)
    own = _costs(distances, medoid_path(distances, numbers, allowed=candidates(sample, numbers[-1])))
    errors = np.std(falls, axis=0, ddof=1) * np.sqrt(1 + 1 / _N_REFERENCES)
    apart = (1 - own / own[0]) - np.mean(falls, axis=0)
    return np.where(errors > 0, apart / np.where(errors > 0, errors, 1.0), np.nan)


def _found_again(distances: Floats, labels: Rows, n_clusters: int, rng: np.random.Generator) -> tuple[Floats, float]:
    found, rand = [], []
    for _ in range(_N_RESAMPLES):
        drawn = np.sort(rng.integers(len(distances), size=len(distances)))
        medoids = drawn[medoid_path(distances[np.ix_(drawn, drawn)], [n_clusters])[0]]
        others = distances[:, medoids].argmin(axis=1)
        found.append(jaccard_matrix(labels, others, n_one=n_clusters, n_other=n_clusters).max(axis=1))
        rand.append(adjusted_rand(contingency(labels, others, n_one=n_clusters, n_other=n_clusters)))
    known = [each for each in rand if not np.isnan(each)]
    return np.mean(found, axis=0), float(np.mean(known)) if known else float("nan")
