"""Brands of a market, known by their shares and penetrations: read and checked."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np

from crmkit._arrays import Floats
from crmkit._checks import some
from crmkit._frames import collected, pandas_series
from crmkit._messages import Column, Message
from crmkit._tables import BRANDS, check_values, float_columns, open_table
from crmkit.errors import SchemaError
from crmkit.loyalty.brands._panel import check_several, read_brands

__all__ = ["Market", "check_shares", "read_market"]

# What typed shares miss by, which add up to 1.
_ROUNDING: Final = 1e-9
_PENETRATIONS: Final = ("penetration", "category_penetration")

_TWICE: Final = Message(
    en="{where} names {brands} more than once. Give one row to each brand.",
    zh="{where}中 {brands} 重复出现。每个品牌须只有一行。",
)
_TOO_MUCH: Final = Message(
    en="{where} adds up to {total:.6g}; brands have at most all of the market. Divide the shares by their sum, or by "
    "100 if they are percentages.",
    zh="{where}合计为 {total:.6g}；各品牌份额之和不得超过 1。请除以其合计；若为百分数，请除以 100。",
)
_NOTHING: Final = Message(
    en="{where} must be above 0, unlike that of {brands}. Leave out brands that nobody bought.",
    zh="{where}须大于 0，{brands} 不符。请去掉无人购买的品牌。",
)
_UNLIKE: Final = Message(
    en="{where} must be the same on each row, for it is that of the category, got {got}.",
    zh="{where}是整个品类的数，各行须相同，得到 {got}。",
)
_NO_ZEROS: Final = Message(
    en="{where} is missing: where customers without a purchase are not known, mean and zeros say nothing. Give "
    "{@brand_table()} their number in {@n_customers=}, or fit the panel with {@method='likelihood'}.",
    zh="{where}缺失：不知道有多少客户没有购买时，无法用均值与零购买比例估计。请在 {@brand_table()} 中用 "
    "{@n_customers=} 给出客户总数，或用 {@method='likelihood'} 拟合购买明细。",
)
_ALL: Final = Message(
    en="{where} is {got:g}: there must be customers with and without a purchase of the category.",
    zh="{where}为 {got:g}：须既有购买该品类的客户，也有未购买的客户。",
)
_BEYOND: Final = Message(
    en="{where} of {brands} is above that of the category, {category:.4g}.",
    zh="{brands} 的{where}高于整个品类的渗透率 {category:.4g}。",
)


class Market(NamedTuple):
    """Brands with their shares and penetrations, and the category's penetration and purchases per buyer."""

    brands: list[Any]
    share: Floats
    penetration: Floats
    category_penetration: float
    category_frequency: float


def read_market(brands: Any) -> Market:
    """Read the brands of a market, or raise."""
    opened = collected(open_table(brands, BRANDS))
    values = float_columns(brands, BRANDS, [field.name for field in BRANDS.fields if field.kind != "id"])
    labels, places = read_brands(pandas_series(opened["brand"]), where=Column("brands", "brand"))
    check_several(labels, where=Column("brands", "brand"))
    if len(places) > len(labels):
        twice = [label for label, n in zip(labels, np.bincount(places), strict=True) if n > 1]
        raise SchemaError(_TWICE(where=Column("brands", "brand"), brands=some(twice)))
    check_values(values, BRANDS)
    for name in _PENETRATIONS:
        if np.isnan(values[name]).any():
            raise SchemaError(_NO_ZEROS(where=Column("brands", name)))
    ordered = [labels[place] for place in places]
    check_shares(values["share"], brands=ordered, where=Column("brands", "share"))
    _check_above_zero(values["penetration"], ordered, where=Column("brands", "penetration"))
    of_category = [_constant(values[name], column=name) for name in ("category_penetration", "category_frequency")]
    if not 0 < of_category[0] < 1:
        raise SchemaError(_ALL(where=Column("brands", "category_penetration"), got=of_category[0]))
    beyond = [label for label, b in zip(ordered, values["penetration"], strict=True) if b > of_category[0]]
    if beyond:
        where = Column("brands", "penetration")
        raise SchemaError(_BEYOND(where=where, brands=some(beyond), category=of_category[0]))
    return Market(ordered, values["share"], values["penetration"], *of_category)


def check_shares(share: Floats, *, brands: list[Any], where: object) -> None:
    """Raise unless shares are above 0 and add up to 1 or less."""
    _check_above_zero(share, brands, where=where)
    if (total := float(share.sum())) > 1 + _ROUNDING:
        raise SchemaError(_TOO_MUCH(where=where, total=total))


def _check_above_zero(values: Floats, brands: list[Any], *, where: object) -> None:
    if nothing := [label for label, value in zip(brands, values, strict=True) if value <= 0]:
        raise SchemaError(_NOTHING(where=where, brands=some(nothing)))


def _constant(values: Floats, *, column: str) -> float:
    if (values != values[0]).any():
        raise SchemaError(_UNLIKE(where=Column("brands", column), got=some(np.unique(values).tolist())))
    return float(values[0])
