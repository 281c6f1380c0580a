"""How many of those who left are found among the customers with the highest scores."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from crmkit._checks import check_fraction, check_int
from crmkit._frames import from_pandas_beside
from crmkit._stats import Numbers, best_first, top_count, wilson_interval
from crmkit.loyalty.churn._outcomes import read_judged

__all__ = ["capture_table"]


def capture_table(y_true: Numbers, y_score: Numbers, *, n_groups: int = 10, level: float = 0.95) -> Any:
    """Rank customers by a score, and count who left in each tenth of them and down to it: lift and cumulative gains.

    Parameters
    ----------
    y_true : array-like of {0, 1} or of bool
        Whether each customer left; none missing.
    y_score : array-like of float
        Score of each customer, higher for those likelier to leave.
    n_groups : int, default 10
        Groups of equal size, at least 1; with fewer customers one group each.
    level : float, default 0.95
        Confidence of the intervals, between 0 and 1.

    Returns
    -------
    the kind of frame that goes with the column of outcomes, pandas for lists and arrays
        One row per group, the highest scores first. Customers of equal score, any of whom could come first, each count
        with the mean of all of them, so that the order of rows does not matter.

        ``group``
            1 for the highest scores.
        ``n_customers``, ``n_churners``
            Customers in the group, and those of them who left; not whole where equal scores lie in two groups.
        ``churn_rate``, ``churn_rate_lower``, ``churn_rate_upper``
            The second as a share of the first, with Wilson's interval.
        ``lift``
            The churn rate as a multiple of that of all customers; missing if nobody left.
        ``fraction``
            Share of all customers down to this group.
        ``captured``, ``captured_lower``, ``captured_upper``
            Share of all who left who are found down to this group, with Wilson's interval; missing if nobody left.
        ``cumulative_lift``
            ``captured`` / ``fraction``, as `crmkit.metrics.lift_at` gives it.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a value is missing, infinite or outside its range, or columns differ in length or index.

    References
    ----------
    .. [1] Verbeke, Dejaeger, Martens, Hur and Baesens (2012), "New Insights into Churn Prediction in the
       Telecommunication Sector: A Profit Driven Data Mining Approach", *European Journal of Operational Research*
       218(1), section 4.

    Examples
    --------
    >>> table = capture_table([1, 1, 0, 1, 0, 0, 0, 0], [8, 7, 6, 5, 4, 3, 2, 1], n_groups=4)
    >>> table[["group", "n_customers", "n_churners", "lift", "captured", "cumulative_lift"]].round(3)
       group  n_customers  n_churners   lift  captured  cumulative_lift
    0      1            2         2.0  2.667     0.667            2.667
    1      2            2         1.0  1.333     1.000            2.000
    2      3            2         0.0  0.000     1.000            1.333
    3      4            2         0.0  0.000     1.000            1.000
    """
    check_int(n_groups, name="n_groups", low=1)
    check_fraction(level, name="level")
    judged = read_judged(y_true, y_score, both=False)
    n, total = len(judged.left), judged.left.sum()
    k = min(n_groups, n)
    down_to = np.array([top_count(n, share=group / k) for group in range(1, k + 1)])
    found = np.cumsum(best_first(judged.scores, judged.left))[down_to - 1]
    size, left = np.diff(down_to, prepend=0), np.diff(found, prepend=0.0)
    rate, rate_of_all = left / size, total / n or np.nan
    lower, upper = wilson_interval(left, size, level=level)
    captured_lower, captured_upper = wilson_interval(found, np.full(k, total), level=level)
    table = pd.DataFrame(
        {
            "group": np.arange(1, k + 1),
            "n_customers": size,
            "n_churners": left,
            "churn_rate": rate,
            "churn_rate_lower": lower,
            "churn_rate_upper": upper,
            "lift": rate / rate_of_all,
            "fraction": down_to / n,
            "captured": found / (total or np.nan),
            "captured_lower": captured_lower,
            "captured_upper": captured_upper,
            "cumulative_lift": found / down_to / rate_of_all,
        }
    )
    return from_pandas_beside(table, column=y_true)
