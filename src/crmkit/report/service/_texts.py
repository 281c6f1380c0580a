"""What the section says, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from crmkit._names import Label

__all__ = ["TEXTS"]

TEXTS: Final[Mapping[str, Label]] = {
    "service": Label("Service", "客户服务"),
    "table_service_kpis": Label("KPIs of service", "客户服务指标"),
    "service_note": Label(
        "Of the tickets created in the last {days} days. Medians count open tickets as not over yet; a mean of "
        "resolved tickets alone would be too low.",
        "最近 {days} 天内创建的工单。中位数把未解决的工单视为尚未结束；只对已解决的取平均会偏低。",
    ),
}
