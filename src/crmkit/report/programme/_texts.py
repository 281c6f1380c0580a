"""What the section says, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from crmkit._names import Label

__all__ = ["TEXTS"]

TEXTS: Final[Mapping[str, Label]] = {
    "programme": Label("Loyalty programme", "积分计划"),
    "table_points_liability": Label("Points by period", "各期积分"),
    "finding_points": Label(
        "{points} points are outstanding; redeeming those that will be redeemed costs {money}.",
        "未兑换积分 {points} 分，预计兑换成本 {money}。",
    ),
    "alt_points_liability": Label(
        "Line of the liability for points, from {start} at first to {end} at the end, over bars of what was redeemed.",
        "积分负债折线图，由 {start} 变为 {end}；柱形为各期兑换成本。",
    ),
    "period": Label("Period from", "期间起"),
    "earned": Label("Earned", "获得"),
    "adjusted": Label("Adjusted", "调整"),
    "redeemed": Label("Redeemed", "兑换"),
    "expired": Label("Expired", "过期"),
    "reversed": Label("Taken back", "冲销"),
    "outstanding": Label("Outstanding", "期末余额"),
    "liability": Label("Liability", "期末负债"),
    "programme_cost": Label("Cost of the period", "本期成本"),
    "open_note": Label("* The period is not over.", "* 期间尚未结束。"),
    "owed_note": Label(
        "Members owe {n} points that were taken back after they had been spent.",
        "会员尚欠 {n} 分：积分用掉后因退货被冲销。",
    ),
    "programme_note": Label(
        "The cost of a period is that of the points redeemed in it and the change of the liability.",
        "本期成本为本期兑换成本加负债变动。",
    ),
}
