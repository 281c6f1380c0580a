"""What each KPI is: its name, unit, direction, definition and source."""

from __future__ import annotations

from typing import Final, NamedTuple

import pandas as pd

from crmkit.labels import LABELS, Label

__all__ = ["KPIS", "Kpi", "kpi_catalogue"]

_FARRIS = "Farris, Bendle, Pfeifer and Reibstein, Marketing Metrics, 3rd ed."


class Kpi(NamedTuple):
    """One entry of the catalogue."""

    unit: str
    direction: str
    definition: Label
    empty_base: str
    function: str
    source: str


KPIS: Final = {
    "revenue": Kpi(
        "money",
        "higher",
        Label("Net money of the period: purchases less refunds", "期间净销售额：购买减退款"),
        "0",
        "kpi_table, period_table",
        f"{_FARRIS}, ch. 3",
    ),
    "n_orders": Kpi(
        "orders",
        "higher",
        Label(
            "Distinct orders on purchase days, or purchase days, as `count` says",
            "购买日内的订单数，或购买日数（由 count 指定）",
        ),
        "0",
        "kpi_table, period_table",
        f"{_FARRIS}, ch. 2",
    ),
    "active_customers": Kpi(
        "customers",
        "higher",
        Label("Customers with at least one purchase day in the period", "期间内至少有一个购买日的客户"),
        "0",
        "kpi_table, period_table",
        f"{_FARRIS}, ch. 5",
    ),
    "new_customers": Kpi(
        "customers",
        "higher",
        Label("Customers whose first purchase day known lies in the period", "首个已知购买日在期间内的客户"),
        "0",
        "kpi_table, period_table",
        f"{_FARRIS}, ch. 5",
    ),
    "average_order_value": Kpi(
        "money per order",
        "higher",
        Label("Revenue / orders", "销售额 ÷ 订单数"),
        "nan",
        "average_order_value",
        f"{_FARRIS}, ch. 5",
    ),
    "average_revenue_per_customer": Kpi(
        "money per customer",
        "higher",
        Label("Revenue / active customers", "销售额 ÷ 活跃客户数"),
        "nan",
        "average_revenue_per_customer",
        f"{_FARRIS}, ch. 5",
    ),
    "purchase_frequency": Kpi(
        "orders per customer",
        "higher",
        Label("Orders / active customers", "订单数 ÷ 活跃客户数"),
        "nan",
        "purchase_frequency",
        f"{_FARRIS}, ch. 2",
    ),
    "repeat_purchase_rate": Kpi(
        "share",
        "higher",
        Label(
            "Customers with two or more orders in the period / active customers",
            "期间内下单两次及以上的客户 ÷ 活跃客户",
        ),
        "nan",
        "repeat_purchase_rate",
        f"{_FARRIS}, ch. 2",
    ),
    "retention_rate": Kpi(
        "share",
        "higher",
        Label(
            "Customers active in the period before, of the same length, who are active in this one / "
            "customers active in the period before",
            "上一等长期间活跃且本期仍活跃的客户 ÷ 上一期间活跃客户",
        ),
        "nan",
        "retention_rate",
        f"{_FARRIS}, ch. 5",
    ),
    "customer_churn_rate": Kpi(
        "share",
        "lower",
        Label("1 − retention rate", "1 − 留存率"),
        "nan",
        "customer_churn_rate",
        "Gold (2020), Fighting Churn with Data, ch. 2",
    ),
    "top_share": Kpi(
        "share",
        "context",
        Label(
            "Revenue of the 20% of active customers with the most (rounded up) / their total",
            "销售额最高的20%活跃客户（人数向上取整）的销售额占比",
        ),
        "nan",
        "top_share",
        "Koch (1998), The 80/20 Principle, ch. 1",
    ),
    "gini": Kpi(
        "index",
        "context",
        Label(
            "Gini coefficient of the active customers' revenue: 0 equal, 1 all with one",
            "活跃客户销售额的基尼系数：0为均等，1为集中于一人",
        ),
        "nan",
        "gini",
        "Cowell (2011), Measuring Inequality, 3rd ed., ch. 2",
    ),
}


def kpi_catalogue() -> pd.DataFrame:
    """List the KPIs with their definitions.

    Returns
    -------
    DataFrame
        ``kpi``, the code; ``name_en``, ``name_zh``; ``unit`` (a "share" lies in [0, 1]); ``direction``, whether
        "higher" or "lower" is better, or it depends on "context"; ``definition_en``, ``definition_zh``;
        ``empty_base``, the value where there is nothing to count; ``function``, which computes it; ``source``.

    Examples
    --------
    >>> kpi_catalogue().query("kpi == 'repeat_purchase_rate'")[["name_zh", "unit", "direction", "empty_base"]]
      name_zh   unit direction empty_base
    7     复购率  share    higher        nan
    """
    return pd.DataFrame(
        [
            {
                "kpi": code,
                "name_en": LABELS["kpi"][code].en,
                "name_zh": LABELS["kpi"][code].zh,
                "unit": kpi.unit,
                "direction": kpi.direction,
                "definition_en": kpi.definition.en,
                "definition_zh": kpi.definition.zh,
                "empty_base": kpi.empty_base,
                "function": kpi.function,
                "source": kpi.source,
            }
            for code, kpi in KPIS.items()
        ]
    )
