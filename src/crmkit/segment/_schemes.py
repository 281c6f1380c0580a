"""The segments of each scheme, the best first, by code with their names; the last is that of who never ordered."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from crmkit._names import Label

__all__ = ["SCHEMES"]

_TIER = {
    "core": Label("Core customers", "核心客户"),
    "important": Label("Important customers", "重要客户"),
    "ordinary": Label("Ordinary customers", "普通客户"),
    "potential": Label("Potential customers", "潜在客户"),
}

_VALUE_LEVEL = {
    "high": Label("High value", "高价值客户"),
    "medium": Label("Medium value", "中等价值客户"),
    "low": Label("Low value", "低价值客户"),
    "potential": Label("Potential customers", "潜在客户"),
}

_RELATIONSHIP = {
    "high_value": Label("High-value customers", "高价值客户"),
    "established": Label("Established customers", "老客户"),
    "potential": Label("Potential customers", "潜在客户"),
}

_ABC = {
    "a": Label("Class A", "A 类"),
    "b": Label("Class B", "B 类"),
    "c": Label("Class C", "C 类"),
    "potential": Label("Potential customers", "潜在客户"),
}

_MAIN_GROUP = {
    "main": Label("Main group", "主要客户群"),
    "secondary": Label("Secondary group", "次要客户群"),
    "potential": Label("Potential customers", "潜在客户"),
}

_PRODUCT = {
    "hot": Label("Hot products", "热销产品"),
    "steady": Label("Steady products", "平销产品"),
    "slow": Label("Slow products", "滞销产品"),
    "unsold": Label("Never sold", "未售产品"),
}

SCHEMES: Final[Mapping[str, Mapping[str, Label]]] = MappingProxyType(
    {
        "tier": MappingProxyType(_TIER),
        "value_level": MappingProxyType(_VALUE_LEVEL),
        "relationship": MappingProxyType(_RELATIONSHIP),
        "abc": MappingProxyType(_ABC),
        "main_group": MappingProxyType(_MAIN_GROUP),
        "product": MappingProxyType(_PRODUCT),
    }
)
"""The same code may mean something else in another scheme."""
