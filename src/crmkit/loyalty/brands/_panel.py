"""Purchases of a panel by customer and brand: read and checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array

from crmkit._arrays import Floats
from crmkit._checks import check_int, some
from crmkit._frames import collected, pandas_series
from crmkit._grouping import in_order
from crmkit._messages import Column, Message
from crmkit._tables import BRAND_PANEL, check_values, float_columns, open_table
from crmkit.errors import SchemaError

__all__ = ["Panel", "check_several", "read_brands", "read_panel"]

_MISSING: Final = Message(
    en="{where} is missing in {n:,} {n:row|rows}, first at rows {rows}. Leave these rows out.",
    zh="{where}在 {n:,} 行缺失，最先见于行 {rows}。请去掉这些行。",
)
_MIXED: Final = Message(
    en="{where} must hold either text or whole numbers, got {got}.", zh="{where}须全为文本或全为整数，得到 {got}。"
)
_ONE: Final = Message(
    en="{where} must name at least {n} brands, got {got}. Brands are told from one another: add the others, or those "
    "that are not named as one.",
    zh="{where}须至少含 {n} 个品牌，得到 {got}。品牌只有相互比较才有意义：请加入其他品牌，或将其余品牌合为一个。",
)
_NO_PURCHASE: Final = Message(
    en="{where} has brands that nobody bought: {brands}. Leave them out.",
    zh="{where}中有无人购买的品牌：{brands}。请去掉。",
)
_TOO_FEW: Final = Message(
    en="{@n_customers} must be at least the {n:,} customers of {@panel}, got {got}.",
    zh="{@n_customers} 不得小于 {@panel} 中的客户数 {n:,}，得到 {got}。",
)


@dataclass(frozen=True)
class Panel:
    """Who bought which brand how often.

    Attributes
    ----------
    brands : list
        The brands, in order.
    counts : sparse array of shape (n_buyers, n_brands)
        Purchases of those who bought anything.
    n_customers : int or None
        All customers, those who bought nothing too; None where these are not known.
    """

    brands: list[Any]
    counts: csr_array
    n_customers: int | None

    @property
    def totals(self) -> Floats:
        """Purchases of the category by each buyer."""
        return np.asarray(self.counts.sum(axis=1), dtype=np.float64)

    @property
    def base(self) -> int:
        """Customers, or category buyers where the others are not known."""
        return self.counts.shape[0] if self.n_customers is None else self.n_customers

    @property
    def bought(self) -> csr_array:
        """1 where a buyer bought a brand."""
        return csr_array((self.counts > 0).astype(np.float64))

    def of(self, brands: list[Any]) -> npt.NDArray[np.intp]:
        """The places of some brands; -1 for one that nobody bought."""
        return np.asarray(pd.Index(self.brands, dtype=object).get_indexer(pd.Index(brands, dtype=object)))


def read_panel(panel: Any, *, n_customers: int | None) -> Panel:
    """Read a panel, or raise."""
    opened = collected(open_table(panel, BRAND_PANEL))
    n = float_columns(panel, BRAND_PANEL, ["n_purchases"])
    check_values(n, BRAND_PANEL)
    ids = pandas_series(opened["customer_id"]).reset_index(drop=True)
    check_present(ids, where=Column("panel", "customer_id"))
    labels, places = read_brands(pandas_series(opened["brand"]), where=Column("panel", "brand"))
    check_several(labels, where=Column("panel", "brand"))
    customers, found = pd.factorize(ids)
    counts = csr_array((n["n_purchases"], (customers, places)), shape=(len(found), len(labels)))
    lacking = np.flatnonzero(counts.sum(axis=0) == 0)
    if lacking.size:
        raise SchemaError(_NO_PURCHASE(where=Column("panel", "brand"), brands=some(labels[place] for place in lacking)))
    if n_customers is not None:
        check_int(n_customers, name="n_customers", low=1)
        if n_customers < len(found):
            raise ValueError(_TOO_FEW(n=len(found), got=n_customers))
    buys = np.asarray(counts.sum(axis=1)) > 0
    known = len(found) if n_customers is None and not buys.all() else n_customers
    kept = csr_array(counts[np.flatnonzero(buys)])
    kept.eliminate_zeros()
    return Panel(labels, kept, known)


def read_brands(column: pd.Series[Any], *, where: object) -> tuple[list[Any], npt.NDArray[np.intp]]:
    """The brands that a column names, in order, and the place of each row's."""
    column = column.reset_index(drop=True)
    check_present(column, where=where)
    plain = column.astype(object)
    labels = in_order(plain)
    if len({isinstance(label, str) for label in labels}) > 1:
        raise SchemaError(_MIXED(where=where, got=some(labels)))
    return labels, np.asarray(pd.Index(labels, dtype=object).get_indexer(pd.Index(plain)))


def check_several(labels: list[Any], *, where: object, least: int = 2) -> None:
    """Raise unless there are several brands."""
    if len(labels) < least:
        raise SchemaError(_ONE(where=where, n=least, got=some(labels)))


def check_present(column: pd.Series[Any], *, where: object) -> None:
    """Raise if a value is missing."""
    missing = np.flatnonzero(column.isna())
    if missing.size:
        raise SchemaError(_MISSING(where=where, n=missing.size, rows=some(missing.tolist())))
