"""How satisfied customers are, with intervals, tests and weights, and what that rests on."""

from crmkit.loyalty.satisfaction._differences import satisfaction_difference_table
from crmkit.loyalty.satisfaction._importance_performance import QUADRANTS, importance_performance_table
from crmkit.loyalty.satisfaction._indices import acsi_score, customer_loyalty_index
from crmkit.loyalty.satisfaction._kano import KANO_CATEGORIES, kano_table
from crmkit.loyalty.satisfaction._key_drivers import key_driver_table
from crmkit.loyalty.satisfaction._raking import raked_answers
from crmkit.loyalty.satisfaction._rates import ces_mean, ces_rate, csat_mean, csat_rate, praise_rate
from crmkit.loyalty.satisfaction._recommendation import net_promoter_score, nps_margin_of_error
from crmkit.loyalty.satisfaction._reliability import item_table, reliability_table
from crmkit.loyalty.satisfaction._sample_size import nps_sample_size
from crmkit.loyalty.satisfaction._satisfaction_table import satisfaction_table
from crmkit.loyalty.satisfaction._survey_kpis import survey_kpis
from crmkit.loyalty.satisfaction._trend import satisfaction_trend_table

__all__ = [
    "KANO_CATEGORIES",
    "QUADRANTS",
    "acsi_score",
    "ces_mean",
    "ces_rate",
    "csat_mean",
    "csat_rate",
    "customer_loyalty_index",
    "importance_performance_table",
    "item_table",
    "kano_table",
    "key_driver_table",
    "net_promoter_score",
    "nps_margin_of_error",
    "nps_sample_size",
    "praise_rate",
    "raked_answers",
    "reliability_table",
    "satisfaction_difference_table",
    "satisfaction_table",
    "satisfaction_trend_table",
    "survey_kpis",
]
