"""Products: what is bought together and next, what customers prefer, how even demand is, and which to take out."""

from crmkit.value.products._basket_audit import basket_audit_table
from crmkit.value.products._basket_lift import basket_lift
from crmkit.value.products._concentration import concentration_index
from crmkit.value.products._demand import demand_variability_table
from crmkit.value.products._frequent import frequent_itemsets_table
from crmkit.value.products._life_cycle import life_cycle_table
from crmkit.value.products._next_category import next_category_table
from crmkit.value.products._next_category_report import next_category_report_table
from crmkit.value.products._preference_change import preference_change_table
from crmkit.value.products._preferences import preference_table
from crmkit.value.products._pruning import pruning_table
from crmkit.value.products._recommendation_report import recommendation_report_table
from crmkit.value.products._recommender import ItemRecommender
from crmkit.value.products._rules import association_rules_table
from crmkit.value.products._upsell import upsell_table
from crmkit.value.products._white_space import white_space_table

__all__ = [
    "ItemRecommender",
    "association_rules_table",
    "basket_audit_table",
    "basket_lift",
    "concentration_index",
    "demand_variability_table",
    "frequent_itemsets_table",
    "life_cycle_table",
    "next_category_report_table",
    "next_category_table",
    "preference_change_table",
    "preference_table",
    "pruning_table",
    "recommendation_report_table",
    "upsell_table",
    "white_space_table",
]
