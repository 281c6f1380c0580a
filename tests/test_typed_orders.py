"""Parts of an order log, typed as an engine needs them: the whole is what its parts are."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from tests.frames import Builder, rows, to_arrow
from tests.logs import log

from crmkit import SchemaError, as_transactions
from crmkit.transactions import typed_orders

NAMES = {"customer_id": "customer_id", "date": "date", "numbers": ["amount"]}


def typed(orders, **options):
    return typed_orders(orders, **(NAMES | options))


# By hand.


def test_texts_are_typed_and_what_cannot_be_used_is_missing(build_in_memory):
    orders = log([("ann", "2024-03-01 09:30", "20.5"), ("", "soon", "five"), ("bo", "0001-01-01", "inf")])
    assert rows(typed(build_in_memory(orders))) == [
        ("ann", "2024-03-01 09:30:00", 20.5),
        (None, None, None),
        ("bo", None, None),
    ]


def test_whole_number_ids_stay_whole_where_some_are_missing():
    orders = pd.DataFrame({"customer_id": [7.0, np.nan], "date": ["2024-03-01"] * 2, "amount": [1, 2]})
    found = typed(orders)["customer_id"]
    assert (str(found.dtype), found.tolist()) == ("Int64", [7, pd.NA])


def test_columns_that_play_no_role_and_the_index_are_kept():
    orders = log([("ann", "2024-03-01", "5", "x")], columns=("customer_id", "date", "amount", "note"))
    found = typed(orders.set_axis([41]))
    assert (list(found.columns), found.index.tolist(), found["note"].tolist()) == (list(orders.columns), [41], ["x"])


def test_every_column_of_numbers_is_typed():
    orders = log([("ann", "2024-03-01", "2", "3.5")], columns=("customer_id", "date", "units", "price"))
    found = typed(orders, numbers=["units", "price"])
    assert found[["units", "price"]].to_numpy().tolist() == [[2.0, 3.5]]


def test_formats_and_zones_are_those_of_the_door():
    orders = log([("ann", "01/03/2024 22:30 +0000", 5)])
    found = typed(orders, date_format="%d/%m/%Y %H:%M %z", time_zone="Asia/Shanghai")
    assert found["date"].tolist() == [pd.Timestamp("2024-03-02 06:30")]


# Laws.

TEXTS = st.lists(
    st.tuples(
        st.sampled_from(["ann", "bo", "007", "", " "]),
        st.sampled_from(["2024-03-01", "2024-03-01 09:30", "soon", "", "1900-01-01", "2024-02-30"]),
        st.sampled_from(["5", "-2.5", "1e3", "five", "", "nan", "1,5,0"]),
    ),
    min_size=2,
    max_size=12,
)


@given(TEXTS, st.integers(1, 11), st.sampled_from(["pandas-numpy", "polars", "pyarrow"]))
def test_the_parts_typed_are_the_whole_typed(lines, cut, kind):
    build, orders = Builder(kind), log(lines)
    cut = min(cut, len(lines) - 1)
    whole = rows(typed(build(orders)))
    assert rows(typed(build(orders[:cut]))) + rows(typed(build(orders[cut:]))) == whole


@given(TEXTS)
def test_what_is_typed_is_typed_already(lines):
    once = typed(log(lines))
    assert rows(typed(once)) == rows(once)


@given(TEXTS)
def test_the_door_finds_in_typed_orders_what_it_finds_in_texts(lines):
    orders = log([*lines, ("ann", "2024-03-01", "5")])
    found = as_transactions(typed(orders), invalid="drop")
    assert_frame_equal(found, as_transactions(orders, invalid="drop"))


# Refusals.


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        ({"customer_id": [1.5]}, {}, r"`orders\['customer_id'\]` holds 1 id that is not a whole number, such as \[1"),
        ({"customer_id": [True]}, {}, r"`orders\['customer_id'\]` holds Boolean; ids are whole numbers"),
        ({"date": [5]}, {}, r"`orders\['date'\]` holds Int64, not dates\. Convert it to dates first"),
        ({"date": ["2024-03-01T10:00Z"]}, {}, r"`orders\['date'\]` holds times with a zone \(in the text\)"),
        ({"amount": [pd.Timestamp("2024-03-01")]}, {}, r"`orders\['amount'\]` holds Datetime.*not numbers"),
        ({}, {"time_zone": "Asia/Shanghai"}, r"`time_zone` is 'Asia/Shanghai', but `orders\['date'\]` holds times"),
        ({}, {"time_zone": "Shanghai"}, "`time_zone` must be an IANA name such as 'Europe/London', got 'Shanghai'"),
        ({}, {"date_format": "ISO"}, "`date_format` must be a format such as '%d/%m/%Y', got 'ISO'"),
    ],
)  # fmt: skip
def test_what_the_door_refuses_is_refused_in_a_part(change, options, message):
    orders = log([("ann", "2024-03-01", "5")]).assign(**change)
    with pytest.raises(ValueError, match=message):
        typed(orders, **options)


def test_mixed_ids_and_other_things_than_frames_are_refused():
    with pytest.raises(SchemaError, match=r"`orders\['customer_id'\]` holds ids of the kinds \['int', 'str'\]"):
        typed(log([("ann", "2024-03-01", "5"), (7, "2024-03-01", "5")]))
    with pytest.raises(TypeError, match=r"`orders` must be a pandas, Polars or PyArrow table.*got list"):
        typed([])


# The input.


def test_the_orders_given_are_not_changed(build_in_memory):
    orders = build_in_memory(log([("ann", "2024-03-01", "5"), ("", "soon", "five")]))
    before = to_arrow(orders)
    typed(orders)
    assert to_arrow(orders).equals(before)
