"""What the section says, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from crmkit._names import Label

__all__ = ["TEXTS"]

TEXTS: Final[Mapping[str, Label]] = {
    "actions": Label("Customers to act on first", "优先跟进的客户"),
    "actions_note": Label(
        "{n} in all used to order often but have stopped (segments at risk and cannot lose them); those who spent "
        "the most come first. Together they brought {revenue}.",
        "曾经频繁下单、近期未再下单的客户（流失风险客户与不容流失客户）共 {n} 位，按消费额从高到低排列，"
        "合计贡献 {revenue}。",
    ),
    "actions_note_below": Label(
        "{n} in all used to order often but have stopped (segments at risk and cannot lose them); those who spent "
        "the most come first. Together they brought {revenue}, not counting {below} from {n_below} who got back more "
        "than they paid.",
        "曾经频繁下单、近期未再下单的客户（流失风险客户与不容流失客户）共 {n} 位，按消费额从高到低排列，"
        "合计贡献 {revenue}，未计其中退款多于付款的 {n_below} 位（合计 {below}）。",
    ),
    "actions_missing": Label("Nobody who used to order often has stopped.", "没有曾经频繁下单而近期停止下单的客户。"),
    "table_actions": Label("Customers to act on first", "优先跟进的客户"),
}
