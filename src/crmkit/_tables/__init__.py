"""One schema per table: its columns, and what follows from them. Rows are checked where a table is made."""

from typing import Final

from crmkit._tables._answers import ANSWERS
from crmkit._tables._brands import BRAND_PANEL, BRAND_RATINGS, BRAND_SWITCHES, BRANDS, WALLETS
from crmkit._tables._contacts import CONTACTS
from crmkit._tables._contracts import CONTRACTS, MOST_CUSTOMERS
from crmkit._tables._customers import CELLS, CUSTOMERS, HOLDOUT, READY_CUSTOMERS
from crmkit._tables._document import document
from crmkit._tables._durations import DURATIONS, PERSON_PERIODS
from crmkit._tables._each_once import check_each_once
from crmkit._tables._floats import check_values, float_columns
from crmkit._tables._invoices import INVOICES, PAYMENTS
from crmkit._tables._moves import MOVES
from crmkit._tables._open import check_kind, open_columns, open_table
from crmkit._tables._own_columns import finite_columns, refuse_rows
from crmkit._tables._periods import ACTIVITY, CALENDAR, COHORT_REVENUE, COHORTS, OPPORTUNITIES
from crmkit._tables._plan import PLAN
from crmkit._tables._points import POINTS
from crmkit._tables._same_ids import check_same_ids, with_plain_ids
from crmkit._tables._schema import Field, Kind, Rule, Schema
from crmkit._tables._snapshots import SNAPSHOTS
from crmkit._tables._subscriptions import SUBSCRIPTIONS
from crmkit._tables._tickets import TICKETS
from crmkit._tables._transactions import ORDER_LINES, TRANSACTIONS

__all__ = [
    "ACTIVITY",
    "ANSWERS",
    "BRANDS",
    "BRAND_PANEL",
    "BRAND_RATINGS",
    "BRAND_SWITCHES",
    "CALENDAR",
    "CELLS",
    "COHORTS",
    "COHORT_REVENUE",
    "CONTACTS",
    "CONTRACTS",
    "CUSTOMERS",
    "DURATIONS",
    "HOLDOUT",
    "INVOICES",
    "MOST_CUSTOMERS",
    "MOVES",
    "OPPORTUNITIES",
    "ORDER_LINES",
    "PAYMENTS",
    "PERSON_PERIODS",
    "PLAN",
    "POINTS",
    "READY_CUSTOMERS",
    "SCHEMAS",
    "SNAPSHOTS",
    "SUBSCRIPTIONS",
    "TICKETS",
    "TRANSACTIONS",
    "WALLETS",
    "Field",
    "Kind",
    "Rule",
    "Schema",
    "check_each_once",
    "check_kind",
    "check_same_ids",
    "check_values",
    "document",
    "finite_columns",
    "float_columns",
    "open_columns",
    "open_table",
    "refuse_rows",
    "with_plain_ids",
]

SCHEMAS: Final = (
    TRANSACTIONS,
    ORDER_LINES,
    CUSTOMERS,
    READY_CUSTOMERS,
    CELLS,
    HOLDOUT,
    CALENDAR,
    ACTIVITY,
    COHORTS,
    COHORT_REVENUE,
    OPPORTUNITIES,
    MOVES,
    CONTRACTS,
    SUBSCRIPTIONS,
    DURATIONS,
    PERSON_PERIODS,
    TICKETS,
    CONTACTS,
    ANSWERS,
    INVOICES,
    PAYMENTS,
    POINTS,
    PLAN,
    SNAPSHOTS,
    BRAND_PANEL,
    BRANDS,
    BRAND_SWITCHES,
    WALLETS,
    BRAND_RATINGS,
)
"""All tables, as the documentation lists them."""
