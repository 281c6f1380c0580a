"""What a retention campaign earns, the farther down a ranking it goes."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_fraction, check_int
from crmkit._frames import from_pandas_beside
from crmkit._stats import Numbers, cuts_of, normal_reach
from crmkit.loyalty.churn._contact import profit_by_outcome
from crmkit.loyalty.churn._outcomes import read_campaign, read_judged

__all__ = ["profit_curve_table"]


def profit_curve_table(
    y_true: Numbers,
    y_score: Numbers,
    *,
    gamma: Numbers = 0.3,
    clv: Numbers = 200,
    incentive_cost: Numbers = 10,
    contact_cost: Numbers = 1,
    sample_weight: Numbers | None = None,
    n_points: int = 101,
    level: float = 0.95,
) -> Any:
    r"""Show the profit of contacting the customers with the highest scores, for one share of them after another.

    .. math:: \frac 1 n \sum_{s_i \ge t} \big( y_i\,[\gamma_i(\text{CLV}_i - d_i) - f_i] - (1 - y_i)\,(d_i + f_i) \big)

    Parameters
    ----------
    y_true : array-like of {0, 1} or of bool
        Whether each customer left; none missing.
    y_score : array-like of float
        Score of each customer, higher for those likelier to leave; or any other ranking, such as `contact_profit`.
    gamma : float or array-like of float, default 0.3
        Share of the customers about to leave who accept the offer and stay, from 0 to 1.
    clv : float or array-like of float, default 200
        Lifetime value of each customer, or of one of them on average, in money; may be below 0.
    incentive_cost : float or array-like of float, default 10
        What the offer costs if it is taken (d), at least 0.
    contact_cost : float or array-like of float, default 1
        What contacting a customer costs (f), at least 0.
    sample_weight : array-like of float, optional
        How many customers each row stands for, at least 0.
    n_points : int, default 101
        At most so many even steps from nobody to everybody, at least 2; the point of greatest profit is there besides.
    level : float, default 0.95
        Confidence of the intervals, between 0 and 1.

    Returns
    -------
    the kind of frame that goes with the column of outcomes, pandas for lists and arrays
        From nobody to everybody. Customers of equal score are contacted together, so steps can be farther apart.

        ``fraction``
            Share of the customers who are contacted.
        ``threshold``
            The lowest score among them: contact those with this score or more. Missing in the first row, nobody.
        ``n_customers``, ``n_churners``
            Customers who are contacted, and those of them who left.
        ``profit``, ``profit_lower``, ``profit_upper``
            Money per customer of the base, contacted or not, with its normal interval at this threshold; the ends are
            missing for nobody.
        ``total_profit``
            Money from all of them.
        ``is_greatest``
            True in one row, that of the greatest profit; of several the one that contacts fewest. As it was chosen on
            the same customers, its profit is somewhat more than can be expected of others.

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
       218(1).

    Examples
    --------
    Those who leave bring 0.3 · 190 - 1 = 56, those who stay cost 11.

    >>> curve = profit_curve_table([1, 0, 1, 0], [0.9, 0.7, 0.6, 0.1])
    >>> curve[["fraction", "threshold", "n_churners", "profit", "is_greatest"]]
       fraction  threshold  n_churners  profit  is_greatest
    0      0.00        NaN         0.0    0.00        False
    1      0.25        0.9         1.0   14.00        False
    2      0.50        0.7         1.0   11.25        False
    3      0.75        0.6         2.0   25.25         True
    4      1.00        0.1         2.0   22.50        False
    """
    check_int(n_points, name="n_points", low=2)
    check_fraction(level, name="level")
    judged = read_judged(y_true, y_score, sample_weight=sample_weight, both=False)
    gain, loss = profit_by_outcome(*read_campaign(y_score, clv, gamma, incentive_cost, contact_cost))
    profits = np.where(judged.left == 1, gain, loss)
    # By a power of 2 and so without rounding, and by the largest weight: squares of the large or small would be lost.
    _, exponent = np.frexp(np.abs(profits).max())
    profits, unit = np.ldexp(profits, -exponent), judged.weights.max()
    cuts = cuts_of(judged.scores)

    def upto(values: Floats) -> Floats:
        return np.append(0.0, cuts.sums(values))

    weights = judged.weights / unit
    total = weights.sum()
    contacted, earned = upto(weights), upto(weights * profits)
    mean = earned / total
    # The sum of (w (x - mean))², where x is the profit of those contacted and 0 for the others.
    squares = upto((weights * profits) ** 2) - 2 * mean * upto(weights**2 * profits) + mean**2 * (weights**2).sum()
    n = np.count_nonzero(weights)
    error = np.sqrt(np.maximum(squares, 0.0) * n / max(n - 1, 1)) / total
    reach = np.where((contacted > 0) & (n > 1), normal_reach(level) * error, np.nan)
    greatest = int(np.argmax(earned))
    at = _points(contacted / total, greatest, n_points=n_points)
    table = pd.DataFrame(
        {
            "fraction": contacted[at] / total,
            "threshold": np.append(np.nan, cuts.thresholds)[at],
            "n_customers": contacted[at] * unit,
            "n_churners": upto(weights * judged.left)[at] * unit,
            "profit": np.ldexp(mean[at], exponent),
            "profit_lower": np.ldexp((mean - reach)[at], exponent),
            "profit_upper": np.ldexp((mean + reach)[at], exponent),
            "total_profit": np.ldexp(earned[at], exponent) * unit,
            "is_greatest": at == greatest,
        }
    )
    return from_pandas_beside(table, column=y_true)


def _points(fractions: Floats, greatest: int, *, n_points: int) -> npt.NDArray[np.intp]:
    """The cuts that lie next to even steps, the first, the last and the greatest among them."""
    steps = np.linspace(0, 1, n_points)
    after = np.clip(np.searchsorted(fractions, steps), 1, len(fractions) - 1)
    nearer = after - (steps - fractions[after - 1] <= fractions[after] - steps)
    return np.unique([0, *nearer, greatest, len(fractions) - 1])
