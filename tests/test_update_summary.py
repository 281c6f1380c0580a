"""The customers table carried on with new transactions alone comes to the one made of all."""

from datetime import datetime, timedelta

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.frames import IN_MEMORY, Builder, assert_same_rows, rows

from crmkit import SchemaError, as_transactions, customer_summary, load_cdnow, update_summary

OLD, NEW = "2024-01-31", "2024-02-29"
ORDERS = pd.DataFrame(
    {
        "customer_id": ["ann", "ann", "bo", "cy", "ann", "bo", "di"],
        "date": pd.to_datetime(
            ["2024-01-01", "2024-01-11", "2024-01-05", "2024-01-06", "2024-02-10", "2024-02-11", "2024-02-12"]
        ),
        "amount": [20.0, 10.0, 5.0, -3.0, 8.0, -5.0, 7.0],
    }
)


def split(orders, day=OLD):
    is_old = orders["date"] <= pd.Timestamp(day)
    return orders[is_old], orders[~is_old]


def both_ways(orders, build, *, old=OLD, new=NEW, amount="amount", customers=None):
    """The table of all transactions, and the old one carried on."""
    before, since = split(orders, old)
    whole = customer_summary(as_transactions(build(orders), amount=amount), as_of=new, customers=customers)
    earlier = customer_summary(as_transactions(build(before), amount=amount), as_of=old, customers=customers)
    return whole, update_summary(earlier, as_transactions(build(since), amount=amount), as_of=new)


# By hand.


def test_sums_days_and_the_mean_are_carried_on():
    _, now = both_ways(ORDERS, lambda table: table)
    ann = now.set_index("customer_id").loc["ann"]
    # Three purchase days on 1 January, 11 January and 10 February; (10 + 8) / 2 after the first.
    assert ann[["n_orders", "spend", "days_since_last", "frequency", "recency", "T", "monetary_value"]].tolist() == [
        3, 38.0, 19.0, 2.0, 40.0, 59.0, 9.0,
    ]  # fmt: skip


def test_it_comes_to_the_whole_table_on_every_kind(build):
    whole, carried = both_ways(ORDERS, build)
    assert_same_rows(carried, whole)
    assert type(carried) is type(whole)


def test_it_comes_to_the_whole_table_without_prices(build):
    known = build(pd.DataFrame({"customer_id": ["ann", "bo", "cy", "di", "eve"]}))
    whole, carried = both_ways(ORDERS, build, amount=None, customers=known)
    assert_same_rows(carried, whole)


def test_prospects_stay_and_become_customers(build):
    known = build(pd.DataFrame({"customer_id": ["ann", "bo", "cy", "di", "eve"]}))
    whole, carried = both_ways(ORDERS, build, customers=known)
    assert_same_rows(carried, whole)
    assert ("eve", 0, 0.0) in rows(carried, columns=["customer_id", "n_orders", "spend"])


def test_cdnow_quarter_by_quarter():
    orders = load_cdnow()
    table = None
    for end in pd.date_range("1997-03-31", "1998-06-30", freq="QE"):
        part = orders[(orders["date"] <= end) & (orders["date"] > end - pd.offsets.QuarterEnd(1))]
        made = as_transactions(part)
        table = customer_summary(made, as_of=end) if table is None else update_summary(table, made, as_of=end)
    assert_same_rows(table, customer_summary(as_transactions(orders), as_of="1998-06-30"), in_order=True)


# Law.


LOGS = st.lists(
    st.tuples(st.sampled_from("abcd"), st.integers(0, 40), st.sampled_from([5.0, -5.0, 0.0, 2.5, -1.25, 100.0])),
    min_size=1,
    max_size=25,
)


KINDS = [Builder(kind) for kind in (*IN_MEMORY, "duckdb")]


@given(st.sampled_from(KINDS), LOGS, st.integers(0, 40))
@settings(max_examples=settings.default.max_examples * 3)
def test_an_update_is_a_rebuild(build, log, cut):
    start = datetime(2024, 1, 1)
    orders = pd.DataFrame(log, columns=["customer_id", "day", "amount"])
    orders["date"] = [start + timedelta(days=day) for day in orders.pop("day")]
    old, new = start + timedelta(days=cut), start + timedelta(days=60)
    before, since = split(orders, old)
    bought = as_transactions(before)["n_orders"].sum() if len(before) else 0
    if not bought or since.empty:
        return
    whole, carried = both_ways(orders, build, old=old, new=new)
    assert_same_rows(carried, whole)


def test_an_update_without_purchases_only_ages():
    before = customer_summary(as_transactions(ORDERS[:4]), as_of=OLD)
    refund = as_transactions(ORDERS[5:6])
    now = update_summary(before, refund, as_of=NEW)
    assert (now["T"] - before["T"]).dropna().tolist() == [29, 29]
    assert now["n_orders"].tolist() == before["n_orders"].tolist()


# Refusals, and input untouched.


@pytest.fixture
def tables():
    before, since = split(ORDERS)
    return customer_summary(as_transactions(before), as_of=OLD), as_transactions(since)


def test_rows_that_were_counted_are_refused(build):
    made = as_transactions(build(ORDERS))
    before = customer_summary(as_transactions(build(split(ORDERS)[0])), as_of=OLD)
    with pytest.raises(SchemaError, match=r"`transactions` has 4 rows on or before 2024-01-31, .* count twice"):
        update_summary(before, made, as_of=NEW)


def test_a_day_that_is_not_later_is_refused(tables):
    with pytest.raises(ValueError, match=r"`as_of` must be after 2024-01-31, .*, got 2024-01-31"):
        update_summary(*tables, as_of=OLD)


def test_customers_without_one_day_are_refused(tables):
    customers, since = tables
    with pytest.raises(SchemaError, match="has no customer with a purchase day"):
        update_summary(customers[customers["customer_id"] == "cy"], since, as_of=NEW)
    with pytest.raises(SchemaError, match="as of different days, from 2024-01-31 to 2024-02-01"):
        update_summary(customers.assign(days_since_last=[20.0, 27.0, None]), since, as_of=NEW)
    with pytest.raises(SchemaError, match="has 3 ids more than once"):
        update_summary(pd.concat([customers, customers]), since, as_of=NEW)


def test_ids_frames_and_prices_of_two_kinds_are_refused(tables, build):
    customers, since = tables
    with pytest.raises(SchemaError, match="Give both as text or both as whole numbers"):
        update_summary(customers, since.assign(customer_id=1), as_of=NEW)
    with pytest.raises(SchemaError, match="one carries prices and the other does not"):
        update_summary(customers, since.assign(amount=float("nan")), as_of=NEW)
    if build.kind not in ("pandas-numpy", "pandas-nullable", "pandas-pyarrow"):
        with pytest.raises(TypeError, match="Give both as the same kind of frame"):
            update_summary(build(customers), since, as_of=NEW)


def test_both_tables_stay_as_they_are(tables):
    copies = [table.copy(deep=True) for table in tables]
    update_summary(*tables, as_of=NEW)
    for table, copy in zip(tables, copies, strict=True):
        pd.testing.assert_frame_equal(table, copy)
