"""The rhythm of purchases."""

from __future__ import annotations

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from crmkit._calendar import day_number
from crmkit._checks import Day, as_day
from crmkit._frames import FrameT, collected, from_pandas, sort_by_day, sorted_codes
from crmkit.transactions import checked_transactions, up_to

__all__ = ["purchase_gap_table"]


def purchase_gap_table(transactions: FrameT, *, as_of: Day) -> FrameT:
    """Count the days from each purchase day to the customer's next one.

    Parameters
    ----------
    transactions : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.as_transactions` makes them.
    as_of : date or ISO text
        The last day that counts.

    Returns
    -------
    the kind of frame given
        ``days``: length of a gap in days, each once, sorted; ``n_gaps``: how often it occurs; ``cumulative_share``:
        share of the gaps of this length or shorter. A customer with one purchase day has no gap, and the time since the
        last purchase is not one either, so long gaps are under-represented. Empty if nobody bought on two days.

    Raises
    ------
    SchemaError
        If a column is missing.
    TypeError
        If ``transactions`` is not a frame.
    ValueError
        If ``as_of`` is not a date or, in memory, lies before the first transaction.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit import as_transactions
    >>> orders = pd.DataFrame({
    ...     "customer_id": ["ann"] * 4, "date": ["2024-03-01", "2024-03-11", "2024-03-21", "2024-04-20"],
    ...     "amount": [20.0, 10.0, 5.0, 5.0],
    ... })
    >>> purchase_gap_table(as_transactions(orders), as_of="2024-04-30")
       days  n_gaps  cumulative_share
    0    10       2          0.666667
    1    30       1          1.000000
    """
    last_day = as_day(as_of, name="as_of")
    rows = checked_transactions(transactions)
    bought = up_to(rows, last_day, name="as_of").filter(nw.col("n_orders") > 0)
    found = collected(bought.select("customer_id", day_number(nw.col("date")).cast(nw.Int64).alias("day")))
    if found.is_empty():
        days, counts = np.empty(0, dtype="int64"), np.empty(0, dtype="int64")
    else:
        codes, day = sorted_codes(found["customer_id"]), found["day"].to_numpy()
        order = sort_by_day(codes, day)
        same = codes[order][1:] == codes[order][:-1]
        days, counts = np.unique(np.diff(day[order])[same], return_counts=True)
    table = pd.DataFrame({"days": days, "n_gaps": counts.astype("int64")})
    table["cumulative_share"] = table["n_gaps"].cumsum() / max(int(counts.sum()), 1)
    return from_pandas(table, like=transactions)
