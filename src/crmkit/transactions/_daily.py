"""From checked rows to the transactions table, one row per customer and business day.

The rule is written in two ways: as expressions, which every kind of frame and engine can run, and in NumPy, which takes
half the time in memory. Tests make sure that they agree.
"""

from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._calendar import day_numbers, period_start
from crmkit._frames import AnyFrame, pandas_series, positions_of, sort_order, sorted_codes, starts_of_runs
from crmkit._tables import TRANSACTIONS

__all__ = ["days_by_expressions", "days_in_memory"]

# A net amount within this share of the refunded money is zero, apart from the rounding of a sum.
_ROUNDING = 1e-12


def days_by_expressions(rows: AnyFrame) -> AnyFrame:
    """Group rows with `customer_id`, `time`, `amount` and perhaps `order_id` by customer and day."""
    amount = nw.col("amount")
    rows = rows.with_columns(
        period_start(nw.col("time"), freq="D").alias("date"),
        nw.when(amount < 0).then(amount).otherwise(nw.lit(0.0)).alias("refunded"),
        nw.when(amount < 0).then(nw.lit(0)).otherwise(nw.lit(1)).cast(nw.Int64).alias("orders"),
    )
    day = ("customer_id", "date")
    if "order_id" in rows.collect_schema():
        rows = rows.group_by(*day, "order_id").agg(
            nw.col("amount").sum(), nw.col("refunded").sum(), nw.col("orders").max()
        )
    days = rows.group_by(*day).agg(nw.col("amount").sum(), nw.col("refunded").sum(), nw.col("orders").sum())
    refunded = nw.col("refunded")
    no_purchase = (refunded < 0) & (nw.col("amount") <= -_ROUNDING * refunded)
    orders = nw.when(no_purchase).then(nw.lit(0)).otherwise(nw.col("orders").cast(nw.Int64))
    return days.with_columns(orders.cast(nw.Int64).alias("n_orders")).select(*TRANSACTIONS.required)


def days_in_memory(rows: nw.DataFrame[Any]) -> nw.DataFrame[Any]:
    """Do what `days_by_expressions` does, sorted by customer and day."""
    codes = sorted_codes(rows["customer_id"])
    days = day_numbers(rows["time"].to_numpy())
    first_day = days.min()
    span = int(days.max() - first_day) + 1
    keys = codes * span + (days - first_day)
    order = sort_order(keys)
    keys = keys[order]
    starts = starts_of_runs(keys)
    amounts = rows["amount"].to_numpy()[order]
    net = np.add.reduceat(amounts, starts)
    refunded = np.add.reduceat(np.minimum(amounts, 0.0), starts)
    if "order_id" in rows.collect_schema():
        orders = _distinct_orders(rows["order_id"], order, amounts >= 0, starts)
    else:
        orders = np.add.reduceat((amounts >= 0).astype(np.int64), starts)
    orders[(refunded < 0) & (net <= -_ROUNDING * refunded)] = 0
    dates = (keys[starts] % span + first_day).astype("datetime64[D]").astype("datetime64[us]")
    representatives = rows.select("customer_id")[positions_of(order, starts)]
    return representatives.with_columns(
        nw.new_series(name, values, backend=rows.implementation)
        for name, values in (("date", dates), ("n_orders", orders), ("amount", net))
    )


def _distinct_orders(
    order_ids: nw.Series[Any],
    order: npt.NDArray[np.int64] | slice,
    sold: npt.NDArray[np.bool_],
    starts: npt.NDArray[np.int64],
) -> npt.NDArray[np.int64]:
    """Count for each run of rows the distinct orders among the rows that are not refunds."""
    codes, ids = pd.factorize(pandas_series(order_ids))
    run = np.repeat(np.arange(len(starts)), np.diff(np.append(starts, len(codes))))
    pairs = (run * len(ids) + codes[order])[sold]
    fresh = ~pd.Series(pairs).duplicated().to_numpy()
    return np.bincount(run[sold][fresh], minlength=len(starts))
