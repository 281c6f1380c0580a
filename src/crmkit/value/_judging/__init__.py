"""How good a purchase model is: fit, forecasts and naive yardsticks."""

from crmkit.value._judging._comparison import compare_models
from crmkit.value._judging._conditional import conditional_expectation_table
from crmkit.value._judging._deciles import decile_table
from crmkit.value._judging._frequency import frequency_table
from crmkit.value._judging._inactivity import inactivity_calibration_table
from crmkit.value._judging._ratio_test import LikelihoodRatioTest, likelihood_ratio_test
from crmkit.value._judging._tracking import tracking_table

__all__ = [
    "LikelihoodRatioTest",
    "compare_models",
    "conditional_expectation_table",
    "decile_table",
    "frequency_table",
    "inactivity_calibration_table",
    "likelihood_ratio_test",
    "tracking_table",
]
