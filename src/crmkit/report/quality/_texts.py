"""What the section says, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from crmkit._names import Label

__all__ = ["TEXTS"]

TEXTS: Final[Mapping[str, Label]] = {
    "quality": Label("Quality of segments", "分群质量"),
    "table_segmentation_quality": Label("Quality of segments", "分群质量"),
    "finding_quality": Label(
        "{name}: {met} of {figures} with a limit {verb} it; missed or in doubt: {short}.",
        "{name}：{n} 项有标准的指标中 {met} 项达标，未达标或存疑：{short}。",
    ),
    "finding_quality_all": Label(
        "{name}: {met} of {figures} with a limit {verb} it.", "{name}：{n} 项有标准的指标全部达标。"
    ),
    "alt_segmentation_quality": Label(
        "Segmentations side by side by four criteria: {names}. The table below holds the figures.",
        "{names} 按四项标准并列比较；数值见下表。",
    ),
    "segmentation": Label("Segmentation", "分群方案"),
    "criterion": Label("Criterion", "标准"),
    "figure": Label("Figure", "指标"),
    "of": Label("Column or segment", "列或分群"),
    "n": Label("Customers", "客户数"),
    "value": Label("Value", "数值"),
    "interval": Label("95% interval", "95% 区间"),
    "limit": Label("Limit", "标准值"),
    "verdict": Label("Verdict", "判断"),
    "quality_note": Label(
        "A good segmentation can be told (measurable), reached and is worth it (accessible), differs in what was not "
        "used to make it (different), and comes out again (stable). Figures without a published limit have no verdict "
        "unless one was given.",
        "好的分群可衡量、可进入且值得、在未参与分群的变量上有差异，并且稳定。没有公认标准的指标，未另行给出标准时不作判断。",
    ),
    "lines_cut": Label("{n} more lines are in the workbook.", "另有 {n} 行，见工作簿。"),
}
