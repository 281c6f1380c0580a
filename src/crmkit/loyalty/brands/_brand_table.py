"""What a panel says of each brand."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crmkit._frames import FrameT, from_pandas
from crmkit.loyalty.brands._measures import observed_measures
from crmkit.loyalty.brands._panel import read_panel

__all__ = ["brand_table"]


def brand_table(panel: FrameT, *, n_customers: int | None = None) -> FrameT:
    """Say how many customers buy each brand, how often, what else they buy and how loyal they are.

    Parameters
    ----------
    panel : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        Purchases by customer and brand, as `brand_panel_table` makes it: ``customer_id``, ``brand``, ``n_purchases``.
        Rows of the same customer and brand add up; a row of 0 counts its customer as one who may have bought nothing.
    n_customers : int, optional
        All customers of the panel, those who bought nothing of the category too. By default those in ``panel``; if
        each of them bought something, it is taken that the others are not known.

    Returns
    -------
    the kind of frame given
        A row per brand, in order: ``brand``; ``n_buyers``; ``n_purchases``; ``share`` of all purchases;
        ``penetration``, the share of customers who buy it, missing where those without a purchase are not known;
        ``relative_penetration``, the share of category buyers; ``purchase_frequency``, purchases per buyer;
        ``category_rate``, purchases of the whole category per buyer of the brand; ``share_of_requirements``, the share
        of the latter that is of the brand, as a ratio of sums; ``mean_share_of_requirements``, the mean of the buyers'
        own shares, which counts light buyers as much as heavy ones and is therefore higher; ``sole_share``, the share
        of buyers who buy no other brand; ``sole_frequency``, their purchases per head, missing where there are none;
        and on each row ``category_penetration``, missing like ``penetration``, and ``category_frequency``, purchases
        per category buyer.

    Raises
    ------
    SchemaError
        If a column is missing or holds an impossible value, there is one brand, or nobody bought one.
    TypeError
        If ``panel`` is not a frame, or ``n_customers`` is not a whole number.
    ValueError
        If ``n_customers`` is below the number of customers in ``panel``.

    References
    ----------
    .. [1] Ehrenberg, Uncles and Goodhardt (2004), "Understanding Brand Performance Measures: Using Dirichlet
       Benchmarks", *Journal of Business Research* 57(12), for the measures.

    Examples
    --------
    >>> import pandas as pd
    >>> panel = pd.DataFrame({
    ...     "customer_id": [1, 1, 2, 3], "brand": ["A", "B", "A", "B"], "n_purchases": [3, 1, 2, 4],
    ... })
    >>> table = brand_table(panel, n_customers=5)
    >>> table[["brand", "penetration", "purchase_frequency", "category_rate", "share_of_requirements"]].round(3)
      brand  penetration  purchase_frequency  category_rate  share_of_requirements
    0     A          0.4                 2.5            3.0                  0.833
    1     B          0.4                 2.5            4.0                  0.625
    """
    read = read_panel(panel, n_customers=n_customers)
    totals = read.totals
    table = pd.DataFrame(
        {
            "brand": read.brands,
            "n_buyers": np.asarray(read.bought.sum(axis=0)).astype(np.int64),
            "n_purchases": np.asarray(read.counts.sum(axis=0)).astype(np.int64),
            **observed_measures(read),
            "category_penetration": np.nan if read.n_customers is None else len(totals) / read.n_customers,
            "category_frequency": totals.mean(),
        }
    )
    return from_pandas(table, like=panel)
