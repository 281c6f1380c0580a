"""The base of all estimators."""

from crmkit._estimator._estimator import JsonEstimator, check_fitted
from crmkit._estimator._json import JsonError

__all__ = ["JsonError", "JsonEstimator", "check_fitted"]
