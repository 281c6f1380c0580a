"""What customers owe, by how long it is past due."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._calendar import day_numbers
from crmkit._checks import Day, as_day
from crmkit._frames import FrameT, from_pandas
from crmkit._grouping import label_names
from crmkit._messages import Message
from crmkit.value.credit._books import as_ledger
from crmkit.value.credit._buckets import EDGES, UNAPPLIED, buckets_of
from crmkit.value.credit._ledger import Ledger

__all__ = ["ageing_table", "number_of"]

_MADE: Final = ("bucket", "days_from", "days_to", "amount", "share", "n_open")

_TAKEN: Final = Message(
    en="{@by} may not name {name!r}, which is a column of the result. Rename it.",
    zh="{@by} 不能是 {name!r}，它与结果表的列重名，请改名。",
)


def ageing_table(
    invoices: FrameT,
    payments: Any = None,
    *,
    as_of: Day,
    edges: Sequence[int] = EDGES,
    by: str | Sequence[str] | None = "customer_id",
) -> FrameT:
    r"""Divide what customers owe on a day by how long it is past due.

    .. math:: \text{open} = \text{invoices} - \text{credit notes} - \text{payments}

    Only what is dated by ``as_of`` counts: a payment that came in later does not change what was open on that day.
    Each instalment ages by its own due day, not by the day of issue. Payments and credit notes that name an invoice of
    the same customer pay its earliest instalment first.

    Parameters
    ----------
    invoices : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.as_invoices` makes them, in one currency. An engine's rows are brought into memory, and the result
        goes back row by row, which is slow: with tens of thousands of groups, collect both tables before.
    payments : table of any kind, optional
        As `crmkit.as_payments` makes them. Without them nothing has been paid but by credit notes.
    as_of : date or ISO text
        The last day that counts.
    edges : sequence of int, default (0, 30, 60, 90)
        The last day past due of each bucket, from 0: an instalment is not due up to its due day, and after 30 days it
        is still in "1-30".
    by : str, sequence of str or None, default "customer_id"
        Columns of the invoices that name the groups; None for all together. What cannot be applied to an invoice is
        grouped by the columns of the payments; where they lack one, its label is missing.

    Returns
    -------
    the kind of frame given
        A row per group and bucket, in order. The labels; ``bucket``: "not_due", "1-30" and so on, "over_90" and
        "unapplied"; ``days_from`` and ``days_to``, its days past due, missing where it has no end; ``amount`` in money,
        which adds up to the balance of the group; ``share`` of what is open in the group, without "unapplied", missing
        where nothing is open; ``n_open``, the number of instalments that are open, for "unapplied" that of credits and
        invoices it comes from.

        "unapplied" is money that came in and reduces no invoice, below 0: payments that name none or one that is not in
        the books, overpaid invoices, deposits on invoices not yet issued, credit notes that apply to none. It is above
        0 where more was paid back than came in. Groups of which all is paid have rows of 0.

    Raises
    ------
    SchemaError
        If a column is missing, an amount or a day is missing, an amount is below 0 or infinite, a due day lies before
        the day of issue, ids are text in one table and numbers in the other, or there are several currencies.
    TypeError
        If a table is not a frame, or ``by`` or ``edges`` is of the wrong kind.
    ValueError
        If ``as_of`` is not a date, ``edges`` do not ascend from 0, or ``by`` is a column of the result.

    See Also
    --------
    expected_credit_loss_table : What is likely to be lost of it.
    collection_table : How it develops, with days sales outstanding.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit import as_invoices, as_payments
    >>> invoices = as_invoices(pd.DataFrame({
    ...     "customer_id": ["ann", "ann", "bo"], "invoice_id": ["A1", "A2", "B1"],
    ...     "issued": ["2024-01-10", "2024-03-20", "2024-02-01"], "due": ["2024-02-09", "2024-04-19", "2024-03-01"],
    ...     "amount": [100.0, 40.0, 80.0],
    ... }))
    >>> payments = as_payments(pd.DataFrame({
    ...     "customer_id": ["ann", "bo"], "invoice_id": ["A1", "B1"], "date": ["2024-02-20", "2024-03-05"],
    ...     "amount": [60.0, 100.0],
    ... }), invoice_id="invoice_id")
    >>> ageing_table(invoices, payments, as_of="2024-03-31").query("amount != 0")[["customer_id", "bucket", "amount"]]
       customer_id     bucket  amount
    0          ann    not_due    40.0
    2          ann      31-60    40.0
    11          bo  unapplied   -20.0
    """
    day, buckets = as_day(as_of, name="as_of"), buckets_of(edges)
    names = [] if by is None else label_names(by)
    if taken := [name for name in names if name in _MADE]:
        raise ValueError(_TAKEN(name=taken[0]))
    ledger = as_ledger(invoices, payments, as_of=day, by=names)
    n_groups, n_buckets = len(ledger.groups.groups), len(buckets.names) + 1
    cell, amount = _cells(ledger, place=buckets.of(number_of(day) - ledger.due), n_buckets=n_buckets)
    n = n_groups * n_buckets
    sums = np.bincount(cell, weights=amount, minlength=n).astype(np.float64)
    table = pd.DataFrame(
        {
            "bucket": [*buckets.names, UNAPPLIED] * n_groups,
            "days_from": np.tile(np.append(buckets.days_from, np.nan), n_groups),
            "days_to": np.tile(np.append(buckets.days_to, np.nan), n_groups),
            "amount": sums,
            "share": _shares(sums.reshape(n_groups, n_buckets)).ravel(),
            "n_open": np.bincount(cell[amount != 0], minlength=n),
        }
    )
    labels = ledger.groups.groups
    shown = labels.iloc[np.repeat(np.arange(n_groups), n_buckets)].reset_index(drop=True)
    return from_pandas(pd.concat([shown, table], axis=1), like=invoices)


def number_of(day: Any) -> int:
    """The number of a day, from 1970."""
    return int(day_numbers(np.array([day], dtype="datetime64[us]"))[0])


def _cells(ledger: Ledger, *, place: Any, n_buckets: int) -> tuple[Any, Floats]:
    """The cells of a table of groups and buckets into which money falls, and how much."""
    paid = ledger.credited()
    of_rows, of_credits = np.split(ledger.groups.codes, [len(ledger.bill)])
    loose = ledger.credit_bill < 0
    group = np.concatenate([of_rows, of_rows[ledger.firsts], of_credits[loose]])
    beyond = n_buckets - 1
    bucket = np.concatenate([place, np.full(len(group) - len(place), beyond)])
    amount = np.concatenate(
        [ledger.open_after(paid[ledger.bill]), -ledger.unapplied(paid), -ledger.credit[loose]],
    )
    return group * n_buckets + bucket, amount + 0.0


def _shares(sums: Floats) -> Floats:
    """Of what is open in each group (rows); missing for what is not applied."""
    total = sums[:, :-1].sum(axis=1, keepdims=True)
    shares = np.full(sums.shape, np.nan)
    np.divide(sums[:, :-1], total, out=shares[:, :-1], where=total > 0)
    return shares
