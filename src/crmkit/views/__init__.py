"""One public call for each customer list and forecast that a report section or a command shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from crmkit._lazy import lazily

if TYPE_CHECKING:
    from crmkit.views._base import base_customers, base_table
    from crmkit.views._campaign_results import CampaignResults, campaign_results
    from crmkit.views._churn_outlook import ChurnOutlook, churn_outlook
    from crmkit.views._churn_remarks import churn_remarks
    from crmkit.views._customer_base import CustomerBase, base_freq, customer_base
    from crmkit.views._due import DueOutlook, due_outlook
    from crmkit.views._fits import PURCHASE_MODELS, UnfitError
    from crmkit.views._forecast import BaseForecast, base_forecast
    from crmkit.views._limits import ForecastLimits
    from crmkit.views._outlook import Outlook, customer_outlook
    from crmkit.views._ranked import ranked_customers
    from crmkit.views._remarks import MARK_REMARK, base_remarks, closure_remarks, hole_remarks, stale_remarks
    from crmkit.views._scored import BaseSegments, base_segments, scored_customers
    from crmkit.views._segmented import SegmentedBase, segmented_base, segmented_customers
    from crmkit.views._star import star_tables, write_star_tables
    from crmkit.views._valued import valued_customers
    from crmkit.views._worth_saving import customers_worth_saving

__all__ = [
    "MARK_REMARK",
    "PURCHASE_MODELS",
    "BaseForecast",
    "BaseSegments",
    "CampaignResults",
    "ChurnOutlook",
    "CustomerBase",
    "DueOutlook",
    "ForecastLimits",
    "Outlook",
    "SegmentedBase",
    "UnfitError",
    "base_customers",
    "base_forecast",
    "base_freq",
    "base_remarks",
    "base_segments",
    "base_table",
    "campaign_results",
    "churn_outlook",
    "churn_remarks",
    "closure_remarks",
    "customer_base",
    "customer_outlook",
    "customers_worth_saving",
    "due_outlook",
    "hole_remarks",
    "ranked_customers",
    "scored_customers",
    "segmented_base",
    "segmented_customers",
    "stale_remarks",
    "star_tables",
    "valued_customers",
    "write_star_tables",
]

# What type checkers see above, by file: remarks on a log need no model.
_HOMES: Final = {
    "_base": (
        "base_customers",
        "base_table",
    ),
    "_campaign_results": (
        "CampaignResults",
        "campaign_results",
    ),
    "_churn_outlook": (
        "ChurnOutlook",
        "churn_outlook",
    ),
    "_churn_remarks": ("churn_remarks",),
    "_customer_base": (
        "CustomerBase",
        "base_freq",
        "customer_base",
    ),
    "_due": (
        "DueOutlook",
        "due_outlook",
    ),
    "_fits": (
        "PURCHASE_MODELS",
        "UnfitError",
    ),
    "_forecast": (
        "BaseForecast",
        "base_forecast",
    ),
    "_limits": ("ForecastLimits",),
    "_outlook": (
        "Outlook",
        "customer_outlook",
    ),
    "_ranked": ("ranked_customers",),
    "_remarks": (
        "MARK_REMARK",
        "base_remarks",
        "closure_remarks",
        "hole_remarks",
        "stale_remarks",
    ),
    "_scored": (
        "BaseSegments",
        "base_segments",
        "scored_customers",
    ),
    "_segmented": (
        "SegmentedBase",
        "segmented_base",
        "segmented_customers",
    ),
    "_star": (
        "star_tables",
        "write_star_tables",
    ),
    "_valued": ("valued_customers",),
    "_worth_saving": ("customers_worth_saving",),
}

__getattr__, __dir__ = lazily(__name__, (), exported=__all__, homes=_HOMES)
