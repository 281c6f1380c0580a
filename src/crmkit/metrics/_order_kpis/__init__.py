"""The headline KPIs of orders, of one period or of many, by group of customers."""

from crmkit.metrics._order_kpis._table import order_kpis

__all__ = ["order_kpis"]
