"""What the section says, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from crmkit._names import Label

__all__ = ["TEXTS"]

TEXTS: Final[Mapping[str, Label]] = {
    "execution": Label("Execution of the plan", "计划执行"),
    "table_execution_kpis": Label("Execution KPIs", "执行指标"),
    "table_execution_scores": Label("Scorecard", "执行评分"),
    "scores": Label("Scores by owner", "各负责人得分"),
    "red_items": Label("Items with a red light", "亮红灯的项目"),
    "red_cut": Label("The {n} of {of} with the largest weight.", "共 {of} 项，仅列权重最大的 {n} 项。"),
    "level_all": Label("All", "全部"),
    "owner": Label("Owner", "负责人"),
    "item": Label("Item", "项目"),
    "kind": Label("Kind", "类别"),
    "weight": Label("Weight", "权重"),
    "attainment": Label("Attainment", "完成度"),
    "score": Label("Score", "得分"),
    "light": Label("Light", "亮灯"),
    "execution_note": Label(
        "A score is the mean attainment by weight of what can be judged; no item counts with more than 1.",
        "得分为可评项目的完成度按权重的平均，每项最多按 1 计。",
    ),
}
