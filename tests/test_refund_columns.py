"""Refunds that stand in a column beside the amount, in every kind of frame and on the command line."""

import json
from pathlib import Path

import pytest
from tests.commands import run, text
from tests.frames import rows
from tests.logs import log, typed

from crmkit import SchemaError, as_order_lines, as_transactions, audit_orders, rejected_orders

DATA = Path(__file__).parent / "data"
ORDERS = log(
    [
        ("ann", "2024-03-01", 20.0, 5.0, "A1", "x"),
        ("ann", "2024-03-02", 7.0, -7.0, "A2", "x"),
        ("bo", "2024-03-02", 5.0, 0.0, "A3", "y"),
        ("bo", "2024-03-03", 4.0, None, "A4", "y"),
    ],
    columns=("customer_id", "date", "amount", "back", "no", "shop"),
)


# By hand.


def test_refunds_are_subtracted_on_the_day_of_their_order(build):
    got = as_transactions(build(typed(ORDERS)), refund="back", order_id="no")
    # the order of 2 March was refunded altogether, so that is no purchase day
    assert sorted((who, n, money) for who, _, n, money in rows(got)) == [
        ("ann", 0, 0.0),
        ("ann", 1, 15.0),
        ("bo", 1, 4.0),
        ("bo", 1, 5.0),
    ]


def test_refunds_are_rows_of_the_audit_and_of_order_lines(build):
    table = audit_orders(build(typed(ORDERS)), refund="back")
    found = {reason: (n, money) for reason, n, money in rows(table, columns=("reason", "n_rows", "amount")) if n}
    assert found == {"refund": (2, -12.0), "kept": (4, 36.0), "given": (6, 24.0)}
    lines = as_order_lines(build(typed(ORDERS)), refund="back", order_id="no", keep=["shop"])
    assert sorted(rows(lines, columns=("order_id", "amount", "shop")))[:2] == [("A1", -5.0, "x"), ("A1", 20.0, "x")]


def test_refunds_dropped_leave_the_orders():
    got = as_transactions(ORDERS, refund="back", returns="drop")
    assert got["amount"].sum() == 36


def test_refunds_in_text_are_read_like_amounts():
    texts = ORDERS.assign(amount=["20.00", "7.00", "5.00", "4.00"], back=["$5.00", "(7.00)", "", None])
    assert as_transactions(texts, refund="back")["amount"].sum() == 24
    wrong = texts.assign(back=["some", "", "", ""])
    assert rejected_orders(wrong, refund="back")["rejected_because"].tolist() == ["unusable_amount"]
    assert as_transactions(texts.assign(back=None), refund="back")["amount"].sum() == 36


@pytest.mark.parametrize("most", [1_000_000, 2])
def test_shopify_has_a_column_of_refunds(most, monkeypatch):
    monkeypatch.setattr("crmkit.cli.reading._order_log.CHUNK_ROWS", most)
    code, stdout, stderr = run("audit", DATA / "orders_shopify.csv", "--time-zone", "Europe/Berlin", "--json")
    found = {each["reason"]: (each["n_rows"], each["amount"]) for each in json.loads(stdout)["audit"]}
    assert (code, found["refund"], found["kept"][0]) == (0, (1, -30.0), 2)
    assert "refund: Refunded Amount (guessed; --refund names another)" in stderr


@pytest.mark.parametrize("most", [1_000_000, 1])
def test_a_refund_that_cannot_be_read_is_not_passed_over(most, monkeypatch, tmp_path):
    monkeypatch.setattr("crmkit.cli.reading._order_log.CHUNK_ROWS", most)
    header = ("customer_id", "date", "amount", "Refund Amount")
    content = text(header=header, rows=[("ann", "2024-03-01", "5", "?"), ("bo", "2024-03-01", "6", " ")])
    (tmp_path / "orders.csv").write_text(content)
    code, stdout, stderr = run("audit", tmp_path / "orders.csv", "--json")
    found = {each["reason"]: each["n_rows"] for each in json.loads(stdout)["audit"]}
    assert (code, found["unusable_amount"], found["kept"]) == (0, 1, 1)
    assert "Refund Amount ['?']" in stderr


# Refusals.


def test_a_refund_of_orders_without_a_price_is_refused():
    with pytest.raises(ValueError, match="`refund` is money that went back, and the orders carry no price"):
        as_transactions(ORDERS, amount=None, refund="back")


def test_a_missing_column_of_refunds_is_refused():
    with pytest.raises(SchemaError, match="no column"):
        as_transactions(ORDERS, refund="nothing")
