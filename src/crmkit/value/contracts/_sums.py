"""Sums of slowly changing functions over many whole numbers."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from crmkit._arrays import Floats

__all__ = ["sum_rule"]


_N_NODES = 20


@lru_cache(maxsize=256)
def sum_rule(n_terms: float) -> tuple[Floats, Floats]:
    """Nodes and weights for the sum of a function over 0, 1, ..., n_terms - 1.

    Few terms are all taken; of many, Gauss' rule for the sum, with the polynomials of Chebyshev that are orthogonal on
    whole numbers, takes 20 nodes. It is exact for polynomials up to degree 39.

    References
    ----------
    .. [1] Gautschi (2004), *Orthogonal Polynomials: Computation and Approximation*, section 1.5.2, for the recurrence.
    """
    if n_terms <= 2 * _N_NODES:
        nodes, weights = np.arange(n_terms), np.ones(int(n_terms))
    else:
        k = np.arange(1.0, _N_NODES)
        root = np.sqrt((1 - (k / n_terms) ** 2) / (4 * (4 - k**-2)))
        scaled, vectors = np.linalg.eigh(np.diag(root, 1) + np.diag(root, -1))
        nodes, weights = (n_terms - 1) / 2 + n_terms * scaled, n_terms * vectors[0] ** 2
    nodes.flags.writeable = weights.flags.writeable = False
    return nodes, weights
