"""What each group bought of each item, in a table that has every pair of them."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import some
from crmkit._frames import AnyFrame, collected, to_pandas
from crmkit._grouping import Labels, labels_of
from crmkit._messages import Column, Message
from crmkit.errors import SchemaError
from crmkit.value.products._lines import COUNTED, NAME, VALUE, sold_lines

__all__ = ["Cells", "check_not_below", "check_number_of_cells", "read_cells", "settled"]

_MOST: Final = 2_000_000
_SQUARE, _TURNOVER, _N = "__crmkit_square", "__crmkit_turnover", "__crmkit_n"
# A sum of amounts that cancel differs from 0 by rounding alone.
_ROUNDING: Final = 1e-9

_BELOW: Final = Message(
    en="{where} adds up to less than 0 in {n:,} {n:cell|cells}, such as {cells}: more came back than was sold, and a "
    "share cannot be below 0. Leave the returns out ({@returns='drop'} in {@as_order_lines()}), or take a longer "
    "period.",
    zh="{where}在 {n:,} 个单元格中合计小于 0，例如 {cells}：退货多于销售，份额不能为负。"
    "请去掉退货（{@as_order_lines()} 的 {@returns='drop'}），或取更长的期间。",
)
_TOO_MANY: Final = Message(
    en="{groups:,} groups by {items:,} items are more than {most:,} cells. Give a coarser {@item} or {@by}.",
    zh="{groups:,} 个分组乘以 {items:,} 个品项超过 {most:,} 个单元格。请用更粗的 {@item} 或 {@by}。",
)


class Cells(NamedTuple):
    """Sums by group (rows) and item (columns), with their labels in order, those that are missing last.

    ``effective_n`` is the number of purchases of equal size that all of them are worth.
    """

    groups: Labels
    items: Labels
    value: Floats
    n_orders: Floats
    n_customers: Floats
    effective_n: float


def read_cells(order_lines: Any, *, by: str, item: str, value: str) -> Cells:
    """Add up order lines by group and item; lines of an order are one purchase."""
    keys = [by, item]
    rows = sold_lines(order_lines, labels=keys, value=value)
    rows = rows.with_columns(nw.col(VALUE).abs().alias(_TURNOVER))
    of_orders = rows.group_by(*keys, "customer_id", "order_id").agg(nw.col(VALUE, _TURNOVER).sum())
    if value in COUNTED:
        of_orders = of_orders.with_columns(nw.lit(1.0).alias(VALUE), nw.lit(1.0).alias(_TURNOVER))
    # Squares of what is at most 1 do not overflow.
    total = _one(of_orders.select(nw.col(_TURNOVER).sum()))
    part = nw.col(VALUE) / (total if total > 0 else 1.0)
    squares = _one(of_orders.select((part * part).sum().alias(_SQUARE)))
    sums = to_pandas(of_orders.group_by(*keys).agg(nw.col(VALUE, _TURNOVER).sum()))
    bought = of_orders.filter(nw.col(VALUE) > 0).select(*keys, "customer_id", "order_id")
    orders = to_pandas(bought.group_by(*keys).agg(nw.len().alias(_N)))
    customers = to_pandas(bought.select(*keys, "customer_id").unique().group_by(*keys).agg(nw.len().alias(_N)))
    together = pd.concat([sums, orders, customers], ignore_index=True)
    groups, items = labels_of(together[[by]], [by]), labels_of(together[[item]], [item])
    shape = len(groups.groups), len(items.groups)
    check_number_of_cells(*shape)
    counted = []
    for first, table, name in (
        (0, sums, VALUE),
        (0, sums, _TURNOVER),
        (len(sums), orders, _N),
        (len(sums) + len(orders), customers, _N),
    ):
        at = slice(first, first + len(table))
        cells = np.zeros(shape)
        cells[groups.codes[at], items.codes[at]] = table[name].to_numpy(dtype=np.float64)
        counted.append(cells)
    amounts, turnover, n_orders, n_customers = counted
    amounts = {"n_orders": n_orders, "n_customers": n_customers}.get(value, settled(amounts, turnover))
    check_not_below(amounts, groups, items, value=value)
    if value in COUNTED:
        return Cells(groups, items, amounts, n_orders, n_customers, float(amounts.sum()))
    # Of amounts that cancel altogether nothing is left to be worth a purchase.
    worth = (amounts.sum() / total) ** 2 / squares if squares > 0 else 0.0
    return Cells(groups, items, amounts, n_orders, n_customers, float(worth))


def settled(sums: Floats, turnover: Floats) -> Floats:
    """Sums without what rounding left of amounts that cancel."""
    return np.where(np.abs(sums) <= _ROUNDING * turnover, 0.0, sums)


def check_number_of_cells(n_groups: int, n_items: int) -> None:
    """Raise if a table of all pairs would be too large to hold and to read."""
    if n_groups * n_items > _MOST:
        raise SchemaError(_TOO_MANY(groups=n_groups, items=n_items, most=_MOST))


def check_not_below(sums: Floats, groups: Labels, items: Labels, *, value: str) -> None:
    """Raise if more came back than was sold in any cell."""
    row, column = np.nonzero(sums < 0)
    if len(row):
        cells = [
            (groups.groups.iloc[at, 0], items.groups.iloc[place, 0])
            for at, place in zip(row[:6], column[:6], strict=True)
        ]
        raise SchemaError(_BELOW(where=Column(NAME, value), n=len(row), cells=some(cells)))


def _one(rows: AnyFrame) -> float:
    """The only number of a table; 0 where nothing was added up."""
    found = collected(rows)
    number = found[found.columns[0]].to_numpy()
    return float(np.nan_to_num(np.asarray(number, dtype=np.float64))[0]) if len(number) else 0.0
