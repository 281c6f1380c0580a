"""What the section says, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from crmkit._names import Label

__all__ = ["TEXTS"]

TEXTS: Final[Mapping[str, Label]] = {
    "campaigns": Label("Campaigns", "营销活动"),
    "table_campaign_kpis": Label("Outcomes of campaigns", "活动结果"),
    "campaign": Label("Campaign", "活动"),
    "arm": Label("Arm", "分组"),
    "outcome": Label("Outcome", "结果"),
    "arm_customers": Label("Customers", "客户数"),
    "value": Label("Per customer", "人均"),
    "control_value": Label("Control group", "对照组"),
    "difference": Label("Difference", "差值"),
    "difference_interval": Label("Its 95% interval", "差值的 95% 区间"),
    "campaigns_note": Label(
        "The difference from the control group is what the campaign brought about if the groups were drawn at random. "
        "An interval that includes 0 leaves open whether it did anything; of many lines, some differ by chance.",
        "若分组是随机抽取的，与对照组之差就是活动带来的效果。区间包含 0 则说不准有没有效果；行数多时，"
        "总有几行是碰巧不同。",
    ),
    "campaigns_cut": Label("The first {n} of {of} lines.", "仅列 {of} 行中的前 {n} 行。"),
}
