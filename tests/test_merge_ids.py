"""Several ids of one person joined by a crosswalk, in every kind of frame and on the command line."""

import json

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.commands import run
from tests.frames import as_pandas, assert_same_rows, rows
from tests.logs import log, order_logs, typed

from crmkit import (
    SchemaError,
    as_subscriptions,
    as_transactions,
    audit_merge_ids,
    audit_orders,
    customer_summary,
    damaged_id_table,
    draft_merge_ids,
)

ORDERS = log(
    [
        ("12346", "2024-01-01", 1.0),
        ("12346.0", "2024-01-01", 2.0),
        ("ann@x.com", "2024-01-02", 4.0),
        ("B7", "2024-01-02", 8.0),
        ("b7", "2024-01-03", 16.0),
        (None, "2024-01-03", 32.0),
    ]
)
CROSSWALK = pd.DataFrame(
    # from the e-mail to the phone to the id of the shop
    {
        "customer_id": ["12346.0", "ann@x.com", "0790", "zed"],
        "merged_id": ["12346", "0790", "B7", "B7"],
        "note": ["spreadsheet", "web", "phone", "nobody"],
    }
)
LIMITS = {"invalid": "drop"}


# By hand.


def test_ids_of_one_person_are_joined_and_chains_followed(build):
    got = as_transactions(build(typed(ORDERS)), merge_ids=build(CROSSWALK), **LIMITS)
    assert sorted(rows(got)) == [
        ("12346", "2024-01-01", 2, 3.0),
        ("B7", "2024-01-02", 2, 12.0),
        ("b7", "2024-01-03", 1, 16.0),
    ]


def test_the_audit_says_how_many_ids_became_how_many(build):
    assert rows(audit_merge_ids(build(typed(ORDERS)), merge_ids=build(CROSSWALK))) == [
        ("given", 5, ""),
        ("changed", 2, "12346.0 → 12346, ann@x.com → B7"),
        ("left", 3, ""),
        ("absent", 2, "0790, zed"),
    ]


def test_whole_numbers_stay_whole_and_become_text_beside_text(build):
    orders = typed(ORDERS).assign(customer_id=pd.array([1, 2, 3, 4, 5, None], dtype="Int64"))
    numbers = pd.DataFrame({"customer_id": [2, 5], "merged_id": [1, 3]})
    got = as_transactions(build(orders), merge_ids=build(numbers), **LIMITS)
    assert sorted(set(rows(got, columns=["customer_id"]))) == [(1,), (3,), (4,)]
    mixed = pd.DataFrame({"customer_id": [2, 5], "merged_id": ["1", "A"]})
    got = as_transactions(build(orders), merge_ids=build(mixed), **LIMITS)
    assert sorted(set(rows(got, columns=["customer_id"]))) == [("1",), ("3",), ("4",), ("A",)]
    assert rows(audit_merge_ids(build(orders), merge_ids=build(mixed)))[2] == ("left", 4, "")


def test_a_draft_joins_what_is_written_in_several_ways(build):
    orders = pd.concat([typed(ORDERS), typed(ORDERS)[4:5], typed(ORDERS)[4:5].assign(customer_id="1.2E+9")])
    draft = draft_merge_ids(build(orders))
    # b7 has two rows, B7 one
    assert rows(draft) == [("12346.0", "12346", "decimal"), ("B7", "b7", "alike")]
    assert [row[0] for row in rows(damaged_id_table(build(orders), merge_ids=draft))] == ["scientific"]
    assert rows(draft_merge_ids(build(orders.assign(customer_id=7)))) == []


def test_the_master_table_goes_through_the_same_crosswalk(build):
    days = as_transactions(build(typed(ORDERS)), merge_ids=build(CROSSWALK), **LIMITS)
    known = build(pd.DataFrame({"customer_id": ["12346", "12346.0", "B7", "b7", "0790", "new"]}))
    summary = customer_summary(days, as_of="2024-01-31", customers=known, merge_ids=build(CROSSWALK))
    assert sorted(rows(summary, columns=["customer_id", "n_orders"])) == [
        ("12346", 2),
        ("B7", 2),
        ("b7", 1),
        ("new", 0),
    ]


def test_subscriptions_of_one_person_are_joined(build):
    spells = pd.DataFrame(
        {
            "customer_id": ["12346", "12346.0"],
            "start": ["2024-01-01", "2024-03-01"],
            "end": ["2024-02-01", None],
            "mrr": 5,
        }
    ).astype({"start": "datetime64[us]", "end": "datetime64[us]"})
    got = as_subscriptions(build(spells), merge_ids=build(CROSSWALK))
    assert set(rows(got, columns=["customer_id"])) == {("12346",)}
    with pytest.raises(SchemaError, match="runs into the next one of the same subscription"):
        as_subscriptions(spells.assign(end=None), merge_ids=CROSSWALK)


@pytest.mark.parametrize("most", [1_000_000, 2])
def test_the_command_line_joins_ids(most, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("crmkit.cli.reading._order_log.CHUNK_ROWS", most)
    ORDERS.to_csv("orders.csv", index=False)
    CROSSWALK.to_csv("crosswalk.csv", index=False)
    code, _, stderr = run("audit", "orders.csv", "--merge-ids", "crosswalk.csv")
    assert code == 0
    assert "5 customer ids became 3 by crosswalk.csv. 2 of its ids do not occur (0790, zed)." in stderr
    assert "2 that differ only in case, spaces or width (B7, b7). Each is still one customer" in stderr
    assert (
        "5 个客户编号合并为 3 个" in run("audit", "orders.csv", "--merge-ids", "crosswalk.csv", "--language", "zh")[2]
    )
    pd.DataFrame({"customer_id": ["0790", "12346.0", "b7", "new"]}).to_csv("known.csv", index=False)
    named = ("--as-of", "2024-01-31", "--merge-ids", "crosswalk.csv", "--master", "known.csv", "--json")
    code, stdout, stderr = run("score", "orders.csv", *named, "--output", "scored.csv")
    assert (code, json.loads(stdout)["n_customers"]) == (0, 4), stderr


def test_ids_of_parquet_and_of_a_crosswalk_in_text_meet(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    orders = typed(ORDERS).dropna().assign(customer_id=[1, 2, 3, 4, 5])
    orders.to_parquet("orders.parquet")
    (tmp_path / "crosswalk.csv").write_text("customer_id,merged_id\n2,1\n5,1\n")
    for most in (1_000_000, 2):
        monkeypatch.setattr("crmkit.cli.reading._order_log.CHUNK_ROWS", most)
        code, _, stderr = run("audit", "orders.parquet", "--merge-ids", "crosswalk.csv")
        assert (code, "5 customer ids became 3 by crosswalk.csv." in stderr) == (0, True)


# Laws.


@given(order_logs(), st.data())
def test_a_crosswalk_is_the_same_as_ids_that_were_one(orders, data):
    people = ["ann", "bo", "cy", "dee", "eve", "far"]
    # each id becomes one that stands later in the list: chains, no circles
    step = {each: data.draw(st.sampled_from(people[place + 1 :] or [each])) for place, each in enumerate(people)}
    ends = dict(step)
    for _ in people:
        ends = {each: step[target] for each, target in ends.items()}
    crosswalk = pd.DataFrame({"customer_id": list(step), "merged_id": list(step.values())}).sample(
        frac=1, random_state=3
    )
    one = orders.assign(customer_id=orders["customer_id"].map(ends))
    assert_same_rows(as_transactions(orders, merge_ids=crosswalk), as_transactions(one), in_order=True)
    counts = ["reason", "n_rows", "amount"]
    assert_same_rows(audit_orders(orders, merge_ids=crosswalk)[counts], audit_orders(one)[counts], in_order=True)
    found = as_pandas(audit_merge_ids(orders, merge_ids=crosswalk), in_order=True)["n_ids"].tolist()
    assert found[:3] == [
        orders["customer_id"].nunique(),
        sum(ends[each] != each for each in orders["customer_id"].unique()),
        one["customer_id"].nunique(),
    ]


# Refusals.


@pytest.mark.parametrize(
    ("pairs", "problem"),
    [
        ([("a", "b"), ("b", "c"), ("c", "a")], r"goes round in a circle: 'a' → 'b' → 'c' → 'a'\. Decide which"),
        ([("x", "a"), ("a", "b"), ("b", "a")], "circle: 'a' → 'b' → 'a'"),
        ([("a", "b"), ("a", "c"), ("d", "c")], r"gives 1 id two ids to become: \['a'\]"),
        ([("a", None)], r"`merge_ids\['merged_id'\]` has no id at rows \[0\]"),
        ([], "has no rows"),
    ],
)
def test_a_crosswalk_that_does_not_say_what_an_id_becomes_is_refused(pairs, problem):
    with pytest.raises(SchemaError, match=problem):
        as_transactions(ORDERS, merge_ids=pd.DataFrame(pairs, columns=["customer_id", "merged_id"]))


def test_the_columns_of_a_crosswalk_are_named(tmp_path, monkeypatch):
    with pytest.raises(SchemaError, match=r"`merge_ids` has no column \['merged_id'\]; its columns are"):
        as_transactions(ORDERS, merge_ids=ORDERS)
    with pytest.raises(TypeError, match="`merge_ids` must be a pandas"):
        as_transactions(ORDERS, merge_ids={"a": "b"})
    monkeypatch.chdir(tmp_path)
    ORDERS.to_csv("orders.csv", index=False)
    code, _, stderr = run("audit", "orders.csv", "--merge-ids", "orders.csv")
    assert (code, "The crosswalk has no column ['merged_id']" in stderr) == (3, True)
    named = ("--spend", "amount", "--n-orders", "amount", "--days-since-last", "amount")
    code, _, stderr = run("score", "orders.csv", *named, "--merge-ids", "orders.csv")
    assert (code, "--merge-ids is for orders" in stderr) == (2, True)


def test_the_crosswalk_of_a_summary_needs_a_master_table():
    days = as_transactions(ORDERS, **LIMITS)
    with pytest.raises(ValueError, match="`merge_ids` joins the ids of `customers`, which is not given"):
        customer_summary(days, as_of="2024-01-31", merge_ids=CROSSWALK)
    known = pd.DataFrame({"customer_id": ["B7", "B7"]})
    with pytest.raises(SchemaError, match="has ids more than once"):
        customer_summary(days, as_of="2024-01-31", customers=known, merge_ids=CROSSWALK)


# Input untouched.


def test_the_tables_given_are_not_changed():
    orders, crosswalk = ORDERS.copy(), CROSSWALK.copy()
    as_transactions(orders, merge_ids=crosswalk, **LIMITS)
    draft_merge_ids(orders)
    pd.testing.assert_frame_equal(orders, ORDERS)
    pd.testing.assert_frame_equal(crosswalk, CROSSWALK)
