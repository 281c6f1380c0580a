"""Data to learn and test with: two public data sets and simulators."""

from crmkit.datasets._answers import make_answers
from crmkit.datasets._bundled import load_cdnow, load_donations
from crmkit.datasets._contacts import make_contacts
from crmkit.datasets._invoices import make_invoices
from crmkit.datasets._order_lines import make_order_lines
from crmkit.datasets._points import make_points
from crmkit.datasets._simulate import make_transactions
from crmkit.datasets._subscriptions import make_subscriptions
from crmkit.datasets._tickets import make_tickets
from crmkit.datasets._work_plan import make_plan

__all__ = [
    "load_cdnow",
    "load_donations",
    "make_answers",
    "make_contacts",
    "make_invoices",
    "make_order_lines",
    "make_plan",
    "make_points",
    "make_subscriptions",
    "make_tickets",
    "make_transactions",
]
