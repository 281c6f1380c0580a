"""How long customers stay within a horizon, on average, and how far groups differ in that."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, Final

import numpy as np
import pandas as pd
from scipy.special import ndtr

from crmkit._checks import check_fraction, check_number
from crmkit._frames import from_pandas_beside
from crmkit._kpi import Kpi, tells
from crmkit._messages import Message
from crmkit._names import Label
from crmkit._stats import Numbers, normal_reach, restricted_mean, restricted_moments
from crmkit.loyalty.survival._kaplan_meier import curve_of
from crmkit.loyalty.survival._spells import Spells, as_column, by_group, groups_of, read_spells

__all__ = ["restricted_mean_difference_table", "restricted_mean_table"]

_NO_HORIZON: Final = Message(
    en="{@horizon} must be above 0, got {value!r}.", zh="{@horizon} 须大于 0，得到 {value!r}。"
)
_NO_SUCH_GROUP: Final = Message(
    en="{@reference} must be one of the groups {labels}, got {value!r}.",
    zh="{@reference} 须为 {labels} 中的一组，得到 {value!r}。",
)


@tells(
    Kpi(
        code="restricted_mean_survival",
        name=Label("Restricted mean survival time", "限制平均寿命"),
        group="retention",
        unit="days",
        direction="higher",
        definition=Label(
            "Area under the survival curve up to a horizon; missing if the curve ends before it",
            "生存曲线在给定期限以内的面积；曲线未达该期限时缺失",
        ),
        source="Klein and Moeschberger (2003), Survival Analysis, section 4.5",
        function="crmkit.loyalty.survival.restricted_mean_table",
        aggregation="none",
    )
)
def restricted_mean_table(
    *,
    durations: Numbers,
    observed: Any,
    horizon: float,
    entry: Numbers | None = None,
    n_customers: Numbers | None = None,
    by: Any = None,
    level: float = 0.95,
) -> Any:
    r"""Estimate how long customers stay within a horizon, on average: those who stay longer count as the horizon.

    .. math:: \int_0^\tau \hat S(t)\,dt

    Unlike the median it uses the whole curve, and unlike the mean it is known while many are still there.

    Parameters
    ----------
    durations : array-like of float
        As in `kaplan_meier_table`.
    observed : array-like of bool
        As in `kaplan_meier_table`.
    horizon : float
        The horizon :math:`\tau`, above 0, in the unit of ``durations``.
    entry : array-like of float, optional
        As in `kaplan_meier_table`.
    n_customers : array-like of float, optional
        As in `kaplan_meier_table`.
    by : array-like of labels, optional
        The group of each customer.
    level : float, default 0.95
        Confidence of the interval, between 0 and 1; it is normal, with Greenwood's variance.

    Returns
    -------
    the kind of frame that goes with the column of durations, pandas for lists and arrays
        One row, with ``by`` one per group, beside ``group``. ``horizon``; ``n_customers``; ``restricted_mean``,
        missing where nobody was seen up to the horizon while some had not left; ``lower``, ``upper``.

    Raises
    ------
    TypeError
        If an argument is not a column of what it should be.
    ValueError
        If a value is missing or below 0, columns differ in length, an ``entry`` is not below its duration, or
        ``horizon`` is not above 0.

    References
    ----------
    .. [1] Klein and Moeschberger (2003), *Survival Analysis*, 2nd ed., section 4.5.

    Examples
    --------
    >>> restricted_mean_table(durations=[5, 2, 1, 4, 2], observed=[1, 0, 1, 0, 1], horizon=4).round(3)
       horizon  n_customers  restricted_mean  lower  upper
    0      4.0          5.0              3.0  1.891    4.0
    """
    _check_horizon(horizon)
    check_fraction(level, name="level")
    spells = read_spells(durations=durations, observed=observed, entry=entry, n_customers=n_customers)

    def table(group: Spells) -> pd.DataFrame:
        found = restricted_mean(curve_of(group), horizon=float(horizon), level=level)
        return pd.DataFrame(
            {
                "horizon": [float(horizon)],
                "n_customers": [group.n],
                "restricted_mean": [found.value],
                "lower": [found.lower],
                "upper": [found.upper],
            }
        )

    return by_group(spells, by, table, like=durations)


def restricted_mean_difference_table(
    *,
    durations: Numbers,
    observed: Any,
    by: Any,
    horizon: float,
    reference: Hashable = None,
    entry: Numbers | None = None,
    n_customers: Numbers | None = None,
    level: float = 0.95,
) -> Any:
    """Estimate how much longer the customers of each group stay within a horizon than those of another group.

    Unlike a ratio of hazards this is in days, and it holds whether or not the curves cross.

    Parameters
    ----------
    durations : array-like of float
        As in `kaplan_meier_table`.
    observed : array-like of bool
        As in `kaplan_meier_table`.
    by : array-like of labels
        The group of each customer.
    horizon : float
        The horizon, above 0, in the unit of ``durations``.
    reference : label, optional
        The group with which the others are compared; the first one if not given.
    entry : array-like of float, optional
        As in `kaplan_meier_table`.
    n_customers : array-like of float, optional
        As in `kaplan_meier_table`.
    level : float, default 0.95
        Confidence of the interval, between 0 and 1.

    Returns
    -------
    the kind of frame that goes with the column of durations, pandas for lists and arrays
        One row per group but the reference, in their order. ``group``; ``reference``; ``horizon``; ``difference`` of
        the restricted means; ``lower``, ``upper``; ``p_value`` of no difference, two-sided. Missing where one of the
        curves ends before the horizon. Compare many groups with care: one in twenty differs by chance.

    Raises
    ------
    TypeError
        If an argument is not a column of what it should be.
    ValueError
        If a value is missing or below 0, columns differ in length, an ``entry`` is not below its duration,
        ``horizon`` is not above 0, or ``reference`` is none of the groups.

    References
    ----------
    .. [1] Royston and Parmar (2013), "Restricted Mean Survival Time: An Alternative to the Hazard Ratio", *BMC Medical
       Research Methodology* 13:152.

    Examples
    --------
    >>> restricted_mean_difference_table(
    ...     durations=[2, 3, 5, 6, 4, 6, 6, 6], observed=[1, 1, 1, 0, 1, 0, 0, 0], by=list("aaaabbbb"), horizon=6
    ... ).round(3)
      group reference  horizon  difference  lower  upper  p_value
    0     b         a      6.0         1.5 -0.267  3.267    0.096
    """
    _check_horizon(horizon)
    check_fraction(level, name="level")
    spells = read_spells(durations=durations, observed=observed, entry=entry, n_customers=n_customers)
    groups = groups_of(by, n=len(spells.durations))
    labels = groups.labels or []
    base = (0 if reference is None else labels.index(reference)) if reference is None or reference in labels else None
    if base is None:
        raise ValueError(_NO_SUCH_GROUP(labels=labels, value=reference))
    moments = [restricted_moments(curve_of(spells.at(rows)), horizon=float(horizon)) for rows in groups.rows]
    found = np.array(moments, dtype=np.float64).reshape(-1, 2)
    others = [at for at in range(len(labels)) if at != base]
    difference = found[others, 0] - found[base, 0] if others else np.empty(0)
    error = np.sqrt(found[others, 1] + found[base, 1]) if others else np.empty(0)
    half = normal_reach(level) * error
    with np.errstate(divide="ignore", invalid="ignore"):
        p_value = 2 * ndtr(-np.abs(difference) / error)
    table = pd.DataFrame(
        {
            "group": as_column([labels[at] for at in others]),
            "reference": as_column([labels[base]] * len(others)) if labels else None,
            "horizon": float(horizon),
            "difference": difference,
            "lower": difference - half,
            "upper": difference + half,
            "p_value": p_value,
        }
    )
    return from_pandas_beside(table, column=durations)


def _check_horizon(horizon: object) -> None:
    check_number(horizon, name="horizon")
    if not horizon > 0:  # type: ignore[operator]
        raise ValueError(_NO_HORIZON(value=horizon))
