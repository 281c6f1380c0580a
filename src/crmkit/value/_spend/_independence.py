"""Whether what customers spend depends on how often they buy."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_fraction, check_option
from crmkit._frames import FrameT, from_pandas
from crmkit._stats import normal_reach
from crmkit.value._spend._amounts import NonPositive, read_amounts

__all__ = ["spend_independence_table"]

# Fisher's intervals use up three observations.
_FEWEST = 4


def spend_independence_table(customers: FrameT, *, level: float = 0.95, non_positive: NonPositive = "raise") -> FrameT:
    r"""Correlate what customers spend with how often they come back; models of spend assume no correlation.

    The correlations are of ``monetary_value`` and ``frequency`` of customers with a repeat purchase. The intervals are
    Wald's on the artanh scale: Pearson's with a variance that assumes neither normal distributions nor the same scatter
    at every frequency [1]_, Spearman's with that of Bonett and Wright [2]_. The p-values test for no correlation.

    Pearson's correlation is 0 where the assumption holds. Spearman's, which single large amounts do not dominate,
    is then small but not 0: the mean of more amounts is less skewed, so its median rises with the frequency. Compare it
    with that of amounts drawn by `GammaGammaModel.simulate`. Judge a correlation by its size, not by the p-value, which
    in a large customer base is below any threshold.

    Parameters
    ----------
    customers : pandas, Polars or PyArrow table
        As `crmkit.customer_summary` gives it; with ``n_customers`` where a row stands for several.
    level : float, default 0.95
        Probability with which an interval is meant to cover the correlation.
    non_positive : {"raise", "drop"}, default "raise"
        What to do with customers who came back and whose ``monetary_value`` is missing, 0 or below.

    Returns
    -------
    the kind of table given
        Two rows: ``correlation`` (``pearson``, ``spearman``), ``estimate``, ``lower`` and ``upper`` in [-1, 1],
        ``p_value`` in [0, 1], ``n_customers`` with a repeat purchase. All but the last are missing with fewer than
        four such customers, or where all spent the same or came back equally often.

    Raises
    ------
    SchemaError
        If a column is missing or holds impossible values; for amounts that are missing or not above 0 unless
        ``non_positive="drop"``.
    TypeError
        If ``level`` is not a number.
    ValueError
        If an option lies outside its range.

    References
    ----------
    .. [1] Hawkins (1989), "Using U Statistics to Derive the Asymptotic Distribution of Fisher's Z Statistic", *The
       American Statistician* 43(4), 235-237.
    .. [2] Bonett and Wright (2000), "Sample Size Requirements for Estimating Pearson, Kendall and Spearman
       Correlations", *Psychometrika* 65(1), 23-28.

    Examples
    --------
    >>> from crmkit import as_transactions, customer_summary
    >>> from crmkit.datasets import load_cdnow
    >>> customers = customer_summary(as_transactions(load_cdnow()), as_of="1997-09-30")
    >>> spend_independence_table(customers).round(4)
      correlation  estimate   lower   upper  p_value  n_customers
    0     pearson    0.1139 -0.0046  0.2293   0.0596          946
    1    spearman    0.2063  0.1438  0.2672   0.0000          946
    """
    check_fraction(level, name="level")
    check_option(non_positive, ("raise", "drop"), name="non_positive")
    repeaters = read_amounts(customers, non_positive=non_positive).repeaters()
    x, m, n = repeaters.x, repeaters.m, repeaters.n
    z = normal_reach(level)
    rows = {
        "pearson": _with_interval(x, m, n, z=z, of_ranks=False),
        "spearman": _with_interval(_ranks(x, n), _ranks(m, n), n, z=z, of_ranks=True),
    }
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["estimate", "lower", "upper", "p_value"])
    table = table.assign(n_customers=int(n.sum())).rename_axis("correlation").reset_index()
    return from_pandas(table, like=customers)


def _with_interval(one: Floats, other: Floats, n: Floats, *, z: float, of_ranks: bool) -> tuple[float, ...]:
    """Correlation, the ends of its interval, p-value."""
    total = float(n.sum())
    if total < _FEWEST or np.ptp(one) == 0 or np.ptp(other) == 0:
        return (np.nan,) * 4
    a, b = _standardised(one, n), _standardised(other, n)
    r = float(np.clip(n @ (a * b) / total, -1.0, 1.0))
    if abs(r) == 1:
        return r, r, r, 0.0
    if of_ranks:
        variance = (1 + r**2 / 2) / (total - 3)
    else:
        variance = float(n @ (a * b - r * (a**2 + b**2) / 2) ** 2) / total / (total - 3) / (1 - r**2) ** 2
    centre, error = np.arctanh(r), np.sqrt(variance)
    p_value = 2 * NormalDist().cdf(-abs(centre) / error) if error > 0 else float(centre == 0)
    return r, float(np.tanh(centre - z * error)), float(np.tanh(centre + z * error)), p_value


def _standardised(values: Floats, n: Floats) -> Floats:
    off = values - n @ values / n.sum()
    return np.asarray(off / np.sqrt(n @ off**2 / n.sum()))


def _ranks(values: Floats, n: Floats) -> Floats:
    """Ranks up to a constant, ties at their middle."""
    of_row: npt.NDArray[np.intp]
    _, of_row = np.unique(values, return_inverse=True)
    held = np.bincount(of_row, weights=n)
    return np.asarray((np.cumsum(held) - held / 2)[of_row])
