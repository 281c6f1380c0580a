"""What the section says, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from crmkit._names import Label

__all__ = ["TEXTS"]

TEXTS: Final[Mapping[str, Label]] = {
    "cohorts": Label("Cohort retention", "同期群留存"),
    "cohorts_note": Label(
        "Share of the customers first seen in a month who bought again that many months later; a dash where the log "
        "holds nothing of that month.",
        "各月首次购买的客户在其后第几个月再次购买的比例；数据中没有该月的，以短横线表示。",
    ),
    "cohorts_cut": Label("Only the newest {n} of {of:,} cohorts are shown.", "仅显示 {of:,} 个同期群中最近的 {n} 个。"),
    "cohorts_partial": Label(
        "The last cell of each row belongs to a month that was not over.", "每行最后一格所在的月份尚未结束。"
    ),
    "cohort": Label("Cohort", "同期群"),
    "size": Label("Customers", "客户数"),
    "table_cohorts": Label("Cohort retention", "同期群留存"),
    "month_later": Label("Month {n}", "第 {n} 月"),
}
