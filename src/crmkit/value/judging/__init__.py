"""How good a purchase model is: its fit and its forecasts, beside naive yardsticks."""

from crmkit.value.judging._comparison import model_comparison_table
from crmkit.value.judging._conditional import conditional_expectation_table
from crmkit.value.judging._deciles import decile_table
from crmkit.value.judging._frequency import frequency_table
from crmkit.value.judging._inactivity import inactivity_calibration_table
from crmkit.value.judging._ratio_test import LikelihoodRatioTest, likelihood_ratio_test
from crmkit.value.judging._tracking import tracking_table

__all__ = [
    "LikelihoodRatioTest",
    "conditional_expectation_table",
    "decile_table",
    "frequency_table",
    "inactivity_calibration_table",
    "likelihood_ratio_test",
    "model_comparison_table",
    "tracking_table",
]
