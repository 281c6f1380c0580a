"""Whether groups of customers stay equally long."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd
from scipy.special import chdtrc

from crmkit._arrays import Floats
from crmkit._frames import from_pandas_beside
from crmkit._messages import Message
from crmkit._stats import Numbers
from crmkit.loyalty.survival._spells import Spells, as_column, at_risk_at, groups_of, read_labels, read_spells

__all__ = ["log_rank_table"]

_ONE_GROUP: Final = Message(
    en="{@by} must hold at least two groups to compare, got {labels}.", zh="{@by} 须至少有两组可比较，得到 {labels}。"
)


class _Sums(NamedTuple):
    """What the test adds up over durations and strata: events of each group, those expected, their covariance."""

    events: Floats
    expected: Floats
    covariance: Floats


def log_rank_table(
    *,
    durations: Numbers,
    observed: Any,
    by: Any,
    strata: Any = None,
    entry: Numbers | None = None,
    n_customers: Numbers | None = None,
) -> Any:
    r"""Test whether groups of customers stay equally long.

    .. math:: E_g = \sum_i d_i \frac{n_{gi}}{n_i}, \qquad \chi^2 = (O - E)^\top V^{-} (O - E)

    At each duration those who left are expected to come from the groups as many of each were under observation. With
    strata they are expected so within each stratum, and the sums are over all strata: groups that differ only because
    they hold more of one plan or region do not differ then.

    Parameters
    ----------
    durations : array-like of float
        As in `kaplan_meier_table`.
    observed : array-like of bool
        As in `kaplan_meier_table`.
    by : array-like of labels
        The group of each customer, at least two; those without a label are a group of their own.
    strata : array-like of labels, optional
        The stratum of each customer, within which groups are compared.
    entry : array-like of float, optional
        As in `kaplan_meier_table`.
    n_customers : array-like of float, optional
        As in `kaplan_meier_table`. Each counts as that many independent customers.

    Returns
    -------
    the kind of frame that goes with the column of durations, pandas for lists and arrays
        One row per group in their order, then one for all. ``group``, missing in the last row; ``scope``: "group",
        "no label" or "all"; ``n_customers``; ``n_events``, those who left; ``expected_events``, how many would have
        left if all groups were alike. In the last row ``statistic``, :math:`\chi^2`; ``degrees_of_freedom``, the number
        of groups with expected events less 1; ``p_value``: how often alike groups differ so much. They are missing in
        the other rows, and where no two groups were under observation together.

    Raises
    ------
    TypeError
        If an argument is not a column of what it should be.
    ValueError
        If a value is missing or below 0, columns differ in length, an ``entry`` is not below its duration, or there
        are fewer than two groups.

    References
    ----------
    .. [1] Mantel (1966), "Evaluation of Survival Data and Two New Rank Order Statistics Arising in Its Consideration",
       *Cancer Chemotherapy Reports* 50.
    .. [2] Klein and Moeschberger (2003), *Survival Analysis*, 2nd ed., sections 7.3 and 7.5.

    Examples
    --------
    >>> table = log_rank_table(durations=[1, 2, 3, 3, 4, 5], observed=[1, 1, 1, 1, 0, 1], by=list("aabaab"))
    >>> table[["group", "n_customers", "n_events", "expected_events", "statistic", "p_value"]].round(3)
      group  n_customers  n_events  expected_events  statistic  p_value
    0     a          4.0       3.0            2.267        NaN      NaN
    1     b          2.0       2.0            2.733        NaN      NaN
    2   NaN          6.0       5.0            5.000      0.676    0.411
    """
    spells = read_spells(durations=durations, observed=observed, entry=entry, n_customers=n_customers)
    n = len(spells.durations)
    labels, codes = read_labels(by, name="by", n=n)
    scopes = ["group"] * len(labels)
    if (codes < 0).any():
        codes, labels, scopes = np.where(codes < 0, len(labels), codes), [*labels, None], [*scopes, "no label"]
    if len(labels) < 2:
        raise ValueError(_ONE_GROUP(labels=labels))
    parts = [
        _sums_of([spells.at(rows[codes[rows] == group]) for group in range(len(labels))])
        for rows in (np.arange(n)[rows] for rows in groups_of(strata, n=n, name="strata").rows)
    ]
    sums = _Sums(*(np.sum(each, axis=0) for each in zip(*parts, strict=True)))
    customers = [spells.at(codes == group).n for group in range(len(labels))]
    table = pd.DataFrame(
        {
            "group": as_column([*labels, None]),
            "scope": [*scopes, "all"],
            "n_customers": [*customers, sum(customers)],
            "n_events": np.append(sums.events, sums.events.sum()),
            "expected_events": np.append(sums.expected, sums.expected.sum()),
        }
    )
    statistic, freedom = _tested(sums)
    last = np.arange(len(table)) == len(table) - 1
    table["statistic"] = np.where(last, statistic, np.nan)
    table["degrees_of_freedom"] = np.where(last, freedom, np.nan)
    table["p_value"] = np.where(last, chdtrc(freedom, statistic) if freedom else np.nan, np.nan)
    return from_pandas_beside(table, column=durations)


def _sums_of(groups: list[Spells]) -> _Sums:
    """What one stratum adds."""
    left = [np.unique(group.durations[group.observed]) for group in groups]
    times = np.unique(np.concatenate(left))
    at_risk = np.stack([at_risk_at(group, times) for group in groups])
    events = np.stack([_events_at(group, times) for group in groups])
    everyone, ended = at_risk.sum(axis=0), events.sum(axis=0)
    share = at_risk / everyone
    # A last customer says nothing about a difference.
    spread = ended * (everyone - ended) / np.where(everyone > 1, everyone - 1, np.inf)
    covariance = np.diag((spread * share).sum(axis=1)) - (spread * share) @ share.T
    return _Sums(events.sum(axis=1), (ended * share).sum(axis=1), covariance)


def _events_at(group: Spells, times: Floats) -> Floats:
    at = np.searchsorted(times, group.durations[group.observed])
    counts = None if group.counts is None else group.counts[group.observed]
    return np.bincount(at, counts, minlength=len(times)).astype(np.float64)


def _tested(sums: _Sums) -> tuple[float, int]:
    compared = np.flatnonzero(sums.expected > 0)
    freedom = len(compared) - 1
    if freedom < 1 or not sums.covariance.any():
        return np.nan, 0
    # The differences add up to 0: one of them follows from the others.
    kept = compared[:-1]
    difference = (sums.events - sums.expected)[kept]
    covariance = sums.covariance[np.ix_(kept, kept)]
    return float(difference @ np.linalg.pinv(covariance, hermitian=True) @ difference), freedom
