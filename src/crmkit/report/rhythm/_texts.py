"""What the section says, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from crmkit._names import Label

__all__ = ["TEXTS"]

TEXTS: Final[Mapping[str, Label]] = {
    "rhythm": Label("Rhythm of purchases", "购买节奏"),
    "rhythm_note": Label(
        "Days from one purchase day to the customer's next one: the marks show within how many days half and nine "
        "tenths of the gaps lie. The longest gaps, up to 1%, are not drawn; customers who did not come back have no "
        "gap.",
        "同一客户相邻两个购买日之间的天数：虚线标出一半与九成间隔所在的天数。"
        "最长的 1% 未绘出；未再购买的客户没有间隔。",
    ),
    "alt_rhythm": Label(
        "Curve of the days between purchases: half within {half} days, nine tenths within {most}.",
        "购买间隔天数的累计曲线：一半在 {half} 天内，九成在 {most} 天内。",
    ),
    "due": Label("Due in the next four weeks", "未来四周到期的客户"),
    "due_expected": Label(
        "Of {n}, {expected} are expected to buy by {until}.", "{n} 位客户中，预计有 {expected} 位在 {until} 前购买。"
    ),
    "due_dated": Label(
        "{due} {are} due: they buy by then with probability one half or more.",
        "其中 {due} 位到期：届时有一半以上的概率已经购买。",
    ),
    "due_nobody": Label(
        "Nobody is due: no customer buys by then with probability one half.",
        "没有到期的客户：没有客户届时有一半概率购买。",
    ),
    "due_tried": Label(
        "Tried on {day}: {came} of the customers had bought by the date given; half would be right.",
        "在 {day} 上检验：到所给日期为止，{came} 的客户已经购买；理想为一半。",
    ),
    "due_note": Label(
        "The date is the day by which the customer buys with probability one half; the interval holds the next "
        "purchase with probability 80%. It has no end where the customer may well never return. Both follow from the "
        "time between the purchases of all customers, and from the customer's own.",
        "所给日期是该客户有一半概率已经购买的日期，区间以 80% 的概率包含下次购买；客户很可能不再回来时，区间没有终点。"
        "二者由全体客户的购买间隔与该客户自身的间隔得出。",
    ),
    "due_last": Label("Last order", "最近购买日"),
    "due_gap": Label("Usual gap in days", "通常间隔天数"),
    "due_date": Label("Next purchase by", "预计下次购买日"),
    "due_lower": Label("Interval, first day", "区间起始日"),
    "due_upper": Label("Interval, last day", "区间终止日"),
    "due_from": Label("from {first} on", "{first} 起"),
    "due_interval": Label("Interval", "区间"),
    "due_probability": Label("Buys within four weeks", "四周内购买概率"),
    "table_due": Label("Who is due", "到期客户"),
    "table_gaps": Label("Days between purchases", "购买间隔天数"),
    "days": Label("Days", "天数"),
    "n_gaps": Label("Gaps", "间隔数"),
    "cumulative_share": Label("Share of gaps up to here", "累计占比"),
}
