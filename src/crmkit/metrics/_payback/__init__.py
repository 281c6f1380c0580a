"""When each cohort has earned what its acquisition cost."""

from crmkit.metrics._payback._ages import payback_age_table
from crmkit.metrics._payback._table import payback_table

__all__ = ["payback_age_table", "payback_table"]
