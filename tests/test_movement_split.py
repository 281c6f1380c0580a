"""Movement taken apart from re-binning, and the intervals of transitions."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from tests.chains import chains
from tests.customers import customer_table, customer_tables
from tests.frames import as_pandas

from crmkit import as_transactions, customer_summary, load_cdnow
from crmkit.segment import RFMSegmenter, TierSegmenter, ValueSegmenter
from crmkit.segment.movement import movement_split_table, movement_table, transition_interval_table, transition_table

KINDS = ["stayed", "moved", "moved_and_rebinned", "moved_but_hidden", "rebinned", "gone"]
BEFORE = customer_table([1] * 7, [10, 10, 10, 50, 50, 90, 50], [1] * 7, customer_id=list("abcdefg"))
# Frozen cuts 40 and 80, new ones 30 and 60. a stays low; b rises to high by both; c rises to 65, medium by the frozen
# cuts, high by the new; d falls to 35, low by the frozen cuts, medium as before by the new; e goes to 70, medium as
# before by the frozen cuts, high by the new; f stays high; g is gone, h is new
AFTER = customer_table([1] * 7, [10, 95, 65, 35, 70, 90, 10], [1] * 7, customer_id=list("abcdefh"))
FROZEN = ValueSegmenter(cuts=[40, 80]).fit(BEFORE)
FRESH = ValueSegmenter(cuts=[30, 60]).fit(AFTER)


def split(*tables, **options):
    return movement_split_table(*tables, **({"segmenter": FROZEN, "refitted": FRESH} | options))


# By hand.


def test_movement_is_split_by_hand(build_in_memory):
    given_tables = [build_in_memory(table) for table in (BEFORE, AFTER)]
    table = split(*given_tables)
    assert type(table) is type(given_tables[0])
    table = as_pandas(table, in_order=True)
    assert list(table)[:6] == ["segment_before", "movement", "n_customers", "share", "lower", "upper"]
    assert table["movement"].tolist() == KINDS * 5
    counts = table["n_customers"].to_numpy().reshape(5, 6)
    # all; high: f; medium: d, e, g; low: a, b, c; potential
    expected = [[2, 1, 1, 1, 1, 1], [1, 0, 0, 0, 0, 0], [0, 0, 0, 1, 1, 1], [1, 1, 1, 0, 0, 0], [0] * 6]
    assert counts.tolist() == expected
    assert table["share"].to_numpy()[:2] == pytest.approx([2 / 7, 1 / 7])
    assert table["share"].iloc[-6:].isna().all()
    assert table["name_zh"].iloc[4] == "未变，仅因新分界值移动"


def test_intervals_of_transitions_by_hand(build_in_memory):
    # Under the uniform prior of two states, one move of one gives Beta(2, 1), whose distribution is the square.
    moves = pd.DataFrame({"segment_before": ["a"], "segment_after": ["a"], "n_customers": [1]})
    table = as_pandas(transition_interval_table(build_in_memory(moves), states=["a", "b"], smoothing=1), in_order=True)
    assert table[["segment_before", "segment_after"]].to_numpy().tolist() == [
        list(pair) for pair in ("aa", "ab", "ba", "bb")
    ]
    low, high = 0.025**0.5, 0.975**0.5
    expected = [[2 / 3, low, high], [1 / 3, 1 - high, 1 - low], [0.5, 0.025, 0.975], [0.5, 0.025, 0.975]]
    np.testing.assert_allclose(table[["probability", "lower", "upper"]], expected)
    alone = transition_interval_table(moves)
    assert alone[["probability", "lower", "upper"]].to_numpy().tolist() == [[1, 1, 1]]


# Laws.


@pytest.mark.parametrize("segmenter", [TierSegmenter, RFMSegmenter])
def test_a_split_adds_up_to_the_movement_on_cdnow(segmenter):
    orders = as_transactions(load_cdnow())
    before, after = (customer_summary(orders, as_of=day) for day in ("1997-12-31", "1998-06-30"))
    frozen, fresh = segmenter().fit(before), segmenter().fit(after)
    table = movement_split_table(before, after, segmenter=frozen, refitted=fresh).set_index("movement")
    whole = table[table["segment_before"].isna()]["n_customers"]
    moved = movement_table(before, after, segmenter=frozen)
    really = moved.loc[moved["segment_before"] != moved["segment_after"], "n_customers"].sum()
    assert whole.filter(like="moved").sum() == really
    after_fresh = fresh.predict(after).astype(str).to_numpy()
    assert (frozen.predict(before).astype(str).to_numpy() != after_fresh).sum() == whole[
        ["moved", "moved_and_rebinned", "rebinned"]
    ].sum()
    assert table.groupby("segment_before")["n_customers"].sum().sum() == whole.sum()


@given(before=customer_tables(), after=customer_tables())
def test_the_same_cuts_bin_nobody_anew(before, after):
    before, after = (table.assign(customer_id=range(len(table))) for table in (before, after))
    table = split(before, after, refitted=FROZEN)
    assert table.loc[table["movement"].str.contains("rebinned|hidden"), "n_customers"].eq(0).all()


@given(chains())
def test_probabilities_are_those_of_the_matrix_and_inside_their_intervals(chain):
    n = len(chain)
    rows, columns = np.indices((n, n)).reshape(2, -1)
    moves = pd.DataFrame(
        {"segment_before": rows, "segment_after": columns, "n_customers": np.round(chain.ravel() * 50)}
    )
    table = transition_interval_table(moves, smoothing=0.5)
    matrix = transition_table(moves, smoothing=0.5).drop(columns="before")
    np.testing.assert_allclose(table["probability"], matrix.to_numpy(dtype=float).ravel())
    assert (table["lower"] <= table["probability"]).all()
    assert (table["probability"] <= table["upper"]).all()


# Refusals.


def test_segments_that_differ_are_refused():
    with pytest.raises(ValueError, match=r"`segmenter` and `refitted` must have the same segments, got \['high',"):
        split(BEFORE, AFTER, refitted=ValueSegmenter(scheme="abc").fit(AFTER))
    with pytest.raises(TypeError, match="`refitted` must be a fitted segmenter, got str"):
        split(BEFORE, AFTER, refitted="fresh")
    with pytest.raises(ValueError, match="`level` must lie between 0 and 1"):
        split(BEFORE, AFTER, level=95)


def test_intervals_need_a_prior():
    moves = pd.DataFrame({"segment_before": ["a"], "segment_after": ["a"]})
    with pytest.raises(ValueError, match="`smoothing` must be above 0, got 0: a move that nobody made"):
        transition_interval_table(moves, smoothing=0)


# Input untouched.


def test_the_tables_given_stay_as_they_were():
    given_tables = [BEFORE.copy(), AFTER.copy()]
    split(*given_tables)
    pd.testing.assert_frame_equal(given_tables[0], BEFORE)
    pd.testing.assert_frame_equal(given_tables[1], AFTER)
