"""The doors for invoices and payments: what is owed and what was paid, checked, every row accounted for."""

from crmkit.invoices._audit import audit_invoices, rejected_invoices
from crmkit.invoices._door import as_invoices, as_payments
from crmkit.invoices._payments import PAYMENT_REASONS
from crmkit.invoices._payments_audit import audit_payments, rejected_payments
from crmkit.invoices._read import INVOICE_KINDS, INVOICE_REASONS

__all__ = [
    "INVOICE_KINDS",
    "INVOICE_REASONS",
    "PAYMENT_REASONS",
    "as_invoices",
    "as_payments",
    "audit_invoices",
    "audit_payments",
    "rejected_invoices",
    "rejected_payments",
]
