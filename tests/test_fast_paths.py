"""What is written twice, in NumPy for speed and as expressions for engines, comes to the same."""

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.frames import assert_same_rows
from tests.logs import order_logs

from crmkit import as_transactions
from crmkit._calendar import day_number
from crmkit._frames import positions_of, sort_order, sorted_codes, starts_of_runs
from crmkit.customers._summary import summarise_by_expressions, summarise_in_memory
from crmkit.transactions._daily import days_by_expressions, days_in_memory
from crmkit.value.judging._followed import purchases_by_expressions, purchases_in_memory

AS_OF, EARLY = pd.Timestamp("2024-03-31"), pd.Timestamp("2000-01-01")


def opened(table, kind):
    return nw.from_native(table if kind == "pandas" else pl.from_pandas(table))


@st.composite
def id_kinds(draw):
    """A way to rename the five customers: text in any order, or numbers dense, scattered or negative."""
    names = ["ann", "bo", "cy", "dee", "eve"]
    text = st.permutations(["a", "B", "Zoë", "客户", "a b"])
    numbers = st.lists(st.integers(-(2**62), 2**62), min_size=5, max_size=5, unique=True)
    return dict(zip(names, draw(text | numbers | st.permutations(range(5))), strict=True))


@pytest.mark.parametrize("kind", ["pandas", "polars"])
@pytest.mark.parametrize("order_ids", [True, False], ids=["order ids", "no order ids"])
@given(orders=order_logs(), ids=id_kinds())
def test_days_in_memory_are_the_days_of_the_expressions(kind, order_ids, orders, ids):
    rows = orders.rename(columns={"date": "time"}).assign(customer_id=orders["customer_id"].map(ids))
    frame = opened(rows if order_ids else rows.drop(columns="order_id"), kind)
    assert_same_rows(days_in_memory(frame).to_native(), days_by_expressions(frame).to_native())


@pytest.mark.parametrize("kind", ["pandas", "polars"])
@given(orders=order_logs(), ids=id_kinds(), as_of=st.sampled_from([AS_OF, pd.Timestamp("2024-02-28")]))
def test_customers_in_memory_are_the_customers_of_the_expressions(kind, orders, ids, as_of):
    orders = orders.assign(customer_id=orders["customer_id"].map(ids))
    frame = opened(as_transactions(orders, order_id="order_id"), kind)
    in_memory = summarise_in_memory(frame, as_of=as_of.to_pydatetime())
    by_expressions = summarise_by_expressions(frame, as_of=as_of.to_pydatetime())
    assert in_memory.columns == by_expressions.columns
    assert_same_rows(in_memory.to_native(), by_expressions.to_native())


@pytest.mark.parametrize("kind", ["pandas", "polars"])
@given(orders=order_logs(), ids=id_kinds(), until=st.sampled_from([AS_OF, pd.Timestamp("2024-02-28"), EARLY]))
def test_purchases_by_day_in_memory_are_those_of_the_expressions(kind, orders, ids, until):
    orders = orders.assign(customer_id=orders["customer_id"].map(ids))
    rows = opened(as_transactions(orders, order_id="order_id"), kind).filter(nw.col("n_orders") > 0)
    bought = rows.select("customer_id", day_number(nw.col("date")).alias("day"))
    day = (until - pd.Timestamp(0)).days
    pairs = zip(
        purchases_in_memory(bought, first_until=day), purchases_by_expressions(bought, first_until=day), strict=True
    )
    for in_memory, by_expressions in pairs:
        np.testing.assert_array_equal(in_memory, by_expressions)


@pytest.mark.parametrize("kind", ["pandas", "polars"])
@given(orders=order_logs(), ids=id_kinds(), seed=st.randoms(use_true_random=False))
def test_transactions_need_not_come_sorted(kind, orders, ids, seed):
    transactions = as_transactions(orders.assign(customer_id=orders["customer_id"].map(ids)))
    shuffled = transactions.iloc[seed.sample(range(len(transactions)), len(transactions))]
    day = AS_OF.to_pydatetime()
    got = summarise_in_memory(opened(shuffled, kind), as_of=day)
    assert_same_rows(got.to_native(), summarise_in_memory(opened(transactions, kind), as_of=day).to_native())


@given(st.lists(st.integers(0, 5) | st.integers(0, 2**62), min_size=1, max_size=60))
def test_sorting_keeps_ties_in_the_order_given_however_large_the_keys(keys):
    positions = sorted(range(len(keys)), key=keys.__getitem__)
    order = sort_order(pd.Series(keys, dtype="int64").to_numpy())
    assert np.arange(len(keys))[order].tolist() == positions
    assert positions_of(order, np.arange(len(keys))).tolist() == positions


@given(
    st.lists(st.integers(-3, 3), min_size=1, max_size=20)
    | st.lists(st.text("aAé客", max_size=2), min_size=1, max_size=20)
)
def test_codes_number_the_ids_in_their_order(ids):
    ranks = {value: rank for rank, value in enumerate(sorted(set(ids)))}
    for values in (ids, sorted(ids)):
        found = sorted_codes(nw.from_native(pl.Series(values), series_only=True))
        assert found.tolist() == [ranks[value] for value in values]


@pytest.mark.parametrize("kind", [pl.Int8, pl.UInt8, pl.Int64, pl.UInt64])
def test_numbers_of_small_and_unsigned_types_are_coded_alike(kind):
    # far apart for the type, and close for the number of rows
    low, high = (0, 200) if kind in (pl.UInt8, pl.UInt64) else (-100, 100)
    ids = pl.Series([high, low, high, low + 1] * 30, dtype=kind)
    assert sorted_codes(nw.from_native(ids, series_only=True)).tolist() == [2, 0, 2, 1] * 30


def test_runs_start_where_a_value_differs_from_the_one_before():
    assert starts_of_runs(pd.Series([4, 4, 2, 4]).to_numpy()).tolist() == [0, 2, 3]
