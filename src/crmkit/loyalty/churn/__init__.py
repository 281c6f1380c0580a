"""Who is about to leave: snapshots of the past, models of churn, and what it is worth to act on them."""

from crmkit.loyalty.churn._horizons import churn_horizon_table
from crmkit.loyalty.churn._snapshots import churn_snapshots
from crmkit.loyalty.churn._split import SnapshotSplit

__all__ = ["SnapshotSplit", "churn_horizon_table", "churn_snapshots"]
