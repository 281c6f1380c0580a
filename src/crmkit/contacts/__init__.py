"""The door for campaign contacts: who was contacted or held out, and what came of it, checked."""

from crmkit.contacts._audit import audit_contacts, rejected_contacts
from crmkit.contacts._door import as_contacts
from crmkit.contacts._read import CONTACT_REASONS

__all__ = ["CONTACT_REASONS", "as_contacts", "audit_contacts", "rejected_contacts"]
