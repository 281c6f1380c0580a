"""The scorecard of a plan as a sheet; commands and report share it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import pandas as pd

from crmkit._names import Label, Language
from crmkit._workbook._headings import Named, headings
from crmkit._workbook._sheet import Sheet

__all__ = ["LIGHTS", "scorecard_sheet"]

LIGHTS: Final[Mapping[str, Label]] = MappingProxyType(
    {
        "green": Label("green", "绿"),
        "amber": Label("amber", "黄"),
        "red": Label("red", "红"),
        "open": Label("open", "未到期"),
    }
)
"""The lights by code."""
_SCORECARD: Final = Label("Scorecard", "执行评分")
_LEVELS: Final = {"item": Label("Item", "项目"), "owner": Label("Owner", "负责人"), "all": Label("All", "全部")}
_NAMES: Final = {
    "level": Named(Label("Level", "层级"), "text"),
    "owner": Named(Label("Owner", "负责人"), "text"),
    "item": Named(Label("Item", "项目"), "text"),
    "kind": Named(Label("Kind", "类别"), "text"),
    "weight": Named(Label("Weight", "权重"), "number"),
    "target_low": Named(Label("To be reached", "应达到"), "number"),
    "target_high": Named(Label("Not to be exceeded", "不超过"), "number"),
    "actual": Named(Label("Actual", "实际值"), "number"),
    "attainment": Named(Label("Attainment", "完成度"), "share"),
    "score": Named(Label("Score", "得分"), "share"),
    "light": Named(Label("Light", "亮灯"), "text"),
}


def scorecard_sheet(scorecard: pd.DataFrame, language: Language) -> Sheet:
    """A row per item, owner and the whole; ``kind`` holds its name."""
    shown = scorecard.assign(
        level=[_LEVELS[level].text(language) for level in scorecard["level"]],
        light=[LIGHTS[light].text(language) for light in scorecard["light"]],
    )
    return Sheet(_SCORECARD.text(language), shown, headings(shown, language, own=_NAMES))
