"""What each customer has bought and kept: order lines added up per customer, label and order, returns taken off."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._calendar import next_day
from crmkit._frames import AnyFrame, flag, midnight, open_as_given, to_pandas, without_nan
from crmkit._grouping import check_labels, labels_of
from crmkit._messages import Column
from crmkit._reading import clean_labels
from crmkit._tables import ORDER_LINES, open_table

__all__ = ["Kept", "kept_of", "open_lines"]

_NAME: Final = "order_lines"
_LABEL, _ORDER = "__crmkit_label", "__crmkit_order"
_UNITS, _TURNED = "__crmkit_units", "__crmkit_turned"
_AMOUNT, _PAID, _PRICED = "__crmkit_amount", "__crmkit_paid", "__crmkit_priced"
_LINES: Final = "__crmkit_lines"
# What is left of units or amounts that came back, relative to all that moved, is rounding.
_ROUNDING: Final = 1e-9


class Kept(NamedTuple):
    """What is left of purchases: a row per customer and label, in the order of both.

    ``customers`` and ``labels`` are sorted; ``customer`` and ``label`` are positions in them. ``n_orders`` counts the
    orders in which more was bought than came back; 0 where nothing is left. ``n_customer_orders`` counts those of each
    customer, whatever was bought. ``amount`` is missing throughout where no line has one.
    """

    customers: pd.Series[Any]
    labels: pd.Series[Any]
    customer: npt.NDArray[np.intp]
    label: npt.NDArray[np.intp]
    units: Floats
    amount: Floats
    n_orders: npt.NDArray[np.int64]
    n_customer_orders: npt.NDArray[np.int64]
    n_unlabelled: int


def open_lines(
    order_lines: Any,
    *,
    label: str,
    until: datetime | None = None,
    after: datetime | None = None,
    also: Sequence[str] = (),
) -> AnyFrame:
    """Open order lines that have a column of labels, those of the days after one and up to another.

    A blank text is no label.
    """
    given = open_as_given(order_lines, name=_NAME).collect_schema().names()
    columns = ["customer_id", "date", *(name for name in ("quantity", "amount") if name in given)]
    rows = open_table(order_lines, ORDER_LINES, name=_NAME, columns=columns, also=["order_id", label, *also])
    check_labels(rows, [label, "order_id"], table=_NAME)
    rows = clean_labels(rows, label, where=Column(_NAME, label))
    if until is not None:
        rows = rows.filter(nw.col("date") < midnight(next_day(until), of=rows))
    if after is not None:
        rows = rows.filter(nw.col("date") >= midnight(next_day(after), of=rows))
    return rows


def kept_of(rows: AnyFrame, *, label: str) -> Kept:
    """Add up what each customer kept by label.

    A line counts its quantity, or one where none is given; it came back where its quantity or amount is below 0. Lines
    without a label are counted, and left out.
    """
    lines = without_nan(rows).select(
        "customer_id", nw.col(label).alias(_LABEL), nw.col("order_id").alias(_ORDER), *_moved(rows)
    )
    named = lines.filter(~nw.col(_LABEL).is_null())
    sums = named.group_by("customer_id", _LABEL, _ORDER).agg(nw.col(_UNITS, _TURNED, _AMOUNT, _PAID, _LINES).sum())
    table = to_pandas(sums)
    n_lines, n_priced = to_pandas(lines.select(nw.col(_LINES, _PRICED).sum())).fillna(0).astype(int).iloc[0]
    table[_LABEL] = _whole(table[_LABEL])
    customers, labels = labels_of(table, ["customer_id"]), labels_of(table, [_LABEL])
    n_labels = max(len(labels.groups), 1)
    pairs, pair = np.unique(customers.codes * n_labels + labels.codes, return_inverse=True)
    units, turned, amount, paid = (
        np.asarray(np.bincount(pair, weights=table[name].to_numpy(dtype=np.float64), minlength=len(pairs)), dtype=float)
        for name in (_UNITS, _TURNED, _AMOUNT, _PAID)
    )
    more = table[_UNITS].to_numpy(dtype=np.float64) > _ROUNDING * table[_TURNED].to_numpy(dtype=np.float64)
    n_orders = np.bincount(pair, weights=more, minlength=len(pairs)).astype(np.int64)
    there = units > _ROUNDING * turned
    amount = np.where(np.abs(amount) > _ROUNDING * paid, amount, 0.0)
    return Kept(
        customers.groups["customer_id"],
        labels.groups[_LABEL],
        (pairs // n_labels).astype(np.intp),
        (pairs % n_labels).astype(np.intp),
        np.where(there, units, 0.0),
        amount if n_priced else np.full(len(pairs), np.nan),
        np.where(there, np.maximum(n_orders, 1), 0),
        _orders_of(customers.codes[more], table.loc[more, _ORDER], n=len(customers.groups)),
        n_lines - int(table[_LINES].sum()),
    )


def _orders_of(customer: npt.NDArray[np.int64], order: pd.Series[Any], *, n: int) -> npt.NDArray[np.int64]:
    """How many different orders each customer has."""
    known = pd.DataFrame({"customer": customer, "order": order.to_numpy()}).drop_duplicates()
    return np.bincount(known["customer"], minlength=n).astype(np.int64)


def _moved(rows: AnyFrame) -> list[nw.Expr]:
    """The units and amount of each line, below 0 where they came back, with their sizes; ones to count lines by."""
    names = rows.collect_schema().names()
    size, back, amount, priced = nw.lit(1.0), nw.lit(0), nw.lit(0.0), nw.lit(0)
    if "quantity" in names:
        size = nw.col("quantity").cast(nw.Float64).abs().fill_null(1.0)
        back = back + flag(nw.col("quantity") < 0)
    if "amount" in names:
        amount = nw.col("amount").cast(nw.Float64).fill_null(0.0)
        back = back + flag(nw.col("amount") < 0)
        priced = flag(~nw.col("amount").is_null())
    sign = nw.when(back > 0).then(nw.lit(-1.0)).otherwise(nw.lit(1.0))
    return [
        (size * sign).alias(_UNITS),
        size.alias(_TURNED),
        amount.alias(_AMOUNT),
        amount.abs().alias(_PAID),
        priced.alias(_PRICED),
        nw.lit(1).alias(_LINES),
    ]


def _whole(labels: pd.Series[Any]) -> pd.Series[Any]:
    """Whole numbers that became floats because some were missing are whole numbers again."""
    if not pd.api.types.is_float_dtype(labels.dtype):
        return labels
    values = labels.to_numpy(dtype=np.float64)
    near = np.all((values == np.floor(values)) & (np.abs(values) < 2**53)) if len(values) else False
    return labels.astype(np.int64) if near else labels
