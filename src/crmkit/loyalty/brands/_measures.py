"""What is measured of a brand, with its names, and how it is worked out of a panel."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._names import Label
from crmkit.loyalty.brands._law import Dirichlet
from crmkit.loyalty.brands._panel import Panel

__all__ = ["BRAND_MEASURES", "expected_measures", "observed_measures"]

BRAND_MEASURES: Final = MappingProxyType(
    {
        "share": Label("Market share", "市场份额"),
        "penetration": Label("Penetration", "渗透率"),
        "relative_penetration": Label("Penetration among category buyers", "品类购买者中的渗透率"),
        "purchase_frequency": Label("Purchases per buyer", "购买频次"),
        "category_rate": Label("Category purchases per buyer", "品牌购买者的品类购买次数"),
        "share_of_requirements": Label("Share of category requirements", "品类需求份额"),
        "mean_share_of_requirements": Label("Share of requirements, mean of buyers", "品类需求份额（人均）"),
        "sole_share": Label("Share of buyers who are sole buyers", "单一品牌购买者占比"),
        "sole_frequency": Label("Purchases per sole buyer", "单一品牌购买者购买频次"),
    }
)
"""The measures of a brand, with their names."""


def observed_measures(panel: Panel) -> dict[str, Floats]:
    """The measures of each brand in a panel."""
    counts, bought, totals = panel.counts, panel.bought, panel.totals
    purchases, buyers = (np.asarray(each.sum(axis=0), dtype=np.float64) for each in (counts, bought))
    category = bought.T @ totals
    of_own = np.asarray(counts.T @ (1 / totals), dtype=np.float64)
    alone = np.asarray(bought.sum(axis=1)) == 1
    sole_buyers = np.asarray(bought[alone].sum(axis=0), dtype=np.float64)
    sole_purchases = np.asarray(counts[alone].sum(axis=0), dtype=np.float64)
    known = np.nan if panel.n_customers is None else panel.n_customers
    with np.errstate(invalid="ignore"):
        return {
            "share": purchases / purchases.sum(),
            "penetration": buyers / known,
            "relative_penetration": buyers / len(totals),
            "purchase_frequency": purchases / buyers,
            "category_rate": category / buyers,
            "share_of_requirements": purchases / category,
            "mean_share_of_requirements": of_own / buyers,
            "sole_share": sole_buyers / buyers,
            "sole_frequency": sole_purchases / sole_buyers,
        }


def expected_measures(law: Dirichlet, share: Floats) -> pd.DataFrame:
    """The measures of brands of given shares under the law."""
    buyers, category = law.penetration(share), law.category_purchases(share)
    sole = law.sole_buyers(share)
    return pd.DataFrame(
        {
            "share": share,
            "penetration": buyers,
            "relative_penetration": buyers / law.buyers,
            "purchase_frequency": share * law.M / buyers,
            "category_rate": category / buyers,
            "share_of_requirements": np.minimum(share * law.M / category, 1.0),
            # Given n purchases, a share of them is of the brand on average, whatever n.
            "mean_share_of_requirements": share * law.buyers / buyers,
            "sole_share": np.minimum(sole / buyers, 1.0),
            "sole_frequency": law.sole_purchases(share) / np.where(sole > 0, sole, np.nan),
        }
    )
