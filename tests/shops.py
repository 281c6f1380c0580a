"""One order log as shops, spreadsheets and countries write it: eight orders, and files of them."""

import json
import sqlite3
from contextlib import closing
from datetime import date, datetime
from decimal import Decimal

import openpyxl
import pandas as pd

HEADER = ("customer_id", "date", "amount", "order_id")
LOG = [
    ("0101", "2023-11-14", "1250.00", "A1"),
    ("0102", "2023-11-30", "220.50", "A2"),
    ("0103", "2024-01-14", "90.00", "A3"),
    ("0101", "2024-02-03", "1220.50", "A4"),
    ("0103", "2024-02-05", "-90.00", "A5"),
    ("0104", "2024-03-15", "123456.00", "A6"),
    ("0102", "2024-03-28", "19.99", "A7"),
    ("0105", "2024-05-02", "5.00", "A8"),
]
PURCHASES = [row for row in LOG if row[0] and float(row[2]) > 0]
# What an audit finds: purchases and their money, refunds and theirs.
FOUND = (7, 126_261.99, 1, -90.0)


def same(value):
    return value


def lines(separator=",", *, header=HEADER, customer=same, day=same, money=same, order=same, rows=LOG):
    """The log as the text of a file."""
    cells = [(customer(who), day(when), money(amount), order(number)) for who, when, amount, number in rows]
    return "\n".join(separator.join(row) for row in [header, *cells]) + "\n"


def grouped(mark=",", decimal="."):
    """A way to write amounts."""
    return lambda amount: f"{float(amount):,.2f}".translate({ord(","): mark, ord("."): decimal})


def quoted(write):
    return lambda amount: f'"{write(amount)}"'


def dated(form):
    """A way to write days."""
    return lambda day: f"{date.fromisoformat(day):{form}}"


def indian(amount):
    whole, decimals = amount.lstrip("-").split(".")
    head, groups = whole[:-3], [whole[-3:]]
    while head:
        head, groups = head[:-2], [head[-2:], *groups]
    return f"{'-' if amount[0] == '-' else ''}₹{','.join(groups)}.{decimals}"


def month_in(names):
    """A way to write days with the names of months."""
    return lambda day: f"{int(day[8:])}. {names.split()[int(day[5:7]) - 1]} {day[:4]}"


def since_1970(per_second):
    return lambda day: str(int(datetime.fromisoformat(f"{day}T12:00:00+00:00").timestamp()) * per_second)


def export(header, row, more=()):
    """The purchases as rows of an export; the third came back in full where it has a column for that."""
    rows = [
        row.format(who=who, day=day, money=money, order=order, back="90.00" if order == "A3" else "0.00")
        for who, day, money, order in PURCHASES
    ]
    return "\n".join([header, *rows, *more]) + "\n"


def typed(**changed):
    """The log with numbers and times, to be changed column by column."""
    table = pd.DataFrame(LOG, columns=list(HEADER))
    return table.assign(**({"amount": table["amount"].map(float), "date": pd.to_datetime(table["date"])} | changed))


def workbook(path, rows, *, merged=()):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for cells in merged:
        book.active.merge_cells(cells)
    book.save(path)


def cells():
    """The log as rows of a sheet."""
    return [(who, datetime.fromisoformat(day), float(money), order) for who, day, money, order in LOG]


def sheets(path, **tables):
    with pd.ExcelWriter(path) as book:
        for name, table in tables.items():
            table.to_excel(book, sheet_name=name, index=False)


def database(path):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE orders (customer_id TEXT, date TEXT, amount REAL, order_id TEXT)")
        connection.executemany("INSERT INTO orders VALUES (?, ?, ?, ?)", LOG)
        connection.commit()


def arrow(path):
    """Decimals, categories and times in UTC."""
    table = typed()
    amounts = [Decimal(amount) for _, _, amount, _ in LOG]
    customers = table["customer_id"].astype("category")
    table.assign(date=table["date"].dt.tz_localize("UTC"), amount=amounts, customer_id=customers).to_parquet(path)


def by_column(path):
    columns = {name: {str(n): row[place] for n, row in enumerate(LOG)} for place, name in enumerate(HEADER)}
    path.write_text(json.dumps(columns))


def nested(path):
    orders = [
        {"id": order, "created_at": f"{day}T10:00:00Z", "total_price": money, "customer": {"id": who}}
        for who, day, money, order in LOG
    ]
    path.write_text(json.dumps({"orders": orders}))
