"""Purchases by customer and brand, from order lines."""

from __future__ import annotations

import narwhals.stable.v2 as nw

from crmkit._frames import FrameT, give_table
from crmkit.loyalty.brands._lines import lines_with_brand

__all__ = ["brand_panel_table"]


def brand_panel_table(order_lines: FrameT, *, brand: str = "brand") -> FrameT:
    """Count how often each customer bought each brand: once for each order with the brand.

    Parameters
    ----------
    order_lines : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        Lines of one category with their brand, as `crmkit.as_order_lines` makes them with ``keep=["brand"]``.
    brand : str, default "brand"
        Column of brands.

    Returns
    -------
    the kind of frame given
        A row per customer and brand they bought, in order in memory: ``customer_id``; ``brand``; ``n_purchases``,
        orders in which they bought it, however many units. Lines below 0, which went back, are left out.

    Raises
    ------
    SchemaError
        If a column is missing, or a line has no brand.
    TypeError
        If ``order_lines`` is not a frame, or ``brand`` not the name of one column.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit import as_order_lines
    >>> orders = pd.DataFrame({
    ...     "customer_id": [1, 1, 1, 2], "order_id": [7, 7, 8, 9], "date": "2024-03-01", "amount": [3, 3, 3, 2],
    ...     "brand": ["A", "A", "A", "B"],
    ... })
    >>> brand_panel_table(as_order_lines(orders, order_id="order_id", keep=["brand"]))
       customer_id brand  n_purchases
    0            1     A            2
    1            2     B            1
    """
    rows = lines_with_brand(order_lines, brand=brand, columns=("customer_id", "order_id"))
    keys = ("customer_id", "brand")
    counts = rows.unique().group_by(*keys).agg(nw.len().alias("n_purchases"))
    counts = counts.with_columns(nw.col("n_purchases").cast(nw.Int64))
    return give_table(counts, like=order_lines, sort_by=keys)
