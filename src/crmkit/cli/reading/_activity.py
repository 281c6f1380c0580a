"""A table by customer and period, as a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from crmkit._messages import Message
from crmkit.activity import ACTIVITY_REASONS, as_activity, rejected_activity
from crmkit.cli._roles import Role
from crmkit.cli.reading._checked import Door, checked
from crmkit.cli.reading._divided import Divided
from crmkit.cli.reading._named_rows import named_rows
from crmkit.cli.reading._options import OrderOptions

__all__ = ["activity_of"]

_ROLES: Final = (
    Role("customer_id", Message(en="customer id", zh="客户编号"), "id", "", needed=True),
    Role(
        "period",
        Message(en="period", zh="期间"),
        "time",
        "",
        usual=("period 期间 期間", "month quarter year week 月份 月 季度 季 年份 年度 年 周"),
        needed=True,
    ),
    Role(
        "n_orders",
        Message(en="number of orders", zh="订单数"),
        "number",
        "",
        usual=(
            "norders ordercount numberoforders 订单数 订单数量 訂單數",
            "orders trans transactions purchases 购买次数",
        ),
        needed=True,
    ),
    Role("amount", Message(en="amount", zh="金额"), "number", "", also=("spend revenue 消费额 销售额",), needed=True),
    Role(
        "profit", Message(en="profit", zh="利润"), "number", "", usual=("profit grossprofit margin 利润 毛利 毛利润",)
    ),
    Role(
        "cohort",
        Message(en="period of acquisition", zh="获得期"),
        "label",
        "",
        usual=("cohort acquired acquisitionperiod 同期群 批次 获得期 获客期",),
        parameter="acquired",
    ),
)


def activity_of(options: OrderOptions, named: Mapping[str, Any], divided: Divided, *, before_data: str) -> pd.DataFrame:
    """Read a file with a row per customer and period; ``named`` are the columns that the user named, by parameter."""
    given = {**named, **options.columns}
    found = named_rows(options, _ROLES, {role.name: given[role.given_by] for role in _ROLES}, table="activity")
    door = Door(as_activity, rejected_activity, ACTIVITY_REASONS)
    return checked(found, door, options, before=before_data, **divided.arguments)
