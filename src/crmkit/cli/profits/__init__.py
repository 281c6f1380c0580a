"""Reading for `crmkit profit`: order lines with their costs, and what customers cost to serve."""

from crmkit.cli.profits._read import lines_of, served_costs

__all__ = ["lines_of", "served_costs"]
