"""Data to learn and test with: two public data sets and two simulators."""

from crmkit.datasets._bundled import load_cdnow, load_donations
from crmkit.datasets._simulate import make_transactions
from crmkit.datasets._subscriptions import make_subscriptions

__all__ = ["load_cdnow", "load_donations", "make_subscriptions", "make_transactions"]
