"""How long refunds take to come."""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw

from crmkit._calendar import day_number
from crmkit._checks import Day, as_day
from crmkit._frames import collected, join_frames
from crmkit.transactions import checked_transactions, up_to

__all__ = ["mean_refund_lag"]


def mean_refund_lag(transactions: Any, *, as_of: Day) -> float:
    """Mean number of days from a purchase to the refund that follows it, weighted by the money that went back.

    Purchases younger than this may still be sent back: `crmkit.value.GammaGammaModel` leaves them out of the rate of
    refunds, ``refund_lag_days``.

    Parameters
    ----------
    transactions : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `as_transactions` gives them. Those after ``as_of`` are not counted.
    as_of : date or ISO text
        The last day that counts.

    Returns
    -------
    float
        Days, above 0; ``nan`` where nothing went back. A refund is counted from the last purchase day before it, for
        transactions do not say which order it belongs to: where customers buy more often than refunds take to come,
        the lag is too short. Refunds on a purchase day, or without a purchase before them, are not counted.

    Raises
    ------
    SchemaError
        If a column is missing.
    TypeError
        If ``transactions`` is not a frame.
    ValueError
        If ``as_of`` is not a date, or in memory lies before the first transaction.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit import as_transactions
    >>> orders = pd.DataFrame({
    ...     "customer_id": ["ann", "ann", "bo", "bo"], "amount": [20.0, -20.0, 60.0, -60.0],
    ...     "date": ["2024-03-01", "2024-03-03", "2024-03-05", "2024-03-11"],
    ... })
    >>> mean_refund_lag(as_transactions(orders), as_of="2024-03-31")
    5.0
    """
    rows = up_to(checked_transactions(transactions), as_day(as_of, name="as_of"), name="as_of")
    rows = rows.select("customer_id", "n_orders", "amount", day_number(nw.col("date")).alias("day"))
    is_back = (nw.col("n_orders") == 0) & (nw.col("amount") < 0)
    back = rows.filter(is_back).select(
        "customer_id", nw.col("day").alias("back_day"), (nw.col("amount") * -1).alias("back")
    )
    bought = rows.filter(nw.col("n_orders") > 0).select("customer_id", "day")
    pairs = join_frames(back, bought, on="customer_id", how="inner").filter(nw.col("day") < nw.col("back_day"))
    last = pairs.group_by("customer_id", "back_day", "back").agg(nw.col("day").max())
    lag = (nw.col("back_day") - nw.col("day")) * nw.col("back")
    told = collected(last.select(lag.sum().alias("weighted"), nw.col("back").sum().alias("money")))
    weighted, money = (float(told[name][0] or 0.0) for name in ("weighted", "money"))
    return weighted / money if money else float("nan")
