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
    "relative": Label("Relative", "相对差异"),
    "verdict": Label("Verdict", "判断"),
    "differs": Label("beyond chance", "超出偶然"),
    "no_difference_shown": Label("may be chance", "可能是偶然"),
    "too_few": Label("too few customers", "客户太少"),
    "still_open": Label("windows open", "观察期未结束"),
    "not_judged": Label("not judged", "未评估"),
    "control_customers": Label("Customers of the control group", "对照组客户数"),
    "difference_lower": Label("Difference, lower end", "差值下限"),
    "difference_upper": Label("Difference, upper end", "差值上限"),
    "relative_lower": Label("Relative, lower end", "相对差异下限"),
    "relative_upper": Label("Relative, upper end", "相对差异上限"),
    "incremental": Label("Brought about in all", "增量合计"),
    "adjusted_p_value": Label("Adjusted p-value", "校正后 p 值"),
    "n_open": Label("Windows open", "观察期未结束"),
    "n_control_open": Label("Windows open, control group", "对照组观察期未结束"),
    "effects": Label("Effects of campaigns", "活动效果"),
    "table_campaign_effects": Label("Effects of campaigns", "活动效果"),
    "alt_campaign_effects": Label(
        "Intervals of the effect in percent of the control group, {n} in all.",
        "以对照组为基准的效果区间图，共 {n} 条。",
    ),
    "finding_effect": Label(
        "Campaigns, {arm}: {outcome} {value} against {control} in the control group, a difference of {difference} "
        "(95% interval {interval}).",
        "营销活动（{arm}）：{outcome} 为 {value}，对照组 {control}，相差 {difference}（95% 区间 {interval}）。",
    ),
    "finding_no_effect": Label(
        "Campaigns: of {n} compared with a control group, none differs by more than chance.",
        "营销活动：与对照组比较的 {n} 项结果，差异均未超出偶然。",
    ),
    "campaigns_open": Label(
        "Up to {n} customers of a line are still within the window in which outcomes count. They are left out, and "
        "nothing is tested until their windows are over.",
        "单行至多有 {n} 位客户的观察期尚未结束：这些客户不计入，观察期结束前不作检验。",
    ),
    "campaigns_note": Label(
        "The difference from the control group is what the campaign brought about if the groups were drawn at random. "
        "An interval that includes 0 leaves open whether it did anything. The verdict allows for the number of lines "
        "(Holm).",
        "若分组是随机抽取的，与对照组之差就是活动带来的效果。区间包含 0 则说不准有没有效果。判断已按行数校正（Holm）。",
    ),
    "campaigns_cut": Label("The first {n} of {of} lines.", "仅列 {of} 行中的前 {n} 行。"),
}
