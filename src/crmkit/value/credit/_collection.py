"""Receivables and how fast they are collected, by period."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._calendar import Freq, check_freq, first_day_of, number_of_period
from crmkit._checks import Day, as_day, check_int
from crmkit._frames import FrameT, from_pandas
from crmkit.value.credit._ageing import number_of
from crmkit.value.credit._books import as_ledger
from crmkit.value.credit._days_sales import (
    average_days_delinquent,
    collection_effectiveness,
    count_back,
    days_sales_outstanding,
)
from crmkit.value.credit._ledger import Ledger

__all__ = ["collection_table"]

_FIGURES: Final = ["dso", "best_possible_dso", "days_delinquent", "count_back_dso", "count_back_at_least"]


def collection_table(
    invoices: FrameT, payments: Any = None, *, as_of: Day, freq: Freq = "M", n_periods: int = 3
) -> FrameT:
    """Show receivables and days sales outstanding at the end of each period.

    Parameters
    ----------
    invoices : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.as_invoices` makes them, in one currency. An engine's rows are brought into memory. All invoices from
        the beginning: those still open that are older than the table would be missing in the first periods.
    payments : table of any kind, optional
        As `crmkit.as_payments` makes them.
    as_of : date or ISO text
        The last day that counts. A period that is not over on it is left out.
    freq : str, default "M"
        "D", "W", "M", "Q" or "Y", or one with its end, such as "Q-JAN".
    n_periods : int, default 3
        How many periods of sales receivables are divided by; the count back takes as many as it needs.

    Returns
    -------
    the kind of frame given
        A row per period, from that of the first entry:

        - ``period``: its first day; ``days``: its length; ``sales``: invoices less credit notes of the period.
        - ``receivables``: what is owed at its end; ``current_receivables``: what of it is not yet due, where money that
          is not applied is first taken off what is past due; ``unapplied``: that money, below 0.
        - ``dso`` and ``best_possible_dso``, over the last ``n_periods``; missing where there are not so many yet, or
          they have no sales. ``days_delinquent``: the difference.
        - ``count_back_dso``; missing where the balance is larger than all sales so far. ``count_back_at_least`` is what
          it cannot be below then.
        - ``collection_effectiveness`` of the period.

        Empty if no period is over.

    Raises
    ------
    SchemaError
        As `ageing_table`.
    TypeError
        If a table is not a frame, or ``n_periods`` is not a whole number.
    ValueError
        If ``as_of`` is not a date, ``freq`` is not a period or ``n_periods`` is below 1.

    See Also
    --------
    days_sales_outstanding : The definitions.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit import as_invoices, as_payments, make_invoices
    >>> books = make_invoices(n_customers=50, n_invoices=500, random_state=3)
    >>> invoices = as_invoices(books.invoices, kind="kind", applies_to="applies_to")
    >>> payments = as_payments(books.payments, invoice_id="invoice_id")
    >>> found = collection_table(invoices, payments, as_of="2024-12-31")
    >>> found.set_index("period")[["dso", "best_possible_dso", "count_back_dso"]].tail(2).round(1)
                 dso  best_possible_dso  count_back_dso
    period
    2024-11-01  24.2               24.2            26.1
    2024-12-01  26.7               25.8            24.3
    """
    day = as_day(as_of, name="as_of")
    check_freq(freq)
    check_int(n_periods, name="n_periods", low=1)
    ledger = as_ledger(invoices, payments, as_of=day)
    starts = _starts(ledger, day, freq)
    edges = np.array([number_of(start) for start in starts], dtype=np.int64)
    n_over = max(len(starts) - 1, 0)
    days = np.diff(edges).astype(np.float64)
    sales = _sales(ledger, edges)
    states = [_state(ledger.at(int(end) - 1), int(end) - 1) for end in edges[1:]]
    owed, current, unapplied = np.array(states, dtype=np.float64).reshape(n_over, 3).T
    figures = [
        _figures(float(owed[place]), float(current[place]), sales[: place + 1], days[: place + 1], n=n_periods)
        for place in range(n_over)
    ]
    effectiveness = collection_effectiveness(
        receivables_start=np.append(0.0, owed[:-1])[:n_over],
        sales=sales,
        receivables_end=owed,
        current_receivables_end=current,
    )
    table = pd.DataFrame(
        {
            "period": np.array(starts[:-1], dtype="datetime64[us]"),
            "days": days.astype(np.int64),
            "sales": sales,
            "receivables": owed,
            "current_receivables": current,
            "unapplied": unapplied,
            **pd.DataFrame(figures, columns=_FIGURES, dtype=np.float64),
            "collection_effectiveness": effectiveness,
        }
    )
    return from_pandas(table, like=invoices)


def _starts(ledger: Ledger, as_of: datetime, freq: Freq) -> list[datetime]:
    """The first days of the periods that are over, and the day after the last; too few of them if none is."""
    entries = np.append(ledger.issued, ledger.credit_day)
    if not len(entries):
        return []
    first = pd.Timestamp(int(entries.min()), unit="D").to_pydatetime()
    number, last = number_of_period(first, freq=freq), number_of_period(as_of, freq=freq)
    after = first_day_of(last + 1, freq=freq)
    n_over = last - number + (1 if (after - as_of).days <= 1 else 0)
    return [first_day_of(number + place, freq=freq) for place in range(n_over + 1)]


def _sales(ledger: Ledger, edges: npt.NDArray[np.int64]) -> Floats:
    """Invoices less credit notes of the periods between days."""
    notes = ledger.is_note
    when = np.append(ledger.issued, ledger.credit_day[notes])
    money = np.append(ledger.amount, -ledger.credit[notes])
    place = np.searchsorted(edges, when, side="right") - 1
    over = (place >= 0) & (place < len(edges) - 1)
    return np.bincount(place[over], weights=money[over], minlength=max(len(edges) - 1, 0)).astype(np.float64)


def _figures(owed: float, current: float, sales: Floats, days: Floats, *, n: int) -> list[float]:
    back = count_back(owed, sales, days)
    if len(sales) < n:
        return [np.nan, np.nan, np.nan, *back]
    sold, length = sales[-n:], days[-n:]
    return [
        days_sales_outstanding(receivables=owed, sales=sold, days=length),
        days_sales_outstanding(receivables=current, sales=sold, days=length, method="best_possible"),
        average_days_delinquent(receivables=owed, current_receivables=current, sales=sold, days=length),
        *back,
    ]


def _state(ledger: Ledger, day: int) -> tuple[float, float, float]:
    """What is owed at the end of a day, what of it is not yet due, and what is not applied."""
    paid = ledger.credited()
    still = ledger.open_after(paid[ledger.bill])
    loose = -float(ledger.unapplied(paid).sum() + ledger.credit[ledger.credit_bill < 0].sum()) + 0.0
    return ledger.balance, min(float(still[ledger.due >= day].sum()), ledger.balance), loose
