"""Every operation on every kind of frame comes to what it comes to on pandas, and in the kind given."""

from collections import Counter
from datetime import datetime, timedelta
from functools import partial

import pyarrow as pa
import pytest
from tests.frames import Builder, assert_same_rows, count_nan, rows

from crmkit import (
    activity_table,
    as_invoices,
    as_order_lines,
    as_payments,
    as_subscriptions,
    as_tickets,
    as_transactions,
    audit_invoices,
    audit_orders,
    audit_payments,
    audit_subscriptions,
    audit_tickets,
    cells,
    cohort_table,
    customer_summary,
    holdout_split,
    log_coverage_table,
    opportunity_table,
    rejected_orders,
)

PANDAS = Builder("pandas-numpy")
NAN, INFINITE = float("nan"), float("inf")
AS_OF = "2024-06-30"
IDS = {"text": ["ann", "Bo", "客户", "d e", "zoë", None], "numbers": [7, 1001, -3, 2**53 - 1, 0, None]}
BROKEN_AMOUNTS = [(None, "X4", 1), (NAN, "X5", 1), (INFINITE, "X6", 1), (None, "X4", 1)]
N_UNUSABLE = 7  # rows at the end of the log
START = datetime(2023, 11, 27, 8, 30)
PRICES = [19.99, 0.0, -5.25, 7.5, 0.1, -19.99, 120.0]
COLUMNS = {
    "customer_id": None,
    "date": pa.timestamp("us"),
    "amount": pa.float64(),
    "order": pa.string(),
    "units": pa.int64(),
    "channel": pa.string(),
}


def messy_log(ids):
    """Refunds, zero prices, several orders a day, gaps of every kind, and times up to the last microsecond."""
    log = [
        (
            ids[number % 4],
            START + timedelta(days=number * 37 % 60 * 3, hours=number % 15, microseconds=999_999 * (number % 2)),
            PRICES[number * number % 7],
            f"A{number % 50}",
            number % 3,
            "web" if number % 2 else None,
        )
        for number in range(120)
    ]
    log += [
        (ids[4], START, -3.0, "C1", -1, "shop"),
        (ids[1], START, 5.0, "B1", 1, None),
        (ids[1], START, -5.0, "B2", -1, None),
        (ids[5], START, 9.0, "X1", 1, "web"),
        (ids[0], None, 9.0, "X2", 1, "web"),
        (ids[0], datetime(1900, 1, 1), 9.0, "X3", 1, "web"),
        *((ids[1], START, *broken, "web") for broken in BROKEN_AMOUNTS),
    ]
    values = [list(column) for column in zip(*log, strict=True)]
    arrays = [pa.array(column, kind, from_pandas=False) for column, kind in zip(values, COLUMNS.values(), strict=True)]
    return pa.table(arrays, names=list(COLUMNS))


def messy_spells(ids):
    """Spells with and without gaps, running, free, at list price or below, and rows that cannot be used."""
    spells = [
        (
            ids[number % 5],
            f"S{number % 9}",
            START + timedelta(days=number // 9 * 40),
            None if number >= 18 else START + timedelta(days=number // 9 * 40 + 38 + number % 3),
            START if number < 18 and number % 2 else None,
            number % 4 * 2.5,
            None if number % 3 else 10.0,
            number % 4 == 0,
        )
        for number in range(27)
    ]
    spells += [
        (ids[5], "T1", START, None, None, 1.0, None, False),
        (ids[0], "T2", None, None, None, 1.0, None, False),
        (ids[0], "T3", START, START - timedelta(days=1), None, 1.0, None, False),
        (ids[0], "T4", START, None, START, 1.0, None, False),
        (ids[0], "T5", START, None, None, -1.0, None, False),
        (ids[0], "T6", START, None, None, NAN, -1.0, False),
        (ids[0], "T7", START, None, None, 1.0, -1.0, None),
        (ids[0], None, START, None, None, 1.0, 1.0, None),
    ]
    day, money = pa.timestamp("us"), pa.float64()
    kinds = (None, pa.string(), day, day, day, money, money, pa.bool_())
    arrays = [
        pa.array(column, kind, from_pandas=False)
        for column, kind in zip(map(list, zip(*spells, strict=True)), kinds, strict=True)
    ]
    return pa.table(arrays, names=["customer_id", "sub", "start", "end", "told", "mrr", "list", "free"])


def messy_tickets(ids):
    """Tickets answered or not, open, due and reopened, and rows that cannot be used."""
    tickets = [
        (
            f"K{number}",
            ids[number % 5],
            START + timedelta(hours=number * 5, microseconds=number),
            START + timedelta(hours=number * 5 + number % 4) if number % 3 else None,
            START + timedelta(hours=number * 6 + 1, microseconds=7) if number % 5 else None,
            START + timedelta(days=number) if number % 2 else None,
            "complaint" if number % 4 == 0 else None,
            None if number % 6 == 0 else number % 3,
            number % 7 == 0,
        )
        for number in range(1, 27)
    ]
    tickets += [
        (None, ids[0], START, None, None, None, "x", 1, False),
        ("T1", ids[5], START, None, None, None, "x", 1, False),
        ("T2", ids[0], None, None, None, None, "x", 1, False),
        ("T3", ids[0], START, START - timedelta(microseconds=1), None, None, "x", 1, False),
        ("T4", ids[0], START, None, START - timedelta(days=1), None, "x", 1, False),
        ("T5", ids[0], START, None, None, START - timedelta(days=1), "x", 1, False),
        ("T6", ids[0], START, None, None, None, "x", -1, False),
        ("T7", ids[0], START, None, None, None, "x", 1, None),
        *[("T8", ids[0], START, None, None, None, "x", 1, False)] * 2,
    ]
    time = pa.timestamp("us")
    kinds = (pa.string(), None, time, time, time, time, pa.string(), pa.int64(), pa.bool_())
    arrays = [pa.array(column, kind) for column, kind in zip(map(list, zip(*tickets, strict=True)), kinds, strict=True)]
    names = ["ticket_id", "customer_id", "created", "answered", "resolved", "until", "kind", "n", "again"]
    return pa.table(arrays, names=names)


def messy_invoices(ids):
    """Instalments and credit notes, and rows that cannot be used."""
    bills = [
        (ids[number % 5], f"R{number // 2}", "invoice", None, START, START + timedelta(days=number), 10.0 * number)
        for number in range(1, 20)
    ]
    bills = [(ids[int(bill[1][1:]) % 5], *bill[1:]) for bill in bills]
    day = START + timedelta(days=9)
    bills += [
        (ids[1], "G1", "Credit memo", "R1", day, None, 5.0),
        (ids[1], "R1", "credit_note", None, day, None, 2.0),
        (ids[2], "G2", "credit_note", "R1", day, None, 1.0),
        (None, "R30", "invoice", None, day, day, 1.0),
        (ids[0], None, "invoice", None, day, day, 1.0),
        (ids[0], "R31", "other", None, day, day, 1.0),
        *[(ids[number], "R32", "invoice", None, day, day + timedelta(days=number), 1.0) for number in range(2)],
        (ids[0], "R33", "invoice", None, None, day, 1.0),
        (ids[0], "R34", "invoice", None, day, START, 1.0),
        (ids[0], "R35", "invoice", "R1", day, day, 1.0),
        (ids[0], "R36", "invoice", None, day, day, None),
        (ids[0], "R37", "invoice", None, day, day, -1.0),
        *[(ids[0], "R38", "invoice", None, day, day, 1.0)] * 2,
        (ids[0], "R39", "invoice", None, day, day, 0.0),
        (ids[0], "R40", "invoice", None, day, None, 4.0),
    ]
    time = pa.timestamp("us")
    kinds = (None, pa.string(), pa.string(), pa.string(), time, time, pa.float64())
    arrays = [pa.array(column, kind) for column, kind in zip(map(list, zip(*bills, strict=True)), kinds, strict=True)]
    return pa.table(arrays, names=["customer_id", "invoice_id", "kind", "of", "issued", "due", "amount"])


class Tables:
    """The tables that operations start from, in PyArrow, for one kind of ids."""

    def __init__(self, ids):
        self.messy = messy_log(ids)
        self.spells = messy_spells(ids)
        self.tickets = messy_tickets(ids)
        self.invoices = messy_invoices(ids)
        self.usable = self.messy.slice(0, len(self.messy) - N_UNUSABLE)
        self.days = as_transactions(PANDAS(self.messy), order_id="order", invalid="drop")
        self.customers = customer_summary(self.days, as_of=AS_OF)
        self.customers["region"] = ["north", None, "south", "north", "south"]
        prospects = ["new", "never"] if isinstance(ids[0], str) else [5, 6]
        self.master = pa.table({"customer_id": [*prospects, *ids[:5]], "note": ["x"] * 7})
        self._on_pandas = {}

    def on_pandas(self, name):
        """What an operation comes to on pandas, worked out once."""
        if name not in self._on_pandas:
            operation, tables = OPERATIONS[name]
            self._on_pandas[name] = operation(*(PANDAS(getattr(self, table)) for table in tables))
        return self._on_pandas[name]


@pytest.fixture(params=IDS, scope="module")
def tables(request):
    return Tables(IDS[request.param])


def all_the_way(orders):
    """From the door to the cells in one kind of frame."""
    days = as_transactions(orders, order_id="order", invalid="drop")
    return cells(customer_summary(days, as_of=AS_OF), precision="W")


LINES = partial(as_order_lines, order_id="order", keep=["channel"], invalid="drop")
SPELLS = {"subscription_id": "sub", "end_known": "told", "list_mrr": "list", "trial": "free"}
CASES = {"first_response": "answered", "due": "until", "kind": "kind", "n_contacts": "n", "reopened": "again"}
BILLS = {"kind": "kind", "applies_to": "of"}
PRODUCT = {"quantity": "units", "unit_price": "amount"}
OPERATIONS = {
    "transactions": (as_transactions, ["usable"]),
    "transactions, refunds dropped": (partial(as_transactions, returns="drop"), ["usable"]),
    "transactions by order": (partial(as_transactions, order_id="order"), ["usable"]),
    "transactions, bad rows dropped": (partial(as_transactions, invalid="drop"), ["messy"]),
    "transactions by order, all dropped": (
        partial(as_transactions, order_id="order", invalid="drop", returns="drop"),
        ["messy"],
    ),
    "transactions from prices": (partial(as_transactions, invalid="drop", **PRODUCT), ["messy"]),
    "order lines": (LINES, ["messy"]),
    "order lines, refunds dropped": (partial(LINES, returns="drop"), ["messy"]),
    "order lines with quantity": (partial(LINES, quantity="units", amount="amount"), ["messy"]),
    "audit": (audit_orders, ["messy"]),
    "audit as of a day": (partial(audit_orders, as_of="2024-02-29", order_id="order"), ["messy"]),
    "customers": (partial(customer_summary, as_of=AS_OF), ["days"]),
    "customers of an earlier day": (partial(customer_summary, as_of="2023-12-31"), ["days"]),
    "customers and prospects": (
        lambda days, master: customer_summary(days, as_of=AS_OF, customers=master),
        ["days", "master"],
    ),
    **{
        f"{table.__name__} by {freq}": (partial(table, as_of="2024-05-15", freq=freq), ["days"])
        for table in (activity_table, cohort_table, opportunity_table)
        for freq in ("D", "W", "M", "Q", "Y")
    },
    **{f"coverage by {freq}": (partial(log_coverage_table, as_of="2024-05-15", freq=freq), ["days"]) for freq in "DWM"},
    "coverage of order lines by channel": (
        lambda orders: log_coverage_table(LINES(orders), as_of="2024-05-15", by="channel"),
        ["messy"],
    ),
    "cells": (cells, ["customers"]),
    "cells by week": (partial(cells, precision="W"), ["customers"]),
    "cells by region": (partial(cells, by=["n_orders", "region"]), ["customers"]),
    "holdout": (partial(holdout_split, calibration_end="2024-01-31", observation_end=AS_OF), ["days"]),
    "subscriptions": (partial(as_subscriptions, **SPELLS, invalid="drop"), ["spells"]),
    "subscriptions, ends served": (
        partial(as_subscriptions, **SPELLS, keep=["sub"], inclusive_end=True, invalid="drop"),
        ["spells"],
    ),
    "audit of subscriptions": (partial(audit_subscriptions, **SPELLS), ["spells"]),
    "tickets": (partial(as_tickets, **CASES, invalid="drop"), ["tickets"]),
    "tickets, due by the end of the day": (
        partial(as_tickets, **CASES, inclusive_due=True, invalid="drop"),
        ["tickets"],
    ),
    "audit of tickets": (partial(audit_tickets, **CASES), ["tickets"]),
    "invoices": (partial(as_invoices, **BILLS, invalid="drop"), ["invoices"]),
    "invoices, with terms and amounts below zero": (
        partial(as_invoices, **BILLS, terms_days=7, negative="credit_note", invalid="drop"),
        ["invoices"],
    ),
    "audit of invoices": (partial(audit_invoices, **BILLS), ["invoices"]),
    "payments": (partial(as_payments, date="issued", invoice_id="of", invalid="drop"), ["invoices"]),
    "audit of payments": (partial(audit_payments, date="issued", invoice_id="of"), ["invoices"]),
    "all the way": (all_the_way, ["messy"]),
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_kind_comes_to_what_pandas_comes_to(build, tables, name):
    operation, given = OPERATIONS[name]
    given = [build(getattr(tables, table)) for table in given]
    result = operation(*given)
    assert type(result) is type(given[0])
    assert_same_rows(result, tables.on_pandas(name), in_order=not build.is_engine)
    # outside pandas what is missing is null
    assert count_nan(result) == 0


def test_rejected_rows_are_the_same_rows(build, tables):
    # They come back as they were given: whole numbers with gaps are floats in NumPy, and NaN stays NaN.
    given = build(tables.messy)
    rejected = rejected_orders(given)
    assert type(rejected) is type(given)
    assert Counter(rows(rejected)) == Counter(rows(rejected_orders(PANDAS(tables.messy))))
    assert len(rows(rejected)) == N_UNUSABLE


def test_prospects_are_there(tables):
    assert len(tables.on_pandas("customers and prospects")) == 7


def test_the_log_holds_what_it_says(tables):
    messy, days = tables.messy, tables.days
    audit = audit_orders(PANDAS(messy), as_of="2024-02-29").set_index("reason")
    assert (audit["n_rows"] > 0).all()
    assert audit.loc["kept", "n_duplicates"] == 0
    assert audit.loc["unusable_amount", "n_duplicates"] > 0
    assert count_nan(messy) == 1
    assert messy["amount"].null_count == 2
    assert {0, 1, 2} <= set(days["n_orders"])
    assert customer_summary(days, as_of=AS_OF)["first_order"].isna().sum() == 1
