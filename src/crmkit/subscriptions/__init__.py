"""The door for subscriptions: spells at one price in, checked, every row accounted for."""

from crmkit.subscriptions._audit import audit_subscriptions, rejected_subscriptions
from crmkit.subscriptions._customer_spells import NEVER, CustomerSpells, customer_spells, spell_rows
from crmkit.subscriptions._door import as_subscriptions
from crmkit.subscriptions._read import SUBSCRIPTION_REASONS

__all__ = [
    "NEVER",
    "SUBSCRIPTION_REASONS",
    "CustomerSpells",
    "as_subscriptions",
    "audit_subscriptions",
    "customer_spells",
    "rejected_subscriptions",
    "spell_rows",
]
