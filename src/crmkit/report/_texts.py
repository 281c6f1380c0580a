"""What the report says outside its sections, and what several sections say, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from crmkit._messages import Said, Words
from crmkit._names import Label, Language

__all__ = ["TEXTS", "joined", "told"]

TEXTS: Final[Mapping[str, Label]] = MappingProxyType(
    {
        "title": Label("Customer report", "客户分析报告"),
        "subtitle": Label(
            "Orders from {first} to {newest} · as of {as_of}, that day included",
            "订单日期 {first} 至 {newest} · 截止日 {as_of}（含当日）",
        ),
        "subtitle_nothing": Label(
            "{first} to {as_of} · as of {as_of}, that day included",
            "{first} 至 {as_of} · 截止日 {as_of}（含当日）",
        ),
        "finding_nothing": Label(
            "Nobody bought anything from {first} to {as_of}; refunds come to {revenue}. The sections that need "
            "purchases are not shown.",
            "{first} 至 {as_of} 没有任何购买，退款合计 {revenue}。"
            "核心指标、月度数据、同期群、分层、RFM、客户价值、购买节奏和集中度均以购买为基础，故不显示。",
        ),
        "section_touched": Label(
            "† The log is incomplete, or holds days twice, for the period of these figures.",
            "† 以上数字所在期间的数据不完整或有重复。",
        ),
        "rows_cut": Label("Only the first {n} of {of} rows are shown.", "仅显示 {of} 行中的前 {n} 行。"),
        "made_with": Label(
            "Made with crmkit {version}. As of {as_of}; recent period {days} days; definitions as in crmkit {version}.",
            "由 crmkit {version} 生成。截止日 {as_of}；近期为最近 {days} 天；指标定义以 crmkit {version} 为准。",
        ),
        "kpi": Label("KPI", "指标"),
        "value_of_kpi": Label("Value", "数值"),
        "rests_on": Label("n", "样本量"),
        "definition_of_kpi": Label("Definition", "定义"),
        "interval": Label("95% interval", "95% 置信区间"),
        "customer": Label("Customer", "客户"),
        "why": Label("Why", "原因"),
        "all_customers": Label("All customers", "全部客户"),
        "n_customers": Label("Customers", "客户数"),
        "customer_share": Label("Share", "占比"),
        "value_share": Label("Share of revenue", "销售额占比"),
        "mean_revenue": Label("Per customer", "人均"),
        "tier": Label("Tier", "层级"),
        "periods_cut": Label(
            "Only the newest {n} of {of:,} months are shown.", "仅显示 {of:,} 个月中最近的 {n} 个月。"
        ),
    }
)


def told(said: Said, language: Language) -> str:
    """Say a message in a language."""
    return said.told(language, Words())


def joined(*sentences: str, language: Language) -> str:
    """Sentences after one another, as the language does it."""
    return ("" if language == "zh" else " ").join(sentences)
