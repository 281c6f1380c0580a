"""The customers, orders and value of each label."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._checks import check_columns, check_turnover, some
from crmkit._frames import collected, open_frame, pandas_series
from crmkit._messages import Column, Message
from crmkit.errors import SchemaError

__all__ = ["label_summary"]

_NO_NUMBERS: Final = Message(en="{where} must hold numbers, got {got}.", zh="{where}应为数字，得到 {got}。")
_MISSING: Final = Message(
    en="{where} is missing or infinite in {n:,} rows, first at rows {rows}. Fill or drop them.",
    zh="{where}有 {n:,} 行缺失或无穷大，最先见于行 {rows}。请补全或删除。",
)


def label_summary(
    labels: pd.DataFrame, positions: npt.NDArray[np.intp], customers: Any, *, value: str, name: str = "customers"
) -> pd.DataFrame:
    """Add the sums of a customers table to a table of labels, given the position of each row's label.

    Rows without a label, at -1, are in no label, but all rows are in what the shares are of.
    """
    orders, values = _read(customers, value=value, name=name)
    n_labels, given = len(labels), positions >= 0
    n_customers, n_orders, value_sums = (
        np.bincount(positions[given], weights=weights, minlength=n_labels).astype(np.float64)
        for weights in (None, orders[given], values[given])
    )
    total = value_sums.sum() if given.all() else values.sum()
    return labels.assign(
        n_customers=n_customers.astype("int64"),
        customer_share=n_customers / max(len(positions), 1) if len(positions) else np.nan,
        n_orders=np.round(n_orders).astype("int64"),
        value=value_sums,
        value_share=value_sums / total if total > 0 else np.nan,
        mean_value=np.where(n_customers > 0, value_sums / np.maximum(n_customers, 1), np.nan),
    )


def _read(customers: Any, *, value: str, name: str) -> list[npt.NDArray[np.float64]]:
    """Orders and values as floats; values may be missing where nobody ordered, and are then 0."""
    columns = ("n_orders", value)
    frame = open_frame(customers, name=name)
    check_columns(frame.collect_schema(), columns, name=name, made_by="customer_summary")
    rows = collected(frame.select(*dict.fromkeys(columns)))
    read = []
    for column in columns:
        where = Column(name, column)
        if not rows[column].dtype.is_numeric():
            raise SchemaError(_NO_NUMBERS(where=where, got=rows[column].dtype))
        read.append(pandas_series(rows[column]).to_numpy(dtype=np.float64, na_value=np.nan))
    ordered = read[0] > 0
    for column, floats in zip(columns, read, strict=True):
        where, needed = Column(name, column), ~np.isfinite(floats) & (ordered | (column == "n_orders"))
        if needed.any():
            at = np.flatnonzero(needed)
            raise SchemaError(_MISSING(where=where, n=at.size, rows=some(at.tolist())))
        with np.errstate(over="ignore"):
            check_turnover(float(np.nansum(np.abs(floats))), where=where)
    return [np.nan_to_num(floats) for floats in read]
