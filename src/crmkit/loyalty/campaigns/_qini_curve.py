"""What treating the customers with the highest expected uplift adds, for one share of them after another."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_fraction, check_int
from crmkit._frames import from_pandas_beside
from crmkit._stats import Numbers, cuts_of
from crmkit.loyalty.campaigns._uplift_effects import effects_of
from crmkit.loyalty.campaigns._uplift_rows import is_binary, read_judged, sums_of

__all__ = ["qini_curve_table"]


def qini_curve_table(
    y_true: Numbers, uplift: Numbers, *, treatment: Numbers, n_points: int = 101, level: float = 0.95
) -> Any:
    """Show what treating those with the highest expected uplift adds, from nobody to everybody.

    Parameters
    ----------
    y_true : array-like of float
        What came of each customer: 0 or 1, or money; none missing.
    uplift : array-like of float
        Expected uplift of each customer, or any score that ranks them, higher for those to treat first.
    treatment : array-like of {0, 1} or of bool
        Whether each customer was treated, drawn at random.
    n_points : int, default 101
        At most so many even steps from nobody to everybody, at least 2.
    level : float, default 0.95
        Confidence of the intervals, between 0 and 1: Newcombe's for outcomes of 0 or 1, else Welch's.

    Returns
    -------
    the kind of frame that goes with the column of outcomes, pandas for lists and arrays
        From nobody to everybody. Customers with equal scores are treated together, so that steps can be farther apart.

        ``fraction``
            Share of the customers.
        ``threshold``
            The lowest score among them; missing in the first row, nobody.
        ``n_treated``, ``n_control``
            Customers of each arm among them.
        ``gain``, ``gain_lower``, ``gain_upper``
            Share times the difference between the arms: outcomes per customer of the base that treating them adds,
            with its interval at this share. The uplift curve; missing where an arm has nobody yet.
        ``qini``
            The Qini curve per customer treated in the experiment, as `qini_score` takes it; an arm without customers
            counts as 0. The same as ``gain`` where the share of the treated is the same throughout.
        ``random_gain``
            What as many customers chosen at random would add.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a value is missing, infinite or outside its range, columns differ in length or index, or an arm is empty.

    References
    ----------
    .. [1] Radcliffe (2007), "Using Control Groups to Target on Predicted Lift: Building and Assessing Uplift Models",
       *Direct Marketing Analytics Journal* 3.

    Examples
    --------
    >>> outcomes, treatment = [1, 1, 0, 0, 1, 0, 1, 0], [1, 1, 0, 0, 1, 1, 0, 0]
    >>> scores = [0.9, 0.8, 0.7, 0.6, 0.4, 0.3, 0.2, 0.1]
    >>> curve = qini_curve_table(outcomes, scores, treatment=treatment, n_points=3)
    >>> curve[["fraction", "threshold", "gain", "qini", "random_gain"]]
       fraction  threshold  gain  qini  random_gain
    0       0.0        NaN   0.0   0.0         0.00
    1       0.5        0.6   0.5   0.5         0.25
    2       1.0        0.1   0.5   0.5         0.50
    """
    check_int(n_points, name="n_points", low=2)
    check_fraction(level, name="level")
    judged = read_judged(y_true, uplift, treatment)
    binary, cuts = is_binary(judged.outcomes), cuts_of(judged.scores)
    # Squares of money are taken about its mean, where they are smallest.
    off = judged._replace(outcomes=judged.outcomes - (0.0 if binary else judged.outcomes.mean()))
    sums, squares, real = (sums_of(each, cuts=cuts) for each in (off, off._replace(outcomes=off.outcomes**2), judged))
    shares = sums.shares
    at = _points(shares, n_points=n_points)
    found = effects_of(
        sums.n_treated[at],
        sums.n_control[at],
        np.vstack([sums.of_treated[at], sums.of_control[at]]),
        np.vstack([squares.of_treated[at], squares.of_control[at]]),
        binary=binary,
        level=level,
    )
    fraction = shares[at]
    gains = {
        name: _from_nobody(fraction * values)
        for name, values in (("gain", found.uplift), ("gain_lower", found.lower), ("gain_upper", found.upper))
    }
    table = pd.DataFrame(
        {
            "fraction": fraction,
            "threshold": np.append(np.nan, cuts.thresholds)[at],
            "n_treated": found.n_treated.astype(np.int64),
            "n_control": found.n_control.astype(np.int64),
            **gains,
            "qini": real.qini_curve[at],
            "random_gain": fraction * found.uplift[-1],
        }
    )
    return from_pandas_beside(table, column=y_true)


def _from_nobody(values: Floats) -> Floats:
    """The curve with its start: treating nobody adds nothing."""
    return np.append(0.0, values[1:])


def _points(shares: Floats, *, n_points: int) -> npt.NDArray[np.intp]:
    """The cuts next to even steps, the first and the last among them."""
    steps = np.linspace(0, 1, n_points)
    after = np.clip(np.searchsorted(shares, steps), 1, len(shares) - 1)
    nearer = after - (steps - shares[after - 1] <= shares[after] - steps)
    return np.unique([0, *nearer, len(shares) - 1])
