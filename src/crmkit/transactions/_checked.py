"""The transactions table as later steps take it: opened and, if lazy, collected; rows are not checked again."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import narwhals.stable.v2 as nw
import pandas as pd

from crmkit._calendar import day_number, next_day
from crmkit._frames import AnyFrame, collected, midnight, pandas_series, sort_by_day, sorted_codes
from crmkit._messages import Call, Message, Parameter
from crmkit._tables import TRANSACTIONS, Schema, open_table
from crmkit.errors import SchemaError

__all__ = ["checked_transactions", "purchase_days", "refuse_early", "up_to"]

_NO_ROWS: Final = Message(
    en="{table} has no rows. {made_by} gives at least one.", zh="{table} 没有任何行，而 {made_by} 至少给出一行。"
)
_TOO_EARLY: Final = Message(
    en="{name} is {day:%Y-%m-%d}, before the first transaction on {first:%Y-%m-%d}. Give a later day.",
    zh="截止日 {day:%Y-%m-%d} 早于首笔交易日 {first:%Y-%m-%d}，请给出更晚的日期。",
)


def checked_transactions(transactions: object) -> AnyFrame:
    """Open a transactions table; raise unless it has the columns, and dates without a zone."""
    return open_table(transactions, TRANSACTIONS)


def up_to(transactions: AnyFrame, last_day: datetime, *, name: str, table: Schema = TRANSACTIONS) -> AnyFrame:
    """Leave out what comes after a day; ``name`` is what the caller calls it, ``table`` what the rows are.

    In memory a day before the first transaction is refused. On an engine nothing is left then: to look would mean
    working out the transactions twice.
    """
    if isinstance(transactions, nw.DataFrame):
        if transactions.is_empty():
            raise SchemaError(_NO_ROWS(table=Parameter(table.name), made_by=Call(table.made_by)))
        refuse_early(transactions, last_day, name=name)
        if transactions["date"].max() <= last_day:
            return transactions
    return transactions.filter(nw.col("date") < midnight(next_day(last_day), of=transactions))


def refuse_early(rows: AnyFrame, last_day: datetime, *, name: str) -> None:
    """Raise if a day lies before the first row in memory; ``name`` is what the caller calls it."""
    if isinstance(rows, nw.DataFrame) and not rows.is_empty() and (first := rows["date"].min()) > last_day:
        raise ValueError(_TOO_EARLY(name=Parameter(name), day=last_day, first=first))


def purchase_days(transactions: AnyFrame) -> pd.DataFrame:
    """Bring the days on which each customer bought into pandas: ``customer_id`` and ``day``, sorted by both.

    Days are counted from 1970-01-01. The table has been opened with `checked_transactions`.
    """
    bought = transactions.filter(nw.col("n_orders") > 0)
    found = collected(bought.select("customer_id", day_number(nw.col("date")).cast(nw.Int64).alias("day")))
    ids, day = found["customer_id"], found["day"].to_numpy()
    days = pd.DataFrame({"customer_id": pandas_series(ids).array, "day": day})
    return days.iloc[sort_by_day(sorted_codes(ids), day)].reset_index(drop=True)
