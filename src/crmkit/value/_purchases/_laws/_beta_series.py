r"""Means over a beta-distributed probability of dropping out, for customers with repeated opportunities.

.. math:: E\left[\frac{1}{1 - (1 - p) v}\right], \quad p \sim \text{Beta}(a, b),

is the discounted number of opportunities at which a customer who drops out with probability p each time is present.
"""

from __future__ import annotations

import numpy as np

from crmkit._arrays import Floats

__all__ = ["times_there"]


# exp(-37) is negligible beside 1.
_NOTHING = 37.0


def times_there(a: Floats, b: Floats, interest: Floats) -> Floats:
    """Mean of 1 / (1 - (1 - p) v) over p from Beta(a, b).

    As 1 / (1 - v) times Stieltjes' fraction of the beta distribution in v / (1 - v), whose terms are positive and
    whose convergents lie in turn above and below: nothing cancels, not at a = 1 either, where hypergeometric
    functions do.

    Parameters
    ----------
    a, b : arrays of shape (n,)
        Parameters of the distributions, above zero.
    interest : array of shape (n,)
        1 - v, in (0, 1].

    References
    ----------
    .. [1] Cuyt et al. (2008), *Handbook of Continued Fractions for Special Functions*, section 15.3.
    """
    a, b, interest = (np.ravel(part) for part in np.broadcast_arrays(a, b, interest))
    # Each term brings the fraction nearer by at least this factor.
    nearer = 2 * np.arctanh(np.minimum(np.sqrt(interest), 0.999))
    n_terms = np.ceil((_NOTHING - np.log(interest)) / nearer).astype(int) // 2 + 1
    order = np.argsort(-n_terms, kind="stable")
    a, b, w = a[order], b[order], ((1 - interest) / interest)[order]
    c = a + b
    fraction = np.ones(len(a))
    # Rows that need fewer terms join later.
    joined = np.searchsorted(-n_terms[order], -np.arange(n_terms.max(initial=0) + 1), side="right")
    for m in range(n_terms.max(initial=0), 0, -1):
        some = slice(joined[m])
        odd = (a[some] + m) * (c[some] + m - 1) / ((c[some] + 2 * m - 1) * (c[some] + 2 * m))
        even = m * (b[some] + m - 1) / ((c[some] + 2 * m - 2) * (c[some] + 2 * m - 1))
        fraction[some] = 1 + odd * w[some] / fraction[some]
        fraction[some] = 1 + even * w[some] / fraction[some]
    result = np.empty(len(a))
    result[order] = 1 / (1 + a / c * w / fraction)
    return result / interest
