"""The schemes of segments that come with crmkit."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from crmkit._labelling import POTENTIAL, Level, Scheme
from crmkit._names import Label

__all__ = ["SCHEMES"]

SCHEMES: Final[Mapping[str, Scheme]] = MappingProxyType(
    {
        "tier": Scheme(
            (
                Level("core", Label("Core customers", "核心客户")),
                Level("important", Label("Important customers", "重要客户")),
                Level("ordinary", Label("Ordinary customers", "普通客户")),
            ),
            POTENTIAL,
        ),
        "value_level": Scheme(
            (
                Level("high", Label("High value", "高价值客户")),
                Level("medium", Label("Medium value", "中等价值客户")),
                Level("low", Label("Low value", "低价值客户")),
            ),
            POTENTIAL,
        ),
        "relationship": Scheme(
            (
                Level("high_value", Label("High-value customers", "高价值客户")),
                Level("established", Label("Established customers", "老客户")),
            ),
            POTENTIAL,
        ),
        "abc": Scheme(
            (
                Level("a", Label("Class A", "A 类")),
                Level("b", Label("Class B", "B 类")),
                Level("c", Label("Class C", "C 类")),
            ),
            POTENTIAL,
        ),
        "main_group": Scheme(
            (
                Level("main", Label("Main group", "主要客户群")),
                Level("secondary", Label("Secondary group", "次要客户群")),
            ),
            POTENTIAL,
        ),
        "role": Scheme(
            (
                Level("cash_flow", Label("Cash-flow customers", "现金流客户")),
                Level("relationship", Label("Relationship customers", "关系客户")),
                Level("growth", Label("Growth customers", "增长客户")),
                Level("value", Label("Value customers", "价值客户")),
            ),
            POTENTIAL,
        ),
        "relation": Scheme(
            (
                Level("loyal", Label("Loyal customers", "忠诚客户")),
                Level("repeat", Label("Repeat customers", "回头客")),
                Level("one_time", Label("One-time customers", "一次客户")),
                Level("lapsed", Label("Lapsed customers", "沉睡客户")),
                Level("lost", Label("Lost customers", "流失客户")),
                Level("target", Label("Target customers", "目标客户")),
            ),
            POTENTIAL,
        ),
        "account": Scheme(
            (
                Level("key", Label("Key accounts", "重点客户")),
                Level("develop", Label("Accounts to develop", "发展客户")),
                Level("maintain", Label("Accounts to maintain", "维持客户")),
                Level("low_touch", Label("Low-touch accounts", "一般客户")),
            )
        ),
        "consolidation": Scheme(
            (
                Level("full_service", Label("Full service", "全面服务")),
                Level("low_cost_service", Label("Low-cost service", "低成本服务")),
                Level("exit", Label("Exit", "退出")),
            ),
        ),
        "product": Scheme(
            (
                Level("hot", Label("Hot products", "热销产品")),
                Level("steady", Label("Steady products", "平销产品")),
                Level("slow", Label("Slow products", "滞销产品")),
            ),
            Level("unsold", Label("Never sold", "未售产品")),
        ),
    }
)
"""Each scheme's levels, the best first, and the level of those without an order. A code may recur in another scheme."""
