"""The records of the KPIs that are counted from orders."""

from __future__ import annotations

from typing import Final

from crmkit._kpi import Kpi
from crmkit._names import Label

__all__ = ["COUNTED"]

COUNTED: Final = (
    Kpi(
        code="revenue",
        name=Label("Revenue", "销售额"),
        group="revenue",
        unit="money",
        direction="higher",
        definition=Label("Net money of the period: purchases less refunds", "期间净销售额：购买减退款"),
        source="Farris, Bendle, Pfeifer and Reibstein, Marketing Metrics, 3rd ed., ch. 3",
        function="crmkit.metrics.order_kpis",
        aggregation="sum",
    ),
    Kpi(
        code="n_orders",
        name=Label("Orders", "订单数"),
        group="revenue",
        unit="orders",
        direction="higher",
        definition=Label(
            "Distinct orders on purchase days; the purchase days where days are counted",
            "购买日内的订单数；按天计数时为购买日数",
        ),
        source="Farris, Bendle, Pfeifer and Reibstein, Marketing Metrics, 3rd ed., ch. 2",
        function="crmkit.metrics.order_kpis",
        aggregation="sum",
    ),
    Kpi(
        code="active_customers",
        name=Label("Active customers", "活跃客户数"),
        group="revenue",
        unit="customers",
        direction="higher",
        definition=Label("Customers with at least one purchase day in the period", "期间内至少有一个购买日的客户"),
        source="Farris, Bendle, Pfeifer and Reibstein, Marketing Metrics, 3rd ed., ch. 5",
        function="crmkit.metrics.order_kpis",
        aggregation="none",
    ),
    Kpi(
        code="new_customers",
        name=Label("New customers", "新客户数"),
        group="acquisition",
        unit="customers",
        direction="higher",
        definition=Label("Customers whose first purchase day known lies in the period", "首个已知购买日在期间内的客户"),
        source="Farris, Bendle, Pfeifer and Reibstein, Marketing Metrics, 3rd ed., ch. 5",
        function="crmkit.metrics.order_kpis",
        aggregation="sum",
        window="all until then",
    ),
    Kpi(
        code="returning_customers",
        name=Label("Returning customers", "老客户数"),
        group="retention",
        unit="customers",
        direction="higher",
        definition=Label(
            "Active customers whose first purchase day known lies before the period",
            "首个已知购买日在期间之前的活跃客户",
        ),
        source="Farris, Bendle, Pfeifer and Reibstein, Marketing Metrics, 3rd ed., ch. 5",
        function="crmkit.metrics.order_kpis",
        aggregation="none",
        window="all until then",
    ),
    Kpi(
        code="new_customer_revenue",
        name=Label("Revenue from new customers", "新客销售额"),
        group="acquisition",
        unit="money",
        direction="higher",
        definition=Label(
            "Net money of the period from customers whose first purchase day known lies in it",
            "首个已知购买日在期间内的客户在期间内的净销售额",
        ),
        source="Our convention",
        function="crmkit.metrics.order_kpis",
        aggregation="none",
        window="all until then",
    ),
    Kpi(
        code="returning_customer_revenue",
        name=Label("Revenue from returning customers", "老客销售额"),
        group="retention",
        unit="money",
        direction="higher",
        definition=Label(
            "The rest of the period's net money; refunds to customers who bought nothing in the period among it",
            "期间净销售额的其余部分，含期间内未购买客户的退款",
        ),
        source="Our convention",
        function="crmkit.metrics.order_kpis",
        aggregation="none",
        window="all until then",
    ),
    Kpi(
        code="new_customer_orders",
        name=Label("Orders from new customers", "新客订单数"),
        group="acquisition",
        unit="orders",
        direction="higher",
        definition=Label(
            "Orders, or purchase days, of customers whose first purchase day known lies in the period",
            "首个已知购买日在期间内的客户的订单数（或购买日数）",
        ),
        source="Our convention",
        function="crmkit.metrics.order_kpis",
        aggregation="none",
        window="all until then",
    ),
    Kpi(
        code="returning_customer_orders",
        name=Label("Orders from returning customers", "老客订单数"),
        group="retention",
        unit="orders",
        direction="higher",
        definition=Label(
            "Orders, or purchase days, of customers whose first purchase day known lies before the period",
            "首个已知购买日在期间之前的客户的订单数（或购买日数）",
        ),
        source="Our convention",
        function="crmkit.metrics.order_kpis",
        aggregation="none",
        window="all until then",
    ),
    Kpi(
        code="unidentified_revenue",
        name=Label("Revenue without a customer", "未识别客户销售额"),
        group="revenue",
        unit="money",
        direction="context",
        definition=Label(
            "Net money of the rows that name no customer: guests, cash sales", "无客户标识的净销售额，如散客与现金销售"
        ),
        source="Our convention",
        function="crmkit.metrics.order_kpis",
        aggregation="sum",
    ),
    Kpi(
        code="unidentified_orders",
        name=Label("Orders without a customer", "未识别客户订单数"),
        group="revenue",
        unit="orders",
        direction="context",
        definition=Label("Orders that name no customer", "无客户标识的订单数"),
        source="Our convention",
        function="crmkit.metrics.order_kpis",
        aggregation="sum",
    ),
    Kpi(
        code="revenue_with_unidentified",
        name=Label("Revenue, with and without a customer", "全部销售额（含未识别客户）"),
        group="revenue",
        unit="money",
        direction="higher",
        definition=Label(
            "Revenue of customers and revenue without a customer together", "已识别客户与未识别客户的销售额之和"
        ),
        source="Farris, Bendle, Pfeifer and Reibstein, Marketing Metrics, 3rd ed., ch. 3",
        function="crmkit.metrics.order_kpis",
        aggregation="sum",
    ),
)
