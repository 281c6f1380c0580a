"""What the section says, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from crmkit._names import Label

__all__ = ["TEXTS"]

TEXTS: Final[Mapping[str, Label]] = {
    "satisfaction": Label("Satisfaction", "客户满意度"),
    "table_survey_kpis": Label("KPIs of the survey", "问卷指标"),
    "finding_survey": Label(
        "{kpi}: {value}, with an interval of {interval}, from {n} answers.",
        "{kpi}：{value}，置信区间 {interval}，回答 {n} 份。",
    ),
    "by_group": Label("By group", "分组"),
    "group": Label("Group", "分组"),
    "answers": Label("Answers", "回答数"),
    "note": Label("Note", "备注"),
    "no_label": Label("(no label)", "（无标签）"),
    "everybody": Label("All", "全部"),
    "few_answers": Label("few answers", "回答过少"),
    "satisfaction_note": Label(
        "Who answers is not who buys: a survey speaks for its respondents. Shares are of those who answered the "
        "question.",
        "答卷者不等于全体客户，问卷只代表回答者。比率以回答该题的人为分母。",
    ),
    "small_note": Label("Where fewer than 30 answered, a figure says little.", "回答不足 30 份的，数值参考意义不大。"),
    "rows_cut_survey": Label(
        "{n} of {of} rows; all are in the workbook.", "共 {of} 行，此处显示 {n} 行，其余见工作簿。"
    ),
}
