"""The registry: the kinds of table by the name that ``--table`` takes."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from crmkit.cli.kpis._contacts import CONTACTS
from crmkit.cli.kpis._orders import ORDERS
from crmkit.cli.kpis._plan import PLAN
from crmkit.cli.kpis._subscriptions import SUBSCRIPTIONS
from crmkit.cli.kpis._table import KpiTable
from crmkit.cli.kpis._tickets import TICKETS

__all__ = ["TABLES"]

TABLES: Final[Mapping[str, KpiTable]] = MappingProxyType(
    {table.name: table for table in (ORDERS, SUBSCRIPTIONS, TICKETS, CONTACTS, PLAN)}
)
"""The first is the default."""
