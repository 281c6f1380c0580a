"""Sums of groups of customers as columns, with what follows from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit.metrics._profitability import customer_profit_share
from crmkit.metrics._revenue import average_order_value, purchase_frequency

__all__ = ["group_sums", "rates", "share_of_total"]


def group_sums(sums: Mapping[str, Floats], group: npt.NDArray[np.int64], n: int) -> pd.DataFrame:
    """Count the customers of each group and add up what they did."""
    counts = np.bincount(group, minlength=n)
    columns: dict[str, Any] = {"n_customers": counts.astype(np.int64)}
    for name, values in sums.items():
        added = np.bincount(group, weights=values, minlength=n)
        columns[name] = np.round(added).astype(np.int64) if name == "n_orders" else added
    return pd.DataFrame(columns)


def share_of_total(part: Any, total: Any) -> Floats:
    """Shares of a total; missing where it is not above zero."""
    return np.asarray(customer_profit_share(profit_of_customer=np.asarray(part), total_profit=np.asarray(total)))


def rates(table: pd.DataFrame, measures: Sequence[str], *, customers: str) -> dict[str, Floats]:
    """Orders per customer, spend per order and, where profit is known, the margin; missing where undefined."""
    orders, spend, n = (table[name].to_numpy(dtype=float) for name in ("n_orders", "spend", customers))
    found = {
        "purchase_frequency": np.asarray(purchase_frequency(orders=orders, customers=n)),
        "average_order_value": np.asarray(average_order_value(revenue=spend, orders=orders)),
    }
    if "profit" in measures:
        found["margin"] = share_of_total(table["profit"].to_numpy(dtype=float), spend)
    return found
