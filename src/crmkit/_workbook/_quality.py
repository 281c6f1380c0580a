"""How good segmentations are, as a sheet."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

import pandas as pd

from crmkit._figures import label_text
from crmkit._names import Label, Language
from crmkit._workbook._headings import Named, headings
from crmkit._workbook._sheet import Sheet

__all__ = ["QUALITY_COLUMNS", "QUALITY_WORDS", "quality_sheet", "quality_worded"]

QUALITY_WORDS: Final = MappingProxyType(
    {
        "measurable": Label("Measurable", "可衡量性"),
        "accessible": Label("Accessible", "可进入性"),
        "different": Label("Different", "差异性"),
        "stable": Label("Stable", "稳定性"),
        "met": Label("met", "达标"),
        "doubtful": Label("doubtful", "存疑"),
        "missed": Label("missed", "未达标"),
        "circular": Label("made the segments", "参与了分群"),
    }
)
"""Criteria and verdicts by code."""

QUALITY_COLUMNS: Final = MappingProxyType(
    {
        "segmentation": Named(Label("Segmentation", "分群方案"), "text"),
        "criterion_name": Named(Label("Criterion", "标准"), "text"),
        "figure_name": Named(Label("Figure", "指标"), "text"),
        "of": Named(Label("Column or segment", "列或分群"), "text"),
        "n": Named(Label("Customers", "客户数"), "count"),
        "value": Named(Label("Value", "数值"), "number"),
        "lower": Named(Label("Lower end", "区间下限"), "number"),
        "upper": Named(Label("Upper end", "区间上限"), "number"),
        "threshold": Named(Label("Limit", "标准值"), "number"),
        "verdict_name": Named(Label("Verdict", "判断"), "text"),
        "source": Named(Label("Source", "出处"), "text"),
    }
)
"""The columns of the sheet; a single segmentation has no name."""


def quality_worded(table: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Codes in words, and in one column what a figure is of: a column or a segment."""
    words = {code: name.text(language) for code, name in QUALITY_WORDS.items()}
    both = zip(table["column"], table[f"segment_name_{language}"], strict=True)
    return table.assign(
        criterion_name=[words.get(code, str(code)) for code in table["criterion"]],
        figure_name=table[f"name_{language}"].astype(str),
        of=[" · ".join(label_text(each) for each in pair if not pd.isna(each)) for pair in both],
        verdict_name=[words.get(code, "") for code in table["verdict"].astype(object)],
    )


def quality_sheet(title: str, table: pd.DataFrame, language: Language) -> Sheet:
    """A row per figure."""
    told = quality_worded(table, language)
    columns = [name for name in QUALITY_COLUMNS if name in told]
    return Sheet(title, told, headings(told, language, columns=columns, own=QUALITY_COLUMNS))
