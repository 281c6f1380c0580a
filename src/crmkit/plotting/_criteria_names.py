"""What the criteria of presets are called in plots; they are shown as their columns are named otherwise."""

from __future__ import annotations

from typing import Final

from crmkit._names import Label

__all__ = ["CRITERIA"]

CRITERIA: Final = {
    "low_cost_contribution": Label("Contribution at low cost", "成本低贡献大"),
    "funds_potential": Label("Potential for more funds", "资金增加潜力"),
    "new_product_acceptance": Label("Acceptance of new products", "接受新产品意愿"),
    "influence": Label("Influence", "影响力"),
    "social_resources": Label("Education and social resources", "素质和社会资源"),
    "business_ability": Label("Business ability", "经营能力"),
    "distribution_ability": Label("Distribution ability", "分销能力"),
    "funds": Label("Funds", "资金"),
    "selling_brands": Label("Brands that sell well", "畅销品牌数"),
    "logistics": Label("Warehouses, vehicles, staff", "仓储车辆人员"),
    "market_size": Label("Market size", "市场容量"),
    "competition": Label("Competition", "竞争程度"),
    "profitability": Label("Profitability", "盈利能力"),
    "strategic_fit": Label("Strategic fit", "符合战略"),
}
