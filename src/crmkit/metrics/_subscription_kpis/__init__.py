"""The KPIs of subscriptions, of one period or of many, by group."""

from crmkit.metrics._subscription_kpis._table import subscription_kpis

__all__ = ["subscription_kpis"]
