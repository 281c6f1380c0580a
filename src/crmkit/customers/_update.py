"""The customers table carried on to a later day with the new transactions alone."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple, cast

import narwhals.stable.v2 as nw

from crmkit._calendar import day_number, next_day
from crmkit._checks import Day, as_day
from crmkit._frames import (
    AnyFrame,
    FrameT,
    collected,
    flag,
    give_table,
    midnight,
    same_kind,
    without_nan,
)
from crmkit._messages import Message
from crmkit._tables import CUSTOMERS, check_same_ids, open_table
from crmkit.customers._summary import measured, totals_of
from crmkit.errors import SchemaError
from crmkit.transactions import checked_transactions, up_to

__all__ = ["update_summary"]

_EPOCH: Final = datetime(1970, 1, 1)
_SUMS: Final = (
    "n_orders",
    "amount",
    "returned",
    "days",
    "repeat_paid",
    "paid",
    "first_paid",
    "is_known",
    "is_unpriced",
)

_NO_DAY: Final = Message(
    en="{@customers} has no customer with a purchase day, so its last day is unknown. Rebuild the table with "
    "{@customer_summary()}.",
    zh="{@customers} 中没有客户有购买日，无法得知其截止日。请用 {@customer_summary()} 重新生成。",
)
_SEVERAL_DAYS: Final = Message(
    en="{@customers} holds rows as of different days, from {first:%Y-%m-%d} to {last:%Y-%m-%d}. Update each table "
    "on its own.",
    zh="{@customers} 各行的截止日不同，从 {first:%Y-%m-%d} 至 {last:%Y-%m-%d}。请分别更新。",
)
_TWICE: Final = Message(
    en="{@customers} has {n:,} {n:id|ids} more than once. Give one row per customer.",
    zh="{@customers} 中有 {n:,} 个编号重复出现，每位客户只能有一行。",
)
_NOT_LATER: Final = Message(
    en="{@as_of} must be after {old:%Y-%m-%d}, the day that {@customers} is as of, got {day:%Y-%m-%d}.",
    zh="{@as_of} 须晚于 {@customers} 的截止日 {old:%Y-%m-%d}，得到 {day:%Y-%m-%d}。",
)
_COUNTED_ALREADY: Final = Message(
    en="{@transactions} has {n:,} {n:row|rows} on or before {old:%Y-%m-%d}, the day that {@customers} is as of; they "
    "would count twice. Pass only later ones, or rebuild the table with {@customer_summary()}.",
    zh="{@transactions} 中有 {n:,} 行不晚于 {@customers} 的截止日 {old:%Y-%m-%d}，会重复计算。"
    "请只给出更晚的行，或用 {@customer_summary()} 重新生成。",
)
_ONE_WITHOUT_PRICES: Final = Message(
    en="Of {@customers} and {@transactions} one carries prices and the other does not. Make both from orders that "
    "do, or both from orders that do not.",
    zh="{@customers} 与 {@transactions} 中一个有价格、另一个没有。请统一由有价格或无价格的订单生成。",
)


class _Known(NamedTuple):
    """What must be known of the customers: the days they are as of, and whether orders carried prices."""

    first_day: datetime
    last_day: datetime
    n_twice: int
    is_unpriced: bool


def update_summary(customers: FrameT, transactions: FrameT, *, as_of: Day) -> FrameT:
    """Carry a customers table on to a later day with the transactions that came since, without the old ones.

    It comes to what `customer_summary` gives for all transactions, old and new, apart from the rounding of sums.

    Parameters
    ----------
    customers : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `customer_summary` gave it at an earlier day, which is read off its columns. Prospects stay.
    transactions : the same kind of frame
        As `as_transactions` gives the orders since that day. Those after ``as_of`` are not counted.
    as_of : date or ISO text
        The last day that counts now.

    Returns
    -------
    the kind of frame given
        The columns of `customer_summary`, one row per customer known before or new; in memory sorted by
        ``customer_id``. Further columns of ``customers`` are left out.

    Raises
    ------
    SchemaError
        If a column is missing, ``customers`` holds a customer twice, nobody with a purchase day or rows as of different
        days, ids are of two kinds, or a transaction lies on or before the day of ``customers``: it would count twice.
    TypeError
        If a table is not a frame, or the two are of different kinds.
    ValueError
        If ``as_of`` is not a date, or not after the day of ``customers``.

    See Also
    --------
    customer_summary : The table from all transactions.

    Notes
    -----
    ``monetary_value`` times ``frequency`` is the money of the purchase days after the first; so it can be carried on.
    If an order arrives late, for a day that has already been counted, rebuild the whole table.

    Examples
    --------
    >>> from crmkit import as_transactions, customer_summary, load_cdnow
    >>> orders = load_cdnow()
    >>> is_new = orders["date"] > "1998-03-31"
    >>> before = customer_summary(as_transactions(orders[~is_new]), as_of="1998-03-31")
    >>> now = update_summary(before, as_transactions(orders[is_new]), as_of="1998-06-30")
    >>> now[["customer_id", "n_orders", "spend", "days_since_last"]].head(3)
       customer_id  n_orders   spend  days_since_last
    0            1         4  100.50            200.0
    1            2         2   75.11            533.0
    2            3         1    6.79            545.0
    """
    known, rows = without_nan(open_table(customers, CUSTOMERS)), checked_transactions(transactions)
    same_kind(known, rows, names=("customers", "transactions"))
    check_same_ids(known, rows)
    day = as_day(as_of, name="as_of")
    found = _known(known)
    if day <= found.last_day:
        raise ValueError(_NOT_LATER(old=found.last_day, day=day))
    is_unpriced = _check_new(rows, found)
    rows = up_to(rows, day, name="as_of")
    parts = [_carried(known), _added(rows)]
    if isinstance(known, nw.DataFrame):
        parts = [part.with_columns(nw.col("first_order", "last_order").cast(nw.Datetime("us"))) for part in parts]
    totals = _joined(cast("AnyFrame", nw.concat(cast("Any", parts), how="vertical")), is_unpriced=is_unpriced)
    return give_table(measured(totals, as_of=day), like=customers, sort_by=["customer_id"])


def _known(customers: AnyFrame) -> _Known:
    """Look at the customers once, in their engine if they are in one."""
    as_of = day_number(nw.col("last_order")) + nw.col("days_since_last")
    ids, unpriced = nw.col("customer_id"), (nw.col("n_orders") > 0) & nw.col("spend").is_null()
    told = customers.select(
        as_of.min().alias("first"),
        as_of.max().alias("last"),
        (ids.len() - ids.n_unique()).alias("n_twice"),
        flag(unpriced).sum().alias("n_unpriced"),
    )
    first, last, n_twice, n_unpriced = (collected(told)[name][0] for name in told.collect_schema())
    if first is None or first != first:
        raise SchemaError(_NO_DAY())
    found = _Known(_day(first), _day(last), int(n_twice), int(n_unpriced) > 0)
    if found.n_twice:
        raise SchemaError(_TWICE(n=found.n_twice))
    if found.first_day != found.last_day:
        raise SchemaError(_SEVERAL_DAYS(first=found.first_day, last=found.last_day))
    return found


def _check_new(transactions: AnyFrame, known: _Known) -> bool:
    """Refuse rows that were counted, and prices on one side alone; say whether there are none."""
    old = nw.col("date") < midnight(next_day(known.last_day), of=transactions)
    unpriced = nw.col("amount").is_null()
    told = collected(
        transactions.select(nw.len().alias("n"), flag(old).sum().alias("old"), flag(unpriced).sum().alias("unpriced"))
    )
    n, n_old, n_unpriced = (int(told[name][0] or 0) for name in ("n", "old", "unpriced"))
    if n_old:
        raise SchemaError(_COUNTED_ALREADY(n=n_old, old=known.last_day))
    if n and (n_unpriced > 0) != known.is_unpriced:
        raise SchemaError(_ONE_WITHOUT_PRICES())
    return known.is_unpriced


def _carried(customers: AnyFrame) -> AnyFrame:
    """The totals that a customers table stands for."""
    bought = ~nw.col("frequency").is_null()
    repeated = nw.col("frequency") > 0
    zero = nw.lit(0.0)
    return customers.select(
        "customer_id",
        "first_order",
        "last_order",
        nw.col("n_orders").cast(nw.Int64),
        _or_zero("spend").alias("amount"),
        _or_zero("returned").alias("returned"),
        nw.when(bought).then(nw.col("frequency") + 1).otherwise(zero).alias("days"),
        nw.when(repeated & ~nw.col("monetary_value").is_null())
        .then(nw.col("monetary_value") * nw.col("frequency"))
        .otherwise(zero)
        .alias("repeat_paid"),
        zero.alias("paid"),
        zero.alias("first_paid"),
        flag(bought).alias("is_known"),
        flag(nw.col("spend").is_null()).alias("is_unpriced"),
    )


def _added(transactions: AnyFrame) -> AnyFrame:
    """The totals of the new transactions."""
    zero = nw.lit(0.0)
    return totals_of(transactions).select(
        "customer_id",
        "first_order",
        "last_order",
        nw.col("n_orders").cast(nw.Int64),
        _or_zero("amount").alias("amount"),
        _or_zero("returned").alias("returned"),
        nw.col("days").cast(nw.Float64).alias("days"),
        zero.alias("repeat_paid"),
        _or_zero("paid").alias("paid"),
        _or_zero("first_paid").alias("first_paid"),
        nw.lit(0).cast(nw.Int64).alias("is_known"),
        nw.lit(1).cast(nw.Int64).alias("is_unpriced"),
    )


def _joined(parts: AnyFrame, *, is_unpriced: bool) -> AnyFrame:
    """Add up the two parts of each customer; the first day of the new part is a repeat where there was one before."""
    sums = parts.group_by("customer_id").agg(
        nw.col("first_order").min(), nw.col("last_order").max(), nw.col(*_SUMS).sum()
    )
    first_paid = nw.when(nw.col("is_known") > 0).then(nw.lit(0.0)).otherwise(nw.col("first_paid"))
    repeat_paid = nw.col("repeat_paid") + nw.col("paid") - first_paid
    amount, returned = nw.col("amount"), nw.col("returned")
    if is_unpriced:
        amount, returned = (nw.when(nw.col("is_unpriced") == 0).then(money) for money in (amount, returned))
        repeat_paid = nw.when(nw.col("is_unpriced") < 0).then(repeat_paid)
    return sums.with_columns(amount.alias("amount"), returned.alias("returned"), repeat_paid.alias("repeat_paid"))


def _or_zero(column: str) -> nw.Expr:
    return nw.when(~nw.col(column).is_null()).then(nw.col(column)).otherwise(nw.lit(0.0)).cast(nw.Float64)


def _day(number: Any) -> datetime:
    return _EPOCH + timedelta(days=round(float(number)))
