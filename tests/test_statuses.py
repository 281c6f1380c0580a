"""The status of orders: which rows count, in every kind of frame, in the audit and on the command line."""

import json

import pandas as pd
import pytest
from tests.commands import run, text
from tests.frames import assert_same_rows, rows
from tests.logs import log, typed

from crmkit import SchemaError, as_order_lines, as_transactions, audit_orders, rejected_orders

COLUMNS = ("customer_id", "date", "amount", "state")
ORDERS = log(
    [
        ("ann", "2024-03-01", 20.0, "paid"),
        ("ann", "2024-03-02", 7.0, "Cancelled"),
        ("bo", "2024-03-02", 5.0, " Completed "),
        ("bo", "2024-03-03", None, "pending"),
        ("bo", "2024-03-04", 9.0, None),
    ],
    columns=COLUMNS,
)


def reasons(orders, **options):
    table = audit_orders(orders, status="state", **options)
    return {reason: (n, money) for reason, n, money in rows(table, columns=("reason", "n_rows", "amount")) if n}


# By hand.


def test_rows_whose_status_does_not_count_are_left_out_and_audited(build):
    orders = build(typed(ORDERS))
    # an order that does not count may lack its amount; a row without a status does not count
    got = as_transactions(orders, status="state")
    assert_same_rows(got, as_transactions(build(typed(ORDERS.iloc[[0, 2]])), status="state"))
    assert reasons(orders) == {"uncounted_status": (3, 16.0), "kept": (2, 25.0), "given": (5, 41.0)}


def test_rejected_rows_name_the_reason_and_order_lines_follow():
    assert rejected_orders(ORDERS, status="state")["rejected_because"].tolist() == ["uncounted_status"] * 3
    lines = as_order_lines(ORDERS.assign(no=range(5)), order_id="no", status="state")
    assert lines["order_id"].tolist() == [0, 2]


@pytest.mark.parametrize(("counts", "n"), [(["paid"], 1), (["PAID", "pending"], 2), (["com pleted", "cancelled"], 2)])
def test_what_counts_can_be_said(counts, n):
    found = ORDERS.fillna({"amount": 1.0})
    assert reasons(found, counts=counts)["kept"][0] == n


@pytest.mark.parametrize(
    ("status", "counts"),
    [
        ("partially_refunded", True),
        ("Shipped - Delivered to Buyer", True),
        ("wc-completed"[3:], True),
        ("on-hold", False),
        ("voided", False),
        ("已完成", True),
        ("卖家已发货，等待买家确认", True),
        ("交易关闭", False),
        ("等待买家付款", False),
        ("Storniert", False),
        ("Expédiée", True),
        ("En attente", False),
        ("Enviado", True),
        ("発送済み", True),
        ("キャンセル", False),
    ],
)
def test_usual_statuses_are_known(status, counts):
    orders = log([("ann", "2024-03-01", 20.0, status), ("bo", "2024-03-01", 1.0, "paid")], columns=COLUMNS)
    assert reasons(orders)["kept"][0] == 1 + counts


def test_the_reason_stands_between_the_date_and_the_amount():
    bad = log(
        [(None, "2024-03-01", 5.0, "void"), ("ann", "soon", 5.0, "void"), ("bo", "2024-03-01", "x", "void")],
        columns=COLUMNS,
    )
    assert rejected_orders(bad, status="state")["rejected_because"].tolist() == [
        "no_customer",
        "unusable_date",
        "uncounted_status",
    ]


def test_currencies_of_rows_that_do_not_count_do_not_matter(build):
    orders = build(typed(ORDERS).assign(code=["EUR", "USD", "EUR", "CNY", "GBP"]))
    assert_same_rows(as_transactions(orders, status="state", currency="code"), as_transactions(orders, status="state"))


# Refusals.


def test_statuses_that_are_not_known_are_listed(build):
    orders = build(typed(ORDERS.assign(state=["paid", "printed", "x9", "paid", "paid"])).fillna({"amount": 1.0}))
    expected = (
        r"`orders\['state'\]` holds values of which it is not known whether their rows count: \['printed', 'x9'\]"
    )
    with pytest.raises(SchemaError, match=expected + r"\. Pass counts= with all"):
        as_transactions(orders, status="state")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"counts": ["paid"]}, r"`counts` lists values of status=, which is not given"),
        ({"status": "state", "counts": "paid"}, r"`counts` must be a sequence of at least one value of status=, got"),
        ({"status": "state", "counts": []}, r"`counts` must be a sequence of at least one value"),
    ],
)
def test_values_that_count_are_a_list_beside_a_column(options, message):
    with pytest.raises(ValueError, match=message):
        as_transactions(ORDERS, **options)


def test_a_column_of_many_values_is_not_a_status():
    orders = log([("ann", "2024-03-01", 1.0, f"s{n}") for n in range(300)], columns=COLUMNS)
    with pytest.raises(SchemaError, match="holds more than 200 different values"):
        as_transactions(orders, status="state")


def test_none_left_is_refused():
    with pytest.raises(SchemaError, match="none is left"):
        as_transactions(ORDERS.assign(state="void").dropna(), status="state")


# The command line.


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


ROWS = [("ann", "2024-03-01", "20", "paid"), ("ann", "2024-03-02", "7", "void"), ("bo", "2024-03-02", "", "void")]


@pytest.mark.parametrize("rows_in_memory", [1_000_000, 1])
def test_a_status_on_the_command_line(rows_in_memory, folder, monkeypatch):
    monkeypatch.setattr("crmkit.cli.reading._order_log.CHUNK_ROWS", rows_in_memory)
    (folder / "orders.csv").write_text(text(header=("customer_id", "date", "amount", "Order Status"), rows=ROWS))
    code, stdout, stderr = run("audit", "orders.csv", "--json", "--invalid", "raise")
    lines = {line["reason"]: line["n_rows"] for line in json.loads(stdout)["audit"]}
    assert (code, lines["uncounted_status"], lines["unusable_amount"], lines["kept"]) == (0, 2, 0, 1)
    assert "status: Order Status (guessed; --status names another)" in stderr
    assert "Left out of 3 rows: 2 status that does not count (Order Status ['void'])." in stderr
    code, stdout, _ = run("kpi", "orders.csv", "--start", "2024-03-01", "--end", "2024-03-31", "--invalid", "raise")
    assert code == 0
    code, stdout, _ = run("audit", "orders.csv", "--json", "--status-counts", "void, paid")
    lines = {line["reason"]: line["n_rows"] for line in json.loads(stdout)["audit"]}
    assert (code, lines["uncounted_status"], lines["unusable_amount"], lines["kept"]) == (0, 0, 1, 2)


def test_a_status_that_is_not_known_is_refused_on_the_command_line(folder):
    header = ("customer_id", "date", "amount", "state")
    (folder / "orders.csv").write_text(text(header=header, rows=[(*row[:3], "x9") for row in ROWS[:2]]))
    code, _, stderr = run("audit", "orders.csv", "--status", "state")
    assert (code, "['x9']. Pass --status-counts with all the values that count" in stderr) == (3, True)
    code, _, stderr = run("audit", "orders.csv", "--status", "state", "--language", "zh")
    assert (code, "请用 --status-counts 列出所有计入的取值" in stderr) == (3, True)
    assert run("audit", "orders.csv", "--status-counts", "paid")[0] == 3
    assert run("audit", "orders.csv", "--status-counts", ",")[0] == 2


# The input is untouched.


def test_the_orders_are_not_changed():
    before = ORDERS.copy()
    as_transactions(ORDERS, status="state")
    pd.testing.assert_frame_equal(ORDERS, before)
