"""Key accounts: the matrix of attractiveness and position, and a hierarchy added up."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from tests.frames import Builder, as_pandas, duckdb_connection

from crmkit import as_transactions
from crmkit.errors import SchemaError
from crmkit.segment import AccountSegmenter, account_rollup_table
from crmkit.segment.movement import movement_table

NAN = np.nan
ACCOUNTS = pd.DataFrame(
    {
        "customer_id": ["a", "b", "c", "d", "e"],
        "attractiveness": [80.0, 60.0, 30.0, 20.0, NAN],
        "position": [70.0, 10.0, 50.0, 20.0, 90.0],
        "spend": [9.0, 8.0, 7.0, 6.0, 5.0],
    }
)
TREE = pd.DataFrame(
    {
        "customer_id": ["C", "G", "A", "B", "H"],
        "belongs_to": ["B", None, "G", "G", "H"],
        "n_orders": [1, 0, 1, 3, 2],
        "spend": [5.0, 0.0, 10.0, 20.0, 7.0],
    },
    index=list("edcba"),
)


# By hand.


def test_the_matrix_by_hand(build_in_memory):
    model = AccountSegmenter().fit(build_in_memory(ACCOUNTS))
    # half of 80, 60, 30 and 20 lie above 45, half of 70, 10, 50 and 20 above 35
    assert model.cuts_["value"].tolist() == [45, 35]
    found = as_pandas(model.assign(build_in_memory(ACCOUNTS)), in_order=True)
    assert found["segment"].tolist() == ["key", "develop", "maintain", "low_touch", None]
    assert found["reason_code"].tolist() == ["both_high", "attractiveness_high", "position_high", "both_low", None]
    given = AccountSegmenter(attractiveness_cut=60, position_cut=10).fit(ACCOUNTS)
    # on a cut is low
    assert given.predict(ACCOUNTS).tolist()[:4] == ["key", "low_touch", "maintain", "maintain"]
    matrix = as_pandas(model.matrix_table(build_in_memory(ACCOUNTS), size="spend"), in_order=True)
    assert matrix["account"].tolist() == ["a", "b", "c", "d"]
    assert matrix.loc[0, ["x_measure", "x", "x_cut", "y", "size"]].tolist() == ["position", 70, 35, 80, 9]


def test_accounts_say_why():
    model = AccountSegmenter().fit(ACCOUNTS)
    told = model.explain(ACCOUNTS).tolist()
    assert told[1] == "Accounts to develop: attractiveness of 60 is above 45, but position of 10 is not above 35."
    assert told[4] == "No class: attractiveness is not known."
    assert model.explain(ACCOUNTS, language="zh")[2] == "维持客户：我方地位 50 高于 35，但吸引力 30 未高于 45。"


def test_sql_says_the_same_and_moves_are_counted():
    model = AccountSegmenter().fit(ACCOUNTS)
    found = as_pandas(model.assign(duckdb_connection().from_df(ACCOUNTS))).sort_values("customer_id")
    assert found["segment"].tolist() == ["key", "develop", "maintain", "low_touch", None]
    moved = movement_table(ACCOUNTS, ACCOUNTS.assign(position=[70.0, 40.0, 50.0, 20.0, 90.0]), segmenter=model)
    assert moved.query("n_customers > 0 and segment_before == 'develop'")["segment_after"].tolist() == ["key"]


def test_the_roll_up_by_hand(build_in_memory):
    found = as_pandas(account_rollup_table(build_in_memory(TREE), parent="belongs_to"), in_order=True)
    assert found["customer_id"].tolist() == ["C", "G", "A", "B", "H"]
    # H is above itself: it is at the top
    assert found["parent"].tolist() == ["B", None, "G", "G", None]
    assert found["root"].tolist() == ["G", "G", "G", "G", "H"]
    assert found["depth"].tolist() == [2, 0, 1, 1, 0]
    assert found["n_accounts"].tolist() == [1, 4, 1, 2, 1]
    assert found["n_buyers"].tolist() == [1, 3, 1, 2, 1]
    assert found["n_orders"].tolist() == [1, 5, 1, 4, 2]
    assert_allclose(found["spend"], [5, 35, 10, 25, 7])


def test_numbers_as_ids_own_sums_and_the_index_are_kept():
    tree = TREE.assign(customer_id=[3, 7, 1, 2, 8], belongs_to=[2, NAN, 7, 7, NAN])
    found = account_rollup_table(tree, parent="belongs_to", sums=["spend"])
    assert list(found) == ["customer_id", "parent", "root", "depth", "n_accounts", "spend"]
    assert found.index.tolist() == list("edcba")
    assert found["root"].tolist() == [7, 7, 7, 7, 8]
    assert found["parent"].isna().tolist() == [False, True, False, False, True]
    unpriced = account_rollup_table(TREE.assign(spend=NAN), parent="belongs_to")
    assert unpriced["spend"].isna().all()
    uncounted = account_rollup_table(TREE.assign(n_orders=NAN), parent="belongs_to")
    assert uncounted[["n_orders", "n_buyers"]].isna().all(axis=None)
    assert account_rollup_table(TREE.iloc[:0], parent="belongs_to").empty


def test_the_roll_up_is_a_crosswalk_for_orders():
    rolled = account_rollup_table(TREE, parent="belongs_to").rename(columns={"root": "merged_id"})
    orders = pd.DataFrame({"customer_id": ["A", "C", "H"], "date": "2024-01-01", "amount": [1.0, 2.0, 4.0]})
    merged = as_transactions(orders, merge_ids=rolled)
    assert dict(zip(merged["customer_id"], merged["amount"], strict=True)) == {"G": 3, "H": 4}


# Laws.


@given(st.lists(st.integers(-1, 30), min_size=1, max_size=40), st.randoms(use_true_random=False))
def test_sums_are_those_of_walking_up(above, random):
    # the parent of each stands before it, so that there is no circle; then the rows are shuffled
    parents = [at if at < place else -1 for place, at in enumerate(above)]
    n = len(parents)
    money = [float(random.randrange(100)) for _ in range(n)]
    sums, depth, root = [0.0] * n, [0] * n, list(range(n))
    for place in range(n):
        at = place
        while True:
            sums[at] += money[place]
            if parents[at] < 0:
                break
            at, depth[place] = parents[at], depth[place] + 1
        root[place] = at
    order = list(range(n))
    random.shuffle(order)
    table = pd.DataFrame({"customer_id": range(n), "up": [NAN if at < 0 else at for at in parents], "spend": money})
    found = account_rollup_table(table.iloc[order], parent="up", sums=["spend"]).sort_index()
    assert found["spend"].tolist() == sums
    assert found["depth"].tolist() == depth
    assert found["root"].tolist() == root


def test_a_chain_as_long_as_the_table_is_added_up():
    n = 3000
    found = account_rollup_table(
        pd.DataFrame({"customer_id": range(n), "up": [NAN, *range(n - 1)], "spend": 1.0}), parent="up", sums=["spend"]
    )
    assert found["depth"].tolist() == list(range(n))
    assert found["spend"].tolist() == list(range(n, 0, -1))


# Refusals.


def test_hierarchies_that_cannot_be_are_refused():
    def told(**columns):
        return account_rollup_table(TREE.assign(**columns), parent="belongs_to")

    words = r"`accounts\['belongs_to'\]` names parents that are not in the table: \[.*'X' of 'C'.*\], 2 rows in all"
    with pytest.raises(SchemaError, match=words):
        told(belongs_to=["X", None, "Y", "G", None])
    with pytest.raises(SchemaError, match=r"`accounts\['customer_id'\]` hold ids of different kinds, Int64 and String"):
        told(belongs_to=[1, None, None, None, None])
    with pytest.raises(SchemaError, match=r"runs in a circle: \['B', 'G'\], and 4 accounts never reach a top"):
        told(belongs_to=["B", "B", "G", "G", None])
    with pytest.raises(SchemaError, match=r"ids more than once, such as \['A'\]"):
        told(customer_id=["A", "G", "A", "B", "H"])
    with pytest.raises(SchemaError, match=r"`accounts\['customer_id'\]` is missing in 1 row, first at rows \[1\]"):
        told(customer_id=["C", None, "A", "B", "H"])
    with pytest.raises(SchemaError, match=r"`accounts\['spend'\]` is missing in 1 row.*would be too small"):
        told(spend=[1.0, NAN, 1.0, 1.0, 1.0])
    with pytest.raises(SchemaError, match=r"`accounts\['spend'\]` is infinite in 1 row"):
        told(spend=[1.0, np.inf, 1.0, 1.0, 1.0])
    with pytest.raises(SchemaError, match="must hold numbers"):
        told(spend="x")
    with pytest.raises(SchemaError, match="adds up to more than a number can hold"):
        told(spend=1e308)
    words = r"`accounts\['n_orders'\]` must count orders, and is not a whole number from 0 to 1e\+15 in 3 rows, .*"
    with pytest.raises(SchemaError, match=words + r"rows \[0, 2, 4\]"):
        told(n_orders=[0.5, 1, -1, 2, 1e300])


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"sums": ["depth"]}, ValueError, r"`sums` must name columns other than .*; got \['depth'\]"),
        ({"sums": ["spend", "spend"]}, ValueError, "each once"),
        ({"sums": "spend"}, TypeError, "`sums` must be a list of columns"),
        ({"sums": ["customer_id"]}, ValueError, r"'n_buyers', 'customer_id', 'belongs_to'\], each once"),
        ({"customer_id": "belongs_to"}, ValueError, r"'n_buyers', 'belongs_to'\], each once.* two others"),
        ({"sums": ["profit"]}, SchemaError, r"lacks the columns \['profit'\]; it has .* Name columns that it has"),
    ],
)
def test_options_that_do_not_fit_are_refused(options, error, words):
    with pytest.raises(error, match=words):
        account_rollup_table(TREE, parent="belongs_to", **options)


def test_accounts_that_cannot_be_placed_are_refused():
    with pytest.raises(TypeError, match="`accounts` must be a table in memory"):
        account_rollup_table(Builder("duckdb")(TREE), parent="belongs_to")
    with pytest.raises(ValueError, match="must be two columns"):
        AccountSegmenter(position="attractiveness").fit(ACCOUNTS)
    with pytest.raises(TypeError, match="`position_cut` must be a number"):
        AccountSegmenter(position_cut="high").fit(ACCOUNTS)
    model = AccountSegmenter().fit(ACCOUNTS)
    with pytest.raises(SchemaError, match=r"`accounts\['spend'\]` is below 0 in 1 row"):
        model.matrix_table(ACCOUNTS.assign(spend=[-1.0, 1, 1, 1, 1]), size="spend")
    with pytest.raises(SchemaError, match=r"lacks the columns \['name'\]"):
        model.matrix_table(ACCOUNTS, account="name")


def test_inputs_stay_as_they_are():
    given = TREE.copy(deep=True)
    account_rollup_table(given, parent="belongs_to")
    pd.testing.assert_frame_equal(given, TREE)
