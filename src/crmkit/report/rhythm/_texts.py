"""What the section says, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from crmkit._names import Label

__all__ = ["TEXTS"]

TEXTS: Final[Mapping[str, Label]] = {
    "rhythm": Label("Rhythm of purchases", "购买节奏"),
    "rhythm_note": Label(
        "Days from one purchase day to the customer's next one: the marks show within how many days half and nine "
        "tenths of the gaps lie. The longest gaps, up to 1%, are not drawn; customers who did not come back have no "
        "gap.",
        "同一客户相邻两个购买日之间的天数：虚线标出一半与九成间隔所在的天数。"
        "最长的 1% 未绘出；未再购买的客户没有间隔。",
    ),
    "alt_rhythm": Label(
        "Curve of the days between purchases: half within {half} days, nine tenths within {most}.",
        "购买间隔天数的累计曲线：一半在 {half} 天内，九成在 {most} 天内。",
    ),
    "table_gaps": Label("Days between purchases", "购买间隔天数"),
    "days": Label("Days", "天数"),
    "n_gaps": Label("Gaps", "间隔数"),
    "cumulative_share": Label("Share of gaps up to here", "累计占比"),
}
