"""The KPIs of service, from tickets."""

from crmkit.metrics._service_kpis._table import service_kpis

__all__ = ["service_kpis"]
