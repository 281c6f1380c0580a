"""Drawings of the tables that crmkit returns; nothing is computed here. Needs ``pip install crmkit[plot]``."""

from crmkit.plotting._cohorts import plot_cohorts
from crmkit.plotting._concentration import plot_concentration
from crmkit.plotting._gaps import plot_purchase_gaps
from crmkit.plotting._movement import plot_movement
from crmkit.plotting._periods import plot_period_customers, plot_period_revenue
from crmkit.plotting._retention import plot_retention
from crmkit.plotting._rfm_map import plot_rfm_map
from crmkit.plotting._segments import plot_segments

__all__ = [
    "plot_cohorts",
    "plot_concentration",
    "plot_movement",
    "plot_period_customers",
    "plot_period_revenue",
    "plot_purchase_gaps",
    "plot_retention",
    "plot_rfm_map",
    "plot_segments",
]
