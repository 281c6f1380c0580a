"""Tables with many columns, and columns whose names crmkit uses itself."""

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from crmkit import as_order_lines, as_subscriptions, as_transactions, audit_orders, rejected_orders
from crmkit._messages import Message, shown
from crmkit._reading import open_rows
from crmkit.errors import SchemaError

ORDERS = pd.DataFrame(
    {"customer_id": ["ann", None, "bo"], "date": ["2024-03-01"] * 3, "amount": [1.0, 2.0, 3.0]}, index=[5, 5, 7]
)
NUMBERS = pd.DataFrame([range(300)] * 3, index=ORDERS.index).add_prefix("x")
WIDE = pd.concat([ORDERS, NUMBERS], axis=1)
KINDS = [lambda frame: frame, lambda frame: pl.from_pandas(frame), lambda frame: pa.table(frame.reset_index(drop=True))]


def as_pandas(frame):
    return frame if isinstance(frame, pd.DataFrame) else frame.to_pandas()


# Law: columns that nothing needs are neither copied nor looked at, nor lost.


def test_only_the_columns_that_are_needed_are_worked_on():
    rows = open_rows(
        WIDE,
        {"__crmkit_c": "customer_id", "__crmkit_o": None},
        table="orders",
        also=["date", None],
        carried=["x7", "y"],
    )
    assert rows.frame.columns == ["customer_id", "date", "x7", "__crmkit_c"]
    assert set(rows.whole().columns) == {*WIDE.columns, "__crmkit_c"}
    assert rows.given == tuple(WIDE.columns)


@pytest.mark.parametrize("kind", KINDS)
def test_rows_come_back_whole(kind):
    found = as_pandas(rejected_orders(kind(WIDE)))
    assert list(found.columns) == [*WIDE.columns, "rejected_because"]
    assert found["x299"].tolist() == [299]
    if isinstance(kind(WIDE), pd.DataFrame):
        assert found.index.tolist() == [5]


@pytest.mark.parametrize("kind", KINDS)
def test_copies_are_rows_that_are_equal_in_all_columns(kind):
    twice = pd.concat([ORDERS, ORDERS.iloc[[2]]], ignore_index=True)
    counted = as_pandas(audit_orders(kind(twice.assign(x=1))))
    assert counted.set_index("reason")["n_duplicates"].to_dict() == {
        **dict.fromkeys(counted["reason"], 0),
        "kept": 1,
        "given": 1,
    }
    counted = as_pandas(audit_orders(kind(twice.assign(x=np.arange(4)))))
    assert counted["n_duplicates"].sum() == 0


def test_columns_to_keep_are_carried():
    lines = as_order_lines(WIDE.dropna(), order_id="x1", keep=["x2", "x3"])
    assert lines[["x2", "x3"]].to_numpy().tolist() == [[2, 3], [2, 3]]
    spells = pd.DataFrame(
        {"customer_id": ["ann"], "start": ["2024-01-01"], "end": ["2024-02-01"], "mrr": [5.0], "x": [1], "plan": ["M"]}
    )
    assert as_subscriptions(spells, keep=["plan"])["plan"].tolist() == ["M"]


# Names that crmkit uses.


def test_rejected_rows_can_be_given_again():
    once = rejected_orders(ORDERS)
    again = rejected_orders(once)
    pd.testing.assert_frame_equal(again, once)


@pytest.mark.parametrize("name", ["__crmkit_amount", "__crmkit_reason", "__crmkit_order_id"])
@pytest.mark.parametrize("door", [as_transactions, audit_orders, rejected_orders])
def test_names_of_its_own_are_refused(name, door):
    with pytest.raises(SchemaError, match=rf"`orders` has columns called \['{name}'\], names that crmkit gives"):
        door(ORDERS.dropna().assign(**{name: 1}))


# Messages are read at a glance, whatever a table holds.


def test_lists_of_columns_are_cut():
    with pytest.raises(SchemaError) as refused:
        as_transactions(WIDE, customer_id="nobody")
    assert str(refused.value).endswith(
        "'x14', 'x15', 'x16', …]. Name yours by keyword, for example customer_id='CustomerID'."
    )


@pytest.mark.parametrize(
    ("value", "cut"),
    [
        ("a" * 80, repr("a" * 80)),
        ("a" * 81, f"'{'a' * 80}…'"),
        (b"a" * 81, f"b'{'a' * 80}…'"),
        ([1] * 20, repr([1] * 20)),
        ([1] * 21, f"[{'1, ' * 20}…]"),
        (["a" * 81], f"['{'a' * 80}…']"),
        ({"x": "y" * 600}, repr({"x": "y" * 600})[:499] + "…"),
        (10**5000, "<int>"),
        (None, "None"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_long_values_are_cut(value, cut):
    assert shown(value) == cut
    assert Message(en="{value!r}.", zh="{value!r}。")(value=value) == f"{cut}."


def test_long_texts_are_cut_and_messages_within_are_not():
    inner = Message(en="{text}" * 3, zh="{text}")(text="x" * 400)
    said = Message(en="{inner} {text}", zh="{inner}{text}")(inner=inner, text="y" * 501)
    assert said == "x" * 1200 + " " + "y" * 499 + "…"
