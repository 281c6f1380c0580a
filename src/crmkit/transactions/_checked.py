"""The transactions table as later steps take it: opened and, if lazy, collected; rows are not checked again."""

from typing import Final

from crmkit._checks import check_columns
from crmkit._frames import AnyFrame, in_memory, open_frame

__all__ = ["TRANSACTION_COLUMNS", "checked_transactions"]

TRANSACTION_COLUMNS: Final = ("customer_id", "date", "n_orders", "amount")


def checked_transactions(transactions: object) -> AnyFrame:
    """Open a transactions table; raise unless it has the columns."""
    rows = in_memory(open_frame(transactions, name="transactions"))
    check_columns(rows.collect_schema(), TRANSACTION_COLUMNS, name="transactions", made_by="as_transactions")
    return rows
