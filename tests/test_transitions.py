"""Transition matrices, what they say of the states, and the sizes to come."""

import math

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from pandas.testing import assert_frame_equal
from tests.chains import MAILING, chains
from tests.frames import Builder, as_pandas

from crmkit import as_transactions, customer_summary, load_cdnow
from crmkit._stats import stationary_distribution
from crmkit.errors import SchemaError
from crmkit.segment import TierSegmenter
from crmkit.segment.movement import customer_forecast_table, migration_table, movement_table, transition_table
from crmkit.value import migration_value, move_values

KINDS = ["pandas-numpy", "polars", "polars-lazy", "pyarrow"]
# 100 customers, 50 slipping away, nobody lost; 20 join in every period.
BASE = pd.DataFrame(
    {
        "before": ["active", "slipping", "lost"],
        "active": [0.8, 0.3, 0.0],
        "slipping": [0.15, 0.5, 0.0],
        "lost": [0.05, 0.2, 1.0],
    }
)
NOW = {"active": 100, "slipping": 50, "lost": 0}


def matrix(table):
    return table.set_index("before")


# By hand.


def test_transitions_by_hand():
    moves = pd.DataFrame({"was": ["a", "a", "a", "a", "b", None], "is": ["a", "a", "a", "b", "a", "b"]})
    # the last is a newcomer; with 1 added to each count: (3 + 1) / (4 + 2), (1 + 0 + 0) / (1 + 2)
    plain = transition_table(moves, before="was", after="is")
    assert plain.to_numpy().tolist() == [["a", 0.75, 0.25], ["b", 1, 0]]
    assert plain.columns.tolist() == ["before", "a", "b"]
    smooth = transition_table(moves, before="was", after="is", smoothing=1)
    assert_allclose(matrix(smooth), [[4 / 6, 2 / 6], [2 / 3, 1 / 3]])
    # in another order, and with a state that nobody was in
    wide = matrix(transition_table(moves, before="was", after="is", states=["c", "b", "a"]))
    assert_array_equal(wide, [[np.nan] * 3, [0, 0, 1], [0, 0.25, 0.75]])
    assert wide.index.tolist() == wide.columns.tolist() == ["c", "b", "a"]


def test_groups_weigh_as_many_as_they_are():
    moves = pd.DataFrame({"segment_before": [2, 2, 1], "segment_after": [1, 2, 1], "n_customers": [30, 10, 5]})
    assert transition_table(moves).to_numpy().tolist() == [[2, 0.25, 0.75], [1, 0, 1]]


def test_ordered_categories_give_the_order_of_the_states():
    kind = pd.CategoricalDtype(["gold", "silver", "lost"], ordered=True)
    moves = pd.DataFrame({"before": ["lost", "silver"], "after": ["lost", "gold"]}).astype(kind)
    for table in (
        moves,
        pl.DataFrame({name: pl.Series(moves[name].tolist(), dtype=pl.Enum(kind.categories)) for name in moves}),
    ):
        found = matrix(as_pandas(transition_table(table, before="before", after="after"), in_order=True))
        assert found.index.tolist() == found.columns.tolist() == ["gold", "silver", "lost"]
        assert_array_equal(found, [[np.nan] * 3, [1, 0, 0], [0, 0, 1]])


def test_migration_table_by_hand():
    # balance: the share of a times 0.2 is the share of b times 0.4
    table = migration_table(pd.DataFrame({"before": ["a", "b"], "a": [0.8, 0.4], "b": [0.2, 0.6]}))
    assert table["state"].tolist() == ["a", "b"]
    assert_allclose(table.drop(columns="state"), [[0.8, 0, 0.2, 5, 2 / 3], [0.6, 0.4, 0, 2.5, 1 / 3]], rtol=1e-14)


def test_a_state_that_is_never_left_has_no_expected_sojourn_and_holds_everybody_in_the_end():
    table = migration_table(MAILING).set_index("state")
    assert math.isnan(table.loc["lost", "expected_sojourn"])
    assert table["stationary_share"].tolist() == [0, 0, 0, 0, 1]
    # two such states: the end depends on the start
    assert migration_table(np.eye(2))["stationary_share"].isna().all()


def test_a_forecast_by_hand():
    # 100 in a and none in b: 80 and 20, then 80 * 0.8 + 20 * 0.4 = 72 and 28
    table = customer_forecast_table([[0.8, 0.2], [0.4, 0.6]], sizes={0: 100, 1: 0}, n_periods=2)
    assert table["period"].tolist() == [0, 1, 2]
    assert_allclose(table[[0, 1]], [[100, 0], [80, 20], [72, 28]], rtol=1e-14)


def test_those_who_join_may_be_other_numbers_in_every_period():
    # nobody moves: 10 + 1 + 2 + 3 and 0 + 5 + 5 + 5
    table = customer_forecast_table(np.eye(2), sizes=[10, 0], n_periods=3, inflow={0: [1, 2, 3], 1: 5})
    assert_array_equal(table[[0, 1]], [[10, 0], [11, 5], [13, 10], [16, 15]])
    again = customer_forecast_table(np.eye(2), sizes=[10, 0], n_periods=1, inflow=pd.Series({1: 5.0}))
    assert_array_equal(again[[0, 1]], [[10, 0], [10, 5]])


@pytest.mark.parametrize("kind", KINDS)
def test_tables_come_back_in_the_kind_given(kind):
    build = Builder(kind)
    moves = build(pd.DataFrame({"segment_before": ["a", "a", "b"], "segment_after": ["a", "b", "b"]}))
    chain = transition_table(moves)
    values = migration_value(chain, rewards={"a": 1.0, "b": 0.0}, period_discount_rate=0.1)
    made = {
        "transitions": (chain, [["a", 0.5, 0.5], ["b", 0, 1]]),
        "migration": (migration_table(chain), [["a", 0.5, 0, 0.5, 2, 0], ["b", 1, 0, 0, None, 1]]),
        "forecast": (customer_forecast_table(chain, sizes=[8, 0], n_periods=1), [[0, 8, 0], [1, 4, 4]]),
        # the sum of the half that is left, discounted at a tenth: 1 over 1 - 0.5 / 1.1
        "values": (values, [["a", 1, pytest.approx(1.1 / 0.6)], ["b", 0, 0]]),
        "moves": (move_values(values), [["a", 0, pytest.approx(-1.1 / 0.6)], ["b", pytest.approx(1.1 / 0.6), 0]]),
    }
    for name, (table, rows) in made.items():
        assert type(table) is type(moves), name
        plain = as_pandas(table, in_order=True).astype(object)
        assert plain.where(plain.notna(), None).to_numpy().tolist() == rows, name


# Reference: values computed by hand from n P + a; the long run of active customers is a (I - A)^-1.


def test_a_base_with_inflow():
    table = customer_forecast_table(BASE, sizes=NOW, n_periods=3, inflow={"active": 20})
    expected = [[100, 50, 0], [115, 40, 15], [124, 37.25, 28.75], [130.375, 37.225, 42.4]]
    assert_allclose(table[["active", "slipping", "lost"]], expected, rtol=1e-14)
    last = customer_forecast_table(BASE, sizes=NOW, n_periods=500, inflow={"active": 20}).iloc[-1]
    assert_allclose(last[["active", "slipping"]].astype(float), [181.818, 54.5455], rtol=5e-6)


def test_the_moves_of_tiers_are_read_as_they_are_counted():
    transactions = as_transactions(load_cdnow())
    before, after = (customer_summary(transactions, as_of=day) for day in ("1997-12-31", "1998-06-30"))
    moved = movement_table(before, after, segmenter=TierSegmenter().fit(before))
    chain = matrix(transition_table(moved))
    assert chain.columns.tolist() == ["core", "important", "ordinary", "potential"]
    # the counts of movement_table's example: 213 of 250 core customers stay, 37 become important
    assert_allclose(chain.loc["core"], [213 / 250, 37 / 250, 0, 0])
    assert chain.loc["potential"].isna().all()


# Laws.


@given(chains(low=0.01))
def test_the_stationary_shares_stay_as_they_are_and_everybody_gets_there(chain):
    share = stationary_distribution(chain)
    assert share.sum() == pytest.approx(1)
    assert_allclose(share @ chain, share, rtol=1e-12)
    sizes = np.zeros(len(chain))
    sizes[0] = 1000.0
    last = customer_forecast_table(chain, sizes=sizes, n_periods=2000).iloc[-1, 1:].to_numpy(dtype=float)
    assert_allclose(last, 1000 * share, rtol=1e-6)


@given(chains())
def test_stay_up_and_down_add_up_and_nobody_is_lost(chain):
    table = migration_table(chain)
    assert_allclose(table[["stay_rate", "up_rate", "down_rate"]].sum(axis=1), 1, rtol=1e-12)
    assert (table["expected_sojourn"].dropna() >= 1 - 1e-12).all()
    sizes = customer_forecast_table(chain, sizes=np.arange(len(chain)), n_periods=7).drop(columns="period").sum(axis=1)
    assert_allclose(sizes, np.arange(len(chain)).sum(), rtol=1e-12)


@given(chains(), st.floats(0, 1e3))
def test_those_who_join_are_added_period_by_period(chain, joining):
    given_sizes = {"sizes": np.arange(len(chain)), "n_periods": 7}
    alone = customer_forecast_table(chain, **given_sizes).drop(columns="period").sum(axis=1)
    joined = customer_forecast_table(chain, **given_sizes, inflow={0: joining}).drop(columns="period").sum(axis=1)
    assert_allclose(joined - alone, joining * np.arange(8), rtol=1e-9, atol=1e-9)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), min_size=1, max_size=40), st.floats(0, 3))
def test_transitions_are_probabilities_whatever_the_order_of_the_rows(pairs, smoothing):
    moves = pd.DataFrame(pairs, columns=["segment_before", "segment_after"])
    given_states = {"states": list("abc"), "smoothing": smoothing}
    found = transition_table(moves, **given_states)
    sums = matrix(found).sum(axis=1, skipna=False)
    assert_allclose(sums[sums.notna()], 1)
    assert_frame_equal(found, transition_table(moves.iloc[::-1], **given_states))
    counted = moves.value_counts().rename("n_customers").reset_index()
    assert_frame_equal(found, transition_table(counted, **given_states))


@given(chains())
def test_a_table_of_states_says_what_its_matrix_says(chain):
    states = [f"s{number}" for number in range(len(chain))]
    square = pd.DataFrame(chain, index=states, columns=states)
    table = square.rename_axis("before").reset_index()
    assert_frame_equal(migration_table(table), migration_table(square))


# Refusals.


@pytest.mark.parametrize(
    ("columns", "options", "error", "message"),
    [
        ({"segment_before": ["a"]}, {}, SchemaError, r"lacks the columns \['segment_after'\]"),
        (
            {"segment_before": ["a", None], "segment_after": [None, "a"]},
            {},
            SchemaError,
            r"^`moves\['segment_after'\]` is missing in 1 row, first at rows \[0\]. Give those who are gone a state",
        ),
        ({"segment_before": ["a"], "segment_after": ["b"]}, {"states": ["a"]}, ValueError, r"it lacks \['b'\]\.$"),
        ({"segment_before": ["a"], "segment_after": ["a"]}, {"states": ["a", "a"]}, ValueError, "name each state once"),
        (
            {"segment_before": ["a"], "segment_after": ["a"]},
            {"smoothing": -1},
            ValueError,
            "`smoothing` must not be below 0",
        ),
        (
            {"segment_before": ["a"], "segment_after": ["a"], "n_customers": [-1]},
            {},
            SchemaError,
            "must hold counts; some are missing, infinite or negative",
        ),
        ({"segment_before": ["a"], "segment_after": ["a"], "n_customers": ["1"]}, {}, SchemaError, "must hold numbers"),
        (
            {"segment_before": ["before"], "segment_after": ["a"]},
            {},
            ValueError,
            r"^A state is named 'before', like the first column",
        ),
    ],
)
def test_moves_that_make_no_chain_are_refused(columns, options, error, message):
    with pytest.raises(error, match=message):
        transition_table(pd.DataFrame(columns), **options)


def test_states_that_are_one_as_text_are_refused_where_columns_are_text():
    moves = pd.DataFrame({"segment_before": [1, 2], "segment_after": [2, 1]})
    assert transition_table(pl.from_pandas(moves)).columns == ["before", "1", "2"]
    assert migration_table(transition_table(pl.from_pandas(moves)))["state"].to_list() == [1, 2]
    with pytest.raises(ValueError, match=r"^Some states are the same when written as text: \['1'\]"):
        transition_table(pl.from_pandas(moves), states=[1, 2, "1"])


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        (
            {"sizes": {"active": 1, "slipping": 1, "lost": -1}},
            ValueError,
            r"^`sizes` must not be below 0, got \[-1.0\]",
        ),
        ({"n_periods": 0}, ValueError, "`n_periods` must be at least 1"),
        ({"inflow": 20}, TypeError, "^`inflow` must map states to the customers who join them, got 20"),
        ({"inflow": {"new": 20}}, ValueError, r"^`inflow` names states that `transition` does not have: \['new'\]"),
        ({"inflow": {"active": [1, 2, 3]}}, ValueError, "one for each of the 2 periods, for the state 'active'; got 3"),
        ({"inflow": {"active": [1, np.nan]}}, ValueError, "^`inflow` is missing for the state 'active' in some"),
        ({"inflow": {"active": [1, -2]}}, ValueError, r"^`inflow` must not be below 0, got \[-2.0\]"),
        ({"inflow": {"active": "x"}}, TypeError, "`inflow` must be a number or a column of numbers"),
    ],
)
def test_forecasts_that_make_no_sense_are_refused(options, error, message):
    with pytest.raises(error, match=message):
        customer_forecast_table(BASE, **{"sizes": NOW, "n_periods": 2, **options})


def test_a_state_named_like_the_periods_is_refused():
    with pytest.raises(ValueError, match=r"^A state is named 'period', like the first column"):
        customer_forecast_table(pd.DataFrame({"before": ["period"], "period": [1.0]}), sizes=[1], n_periods=1)


def test_a_table_without_the_states_of_its_rows_is_refused():
    with pytest.raises(ValueError, match="the same states, each once"):
        migration_table(pl.from_pandas(BASE).drop("before"))
    with pytest.raises(ValueError, match="the same states, each once"):
        migration_table(BASE[["before", "lost", "slipping", "active"]])


# Input untouched.


def test_the_tables_stay_as_they_are():
    chain = BASE.copy(deep=True)
    migration_table(chain)
    customer_forecast_table(chain, sizes=NOW, n_periods=3, inflow={"active": 3})
    assert_frame_equal(chain, BASE)
