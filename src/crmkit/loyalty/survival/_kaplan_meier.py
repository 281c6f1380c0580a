"""Which share of the customers is still there, duration by duration."""

from __future__ import annotations

import warnings
from typing import Any, Final

import numpy as np
import pandas as pd

from crmkit._kpi import Kpi, tells
from crmkit._messages import Message
from crmkit._names import Label
from crmkit._stats import Numbers, SurvivalCurve, Transform, kaplan_meier
from crmkit.loyalty.survival._spells import Spells, by_group, read_spells

__all__ = ["curve_of", "kaplan_meier_table"]

_NOBODY_LEFT: Final = Message(
    en="All of the {n:g} under observation at a duration of {duration:g} left then, so the survival is 0 from there "
    "on, although others were seen for longer. So few say little: leave out those who left by then, and let the others "
    "enter at that duration or later ({@entry}); the survival is then that of customers who last so long.",
    zh="在时长 {duration:g} 处于观察之中的 {n:g} 位客户当时全部离开，此后的生存率一律为 0，尽管另有客户被观察得更久。"
    "人数如此之少，说明不了什么：请去掉此前离开的客户，并让其余客户从该时长或更晚进入观察（{@entry}），"
    "所得即为已持续到该时长的客户的生存率。",
)


@tells(
    Kpi(
        code="survival_rate",
        name=Label("Survival rate", "生存率"),
        group="retention",
        unit="share",
        direction="higher",
        definition=Label(
            "Product over the durations at which customers left of 1 - those who left / those under observation",
            "在各流失时长上，1 − 流失客户数 ÷ 处于观察之中的客户数 的连乘积",
        ),
        source="Kaplan and Meier (1958)",
        function="crmkit.loyalty.survival.kaplan_meier_table",
        aggregation="none",
    )
)
def kaplan_meier_table(
    *,
    durations: Numbers,
    observed: Any,
    entry: Numbers | None = None,
    n_customers: Numbers | None = None,
    by: Any = None,
    level: float = 0.95,
    transform: Transform = "log_log",
) -> Any:
    r"""Estimate the share of customers who stay longer than each duration, where some are still there.

    .. math:: \hat S(t) = \prod_{t_i \le t} (1 - d_i / n_i)

    with :math:`d_i` who left at the duration :math:`t_i` and :math:`n_i` who were under observation. Who is still there
    counts in :math:`n_i` for as long as they have been seen, and is not taken for loyal or lost.

    Parameters
    ----------
    durations : array-like of float
        How long each customer stayed, or has been there so far; 0 or more, in days or any other unit.
        `subscription_durations` makes it from subscriptions.
    observed : array-like of bool
        Whether the customer left after that time: False where they were still there.
    entry : array-like of float, optional
        The duration from which each was under observation: 0 for those watched from their start, otherwise below
        ``durations``. Customers who joined before the data begin are seen only because they stayed until then; without
        ``entry`` they make survival too high.
    n_customers : array-like of float, optional
        How many customers each row stands for, if rows are groups.
    by : array-like of labels, optional
        The group of each customer: one curve per group.
    level : float, default 0.95
        Confidence of the interval at each duration, between 0 and 1.
    transform : {"log_log", "logit", "log", "plain"}, default "log_log"
        The scale on which the interval is symmetric. "log" is what R takes if not told otherwise, "plain" that of
        textbooks; both are cut off at 0 and 1, and cover less where few are left.

    Returns
    -------
    the kind of frame that goes with the column of durations, pandas for lists and arrays
        One row per distinct duration, ascending; with ``by`` group by group in their order, beside ``group``.
        ``duration``; ``n_at_risk``, those under observation just before it; ``n_events``, those who left at it;
        ``survival``, the share that stays longer; ``lower``, ``upper``, the interval of each by itself, not of the
        whole curve; ``nan`` before the first event and where nobody is left.

    Raises
    ------
    TypeError
        If an argument is not a column of what it should be.
    ValueError
        If a value is missing or below 0, columns differ in length, an ``entry`` is not below its duration, or an
        option is not one of those listed.

    Warns
    -----
    UserWarning
        If survival falls to 0 early because the few who were under observation all left, as happens with ``entry``.

    See Also
    --------
    survival_at_table : At some durations only.
    survival_quantile_table : The median and other quantiles.

    References
    ----------
    .. [1] Kaplan and Meier (1958), "Nonparametric Estimation from Incomplete Observations", *JASA* 53.
    .. [2] Klein and Moeschberger (2003), *Survival Analysis*, 2nd ed., sections 4.2 to 4.6.

    Examples
    --------
    Of five customers two are still there, after 2 and 4 months.

    >>> kaplan_meier_table(durations=[5, 2, 1, 4, 2], observed=[True, False, True, False, True]).round(3)
       duration  n_at_risk  n_events  survival  lower  upper
    0       1.0        5.0       1.0       0.8  0.204  0.969
    1       2.0        4.0       1.0       0.6  0.126  0.882
    2       4.0        2.0       0.0       0.6  0.126  0.882
    3       5.0        1.0       1.0       0.0    NaN    NaN
    """
    spells = read_spells(durations=durations, observed=observed, entry=entry, n_customers=n_customers)

    def table(group: Spells) -> pd.DataFrame:
        curve = curve_of(group, level=level, transform=transform)
        return pd.DataFrame(
            {
                "duration": curve.times,
                "n_at_risk": curve.at_risk,
                "n_events": curve.events,
                "survival": curve.survival,
                "lower": curve.lower,
                "upper": curve.upper,
            }
        )

    return by_group(spells, by, table, like=durations)


def curve_of(spells: Spells, *, level: float = 0.95, transform: Transform = "log_log") -> SurvivalCurve:
    """Kaplan and Meier's curve of some customers; warn if it ends before they do."""
    curve = kaplan_meier(
        spells.durations,
        spells.observed,
        counts=spells.counts,
        entries=spells.entries,
        level=level,
        transform=transform,
    )
    ended = np.flatnonzero(curve.survival[:-1] == 0)
    if ended.size:
        at = ended[0]
        warnings.warn(_NOBODY_LEFT(n=curve.at_risk[at], duration=curve.times[at]), stacklevel=5)
    return curve
