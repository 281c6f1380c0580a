"""Value in the long run: chains of states, closed forms, customer equity."""

from crmkit.value._long_term._annuity import contract_value, customer_base_value, margin_multiple
from crmkit.value._long_term._migration import migration_value, move_values

__all__ = [
    "contract_value",
    "customer_base_value",
    "margin_multiple",
    "migration_value",
    "move_values",
]
