"""Order lines as baskets: which items were sold together, each counted once."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from numbers import Number
from typing import Any, Final, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._checks import check_int, some
from crmkit._frames import AnyFrame, column_name, flag, is_engine, to_pandas, without_nan
from crmkit._grouping import check_labels
from crmkit._messages import Column, Message
from crmkit._tables import check_kind, open_columns

__all__ = ["NAME", "Baskets", "read_baskets"]

NAME: Final = "order_lines"
_MADE_BY: Final = "as_order_lines"
_BASKET, _ITEM, _BACK, _N = "__crmkit_basket", "__crmkit_item", "__crmkit_back", "__crmkit_n"

_NO_LIST: Final = Message(
    en="{@exclude} must be a list of items, such as ['POST', 'BANK CHARGES'], got {value!r}.",
    zh="{@exclude} 须为商品的列表，例如 ['POST', 'BANK CHARGES']，得到 {value!r}。",
)
_SAME: Final = Message(
    en="{@basket} and {@item} must be two columns, got {value!r} for both.",
    zh="{@basket} 与 {@item} 须为两个不同的列，得到的均为 {value!r}。",
)
_OTHER_TYPE: Final = Message(
    en="{@exclude} has {value!r}, and {where} holds items such as {items}: text and numbers are never the same.",
    zh="{@exclude} 中有 {value!r}，而{where}中的商品形如 {items}：文本与数字不会相等。",
)


class Baskets(NamedTuple):
    """What was sold together: a basket and an item per pair of them, both numbered, each pair once.

    Items are numbered in their order; ``audit`` says where the lines and orders went.
    """

    basket: npt.NDArray[np.int64]
    item: npt.NDArray[np.int64]
    items: pd.Series[Any]
    n_baskets: int
    n_too_large: int
    audit: pd.DataFrame


def read_baskets(
    order_lines: Any, *, item: str, basket: str, exclude: Sequence[Hashable], max_basket: int | None
) -> Baskets:
    """Read order lines, and leave out those that say nothing about what was bought together."""
    basket, item = column_name(basket, name="basket"), column_name(item, name="item")
    if basket == item:
        raise ValueError(_SAME(value=item))
    if isinstance(exclude, (str, bytes)) or not isinstance(exclude, Sequence):
        raise TypeError(_NO_LIST(value=exclude))
    if max_basket is not None:
        check_int(max_basket, name="max_basket", low=2)
    lines = _lines(order_lines, basket=basket, item=item)
    orders, found = pd.factorize(lines[_BASKET])
    orders = np.append(np.where([_is_blank(label) for label in found.tolist()], -1, np.arange(len(found))), -1)[orders]
    codes, items = _numbered(lines[_ITEM])
    left = _Left(orders, lines[_N].to_numpy(dtype=np.int64))
    left.without("no order", orders < 0)
    left.without("no item", codes < 0)
    left.without("not sold", lines[_BACK].to_numpy() > 0)
    left.without("excluded", np.append(_excluded(items, exclude, where=Column(NAME, item)), False)[codes])
    first = np.zeros(len(codes), dtype=bool)
    first[np.unique(np.where(left.kept, orders * max(len(items), 1) + codes, -1), return_index=True)[1]] = True
    sizes = np.bincount(orders[left.kept & first], minlength=orders.max(initial=-1) + 1)
    too_large = sizes > (len(items) if max_basket is None else max_basket)
    left.without("basket too large", np.append(too_large, False)[orders])
    left.once("item again", first)
    numbered, baskets = pd.factorize(orders[left.kept])
    return Baskets(numbered, codes[left.kept], items, len(baskets), int(too_large.sum()), left.audit())


def _lines(order_lines: Any, *, basket: str, item: str) -> pd.DataFrame:
    """The basket and the item of each line, and whether it came back; an engine counts its lines of each kind."""
    rows = open_columns(order_lines, [basket, item], name=NAME, made_by=_MADE_BY)
    check_labels(rows, [basket, item], table=NAME)
    columns = rows.collect_schema().names()
    back: Any = nw.lit(0)
    for column, is_back in (("quantity", nw.col("quantity") <= 0), ("amount", nw.col("amount") < 0)):
        if column in columns:
            check_kind(rows, column, "number", where=Column(NAME, column), made_by=_MADE_BY)
            back = back + flag(is_back)
    lines: AnyFrame = without_nan(rows).select(
        nw.col(basket).alias(_BASKET), nw.col(item).alias(_ITEM), back.alias(_BACK), nw.lit(1).alias(_N)
    )
    if is_engine(lines):
        lines = lines.group_by(_BASKET, _ITEM, _BACK).agg(nw.col(_N).sum())
    return to_pandas(lines)


def _numbered(labels: pd.Series[Any]) -> tuple[npt.NDArray[np.int64], pd.Series[Any]]:
    """Number items in their order; what is missing or blank is no item."""
    codes, found = pd.factorize(labels)
    items = pd.Series(found)
    names = items.tolist()
    order = [place for place, name in enumerate(names) if not _is_blank(name)]
    order.sort(key=lambda place: (type(names[place]).__name__, names[place]))
    number = np.full(len(names) + 1, -1)
    number[order] = np.arange(len(order))
    return number[codes], items.iloc[order].reset_index(drop=True)


def _is_blank(label: object) -> bool:
    return isinstance(label, str) and not label.strip()


def _excluded(items: pd.Series[Any], exclude: Sequence[Hashable], *, where: Column) -> npt.NDArray[np.bool_]:
    numeric = {isinstance(label, Number) for label in items}
    for value in exclude:
        if numeric and isinstance(value, Number) not in numeric:
            raise TypeError(_OTHER_TYPE(value=value, where=where, items=some(items.tolist())))
    return items.isin(list(exclude)).to_numpy(dtype=bool)


class _Left:
    """What is left of the lines, and how many lines and baskets went where."""

    def __init__(self, orders: npt.NDArray[np.int64], n_lines: npt.NDArray[np.int64]) -> None:
        self.kept = np.ones(len(orders), dtype=bool)
        self._orders, self._n_lines = orders, n_lines
        self._left = self._counts()
        self._gone: list[tuple[str, int, int]] = []

    def without(self, reason: str, wrong: npt.NDArray[np.bool_]) -> None:
        """Leave lines out."""
        self.kept &= ~wrong
        lines, baskets = self._left
        self._left = self._counts()
        self._gone.append((reason, lines - self._left[0], baskets - self._left[1]))

    def once(self, reason: str, first: npt.NDArray[np.bool_]) -> None:
        """Leave one line of each item in a basket; a row may stand for several lines."""
        self._n_lines = np.where(self.kept & first, 1, self._n_lines)
        self.without(reason, ~first)

    def audit(self) -> pd.DataFrame:
        """A row per reason, what is kept, and what was given."""
        rows = [*self._gone, ("kept", *self._left)]
        given = ("given", sum(row[1] for row in rows), sum(row[2] for row in rows))
        return pd.DataFrame([*rows, given], columns=["reason", "n_lines", "n_baskets"])

    def _counts(self) -> tuple[int, int]:
        orders = self._orders[self.kept]
        n_baskets = int(np.count_nonzero(np.bincount(orders[orders >= 0])))
        return int(self._n_lines[self.kept].sum()), n_baskets
