"""A table has one schema: opening it, its columns as floats, what its rows must keep, and its documentation."""

from pathlib import Path

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from tests.frames import Builder
from tests.logs import order_logs, typed

from crmkit import (
    SchemaError,
    activity_table,
    as_order_lines,
    as_transactions,
    cells,
    cohort_table,
    customer_summary,
    holdout_split,
    opportunity_table,
)
from crmkit._frames import give_back, is_engine
from crmkit._messages import Column
from crmkit._tables import (
    ACTIVITY,
    CELLS,
    COHORT_REVENUE,
    COHORTS,
    CONTRACTS,
    CUSTOMERS,
    HOLDOUT,
    MOVES,
    OPPORTUNITIES,
    ORDER_LINES,
    SCHEMAS,
    TRANSACTIONS,
    Field,
    Schema,
    check_kind,
    check_values,
    document,
    float_columns,
    open_table,
)
from crmkit.segment.movement import movement_table
from crmkit.value.contracts import contract_table

DAY = "2024-03-31"
DAYS = pd.to_datetime(["2024-03-01", "2024-03-02"]).astype("datetime64[us]")
PURCHASES = pd.DataFrame({"customer_id": ["ann", "bo"], "date": DAYS, "n_orders": [1, 2], "amount": [5.0, 7.5]})
BEFORE = pd.DataFrame({"customer_id": ["ann", "bo"], "tier": ["top", "low"]})
MADE = {
    "transactions": (TRANSACTIONS, as_transactions),
    "order lines": (ORDER_LINES, lambda orders: as_order_lines(orders, order_id="order_id")),
    "customers": (CUSTOMERS, lambda orders: customer_summary(as_transactions(orders), as_of=DAY)),
    "cells": (CELLS, lambda orders: cells(customer_summary(as_transactions(orders), as_of=DAY))),
    "holdout": (
        HOLDOUT,
        lambda orders: holdout_split(as_transactions(orders), calibration_end=DAY, observation_end="2024-12-31"),
    ),
    "activity": (ACTIVITY, lambda orders: activity_table(as_transactions(orders), as_of=DAY)),
    "opportunities": (OPPORTUNITIES, lambda orders: opportunity_table(as_transactions(orders), as_of=DAY, freq="D")),
}
SMALL = Schema(
    name="things",
    row="a thing",
    made_by="make_things",
    fields=(
        Field("thing_id", "id", "the thing"),
        Field("weight", "number", "its weight", missing="where it was not weighed", low=0, high=9),
        Field("part", "share", "its part"),
        Field("parts", "count", "its parts", whole=True, optional=True),
        Field("heavy", "flag", "whether it is heavy"),
    ),
)


def values(**columns):
    return {name: np.array(column, dtype=np.float64) for name, column in columns.items()}


# By hand


def test_a_table_is_opened_where_it_lives(build):
    rows = open_table(build(PURCHASES), TRANSACTIONS)
    assert rows.collect_schema().names() == list(TRANSACTIONS.required)
    assert is_engine(rows) == build.is_engine


def test_dates_become_times_at_midnight(build):
    given = build(PURCHASES)
    dates = nw.from_native(given).with_columns(nw.col("date").cast(nw.Date)) if build.kind != "pandas-numpy" else None
    rows = open_table(given if dates is None else dates.to_native(), TRANSACTIONS)
    assert isinstance(rows.collect_schema()["date"], nw.Datetime)


def test_some_columns_are_enough_where_only_they_are_read(build):
    given = build(PURCHASES[["n_orders"]].assign(shop=["a", "b"]))
    assert "n_orders" in open_table(given, CUSTOMERS, columns=["n_orders"], also=["shop"]).collect_schema()


def test_columns_are_read_as_floats_and_missing_as_nan(build):
    given = pd.DataFrame({"frequency": [1.0, None], "T": [3, 4], "n_customers": [2, 1], "old": [True, False]})
    found = float_columns(
        build(given), CUSTOMERS, ["frequency", "T"], also=["old"], where_given=["n_customers", "weight"]
    )
    np.testing.assert_array_equal(found.pop("frequency"), [1, np.nan])
    assert {name: column.tolist() for name, column in found.items()} == {
        "T": [3, 4],
        "old": [1, 0],
        "n_customers": [2, 1],
    }
    assert {column.dtype for column in found.values()} == {np.dtype("float64")}


def test_flags_with_missing_ones_are_read(build_in_memory):
    given = build_in_memory(pd.DataFrame({"tenure": [1, 2], "churned": pd.array([True, None], dtype="boolean")}))
    np.testing.assert_array_equal(float_columns(given, CONTRACTS, ["churned"])["churned"], [1, np.nan])


@pytest.mark.parametrize(
    ("values", "expected"),
    [([True, None, False], [1, np.nan, 0]), ([1, None, 2.5], [1, np.nan, 2.5]), ([None, None], [np.nan, np.nan])],
)
def test_columns_of_objects_and_of_nothing_are_read(values, expected):
    tables = [pd.DataFrame({"own": values}, dtype=object), pl.DataFrame({"own": values}, strict=False)]
    for table in [*tables, pd.DataFrame({"own": values}), pa.table({"own": values})]:
        np.testing.assert_array_equal(float_columns(table, CUSTOMERS, [], also=["own"])["own"], expected)


@pytest.mark.parametrize("values", [["1", "2"], [True, "no"], [True, 2]])
def test_objects_of_other_kinds_are_no_numbers(values):
    with pytest.raises(SchemaError, match="`customers\\['own'\\]` must hold numbers"):
        float_columns(pd.DataFrame({"own": values}, dtype=object), CUSTOMERS, [], also=["own"])


def test_the_documentation_of_a_table():
    assert document(SMALL) == (
        "| column | kind | range | missing | what it is |\n"
        "| --- | --- | --- | --- | --- |\n"
        "| `thing_id` | id |  | never | the thing |\n"
        "| `weight` | number | 0 to 9 | where it was not weighed | its weight |\n"
        "| `part` | share | 0 to 1 | never | its part |\n"
        "| `parts`, optional | count | 0 or more, whole | never | its parts |\n"
        "| `heavy` | flag |  | never | whether it is heavy |"
    )


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: schema.row)
def test_the_page_of_tables_says_what_the_schemas_say(schema):
    page = (Path(__file__).parents[1] / "docs" / "tables.md").read_text(encoding="utf-8")
    assert f"`{schema.made_by}`: {schema.row}.\n\n{document(schema)}\n" in page


# Law: what a call makes fits the schema of its table.


@pytest.mark.parametrize("made", MADE)
def test_what_is_made_fits_its_schema_on_every_frame(made, build):
    schema, make = MADE[made]
    orders = pd.DataFrame(
        {
            "customer_id": ["ann", "ann", "bo", "cy"],
            "order_id": ["1", "2", "3", "4"],
            "date": pd.to_datetime(["2024-03-01", "2024-03-11", "2024-03-05", "2024-03-06"]),
            "amount": [20.0, 10.0, 5.0, -5.0],
        }
    )
    rows = open_table(make(build(typed(orders))), schema)
    names = rows.collect_schema().names()
    assert names == [field.name for field in schema.fields if field.name in names or not field.optional]


@pytest.mark.parametrize("made", MADE)
@given(orders=order_logs())
def test_the_rows_of_what_is_made_keep_the_rules(made, orders):
    schema, make = MADE[made]
    if made != "transactions" and not (as_transactions(orders)["date"] <= DAY).any():
        return
    table = make(orders)
    check_values(numbers(table, schema), schema)
    for field in schema.fields:
        assert field.missing or field.name not in table or not table[field.name].isna().any()


def test_tables_that_are_made_of_others_keep_the_rules():
    orders = pd.DataFrame({"customer_id": [1, 1, 2], "date": ["2024-01-01", "2024-02-01", "2024-01-05"], "amount": 1.0})
    for schema, table in (
        (COHORTS, cohort_table(as_transactions(orders), as_of="2024-02-29", smoothing="beta_binomial")),
        (COHORT_REVENUE, cohort_table(as_transactions(orders), as_of="2024-02-29", kind="revenue")),
        (CONTRACTS, contract_table([10, 6, 5])),
        (MOVES, movement_table(BEFORE, BEFORE.assign(tier=["low", "top"], customer_id=["ann", "cy"]), by="tier")),
    ):
        assert list(table.columns) == [field.name for field in schema.fields]
        check_values(numbers(table, schema), schema)


def numbers(table, schema):
    kinds = ("money", "count", "share", "number", "flag")
    columns = [field.name for field in schema.fields if field.kind in kinds]
    return float_columns(table, schema, [name for name in columns if name in table or not schema[name].optional])


# Refusal


def test_missing_columns_are_refused(build):
    expected = (
        r"^`transactions` lacks the columns \['date'\]; it has \['customer_id', 'n_orders', 'amount'\]\. as_trans"
    )
    with pytest.raises(SchemaError, match=expected):
        open_table(build(PURCHASES.drop(columns="date")), TRANSACTIONS)
    with pytest.raises(SchemaError, match=r"^`moved` lacks the columns \['z'\]"):
        float_columns(build(PURCHASES), TRANSACTIONS, ["amount"], name="moved", also=["z"])


@pytest.mark.parametrize(
    ("column", "wrong", "kind"),
    [
        ("amount", ["5", "6"], "numbers"),
        ("n_orders", [True, False], "numbers"),
        ("date", ["2024-03-01", "2024-03-02"], "local days without a time zone"),
        ("date", pd.to_datetime(["2024-03-01", "2024-03-02"], utc=True), "local days without a time zone"),
        ("customer_id", [True, False], "whole numbers or text"),
    ],
)
def test_columns_of_the_wrong_kind_are_refused(column, wrong, kind):
    expected = rf"^`transactions\['{column}'\]` must hold {kind}, got .+\. as_transactions makes such columns\.$"
    with pytest.raises(SchemaError, match=expected):
        open_table(PURCHASES.assign(**{column: wrong}), TRANSACTIONS)


@pytest.mark.parametrize("wrong", ["text", DAYS])
def test_times_and_flags_of_the_wrong_kind_are_refused(wrong):
    with pytest.raises(SchemaError, match=r"`customers\['churned'\]` must hold true or false, got "):
        float_columns(pd.DataFrame({"tenure": 1, "churned": wrong}, index=[0, 1]), CONTRACTS, ["churned"])


def test_text_is_not_a_time():
    with pytest.raises(SchemaError, match=r"`order_lines\['time'\]` must hold local times without a time zone, got"):
        open_table(pd.DataFrame({"time": ["soon"]}), ORDER_LINES, columns=["time"])


def test_objects_that_are_not_flags_are_refused():
    given = pd.DataFrame({"tenure": [1, 2], "churned": pd.Series([True, b"no"], dtype=object)})
    with pytest.raises(SchemaError, match=r"`customers\['churned'\]` must hold true or false, got \[True, b'no'\]\.$"):
        float_columns(given, CONTRACTS, ["churned"])


def test_covariates_must_be_numbers(build):
    expected = r"`customers\['shop'\]` must hold numbers, got String\. Convert numbers that are text"
    with pytest.raises(SchemaError, match=expected):
        float_columns(build(pd.DataFrame({"T": [1.0], "shop": ["a"]})), CUSTOMERS, ["T"], also=["shop"])


def test_money_beyond_all_numbers_is_refused(build_in_memory):
    given = build_in_memory(PURCHASES.assign(amount=[1e308, -1e308]))
    with pytest.raises(SchemaError, match=r"^`transactions\['amount'\]` adds up to more than a number can hold"):
        open_table(given, TRANSACTIONS)


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"weight": [10, 2]}, r"`things\['weight'\]` is above 9 in 1 row, first at rows \[0\]"),
        ({"weight": [1, -2]}, r"`things\['weight'\]` is below 0 in 1 row, first at rows \[1\]"),
        ({"weight": [np.inf, -np.inf]}, r"`things\['weight'\]` is infinite in 2 rows, first at rows \[0, 1\]"),
        ({"part": [0.5, 1.1]}, r"`things\['part'\]` is above 1 in 1 row"),
        ({"part": [0.5, np.nan]}, r"`things\['part'\]` is missing in 1 row"),
        ({"parts": [0.5, 2]}, r"`things\['parts'\]` is not a whole number in 1 row"),
        ({"heavy": [0, 2]}, r"`things\['heavy'\]` is neither true nor false in 1 row"),
    ],
)
def test_values_outside_a_schema_are_refused_with_their_rows(wrong, problem):
    with pytest.raises(SchemaError, match=rf"^{problem}.*\. make_things makes such columns\.$"):
        check_values(values(**wrong), SMALL)


def test_rules_between_columns_are_kept():
    wrong = values(recency=[5, 9], T=[5, 8])
    expected = r"^`people\['recency'\]` is above `people\['T'\]` in 1 row, first at rows \[1\]\. customer_summary"
    with pytest.raises(SchemaError, match=expected):
        check_values(wrong, CUSTOMERS, name="people")
    check_values(wrong, CUSTOMERS, among=np.array([True, False]))


# Input untouched


@pytest.mark.parametrize("kind", ["pandas-numpy", "polars"])
def test_tables_are_left_as_they_are(kind):
    given = Builder(kind)(PURCHASES)
    before = given.copy() if kind == "pandas-numpy" else given.clone()
    give_back(open_table(given, TRANSACTIONS), like=given)
    float_columns(given, TRANSACTIONS, ["amount"])
    assert given.equals(before)


def test_a_table_of_the_callers_own_is_not_said_to_be_made_by_anything():
    own = nw.from_native(pd.DataFrame({"limit": ["a lot"]}), eager_only=True)
    with pytest.raises(SchemaError, match=r"^`customers\['limit'\]` must hold numbers, got \S+\.$"):
        check_kind(own, "limit", "money", where=Column("customers", "limit"), made_by=None)
