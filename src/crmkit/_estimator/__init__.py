"""The base of all estimators."""

from crmkit._estimator._estimator import JsonEstimator, check_fitted
from crmkit._estimator._json import JsonError
from crmkit._estimator._learned import Kind, check_cuts, check_table

__all__ = ["JsonError", "JsonEstimator", "Kind", "check_cuts", "check_fitted", "check_table"]
