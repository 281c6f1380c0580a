"""Drawings of the tables that crmkit returns; nothing is computed here. Needs ``pip install crmkit[plot]``."""

from crmkit.plotting._concentration import plot_concentration
from crmkit.plotting._periods import plot_period_customers, plot_period_revenue

__all__ = ["plot_concentration", "plot_period_customers", "plot_period_revenue"]
