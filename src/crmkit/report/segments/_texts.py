"""What the section says, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from crmkit._names import Label
from crmkit.report.segments._answer import FEW

__all__ = ["TEXTS"]

_DRAWN: Final = Label(
    "Bar chart of {title}: share of customers beside share of value; {segment} has most of the value, {value_share}.",
    "{title}条形图：客户占比与价值占比；{segment}的价值占比最高，为 {value_share}。",
)

TEXTS: Final[Mapping[str, Label]] = {
    "segments": Label("Segments", "客户分群"),
    "table_segments": Label("Segments", "客户分群"),
    "table_segment_profiles": Label("Profiles of segments", "分群画像"),
    "finding_segments": Label(
        "{segment}, {customer_share} of the customers, brings {value_share} of the value.",
        "{segment}占客户的 {customer_share}，贡献 {value_share} 的价值。",
    ),
    **{f"alt_segments_{number + 1}": _DRAWN for number in range(FEW)},
    "segmentation": Label("Segmentation", "分群方案"),
    "segment": Label("Segment", "分群"),
    "n_customers": Label("Customers", "客户数"),
    "customer_share": Label("Share of customers", "客户占比"),
    "n_orders": Label("Orders", "订单数"),
    "value": Label("Value", "价值"),
    "value_share": Label("Share of value", "价值占比"),
    "mean_value": Label("Value per customer", "人均价值"),
    "profile_of": Label("What they are like", "画像"),
    "everybody": Label("All customers", "全部客户"),
    "no_segment": Label("(no segment)", "（未分群）"),
    "figure_customer_share": Label("Share of customers", "客户占比"),
    "figure_value_share": Label("share of the sum", "合计占比"),
    "figure_mean": Label("mean", "均值"),
    "figure_median": Label("median", "中位数"),
    "figure_share": Label("share", "占比"),
    "column": Label("Column", "列"),
    "figure": Label("Figure", "统计量"),
    "level": Label("Value of the column", "取值"),
    "figure_value": Label("Of the segment", "本群"),
    "all_customers_value": Label("Of all customers", "全部客户"),
    "index": Label("Index, 100 = all customers", "指数（全部客户 = 100）"),
    "effect_size": Label("Effect size", "效应量"),
    "is_significant": Label("Beyond chance", "超出偶然"),
    "yes": Label("yes", "是"),
    "profile_note": Label(
        "▲ above, ▼ below the other customers by more than chance. Of the columns that segments were made of this says "
        "nothing: they differ there by construction.",
        "▲ 高于、▼ 低于其他客户，且超出偶然。分群所依据的列除外：各群在这些列上本来就不同。",
    ),
    "profile_cut": Label("{n} more lines are in the workbook.", "另有 {n} 行，见工作簿。"),
    "segments_cut": Label("{n} more segments are in the workbook.", "另有 {n} 个分群，见工作簿。"),
}
