"""The points of all members, and what they will cost, period by period."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from crmkit._calendar import Freq, check_freq
from crmkit._checks import Day, as_day, check_fraction, check_number, check_turnover
from crmkit._frames import FrameT, from_pandas
from crmkit._messages import Message, Parameter
from crmkit.loyalty.programmes._kpis import points_liability
from crmkit.loyalty.programmes._ledger import ledger_of
from crmkit.loyalty.programmes._log import Whole
from crmkit.loyalty.programmes._movements import Movements, movements_of
from crmkit.loyalty.programmes._periods import Periods, periods_until
from crmkit.loyalty.programmes._rules import Order, read_rules

__all__ = ["check_cost", "check_money", "points_liability_table"]

_NEGATIVE: Final = Message(
    en="{@cost_per_point} must not be below 0, got {value!r}.", zh="{@cost_per_point} 不得小于 0，得到 {value!r}。"
)


def points_liability_table(
    points: FrameT,
    *,
    as_of: Day,
    cost_per_point: float,
    breakage_rate: float = 0.0,
    freq: Freq = "M",
    valid_months: int | None = None,
    inactive_months: int | None = None,
    order: Order = "first_expiring",
) -> FrameT:
    r"""Points of all members period by period: what came and went, what is outstanding, and what it will cost.

    .. math:: L_t = \text{outstanding}_t \cdot (1 - b) \cdot c

    Parameters
    ----------
    points : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.as_points` makes it. An engine's rows are brought into memory.
    as_of : date or ISO text
        The last day that counts; the last period may end later.
    cost_per_point : float
        What a redeemed point costs, at least 0.
    breakage_rate : float, default 0
        Share of the outstanding points that is expected to lapse, in [0, 1]; `breakage_table` estimates it.
    freq : str, default "M"
        Length of a period: "D", "W", "M", "Q", "Y", or with another end, such as "Y-MAR".
    valid_months, inactive_months, order : optional
        As in `points_balance_table`.

    Returns
    -------
    the kind of frame given
        One row per period from that of the first event, those without events too: ``period``, its first day;
        ``is_complete``, whether it is over; ``earned``, ``adjusted``, ``redeemed``, ``expired``, ``reversed`` in it;
        at its end ``outstanding``, points that can be redeemed, and ``owed``, those that members owe: their difference
        is the sum of the balances; ``liability``, money, and ``liability_change`` since the period before;
        ``redemption_cost``, what the redeemed points cost, and ``programme_cost``, with the change of the liability.

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
    points_liability : The formula.
    points_balance_table : Member by member.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit import as_points
    >>> log = as_points(pd.DataFrame({
    ...     "event_id": [1, 2, 3], "customer_id": ["ann"] * 3, "date": ["2024-01-31", "2024-02-10", "2024-03-20"],
    ...     "kind": ["earn", "earn", "redeem"], "points": [100, 50, 60],
    ... }))
    >>> table = points_liability_table(log, as_of="2024-03-31", cost_per_point=0.01, breakage_rate=0.2)
    >>> table[["period", "earned", "redeemed", "outstanding", "liability", "programme_cost"]]
          period  earned  redeemed  outstanding  liability  programme_cost
    0 2024-01-01   100.0       0.0        100.0       0.80            0.80
    1 2024-02-01    50.0       0.0        150.0       1.20            0.40
    2 2024-03-01     0.0      60.0         90.0       0.72            0.12
    """
    day = as_day(as_of, name="as_of")
    check_freq(freq)
    check_cost(cost_per_point)
    check_fraction(breakage_rate, name="breakage_rate", low_open=False, high_open=False)
    rules = read_rules(valid_months=valid_months, inactive_months=inactive_months, order=order)
    ledger = ledger_of(points, as_of=day, rules=rules)
    log, moved = ledger.log, movements_of(ledger)
    periods = periods_until(day, first=int(log.day.min()), freq=freq)
    flows = {name: _summed(each, periods) for name, each in moved.items()}
    change = flows["earned"] + flows["adjusted"] - flows["redeemed"] - flows["expired"] - flows["reversed"]
    debts = Movements(log.who[ledger.owed_at], log.day[ledger.owed_at], ledger.owed)
    owed = np.cumsum(_summed(debts, periods))
    outstanding = log.shown(np.cumsum(change) + owed)
    check_money(log.shown(log.points.sum()), cost_per_point)
    liability = points_liability(
        outstanding_points=outstanding, breakage_rate=breakage_rate, cost_per_point=cost_per_point
    )
    risen = np.diff(liability, prepend=0.0)
    cost = log.shown(flows["redeemed"]) * cost_per_point
    table = pd.DataFrame(
        {
            "period": periods.starts,
            "is_complete": periods.is_complete,
            **{name: log.shown(units) for name, units in flows.items()},
            "outstanding": outstanding,
            "owed": log.shown(owed),
            "liability": liability,
            "liability_change": risen,
            "redemption_cost": cost,
            "programme_cost": cost + risen,
        }
    )
    return from_pandas(table, like=points)


def check_cost(cost_per_point: object) -> None:
    """Raise unless the cost of a point is a number of 0 or more."""
    check_number(cost_per_point, name="cost_per_point")
    if cost_per_point < 0:  # type: ignore[operator]
        raise ValueError(_NEGATIVE(value=cost_per_point))


def check_money(points: Any, cost_per_point: float | None) -> None:
    """Raise if so many points cost more than a number can hold."""
    check_turnover(float(points) * float(cost_per_point or 0.0), where=Parameter("cost_per_point"))


def _summed(moved: Movements, periods: Periods) -> Whole:
    return np.bincount(periods.place_of(moved.day), weights=moved.points, minlength=len(periods.starts)).astype(
        np.int64
    )
