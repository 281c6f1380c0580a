"""The records of the KPIs that are counted from subscriptions."""

from __future__ import annotations

from typing import Final

from crmkit._kpi import Kpi
from crmkit._names import Label

__all__ = ["COUNTED"]

COUNTED: Final = (
    Kpi(
        code="mrr",
        name=Label("Monthly recurring revenue", "月度经常性收入"),
        group="subscriptions",
        unit="money per month",
        direction="higher",
        definition=Label(
            "Sum of the monthly prices of the spells that run at the end of the period, trials at 0",
            "期末仍在服务中的订阅月费之和，试用计为 0",
        ),
        source="Stripe, Billing analytics glossary",
        function="crmkit.metrics.subscription_kpis",
        aggregation="sum",
    ),
    Kpi(
        code="committed_mrr",
        name=Label("Committed MRR", "承诺月度经常性收入"),
        group="subscriptions",
        unit="money per month",
        direction="higher",
        definition=Label(
            "Sum of the monthly prices, without discounts, of the contracts that are signed at the end of the period "
            "and whose end is not known by then",
            "期末已签约且尚未得知结束日期的合同的标价月费之和（不计折扣）",
        ),
        source="Our convention: MRR, plus contracts not yet begun, less ends already known",
        function="crmkit.metrics.subscription_kpis",
        aggregation="sum",
    ),
    Kpi(
        code="paying_customers",
        name=Label("Subscribers", "订阅客户数"),
        group="subscriptions",
        unit="customers",
        direction="higher",
        definition=Label(
            "Customers with a spell that runs at the end of the period who have paid by then",
            "期末仍有订阅在服务中且曾付费的客户",
        ),
        source="our convention",
        function="crmkit.metrics.subscription_kpis",
        aggregation="none",
    ),
    Kpi(
        code="open_trials",
        name=Label("Open trials", "试用中的订阅数"),
        group="subscriptions",
        unit="count",
        direction="context",
        definition=Label(
            "Trials that run at the end of the period: not converted, and not lost either",
            "期末仍在进行的试用，既未转为付费，也未流失",
        ),
        source="Our convention",
        function="crmkit.metrics.subscription_kpis",
        aggregation="sum",
    ),
)
