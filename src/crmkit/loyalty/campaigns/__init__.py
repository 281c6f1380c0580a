"""What campaigns bring: how they are planned, what they did, and whom to treat next."""

from crmkit.loyalty.campaigns._assignment import assign_arms

__all__ = ["assign_arms"]
