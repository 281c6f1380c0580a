"""Products: what is bought together."""

from crmkit.value.products._basket_audit import basket_audit_table
from crmkit.value.products._frequent import frequent_itemsets_table
from crmkit.value.products._rules import association_rules_table

__all__ = ["association_rules_table", "basket_audit_table", "frequent_itemsets_table"]
