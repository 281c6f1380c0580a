"""The door for orders: order logs in, checked transactions or order lines out, every row accounted for."""

from crmkit.transactions._audit import audit_orders, rejected_orders
from crmkit.transactions._checked import checked_transactions, purchase_days, refuse_early, up_to
from crmkit.transactions._currencies import audit_currencies
from crmkit.transactions._damaged_ids import damaged_id_table
from crmkit.transactions._door import Invalid, Returns, as_order_lines, as_transactions
from crmkit.transactions._merging import audit_merge_ids, draft_merge_ids
from crmkit.transactions._orders import AUDIT_REASONS
from crmkit.transactions._refund_audit import audit_refunds
from crmkit.transactions._typed import typed_orders
from crmkit.transactions._unidentified import unidentified_sales_table

__all__ = [
    "AUDIT_REASONS",
    "Invalid",
    "Returns",
    "as_order_lines",
    "as_transactions",
    "audit_currencies",
    "audit_merge_ids",
    "audit_orders",
    "audit_refunds",
    "checked_transactions",
    "damaged_id_table",
    "draft_merge_ids",
    "purchase_days",
    "refuse_early",
    "rejected_orders",
    "typed_orders",
    "unidentified_sales_table",
    "up_to",
]
