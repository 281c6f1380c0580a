"""Reading files: tables of every kind, the columns that play a role, order logs of any size, master files."""

from crmkit.cli.reading._activity import activity_of
from crmkit.cli.reading._beside import table_beside
from crmkit.cli.reading._by import BY
from crmkit.cli.reading._checked import Door, checked
from crmkit.cli.reading._chunks import Reading
from crmkit.cli.reading._customer_table import customer_table
from crmkit.cli.reading._customers import FileCustomers, check_master, open_customers
from crmkit.cli.reading._divided import Divided, divided_by
from crmkit.cli.reading._files import check_file
from crmkit.cli.reading._master import known_ids
from crmkit.cli.reading._named_rows import NamedRows, named_rows
from crmkit.cli.reading._options import ROLES, OrderOptions
from crmkit.cli.reading._order_log import OrderLog, Usable, open_orders
from crmkit.cli.reading._totals import check_no_orders

__all__ = [
    "BY",
    "ROLES",
    "Divided",
    "Door",
    "FileCustomers",
    "NamedRows",
    "OrderLog",
    "OrderOptions",
    "Reading",
    "Usable",
    "activity_of",
    "check_file",
    "check_master",
    "check_no_orders",
    "checked",
    "customer_table",
    "divided_by",
    "known_ids",
    "named_rows",
    "open_customers",
    "open_orders",
    "table_beside",
]
