"""One public call for each customer list and forecast that a report section or a command shows."""

from crmkit.views._base import base_customers, base_table
from crmkit.views._fits import PURCHASE_MODELS, UnfitError
from crmkit.views._forecast import BaseForecast, base_forecast
from crmkit.views._limits import ForecastLimits
from crmkit.views._remarks import MARK_REMARK, base_remarks, hole_remarks, stale_remarks
from crmkit.views._scored import BaseSegments, base_segments, scored_customers
from crmkit.views._valued import valued_customers
from crmkit.views._worth_saving import customers_worth_saving

__all__ = [
    "MARK_REMARK",
    "PURCHASE_MODELS",
    "BaseForecast",
    "BaseSegments",
    "ForecastLimits",
    "UnfitError",
    "base_customers",
    "base_forecast",
    "base_remarks",
    "base_segments",
    "base_table",
    "customers_worth_saving",
    "hole_remarks",
    "scored_customers",
    "stale_remarks",
    "valued_customers",
]
