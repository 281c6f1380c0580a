"""When customers buy next: the time between purchases, and who is due."""

from crmkit.value.rhythm._calibration import cycle_calibration_table
from crmkit.value.rhythm._cycle_model import PurchaseCycleModel

__all__ = ["PurchaseCycleModel", "cycle_calibration_table"]
