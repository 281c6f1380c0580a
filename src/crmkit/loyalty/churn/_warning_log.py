"""What early warnings look at, as arrays: days and money of transactions, complaints, debts, all by customer."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._calendar import day_number, day_numbers, next_day
from crmkit._frames import AnyFrame, collected, midnight, pandas_series, sort_by_day, sorted_codes, starts_of_runs
from crmkit._messages import Column, Message
from crmkit._tables import INVOICES, PAYMENTS, TICKETS, Schema, open_table
from crmkit.errors import SchemaError
from crmkit.transactions import checked_transactions, up_to

__all__ = ["NEVER", "Complaints", "Debts", "Log", "as_log", "day_of", "summed"]

NEVER: Final = np.iinfo(np.int64).max
"""The number of a day that has not come."""

_Ints = npt.NDArray[np.int64]
_Bools = npt.NDArray[np.bool_]

_OTHER_IDS: Final = Message(
    en="{where} holds {kind} and {beside} {other}, so that none would be found. Make them one kind first.",
    zh="{where}为{kind}，而{beside}为{other}，无法对应。请先统一类型。",
)
_NO_KINDS: Final = Message(
    en="{@tickets} does not say of any ticket what it is about, so that complaints cannot be told. Name the column in "
    "{@kind=} of {@as_tickets()}.",
    zh="{@tickets} 中没有任何工单注明类别，无从识别投诉。请在 {@as_tickets()} 中用 {@kind=} 指明该列。",
)
_WHOLE: Final = Message(en="whole numbers", zh="整数")
_TEXT: Final = Message(en="text", zh="文本")


@dataclass(frozen=True)
class Complaints:
    """One per complaint: the customer, the days on which it was created and resolved (`NEVER` while open)."""

    who: _Ints
    created: _Ints
    resolved: _Ints


@dataclass(frozen=True)
class Debts:
    """What was billed, credited and paid.

    Attributes
    ----------
    who, bill, issued, due, amount : arrays
        One per instalment: customer, number of the invoice, days, money.
    credit_who, credit_bill, credit_day, credit : arrays
        One per credit note or payment; the number is below 0 where no invoice of the customer is named.
    """

    who: _Ints
    bill: _Ints
    issued: _Ints
    due: _Ints
    amount: Floats
    credit_who: _Ints
    credit_bill: _Ints
    credit_day: _Ints
    credit: Floats


@dataclass(frozen=True)
class Log:
    """Transactions sorted by customer and day, and what else is known of these customers.

    Attributes
    ----------
    ids : Series
        The customers; the others number them by their position.
    who, day, amount, bought : arrays
        One per transaction; ``amount`` is ``nan`` where orders carry no price.
    """

    ids: nw.Series[Any]
    who: _Ints
    day: _Ints
    amount: Floats
    bought: _Bools
    complaints: Complaints | None = None
    debts: Debts | None = None

    def __len__(self) -> int:
        """Customers."""
        return len(self.ids)


def summed(group: _Ints, values: Floats, n: int) -> Floats:
    """Sums of values by group, of which there are n."""
    # Without rows bincount gives whole numbers.
    return np.bincount(group, weights=values, minlength=n).astype(np.float64)


def day_of(moment: datetime) -> int:
    """The number of a day."""
    return int(np.datetime64(moment, "D").astype(np.int64))


def as_log(
    transactions: object,
    *,
    as_of: datetime,
    tickets: object,
    invoices: object,
    payments: object,
    complaint_kinds: Collection[Any],
) -> Log:
    """Open the tables and read what is known by the end of a day; an engine's rows are brought into memory."""
    rows = up_to(checked_transactions(transactions), as_of, name="as_of")
    found = collected(
        rows.select("customer_id", day_number(nw.col("date")).cast(nw.Int64).alias("day"), "n_orders", "amount")
    )
    codes, days = sorted_codes(found["customer_id"]), found["day"].to_numpy()
    order = sort_by_day(codes, days)
    codes = codes[order]
    firsts = starts_of_runs(codes) if len(codes) else np.zeros(0, dtype=np.int64)
    positions = firsts if isinstance(order, slice) else order[firsts]
    ids = found["customer_id"][positions]
    look = _Lookup(ids)
    return Log(
        ids=ids,
        who=codes.astype(np.int64),
        day=days[order],
        amount=_floats(found["amount"])[order],
        bought=found["n_orders"].to_numpy()[order] > 0,
        complaints=None if tickets is None else _complaints(tickets, look, as_of=as_of, kinds=complaint_kinds),
        debts=None if invoices is None else _debts(invoices, payments, look, as_of=as_of),
    )


class _Lookup:
    """The numbers of customers by their ids."""

    def __init__(self, ids: nw.Series[Any]) -> None:
        self._index = pd.Index(pandas_series(ids).astype(object))
        self._whole = ids.dtype.is_numeric()

    def __call__(self, ids: nw.Series[Any], *, table: str) -> _Ints:
        """Number ids; below 0 those without a transaction."""
        beside = Column("transactions", "customer_id")
        _check_kind(ids, whole=self._whole, where=Column(table, "customer_id"), beside=beside)
        return np.asarray(self._index.get_indexer(pandas_series(ids).astype(object)), dtype=np.int64)


def _check_kind(ids: nw.Series[Any], *, whole: bool, where: Column, beside: Column) -> None:
    """Raise if ids are numbers where others are text, or the other way round."""
    if ids.is_null().all() or ids.dtype.is_numeric() == whole:
        return
    kind, other = (_TEXT(), _WHOLE()) if whole else (_WHOLE(), _TEXT())
    raise SchemaError(_OTHER_IDS(where=where, kind=kind, beside=beside, other=other))


def _complaints(tickets: object, look: _Lookup, *, as_of: datetime, kinds: Collection[Any]) -> Complaints:
    rows = open_table(tickets, TICKETS, columns=["customer_id", "kind", "created", "resolved"])
    found = collected(rows.select("customer_id", "kind", "created", "resolved"))
    if len(found) and found["kind"].is_null().all():
        raise SchemaError(_NO_KINDS())
    found = found.filter(nw.col("created") < next_day(as_of), nw.col("kind").is_in(list(kinds)))
    who = look(found["customer_id"], table="tickets")
    known = who >= 0
    created, resolved = (_days(found[name])[known] for name in ("created", "resolved"))
    return Complaints(who[known], created, resolved)


def _debts(invoices: object, payments: object, look: _Lookup, *, as_of: datetime) -> Debts:
    bills = _opened(invoices, INVOICES, ("customer_id", "invoice_id", "kind", "applies_to", "issued", "due", "amount"),
                    day="issued", as_of=as_of)  # fmt: skip
    who = look(bills["customer_id"], table="invoices")
    is_credit = pandas_series(bills["kind"]).to_numpy(dtype=object) == "credit_note"
    own, applied = (_keys(who, bills[name]) for name in ("invoice_id", "applies_to"))
    counts = (who >= 0) & ~is_credit
    numbers = pd.Index(own[counts]).unique()
    issued, due, amount = _days(bills["issued"]), _days(bills["due"]), _floats(bills["amount"])
    of_credits = [((who >= 0) & is_credit, who, numbers.get_indexer(applied), issued, amount)]
    if payments is not None:
        paid = _opened(payments, PAYMENTS, ("customer_id", "invoice_id", "date", "amount"), day="date", as_of=as_of)
        payer = look(paid["customer_id"], table="payments")
        beside = Column("invoices", "invoice_id")
        _check_kind(
            paid["invoice_id"],
            whole=bills["invoice_id"].dtype.is_numeric(),
            where=Column("payments", "invoice_id"),
            beside=beside,
        )
        of = numbers.get_indexer(_keys(payer, paid["invoice_id"]))
        of_credits.append((payer >= 0, payer, of, _days(paid["date"]), _floats(paid["amount"])))
    given = [np.concatenate([part[place][part[0]] for part in of_credits]) for place in range(1, 5)]
    return Debts(
        who[counts], numbers.get_indexer(own[counts]).astype(np.int64), issued[counts], due[counts], amount[counts],
        given[0], given[1].astype(np.int64), given[2], given[3],
    )  # fmt: skip


def _opened(table: object, schema: Schema, columns: tuple[str, ...], *, day: str, as_of: datetime) -> nw.DataFrame[Any]:
    rows: AnyFrame = open_table(table, schema, columns=columns)
    rows = rows.filter(nw.col(day) < midnight(next_day(as_of), of=rows))
    return collected(rows.select(*columns))


def _keys(who: _Ints, ids: nw.Series[Any]) -> pd.MultiIndex:
    """Customer and invoice, by which what is paid finds what is owed."""
    return pd.MultiIndex.from_arrays([who, pandas_series(ids).astype(object)])


def _days(series: nw.Series[Any]) -> _Ints:
    """Numbers of days; `NEVER` where missing."""
    times = pandas_series(series).to_numpy(dtype="datetime64[us]", na_value=np.datetime64("NaT", "us"))
    return np.where(np.isnat(times), NEVER, day_numbers(np.where(np.isnat(times), np.datetime64(0, "us"), times)))


def _floats(series: nw.Series[Any]) -> Floats:
    return pandas_series(series).to_numpy(dtype=np.float64, na_value=np.nan)
