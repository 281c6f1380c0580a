"""Which customers to treat under a budget and a capacity, and who of them is left alone for comparison."""

from crmkit._choosing._plan import Plan, counted, listed, planned

__all__ = ["Plan", "counted", "listed", "planned"]
