"""The transactions table as later steps take it: opened and, if lazy, collected; rows are not checked again."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import narwhals.stable.v2 as nw
import numpy as np

from crmkit._calendar import next_day
from crmkit._checks import check_columns, check_turnover
from crmkit._frames import AnyFrame, in_memory, midnight, open_frame
from crmkit.errors import SchemaError

__all__ = ["TRANSACTION_COLUMNS", "checked_transactions", "up_to"]

TRANSACTION_COLUMNS: Final = ("customer_id", "date", "n_orders", "amount")


def checked_transactions(transactions: object) -> AnyFrame:
    """Open a transactions table; raise unless it has the columns, and dates without a zone."""
    rows = in_memory(open_frame(transactions, name="transactions"))
    schema = rows.collect_schema()
    check_columns(schema, TRANSACTION_COLUMNS, name="transactions", made_by="as_transactions")
    if rows.implementation.is_pyarrow() and schema["customer_id"] == nw.String:
        # PyArrow has several types of text, which it does not join; cast, they are one.
        rows = rows.with_columns(nw.col("customer_id").cast(nw.String))
    if isinstance(rows, nw.DataFrame) and schema["amount"].is_numeric():
        with np.errstate(over="ignore"):
            turnover = np.nansum(np.abs(rows["amount"].to_numpy().astype(np.float64)))
        check_turnover(float(turnover), where="`transactions['amount']`")
    dtype = schema["date"]
    if dtype == nw.Date:
        return rows.with_columns(nw.col("date").cast(nw.Datetime("us")))
    if not isinstance(dtype, nw.Datetime) or dtype.time_zone is not None:
        raise SchemaError(f"`transactions['date']` holds {dtype}, not local midnights. as_transactions makes them.")
    return rows


def up_to(transactions: AnyFrame, last_day: datetime, *, name: str) -> AnyFrame:
    """Leave out what comes after a day; ``name`` is what the caller calls it.

    In memory a day before the first transaction is refused. On an engine nothing is left then: to look would be to
    work out the transactions twice.
    """
    if isinstance(transactions, nw.DataFrame):
        if transactions.is_empty():
            raise SchemaError("`transactions` has no rows. as_transactions gives at least one.")
        first = transactions["date"].min()
        if first > last_day:
            raise ValueError(
                f"`{name}` is {last_day:%Y-%m-%d}, before the first transaction on {first:%Y-%m-%d}. Give a later day."
            )
        if transactions["date"].max() <= last_day:
            return transactions
    return transactions.filter(nw.col("date") < midnight(next_day(last_day), of=transactions))
