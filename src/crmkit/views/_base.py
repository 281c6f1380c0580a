"""Whose money the shares of revenue are taken of, and what lies outside it."""

from __future__ import annotations

from typing import Final

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from crmkit._checks import no_money
from crmkit._frames import FrameT, from_pandas, give_back
from crmkit.views._rows import in_pandas, open_customers

__all__ = ["base_customers", "base_table"]

_COLUMNS: Final = ("n_orders", "spend")
_PARTS: Final = ("customers", "below_zero", "no_purchase_day", "all")


def base_table(customers: FrameT) -> FrameT:
    """Count the customers and add up their net money by whether they belong to the base of shares of revenue.

    Parameters
    ----------
    customers : pandas, Polars or PyArrow table
        As `crmkit.customer_summary` gives it: ``n_orders`` and ``spend``.

    Returns
    -------
    the kind of table given
        ``part``, ``n_customers``, ``amount`` in four rows: "customers" ordered and did not get back more than they
        paid; those "below_zero" did get back more, and count as customers whose money is 0; those with
        "no_purchase_day" (refunds alone, or days that refunds cancel) do not count as customers; "all" is the sum of
        the three. ``amount`` is missing for orders without a price.

    Raises
    ------
    SchemaError
        If a column is missing.
    TypeError
        If ``customers`` is not a table in memory.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit.views import base_table
    >>> base_table(pd.DataFrame({"n_orders": [3, 1, 0], "spend": [70.0, -10.0, -5.0]}))
                  part  n_customers  amount
    0        customers            1    70.0
    1       below_zero            1   -10.0
    2  no_purchase_day            1    -5.0
    3              all            3    55.0
    """
    rows = in_pandas(customers, columns=_COLUMNS)
    spend, bought = rows["spend"], rows["n_orders"] > 0
    below = bought & (spend < 0)
    groups = {
        "customers": bought & ~below,
        "below_zero": below,
        "no_purchase_day": ~bought,
        "all": rows["n_orders"].notna(),
    }
    table = pd.DataFrame(
        {
            "part": list(_PARTS),
            "n_customers": [int(groups[part].sum()) for part in _PARTS],
            "amount": [_sum(spend[groups[part]]) for part in _PARTS],
        }
    )
    return from_pandas(table, like=customers)


def _sum(money: pd.Series[float]) -> float:
    """The sum, missing where orders carry no price."""
    return np.nan if no_money(money.to_numpy(dtype=np.float64)) else float(money.sum())


def base_customers(customers: FrameT) -> FrameT:
    """The customers who ordered, with nobody's ``spend`` below 0, so that no share of its sum lies outside 0 to 1.

    Parameters
    ----------
    customers : pandas, Polars or PyArrow table
        As `crmkit.customer_summary` gives it: ``n_orders`` and ``spend``.

    Returns
    -------
    the kind of table given
        The rows with an order, in the order given, with all columns.

    Raises
    ------
    SchemaError
        If a column is missing.
    TypeError
        If ``customers`` is not a table in memory.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit.views import base_customers
    >>> base_customers(pd.DataFrame({"n_orders": [3, 1, 0], "spend": [70.0, -10.0, -5.0]}))
       n_orders  spend
    0         3   70.0
    1         1    0.0
    """
    rows = open_customers(customers, columns=_COLUMNS)
    return give_back(
        rows.filter(nw.col("n_orders") > 0).with_columns(nw.col("spend").clip(lower_bound=0)), like=customers
    )
