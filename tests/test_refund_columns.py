"""Refunds that stand in a column beside the amount, in every kind of frame and on the command line."""

import json
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.commands import run, text
from tests.frames import assert_same_rows, rows
from tests.logs import log, order_logs, typed

from crmkit import SchemaError, as_order_lines, as_transactions, audit_orders, audit_refunds, rejected_orders

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


def test_refunds_with_a_date_of_their_own_are_booked_on_it(build):
    orders = ORDERS.assign(on=pd.to_datetime(["2024-03-09", None, "2024-03-09", None]).astype("datetime64[us]"))
    options = {"refund": "back", "refund_date": "on"}
    got = as_transactions(build(typed(orders)), order_id="no", **options)
    assert sorted(rows(got)) == [
        ("ann", "2024-03-01", 1, 20.0),
        # without a date of its own: the order's
        ("ann", "2024-03-02", 0, 0.0),
        ("ann", "2024-03-09", 0, -5.0),
        ("bo", "2024-03-02", 1, 5.0),
        ("bo", "2024-03-03", 1, 4.0),
    ]
    assert rows(audit_refunds(build(typed(orders)), **options)) == [("own_date", 1, -5.0), ("order_date", 1, -7.0)]
    table = audit_orders(build(typed(orders)), **options, as_of="2024-03-08")
    found = {reason: (n, money) for reason, n, money in rows(table, columns=("reason", "n_rows", "amount")) if n}
    assert found == {"after_as_of": (1, -5.0), "refund": (1, -7.0), "kept": (4, 36.0), "given": (6, 24.0)}


def test_a_refund_date_that_cannot_be_read_makes_its_row_unusable():
    on = ["2024-03-09", "soon", "never", " "]
    rejected = rejected_orders(ORDERS.assign(on=on), refund="back", refund_date="on")
    # the third row has no refund, the fourth no date
    assert rejected[["no", "rejected_because"]].to_numpy().tolist() == [["A2", "unusable_date"]]
    empty = ORDERS.assign(on=None)
    assert_same_rows(
        as_transactions(empty, refund="back", refund_date="on"), as_transactions(empty, refund="back"), in_order=True
    )


@pytest.mark.parametrize("most", [1_000_000, 2])
def test_the_command_line_books_refunds_on_their_date(most, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("crmkit.cli.reading._order_log.CHUNK_ROWS", most)
    header = ("customer_id", "date", "amount", "Refund Amount", "Refund Date")
    refunds = [("5", "2024-03-09"), ("7", "soon"), ("1", ""), ("", "")]
    lines = [(f"c{n}", "2024-03-01", "10", *refund) for n, refund in enumerate(refunds)]
    (tmp_path / "orders.csv").write_text(text(header=header, rows=lines))
    code, stdout, stderr = run("audit", "orders.csv", "--as-of", "2024-03-08", "--json")
    found = {each["reason"]: (each["n_rows"], each["amount"]) for each in json.loads(stdout)["audit"] if each["n_rows"]}
    assert code == 0
    assert found["unusable_date"][0] == 1
    assert (found["after_as_of"], found["refund"], found["kept"]) == ((1, -5.0), (1, -1.0), (3, 30.0))
    assert "1 refund is booked on the day in Refund Date, 1 without one on the day of the order." in stderr
    assert "Refund Date ['soon'" in stderr
    assert "refund date: Refund Date (guessed; --refund-date names another)" in stderr
    plain = run("audit", "orders.csv", "--refund-date", "", "--json")[1]
    assert {each["reason"]: each["n_rows"] for each in json.loads(plain)["audit"]}["refund"] == 3


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


# Laws.


@given(order_logs(refunds=False), st.data())
def test_refunds_in_a_column_are_refunds_in_rows(orders, data):
    n = len(orders)
    back = data.draw(st.lists(st.integers(0, 500) | st.none(), min_size=n, max_size=n))
    later = data.draw(st.lists(st.integers(0, 40) | st.none(), min_size=n, max_size=n))
    beside = orders.assign(
        back=[None if cents is None else cents / 100 for cents in back],
        on=orders["date"] + pd.to_timedelta(pd.Series(later, dtype="float64"), unit="D"),
    ).astype({"back": "float64", "on": "datetime64[us]"})
    refunded = beside[beside["back"] > 0]
    explicit = refunded.assign(amount=-refunded["back"], date=refunded["on"].fillna(refunded["date"]))
    both = pd.concat([orders, explicit[orders.columns]], ignore_index=True)
    options = {"refund": "back", "refund_date": "on"}
    more = data.draw(st.sampled_from([{}, {"order_id": "order_id"}, {"order_id": "order_id", "returns": "drop"}]))
    assert_same_rows(as_transactions(beside, **options, **more), as_transactions(both, **more), in_order=True)
    columns = ["reason", "n_rows", "amount"]
    audit = audit_orders(beside, **options, as_of="2024-01-31")[columns]
    assert_same_rows(audit, audit_orders(both, as_of="2024-01-31")[columns], in_order=True)
    assert audit["amount"].iloc[:-1].sum() == pytest.approx(audit["amount"].iloc[-1], abs=1e-9)


# Refusals.


def test_a_date_of_refunds_without_refunds_is_refused():
    with pytest.raises(ValueError, match="`refund_date` is the date of refund=, which is not given"):
        as_transactions(ORDERS, refund_date="date")


def test_a_refund_of_orders_without_a_price_is_refused():
    with pytest.raises(ValueError, match="`refund` is money that went back, and the orders carry no price"):
        as_transactions(ORDERS, amount=None, refund="back")


def test_a_missing_column_of_refunds_is_refused():
    with pytest.raises(SchemaError, match="no column"):
        as_transactions(ORDERS, refund="nothing")


def test_a_refund_that_was_guessed_is_not_blamed_on_the_user(tmp_path):
    header = ("customer_id", "date", "Refund Amount")
    (tmp_path / "orders.csv").write_text(text(header=header, rows=[("ann", "2024-03-01", "")]))
    code, _, stderr = run("audit", tmp_path / "orders.csv", "--amount", "")
    assert (code, "refund" in stderr) == (0, False)
    code, _, stderr = run("audit", tmp_path / "orders.csv", "--amount", "", "--refund", "Refund Amount")
    assert (code, "--refund is money that went back" in stderr) == (3, True)
