"""Groups of customers, or two periods of the same customers, side by side: what differs, and how surely."""

from crmkit.metrics._comparisons._groups import group_comparison_table
from crmkit.metrics._comparisons._periods import period_comparison_table
from crmkit.metrics._comparisons._two_tables import paired_comparison_table

__all__ = ["group_comparison_table", "paired_comparison_table", "period_comparison_table"]
