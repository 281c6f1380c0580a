"""What each member has."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crmkit._checks import Day, as_day
from crmkit._frames import FrameT, from_pandas
from crmkit.loyalty.programmes._ledger import ledger_of
from crmkit.loyalty.programmes._log import NEVER, stamps
from crmkit.loyalty.programmes._movements import movements_of
from crmkit.loyalty.programmes._rules import Order, read_rules

__all__ = ["points_balance_table", "points_lot_table"]


def points_balance_table(
    points: FrameT,
    *,
    as_of: Day,
    valid_months: int | None = None,
    inactive_months: int | None = None,
    order: Order = "first_expiring",
) -> FrameT:
    r"""What each member earned, redeemed and lost until the end of a day, and what they have.

    Nothing is lost, to the last unit, and no later event changes the balance of a day:

    .. math:: \text{earned} + \text{adjusted} = \text{redeemed} + \text{expired} + \text{reversed} + \text{balance}

    Parameters
    ----------
    points : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.as_points` makes it. An engine's rows are brought into memory.
    as_of : date or ISO text
        The day; its events count, and points whose last day it is have lapsed at its end.
    valid_months : int, optional
        Months that points last which have no expiry of their own, at least 1; they end on the last day where the month
        is shorter, and that day is still good. None where expiries are booked, or points do not expire.
    inactive_months : int, optional
        Months in which nothing was earned, given by an adjustment, or redeemed, after which all points of a member
        lapse, at least 1.
    order : {"first_expiring", "first_in"}, default "first_expiring"
        Which points are taken first: those that expire first, or those that were earned first.

    Returns
    -------
    the kind of frame given
        One row per member with an event until ``as_of``, by their id: ``customer_id``; ``earned``; ``adjusted``, below
        0 where more was taken than given; ``redeemed``; ``expired``, booked or by the rules; ``reversed``, what
        reversals took, which is less than was booked where points had lapsed before; ``balance``, below 0 where points
        that had been spent were taken back; ``next_expiry``, the next day at whose end points lapse if nothing
        happens, missing where none do, and ``next_expiring``, how many.

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
    points_lot_table : Which points these are.
    points_liability_table : All members together, period by period.

    Notes
    -----
    Within a day earnings come first, then redemptions, reversals, adjustments below 0, and expiries; events of one kind
    in the order of their rows or, as the rows of an engine have none, of their ids. A reversal takes what is left of
    its earning, then other points, and what it still lacks the member owes: the next points earned fill it. What had
    lapsed of the earning is not taken again. Points are counted in whole units of their last decimal, so that sums are
    exact.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit import as_points
    >>> log = as_points(pd.DataFrame({
    ...     "event_id": [1, 2, 3], "customer_id": ["ann"] * 3, "date": ["2024-01-31", "2024-02-10", "2024-02-20"],
    ...     "kind": ["earn", "earn", "redeem"], "points": [100, 50, 60],
    ... }))
    >>> points_balance_table(log, as_of="2024-02-29", valid_months=1).drop(columns=["adjusted", "reversed"])
      customer_id  earned  redeemed  expired  balance next_expiry  next_expiring
    0         ann   150.0      60.0     40.0     50.0  2024-03-10           50.0
    """
    day = as_day(as_of, name="as_of")
    rules = read_rules(valid_months=valid_months, inactive_months=inactive_months, order=order)
    ledger = ledger_of(points, as_of=day, rules=rules)
    log = ledger.log
    who = log.who[ledger.lots]
    moved = {name: log.by_member(each.who, each.points) for name, each in movements_of(ledger).items()}
    balance = moved["earned"] + moved["adjusted"] - moved["redeemed"] - moved["expired"] - moved["reversed"]
    next_day = np.full(log.n_members, NEVER, dtype=np.int64)
    here = ledger.left > 0
    np.minimum.at(next_day, who[here], ledger.ends[here])
    soon = here & (ledger.ends == next_day[who]) & (ledger.ends != NEVER)
    table = pd.DataFrame(
        {
            "customer_id": log.ids,
            **{name: log.shown(units) for name, units in {**moved, "balance": balance}.items()},
            "next_expiry": stamps(next_day),
            "next_expiring": log.shown(log.by_member(who[soon], ledger.left[soon])),
        }
    )
    return from_pandas(table, like=points)


def points_lot_table(
    points: FrameT,
    *,
    as_of: Day,
    valid_months: int | None = None,
    inactive_months: int | None = None,
    order: Order = "first_expiring",
) -> FrameT:
    """List the points that members can still redeem, earning by earning, with the day on which they lapse.

    Parameters
    ----------
    points : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.as_points` makes it. An engine's rows are brought into memory.
    as_of : date or ISO text
        The day; its events count.
    valid_months, inactive_months, order : optional
        As in `points_balance_table`.

    Returns
    -------
    the kind of frame given
        One row per earning or adjustment of which something is left, by member and in the order in which points were
        added: ``customer_id``; ``event_id``; ``date`` of the earning; ``points`` of it; ``left``, above 0; ``expires``,
        the last day on which they are good if nothing happens, missing where they do not expire. It may be empty.

    Raises
    ------
    SchemaError
        If a column is missing or does not hold what it should, if there is no event until ``as_of``, if points have
        more than six decimals, or if more is redeemed or booked as expired than there is.
    TypeError
        If ``points`` is not a frame, or an argument is of the wrong kind.
    ValueError
        If an option is not one of those described.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit import as_points
    >>> log = as_points(pd.DataFrame({
    ...     "event_id": [1, 2, 3], "customer_id": ["ann"] * 3, "date": ["2024-01-31", "2024-02-10", "2024-02-20"],
    ...     "kind": ["earn", "earn", "redeem"], "points": [100, 50, 60], "until": [None, "2024-03-15", None],
    ... }), expires="until")
    >>> points_lot_table(log, as_of="2024-02-29", valid_months=12)
      customer_id  event_id       date  points  left    expires
    0         ann         1 2024-01-31   100.0  90.0 2025-01-31
    """
    day = as_day(as_of, name="as_of")
    rules = read_rules(valid_months=valid_months, inactive_months=inactive_months, order=order)
    ledger = ledger_of(points, as_of=day, rules=rules)
    log, here = ledger.log, np.flatnonzero(ledger.left)
    at = ledger.lots[here]
    table = pd.DataFrame(
        {
            "customer_id": log.ids.iloc[log.who[at]].reset_index(drop=True),
            "event_id": log.event.iloc[at].reset_index(drop=True),
            "date": stamps(log.day[at]),
            "points": log.shown(log.points[at]),
            "left": log.shown(ledger.left[here]),
            "expires": stamps(ledger.ends[here]),
        }
    )
    return from_pandas(table, like=points)
