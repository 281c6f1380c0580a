"""How the explained variance of a linear regression divides among its drivers, for many matrices at once."""

from __future__ import annotations

from math import comb
from typing import Final

import numpy as np
import numpy.typing as npt

from crmkit._arrays import Floats

__all__ = ["MOST_EXACT", "averaged_over_orders", "correlations", "relative_weights"]

MOST_EXACT: Final = 15
"""With more drivers LMG is averaged over orders drawn at random."""

# What is left of the variance of a driver, relative to it, is rounding below.
_ROUNDING: Final = 1e-10
_N_PAIRS_OF_ORDERS: Final = 500


def correlations(moments: Floats, n_columns: int) -> Floats:
    """Give correlation matrices from sums of weights, weighted columns, and the upper triangle of their products."""
    total, sums, products = moments[:, :1], moments[:, 1 : n_columns + 1], moments[:, n_columns + 1 :]
    above = np.triu_indices(n_columns)
    square = np.empty((len(moments), n_columns, n_columns))
    square[:, above[0], above[1]] = square[:, above[1], above[0]] = products
    mean = sums / total
    covariance = square / total[:, :, None] - mean[:, :, None] * mean[:, None, :]
    spread = np.sqrt(np.diagonal(covariance, axis1=1, axis2=2))
    return np.asarray(covariance / (spread[:, :, None] * spread[:, None, :]))


def averaged_over_orders(matrices: Floats, *, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """What each driver adds to R², averaged over all orders in which drivers can enter (LMG).

    Parameters
    ----------
    matrices : array of shape (n, n_drivers + 1, n_drivers + 1)
        Correlations of the outcome, first, and its drivers.
    rng : numpy.random.Generator
        Source of the orders beyond `MOST_EXACT` drivers.

    Returns
    -------
    shares : array of shape (n, n_drivers)
        They add up to R².
    error : array of shape (n, n_drivers)
        Standard error that the choice of orders leaves; 0 where all were gone through.
    """
    n_drivers = matrices.shape[1] - 1
    if n_drivers > MOST_EXACT:
        return _over_drawn_orders(matrices, rng)
    shares = np.zeros((len(matrices), n_drivers))
    # A set of drivers with what it leaves unexplained, and the first driver that may join it.
    waiting = [(matrices, 0, 1)]
    while waiting:
        left, size, first = waiting.pop()
        shares += _gains(left) / (n_drivers * comb(n_drivers - 1, size)) if size < n_drivers else 0.0
        waiting += [(_without(left, place), size + 1, place + 1) for place in range(first, n_drivers + 1)]
    return shares, np.zeros_like(shares)


def relative_weights(matrices: Floats) -> Floats:
    """Johnson's relative weights: R² by the nearest orthogonal columns, given back to the drivers.

    References
    ----------
    .. [1] Johnson (2000), "A Heuristic Method for Estimating the Relative Weight of Predictor Variables in Multiple
       Regression", *Multivariate Behavioral Research* 35.
    """
    root, back = roots(matrices[:, 1:, 1:])
    slopes = np.einsum("nij,nj->ni", back, matrices[:, 1:, 0])
    return np.asarray(np.einsum("nij,nj->ni", root**2, slopes**2))


def roots(matrices: Floats) -> tuple[Floats, Floats]:
    """The symmetric roots of correlation matrices, and their inverses, 0 in directions without variance."""
    values, vectors = np.linalg.eigh(matrices)
    known = values > _ROUNDING
    root = np.sqrt(np.where(known, values, 0.0))
    back = np.where(known, 1 / np.where(known, root, 1.0), 0.0)
    turned = np.swapaxes(vectors, 1, 2)
    return (vectors * root[:, None, :]) @ turned, (vectors * back[:, None, :]) @ turned


def _over_drawn_orders(matrices: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Orders come in pairs, one the reverse of the other, which cancels much of the chance."""
    n_drivers = matrices.shape[1] - 1
    sums, squares = (np.zeros((len(matrices), n_drivers)) for _ in range(2))
    for _ in range(_N_PAIRS_OF_ORDERS):
        order = rng.permutation(n_drivers) + 1
        found = (_in_order(matrices, order) + _in_order(matrices, order[::-1])) / 2
        sums += found
        squares += found**2
    mean = sums / _N_PAIRS_OF_ORDERS
    variance = np.maximum(squares / _N_PAIRS_OF_ORDERS - mean**2, 0.0)
    return mean, np.sqrt(variance / (_N_PAIRS_OF_ORDERS - 1))


def _in_order(matrices: Floats, order: npt.NDArray[np.int64]) -> Floats:
    found, left = np.zeros((len(matrices), len(order))), matrices
    for place in order:
        found[:, place - 1] = _gains(left)[:, place - 1]
        left = _without(left, int(place))
    return found


def _gains(left: Floats) -> Floats:
    """What each driver would add to R²; 0 for those that are in, or that those in determine."""
    variance = np.diagonal(left, axis1=1, axis2=2)[:, 1:]
    known = variance > _ROUNDING
    return np.where(known, left[:, 0, 1:] ** 2 / np.where(known, variance, 1.0), 0.0)


def _without(left: Floats, place: int) -> Floats:
    """What is left of all columns once a driver has explained what it can."""
    variance = left[:, place, place]
    known = variance > _ROUNDING
    slopes = np.where(known[:, None], left[:, place], 0.0) / np.where(known, variance, 1.0)[:, None]
    rest = left - left[:, :, place, None] * slopes[:, None, :]
    rest[:, place, :] = rest[:, :, place] = 0.0
    return np.asarray(rest)
