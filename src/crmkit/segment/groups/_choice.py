"""How many clusters: several criteria side by side, a test whether there are any, and a rule that chooses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, NamedTuple, TypeAlias

import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._estimator import JsonError, check_table
from crmkit._stats import adjusted_rand, contingency, jaccard_matrix
from crmkit.segment.groups._methods import Clusters, Method, fitted_clusters, mixture_bic, placed, within
from crmkit.segment.groups._one_hump import one_hump, without_steps
from crmkit.segment.groups._points import sampled

__all__ = [
    "CHOICE_KINDS",
    "CRITERIA",
    "Criterion",
    "Judged",
    "check_choice",
    "choose",
    "clustered",
    "judged",
    "lasting_ones",
    "no_choice",
    "stability_of",
]

Criterion: TypeAlias = Literal["silhouette", "calinski_harabasz", "davies_bouldin", "gap", "bic", "stability"]
CRITERIA: Final = ("silhouette", "calinski_harabasz", "davies_bouldin", "gap", "bic", "stability")

CHOICE_KINDS: Final = {
    "n_clusters": "int64",
    "chosen": "int64",
    "silhouette": "float64",
    "calinski_harabasz": "float64",
    "davies_bouldin": "float64",
    "bic": "float64",
    "gap": "float64",
    "gap_error": "float64",
    "beyond_null": "float64",
    "stability": "float64",
    "least_stability": "float64",
    "adjusted_rand": "float64",
    "smallest_share": "float64",
}
# Rows that are looked at: what is judged by pairs and by many fits needs no more.
_MOST_ROWS: Final = 1500
_N_REFERENCES: Final = 20
_N_RESAMPLES: Final = 20
# Fits of mixtures take ten times as long.
_N_RESAMPLES_OF_MIXTURES: Final = 10
# So many standard errors beyond what points without clusters give; seven numbers of clusters are tried.
_BEYOND: Final = 3.0
# Hennig: clusters found again to at least 0.75 are stable, to less than 0.6 not to be trusted.
_STABLE, _TRUSTED = 0.75, 0.6
_N_STARTS: Final = 3


class Judged(NamedTuple):
    """The criteria by number of clusters, and whether there are more clusters than one."""

    table: pd.DataFrame
    chosen: int


def judged(points: Floats, *, method: Method, criterion: Criterion, numbers: Sequence[int], seed: int) -> Judged:
    """Judge each number of clusters, 1 among them, on points in an order of their own, and choose one."""
    rng = np.random.default_rng(seed)
    rows = sampled(points, most=_MOST_ROWS, rng=rng)
    spread = _against_reference(rows, numbers, rng)
    lines = []
    for place, number in enumerate(numbers):
        line: dict[str, float] = {"n_clusters": number, "chosen": 0, **spread[place]}
        line["bic"] = (
            mixture_bic(rows, n_clusters=number, seed=seed, n_starts=_N_STARTS)
            if method == "gaussian_mixture"
            else np.nan
        )
        if number == 1:
            line |= {"smallest_share": 1.0}
        else:
            clusters = fitted_clusters(rows, method=method, n_clusters=number, seed=seed, n_starts=_N_STARTS)
            line |= _described(rows, clusters, method=method)
            line |= _stability(rows, clusters, method=method, rng=rng)
        lines.append(line)
    table = pd.DataFrame(lines, columns=list(CHOICE_KINDS)).astype(CHOICE_KINDS)
    chosen = choose(table, criterion)
    return Judged(table.assign(chosen=(table["n_clusters"] == chosen).astype("int64")), chosen)


def choose(table: pd.DataFrame, criterion: Criterion) -> int:
    """Choose a number of clusters: 1 where none is more clustered than chance, else the best of those that last."""
    more = table[(table["beyond_null"] > _BEYOND) & (table["n_clusters"] > 1)]
    if more.empty:
        return 1
    lasting = lasting_ones(more)
    if lasting.empty:
        return _best(more, more["least_stability"])
    if criterion == "gap":
        return _by_gap(table, lasting)
    falling = criterion in ("davies_bouldin", "bic")
    return _best(lasting, lasting[criterion] * (-1 if falling else 1))


def clustered(points: Floats, *, numbers: Sequence[int], seed: int) -> bool:
    """Whether cutting points up brings more than it would if they were no clusters."""
    rng = np.random.default_rng(seed)
    rows = sampled(points, most=_MOST_ROWS, rng=rng)
    beyond = [each["beyond_null"] for each in _against_reference(rows, numbers, rng)]
    return any(each > _BEYOND for each in beyond[1:])


def no_choice() -> pd.DataFrame:
    """Make the table of criteria where nothing was to be chosen."""
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in CHOICE_KINDS.items()})


def stability_of(points: Floats, clusters: Clusters, *, method: Method, seed: int) -> Floats:
    """How far each cluster is found again in resamples, by Jaccard; ``nan`` where there is nothing to find."""
    rng = np.random.default_rng(seed)
    rows = sampled(points, most=_MOST_ROWS, rng=rng)
    if clusters.n < 2 or method == "hdbscan":
        return np.full(clusters.n, np.nan)
    return _found_again(rows, clusters, method=method, rng=rng)[0]


def check_choice(table: pd.DataFrame, *, n_clusters: int) -> None:
    """Raise where JSON gives criteria that nobody worked out."""
    check_table(table, dict(CHOICE_KINDS))  # type: ignore[arg-type]
    numbers = table["n_clusters"].tolist()
    if len(table) and (numbers != sorted(set(numbers)) or numbers[0] < 1):
        raise JsonError("numbers of clusters ascend from 1")
    if len(table) and table.loc[table["chosen"] == 1, "n_clusters"].tolist() != [n_clusters]:
        raise JsonError("the number of clusters is the one chosen")


def lasting_ones(table: pd.DataFrame) -> pd.DataFrame:
    """The numbers whose clusters are all stable; where there are none, those whose clusters may be trusted."""
    stable = table[table["least_stability"] >= _STABLE]
    return table[table["least_stability"] >= _TRUSTED] if stable.empty else stable


def _best(table: pd.DataFrame, values: pd.Series[float]) -> int:
    """The number of clusters with the highest value, the fewest of several."""
    at = int(np.argmax(np.nan_to_num(values.to_numpy(), nan=-np.inf)))
    return int(table["n_clusters"].to_numpy()[at])


def _by_gap(table: pd.DataFrame, lasting: pd.DataFrame) -> int:
    """Tibshirani's rule: the fewest clusters whose gap the next does not beat by more than its error."""
    rows = table.set_index("n_clusters")
    for number in lasting["n_clusters"]:
        if number + 1 not in rows.index:
            break
        if rows.loc[number, "gap"] >= rows.loc[number + 1, "gap"] - rows.loc[number + 1, "gap_error"]:
            return int(number)
    return int(lasting["n_clusters"].iloc[-1])


def _against_reference(rows: Floats, numbers: Sequence[int], rng: np.random.Generator) -> list[dict[str, float]]:
    """The gap statistic, and how far the fall of the spread within clusters lies beyond that of the reference."""
    smooth = without_steps(rows, rng)
    logs = _log_spread(smooth, numbers, rng)
    if len(numbers) < 2 or not np.isfinite(logs[0]):
        return [{"gap": np.nan, "gap_error": np.nan, "beyond_null": np.nan} for _ in numbers]
    draw = one_hump(smooth, rng)
    references = np.array([_log_spread(draw(), numbers, rng) for _ in range(_N_REFERENCES)])
    inflation = np.sqrt(1 + 1 / _N_REFERENCES)
    mean, error = references.mean(axis=0), references.std(axis=0, ddof=1) * inflation
    falls, of_references = logs[0] - logs, references[:, :1] - references
    errors = of_references.std(axis=0, ddof=1) * inflation
    beyond = np.where(errors > 0, (falls - of_references.mean(axis=0)) / np.where(errors > 0, errors, 1.0), np.nan)
    return [
        {"gap": mean[at] - logs[at], "gap_error": error[at], "beyond_null": beyond[at]} for at in range(len(numbers))
    ]


def _log_spread(rows: Floats, numbers: Sequence[int], rng: np.random.Generator) -> Floats:
    """The logarithm of the sum of squares within clusters; no smaller than rounding leaves of the whole."""
    least = 1e-12 * within(rows, n_clusters=1, seed=0, n_starts=1)
    seeds = rng.integers(2**31, size=len(numbers))
    spread = [within(rows, n_clusters=n, seed=int(seed), n_starts=2) for n, seed in zip(numbers, seeds, strict=True)]
    with np.errstate(divide="ignore"):
        return np.log(np.maximum(spread, least))


def _described(rows: Floats, clusters: Clusters, *, method: Method) -> dict[str, float]:
    from sklearn.metrics import calinski_harabasz_score, davies_bouldin_score, silhouette_score

    labels = placed(rows, clusters, method=method)
    sizes = np.bincount(labels, minlength=clusters.n)
    told = {"smallest_share": float(sizes.min() / len(rows))}
    if 1 < np.count_nonzero(sizes) < len(rows):
        told["silhouette"] = float(silhouette_score(rows, labels))
        told["calinski_harabasz"] = float(calinski_harabasz_score(rows, labels))
        told["davies_bouldin"] = float(davies_bouldin_score(rows, labels))
    return told


def _stability(rows: Floats, clusters: Clusters, *, method: Method, rng: np.random.Generator) -> dict[str, float]:
    found, rand = _found_again(rows, clusters, method=method, rng=rng)
    return {"stability": float(found.mean()), "least_stability": float(found.min()), "adjusted_rand": rand}


def _found_again(rows: Floats, clusters: Clusters, *, method: Method, rng: np.random.Generator) -> tuple[Floats, float]:
    """Refit on resamples with replacement, and compare the clusters of all rows."""
    labels, n = placed(rows, clusters, method=method), clusters.n
    found, rand = [], []
    for _ in range(_N_RESAMPLES if method == "kmeans" else _N_RESAMPLES_OF_MIXTURES):
        drawn = rows[np.sort(rng.integers(len(rows), size=len(rows)))]
        again = fitted_clusters(drawn, method=method, n_clusters=n, seed=int(rng.integers(2**31)), n_starts=1)
        others = placed(rows, again, method=method)
        found.append(jaccard_matrix(labels, others, n_one=n, n_other=n).max(axis=1))
        rand.append(adjusted_rand(contingency(labels, others, n_one=n, n_other=n)))
    return np.mean(found, axis=0), float(np.nanmean(rand)) if not np.isnan(rand).all() else float("nan")
