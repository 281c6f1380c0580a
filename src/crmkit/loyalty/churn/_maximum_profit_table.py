"""The most profit of a churn score, the share to contact for it, and how sure both are."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_fraction, check_int
from crmkit._frames import from_pandas_beside
from crmkit._random import as_generator
from crmkit._stats import Cuts, Numbers, cuts_of, interval_of_draws, position_reaching
from crmkit.loyalty.churn._hull import Acceptance, Costs, beta_acceptance, checked_costs, known_acceptance, most
from crmkit.loyalty.churn._outcomes import Outcomes, read_judged

__all__ = ["maximum_profit_table"]

_MEASURES: Final = ("mpc", "empc")


def maximum_profit_table(
    y_true: Numbers,
    y_score: Numbers,
    *,
    gamma: float = 0.3,
    alpha: float = 6,
    beta: float = 14,
    clv: float = 200,
    incentive_cost: float = 10,
    contact_cost: float = 1,
    sample_weight: Numbers | None = None,
    n_draws: int = 0,
    level: float = 0.95,
    random_state: int | np.random.Generator | None = None,
) -> Any:
    """Show the most profit of a churn score, and which share of the customers to contact for it.

    Parameters
    ----------
    y_true : array-like of {0, 1} or of bool
        Whether each customer left; none missing, and some of each.
    y_score : array-like of float
        Score of each customer, higher for those likelier to leave.
    gamma, alpha, beta : float, default 0.3, 6 and 14
        The share of those about to leave who accept, as `mpc_score` and `empc_score` take it.
    clv, incentive_cost, contact_cost : float, default 200, 10 and 1
        Money, as in `empc_score`.
    sample_weight : array-like of float, optional
        How many customers each row stands for, at least 0.
    n_draws : int, default 0
        Draws of a bootstrap over the customers for the intervals; 0 for none. A few hundred do.
    level : float, default 0.95
        Confidence of the intervals, between 0 and 1.
    random_state : int, numpy.random.Generator or None, default None
        Source of the draws.

    Returns
    -------
    the kind of frame that goes with the column of outcomes, pandas for lists and arrays
        Two rows, one per ``measure``: "mpc", where the share who accept is known, and "empc", where it is not.

        ``profit``, ``profit_lower``, ``profit_upper``
            Money per customer of the base. As the cut is chosen on the same customers, the profit is somewhat more than
            can be expected of others; the interval, a basic bootstrap, allows for that, so that the profit lies above
            its middle. It is missing without draws, and somewhat short with fewer than some hundred who left.
        ``fraction``, ``fraction_lower``, ``fraction_upper``
            Share of the customers to contact; for "empc" its mean over the shares who accept.
        ``threshold``
            The lowest score among that share of the customers; missing if nobody is worth contacting.

    Raises
    ------
    TypeError
        If an argument is not a number or a column of numbers.
    ValueError
        If a value is missing, infinite or outside its range, columns differ in length or index, nobody left or all did.

    References
    ----------
    .. [1] Verbraken, Verbeke and Baesens (2013), "A Novel Profit Maximizing Metric for Measuring Classification
       Performance of Customer Churn Prediction Models", *IEEE Transactions on Knowledge and Data Engineering* 25(5).
    .. [2] Rubin (1981), "The Bayesian Bootstrap", *Annals of Statistics* 9(1).
    .. [3] Davison and Hinkley (1997), *Bootstrap Methods and their Application*, section 5.2.

    Examples
    --------
    >>> table = maximum_profit_table([0, 1, 0, 1, 0, 1, 0, 1], [0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 0.8, 0.9])
    >>> table[["measure", "profit", "fraction", "threshold"]].round(4)
      measure   profit  fraction  threshold
    0     mpc  23.8750    0.8750        0.2
    1    empc  23.8756    0.8744        0.2
    """
    costs = checked_costs(clv, incentive_cost, contact_cost)
    accepted = [known_acceptance(gamma), beta_acceptance(alpha, beta)]
    check_int(n_draws, name="n_draws", low=0)
    check_fraction(level, name="level")
    rng = as_generator(random_state)
    judged = read_judged(y_true, y_score, sample_weight=sample_weight)
    cuts = cuts_of(judged.scores)
    reached = cuts.sums(judged.weights) / judged.total
    found = [most(judged, cuts, costs, each) for each in accepted]
    profit = np.array([each.profit for each in found])
    lower, upper = _intervals(judged, cuts, costs, accepted, n_draws=n_draws, level=level, rng=rng)
    table = pd.DataFrame(
        {
            "measure": _MEASURES,
            "profit": profit,
            # Draws are as much too high against the profit as that is against the truth, which is never below 0.
            "profit_lower": np.maximum(2 * profit - upper[:, 0], 0.0),
            "profit_upper": 2 * profit - lower[:, 0],
            "fraction": [each.fraction for each in found],
            "fraction_lower": lower[:, 1],
            "fraction_upper": upper[:, 1],
            "threshold": [_threshold(cuts, reached, each.fraction) for each in found],
        }
    )
    return from_pandas_beside(table, column=y_true)


def _threshold(cuts: Cuts, reached: Floats, fraction: float) -> float:
    return float(cuts.thresholds[position_reaching(reached, fraction)]) if fraction > 0 else float("nan")


def _intervals(
    judged: Outcomes,
    cuts: Cuts,
    costs: Costs,
    accepted: list[Acceptance],
    *,
    n_draws: int,
    level: float,
    rng: np.random.Generator,
) -> tuple[Floats, Floats]:
    """Quantiles of profit and share under other customers, a row per measure."""
    if n_draws == 0:
        none = np.full((len(accepted), 2), np.nan)
        return none, none
    draws = np.empty((n_draws, len(accepted), 2))
    for draw in draws:
        other = judged._replace(weights=judged.weights * rng.standard_exponential(len(judged.weights)))
        draw[:] = [most(other, cuts, costs, each) for each in accepted]
    return interval_of_draws(draws, level=level)
