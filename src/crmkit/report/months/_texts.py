"""What the section says, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from crmkit._names import Label

__all__ = ["TEXTS"]

TEXTS: Final[Mapping[str, Label]] = {
    "months": Label("Revenue and customers by month", "按月销售额与客户数"),
    "periods_note": Label(
        "New customers made their first purchase in this log in the month. Pale: the month was not over, or the log "
        "is incomplete for it (†; a dash where it holds nothing).",
        "新客户指在本数据中首次购买发生在该月的客户。"
        "浅色表示该月尚未结束，或数据不完整（标有 †；没有数据的月份为短横线）。",
    ),
    "month": Label("Month", "月份"),
    "new": Label("New customers", "新客户"),
    "returning": Label("Returning customers", "老客户"),
    "monthly_figures": Label("Figures by month", "月度数据"),
    "incomplete": Label("not over", "未结束"),
    "alt_revenue": Label(
        "Bar chart of revenue by month, {n} months, highest {high} in {when}.",
        "按月销售额柱状图，共 {n} 个月，最高为 {when} 的 {high}。",
    ),
    "alt_customers": Label(
        "Bar chart of active customers by month, {n} months, most {high} in {when}.",
        "按月活跃客户数柱状图，共 {n} 个月，最多为 {when} 的 {high}。",
    ),
    "table_months": Label("Months", "月度数据"),
    "revenue_by_month": Label("Revenue by month", "按月销售额"),
    "customers_by_month": Label("Active customers by month", "按月活跃客户数"),
}
