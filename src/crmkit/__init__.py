"""Customer analytics on DataFrames: who customers are, what they are worth, whether they stay, how the business does.

The door, the tables and the data sets are here; everything else is in the subpackages ``segment``, ``value``,
``loyalty``, ``metrics``, ``views``, ``plotting`` and ``report``, which load when they are first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from crmkit._lazy import lazily
from crmkit._version import __version__

if TYPE_CHECKING:
    from crmkit.activity import (
        activity_table,
        as_activity,
        audit_activity,
        cohort_matrix,
        cohort_table,
        log_coverage_table,
        opportunity_table,
        rejected_activity,
        retail_calendar,
    )
    from crmkit.answers import as_answers, audit_answers, rejected_answers
    from crmkit.contacts import as_contacts, audit_contacts, rejected_contacts
    from crmkit.customers import (
        as_customers,
        audit_customers,
        cells,
        customer_features,
        customer_summary,
        holdout_split,
        log_gap_table,
        mean_refund_lag,
        rejected_customers,
        update_summary,
    )
    from crmkit.datasets import (
        load_cdnow,
        load_donations,
        make_answers,
        make_contacts,
        make_invoices,
        make_order_lines,
        make_plan,
        make_points,
        make_subscriptions,
        make_tickets,
        make_transactions,
    )
    from crmkit.errors import SchemaError
    from crmkit.invoices import (
        as_invoices,
        as_payments,
        audit_invoices,
        audit_payments,
        rejected_invoices,
        rejected_payments,
    )
    from crmkit.plans import as_plan, audit_plan, rejected_plan
    from crmkit.points import as_points, audit_points, rejected_points
    from crmkit.subscriptions import as_subscriptions, audit_subscriptions, rejected_subscriptions
    from crmkit.tickets import as_tickets, audit_tickets, rejected_tickets
    from crmkit.transactions import (
        as_order_lines,
        as_transactions,
        audit_currencies,
        audit_merge_ids,
        audit_orders,
        audit_refunds,
        damaged_id_table,
        draft_merge_ids,
        rejected_orders,
        unidentified_sales_table,
    )

__all__ = [
    "SchemaError",
    "__version__",
    "activity_table",
    "as_activity",
    "as_answers",
    "as_contacts",
    "as_customers",
    "as_invoices",
    "as_order_lines",
    "as_payments",
    "as_plan",
    "as_points",
    "as_subscriptions",
    "as_tickets",
    "as_transactions",
    "audit_activity",
    "audit_answers",
    "audit_contacts",
    "audit_currencies",
    "audit_customers",
    "audit_invoices",
    "audit_merge_ids",
    "audit_orders",
    "audit_payments",
    "audit_plan",
    "audit_points",
    "audit_refunds",
    "audit_subscriptions",
    "audit_tickets",
    "cells",
    "cohort_matrix",
    "cohort_table",
    "customer_features",
    "customer_summary",
    "damaged_id_table",
    "draft_merge_ids",
    "holdout_split",
    "load_cdnow",
    "load_donations",
    "log_coverage_table",
    "log_gap_table",
    "make_answers",
    "make_contacts",
    "make_invoices",
    "make_order_lines",
    "make_plan",
    "make_points",
    "make_subscriptions",
    "make_tickets",
    "make_transactions",
    "mean_refund_lag",
    "opportunity_table",
    "rejected_activity",
    "rejected_answers",
    "rejected_contacts",
    "rejected_customers",
    "rejected_invoices",
    "rejected_orders",
    "rejected_payments",
    "rejected_plan",
    "rejected_points",
    "rejected_subscriptions",
    "rejected_tickets",
    "retail_calendar",
    "unidentified_sales_table",
    "update_summary",
]

# What type checkers see above, by the part that has it; pandas is loaded when one of them is used.
_HOMES: Final = {
    "activity": (
        "activity_table",
        "as_activity",
        "audit_activity",
        "cohort_matrix",
        "cohort_table",
        "log_coverage_table",
        "opportunity_table",
        "rejected_activity",
        "retail_calendar",
    ),
    "answers": ("as_answers", "audit_answers", "rejected_answers"),
    "contacts": ("as_contacts", "audit_contacts", "rejected_contacts"),
    "customers": (
        "as_customers",
        "audit_customers",
        "cells",
        "customer_features",
        "customer_summary",
        "holdout_split",
        "log_gap_table",
        "mean_refund_lag",
        "rejected_customers",
        "update_summary",
    ),
    "datasets": (
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
    ),
    "errors": ("SchemaError",),
    "invoices": (
        "as_invoices",
        "as_payments",
        "audit_invoices",
        "audit_payments",
        "rejected_invoices",
        "rejected_payments",
    ),
    "plans": ("as_plan", "audit_plan", "rejected_plan"),
    "points": ("as_points", "audit_points", "rejected_points"),
    "subscriptions": ("as_subscriptions", "audit_subscriptions", "rejected_subscriptions"),
    "tickets": ("as_tickets", "audit_tickets", "rejected_tickets"),
    "transactions": (
        "as_order_lines",
        "as_transactions",
        "audit_currencies",
        "audit_merge_ids",
        "audit_orders",
        "audit_refunds",
        "damaged_id_table",
        "draft_merge_ids",
        "rejected_orders",
        "unidentified_sales_table",
    ),
}

__getattr__, __dir__ = lazily(
    __name__,
    ("labels", "loyalty", "metrics", "plotting", "report", "segment", "value", "views"),
    exported=__all__,
    homes=_HOMES,
)
