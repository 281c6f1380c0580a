"""What the section says, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from crmkit._names import Label

__all__ = ["TEXTS"]

TEXTS: Final[Mapping[str, Label]] = {
    "concentration": Label("Concentration", "销售额集中度"),
    "concentration_note": Label(
        "Customers from those with the most revenue to those with the least; the dashed line shows how it would look "
        "if all brought the same. Nobody's revenue is below 0. Gini coefficient {gini}.",
        "客户按销售额从高到低排列，每位客户不低于 0；虚线表示每位客户贡献相同的情形。基尼系数 {gini}。",
    ),
    "alt_concentration": Label(
        "Curve of the share of revenue against the share of customers: the top 20% bring {share}.",
        "销售额占比随客户占比变化的曲线：前 20% 的客户贡献 {share}。",
    ),
    "table_concentration": Label("Concentration", "销售额集中度"),
}
