"""The schemes of loyalty classes that come with crmkit."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from crmkit._labelling import POTENTIAL, Level, Scheme
from crmkit._names import Label

__all__ = ["SCHEMES"]

SCHEMES: Final[Mapping[str, Scheme]] = MappingProxyType(
    {
        "dick_basu": Scheme(
            (
                Level("loyal", Label("Loyal", "忠诚客户")),
                Level("latent", Label("Latently loyal", "潜在忠诚客户")),
                Level("spurious", Label("Spuriously loyal", "虚假忠诚客户")),
                Level("not_loyal", Label("Not loyal", "不忠诚客户")),
            )
        ),
        "apostle": Scheme(
            (
                Level("apostle", Label("Apostles", "传道型客户")),
                Level("loyalist", Label("Loyalists", "忠诚型客户")),
                Level("mercenary", Label("Mercenaries", "图利型客户")),
                Level("hostage", Label("Hostages", "囚禁型客户")),
                Level("indifferent", Label("Indifferent", "中立型客户")),
                Level("defector", Label("Defectors", "背离型客户")),
                Level("terrorist", Label("Terrorists", "破坏型客户")),
            )
        ),
        "loyalty_ladder": Scheme(
            (
                Level("partner", Label("Partners", "合作伙伴")),
                Level("advocate", Label("Advocates", "倡导者")),
                Level("supporter", Label("Supporters", "支持者")),
                Level("client", Label("Clients", "常客")),
                Level("customer", Label("Customers", "新客户")),
            ),
            Level(POTENTIAL.code, Label("Prospects", "潜在客户")),
        ),
    }
)
"""Each scheme's levels, the best first, and the level of those without an order. A code may recur in another scheme."""
