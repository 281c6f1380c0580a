"""Order lines: the checked rows with their products, in the order given."""

import pandas as pd
import pyarrow as pa
import pytest
from pandas.testing import assert_frame_equal
from tests.frames import Builder, as_pandas, rows
from tests.logs import typed

from crmkit import (
    SchemaError,
    as_order_lines,
    as_transactions,
    audit_orders,
    rejected_orders,
    unidentified_sales_table,
)

OWN = ["customer_id", "order_id", "date", "time", "quantity", "amount"]
LOG = pd.DataFrame(
    {
        "who": ["bo", "ann", "ann", "bo"],
        "invoice": [5, 3, 3, 4],
        "date": ["2024-03-02 10:15", "2024-03-01", "2024-03-01 09:30:05", "2024-03-09"],
        "units": [2, 1, -1, 0],
        "price": [1.5, 4.0, 4.0, 9.0],
        "product": ["cup", "tray", "tray", "cup"],
    }
)
NAMES = {"order_id": "invoice", "customer_id": "who", "quantity": "units", "unit_price": "price"}


# By hand.


def test_lines_keep_their_order_and_what_they_are_told_to_keep():
    lines = as_order_lines(LOG, **NAMES, keep=["product"])
    assert list(lines.columns) == [*OWN, "product"]
    assert rows(lines) == [
        ("bo", 5, "2024-03-02", "2024-03-02 10:15:00", 2.0, 3.0, "cup"),
        ("ann", 3, "2024-03-01", "2024-03-01", 1.0, 4.0, "tray"),
        ("ann", 3, "2024-03-01", "2024-03-01 09:30:05", -1.0, -4.0, "tray"),
        ("bo", 4, "2024-03-09", "2024-03-09", 0.0, 0.0, "cup"),
    ]


def test_dropped_refunds_leave_zero_prices():
    assert rows(as_order_lines(LOG, **NAMES, returns="drop"), columns=["amount"]) == [(3.0,), (4.0,), (0.0,)]


def test_pandas_lines_keep_their_index_and_get_numpy_types():
    given = LOG.convert_dtypes().set_axis(["d", "c", "b", "a"], axis=0)
    lines = as_order_lines(given, **NAMES, returns="drop")
    assert lines.index.tolist() == ["d", "c", "a"]
    kinds = lines[["date", "time", "quantity", "amount"]].dtypes.astype(str).tolist()
    assert kinds == ["datetime64[us]", "datetime64[us]", "float64", "float64"]


def test_quantity_is_missing_where_no_column_is_named(build):
    orders = build(typed(LOG.rename(columns={"who": "customer_id", "price": "amount"})))
    lines = as_order_lines(orders, order_id="invoice")
    assert rows(lines, columns=["quantity"]) == [(None,)] * 4
    assert as_pandas(lines)["quantity"].dtype == "float64"


def test_quantity_is_carried_beside_an_amount_of_its_own():
    lines = as_order_lines(LOG, order_id="invoice", customer_id="who", quantity="units", amount="price")
    assert rows(lines, columns=["quantity", "amount"]) == [(2.0, 1.5), (1.0, 4.0), (-1.0, 4.0), (0.0, 9.0)]


def test_a_missing_quantity_does_not_make_a_line_unusable():
    orders = LOG.assign(units=[None, 1.0, 1.0, 1.0])
    lines = as_order_lines(orders, order_id="invoice", customer_id="who", quantity="units", amount="price")
    assert rows(lines, columns=["quantity"]) == [(None,), (1.0,), (1.0,), (1.0,)]


def test_unusable_lines_are_left_out_when_told_to():
    orders = LOG.assign(who=["bo", None, "ann", "bo"], price=[1.5, 4.0, None, 9.0])
    assert rows(as_order_lines(orders, **NAMES, invalid="drop"), columns=["customer_id", "order_id"]) == [
        ("bo", 5),
        ("bo", 4),
    ]


@pytest.mark.parametrize("kind", ["pandas-numpy", "polars", "polars-lazy", "pyarrow"])
def test_every_kind_in_memory_keeps_the_order_of_the_rows(kind):
    lines = as_order_lines(Builder(kind)(LOG), **NAMES)
    assert [row[0] for row in rows(lines, columns=["order_id"])] == [5, 3, 3, 4]


# Refusal.


def test_a_column_to_keep_must_be_there():
    with pytest.raises(SchemaError, match=r"`orders` has no column \['channel'\] to keep; its columns are \['who', "):
        as_order_lines(LOG, **NAMES, keep=["product", "channel"])


@pytest.mark.parametrize("door", [as_transactions, audit_orders, rejected_orders, unidentified_sales_table])
def test_elsewhere_a_quantity_beside_an_amount_has_no_use_and_is_refused(door):
    with pytest.raises(ValueError, match=r"`quantity` is multiplied by unit_price=, .* beside `amount` it has no use"):
        door(LOG, customer_id="who", quantity="units", amount="price")


@pytest.mark.parametrize("own", OWN)
def test_a_column_to_keep_must_not_bear_a_name_of_the_table(own):
    with pytest.raises(
        SchemaError, match=rf"`keep` names \['{own}'\], but as_order_lines makes columns of these names"
    ):
        as_order_lines(LOG.assign(**{own: LOG["date"]}), **NAMES, keep=[own])


def test_keep_is_no_text():
    with pytest.raises(TypeError, match=r"`keep` must be a sequence of column names, got the text 'product'\. Pass"):
        as_order_lines(LOG, **NAMES, keep="product")


def test_lines_that_cannot_be_used_are_refused():
    with pytest.raises(SchemaError, match=r"1 without a customer \(first at rows \[1\]\)"):
        as_order_lines(LOG.assign(who=["bo", None, "ann", "bo"]), **NAMES)


def test_lines_without_an_order_id_are_refused():
    with pytest.raises(SchemaError, match=r"`orders\['invoice'\]` has 1 missing value on"):
        as_order_lines(LOG.assign(invoice=[5, None, 3, 4]), **NAMES)


# Input untouched.


def test_the_orders_given_are_not_changed(build):
    orders = build(typed(LOG))
    before = as_pandas(orders)
    as_order_lines(orders, **NAMES, keep=["product"], returns="drop")
    assert_frame_equal(as_pandas(orders), before)


def test_the_lines_share_no_memory_with_the_orders():
    orders = LOG.copy(deep=True)
    names = {"order_id": "invoice", "customer_id": "who", "quantity": "units", "amount": "price"}
    lines = as_order_lines(orders, **names, keep=["product"])
    lines.loc[:, ["order_id", "amount", "product"]] = [0, 0.0, "gone"]
    assert_frame_equal(orders, LOG)


def test_kept_columns_keep_their_type():
    kinds = {"price": "float32", "product": "category"}
    lines = as_order_lines(LOG.astype(kinds), **NAMES, keep=["price", "product"])
    assert lines[["price", "product"]].dtypes.astype(str).to_dict() == kinds
    arrow = pa.table(LOG).set_column(5, "product", pa.array(["cup", "tray", "tray", "cup"]).dictionary_encode())
    assert pa.types.is_dictionary(as_order_lines(arrow, **NAMES, keep=["product"])["product"].type)
