"""Clusters of points: fitted by scikit-learn, kept as tables of numbers, and new points placed among them."""

from __future__ import annotations

import warnings
from typing import Any, Final, Literal, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from crmkit._arrays import Floats
from crmkit._messages import Message
from crmkit.errors import ConvergenceError

__all__ = [
    "METHODS",
    "Clusters",
    "Method",
    "density_clusters",
    "fitted_clusters",
    "log_densities",
    "mixture_bic",
    "one_cluster",
    "placed",
    "within",
]

Method: TypeAlias = Literal["kmeans", "gaussian_mixture", "hdbscan"]
METHODS: Final = ("kmeans", "gaussian_mixture", "hdbscan")

# A mixture's component is no narrower than a tenth of a spread: on values that many customers share, such as one
# order, it would otherwise shrink to a point, with a likelihood without bounds.
_LEAST_VARIANCE: Final = 0.01
_MOST_STEPS: Final = 1000
_BLOCK: Final = 65_536

_NOT_CONVERGED: Final = Message(
    en="The mixture of {n} components did not converge in {steps} steps. Ask for fewer clusters, or other columns.",
    zh="含 {n} 个成分的混合模型在 {steps} 步内未收敛。请减少聚类数，或更换列。",
)


class Clusters(NamedTuple):
    """Clusters: their centres; of a mixture weights and covariances; of dense ones their core points and distances."""

    centres: Floats
    weights: Floats
    covariances: Floats
    core_points: Floats
    core_of: npt.NDArray[np.intp]
    reaches: Floats

    @property
    def n(self) -> int:
        """How many there are."""
        return len(self.centres)


def fitted_clusters(points: Floats, *, method: Method, n_clusters: int, seed: int, n_starts: int) -> Clusters:
    """Fit so many clusters by k-means or as a mixture of normal distributions."""
    if method == "kmeans":
        return _by_centres(_k_means(points, n_clusters, seed, n_starts).cluster_centers_)
    mixture = _mixture(points, n_clusters, seed, n_starts)
    if not mixture.converged_:
        raise ConvergenceError(_NOT_CONVERGED(n=n_clusters, steps=_MOST_STEPS))
    covariances = (mixture.covariances_ + mixture.covariances_.transpose(0, 2, 1)) / 2
    return _by_centres(mixture.means_, weights=mixture.weights_, covariances=covariances)


def density_clusters(points: Floats, *, min_cluster_size: int) -> Clusters:
    """Find clusters by HDBSCAN, as many as there are; what lies between them is in none.

    A cluster keeps its members as core points and the largest distance from one of them to its neighbourhood.
    """
    from sklearn.cluster import HDBSCAN
    from sklearn.neighbors import NearestNeighbors

    if len(points) <= min_cluster_size:
        return _by_centres(np.empty((0, points.shape[1])))
    labels = HDBSCAN(min_cluster_size=min_cluster_size, copy=True).fit_predict(points)
    n, inside = int(labels.max()) + 1, labels >= 0
    near = NearestNeighbors(n_neighbors=min_cluster_size).fit(points)
    core = near.kneighbors(points[inside])[0][:, -1] if n else np.empty(0)
    core_of = labels[inside].astype(np.intp)
    reaches = np.array([core[core_of == each].max() for each in range(n)])
    centres = np.array([points[labels == each].mean(axis=0) for each in range(n)]).reshape(n, points.shape[1])
    return _by_centres(centres)._replace(core_points=points[inside], core_of=core_of, reaches=reaches)


def one_cluster(points: Floats) -> Clusters:
    """All points as one cluster."""
    return _by_centres(points.mean(axis=0)[None, :])


def placed(points: Floats, clusters: Clusters, *, method: Method) -> npt.NDArray[np.intp]:
    """Place points: at the nearest centre, the likeliest component, or a core point that is near enough; else -1."""
    if method == "hdbscan" and len(clusters.core_points):
        return _near_core(points, clusters)
    if method == "hdbscan" and clusters.n != 1:
        return np.full(len(points), -1, dtype=np.intp)
    found = np.empty(len(points), dtype=np.intp)
    for first in range(0, len(points), _BLOCK):
        block = slice(first, first + _BLOCK)
        if method == "gaussian_mixture":
            found[block] = log_densities(points[block], clusters).argmax(axis=1)
        else:
            found[block] = _to_centres(points[block], clusters.centres).argmin(axis=1)
    return found


def log_densities(points: Floats, clusters: Clusters) -> Floats:
    """The logarithm of each component's weight times its density, up to a constant."""
    made = np.empty((len(points), clusters.n))
    for each in range(clusters.n):
        root = np.linalg.cholesky(clusters.covariances[each])
        apart = np.linalg.solve(root, (points - clusters.centres[each]).T)
        made[:, each] = np.log(clusters.weights[each]) - np.log(np.diag(root)).sum() - (apart**2).sum(axis=0) / 2
    return made


def mixture_bic(points: Floats, *, n_clusters: int, seed: int, n_starts: int) -> float:
    """Schwarz's criterion of a mixture of so many normal distributions; lower is better."""
    return float(_mixture(points, n_clusters, seed, n_starts).bic(points))


def within(points: Floats, *, n_clusters: int, seed: int, n_starts: int) -> float:
    """The sum of squares within clusters by k-means."""
    if n_clusters == 1:
        return float(((points - points.mean(axis=0)) ** 2).sum())
    return float(_k_means(points, n_clusters, seed, n_starts).inertia_)


def _by_centres(centres: Floats, *, weights: Floats | None = None, covariances: Floats | None = None) -> Clusters:
    n_columns = centres.shape[1]
    return Clusters(
        np.asarray(centres, dtype=np.float64),
        np.empty(0) if weights is None else np.asarray(weights, dtype=np.float64),
        np.empty((0, n_columns, n_columns)) if covariances is None else np.asarray(covariances, dtype=np.float64),
        np.empty((0, n_columns)),
        np.empty(0, dtype=np.intp),
        np.empty(0),
    )


def _k_means(points: Floats, n_clusters: int, seed: int, n_starts: int) -> Any:
    from sklearn.cluster import KMeans
    from sklearn.exceptions import ConvergenceWarning

    with warnings.catch_warnings():
        # A sample may hold fewer different points than the whole.
        warnings.simplefilter("ignore", ConvergenceWarning)
        return KMeans(n_clusters, n_init=n_starts, random_state=seed).fit(points)


def _mixture(points: Floats, n_clusters: int, seed: int, n_starts: int) -> Any:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.mixture import GaussianMixture

    # One point alone has no variance, and is refused.
    points = np.repeat(points, 2, axis=0) if len(points) == 1 else points
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return GaussianMixture(
            n_clusters, reg_covar=_LEAST_VARIANCE, max_iter=_MOST_STEPS, n_init=n_starts, random_state=seed
        ).fit(points)


def _to_centres(points: Floats, centres: Floats) -> Floats:
    """Squared distances to centres, less what is the same for all of them."""
    return np.asarray((centres**2).sum(axis=1) - 2 * points @ centres.T)


def _near_core(points: Floats, clusters: Clusters) -> npt.NDArray[np.intp]:
    from sklearn.neighbors import NearestNeighbors

    near = NearestNeighbors(n_neighbors=1).fit(clusters.core_points)
    distances, which = (each[:, 0] for each in near.kneighbors(points))
    cluster = clusters.core_of[which]
    return np.where(distances <= clusters.reaches[cluster], cluster, -1)
