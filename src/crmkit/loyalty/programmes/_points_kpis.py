"""The KPIs of a programme, period by period."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from crmkit._calendar import Freq, check_freq
from crmkit._checks import Day, as_day, check_fraction
from crmkit._frames import FrameT, from_pandas
from crmkit._kpi import divided, long_form
from crmkit.loyalty.programmes._kpis import (
    loyalty_active_rate,
    points_breakage_rate,
    points_burn_ratio,
    points_redeemer_rate,
    points_redemption_rate,
)
from crmkit.loyalty.programmes._ledger import ledger_of
from crmkit.loyalty.programmes._log import REDEEM, Whole
from crmkit.loyalty.programmes._movements import movements_of
from crmkit.loyalty.programmes._periods import Periods, periods_until
from crmkit.loyalty.programmes._rules import Order, read_rules

__all__ = ["points_kpis"]


def points_kpis(
    points: FrameT,
    *,
    as_of: Day,
    freq: Freq = "M",
    valid_months: int | None = None,
    inactive_months: int | None = None,
    order: Order = "first_expiring",
    level: float = 0.95,
) -> FrameT:
    """The KPIs of a programme: who takes part, how much is redeemed, how much has lapsed, period by period.

    Parameters
    ----------
    points : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.as_points` makes it. An engine's rows are brought into memory.
    as_of : date or ISO text
        The last day that counts; the last period may end later.
    freq : str, default "M"
        Length of a period: "D", "W", "M", "Q", "Y", or with another end, such as "Y-MAR".
    valid_months, inactive_months, order : optional
        As in `points_balance_table`.
    level : float, default 0.95
        Confidence of the intervals, between 0 and 1.

    Returns
    -------
    the kind of frame given
        The long form of KPIs, by ``period``, its first day: ``kpi``, ``value``, ``numerator``, ``denominator``, ``n``
        (members), ``lower`` and ``upper`` (Wilson's interval of shares of members; points of one member go together,
        so that shares of points have none). A member is who had an event until the end of the period.

        - ``loyalty_active_rate``: members with an earning or a redemption in the period.
        - ``points_redeemer_rate``: members with a redemption in it.
        - ``points_burn_ratio``: points redeemed in it for each point earned in it.
        - ``points_redemption_rate``, ``points_breakage_rate``: of all points earned or given until its end, those
          redeemed and those lapsed by then. Both grow as points get older: `breakage_table` says where to.

    Raises
    ------
    SchemaError
        If a column is missing or does not hold what it should, if there is no event until ``as_of``, if points have
        more than six decimals, or if more is redeemed or booked as expired than there is.
    TypeError
        If ``points`` is not a frame, or an argument is of the wrong kind.
    ValueError
        If an option is not one of those described.

    See Also
    --------
    breakage_table : What will never be redeemed.

    Examples
    --------
    >>> from crmkit import as_points, make_points
    >>> log = as_points(make_points(random_state=1).points, expires="expires", reverses="reverses")
    >>> table = points_kpis(log, as_of="2024-12-31", freq="Y", valid_months=12, order="first_in")
    >>> table.pivot(index="kpi", columns="period", values="value").round(3)
    period                  2022-01-01  2023-01-01  2024-01-01
    kpi
    loyalty_active_rate          1.000       0.971       0.951
    points_breakage_rate         0.077       0.282       0.352
    points_burn_ratio            0.285       0.455       0.452
    points_redeemer_rate         0.420       0.464       0.453
    points_redemption_rate       0.285       0.370       0.398
    """
    day = as_day(as_of, name="as_of")
    check_freq(freq)
    check_fraction(level, name="level")
    rules = read_rules(valid_months=valid_months, inactive_months=inactive_months, order=order)
    ledger = ledger_of(points, as_of=day, rules=rules)
    log, moved = ledger.log, movements_of(ledger)
    periods = periods_until(day, first=int(log.day.min()), freq=freq)
    place, n = periods.place_of(log.day), len(periods.starts)
    sums = {
        name: log.shown(np.bincount(periods.place_of(each.day), weights=each.points, minlength=n))
        for name, each in moved.items()
    }
    given = moved["adjusted"].points > 0
    adjusted = moved["adjusted"]
    issued = sums["earned"] + log.shown(
        np.bincount(periods.place_of(adjusted.day[given]), weights=adjusted.points[given], minlength=n)
    )
    first_of_member = np.append(True, log.who[1:] != log.who[:-1])
    members = np.cumsum(np.bincount(place[first_of_member], minlength=n)).astype(np.float64)
    redeems = log.kind == REDEEM
    active = _distinct(log.who, place, among=redeems | log.is_earning, periods=periods)
    redeemers = _distinct(log.who, place, among=redeems, periods=periods)
    so_far = np.cumsum(issued)
    shared: dict[str, Any] = {"n": members, "level": level}
    table = long_form(
        [
            divided(loyalty_active_rate, active_members=active, members=members, **shared),
            divided(points_redeemer_rate, redeemers=redeemers, members=members, **shared),
            divided(
                points_burn_ratio,
                period_redeemed_points=sums["redeemed"],
                period_issued_points=sums["earned"],
                **shared,
            ),
            divided(
                points_redemption_rate, redeemed_points=np.cumsum(sums["redeemed"]), issued_points=so_far, **shared
            ),
            divided(points_breakage_rate, unspent_points=np.cumsum(sums["expired"]), issued_points=so_far, **shared),
        ]
    )
    table.insert(0, "period", np.repeat(periods.starts, len(table) // n))
    return from_pandas(table, like=points)


def _distinct(who: Whole, place: Whole, *, among: npt.NDArray[np.bool_], periods: Periods) -> npt.NDArray[np.float64]:
    """How many members have an event of those ``among`` in each period."""
    n = len(periods.starts)
    pairs = np.unique(who[among] * n + place[among])
    return np.bincount(pairs % n, minlength=n).astype(np.float64)
