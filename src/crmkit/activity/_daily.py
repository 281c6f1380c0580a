"""What happened on each day, across all customers."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import narwhals.stable.v2 as nw
import pandas as pd

from crmkit._frames import AnyFrame, column_name, flag, join_frames, open_frame, sums_by, to_pandas
from crmkit._messages import Message
from crmkit._tables import ORDER_LINES, open_table
from crmkit.errors import SchemaError
from crmkit.transactions import checked_transactions, up_to

__all__ = ["DAILY_COLUMNS", "daily_counts"]

DAILY_COLUMNS: Final = ("date", "n_rows", "n_orders", "amount", "n_units", "n_even")
_OF_LINES: Final = ("customer_id", "order_id", "date", "time", "amount")

_NO_COLUMN: Final = Message(
    en="{@transactions} has no column {by!r} to count by; its columns are {columns}.",
    zh="{@transactions} 没有用于分组的列 {by!r}，现有的列为 {columns}。",
)
_NO_ROWS: Final = Message(
    en="{@transactions} has no rows up to {day:%Y-%m-%d}. Give a later {@as_of}.",
    zh="截至 {day:%Y-%m-%d} 没有交易，请给出更晚的 {@as_of}。",
)


def daily_counts(transactions: object, *, as_of: datetime, by: str | None = None) -> pd.DataFrame:
    """Add up the transactions, or the order lines, of each day up to ``as_of`` that has any.

    Parameters
    ----------
    transactions : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `as_transactions` or `as_order_lines` gives them.
    as_of : datetime
        The last day that counts.
    by : str, optional
        Column whose values are counted one by one.

    Returns
    -------
    DataFrame
        Sorted by ``by``, if one is named, and by ``date``; ``n_rows``, ``n_orders`` and ``amount`` (missing where the
        orders carry no price); ``n_units``, the purchase days of customers (of order lines, the different lines), and
        ``n_even``, those with an even number of orders (of copies).

    Raises
    ------
    SchemaError
        If a column is missing, or there is no row up to ``as_of``.

    Examples
    --------
    >>> from datetime import datetime
    >>> from crmkit import as_transactions
    >>> orders = pd.DataFrame({
    ...     "customer_id": ["ann", "ann", "bo"], "date": ["2024-03-01", "2024-03-01", "2024-03-04"],
    ...     "amount": [5, 6, 7],
    ... })
    >>> days = daily_counts(as_transactions(orders), as_of=datetime(2024, 3, 31))
    >>> days[["date", "n_rows", "n_orders", "amount"]]
            date  n_rows  n_orders  amount
    0 2024-03-01       1         2    11.0
    1 2024-03-04       1         1     7.0
    """
    names = open_frame(transactions, name="transactions").collect_schema()
    by = None if by is None else column_name(by, name="by")
    keys = ["date"] if by is None else [by, "date"]
    if by is not None and by not in names:
        raise SchemaError(_NO_COLUMN(by=by, columns=list(names)))
    found = _of_lines(transactions, as_of, keys) if "time" in names else _of_transactions(transactions, as_of, keys)
    days = to_pandas(found)
    counts = dict.fromkeys(("n_rows", "n_orders", "n_units", "n_even"), "int64")
    days = days.fillna({"n_orders": 0}).astype({"date": "datetime64[us]", "amount": "float64", **counts})
    if days.empty:
        raise SchemaError(_NO_ROWS(day=as_of))
    return days.sort_values(keys, ignore_index=True)[[*keys, *DAILY_COLUMNS[1:]]]


def _of_transactions(transactions: object, as_of: datetime, keys: list[str]) -> AnyFrame:
    orders = nw.col("n_orders")
    marked = up_to(checked_transactions(transactions), as_of, name="as_of").with_columns(
        flag(orders > 0).alias("n_units"), flag((orders > 0) & _is_even(orders)).alias("n_even")
    )
    marked = marked.with_columns(nw.lit(1).cast(nw.Int64).alias("n_rows"))
    return sums_by(marked, keys, sums=DAILY_COLUMNS[1:], money="amount")


def _of_lines(lines: object, as_of: datetime, keys: list[str]) -> AnyFrame:
    rows = up_to(open_table(lines, ORDER_LINES, name="transactions", columns=_OF_LINES), as_of, name="as_of")
    copies = rows.group_by(*rows.collect_schema()).agg(nw.len().alias("n_rows"))
    marked = copies.with_columns(
        (nw.col("amount") * nw.col("n_rows")).alias("amount"),
        flag(nw.col("n_rows") > 0).alias("n_units"),
        flag(_is_even(nw.col("n_rows"))).alias("n_even"),
    )
    sums = sums_by(marked, keys, sums=["n_rows", "amount", "n_units", "n_even"], money="amount")
    # What came back is not sold; where orders carry no price, units say so.
    units = nw.col("quantity") if "quantity" in rows.collect_schema() else nw.lit(1.0)
    measure = nw.when(nw.col("amount").is_null()).then(units).otherwise(nw.col("amount"))
    sold = rows.filter(flag(measure < 0) == 0).select(*keys, "customer_id", "order_id").unique()
    orders = sold.group_by(*keys).agg(nw.len().alias("n_orders"))
    return join_frames(sums, orders, on=keys, how="left").select(*keys, *DAILY_COLUMNS[1:])


def _is_even(number: nw.Expr) -> nw.Expr:
    # Pandas on PyArrow has no remainder.
    return number // 2 * 2 == number
