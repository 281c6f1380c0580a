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
    "profile_cut": Label("{n} more lines are in the workbook.", "另有 {n} 行，见工作簿。"),
    "segments_cut": Label("{n} more segments are in the workbook.", "另有 {n} 个分群，见工作簿。"),
}
