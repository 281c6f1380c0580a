"""How regularly customers buy: the logarithms of the times between their purchases, added up.

The table is worked out in two ways, like the customers table: by expressions for engines, and by NumPy.
"""

from __future__ import annotations

from typing import Any

import narwhals.stable.v2 as nw
import numpy as np

from crmkit._calendar import day_number, day_numbers
from crmkit._checks import Day, as_day
from crmkit._frames import (
    AnyFrame,
    FrameT,
    give_table,
    join_frames,
    positions_of,
    sort_by_day,
    sorted_codes,
    starts_of_runs,
)
from crmkit.transactions import checked_transactions, up_to

__all__ = ["gaps_by_expressions", "gaps_in_memory", "log_gap_table"]


def log_gap_table(transactions: FrameT, *, as_of: Day) -> FrameT:
    r"""Add up the logarithms of the times between each customer's purchases.

    .. math:: \sum_{i=1}^{x} \ln g_i

    over the x gaps, in days, between consecutive purchase days. With ``frequency``, ``recency`` and ``T`` it is all
    that the models of regular purchases need to know; join it to the customers table by ``customer_id``.

    Parameters
    ----------
    transactions : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `as_transactions` gives them. Those after ``as_of`` are not counted.
    as_of : date or ISO text
        The last day that counts; the same as for the customers table.

    Returns
    -------
    the kind of frame given
        One row per customer with a transaction up to ``as_of``: ``customer_id``, and ``log_gap_sum``, of days; 0
        without a repeat purchase. In memory sorted by ``customer_id``.

    Raises
    ------
    SchemaError
        If a column is missing.
    TypeError
        If ``transactions`` is not a frame.
    ValueError
        If ``as_of`` is not a date, or in memory lies before the first transaction.

    References
    ----------
    .. [1] Platzer and Reutterer (2016), "Ticking Away the Moments", *Marketing Science* 35(5), section 3.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit import as_transactions
    >>> orders = pd.DataFrame({
    ...     "customer_id": ["ann", "ann", "ann", "bo"],
    ...     "date": ["2024-03-01", "2024-03-11", "2024-03-31", "2024-03-05"], "amount": [20.0, 10.0, 5.0, 5.0],
    ... })
    >>> log_gap_table(as_transactions(orders), as_of="2024-03-31").round(3)
      customer_id  log_gap_sum
    0         ann        5.298
    1          bo        0.000
    """
    day = as_day(as_of, name="as_of")
    rows = up_to(checked_transactions(transactions), day, name="as_of")
    if isinstance(rows, nw.DataFrame):
        return give_table(gaps_in_memory(rows), like=transactions)
    return give_table(gaps_by_expressions(rows), like=transactions)


def gaps_by_expressions(transactions: AnyFrame) -> AnyFrame:
    """Work the table out with expressions that engines can run."""
    days = transactions.filter(nw.col("n_orders") > 0).select("customer_id", day_number(nw.col("date")).alias("day"))
    before = nw.col("day").shift(1).over("customer_id", order_by="day")
    gaps = days.with_columns((nw.col("day") - before).alias("gap")).filter(~nw.col("gap").is_null())
    sums = gaps.with_columns(nw.col("gap").log().alias("log_gap_sum")).group_by("customer_id")
    everybody = transactions.select("customer_id").unique()
    table = join_frames(everybody, sums.agg(nw.col("log_gap_sum").sum()), on="customer_id", how="left")
    return table.with_columns(nw.col("log_gap_sum").fill_null(0.0))


def gaps_in_memory(transactions: nw.DataFrame[Any]) -> nw.DataFrame[Any]:
    """Do what `gaps_by_expressions` does, sorted by customer."""
    codes = sorted_codes(transactions["customer_id"])
    days = day_numbers(transactions["date"].to_numpy())
    order = sort_by_day(codes, days)
    bought = np.flatnonzero(transactions["n_orders"].to_numpy()[order] > 0)
    codes = codes[order]
    starts = starts_of_runs(codes)
    who, when = codes[bought], days[order][bought]
    same = who[1:] == who[:-1]
    # Without a repeat purchase anywhere, bincount gives whole numbers.
    sums = np.bincount(who[1:][same], weights=np.log(np.diff(when)[same]), minlength=len(starts)).astype(np.float64)
    return transactions.select("customer_id")[positions_of(order, starts)].with_columns(
        nw.new_series("log_gap_sum", sums, backend=transactions.implementation)
    )
