"""The door for tickets: service cases in, checked, every row accounted for."""

from crmkit.tickets._audit import audit_tickets, rejected_tickets
from crmkit.tickets._door import as_tickets
from crmkit.tickets._read import TICKET_REASONS

__all__ = ["TICKET_REASONS", "as_tickets", "audit_tickets", "rejected_tickets"]
