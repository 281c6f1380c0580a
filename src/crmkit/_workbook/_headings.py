"""What columns are called in a workbook, in English and Chinese, and how their values are shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import pandas as pd

from crmkit._names import Label, Language
from crmkit._workbook._kinds import Kind, kind_of

__all__ = ["COLUMNS", "Heading", "Named", "headings"]


class Named(NamedTuple):
    """What a column is called, and what it holds."""

    label: Label
    kind: Kind


class Heading(NamedTuple):
    """A column of a sheet: its name in the table, what stands above it, and the kind of its cells, or of each."""

    column: Any
    title: str
    kind: Kind | Sequence[Kind]


COLUMNS: Final[Mapping[str, Named]] = MappingProxyType(
    {
        "customer_id": Named(Label("Customer", "客户"), "id"),
        "first_order": Named(Label("First order", "首次购买日"), "day"),
        "last_order": Named(Label("Last order", "最近购买日"), "day"),
        "n_orders": Named(Label("Orders", "订单数"), "count"),
        "spend": Named(Label("Spend", "消费额"), "money"),
        "returned": Named(Label("Returned", "退款额"), "money"),
        "days_since_last": Named(Label("Days since the last order", "距最近一次下单天数"), "count"),
        "tenure_days": Named(Label("Days since the first order", "距首次下单天数"), "count"),
        "frequency": Named(Label("Purchase days after the first", "首次之后的购买天数"), "count"),
        "recency": Named(Label("Days from the first to the last purchase", "首末次购买相隔天数"), "count"),
        "T": Named(Label("Days from the first purchase to the last day", "首次购买至截止日天数"), "count"),
        "monetary_value": Named(Label("Mean amount of the later purchase days", "首次之后购买日的平均金额"), "money"),
        "recent_spend": Named(Label("Spend of the last 364 days", "近 364 天消费额"), "money"),
        "recent_profit": Named(Label("Profit of the last 364 days", "近 364 天利润"), "money"),
        "spend_share": Named(Label("Share of that spend", "占近 364 天消费额"), "share"),
        "profit_share": Named(Label("Share of that profit", "占近 364 天利润"), "share"),
        "spend_quarter_1": Named(Label("Spend four quarters back", "前四季消费额"), "money"),
        "spend_quarter_2": Named(Label("Spend three quarters back", "前三季消费额"), "money"),
        "spend_quarter_3": Named(Label("Spend two quarters back", "前两季消费额"), "money"),
        "spend_quarter_4": Named(Label("Spend of the last 91 days", "近 91 天消费额"), "money"),
        "gap_cv": Named(Label("Variation of the days between purchases", "购买间隔的变异系数"), "number"),
        "regularity": Named(Label("Regularity", "购买规律性"), "number"),
        "growth": Named(Label("Growth from quarter to quarter", "季度增长率"), "share"),
        "r_score": Named(Label("R score", "R 得分"), "count"),
        "f_score": Named(Label("F score", "F 得分"), "count"),
        "m_score": Named(Label("M score", "M 得分"), "count"),
        "rfm_segment_name": Named(Label("RFM segment", "RFM 细分"), "text"),
        "tier_name": Named(Label("Tier", "层级"), "text"),
        "tier_reason": Named(Label("Reason for the tier", "分层原因"), "text"),
        "rank": Named(Label("Rank", "名次"), "count"),
        "score_reason": Named(Label("Reason for the score", "评分理由"), "text"),
        "segment_name": Named(Label("Segment", "分群"), "text"),
        "segment_reason": Named(Label("Reason for the segment", "分群原因"), "text"),
        "entered": Named(Label("In this state since", "进入当前状态日期"), "day"),
        "next_change": Named(Label("Changes on, if nothing is bought", "若无购买，状态变更日期"), "day"),
        "action": Named(Label("What to do", "建议行动"), "text"),
        "probability_alive": Named(Label("Probability of still being a customer", "仍为客户的概率"), "share"),
        "probability_inactive": Named(Label("Probability of no purchase", "不购买的概率"), "share"),
        "expected_purchases": Named(Label("Expected purchases", "预计购买次数"), "number"),
        "expected_spend": Named(Label("Expected spend per purchase", "预计每次消费额"), "money"),
        "kept_share": Named(Label("Share kept after refunds", "扣除退款后的比例"), "share"),
        "lifetime_value": Named(Label("Lifetime value", "客户终身价值"), "money"),
        "lifetime_value_lower": Named(Label("Lifetime value, lower end", "客户终身价值下限"), "money"),
        "lifetime_value_upper": Named(Label("Lifetime value, upper end", "客户终身价值上限"), "money"),
        "name": Named(Label("Name", "名称"), "text"),
        "reason": Named(Label("Reason", "原因"), "text"),
        "n_rows": Named(Label("Rows", "行数"), "count"),
        "amount": Named(Label("Amount", "金额"), "money"),
        "n_duplicates": Named(Label("Duplicates", "重复行"), "count"),
        "n_customers": Named(Label("Customers", "客户数"), "count"),
        "customer_share": Named(Label("Share of customers", "客户占比"), "share"),
        "value_share": Named(Label("Share of revenue", "销售额占比"), "share"),
        "revenue": Named(Label("Revenue", "销售额"), "money"),
        "new_revenue": Named(Label("Revenue from new customers", "新客户销售额"), "money"),
        "active_customers": Named(Label("Active customers", "活跃客户"), "count"),
        "new_customers": Named(Label("New customers", "新客户"), "count"),
        "returning_customers": Named(Label("Returning customers", "老客户"), "count"),
        "start": Named(Label("First day", "开始日期"), "day"),
        "end": Named(Label("Last day", "结束日期"), "day"),
        "kpi": Named(Label("KPI", "指标"), "text"),
        "unit": Named(Label("Unit", "单位"), "text"),
        "numerator": Named(Label("Numerator", "分子"), "number"),
        "denominator": Named(Label("Denominator", "分母"), "number"),
        "lower": Named(Label("95% interval, lower end", "95% 置信区间下限"), "number"),
        "upper": Named(Label("95% interval, upper end", "95% 置信区间上限"), "number"),
        "campaign": Named(Label("Campaign", "活动"), "text"),
        "arm": Named(Label("Arm", "分组"), "text"),
        "outcome": Named(Label("Outcome", "结果"), "text"),
        "control_value": Named(Label("Control group", "对照组"), "number"),
        "difference": Named(Label("Difference", "差值"), "number"),
        "difference_lower": Named(Label("Difference, lower end", "差值下限"), "number"),
        "difference_upper": Named(Label("Difference, upper end", "差值上限"), "number"),
        "model": Named(Label("Model", "模型"), "text"),
        "parameter": Named(Label("Parameter", "参数"), "text"),
        "estimate": Named(Label("Estimate", "估计值"), "number"),
        "std_error": Named(Label("Standard error", "标准误"), "number"),
        "note": Named(Label("Note", "备注"), "text"),
    }
)
"""The columns that several tables have; what means something else in one table is named there."""


def headings(
    table: pd.DataFrame, language: Language, *, columns: Sequence[str] | None = None, own: Mapping[str, Named] = COLUMNS
) -> tuple[Heading, ...]:
    """Name the columns of a table, or those of them that are asked for; an unknown one keeps its name."""
    found = []
    for column in table.columns if columns is None else columns:
        name = str(column)
        named = own.get(name, COLUMNS.get(name))
        if named is None:
            found.append(Heading(column, name, kind_of(table[column])))
        else:
            found.append(Heading(column, named.label.text(language), named.kind))
    return tuple(found)
