"""Models of spend: what customers spend per purchase."""

from crmkit.value._spend._by_frequency import spend_by_frequency_table
from crmkit.value._spend._independence import spend_independence_table
from crmkit.value._spend._model import GammaGammaModel

__all__ = ["GammaGammaModel", "spend_by_frequency_table", "spend_independence_table"]
