"""Points redeemed by cohort of issue and age."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._calendar import Freq, check_freq, day_numbers, first_day_of, number_of_period
from crmkit._checks import Day, as_day
from crmkit._frames import FrameT, from_pandas
from crmkit._messages import Message
from crmkit.errors import SchemaError
from crmkit.loyalty.programmes._ledger import keep_whole_ledger
from crmkit.loyalty.programmes._log import ADD, NEVER, Whole, read_log, stamps
from crmkit.loyalty.programmes._periods import Periods, periods_until
from crmkit.loyalty.programmes._rules import Order, read_rules

__all__ = ["redemption_triangle"]

_NO_PERIOD: Final = Message(
    en="No period in which points were earned is over on {@as_of} {as_of:%Y-%m-%d}. Wait until one is, or choose a "
    "shorter {@freq}.",
    zh="截至 {@as_of} {as_of:%Y-%m-%d}，没有一个有积分获得的期间已经结束。请等待期间结束，或选用更短的 {@freq}。",
)


def redemption_triangle(
    points: FrameT,
    *,
    as_of: Day,
    freq: Freq = "M",
    valid_months: int | None = None,
    inactive_months: int | None = None,
    order: Order = "first_expiring",
) -> FrameT:
    """Points redeemed by the period in which they were issued, and by their age: the triangle of development.

    Periods that are not over on ``as_of`` are left out, so that all ages are whole ones. Ages end with the period in
    which the last points of a cohort lapse.

    Parameters
    ----------
    points : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.as_points` makes it. An engine's rows are brought into memory.
    as_of : date or ISO text
        The last day that counts.
    freq : str, default "M"
        Length of a period and of an age: "D", "W", "M", "Q", "Y", or with another end, such as "Y-MAR".
    valid_months, inactive_months, order : optional
        As in `points_balance_table`.

    Returns
    -------
    the kind of frame given
        One row per cohort and age seen: ``cohort``, the first day of the period of issue; ``age`` in periods, 0 in that
        of the issue; ``issued``, points earned or given in the cohort, less those of them that reversals and
        adjustments took: where the points of a returned order had been spent, those that paid for it; ``redeemed`` at
        the age, and ``redeemed_total`` until its end; ``last_age``, at which the last of them lapse, missing where
        there is no end.

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
    >>> import pandas as pd
    >>> from crmkit import as_points
    >>> log = as_points(pd.DataFrame({
    ...     "event_id": [1, 2, 3], "customer_id": ["ann"] * 3, "date": ["2024-01-31", "2024-02-10", "2024-02-20"],
    ...     "kind": ["earn", "earn", "redeem"], "points": [100, 50, 120],
    ... }))
    >>> redemption_triangle(log, as_of="2024-03-31", valid_months=1)
          cohort  age  issued  redeemed  redeemed_total  last_age
    0 2024-01-01    0   100.0       0.0             0.0       1.0
    1 2024-01-01    1   100.0     100.0           100.0       1.0
    2 2024-02-01    0    50.0      20.0            20.0       1.0
    3 2024-02-01    1    50.0       0.0            20.0       1.0
    """
    day = as_day(as_of, name="as_of")
    check_freq(freq)
    rules = read_rules(valid_months=valid_months, inactive_months=inactive_months, order=order)
    over = first_day_of(number_of_period(day + timedelta(days=1), freq=freq), freq=freq) - timedelta(days=1)
    log = read_log(points, as_of=day)
    log = log.only(log.day <= int(day_numbers(np.array([over], dtype="datetime64[us]"))[0]))
    if not (log.kind == ADD).any():
        raise SchemaError(_NO_PERIOD(as_of=day))
    ledger = keep_whole_ledger(log, as_of=over, rules=rules)
    lots = ledger.lots
    periods = periods_until(over, first=int(log.day[lots].min()), freq=freq)
    n = len(periods.starts)
    cohort = periods.place_of(log.day[lots])
    issued = np.bincount(cohort, weights=log.points[lots] - ledger.withdrawn, minlength=n)
    used = np.zeros((n, n))
    of = cohort[ledger.used_of]
    np.add.at(used, (of, periods.place_of(log.day[ledger.used_by]) - of), ledger.used)
    last_age = _last_ages(ledger.ends, cohort, periods=periods, freq=freq)
    # Ages are seen until today, and end where the last points lapse.
    oldest = np.minimum(n - 1 - np.arange(n), np.nan_to_num(last_age, nan=n))
    at, age = np.nonzero(np.arange(n)[None, :] <= oldest[:, None])
    table = pd.DataFrame(
        {
            "cohort": periods.starts[at],
            "age": age,
            "issued": log.shown(issued[at]),
            "redeemed": log.shown(used[at, age]),
            "redeemed_total": log.shown(np.cumsum(used, axis=1)[at, age]),
            "last_age": last_age[at],
        }
    )
    return from_pandas(table[np.isin(at, np.unique(cohort))].reset_index(drop=True), like=points)


def _last_ages(ends: Whole, cohort: Whole, *, periods: Periods, freq: Freq) -> Floats:
    """The age in which the last points of each cohort lapse, missing where some never do."""
    latest = np.full(len(periods.starts), -1, dtype=np.int64)
    np.maximum.at(latest, cohort, ends)
    known = (latest >= 0) & (latest != NEVER)
    first = number_of_period(periods.starts[0].astype(datetime), freq=freq)
    ages = [
        number_of_period(end.astype(datetime), freq=freq) - first - place if there else np.nan
        for place, (end, there) in enumerate(zip(stamps(np.where(known, latest, NEVER)), known, strict=True))
    ]
    return np.array(ages, dtype=np.float64)
