"""Value in the long run: chains of states, closed forms, customer equity."""

from crmkit.value._long_term._annuity import contract_value, customer_base_value, margin_multiple
from crmkit.value._long_term._migration import migration_forecast, migration_table, migration_value, move_values
from crmkit.value._long_term._transitions import transition_matrix

__all__ = [
    "contract_value",
    "customer_base_value",
    "margin_multiple",
    "migration_forecast",
    "migration_table",
    "migration_value",
    "move_values",
    "transition_matrix",
]
