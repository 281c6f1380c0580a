"""The cumulative hazard: how the risk of leaving adds up over the time as a customer."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import numpy as np
import pandas as pd
from scipy.special import digamma, polygamma

from crmkit._arrays import Floats
from crmkit._checks import check_fraction, check_option
from crmkit._stats import Numbers, kaplan_meier, normal_reach
from crmkit.loyalty.survival._spells import Spells, by_group, read_spells

__all__ = ["nelson_aalen_table"]

Ties: TypeAlias = Literal["in_turn", "together"]


def nelson_aalen_table(
    *,
    durations: Numbers,
    observed: Any,
    entry: Numbers | None = None,
    n_customers: Numbers | None = None,
    by: Any = None,
    ties: Ties = "in_turn",
    level: float = 0.95,
) -> Any:
    r"""Estimate the cumulative hazard: the sum of the risks of leaving up to each duration.

    .. math:: \hat H(t) = \sum_{t_i \le t} \sum_{j=0}^{d_i - 1} \frac{1}{n_i - j}, \qquad
        \hat\sigma^2(t) = \sum_{t_i \le t} \sum_{j=0}^{d_i - 1} \frac{1}{(n_i - j)^2}

    Where it is straight, the risk of leaving does not change with the time as a customer; where it bends down, those
    who stay become safer.

    Parameters
    ----------
    durations : array-like of float
        As in `kaplan_meier_table`.
    observed : array-like of bool
        As in `kaplan_meier_table`.
    entry : array-like of float, optional
        As in `kaplan_meier_table`.
    n_customers : array-like of float, optional
        As in `kaplan_meier_table`.
    by : array-like of labels, optional
        The group of each customer: one curve per group.
    ties : {"in_turn", "together"}, default "in_turn"
        How those count who left at the same duration. "in_turn": one after another, as above, because time is only
        recorded in whole days or months. "together": :math:`d_i / n_i` and :math:`d_i / n_i^2`, as for a clock that
        strikes only then.
    level : float, default 0.95
        Confidence of the interval at each duration, between 0 and 1; it is symmetric on the scale of the logarithm.

    Returns
    -------
    the kind of frame that goes with the column of durations, pandas for lists and arrays
        One row per distinct duration, ascending; with ``by`` group by group in their order, beside ``group``.
        ``duration``; ``n_at_risk``; ``n_events``; ``cumulative_hazard``; ``lower``, ``upper``, ``nan`` before the first
        event.

    Raises
    ------
    TypeError
        If an argument is not a column of what it should be.
    ValueError
        If a value is missing or below 0, columns differ in length, an ``entry`` is not below its duration, or an
        option is not one of those listed.

    References
    ----------
    .. [1] Aalen (1978), "Nonparametric Inference for a Family of Counting Processes", *Annals of Statistics* 6.
    .. [2] Fleming and Harrington (1984), "Nonparametric Estimation of the Survival Distribution in Censored Data",
       *Communications in Statistics* 13, for ties in turn.

    Examples
    --------
    >>> nelson_aalen_table(durations=[1, 2, 2, 5], observed=[1, 1, 1, 0]).round(3)
       duration  n_at_risk  n_events  cumulative_hazard  lower  upper
    0       1.0        4.0       1.0              0.250  0.035  1.775
    1       2.0        3.0       2.0              1.083  0.334  3.517
    2       5.0        1.0       0.0              1.083  0.334  3.517
    """
    check_option(ties, ("in_turn", "together"), name="ties")
    check_fraction(level, name="level")
    spells = read_spells(durations=durations, observed=observed, entry=entry, n_customers=n_customers)

    def table(group: Spells) -> pd.DataFrame:
        curve = kaplan_meier(group.durations, group.observed, counts=group.counts, entries=group.entries)
        steps, squares = (_in_turn if ties == "in_turn" else _together)(curve.events, curve.at_risk)
        hazard = np.cumsum(steps)
        known = hazard > 0
        half = normal_reach(level) * np.sqrt(np.cumsum(squares)[known]) / hazard[known]
        lower, upper = np.full_like(hazard, np.nan), np.full_like(hazard, np.nan)
        lower[known], upper[known] = hazard[known] * np.exp(-half), hazard[known] * np.exp(half)
        return pd.DataFrame(
            {
                "duration": curve.times,
                "n_at_risk": curve.at_risk,
                "n_events": curve.events,
                "cumulative_hazard": hazard,
                "lower": lower,
                "upper": upper,
            }
        )

    return by_group(spells, by, table, like=durations)


def _together(events: Floats, at_risk: Floats) -> tuple[Floats, Floats]:
    return events / at_risk, events / at_risk**2


def _in_turn(events: Floats, at_risk: Floats) -> tuple[Floats, Floats]:
    """The sums of 1/n and 1/n², from the number at risk down to those who are left and one more."""
    left = at_risk - events
    steps = digamma(at_risk + 1) - digamma(left + 1)
    squares = polygamma(1, left + 1) - polygamma(1, at_risk + 1)
    # One event is exact; the difference of two functions would round.
    single = events == 1
    return np.where(single, 1 / at_risk, steps), np.where(single, 1 / at_risk**2, squares)
