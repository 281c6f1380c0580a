"""What the section says, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from crmkit._names import Label

__all__ = ["TEXTS"]

TEXTS: Final[Mapping[str, Label]] = {
    "subscriptions": Label("Subscriptions", "订阅"),
    "table_subscription_kpis": Label("KPIs of subscriptions", "订阅指标"),
    "table_mrr_movements": Label("Recurring revenue by month", "逐月经常性收入"),
    "waterfall": Label("Recurring revenue of the newest 12 months", "最近 12 个月的经常性收入"),
    "alt_mrr_waterfall": Label(
        "Waterfall of monthly recurring revenue from {start} before {first} to {end} at the close.",
        "月经常性收入瀑布图：{first} 之前为 {start}，期末为 {end}。",
    ),
    "subscriptions_note": Label(
        "Of the last {days} days, from close to close. A customer is one who has paid; a month at price 0 keeps them, "
        "and trials are worth 0.",
        "最近 {days} 天，按期初与期末比较。付过费的才算客户；某月价格为 0 仍算在，试用按 0 计。",
    ),
    "month": Label("Month", "月份"),
    "mrr_start": Label("MRR at the start", "期初 MRR"),
    "new_mrr": Label("New", "新增"),
    "reactivation_mrr": Label("Reactivation", "召回"),
    "expansion_mrr": Label("Expansion", "升级"),
    "contraction_mrr": Label("Contraction", "降级"),
    "churned_mrr": Label("Churned", "流失"),
    "mrr": Label("MRR at the close", "期末 MRR"),
    "customers_start": Label("Customers at the start", "期初客户"),
    "new_customers": Label("New customers", "新增客户"),
    "reactivated_customers": Label("Reactivated customers", "召回客户"),
    "churned_customers": Label("Churned customers", "流失客户"),
    "customers": Label("Customers at the close", "期末客户"),
}
