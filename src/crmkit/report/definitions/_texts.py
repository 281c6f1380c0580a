"""What the section says, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from crmkit._names import Label

__all__ = ["TEXTS"]

TEXTS: Final[Mapping[str, Label]] = {
    "definitions": Label("Definitions", "指标定义"),
    "definition": Label("Definition", "定义"),
    "unit": Label("Unit", "单位"),
    "source": Label("Source", "出处"),
    "purchase_day": Label(
        "A purchase day is a day with an order, unless it holds a refund and its net amount is not above zero. "
        "Refunds are negative amounts; unless they were left out, their money reduces revenue.",
        "购买日指有订单的日期；若当日有退款且净额不大于零，则不算购买日。退款为负金额，除非被剔除，均从销售额中扣减。",
    ),
}
