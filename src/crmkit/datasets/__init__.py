"""Data to learn and test with: two public data sets and a simulator."""

from crmkit.datasets._bundled import load_cdnow, load_donations
from crmkit.datasets._simulate import make_transactions

__all__ = ["load_cdnow", "load_donations", "make_transactions"]
