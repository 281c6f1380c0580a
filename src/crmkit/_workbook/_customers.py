"""Sheets that commands and report share: customers, the segments that they are in, and tables that users made."""

from __future__ import annotations

from typing import Final

import pandas as pd

from crmkit._names import Label, Language
from crmkit._workbook._headings import Heading, Named, headings
from crmkit._workbook._kinds import kind_of
from crmkit._workbook._sheet import Chart, Sheet

__all__ = ["customer_sheet", "plain_sheet", "segment_sheet"]

_CUSTOMER, _CUSTOMERS = Label("Customer", "客户"), Label("Customers", "客户")
_SEGMENT: Final = Label("Segment", "细分")
# Codes, whose names stand beside them.
_CODES: Final = ("rfm_segment", "tier", "segment")
_SHARES: Final = Label("Share of customers and of revenue", "客户占比与销售额占比")


def customer_sheet(
    customers: pd.DataFrame, language: Language, *, row: Label = _CUSTOMER, rows: Label = _CUSTOMERS
) -> Sheet:
    """A row per customer, or what else ``row`` and ``rows`` call it; segments and tiers by their names alone."""
    shown = [str(name) for name in customers.columns if name not in _CODES or f"{name}_name" not in customers]
    own = {"customer_id": Named(row, "id")}
    return Sheet(rows.text(language), customers, headings(customers, language, columns=shown, own=own))


def plain_sheet(title: str, table: pd.DataFrame) -> Sheet:
    """A table that users made, under their own names."""
    return Sheet(title, table, tuple(Heading(name, str(name), kind_of(table[name])) for name in table.columns))


def segment_sheet(
    title: str, summary: pd.DataFrame, language: Language, *, first: Label = _SEGMENT, notes: tuple[str, ...] = ()
) -> Sheet:
    """The segments that hold anybody, with their shares of customers and of revenue drawn."""
    name = f"name_{language}"
    own = {
        name: Named(first, "text"),
        "value": Named(Label("Revenue", "销售额"), "money"),
        "mean_value": Named(Label("Revenue per customer", "人均销售额"), "money"),
    }
    columns = [name, "n_customers", "customer_share", "n_orders", "value", "value_share", "mean_value"]
    held = summary[summary["n_customers"] > 0].reset_index(drop=True)
    chart = Chart(_SHARES.text(language), name, ("customer_share", "value_share"))
    return Sheet(title, held, headings(held, language, columns=columns, own=own), charts=(chart,), notes=notes)
