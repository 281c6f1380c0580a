"""How much of what fell due in a period is still open at each age."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._calendar import Freq, check_freq, first_day_of, number_of_period
from crmkit._checks import Day, as_day
from crmkit._frames import FrameT, from_pandas
from crmkit._stats import sums_before
from crmkit.value.credit._ageing import number_of
from crmkit.value.credit._books import as_ledger
from crmkit.value.credit._buckets import EDGES, buckets_of
from crmkit.value.credit._ledger import Ledger

__all__ = ["delinquency_table"]


def delinquency_table(
    invoices: FrameT, payments: Any = None, *, as_of: Day, freq: Freq = "M", edges: Sequence[int] = EDGES
) -> FrameT:
    """Follow what fell due in each period: how much of it was still open after its due day, 30 days later and so on.

    Parameters
    ----------
    invoices : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.as_invoices` makes them, in one currency. An engine's rows are brought into memory. Credit notes
        count as paid; leave those out that write off what is lost.
    payments : table of any kind, optional
        As `crmkit.as_payments` makes them. A payment that names no invoice reduces none: apply such payments first, or
        too much seems to stay open.
    as_of : date or ISO text
        The last day that counts. A period that is not over on it is left out.
    freq : str, default "M"
        The periods in which instalments fall due: "D", "W", "M", "Q" or "Y", or one with its end, such as "Q-JAN".
    edges : sequence of int, default (0, 30, 60, 90)
        The last day past due of each bucket, from 0, as in `ageing_table`.

    Returns
    -------
    the kind of frame given
        A row per period and bucket, in order: ``period``, the first day of that in which instalments are due;
        ``bucket``, ``days_from`` and ``days_to`` as in `ageing_table`; ``amount``, how much reached the bucket: for
        "not_due" all that fell due, for "1-30" what was open at the end of the due day, and so on. Missing where the
        bucket begins after ``as_of`` for some days of the period.

    Raises
    ------
    SchemaError
        As `ageing_table`.
    TypeError
        If a table is not a frame, or ``edges`` is of the wrong kind.
    ValueError
        If ``as_of`` is not a date, ``freq`` is not a period, or ``edges`` do not ascend from 0.

    See Also
    --------
    loss_rate_table : The rates of loss that follow.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit import as_invoices, as_payments
    >>> invoices = as_invoices(pd.DataFrame({
    ...     "customer_id": ["ann", "bo", "cy"], "invoice_id": ["A1", "B1", "C1"], "issued": ["2024-01-01"] * 3,
    ...     "due": ["2024-01-31", "2024-01-31", "2024-02-29"], "amount": [100.0, 50.0, 80.0],
    ... }))
    >>> payments = as_payments(pd.DataFrame({
    ...     "customer_id": ["ann", "bo"], "invoice_id": ["A1", "B1"], "date": ["2024-01-20", "2024-02-10"],
    ...     "amount": [100.0, 20.0],
    ... }), invoice_id="invoice_id")
    >>> found = delinquency_table(invoices, payments, as_of="2024-03-31", edges=(0, 30))
    >>> found.pivot(index="period", columns="bucket", values="amount")[["not_due", "1-30", "over_30"]]
    bucket      not_due  1-30  over_30
    period
    2024-01-01    150.0  50.0     30.0
    2024-02-01     80.0  80.0     80.0
    """
    day, buckets = as_day(as_of, name="as_of"), buckets_of(edges)
    check_freq(freq)
    ledger = as_ledger(invoices, payments, as_of=day)
    first, place, ends = _periods(ledger, day, freq)
    n_periods, n_buckets = len(ends), len(buckets.names)
    amounts = np.full((n_periods, n_buckets), np.nan)
    over = place < n_periods
    at = number_of(day)
    still_open = [ledger.amount, *(ledger.open_after(_paid_by(ledger, ledger.due + edge)) for edge in buckets.edges)]
    for bucket, (still, edge) in enumerate(zip(still_open, [0, *buckets.edges], strict=True)):
        sums = np.bincount(place[over], weights=still[over], minlength=n_periods)
        amounts[:, bucket] = np.where(ends + edge <= at, sums, np.nan)
    starts = [first_day_of(first + number, freq=freq) for number in range(n_periods)]
    table = pd.DataFrame(
        {
            "period": np.repeat(np.array(starts, dtype="datetime64[us]"), n_buckets),
            "bucket": buckets.names * n_periods,
            "days_from": np.tile(buckets.days_from, n_periods),
            "days_to": np.tile(buckets.days_to, n_periods),
            "amount": amounts.ravel(),
        }
    )
    return from_pandas(table, like=invoices)


def _periods(ledger: Ledger, as_of: datetime, freq: Freq) -> tuple[int, npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The number of the first period, the place of each instalment's, and the last days of those that are over."""
    days, code = np.unique(ledger.due, return_inverse=True)
    numbers = [number_of_period(day, freq=freq) for day in pd.to_datetime(days, unit="D").to_pydatetime()]
    first = numbers[0] if numbers else 0
    ends: list[int] = []
    while numbers and first + len(ends) <= numbers[-1]:
        end = number_of(first_day_of(first + len(ends) + 1, freq=freq)) - 1
        if end > number_of(as_of):
            break
        ends.append(end)
    place = np.asarray(numbers, dtype=np.int64)[code] - first
    return first, place, np.asarray(ends, dtype=np.int64)


def _paid_by(ledger: Ledger, days: npt.NDArray[np.int64]) -> Floats:
    """What came in for the invoice of each instalment by a day of its own."""
    named = ledger.credit_bill >= 0
    bill, when, money = ledger.credit_bill[named], ledger.credit_day[named], ledger.credit[named]
    order = np.lexsort((when, bill))
    bill, when, money = bill[order], when[order], money[order]
    running = np.append(0.0, sums_before(money, bill) + money)
    low = min(int(when.min(initial=0)), int(days.min(initial=0)))
    span = max(int(when.max(initial=0)), int(days.max(initial=0))) - low + 1
    keys = bill * span + (when - low)
    last = np.searchsorted(keys, ledger.bill * span + (days - low), side="right")
    is_own = last > np.searchsorted(bill, ledger.bill, side="left")
    return np.where(is_own, running[last], 0.0)
