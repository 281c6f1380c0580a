"""What codes are called in English and in Chinese."""

from collections.abc import Mapping
from types import MappingProxyType

from crmkit._names import LANGUAGES, Label, Language

__all__ = ["LABELS", "LANGUAGES", "Label", "Language"]

_AUDIT_REASON = {
    "no_customer": Label("No customer", "无客户编号"),
    "unusable_date": Label("Unusable date", "日期无效"),
    "unusable_amount": Label("Unusable amount", "金额无效"),
    "after_as_of": Label("After the as-of date", "晚于截止日"),
    "refund": Label("Refund", "退款"),
    "zero_price": Label("Zero price", "零价"),
    "kept": Label("Purchase", "购买"),
    "given": Label("Given", "合计"),
}

_KPI = {
    "revenue": Label("Revenue", "销售额"),
    "n_orders": Label("Orders", "订单数"),
    "active_customers": Label("Active customers", "活跃客户数"),
    "new_customers": Label("New customers", "新客户数"),
    "average_order_value": Label("Average order value", "笔单价"),
    "average_revenue_per_customer": Label("Revenue per active customer", "客单价"),
    "purchase_frequency": Label("Orders per active customer", "购买频次"),
    "repeat_purchase_rate": Label("Repeat-purchase rate", "复购率"),
    "retention_rate": Label("Retention rate", "留存率"),
    "customer_churn_rate": Label("Customer churn rate", "流失率"),
    "top_share": Label("Revenue share of the top 20%", "前20%客户销售额占比"),
    "gini": Label("Gini coefficient of revenue", "销售额基尼系数"),
}

_CUSTOMER_GROUP = {
    "new": Label("New customers", "新客户"),
    "returning": Label("Returning customers", "老客户"),
}

_UNIT = {
    "money": Label("money", "金额"),
    "orders": Label("orders", "单"),
    "customers": Label("customers", "人"),
    "money per order": Label("money per order", "金额/单"),
    "money per customer": Label("money per customer", "金额/人"),
    "orders per customer": Label("orders per customer", "单/人"),
    "share": Label("share", "比例"),
    "index": Label("index", "指数"),
}

_TIER = {
    "core": Label("Core customers", "核心客户"),
    "important": Label("Important customers", "重要客户"),
    "ordinary": Label("Ordinary customers", "普通客户"),
    "potential": Label("Potential customers", "潜在客户"),
}

_VALUE_LEVEL = {
    "high": Label("High value", "高价值客户"),
    "medium": Label("Medium value", "中等价值客户"),
    "low": Label("Low value", "低价值客户"),
    "potential": Label("Potential customers", "潜在客户"),
}

_RELATIONSHIP = {
    "high_value": Label("High-value customers", "高价值客户"),
    "established": Label("Established customers", "老客户"),
    "potential": Label("Potential customers", "潜在客户"),
}

_ABC = {
    "a": Label("Class A", "A 类"),
    "b": Label("Class B", "B 类"),
    "c": Label("Class C", "C 类"),
    "potential": Label("Potential customers", "潜在客户"),
}

_MAIN_GROUP = {
    "main": Label("Main group", "主要客户群"),
    "secondary": Label("Secondary group", "次要客户群"),
    "potential": Label("Potential customers", "潜在客户"),
}

_PRODUCT = {
    "hot": Label("Hot products", "热销产品"),
    "steady": Label("Steady products", "平销产品"),
    "slow": Label("Slow products", "滞销产品"),
    "unsold": Label("Never sold", "未售产品"),
}

_AXIS = {
    "customer_share": Label("Share of customers, those with the most revenue first", "客户占比（按销售额从高到低）"),
    "value_share": Label("Share of revenue", "销售额占比"),
    "segment_customer_share": Label("Share of customers", "客户占比"),
    "segment_value_share": Label("Share of value", "价值占比"),
    "recency_score": Label("Recency score, the most recent on the right", "R 得分（越靠右越近期）"),
    "frequency_score": Label("Frequency score, the most frequent on top", "F 得分（越靠上越频繁）"),
    "before": Label("Before", "期初"),
    "after": Label("After", "期末"),
    "not_there": Label("Not there", "不在表中"),
    "age": Label("Periods since the first purchase", "首次购买后的期数"),
    "cohort": Label("First purchase, and customers", "首次购买时间与客户数"),
    "gap_days": Label("Days to the next purchase", "距下次购买天数"),
    "gap_share": Label("Share of the gaps", "间隔累计占比"),
}

LABELS: Mapping[str, Mapping[str, Label]] = MappingProxyType(
    {
        "abc": MappingProxyType(_ABC),
        "audit_reason": MappingProxyType(_AUDIT_REASON),
        "axis": MappingProxyType(_AXIS),
        "customer_group": MappingProxyType(_CUSTOMER_GROUP),
        "kpi": MappingProxyType(_KPI),
        "main_group": MappingProxyType(_MAIN_GROUP),
        "product": MappingProxyType(_PRODUCT),
        "relationship": MappingProxyType(_RELATIONSHIP),
        "tier": MappingProxyType(_TIER),
        "unit": MappingProxyType(_UNIT),
        "value_level": MappingProxyType(_VALUE_LEVEL),
    }
)
"""Per scheme, the names of its codes; the same code may mean something else in another scheme."""
