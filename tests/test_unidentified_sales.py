"""Sales without a customer by period: they add up to their line of the audit."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.files import data_file
from tests.frames import assert_same_rows, rows

from crmkit import SchemaError, audit_orders, unidentified_sales_table

ORDERS = pd.DataFrame(
    {
        "customer_id": ["ann", None, None, None, "bo", None],
        "date": pd.to_datetime(["2024-03-01", "2024-03-05", "2024-03-09", "2024-03-09", "2024-05-02", None]),
        "amount": [30.0, 10.0, 4.0, -2.0, 5.0, 7.0],
        "order": ["A", "B", "B", "C", "D", "E"],
    }
)


# By hand.


def test_rows_orders_and_money_by_month(build):
    # March: 10 + 4 - 2 of 42 in all, on three of four rows; B is one order and C a refund.
    assert rows(unidentified_sales_table(build(ORDERS), order_id="order")) == [
        ("2024-03-01", 3, 1, 12.0, 0.75, 12 / 42),
        ("2024-05-01", 0, 0, 0.0, 0.0, 0.0),
        (None, 1, 1, 7.0, 1.0, 1.0),
    ]


def test_without_ids_every_row_but_a_refund_is_an_order(build):
    found = unidentified_sales_table(build(ORDERS), freq="Y")
    assert rows(found, columns=["n_rows", "n_orders"]) == [(3, 2), (1, 1)]


def test_orders_without_a_price_have_rows_alone(build):
    found = unidentified_sales_table(build(ORDERS), amount=None)
    assert rows(found, columns=["n_rows", "amount", "amount_share"]) == [
        (3, None, None),
        (0, None, None),
        (1, None, None),
    ]


def test_a_share_of_nothing_is_missing():
    orders = ORDERS.assign(amount=[-30.0, 10.0, 4.0, -2.0, 5.0, 7.0])
    assert unidentified_sales_table(orders)["amount_share"].isna().tolist() == [True, False, False]


def test_a_week_holds_all_its_hours():
    week = pd.DataFrame({"customer_id": ["", ""], "date": ["2024-01-30 08:00", "2024-02-01 23:59"], "amount": [1, 2]})
    found = unidentified_sales_table(week, freq="W")
    assert rows(found) == [("2024-01-29", 2, 2, 3.0, 1.0, 1.0)]


# Reference: Online Retail (UCI 352), whose audit says 135,080 rows and 1,447,682.12.


def test_online_retail():
    invoices = pd.read_parquet(data_file("online_retail.parquet"))
    columns = {"customer_id": "CustomerID", "date": "InvoiceDate", "quantity": "Quantity", "unit_price": "UnitPrice"}
    found = unidentified_sales_table(invoices, order_id="InvoiceNo", **columns)
    assert found["n_rows"].sum() == 135_080
    assert found["amount"].sum() == pytest.approx(1_447_682.12)


# Laws.


LOGS = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", None]),
        st.sampled_from(["2024-01-31 09:30", "2024-01-30 08:00", "2024-02-01", "2025-07-07", "soon"]),
        st.sampled_from([5.0, -2.5, 0.0, None]),
        st.sampled_from(["x", "y", None]),
    ),
    min_size=1,
    max_size=15,
).map(lambda log: pd.DataFrame(log, columns=["customer_id", "date", "amount", "order"]))


@given(LOGS, st.sampled_from(["D", "W", "M", "Q-JAN", "Y-MAR"]))
def test_the_table_adds_up_with_the_audit(log, freq):
    log = log.astype({"customer_id": object, "date": object, "amount": float, "order": object})
    table = unidentified_sales_table(log, freq=freq, order_id="order")
    line = audit_orders(log).set_index("reason").loc["no_customer"]
    assert table["n_rows"].sum() == line["n_rows"]
    assert table["amount"].sum() == pytest.approx(line["amount"])
    assert (table["n_orders"] <= table["n_rows"]).all()
    assert table["row_share"].between(0, 1).all()


@given(LOGS, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(log, random):
    log = log.astype({"customer_id": object, "date": object, "amount": float, "order": object})
    order = list(range(len(log)))
    random.shuffle(order)
    tables = (unidentified_sales_table(given, order_id="order") for given in (log, log.iloc[order]))
    assert_same_rows(*tables, in_order=True)


# Refusals, and input untouched.


def test_unknown_periods_and_missing_columns_are_refused():
    with pytest.raises(ValueError, match=r"`freq` must be one of"):
        unidentified_sales_table(ORDERS, freq="H")
    with pytest.raises(SchemaError, match=r"has no column \['who'\]"):
        unidentified_sales_table(ORDERS, customer_id="who")
    with pytest.raises(TypeError, match=r"`orders` must be a pandas"):
        unidentified_sales_table([1])


def test_the_orders_stay_as_they_are():
    before = ORDERS.copy(deep=True)
    unidentified_sales_table(ORDERS)
    pd.testing.assert_frame_equal(ORDERS, before)
