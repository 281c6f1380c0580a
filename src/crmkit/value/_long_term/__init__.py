"""Value in the long run: chains of states."""

from crmkit.value._long_term._migration import migration_value, move_values

__all__ = [
    "migration_value",
    "move_values",
]
