"""What is said of a log: what lies outside the base, how old the newest order is, where it has holes."""

from __future__ import annotations

from types import MappingProxyType

from crmkit._names import Label

__all__ = ["LOG_TEXTS"]

LOG_TEXTS = MappingProxyType(
    {
        "base_no_purchase_day": Label(
            "Not counted: {n} without a purchase day (only refunds, or days that refunds cancel), {money} in all.",
            "另有 {n} 位没有购买日（仅有退款，或当日订单被退款抵消），不计入客户，合计 {money}。",
        ),
        "base_below_zero": Label(
            "Counted with 0 in shares of revenue: {n} who ordered but got back more than they paid, {money} in all.",
            "有 {n} 位客户下过单但退款多于付款，合计 {money}，计算占比时按 0 计。",
        ),
        "base_money": Label(
            "Shares of revenue are of the other customers' {base}; together these make up the {revenue}.",
            "各项销售额占比均以其余客户的 {base} 为基数，与上述金额相加即为销售额 {revenue}。",
        ),
        "stale_as_of": Label(
            "The newest order is of {newest}, {days} days before {as_of}: longer than the rhythm of the log makes "
            "plausible. If that day is a slip, or orders are still to come in, what compares with it (recency, "
            "retention, churn, lifetime value) is wrong.",
            "最近一笔订单在 {newest}，比截止日 {as_of} 早 {days} 天，超出了数据自身节奏的合理范围。"
            "如果截止日写错，或后续订单尚未载入，则以截止日为准的各项结果（最近购买、留存、流失、客户终身价值）都不可信。",
        ),
        "holes": Label("The log seems not to be whole: {holes}.", "数据似乎不完整：{holes}。"),
        "holes_of": Label("The log seems not to be whole for {of}: {holes}.", "{of} 的数据似乎不完整：{holes}。"),
        "holes_more": Label("and {n} more", "另有 {n} 处"),
        "hole_day": Label("on {start}", "{start}"),
        "hole_days": Label("from {start} to {end}", "{start} 至 {end}"),
        "hole_missing": Label("no orders {when}{expected}", "{when} 没有订单{expected}"),
        "hole_partial": Label("{n} orders {when}{expected}", "{when} 仅有 {n} 单{expected}"),
        "hole_doubled": Label(
            "the {n} orders {when} are all there an even number of times, perhaps loaded twice",
            "{when} 的 {n} 单均出现偶数次，可能重复载入",
        ),
        "hole_expected": Label(" ({low} to {high} expected)", "（预计 {low} 至 {high} 单）"),
        "marks": Label("Figures marked † are of periods that touch such days.", "标有 † 的数字所在期间涉及这些日期。"),
        "section_touched": Label(
            "† These figures are of a period that the log does not hold whole.", "† 以上数字所在期间的数据不完整。"
        ),
    }
)
