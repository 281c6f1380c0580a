"""How satisfied customers are, and what that rests on."""

from crmkit.loyalty.satisfaction._importance_performance import QUADRANTS, importance_performance_table
from crmkit.loyalty.satisfaction._kano import KANO_CATEGORIES, kano_table
from crmkit.loyalty.satisfaction._key_drivers import key_driver_table

__all__ = ["KANO_CATEGORIES", "QUADRANTS", "importance_performance_table", "kano_table", "key_driver_table"]
