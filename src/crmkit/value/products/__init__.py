"""Products: what is bought together, what customers prefer, how even demand is, and which to take out."""

from crmkit.value.products._basket_audit import basket_audit_table
from crmkit.value.products._concentration import concentration_index
from crmkit.value.products._frequent import frequent_itemsets_table
from crmkit.value.products._preferences import preference_table
from crmkit.value.products._rules import association_rules_table

__all__ = [
    "association_rules_table",
    "basket_audit_table",
    "concentration_index",
    "frequent_itemsets_table",
    "preference_table",
]
