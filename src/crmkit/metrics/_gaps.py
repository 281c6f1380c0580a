"""The rhythm of purchases."""

from __future__ import annotations

import pandas as pd

from crmkit._checks import Day, as_day
from crmkit._frames import FrameT, from_pandas
from crmkit.activity import gap_counts
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
    days, n_gaps = gap_counts(up_to(rows, last_day, name="as_of"))
    table = pd.DataFrame({"days": days, "n_gaps": n_gaps})
    table["cumulative_share"] = table["n_gaps"].cumsum() / max(int(n_gaps.sum()), 1)
    return from_pandas(table, like=transactions)
