"""Which brand customers buy after which."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crmkit._frames import FrameT, collected, from_pandas, pandas_series
from crmkit._messages import Column
from crmkit.loyalty.brands._lines import lines_with_brand
from crmkit.loyalty.brands._panel import check_several, read_brands

__all__ = ["switch_count_table"]


def switch_count_table(order_lines: FrameT, *, brand: str = "brand") -> FrameT:
    """Count which brand customers bought on their next purchase day.

    A pair of consecutive purchase days of a customer counts once; where several brands were bought on one of them, it
    is divided among them evenly.

    Parameters
    ----------
    order_lines : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        Lines of one category with their brand, as `crmkit.as_order_lines` makes them with ``keep=["brand"]``.
    brand : str, default "brand"
        Column of brands.

    Returns
    -------
    the kind of frame given
        A row per ordered pair of brands, the same brand twice among them, in order: ``brand_before``; ``brand_after``;
        ``n_switches``, pairs of days, which may be parts. Lines below 0, which went back, are left out; a customer's
        last purchase day has no next one.

    Raises
    ------
    SchemaError
        If a column is missing, a line has no brand, or there is one brand.
    TypeError
        If ``order_lines`` is not a frame, or ``brand`` not the name of one column.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit import as_order_lines
    >>> orders = pd.DataFrame({
    ...     "customer_id": [1, 1, 1, 1], "order_id": [1, 2, 3, 3], "amount": 5.0, "brand": ["A", "A", "A", "B"],
    ...     "date": ["2024-03-01", "2024-03-05", "2024-03-09", "2024-03-09"],
    ... })
    >>> switches = switch_count_table(as_order_lines(orders, order_id="order_id", keep=["brand"]))
    >>> switches[switches["n_switches"] > 0]
      brand_before brand_after  n_switches
    0            A           A         1.5
    1            A           B         0.5
    """
    rows = collected(lines_with_brand(order_lines, brand=brand, columns=("customer_id", "date")).unique())
    labels, places = read_brands(pandas_series(rows["brand"]), where=Column("order_lines", brand))
    check_several(labels, where=Column("order_lines", brand))
    customers = pd.factorize(pandas_series(rows["customer_id"]))[0]
    days = pandas_series(rows["date"]).to_numpy(dtype="datetime64[us]")
    table = pd.DataFrame({"customer": customers, "day": days, "brand": places})
    visits = table.groupby(["customer", "day"], sort=True)
    visit = visits.ngroup().to_numpy()
    weight = 1 / visits["brand"].transform("size").to_numpy()
    bought = pd.DataFrame({"visit": visit, "customer": customers, "brand": places, "weight": weight})
    # Visits are numbered by customer and day, so that the next visit has the next number.
    nexts = bought.assign(visit=visit - 1)
    joined = bought.merge(nexts, on=["visit", "customer"], suffixes=("_before", "_after"))
    n = len(labels)
    cell = joined["brand_before"].to_numpy() * n + joined["brand_after"].to_numpy()
    counts = np.bincount(cell, (joined["weight_before"] * joined["weight_after"]).to_numpy(), minlength=n * n).astype(
        np.float64
    )
    sides = {"brand_before": np.repeat(np.arange(n), n), "brand_after": np.tile(np.arange(n), n)}
    result = pd.DataFrame({name: [labels[place] for place in side] for name, side in sides.items()})
    return from_pandas(result.assign(n_switches=counts), like=order_lines)
