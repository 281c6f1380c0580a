"""What the section says, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from crmkit._names import Label

__all__ = ["TEXTS"]

TEXTS: Final[Mapping[str, Label]] = {
    "tiers": Label("Customer tiers", "客户分层"),
    "tiers_note": Label(
        "Core: the customers with the most revenue who together bring half of it (from {core}). Important: those who "
        "bring it to 80% (from {important}), or who have as many orders as the top 20% ({orders} or more). Ordinary: "
        "the rest. Customers whose last order was over 365 days ago are placed one tier lower. Revenue is net of "
        "refunds, and nobody's is below 0.",
        "核心客户：销售额最高、合计贡献一半销售额的客户（不低于 {core}）。"
        "重要客户：使累计贡献达到 80% 的客户（不低于 {important}），或订单数居前 20% 的客户（不少于 {orders} 单）。"
        "其余为普通客户。最近一次下单距今超过 365 天的客户降一级。销售额已扣除退款，每位客户不低于 0。",
    ),
    "alt_tiers": Label(
        "Bar chart of tiers: core customers are {customers} of the customers and bring {revenue} of revenue.",
        "分层柱状图：核心客户占客户数的 {customers}，贡献 {revenue} 的销售额。",
    ),
    "finding_tiers": Label(
        "{core} ({core_share} of all) brought {core_value} of revenue, {ordinary} ({ordinary_share}) {ordinary_value}.",
        "核心客户 {core} 位（占 {core_share}）贡献了 {core_value} 的销售额，"
        "普通客户 {ordinary} 位（占 {ordinary_share}）贡献了 {ordinary_value}。",
    ),
    "table_tiers": Label("Customer tiers", "客户分层"),
    "table_tier_cuts": Label("Cuts of the tiers", "分层界限"),
}
