"""Whether probabilities of leaving can be trusted."""

from __future__ import annotations

from typing import Any

from crmkit._checks import check_fraction, check_int
from crmkit._frames import from_pandas_beside
from crmkit._stats import Numbers, calibration_bins
from crmkit.loyalty.churn._outcomes import check_probabilities, read_judged

__all__ = ["calibration_table"]


def calibration_table(y_true: Numbers, y_score: Numbers, *, n_bins: int = 10, level: float = 0.95) -> Any:
    """Compare predicted probabilities of leaving with the share who left.

    Parameters
    ----------
    y_true : array-like of {0, 1} or of bool
        Whether each customer left; none missing.
    y_score : array-like of float
        Probability of leaving of each customer.
    n_bins : int, default 10
        Most bins, at least 1: of about equal size, customers of equal probability together.
    level : float, default 0.95
        Confidence of the intervals, between 0 and 1.

    Returns
    -------
    the kind of frame that goes with the column of outcomes, pandas for lists and arrays
        One row per bin, the lowest probability first.

        ``bin``
            1, 2 …
        ``n_customers``
            Customers.
        ``predicted``
            Mean predicted probability of leaving.
        ``observed``, ``observed_lower``, ``observed_upper``
            Share of the customers who left, with Wilson's interval.
        ``brier_score``
            Mean squared difference between the probability and what happened (1 for leaving); lower is better. The mean
            over the bins weighted by ``n_customers`` is the score of all customers.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a value is missing, infinite or outside its range, or columns differ in length or index.

    References
    ----------
    .. [1] Brier (1950), "Verification of Forecasts Expressed in Terms of Probability", *Monthly Weather Review* 78(1).

    Examples
    --------
    >>> table = calibration_table([0, 0, 1, 0, 1, 1], [0.1, 0.1, 0.3, 0.5, 0.7, 0.9], n_bins=2)
    >>> table[["bin", "n_customers", "predicted", "observed", "brier_score"]].round(3)
       bin  n_customers  predicted  observed  brier_score
    0    1            3      0.167     0.333        0.170
    1    2            3      0.700     0.667        0.117
    """
    check_int(n_bins, name="n_bins", low=1)
    check_fraction(level, name="level")
    judged = read_judged(y_true, y_score, both=False)
    check_probabilities(judged.scores)
    return from_pandas_beside(calibration_bins(judged.scores, judged.left, n_bins=n_bins, level=level), column=y_true)
