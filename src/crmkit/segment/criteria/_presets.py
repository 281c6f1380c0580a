"""Scorecards that handbooks name: their criteria, weights and knock-outs."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from crmkit._names import Label

__all__ = ["NAMES", "PRESETS", "Preset"]


class Preset(NamedTuple):
    """The criteria with their weights, those of which less is better, and the rules that knock out."""

    weights: Mapping[str, float]
    lower_is_better: tuple[str, ...] = ()
    knock_outs: tuple[Mapping[str, Any], ...] = ()


PRESETS: Final[Mapping[str, Preset]] = MappingProxyType(
    {
        "high_value": Preset(
            MappingProxyType(
                {
                    "low_cost_contribution": 50.0,
                    "funds_potential": 20.0,
                    "new_product_acceptance": 10.0,
                    "influence": 10.0,
                    "social_resources": 10.0,
                }
            )
        ),
        "dealer": Preset(
            MappingProxyType(
                dict.fromkeys(
                    ("business_ability", "distribution_ability", "funds", "selling_brands", "logistics"), 20.0
                )
            ),
            # The handbooks name reputation as a knock-out; the bar of 60 points is ours.
            knock_outs=(MappingProxyType({"column": "reputation", "operator": "<", "value": 60}),),
        ),
        "target_market": Preset(
            MappingProxyType(
                dict.fromkeys(("market_size", "competition", "profitability", "strategic_fit"), 25.0),
            ),
            lower_is_better=("competition",),
        ),
    }
)
"""The presets, by name."""

NAMES: Final[Mapping[str, Label]] = MappingProxyType(
    {
        "low_cost_contribution": Label("contribution at low cost", "成本低贡献大"),
        "funds_potential": Label("potential for more funds", "资金增加潜力"),
        "new_product_acceptance": Label("acceptance of new products", "接受新产品意愿"),
        "influence": Label("influence", "影响力"),
        "social_resources": Label("education and social resources", "素质和社会资源"),
        "business_ability": Label("business ability", "经营能力"),
        "distribution_ability": Label("distribution ability", "分销能力"),
        "funds": Label("funds", "资金"),
        "selling_brands": Label("brands that sell well", "畅销品牌数"),
        "logistics": Label("warehouses, vehicles and staff", "仓储车辆人员"),
        "reputation": Label("reputation", "信誉"),
        "market_size": Label("market size", "市场容量"),
        "competition": Label("competition", "竞争程度"),
        "profitability": Label("profitability", "盈利能力"),
        "strategic_fit": Label("strategic fit", "符合战略"),
    }
)
"""What the columns of the presets are called in sentences and plots."""
