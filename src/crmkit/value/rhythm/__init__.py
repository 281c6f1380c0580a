"""When customers buy next, and how many new ones come."""

from crmkit.value.rhythm._acquisition_forecast import acquisition_forecast_table
from crmkit.value.rhythm._adoption import adoption_table
from crmkit.value.rhythm._bass import BassModel
from crmkit.value.rhythm._by_category import category_next_purchase_table
from crmkit.value.rhythm._calibration import cycle_calibration_table
from crmkit.value.rhythm._cycle_model import PurchaseCycleModel

__all__ = [
    "BassModel",
    "PurchaseCycleModel",
    "acquisition_forecast_table",
    "adoption_table",
    "category_next_purchase_table",
    "cycle_calibration_table",
]
