"""KPIs from a table of their inputs, by group and period."""

from crmkit.metrics._kpi_table._table import kpi_table

__all__ = ["kpi_table"]
