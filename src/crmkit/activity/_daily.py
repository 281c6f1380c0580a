"""What happened on each day, whoever did it."""

from __future__ import annotations

import narwhals.stable.v2 as nw
import pandas as pd

from crmkit._frames import AnyFrame, flag, to_pandas

__all__ = ["daily_counts"]


def daily_counts(transactions: AnyFrame) -> pd.DataFrame:
    """Add up the checked transactions of each day that has any, sorted by day.

    ``date``; ``n_rows``, purchase days of customers; ``n_orders``; ``amount``.
    """
    marked = transactions.select("date", "n_orders", "amount", flag(nw.col("n_orders") > 0).alias("n_rows"))
    days = to_pandas(marked.group_by("date").agg(nw.col("n_rows", "n_orders", "amount").sum()))
    days = days.astype({"date": "datetime64[us]", "n_rows": "int64", "n_orders": "int64", "amount": "float64"})
    return days.sort_values("date", ignore_index=True)[["date", "n_rows", "n_orders", "amount"]]
