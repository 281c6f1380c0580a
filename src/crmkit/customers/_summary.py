"""The customers table: what every customer has done up to a day.

The table is worked out in two ways: by expressions, which every kind of frame and engine can run, and by NumPy, which
takes half the time in memory. Tests make sure that they agree.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, cast

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
from narwhals.stable.v2.typing import IntoFrame

from crmkit._arrays import Floats
from crmkit._calendar import day_number, day_numbers
from crmkit._checks import Day, as_day, some
from crmkit._frames import (
    AnyFrame,
    FrameT,
    collected,
    flag,
    give_table,
    in_memory,
    join_frames,
    open_frame,
    positions_of,
    same_kind,
    sort_by_day,
    sorted_codes,
    starts_of_runs,
)
from crmkit._messages import Column, Message
from crmkit._reading import clean_ids, read_merged_ids, with_merged_ids
from crmkit._tables import CUSTOMERS, check_same_ids
from crmkit.errors import SchemaError
from crmkit.transactions import checked_transactions, up_to

__all__ = [
    "customer_summary",
    "measured",
    "summarise",
    "summarise_by_expressions",
    "summarise_in_memory",
    "totals_of",
]

_FLOATS: Final = CUSTOMERS.required[5:]

_NO_COLUMN: Final = Message(
    en="{@customers} has no column customer_id; its columns are {columns}. Rename the one that holds the ids.",
    zh="客户主表没有列 customer_id，现有的列为 {columns}。请将编号列改为此名。",
)
_NO_ID: Final = Message(
    en="{@customers} has rows without a customer_id. Fix the master table.",
    zh="客户主表中有缺少客户编号的行，请修正客户主表。",
)
_COPIES: Final = Message(
    en="{@customers} has ids more than once: {ids}. Fix the master table.",
    zh="客户主表中的编号 {ids} 重复出现，请修正客户主表。",
)
_NO_MASTER: Final = Message(
    en="{@merge_ids} joins the ids of {@customers}, which is not given. For the orders, pass it to "
    "{@as_transactions()}.",
    zh="{@merge_ids} 用于合并 {@customers} 的编号，而后者未给出。订单的编号请在 {@as_transactions()} 中合并。",
)
_STRANGERS: Final = Message(
    en="{@customers} lacks ids that have transactions: {ids}. Fix the master table.",
    zh="客户主表缺少有交易的编号 {ids}，请修正客户主表。",
)


def customer_summary(
    transactions: FrameT, *, as_of: Day, customers: FrameT | None = None, merge_ids: IntoFrame | None = None
) -> FrameT:
    """Summarise what every customer has done up to and including a day: the customers table.

    Parameters
    ----------
    transactions : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `as_transactions` gives them. Those after ``as_of`` are not counted.
    as_of : date or ISO text
        The last day that counts.
    customers : the same kind of frame, optional
        The customer master table with a column ``customer_id``, one row per known customer. Those without a
        transaction are prospects.
    merge_ids : table of any kind, optional
        The crosswalk by which the ids of ``transactions`` were joined, as in `as_transactions`: those of ``customers``
        are joined likewise, and ids that become one are one customer.

    Returns
    -------
    the kind of frame given
        One row per customer with a transaction up to ``as_of``, or per row of ``customers``; in memory sorted by
        ``customer_id``. Times are in days.

        ``first_order``, ``last_order``
            First and last purchase day; missing without one.
        ``n_orders``
            Orders on purchase days; 0 without one.
        ``spend``
            Net money, refunds included; 0 without a transaction. Like ``monetary_value`` missing for orders without a
            price.
        ``returned``
            Money that went back on days that are not purchase days, such as the refund of an earlier order; 0 or more.
            ``spend`` + ``returned`` is the money of the purchase days. Missing where ``spend`` is.
        ``days_since_last``
            ``last_order`` to ``as_of``.
        ``tenure_days``
            ``first_order`` to ``as_of``.
        ``frequency``
            Purchase days after the first.
        ``recency``
            ``first_order`` to ``last_order``, as the purchase models take it; RFM's recency is ``days_since_last``.
        ``T``
            ``first_order`` to ``as_of``, as the purchase models take it.
        ``monetary_value``
            Mean amount of the purchase days after the first; missing where ``frequency`` is 0.

        All measures from ``days_since_last`` on are missing for customers without a purchase day: prospects,
        and customers for whom only refunds are known.

    Raises
    ------
    SchemaError
        If a column is missing, if ``customers`` has an id twice or a row without one, or if a customer with a
        transaction is not in ``customers``.
    TypeError
        If ``transactions`` is not a frame, or ``customers`` is another kind of frame.
    ValueError
        If ``as_of`` is not a date, ``merge_ids`` is given without ``customers``, or in memory ``as_of`` lies before
        the first transaction. (An engine gives an empty table, because a check would work out the transactions twice.)

    References
    ----------
    .. [1] Fader, Hardie and Lee (2005), "'Counting Your Customers' the Easy Way", *Marketing Science* 24(2),
       section 4, for frequency, recency and T.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit import as_transactions
    >>> orders = pd.DataFrame({
    ...     "customer_id": ["ann", "ann", "bo"], "date": ["2024-03-01", "2024-03-11", "2024-03-05"],
    ...     "amount": [20.0, 10.0, 5.0],
    ... })
    >>> summary = customer_summary(as_transactions(orders), as_of="2024-03-31")
    >>> summary[["customer_id", "n_orders", "spend", "days_since_last", "frequency", "recency", "T"]]
      customer_id  n_orders  spend  days_since_last  frequency  recency     T
    0         ann         2   30.0             20.0        1.0     10.0  30.0
    1          bo         1    5.0             26.0        0.0      0.0  26.0
    """
    rows = checked_transactions(transactions)
    day = as_day(as_of, name="as_of")
    if customers is None and merge_ids is not None:
        raise ValueError(_NO_MASTER())
    known = None if customers is None else _master(customers, rows, merge_ids=merge_ids)
    summary = summarise(rows, as_of=day, name="as_of")
    if known is None:
        return give_table(summary, like=transactions)
    return give_table(_with_prospects(summary, known), like=transactions, sort_by=["customer_id"])


def summarise(transactions: AnyFrame, *, as_of: datetime, name: str) -> AnyFrame:
    """Summarise transactions of any kind; ``name`` is what the caller calls the day."""
    rows = up_to(transactions, as_of, name=name)
    if isinstance(rows, nw.DataFrame):
        return summarise_in_memory(rows, as_of=as_of)
    return summarise_by_expressions(rows, as_of=as_of)


def summarise_by_expressions(transactions: AnyFrame, *, as_of: datetime) -> AnyFrame:
    """Summarise transactions that end by ``as_of``, with expressions that every kind of frame can run."""
    repeat_paid = nw.col("paid") - nw.col("first_paid")
    return measured(totals_of(transactions).with_columns(repeat_paid.alias("repeat_paid")), as_of=as_of)


def measured(totals: AnyFrame, *, as_of: datetime) -> AnyFrame:
    """Work the columns out of each customer's totals, of which ``repeat_paid`` is for the days after the first."""
    number = {
        "as_of": nw.lit(int(np.datetime64(as_of, "D").astype(np.int64))),
        "first": day_number(nw.col("first_order")),
        "last": day_number(nw.col("last_order")),
    }
    frequency = nw.when(nw.col("days") > 0).then((nw.col("days") - 1).cast(nw.Float64))
    repeat_days = nw.when(nw.col("days") > 1).then((nw.col("days") - 1).cast(nw.Float64)).otherwise(nw.lit(1.0))
    measures = {
        "days_since_last": number["as_of"] - number["last"],
        "tenure_days": number["as_of"] - number["first"],
        "frequency": frequency,
        "recency": number["last"] - number["first"],
        "T": number["as_of"] - number["first"],
        "monetary_value": nw.when(nw.col("days") > 1).then(nw.col("repeat_paid") / repeat_days),
    }
    return totals.select(
        "customer_id",
        "first_order",
        "last_order",
        nw.col("n_orders").cast(nw.Int64),
        nw.col("amount").alias("spend"),
        nw.col("returned"),
        *(measure.cast(nw.Float64).alias(name) for name, measure in measures.items()),
    )


def totals_of(transactions: AnyFrame) -> AnyFrame:
    """Add up each customer's transactions.

    ``first_order``, ``last_order``, ``n_orders``, ``amount``; of the purchase days ``days``, ``paid`` and
    ``first_paid``, the money of the first; of the other days ``returned``, the money that went back.
    """
    return _totals_in_duckdb(transactions) if transactions.implementation.is_duckdb() else _totals(transactions)


def _totals(transactions: AnyFrame) -> AnyFrame:
    """Add up each customer's purchase days; a join finds the amount of the first."""
    bought = nw.col("n_orders") > 0
    day = nw.when(bought).then(nw.col("date"))
    marked = transactions.with_columns(
        day.alias("first_order"),
        day.alias("last_order"),
        nw.when(bought).then(nw.col("amount")).otherwise(nw.lit(0.0)).alias("paid"),
        nw.when(~bought & (nw.col("amount") < 0)).then(nw.col("amount") * -1).otherwise(nw.lit(0.0)).alias("returned"),
        flag(bought).alias("days"),
    )
    totals = marked.group_by("customer_id").agg(
        nw.col("first_order").min(),
        nw.col("last_order").max(),
        nw.col("n_orders", "amount", "paid", "returned", "days").sum(),
        nw.col("amount").count().alias("n_known"),
    )
    # The sum of nothing but missing amounts is 0 on some engines.
    priced = (nw.when(nw.col("n_known") > 0).then(nw.col(name)).alias(name) for name in ("amount", "returned"))
    totals = totals.with_columns(*priced).drop("n_known")
    first_days = transactions.select(
        "customer_id", nw.col("date").alias("first_order"), nw.col("amount").alias("first_paid")
    )
    return join_frames(totals, first_days, on=["customer_id", "first_order"], how="left")


def _totals_in_duckdb(transactions: AnyFrame) -> AnyFrame:
    """Do what `_totals` does in one pass; the join would work out a chain of relations twice."""
    bought = "FILTER (n_orders > 0)"
    relation = transactions.to_native().aggregate(
        f"customer_id, min(date) {bought} AS first_order, max(date) {bought} AS last_order, "
        "sum(n_orders) AS n_orders, sum(amount) AS amount, "
        "CASE WHEN count(amount) > 0 THEN coalesce(sum(-amount) FILTER (n_orders = 0 AND amount < 0), 0) END "
        f"AS returned, sum(amount) {bought} AS paid, count(*) {bought} AS days, "
        f"arg_min(amount, date) {bought} AS first_paid",
        "customer_id",
    )
    return cast("AnyFrame", nw.from_native(relation))


def summarise_in_memory(transactions: nw.DataFrame[Any], *, as_of: datetime) -> nw.DataFrame[Any]:
    """Do what `summarise_by_expressions` does, sorted by customer."""
    codes = sorted_codes(transactions["customer_id"])
    days = day_numbers(transactions["date"].to_numpy())
    order = sort_by_day(codes, days)
    amounts = transactions["amount"].to_numpy()[order]
    n_orders = transactions["n_orders"].to_numpy()[order]
    starts = starts_of_runs(codes[order])
    measures = _measures(days[order], n_orders, amounts, starts, as_of=int(np.datetime64(as_of, "D").astype(np.int64)))
    return (
        transactions.select("customer_id")[positions_of(order, starts)]
        .with_columns(
            nw.new_series(name, values, backend=transactions.implementation) for name, values in measures.items()
        )
        .with_columns(nw.col("spend", *_FLOATS).fill_nan(None))
    )


def _measures(
    days: npt.NDArray[np.int64],
    n_orders: npt.NDArray[np.int64],
    amounts: Floats,
    starts: npt.NDArray[np.int64],
    *,
    as_of: int,
) -> Mapping[str, npt.NDArray[Any]]:
    """The columns after the id, from rows sorted by customer and day; ``starts`` is where customers start."""
    bought = n_orders > 0
    purchases = np.add.reduceat(bought.astype(np.int64), starts)
    ever = purchases > 0
    positions = np.flatnonzero(bought)
    # Among all purchase days, in the order of the customers, each one's first and last.
    last = np.cumsum(purchases) - 1
    first = np.where(ever, last - purchases + 1, 0)
    last = np.where(ever, last, 0)
    first_days, last_days = (
        np.where(ever, days[positions[where]] if len(positions) else 0, 0) for where in (first, last)
    )
    repeats = np.where(bought, amounts, 0.0)
    repeats[positions[first[ever]]] = 0.0
    repeat_paid = np.add.reduceat(repeats, starts)
    spend = np.add.reduceat(amounts, starts)
    returned = np.add.reduceat(np.where(~bought & (amounts < 0), -amounts, 0.0), starts)
    since_first = np.where(ever, as_of - first_days, np.nan)
    frequency = np.where(ever, purchases - 1.0, np.nan)
    dates = {
        name: np.where(ever, found, np.iinfo(np.int64).min).astype("datetime64[D]").astype("datetime64[us]")
        for name, found in (("first_order", first_days), ("last_order", last_days))
    }
    return {
        **dates,
        "n_orders": np.add.reduceat(n_orders, starts),
        "spend": spend,
        "returned": np.where(np.isnan(spend), np.nan, returned),
        "days_since_last": np.where(ever, as_of - last_days, np.nan),
        "tenure_days": since_first,
        "frequency": frequency,
        "recency": np.where(ever, (last_days - first_days).astype(np.float64), np.nan),
        "T": since_first,
        "monetary_value": np.where(purchases > 1, repeat_paid / np.fmax(frequency, 1.0), np.nan),
    }


def _master(customers: Any, rows: AnyFrame, *, merge_ids: object) -> AnyFrame:
    """Give the ids of the master table; each must be there once, and every buyer among them."""
    known = in_memory(open_frame(customers, name="customers"))
    same_kind(rows, known, names=("transactions", "customers"))
    given = list(known.collect_schema())
    if "customer_id" not in given:
        raise SchemaError(_NO_COLUMN(columns=given))
    where = Column("customers", "customer_id")
    known = clean_ids(known, "customer_id", where=where).select("customer_id")
    _refuse(known.filter(nw.col("customer_id").is_null()), _NO_ID)
    copies = known.group_by("customer_id").agg(nw.len().alias("n")).filter(nw.col("n") > 1)
    _refuse(copies, _COPIES)
    if merge_ids is not None:
        known = with_merged_ids(known, "customer_id", where=where, merged=read_merged_ids(merge_ids)).unique()
    check_same_ids(known, rows)
    strangers = join_frames(rows.select("customer_id").unique(), known, on="customer_id", how="anti")
    _refuse(strangers, _STRANGERS)
    return known


def _refuse(rows: AnyFrame, problem: Message) -> None:
    found = collected(rows.select("customer_id").head(6))["customer_id"].to_list()
    if found:
        raise SchemaError(problem(ids=some(sorted(found, key=str))))


def _with_prospects(summary: AnyFrame, known: AnyFrame) -> AnyFrame:
    joined = join_frames(known, summary, on="customer_id", how="left")
    # Where orders carry no price, only those without one have spent a known amount.
    money = [
        nw.when(nw.col("n_orders").is_null()).then(nw.lit(0.0)).otherwise(nw.col(name)).alias(name)
        for name in ("spend", "returned")
    ]
    return joined.with_columns(*money, nw.col("n_orders").fill_null(0).cast(nw.Int64))
