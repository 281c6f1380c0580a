"""What the section says, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from crmkit._names import Label

__all__ = ["TEXTS"]

TEXTS: Final[Mapping[str, Label]] = {
    "kpis": Label("Headline KPIs", "核心指标"),
    "whole_log": Label("Whole log", "全部记录"),
    "last_days": Label("Last {days} days", "最近 {days} 天"),
    "days_before": Label("{days} days before", "此前 {days} 天"),
    "change": Label("Change", "变化"),
    "previous_missing": Label(
        "The log starts on {first}, so it does not cover the period before in full. That period is left out, and so "
        "are retention and churn of the last {days} days.",
        "数据始于 {first}，上一期不完整，故不列出；最近 {days} 天的留存率与流失率也无从计算。",
    ),
    "recent_missing": Label(
        "The log starts on {first}, so it does not cover the last {days} days in full, and they are left out.",
        "数据始于 {first}，最近 {days} 天不完整，故不列出。",
    ),
    "retention_before_missing": Label(
        "Retention and churn of the {days} days before need another {days} days before those, which the log does not "
        "cover in full.",
        "此前 {days} 天的留存率与流失率须与更早的 {days} 天相比较，而数据不含完整的该期间。",
    ),
    "base": Label("Base", "基数"),
    "kpi_note": Label(
        "The base is the number of customers or orders that the figure of the last {days} days is divided by. "
        "Retention and churn compare the period with the one of the same length before it; a dash means that there "
        "is nothing to divide or compare. In the whole log every customer is new.",
        "基数为计算最近 {days} 天各指标时作除数的客户数或订单数。留存率与流失率将本期与上一个等长期间相比较；"
        "短横线表示没有可用的基数。就全部数据而言，每位客户都是新客，故不列新客与老客。",
    ),
    "finding_unpriced": Label(
        "The orders carry no price: figures in money are dashes, and what rests on money is left out.",
        "订单没有价格：金额以短横线表示，以金额为基础的内容从略。",
    ),
    "finding_base_unpriced": Label(
        "{customers} placed {orders} from {first} to {newest}{as_of}; {repeat} of them ordered more than once.",
        "{first} 至 {newest}{as_of}，{customers} 位客户共下 {orders} 单；其中 {repeat} 的客户下单不止一次。",
    ),
    "finding_base": Label(
        "{customers} placed {orders} worth {revenue} from {first} to {newest}{as_of}; "
        "{repeat} of them ordered more than once.",
        "{first} 至 {newest}{as_of}，{customers} 位客户共下 {orders} 单，销售额 {revenue}；"
        "其中 {repeat} 的客户下单不止一次。",
    ),
    "finding_as_of": Label(" (as of {as_of})", "（截止日 {as_of}）"),
    "finding_top": Label(
        "The top 20% of customers ({count}) brought {share} of revenue.",
        "销售额最高的 20% 客户（{count} 位）贡献了 {share} 的销售额。",
    ),
    "finding_no_top": Label(
        "No customer paid more than they got back, so the top customers have no share of revenue.",
        "没有客户的付款多于退款，无法计算头部客户的占比。",
    ),
    "finding_short_log": Label(
        "The log starts on {first}, too late to compare the {days} days to {as_of} with the {days} days before.",
        "数据始于 {first}，不足以将截至 {as_of} 的 {days} 天与此前的 {days} 天相比较。",
    ),
    "finding_retention": Label(
        "Of the {start} active in the {days} days to {before}, {share} bought again in the {days} days "
        "to {as_of} (95% interval {lower} to {upper}).",
        "截至 {before} 的 {days} 天内活跃的 {start} 位客户中，有 {share} 在截至 {as_of} 的 {days} 天内再次购买"
        "（95% 置信区间 {lower} 至 {upper}）。",
    ),
    "finding_no_retention": Label(
        "Nobody was active in the {days} days to {before}, so there is no retention to measure.",
        "截至 {before} 的 {days} 天内没有活跃客户，无法计算留存率。",
    ),
    "table_base": Label("Base of the shares", "占比的基数"),
    "table_kpis": Label("KPIs of the whole log", "核心指标：全部记录"),
    "table_recent_kpis": Label("KPIs of the last days", "核心指标：最近一期"),
    "table_previous_kpis": Label("KPIs of the days before", "核心指标：上一期"),
}
