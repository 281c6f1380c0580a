"""Survival at some durations, and the durations by which some share has left."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from crmkit._checks import check_fraction
from crmkit._kpi import Kpi, tells
from crmkit._messages import Message
from crmkit._names import Label
from crmkit._stats import Numbers, Transform, as_floats, check_range, survival_at, survival_quantile
from crmkit.loyalty.survival._kaplan_meier import curve_of
from crmkit.loyalty.survival._spells import Spells, at_risk_at, by_group, check_none_missing, read_spells

__all__ = ["survival_at_table", "survival_quantile_table"]

_NO_SHARES: Final = Message(
    en="{@shares} must be a list of shares between 0 and 1, such as [0.5], got {value!r}.",
    zh="{@shares} 须为 0 与 1 之间的比例的列表，如 [0.5]，得到 {value!r}。",
)


def survival_at_table(
    *,
    durations: Numbers,
    observed: Any,
    times: Numbers,
    entry: Numbers | None = None,
    n_customers: Numbers | None = None,
    by: Any = None,
    level: float = 0.95,
    transform: Transform = "log_log",
) -> Any:
    """Read survival off Kaplan and Meier's curve at some durations, such as 30, 90 and 365 days.

    Parameters
    ----------
    durations : array-like of float
        As in `kaplan_meier_table`.
    observed : array-like of bool
        As in `kaplan_meier_table`.
    times : float or array-like of float
        The durations asked for, at least 0.
    entry : array-like of float, optional
        As in `kaplan_meier_table`.
    n_customers : array-like of float, optional
        As in `kaplan_meier_table`.
    by : array-like of labels, optional
        The group of each customer.
    level : float, default 0.95
        Confidence of the interval at each duration, between 0 and 1.
    transform : {"log_log", "logit", "log", "plain"}, default "log_log"
        As in `kaplan_meier_table`.

    Returns
    -------
    the kind of frame that goes with the column of durations, pandas for lists and arrays
        One row per duration asked for, in that order; with ``by`` group by group, beside ``group``. ``duration``;
        ``n_at_risk``, those under observation just before it; ``survival``, the share that stays longer, missing beyond
        the longest duration seen unless it is 0 by then; ``lower``, ``upper``, missing where survival is, or is 0 or 1.

    Raises
    ------
    TypeError
        If an argument is not a column of what it should be.
    ValueError
        If a value is missing or below 0, columns differ in length, an ``entry`` is not below its duration, or an
        option is not one of those listed.

    Examples
    --------
    >>> survival_at_table(durations=[5, 2, 1, 4, 2], observed=[1, 0, 1, 0, 1], times=[1.5, 3]).round(3)
       duration  n_at_risk  survival  lower  upper
    0       1.5        4.0       0.8  0.204  0.969
    1       3.0        2.0       0.6  0.126  0.882
    """
    asked = np.atleast_1d(as_floats(times, name="times"))
    check_none_missing(np.isnan(asked), name="times")
    check_range(asked, name="times", low=0.0, high=None)
    spells = read_spells(durations=durations, observed=observed, entry=entry, n_customers=n_customers)

    def table(group: Spells) -> pd.DataFrame:
        curve = curve_of(group, level=level, transform=transform)
        survival = survival_at(curve, asked)
        at = np.searchsorted(curve.times, asked, side="right")
        ends = (np.append(np.nan, end)[at] for end in (curve.lower, curve.upper))
        lower, upper = (np.where(np.isnan(survival), np.nan, end) for end in ends)
        return pd.DataFrame(
            {
                "duration": asked,
                "n_at_risk": at_risk_at(group, asked),
                "survival": survival,
                "lower": lower,
                "upper": upper,
            }
        )

    return by_group(spells, by, table, like=durations)


@tells(
    Kpi(
        code="median_survival",
        name=Label("Median survival time", "中位寿命"),
        group="retention",
        unit="days",
        direction="higher",
        definition=Label(
            "Least duration by which survival has fallen to a half; missing while it has not",
            "生存率降至一半的最短时长；尚未降到一半时缺失",
        ),
        source="Klein and Moeschberger (2003), Survival Analysis, section 4.5",
        function="crmkit.loyalty.survival.survival_quantile_table",
        aggregation="none",
    )
)
def survival_quantile_table(
    *,
    durations: Numbers,
    observed: Any,
    shares: Sequence[float] = (0.5,),
    entry: Numbers | None = None,
    n_customers: Numbers | None = None,
    by: Any = None,
    level: float = 0.95,
    transform: Transform = "log_log",
) -> Any:
    r"""Estimate the durations by which some shares of the customers have left: the median and other quantiles.

    .. math:: \hat t_p = \min \{t : \hat S(t) \le 1 - p\}

    Parameters
    ----------
    durations : array-like of float
        As in `kaplan_meier_table`.
    observed : array-like of bool
        As in `kaplan_meier_table`.
    shares : sequence of float, default (0.5,)
        The shares :math:`p` that have left, between 0 and 1: 0.5 is the median.
    entry : array-like of float, optional
        As in `kaplan_meier_table`.
    n_customers : array-like of float, optional
        As in `kaplan_meier_table`.
    by : array-like of labels, optional
        The group of each customer.
    level : float, default 0.95
        Confidence of the interval, between 0 and 1.
    transform : {"log_log", "logit", "log", "plain"}, default "log_log"
        The scale of the interval of the survival from which that of the quantile follows.

    Returns
    -------
    the kind of frame that goes with the column of durations, pandas for lists and arrays
        One row per share, in that order; with ``by`` group by group, beside ``group``. ``share``; ``duration``, missing
        where not so many have left; ``lower``, ``upper``: Brookmeyer and Crowley's interval, whose upper end is missing
        where the upper end of the survival does not come down so far.

    Raises
    ------
    TypeError
        If an argument is not a column of what it should be.
    ValueError
        If a value is missing or below 0, columns differ in length, an ``entry`` is not below its duration, a share
        does not lie between 0 and 1, or an option is not one of those listed.

    References
    ----------
    .. [1] Brookmeyer and Crowley (1982), "A Confidence Interval for the Median Survival Time", *Biometrics* 38.

    Examples
    --------
    >>> survival_quantile_table(durations=[5, 2, 1, 4, 2], observed=[1, 0, 1, 0, 1], shares=[0.25, 0.5])
       share  duration  lower  upper
    0   0.25       2.0    1.0    NaN
    1   0.50       5.0    1.0    NaN
    """
    if isinstance(shares, (str, bytes)) or np.ndim(shares) != 1:
        raise TypeError(_NO_SHARES(value=shares))
    for share in shares:
        check_fraction(share, name="shares")
    spells = read_spells(durations=durations, observed=observed, entry=entry, n_customers=n_customers)

    def table(group: Spells) -> pd.DataFrame:
        curve = curve_of(group, level=level, transform=transform)
        found = [survival_quantile(curve, share=share) for share in shares]
        rows = np.array(found, dtype=np.float64).reshape(-1, 3)
        return pd.DataFrame({"share": np.array(shares, dtype=np.float64)}).join(
            pd.DataFrame(rows, columns=["duration", "lower", "upper"])
        )

    return by_group(spells, by, table, like=durations)
