"""The customers, orders and value of each label."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._checks import no_money
from crmkit._labelling._measures import measured

__all__ = ["label_summary"]


def label_summary(
    labels: pd.DataFrame, positions: npt.NDArray[np.intp], customers: Any, *, value: str, name: str = "customers"
) -> pd.DataFrame:
    """Add the sums of a customers table to a table of labels, given the position of each row's label.

    Rows without a label, at -1, are in no label, but all rows are in what the shares are of. Money that is missing
    throughout stays missing.
    """
    columns = measured(customers, ("n_orders", value), name=name, may_lack=(value,))
    orders, values = np.nan_to_num(columns["n_orders"]), columns[value]
    unknown = no_money(values)
    values = values if unknown else np.nan_to_num(values)
    n_labels, given = len(labels), positions >= 0
    n_customers, n_orders, value_sums = (
        np.bincount(positions[given], weights=weights, minlength=n_labels).astype(np.float64)
        for weights in (None, orders[given], values[given])
    )
    value_sums = np.full(n_labels, np.nan) if unknown else value_sums
    total = value_sums.sum() if given.all() else values.sum()
    return labels.assign(
        n_customers=n_customers.astype("int64"),
        customer_share=n_customers / len(positions) if len(positions) else np.nan,
        n_orders=np.round(n_orders).astype("int64"),
        value=value_sums,
        value_share=value_sums / total if total > 0 else np.nan,
        mean_value=np.where(n_customers > 0, value_sums / np.maximum(n_customers, 1), np.nan),
    )
