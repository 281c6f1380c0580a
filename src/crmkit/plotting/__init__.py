"""Plots of the tables that crmkit returns; nothing is computed here. Needs ``pip install crmkit[plot]``."""

from crmkit.plotting._account_flow import plot_account_flow
from crmkit.plotting._account_matrix import plot_account_matrix
from crmkit.plotting._acquisition_forecast import plot_acquisition_forecast
from crmkit.plotting._action_reasons import plot_action_reasons
from crmkit.plotting._adoption import plot_adoption
from crmkit.plotting._ageing import plot_ageing
from crmkit.plotting._alive_history import plot_alive_history
from crmkit.plotting._allocation_sensitivity import plot_allocation_sensitivity
from crmkit.plotting._assignment_balance import plot_assignment_balance
from crmkit.plotting._association_rules import plot_association_rules
from crmkit.plotting._backtests import plot_backtests
from crmkit.plotting._balance import plot_balance
from crmkit.plotting._base_audit import plot_base_audit
from crmkit.plotting._base_history import plot_base_history
from crmkit.plotting._brand_duplication import plot_brand_duplication
from crmkit.plotting._brand_performance import plot_brand_performance
from crmkit.plotting._brand_switching import plot_brand_switching
from crmkit.plotting._budget_allocation import plot_budget_allocation
from crmkit.plotting._campaign_effects import plot_campaign_effects
from crmkit.plotting._capture import plot_capture
from crmkit.plotting._change import plot_change
from crmkit.plotting._churn_calibration import plot_churn_calibration
from crmkit.plotting._cluster_centres import plot_cluster_centres
from crmkit.plotting._cluster_choice import plot_cluster_choice
from crmkit.plotting._cohort_comparison import plot_cohort_comparison
from crmkit.plotting._cohort_history import plot_cohort_history
from crmkit.plotting._cohorts import plot_cohorts
from crmkit.plotting._collection import plot_collection
from crmkit.plotting._comparison import plot_comparison
from crmkit.plotting._concentration import plot_concentration
from crmkit.plotting._conditional_expectation import plot_conditional_expectation
from crmkit.plotting._cost_to_serve import plot_cost_to_serve
from crmkit.plotting._cumulative_incidence import plot_cumulative_incidence
from crmkit.plotting._customer_distribution import plot_customer_distribution
from crmkit.plotting._cycle_calibration import plot_cycle_calibration
from crmkit.plotting._deciles import plot_deciles
from crmkit.plotting._demand_curve import plot_demand_curve
from crmkit.plotting._demand_variability import plot_demand_variability
from crmkit.plotting._double_jeopardy import plot_double_jeopardy
from crmkit.plotting._early_warnings import plot_early_warnings
from crmkit.plotting._event_study import plot_event_study
from crmkit.plotting._exposure import plot_exposure
from crmkit.plotting._frequency import plot_frequency
from crmkit.plotting._frequency_recency import plot_frequency_recency
from crmkit.plotting._importance_performance import plot_importance_performance
from crmkit.plotting._inactivity_calibration import plot_inactivity_calibration
from crmkit.plotting._kano import plot_kano
from crmkit.plotting._kaplan_meier import plot_kaplan_meier
from crmkit.plotting._key_drivers import plot_key_drivers
from crmkit.plotting._kpi_scorecard import plot_kpi_scorecard
from crmkit.plotting._kpi_tree import plot_kpi_tree
from crmkit.plotting._life_cycle import plot_life_cycle
from crmkit.plotting._loyalty_index import plot_loyalty_index
from crmkit.plotting._loyalty_map import plot_loyalty_map
from crmkit.plotting._model_comparison import plot_model_comparison
from crmkit.plotting._movement import plot_movement
from crmkit.plotting._mrr_waterfall import plot_mrr_waterfall
from crmkit.plotting._next_category import plot_next_category
from crmkit.plotting._next_purchases import plot_next_purchases
from crmkit.plotting._order_ladder import plot_order_ladder
from crmkit.plotting._overdue import plot_overdue
from crmkit.plotting._pair_lifts import plot_pair_lifts
from crmkit.plotting._payback import plot_payback
from crmkit.plotting._period_change import plot_period_change
from crmkit.plotting._period_customers import plot_period_customers
from crmkit.plotting._period_revenue import plot_period_revenue
from crmkit.plotting._points_liability import plot_points_liability
from crmkit.plotting._potential import plot_upsell, plot_white_space
from crmkit.plotting._preferences import plot_preferences
from crmkit.plotting._price_sensitivity import plot_price_sensitivity
from crmkit.plotting._price_volume_mix import plot_price_volume_mix
from crmkit.plotting._priority_matrix import plot_priority_matrix
from crmkit.plotting._profit_curve import plot_profit_curve
from crmkit.plotting._profit_ladder import plot_profit_ladder
from crmkit.plotting._pruning import plot_pruning
from crmkit.plotting._purchase_gaps import plot_purchase_gaps
from crmkit.plotting._qini_curve import plot_qini_curve
from crmkit.plotting._recommendations import plot_recommendations
from crmkit.plotting._redemption_curves import plot_redemption_curves
from crmkit.plotting._regularity import plot_regularity
from crmkit.plotting._relation_states import plot_relation_states
from crmkit.plotting._retention import plot_retention
from crmkit.plotting._retention_curves import plot_retention_curves
from crmkit.plotting._rfm_map import plot_rfm_map
from crmkit.plotting._role_portfolio import plot_role_portfolio
from crmkit.plotting._satisfaction import plot_satisfaction
from crmkit.plotting._scorecard import plot_scorecard
from crmkit.plotting._seasonal_adjustment import plot_seasonal_adjustment
from crmkit.plotting._segment_flows import plot_segment_flows
from crmkit.plotting._segmentation_quality import plot_segmentation_quality
from crmkit.plotting._segments import plot_segments
from crmkit.plotting._spend_by_frequency import plot_spend_by_frequency
from crmkit.plotting._survival import plot_survival
from crmkit.plotting._target_markets import plot_target_markets
from crmkit.plotting._tracking import plot_tracking
from crmkit.plotting._uplift import plot_uplift
from crmkit.plotting._weight_sensitivity import plot_weight_sensitivity
from crmkit.plotting._whale_curve import plot_whale_curve
from crmkit.plotting._woe import plot_woe

__all__ = [
    "plot_account_flow",
    "plot_account_matrix",
    "plot_acquisition_forecast",
    "plot_action_reasons",
    "plot_adoption",
    "plot_ageing",
    "plot_alive_history",
    "plot_allocation_sensitivity",
    "plot_assignment_balance",
    "plot_association_rules",
    "plot_backtests",
    "plot_balance",
    "plot_base_audit",
    "plot_base_history",
    "plot_brand_duplication",
    "plot_brand_performance",
    "plot_brand_switching",
    "plot_budget_allocation",
    "plot_campaign_effects",
    "plot_capture",
    "plot_change",
    "plot_churn_calibration",
    "plot_cluster_centres",
    "plot_cluster_choice",
    "plot_cohort_comparison",
    "plot_cohort_history",
    "plot_cohorts",
    "plot_collection",
    "plot_comparison",
    "plot_concentration",
    "plot_conditional_expectation",
    "plot_cost_to_serve",
    "plot_cumulative_incidence",
    "plot_customer_distribution",
    "plot_cycle_calibration",
    "plot_deciles",
    "plot_demand_curve",
    "plot_demand_variability",
    "plot_double_jeopardy",
    "plot_early_warnings",
    "plot_event_study",
    "plot_exposure",
    "plot_frequency",
    "plot_frequency_recency",
    "plot_importance_performance",
    "plot_inactivity_calibration",
    "plot_kano",
    "plot_kaplan_meier",
    "plot_key_drivers",
    "plot_kpi_scorecard",
    "plot_kpi_tree",
    "plot_life_cycle",
    "plot_loyalty_index",
    "plot_loyalty_map",
    "plot_model_comparison",
    "plot_movement",
    "plot_mrr_waterfall",
    "plot_next_category",
    "plot_next_purchases",
    "plot_order_ladder",
    "plot_overdue",
    "plot_pair_lifts",
    "plot_payback",
    "plot_period_change",
    "plot_period_customers",
    "plot_period_revenue",
    "plot_points_liability",
    "plot_preferences",
    "plot_price_sensitivity",
    "plot_price_volume_mix",
    "plot_priority_matrix",
    "plot_profit_curve",
    "plot_profit_ladder",
    "plot_pruning",
    "plot_purchase_gaps",
    "plot_qini_curve",
    "plot_recommendations",
    "plot_redemption_curves",
    "plot_regularity",
    "plot_relation_states",
    "plot_retention",
    "plot_retention_curves",
    "plot_rfm_map",
    "plot_role_portfolio",
    "plot_satisfaction",
    "plot_scorecard",
    "plot_seasonal_adjustment",
    "plot_segment_flows",
    "plot_segmentation_quality",
    "plot_segments",
    "plot_spend_by_frequency",
    "plot_survival",
    "plot_target_markets",
    "plot_tracking",
    "plot_uplift",
    "plot_upsell",
    "plot_weight_sensitivity",
    "plot_whale_curve",
    "plot_white_space",
    "plot_woe",
]
