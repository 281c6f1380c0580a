"""What the door refuses, and that it says why: every message of it but those on dates."""

import re
from datetime import datetime

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from tests.frames import Builder, assert_same_rows, rows, to_arrow
from tests.logs import log, typed

from crmkit import SchemaError, as_order_lines, as_transactions, audit_orders, rejected_orders

DAY = "2024-03-01"
ORDERS = log([("ann", DAY, 5.0), ("bo", DAY, 2.0)])
DOORS = (as_transactions, audit_orders, rejected_orders)


def numbered(ids):
    return log([("", DAY, 1.0)] * len(ids)).assign(customer_id=pd.Series(ids))


def priced(amounts):
    return log([("ann", DAY, 1.0)] * len(amounts)).assign(amount=pd.Series(amounts))


# The frame.


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    "orders", [[1], {"customer_id": [1]}, np.zeros((2, 3)), None, "log.csv", pd.Series([1])], ids=type
)
def test_what_is_no_frame_is_refused(door, orders):
    expected = r"`orders` must be a pandas, Polars or PyArrow table, a DuckDB relation or a PySpark DataFrame, got "
    with pytest.raises(TypeError, match=expected + type(orders).__name__):
        door(orders)


@pytest.mark.parametrize("door", DOORS)
def test_a_table_without_rows_is_refused_in_memory(door, build_in_memory):
    with pytest.raises(SchemaError, match=r"`orders` has no rows\. It must have at least one\."):
        door(build_in_memory(to_arrow(typed(ORDERS)).slice(0, 0)))


def test_a_table_without_rows_is_refused_on_an_engine():
    with pytest.raises(SchemaError, match=r"`orders` has no rows\. It must have at least one\."):
        as_transactions(Builder("duckdb")(to_arrow(typed(ORDERS)).slice(0, 0)))


@pytest.mark.parametrize("door", DOORS)
def test_a_missing_column_is_refused_with_the_columns_there_are(door, build):
    orders = build(typed(ORDERS).rename(columns={"customer_id": "CustomerID"}))
    expected = r"`orders` has no column \['customer_id'\]; its columns are \['CustomerID', 'date', 'amount'\]\. Name"
    with pytest.raises(SchemaError, match=expected):
        door(orders)


@pytest.mark.parametrize("option", ["amount", "order_id", "currency"])
def test_a_missing_column_of_every_role_is_refused(option):
    with pytest.raises(SchemaError, match=r"`orders` has no column \['nowhere'\]"):
        as_transactions(ORDERS, **{option: "nowhere"})


def test_doubled_column_names_are_refused():
    expected = r"`orders` has the column names \['date'\] more than once\. Rename or drop the copies\."
    doubled = pd.concat([ORDERS, ORDERS[["date"]]], axis=1)
    with pytest.raises(SchemaError, match=expected):
        as_transactions(doubled)
    with pytest.raises(SchemaError, match=expected):
        as_transactions(
            pa.Table.from_arrays([*pa.table(ORDERS).columns, pa.array([DAY] * 2)], [*ORDERS.columns, "date"])
        )


def test_doubled_column_names_of_an_engine_are_refused():
    source = Builder("duckdb")(typed(ORDERS))
    doubled = source.query("given", "SELECT *, 0.0 AS amount FROM given")
    with pytest.raises(SchemaError, match=r"`orders` has the column names \['amount'\] more than once"):
        as_transactions(doubled)


# Ids.


@pytest.mark.parametrize(
    ("ids", "kinds"),
    [
        ([7, "a"], r"\['int', 'str'\]"),
        ([1.5, "a"], r"\['float', 'str'\]"),
        ([(1, 2), (3, 4)], r"\['tuple'\]"),
        ([True, "a"], r"\['bool', 'str'\]"),
        ([b"a", b"b"], r"\['bytes'\]"),
    ],
)
def test_ids_of_mixed_or_strange_kinds_are_refused(ids, kinds):
    expected = rf"`orders\['customer_id'\]` holds ids of the kinds {kinds}; ids are whole numbers"
    with pytest.raises(SchemaError, match=expected):
        as_transactions(numbered(pd.Series(ids, dtype=object)))


@pytest.mark.parametrize("ids", [[True, False], pd.to_datetime([DAY, DAY])], ids=["boolean", "datetime"])
def test_ids_of_other_types_are_refused(ids):
    expected = r"`orders\['customer_id'\]` holds \w+.*; ids are whole numbers or text\. Cast the column"
    with pytest.raises(SchemaError, match=expected):
        as_transactions(numbered(ids))


@pytest.mark.parametrize("broken", [1.5, float("inf"), 2.0**60])
@pytest.mark.parametrize("kind", ["pandas-numpy", "pandas-pyarrow", "polars", "polars-lazy", "pyarrow"])
def test_floats_that_are_no_whole_numbers_are_no_ids(broken, kind):
    orders = Builder(kind)(pa.table(typed(ORDERS).assign(customer_id=[1.0, broken])))
    expected = "holds 1 id that is not a whole number, such as " + re.escape(f"[{broken!r}]")
    with pytest.raises(SchemaError, match=expected):
        as_transactions(orders)


@pytest.mark.parametrize("ids", [[7, 1.5], [7, 2**70]], ids=["half", "too large"])
def test_objects_that_are_no_whole_numbers_are_no_ids(ids):
    with pytest.raises(SchemaError, match=r"holds ids that are not whole numbers of 64 bits\. Read the column as text"):
        as_transactions(numbered(pd.Series(ids, dtype=object)))


def test_unsigned_ids_beyond_64_bits_are_refused_not_wrapped(build_in_memory):
    ids = pa.array([7, 2**63 + 5], pa.uint64())
    orders = build_in_memory(pa.table(typed(ORDERS)).set_column(0, "customer_id", ids))
    with pytest.raises(SchemaError, match="whole numbers of 64 bits"):
        as_transactions(orders)


def test_missing_ids_are_refused_with_their_rows():
    expected = r"`orders` has rows that cannot be used: 2 without a customer \(first at rows \[1, 2\]\)\. Correct them"
    with pytest.raises(SchemaError, match=expected):
        as_transactions(numbered(["ann", None, " "]))


# Order ids and currencies.


@pytest.mark.parametrize("order_ids", [["A1", None], [1.0, None], [1.0, float("nan")]], ids=["text", "null", "nan"])
def test_missing_order_ids_are_refused(order_ids, build):
    orders = build(to_arrow(typed(ORDERS)).append_column("order", pa.array(order_ids, from_pandas=False)))
    expected = (
        r"`orders\['order'\]` has 1 missing value on rows that are otherwise usable\. Fill them, or pass order_id=None"
    )
    with pytest.raises(SchemaError, match=expected):
        as_transactions(orders, order_id="order")


def test_missing_order_ids_do_not_matter_on_rows_that_are_left_out():
    orders = log([("ann", DAY, 5.0, "A1"), (None, DAY, 5.0, None)], columns=("customer_id", "date", "amount", "order"))
    assert rows(as_transactions(orders, order_id="order", invalid="drop")) == [("ann", DAY, 1, 5.0)]


@pytest.mark.parametrize("door", DOORS)
def test_several_currencies_are_refused(door, build):
    orders = build(typed(ORDERS).assign(code=["EUR", "CNY"]))
    expected = r"`orders\['code'\]` holds the currencies \['CNY', 'EUR'\]; amounts of several currencies"
    with pytest.raises(SchemaError, match=expected):
        door(orders, currency="code")


@pytest.mark.parametrize("codes", [["EUR", None], [None, None], ["EUR", " eur "]])
def test_cells_without_a_currency_and_its_case_do_not_matter(codes, build):
    orders = build(to_arrow(typed(ORDERS)).append_column("code", pa.array(codes, pa.string())))
    assert_same_rows(as_transactions(orders, currency="code"), as_transactions(orders))


# Amounts.


def test_unusable_amounts_are_refused_with_their_rows_and_values():
    expected = (
        r"`orders` has rows that cannot be used: 3 with an unusable amount \(first at rows \[1, 2, 3\], "
        r"`orders\[\'amount\'\]` is \['1,5,0', None, 'inf'\]\)\. Correct them, or pass invalid='drop'; "
        r"rejected_orders returns them\."
    )
    with pytest.raises(SchemaError, match=expected):
        as_transactions(priced(pd.Series(["1.50", "1,5,0", None, "inf"], dtype=object)))


@pytest.mark.parametrize("broken", [None, float("nan"), float("inf"), -float("inf")])
def test_missing_and_infinite_amounts_are_refused(broken, build):
    orders = to_arrow(typed(ORDERS)).set_column(2, "amount", pa.array([5.0, broken], from_pandas=False))
    with pytest.raises(SchemaError, match=r"1 with an unusable amount \("):
        as_transactions(build(orders))


@pytest.mark.parametrize("amounts", [[True, False], pd.to_datetime([DAY, DAY])], ids=["boolean", "datetime"])
def test_amounts_of_other_types_are_refused(amounts):
    with pytest.raises(SchemaError, match=r"`orders\['amount'\]` holds \w+.*, not numbers\. Cast it to a number first"):
        as_transactions(priced(amounts))


def test_an_unusable_product_is_shown_by_its_rows():
    orders = log([("ann", DAY, 1, None), ("ann", DAY, 2, 2.0)], columns=("customer_id", "date", "units", "price"))
    with pytest.raises(SchemaError, match=r"1 with an unusable amount \(first at rows \[0\]\)\. Correct them"):
        as_transactions(orders, quantity="units", unit_price="price")


def test_all_reasons_are_told_at_once():
    orders = log([(None, DAY, 1.0), ("ann", "x", 1.0), ("ann", DAY, None)])
    expected = r"1 without a customer \(.*\); 1 with an unusable date \(.*\); 1 with an unusable amount \("
    with pytest.raises(SchemaError, match=expected):
        as_transactions(orders)


# Options.


@pytest.mark.parametrize("door", [as_transactions, as_order_lines])
@pytest.mark.parametrize(("option", "known"), [("returns", r"\['drop', 'net'\]"), ("invalid", r"\['drop', 'raise'\]")])
@pytest.mark.parametrize("value", ["nett", None, True])
def test_unknown_options_are_refused(door, option, known, value):
    order_id = {"order_id": "customer_id"} if door is as_order_lines else {}
    with pytest.raises(ValueError, match=rf"`{option}` must be one of {known}, got {value!r}\."):
        door(ORDERS, **order_id, **{option: value})


@pytest.mark.parametrize(
    "options", [{"unit_price": "amount"}, {"unit_price": "amount", "quantity": "amount", "amount": "date"}]
)
def test_contradictory_amounts_are_refused(options):
    with pytest.raises(
        ValueError, match=r"`unit_price` is multiplied by `quantity` where there is no `amount`.*got am"
    ):
        as_transactions(ORDERS, **options)


@pytest.mark.parametrize("returns", ["net", "drop"])
def test_a_log_of_which_nothing_is_left_is_refused(build, returns):
    amount = -5.0 if returns == "drop" else None
    orders = build(to_arrow(typed(ORDERS)).set_column(2, "amount", pa.array([amount, amount], pa.float64())))
    expected = rf"`orders` has 2 rows, and none is left with invalid='drop' and returns='{returns}'\. audit_orders says"
    with pytest.raises(SchemaError, match=expected):
        rows(as_transactions(orders, invalid="drop", returns=returns))


# Engines.


def engine(**columns):
    columns = {"customer_id": ["ann"], "date": [datetime(2024, 3, 1)], "amount": [1.0], **columns}
    return Builder("duckdb")(pa.table(columns))


def test_an_engine_must_type_its_dates():
    with pytest.raises(SchemaError, match=r"`orders\['date'\]` holds String, not dates\. Cast it in the engine first"):
        as_transactions(engine(date=[DAY]))


def test_an_engine_must_type_its_amounts():
    with pytest.raises(SchemaError, match=r"`orders\['amount'\]` holds String, not numbers"):
        as_transactions(engine(amount=["1.0"]))


def test_an_engine_must_hold_local_times():
    utc = pa.array([datetime(2024, 3, 1)], pa.timestamp("us", tz="UTC"))
    with pytest.raises(SchemaError, match=r"an engine's dates must be local and without a zone\. Cast the column"):
        as_transactions(engine(date=utc))


def test_an_engine_converts_no_zones():
    with pytest.raises(ValueError, match=r"`time_zone` is for frames in memory\. Convert the column in the engine"):
        as_transactions(engine(), time_zone="UTC")


def test_an_engine_has_no_float_ids():
    with pytest.raises(SchemaError, match=r"`orders\['customer_id'\]` holds Float64; ids are whole numbers"):
        as_transactions(engine(customer_id=[7.0]))


def test_an_engine_shows_the_customers_of_unusable_rows():
    with pytest.raises(SchemaError, match=r"1 with an unusable amount \(customers \['ann'\]\)"):
        as_transactions(engine(amount=pa.array([None], pa.float64())))


def test_an_engine_shows_the_column_of_missing_customers():
    with pytest.raises(SchemaError, match=r"1 without a customer \(in `orders\[\'customer_id\'\]`\)"):
        as_transactions(engine(customer_id=pa.array([None], pa.string())))


def test_a_lazy_polars_frame_is_held_in_memory():
    ids = pl.Series([None], dtype=pl.String)
    with pytest.raises(SchemaError, match=r"first at rows \[0\]"):
        as_transactions(pl.LazyFrame({"customer_id": ids, "date": [DAY], "amount": [1.0]}))


def test_a_value_that_many_rows_hold_is_shown_once():
    orders = pd.DataFrame({"customer_id": list("abc"), "date": "2024-01-05", "amount": [1.0, 2, 3], "currency": "CHF"})
    rates = pd.DataFrame({"currency": ["EUR"], "rate": [1.0]})
    with pytest.raises(SchemaError, match=r"first at rows \[0, 1, 2\], `orders\['currency'\]` is \['CHF'\]\)"):
        as_transactions(orders, currency="currency", rates=rates)
