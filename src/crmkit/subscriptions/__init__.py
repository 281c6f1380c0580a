"""The door for subscriptions: spells at one price in, checked, every row accounted for."""

from crmkit.subscriptions._audit import audit_subscriptions, rejected_subscriptions
from crmkit.subscriptions._door import as_subscriptions
from crmkit.subscriptions._read import SUBSCRIPTION_REASONS

__all__ = ["SUBSCRIPTION_REASONS", "as_subscriptions", "audit_subscriptions", "rejected_subscriptions"]
