"""Which share of the customers has left for each reason."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_fraction
from crmkit._stats import Numbers, SurvivalCurve, as_floats, kaplan_meier, normal_reach
from crmkit.loyalty.survival._spells import Spells, as_column, by_group, read_labels, read_spells

__all__ = ["cumulative_incidence_table"]

# A sum that is 1 by arithmetic misses it by a few units in the last place.
_ALL: Final = 1 - 1e-12


def cumulative_incidence_table(
    *,
    durations: Numbers,
    reasons: Any,
    entry: Numbers | None = None,
    n_customers: Numbers | None = None,
    by: Any = None,
    level: float = 0.95,
) -> Any:
    r"""Estimate the share of customers who have left for each reason by each duration (Aalen and Johansen).

    .. math:: \hat F_k(t) = \sum_{t_i \le t} \hat S(t_{i-1}) \frac{d_{ki}}{n_i}

    with :math:`\hat S` Kaplan and Meier's curve of leaving for any reason. The shares of all reasons and those still
    there add up to 1. One minus a curve that takes those who left for another reason as if they were still to be seen
    is too high: it is the share that would leave if there were no other reason.

    Parameters
    ----------
    durations : array-like of float
        As in `kaplan_meier_table`.
    reasons : array-like of labels
        Why each customer left; missing while they are still there. Give those who left for an unknown reason a label
        of their own.
    entry : array-like of float, optional
        As in `kaplan_meier_table`.
    n_customers : array-like of float, optional
        As in `kaplan_meier_table`.
    by : array-like of labels, optional
        The group of each customer.
    level : float, default 0.95
        Confidence of the interval at each duration, between 0 and 1; it is symmetric on the scale of
        :math:`\ln(-\ln(1 - F))`, which is that of `kaplan_meier_table` where there is one reason.

    Returns
    -------
    the kind of frame that goes with the column of durations, pandas for lists and arrays
        One row per reason in their order and distinct duration, ascending; with ``by`` group by group, beside
        ``group``. ``reason``; ``duration``; ``n_at_risk``, those under observation just before it; ``n_events``, those
        who left for the reason; ``incidence``, the share that has left for it; ``lower``, ``upper``, ``nan`` where the
        incidence is 0 or 1.

    Raises
    ------
    TypeError
        If an argument is not a column of what it should be.
    ValueError
        If a value is missing or below 0, columns differ in length, an ``entry`` is not below its duration, or
        ``level`` is not between 0 and 1.

    References
    ----------
    .. [1] Aalen and Johansen (1978), "An Empirical Transition Matrix for Non-homogeneous Markov Chains Based on
       Censored Observations", *Scandinavian Journal of Statistics* 5.
    .. [2] Marubini and Valsecchi (1995), *Analysing Survival Data from Clinical Trials and Observational Studies*,
       section 10.3, for the variance.

    Examples
    --------
    Of four customers two cancelled and one was not able to pay; the last is still there.

    >>> cumulative_incidence_table(durations=[1, 2, 3, 4], reasons=["cancelled", "unpaid", "cancelled", None]).round(3)
          reason  duration  n_at_risk  n_events  incidence  lower  upper
    0  cancelled       1.0        4.0       1.0       0.25  0.039  0.872
    1  cancelled       2.0        3.0       0.0       0.25  0.039  0.872
    2  cancelled       3.0        2.0       1.0       0.50  0.155  0.942
    3  cancelled       4.0        1.0       0.0       0.50  0.155  0.942
    4     unpaid       1.0        4.0       0.0       0.00    NaN    NaN
    5     unpaid       2.0        3.0       1.0       0.25  0.039  0.872
    6     unpaid       3.0        2.0       0.0       0.25  0.039  0.872
    7     unpaid       4.0        1.0       0.0       0.25  0.039  0.872
    """
    check_fraction(level, name="level")
    n = np.atleast_1d(as_floats(durations, name="durations")).size
    labels, codes = read_labels(reasons, name="reasons", n=n)
    spells = read_spells(durations=durations, observed=codes >= 0, entry=entry, n_customers=n_customers)

    def table(group: Spells) -> pd.DataFrame:
        return _incidences(group, labels, reach=normal_reach(level))

    return by_group(spells._replace(reasons=codes), by, table, like=durations)


def _incidences(spells: Spells, labels: list[Any], *, reach: float) -> pd.DataFrame:
    curve = kaplan_meier(spells.durations, spells.observed, counts=spells.counts, entries=spells.entries)
    before = np.concatenate([[1.0], curve.survival[:-1]])
    at = np.searchsorted(curve.times, spells.durations)
    tables = []
    for place, label in enumerate(labels):
        left = np.flatnonzero(spells.reasons == place)
        counts = None if spells.counts is None else spells.counts[left]
        events = np.bincount(at[left], counts, minlength=len(curve.times)).astype(np.float64)
        incidence = np.cumsum(before * events / curve.at_risk)
        lower, upper = _interval(incidence, _variance(curve, before, events, incidence), reach=reach)
        tables.append(
            pd.DataFrame(
                {
                    "reason": as_column([label]).repeat(len(events)).to_numpy(),
                    "duration": curve.times,
                    "n_at_risk": curve.at_risk,
                    "n_events": events,
                    "incidence": np.minimum(incidence, 1.0),
                    "lower": lower,
                    "upper": upper,
                }
            )
        )
    return pd.concat(tables, ignore_index=True) if tables else _incidences(spells, [None], reach=reach).iloc[:0]


def _variance(curve: SurvivalCurve, before: Floats, events: Floats, incidence: Floats) -> Floats:
    """The variance of an incidence by the delta method; where nobody is left, nothing is added."""
    n, ended = curve.at_risk, curve.events
    with np.errstate(divide="ignore", invalid="ignore"):
        leaving = np.where(n > ended, ended / (n * (n - ended)), 0.0)
    own, both = before**2 * events * (n - events) / n**3, before * events / n**2
    # The sums of (F(t) - F(s))² and of F(t) - F(s) over the durations s until t, multiplied out.
    squares = incidence**2 * np.cumsum(leaving) - 2 * incidence * np.cumsum(incidence * leaving)
    squares = squares + np.cumsum(incidence**2 * leaving)
    cross = incidence * np.cumsum(both) - np.cumsum(incidence * both)
    return np.asarray(np.maximum(squares + np.cumsum(own) - 2 * cross, 0.0))


def _interval(incidence: Floats, variance: Floats, *, reach: float) -> tuple[Floats, Floats]:
    known = (incidence > 0) & (incidence < _ALL)
    log = np.log1p(-incidence[known])
    stretch = np.exp(reach * np.sqrt(variance[known]) / (-log * (1 - incidence[known])))
    lower, upper = np.full_like(incidence, np.nan), np.full_like(incidence, np.nan)
    lower[known], upper[known] = -np.expm1(log / stretch), -np.expm1(log * stretch)
    return lower, upper
