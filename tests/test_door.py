"""The door: which days are purchase days, and which ids, amounts and currencies it reads."""

from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from pandas.testing import assert_frame_equal
from tests.frames import Builder, as_pandas, rows
from tests.logs import log, typed

from crmkit import as_transactions

DAY = "2024-03-01"
ORDERS = ("customer_id", "date", "amount", "order_id")


def one_day(*amounts):
    """What the door makes of one customer's amounts of one day: the orders and the money."""
    orders = log([("ann", DAY, amount) for amount in amounts])
    ((_, _, n_orders, amount),) = rows(as_transactions(orders))
    return n_orders, amount


# By hand: the rule of the purchase day.


def test_a_day_with_only_a_refund_is_no_purchase_day():
    assert one_day(-5.0) == (0, -5.0)


def test_an_order_refunded_in_full_on_its_day_is_no_purchase():
    assert one_day(5.0, -5.0) == (0, 0.0)


def test_an_order_with_a_larger_refund_is_no_purchase():
    assert one_day(5.0, -8.0) == (0, -3.0)


def test_an_order_refunded_in_part_is_a_purchase():
    assert one_day(5.0, -3.0) == (1, 2.0)


def test_a_refund_is_no_order_of_its_own():
    assert one_day(5.0, 4.0, -1.0, -1.0) == (2, 7.0)


def test_an_order_at_price_zero_is_a_purchase():
    assert one_day(0.0) == (1, 0.0)


def test_an_order_at_price_zero_does_not_outweigh_a_refund():
    assert one_day(0.0, -2.0) == (0, -2.0)


def test_the_rounding_of_a_sum_is_no_purchase():
    # 0.1 + 0.2 is 0.30000000000000004, so the net is 5.6e-17, not 0
    n_orders, amount = one_day(0.1, 0.2, -0.3)
    assert n_orders == 0
    assert amount == pytest.approx(0, abs=1e-15)


def test_the_smallest_coin_above_a_large_refund_is_a_purchase():
    # one cent net of a million: far below the money moved, far above rounding
    assert one_day(1_000_000.01, -1_000_000.0) == (1, pytest.approx(0.01, rel=1e-6))


def test_a_negative_zero_is_an_order_at_price_zero():
    assert one_day(-0.0) == (1, 0.0)


def test_dropped_refunds_leave_the_orders_of_their_day():
    orders = log([("ann", DAY, 5.0), ("ann", DAY, -8.0), ("bo", DAY, -1.0)])
    assert rows(as_transactions(orders, returns="drop")) == [("ann", DAY, 1, 5.0)]


# By hand: counting orders.


def test_rows_of_a_day_are_added_up_and_days_sorted_by_customer_and_date():
    orders = log(
        [
            ("bo", "2024-03-02", 5.0),
            ("ann", "2024-03-05", 1.0),
            ("ann", "2024-03-01 09:30", 20.0),
            ("ann", "2024-03-01 23:59:59", 10.0),
        ]
    )
    expected = [("ann", DAY, 2, 30.0), ("ann", "2024-03-05", 1, 1.0), ("bo", "2024-03-02", 1, 5.0)]
    assert rows(as_transactions(orders)) == expected


def test_rows_that_repeat_one_another_all_count():
    assert one_day(5.0, 5.0, 5.0) == (3, 15.0)


def test_rows_that_share_an_order_id_are_one_order():
    orders = log([("ann", DAY, 5.0, "A1"), ("ann", DAY, 1.0, "A1"), ("ann", DAY, 2.0, "A2")], columns=ORDERS)
    assert rows(as_transactions(orders, order_id="order_id")) == [("ann", DAY, 2, 8.0)]


def test_an_order_id_on_two_days_is_an_order_of_each():
    orders = log([("ann", DAY, 5.0, "A1"), ("ann", "2024-03-02", 1.0, "A1")], columns=ORDERS)
    assert rows(as_transactions(orders, order_id="order_id")) == [("ann", DAY, 1, 5.0), ("ann", "2024-03-02", 1, 1.0)]


def test_an_order_id_of_two_customers_is_an_order_of_each():
    orders = log([("ann", DAY, 5.0, "A1"), ("bo", DAY, 1.0, "A1")], columns=ORDERS)
    assert [row[2] for row in rows(as_transactions(orders, order_id="order_id"))] == [1, 1]


def test_an_order_id_that_only_refunds_is_no_order():
    orders = log([("ann", DAY, 5.0, "A1"), ("ann", DAY, -1.0, "C9")], columns=ORDERS)
    assert rows(as_transactions(orders, order_id="order_id")) == [("ann", DAY, 1, 4.0)]


def test_a_refunded_line_does_not_hide_the_other_lines_of_its_order():
    orders = log([("ann", DAY, 5.0, "A1"), ("ann", DAY, -1.0, "A1")], columns=ORDERS)
    assert rows(as_transactions(orders, order_id="order_id")) == [("ann", DAY, 1, 4.0)]


# By hand: columns by any name, ids of any type.


def test_columns_are_named_by_keyword_and_the_product_is_the_amount():
    orders = log([("ann", DAY, 3, 1.5), ("ann", DAY, -1, 2.0)], columns=("who", "when", "units", "price"))
    days = as_transactions(orders, customer_id="who", date="when", quantity="units", unit_price="price")
    assert rows(days) == [("ann", DAY, 1, 2.5)]


@pytest.mark.parametrize(
    "ids",
    [
        pd.Series([7, 7, 8]),
        pd.Series([7.0, 7.0, 8.0]),
        pd.Series([7, 7, 8], dtype="int8"),
        pd.Series([7, 7, 8], dtype="uint64"),
        pd.Series([7, 7, 8], dtype="Int64"),
        pd.Series([7, 7, 8], dtype=object),
        pd.Series([7, 7.0, 8], dtype=object),
        pd.Series([7, 7, 8]).astype("category"),
        pd.Series([7.0, 7.0, 8.0]).astype("category"),
        pd.Series([7, 7, 8], dtype=pd.ArrowDtype(pa.int32())),
    ],
    ids=lambda ids: str(ids.dtype),
)
def test_whole_numbers_are_whole_numbers_however_pandas_holds_them(ids):
    days = as_transactions(log([(0, DAY, 1.0)] * 3).assign(customer_id=ids))
    assert days["customer_id"].tolist() == [7, 8]
    assert days["customer_id"].dtype == "int64"


@pytest.mark.parametrize("dtype", [object, "str", "string", "category", pd.ArrowDtype(pa.string())], ids=str)
def test_text_ids_are_text_however_pandas_holds_them(dtype):
    ids = pd.Series(["b", "a", "b"]).astype(dtype)
    assert rows(as_transactions(log([("", DAY, 1.0)] * 3).assign(customer_id=ids))) == [
        ("a", DAY, 1, 1.0),
        ("b", DAY, 2, 2.0),
    ]


@pytest.mark.parametrize("dtype", ["float64", "Float64", "Int64", object, "category"])
def test_ids_with_missing_ones_among_them_stay_whole_numbers(dtype):
    ids = pd.Series([7.0, None, 8.0]).astype(dtype)
    days = as_transactions(log([(0, DAY, 1.0)] * 3).assign(customer_id=ids), invalid="drop")
    assert days["customer_id"].tolist() == [7, 8]
    assert days["customer_id"].dtype == "int64"


@pytest.mark.parametrize("dtype", ["Int64", object, "category", pd.ArrowDtype(pa.int64())], ids=str)
def test_ids_too_long_for_a_float_keep_every_digit(dtype):
    ids = pd.Series([2**60 + 1, None, 2**60 + 2], dtype="Int64").astype(dtype)
    days = as_transactions(log([(0, DAY, 1.0)] * 3).assign(customer_id=ids), invalid="drop")
    assert days["customer_id"].tolist() == [2**60 + 1, 2**60 + 2]


@pytest.mark.parametrize(
    "ids",
    [
        pl.Series([7.0, None, 8.0]),
        pl.Series([7.0, float("nan"), 8.0]),
        pl.Series([7, None, 8], dtype=pl.UInt8),
    ],
    ids=["null", "nan", "uint8"],
)
def test_polars_ids_with_missing_ones_stay_whole_numbers(ids):
    orders = pl.DataFrame({"customer_id": ids, "date": [DAY] * 3, "amount": [1.0] * 3})
    days = as_transactions(orders, invalid="drop")
    assert days["customer_id"].to_list() == [7, 8]
    assert days.schema["customer_id"] == pl.Int64


@pytest.mark.parametrize("dtype", [pl.String, pl.Categorical, pl.Enum(["b", "a"])], ids=["text", "categorical", "enum"])
def test_polars_categories_become_their_text_in_the_order_of_text(dtype):
    ids = pl.Series(["b", "a", "b"], dtype=dtype)
    days = as_transactions(pl.DataFrame({"customer_id": ids, "date": [DAY] * 3, "amount": [1.0] * 3}))
    assert days["customer_id"].to_list() == ["a", "b"]


@pytest.mark.parametrize("ids", [["b", "a", "b"], [8, 7, 8]], ids=["text", "whole numbers"])
def test_arrow_dictionaries_become_what_they_stand_for(ids):
    orders = pa.table({"customer_id": pa.array(ids).dictionary_encode(), "date": [DAY] * 3, "amount": [1.0] * 3})
    assert as_transactions(orders)["customer_id"].to_pylist() == sorted(set(ids))


def test_numbers_are_sorted_as_numbers_and_text_as_text():
    orders = log([(10, DAY, 1.0), (9, DAY, 1.0)])
    assert as_transactions(orders)["customer_id"].tolist() == [9, 10]
    assert as_transactions(orders.astype({"customer_id": "str"}))["customer_id"].tolist() == ["10", "9"]


def test_an_empty_or_blank_text_is_no_id():
    orders = log([("ann", DAY, 1.0), ("", DAY, 1.0), ("  ", DAY, 1.0), (None, DAY, 1.0)])
    assert rows(as_transactions(orders, invalid="drop")) == [("ann", DAY, 1, 1.0)]


# By hand: amounts.


@pytest.mark.parametrize(
    "amounts",
    [["1.5", "2"], [" 1.50 ", "+2"], [Decimal("1.5"), Decimal(2)], ["1.5", 2], [1.5, Decimal(2)], ["15e-1", "2.0"]],
    ids=repr,
)
def test_amounts_are_read_as_numbers(amounts):
    orders = log([("ann", DAY, 0.0)] * 2).assign(amount=pd.Series(amounts, dtype=object))
    assert rows(as_transactions(orders)) == [("ann", DAY, 2, 3.5)]


def test_decimals_of_polars_and_arrow_are_read_as_numbers():
    columns = {"customer_id": ["ann"], "date": [DAY], "amount": [Decimal("1.25")]}
    assert rows(as_transactions(pl.DataFrame(columns))) == [("ann", DAY, 1, 1.25)]
    assert rows(as_transactions(pa.table(columns))) == [("ann", DAY, 1, 1.25)]


@pytest.mark.parametrize("amount", ["1,5,0", "€", "", "inf", "nan", "1_000", "0x10", "1e400", True, None])
def test_text_that_is_no_plain_number_is_an_unusable_amount(amount):
    orders = log([("ann", DAY, 1.0), ("ann", DAY, 1.0)]).assign(amount=pd.Series([1.0, amount], dtype=object))
    assert rows(as_transactions(orders, invalid="drop")) == [("ann", DAY, 1, 1.0)]


def test_a_product_that_overflows_is_an_unusable_amount():
    orders = log([("ann", DAY, 1, 2.0), ("ann", DAY, 10, 1e308)], columns=("customer_id", "date", "units", "price"))
    days = as_transactions(orders, quantity="units", unit_price="price", invalid="drop")
    assert rows(days) == [("ann", DAY, 1, 2.0)]


def test_one_currency_is_as_good_as_none():
    orders = log([("ann", DAY, 5.0, "EUR"), ("bo", DAY, 5.0, "EUR")], columns=("customer_id", "date", "amount", "code"))
    assert_frame_equal(as_transactions(orders, currency="code"), as_transactions(orders))


# By hand: the table's own types and names.


@pytest.mark.parametrize("kind", ["pandas-numpy", "pandas-nullable", "pandas-pyarrow"])
def test_pandas_gets_numpy_types_and_a_fresh_index(kind):
    orders = Builder(kind)(typed(log([("ann", DAY, 5), ("ann", DAY, 2), ("bo", DAY, 5)])))
    days = as_transactions(orders.set_axis([5, 5, 6], axis=0))
    assert days.index.equals(pd.RangeIndex(2))
    assert list(days.columns) == ["customer_id", "date", "n_orders", "amount"]
    assert days.dtypes.astype(str).tolist()[1:] == ["datetime64[us]", "int64", "float64"]


def test_columns_that_are_not_named_do_not_matter():
    orders = log([("ann", DAY, 5.0)]).assign(note=[{"any": "thing"}], amount2=np.nan)
    assert rows(as_transactions(orders)) == [("ann", DAY, 1, 5.0)]


# Input untouched.


def test_the_orders_given_are_not_changed(build):
    orders = build(typed(log([("ann", DAY, 5.0), ("", DAY, -2.0), ("bo", "2024-03-02 10:00", None)])))
    before = as_pandas(orders)
    as_transactions(orders, invalid="drop", returns="drop")
    assert_frame_equal(as_pandas(orders), before)


def test_text_and_objects_given_are_not_changed():
    orders = log([("ann", DAY, "5"), (None, "2024-03-02", Decimal(2)), ("bo", "tomorrow", "x")]).set_axis(
        [3, 1, 2], axis=0
    )
    before = orders.copy(deep=True)
    as_transactions(orders, invalid="drop")
    assert_frame_equal(orders, before)
