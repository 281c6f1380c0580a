"""The slope of a regression on one column, other columns held fixed, with errors that need no equal spread."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

from crmkit._arrays import Floats

__all__ = ["ERRORS", "MODELS", "Demand", "Errors", "Slope", "Undetermined", "slope_of"]

Demand: TypeAlias = Literal["log_log", "poisson"]
Errors: TypeAlias = Literal["hc3", "hc1", "classical"]
MODELS: Final = ("log_log", "poisson")
ERRORS: Final = ("hc3", "hc1", "classical")

_FEWEST_CLUSTERS: Final = 10
_MOST_STEPS: Final = 200
# Parts of a column's spread that are rounding, and a step that moves nothing any more.
_ROUNDING: Final = 1e-9
_STILL: Final = 1e-9
# A slope of logarithms beyond this is one that grows without end.
_STEEPEST: Final = 500.0


class Slope(NamedTuple):
    """A slope with its standard error and degrees of freedom, and how much all columns explain."""

    value: float
    error: float
    freedom: int
    r_squared: float

    def interval(self, level: float) -> tuple[float, float]:
        """Its ends, by Student's distribution."""
        reach = float(stdtrit(self.freedom, (1 + level) / 2)) * self.error
        return self.value - reach, self.value + reach


class Undetermined(Exception):  # noqa: N818
    """Why there is no slope: a code."""


def slope_of(
    x: Floats,
    y: Floats,
    controls: Floats,
    *,
    model: Demand,
    errors: Errors,
    clusters: npt.NDArray[np.intp] | None,
) -> Slope:
    """Regress ``y`` on ``x`` and controls, a constant among them; of counts by Poisson's pseudo-likelihood.

    The slope on ``x`` is that on what controls leave of it (Frisch, Waugh and Lovell), and so is its error. Controls
    that repeat one another do no harm.
    """
    n = len(x)
    basis = _basis(controls, n)
    k = basis.shape[1] + 1
    if n - k < 1:
        raise Undetermined("few_rows")
    x = x - x.mean()
    free = _left_of(x, basis)
    if (free**2).sum() <= _ROUNDING**2 * max((x**2).sum(), n):
        raise Undetermined("price_does_not_vary")
    weights, fitted = np.ones(n), None
    if model == "poisson":
        if y.max() <= 0:
            raise Undetermined("no_sales")
        y = y / y.mean()
        weights, fitted = _poisson(y, np.column_stack([basis, free / np.sqrt((free**2).sum())]))
    by_root = np.sqrt(weights)
    weighted = _orthonormal(by_root[:, None] * basis)
    z = _left_of(by_root * x, weighted)
    zz = float((z**2).sum())
    if fitted is None:
        level = y.mean()
        rest = _left_of(y - level, weighted)
        slope = float(z @ rest / zz)
        residual = rest - slope * z
        spread = ((y - level) ** 2).sum()
        # What is left of numbers that lie on the line is rounding.
        if (residual**2).sum() <= _ROUNDING**2 * spread or spread <= _ROUNDING**2 * n * level**2:
            residual = np.zeros(n)
        r_squared = 1 - float((residual**2).sum() / spread) if spread > 0 else np.nan
    else:
        coefficients = np.linalg.lstsq(by_root[:, None] * np.column_stack([basis, x]), by_root * fitted, rcond=None)[0]
        slope, r_squared = float(coefficients[-1]), np.nan
        residual = (y - weights) / by_root
    leverage = (weighted**2).sum(axis=1) + z**2 / zz
    if clusters is not None:
        return Slope(slope, _by_cluster(z * residual, clusters, k) / zz, int(clusters.max()), r_squared)
    return Slope(slope, _error(z, residual, leverage, errors, k) / zz, n - k, r_squared)


def _by_cluster(scores: Floats, clusters: npt.NDArray[np.intp], k: int) -> float:
    """Root of the middle of the sandwich where rows of a cluster move together."""
    n, n_clusters = len(scores), int(clusters.max()) + 1
    if n_clusters < _FEWEST_CLUSTERS:
        raise Undetermined("few_clusters")
    sums = np.bincount(clusters, scores)
    return float(np.sqrt((sums**2).sum() * n_clusters / (n_clusters - 1) * (n - 1) / (n - k)))


def _error(z: Floats, residual: Floats, leverage: Floats, errors: Errors, k: int) -> float:
    """Root of the middle of the sandwich for independent rows."""
    n = len(z)
    if errors == "classical":
        return float(np.sqrt((residual**2).sum() / (n - k) * (z**2).sum()))
    if errors == "hc1":
        return float(np.sqrt(((z * residual) ** 2).sum() * n / (n - k)))
    # A row that a control picks out alone says nothing about the price; one that the price rests on says all.
    idle = z**2 <= _ROUNDING**2 * (z**2).sum()
    alone = 1 - leverage <= _ROUNDING
    if (alone & ~idle).any():
        return np.nan
    safe = np.where(alone, 1.0, 1 - leverage)
    return float(np.sqrt((np.where(idle, 0.0, z * residual / safe) ** 2).sum()))


def _basis(controls: Floats, n: int) -> Floats:
    """Orthonormal columns that span a constant and the controls."""
    columns = controls / np.maximum(np.abs(controls).max(axis=0, initial=0.0), np.finfo(float).tiny)
    columns = columns - columns.mean(axis=0)
    size = np.sqrt((columns**2).sum(axis=0))
    columns = columns[:, size > _ROUNDING * np.sqrt(n)]
    columns = columns / np.sqrt((columns**2).sum(axis=0))
    return _orthonormal(np.column_stack([np.full(n, 1 / np.sqrt(n)), columns]))


def _orthonormal(columns: Floats) -> Floats:
    left, singular, _ = np.linalg.svd(columns, full_matrices=False)
    return np.asarray(left[:, singular > _ROUNDING * singular.max(initial=0.0)])


def _left_of(column: Floats, basis: Floats) -> Floats:
    """What orthonormal columns leave of a column; twice, for the rounding of the first time."""
    once = column - basis @ (basis.T @ column)
    return np.asarray(once - basis @ (basis.T @ once))


def _poisson(y: Floats, columns: Floats) -> tuple[Floats, Floats]:
    """Expected counts and their logarithms, by iterated weighted regression; the counts have the mean 1."""
    mean = (y + 1) / 2
    eta = np.log(mean)
    for _ in range(_MOST_STEPS):
        root = np.sqrt(mean)
        working = eta + (y - mean) / mean
        found = columns @ np.linalg.lstsq(root[:, None] * columns, root * working, rcond=None)[0]
        if not np.isfinite(found).all() or np.abs(found).max() > _STEEPEST:
            break
        moved, eta = np.abs(found - eta).max(), found
        mean = np.exp(eta)
        if moved <= _STILL * (1 + np.abs(eta).max()):
            return mean, eta
    raise Undetermined("no_convergence")
