"""Who is about to leave: snapshots of the past, models of churn, and what it is worth to act on them."""

from crmkit.loyalty.churn._action_list import action_audit, action_list
from crmkit.loyalty.churn._action_words import explain_action_list
from crmkit.loyalty.churn._calibration import calibration_table
from crmkit.loyalty.churn._capture import capture_table
from crmkit.loyalty.churn._card_page import churn_model_card
from crmkit.loyalty.churn._churn_features import ChurnFeatures
from crmkit.loyalty.churn._classifier import ChurnClassifier
from crmkit.loyalty.churn._contact import contact_profit, contact_threshold
from crmkit.loyalty.churn._decision_scores import cost_loss, retention_profit_score
from crmkit.loyalty.churn._drift import churn_drift_table
from crmkit.loyalty.churn._feature_table import snapshot_features
from crmkit.loyalty.churn._horizons import churn_horizon_table
from crmkit.loyalty.churn._importance import feature_importance_table
from crmkit.loyalty.churn._leaks import leak_table
from crmkit.loyalty.churn._maximum_profit import empc_score, mpc_score
from crmkit.loyalty.churn._maximum_profit_table import maximum_profit_table
from crmkit.loyalty.churn._profit_curve import profit_curve_table
from crmkit.loyalty.churn._report import churn_report_table
from crmkit.loyalty.churn._score_table import score_table
from crmkit.loyalty.churn._snapshots import churn_snapshots
from crmkit.loyalty.churn._split import SnapshotSplit
from crmkit.loyalty.churn._subscription_snapshots import subscription_snapshots
from crmkit.loyalty.churn._warning_history import early_warning_history_table
from crmkit.loyalty.churn._warning_signals import WARNING_SIGNALS
from crmkit.loyalty.churn._warning_words import explain_early_warnings
from crmkit.loyalty.churn._warnings import early_warning_table

__all__ = [
    "WARNING_SIGNALS",
    "ChurnClassifier",
    "ChurnFeatures",
    "SnapshotSplit",
    "action_audit",
    "action_list",
    "calibration_table",
    "capture_table",
    "churn_drift_table",
    "churn_horizon_table",
    "churn_model_card",
    "churn_report_table",
    "churn_snapshots",
    "contact_profit",
    "contact_threshold",
    "cost_loss",
    "early_warning_history_table",
    "early_warning_table",
    "empc_score",
    "explain_action_list",
    "explain_early_warnings",
    "feature_importance_table",
    "leak_table",
    "maximum_profit_table",
    "mpc_score",
    "profit_curve_table",
    "retention_profit_score",
    "score_table",
    "snapshot_features",
    "subscription_snapshots",
]
