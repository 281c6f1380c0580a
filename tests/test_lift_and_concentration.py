"""Lift at the top of a score, and the Herfindahl index: by hand, laws, refusals."""

import math

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmkit.errors import SchemaError
from crmkit.metrics import herfindahl, lift_at

SCORES = [8, 7, 6, 5, 4, 3, 2, 1]
RESPONSES = [1, 1, 1, 0, 1, 0, 0, 0]


# By hand.


@pytest.mark.parametrize(
    ("share", "expected"),
    # The top 1, 2, 4 and 8 of 8, of whom 4 responded; a top of 2.4 customers is one of 3.
    [(0.125, 2), (0.25, 2), (0.5, 1.5), (0.3, 2), (0.75, (4 / 6) / 0.5)],
)
def test_lift_by_hand(share, expected):
    assert lift_at(responses=RESPONSES, scores=SCORES, share=share) == pytest.approx(expected)


def test_customers_at_the_edge_count_with_the_rate_of_all_of_their_score():
    # One above the edge responded; of the three at it, one did, and there is room for one.
    found = lift_at(responses=[1, 1, 0, 0, 0, 0], scores=[9, 5, 5, 5, 1, 0], share=1 / 3)
    assert found == pytest.approx(((1 + 1 / 3) / 2) / (2 / 6))


def test_a_score_that_knows_nothing_has_a_lift_of_1():
    assert lift_at(responses=RESPONSES, scores=[3] * 8, share=0.2) == pytest.approx(1)
    assert math.isnan(lift_at(responses=[0, 0], scores=[1, 2], share=0.5))


@pytest.mark.parametrize("kind", [list, np.array, pd.Series, pl.Series, lambda yes: pa.chunked_array([yes])])
def test_yes_and_no_are_1_and_0(kind):
    assert lift_at(responses=kind([each == 1 for each in RESPONSES]), scores=SCORES, share=0.5) == 1.5


def test_herfindahl_by_hand():
    # 3·2 of 5·4 pairs are of one seller; without the correction (9 + 1 + 1) / 25
    assert herfindahl([3, 1, 1]) == pytest.approx(0.3)
    assert herfindahl([3, 1, 1], correct=False) == pytest.approx(0.44)
    assert herfindahl([0.5, 0.3, 0.2], correct=False) == pytest.approx(0.38)
    assert herfindahl([7]) == 1
    assert all(math.isnan(herfindahl(counts)) for counts in ([], [0, 0], [1], [np.nan, 2]))


def test_herfindahl_of_counts_near_the_largest_number():
    assert herfindahl([1e200, 1e200]) == pytest.approx(0.5)
    assert herfindahl([1e307, 3e307], correct=False) == pytest.approx(10 / 16)


# Laws.


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 5)), min_size=1, max_size=30), st.floats(0.05, 0.95))
def test_the_order_of_customers_and_the_scale_of_scores_do_not_matter(rows, share):
    responses, scores = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    found = lift_at(responses=responses, scores=scores, share=share)
    turned = lift_at(responses=responses[::-1], scores=np.exp(scores)[::-1], share=share)
    assert found == pytest.approx(turned, nan_ok=True)
    assert math.isnan(found) or 0 <= found <= len(rows) / responses.sum() + 1e-9


@given(st.lists(st.integers(0, 50), min_size=2, max_size=12).filter(lambda counts: sum(counts) > 1))
def test_the_index_is_the_chance_that_two_are_alike(counts):
    sellers = np.repeat(np.arange(len(counts)), counts)
    alike = sellers[:, None] == sellers[None, :]
    pairs = alike.sum() - len(sellers)
    assert herfindahl(counts) == pytest.approx(pairs / (len(sellers) * (len(sellers) - 1)))
    assert herfindahl(counts, correct=False) == pytest.approx(alike.mean())


# Refusals.


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"responses": [1, 2]}, ValueError, "`responses` must hold 1 where it happened and 0"),
        ({"responses": [1, None]}, (TypeError, ValueError), "responses"),
        ({"responses": [1, np.nan]}, ValueError, r"`responses` has 1 missing value, first at positions \[1\]"),
        ({"scores": [1.0, np.nan]}, ValueError, "`scores` has 1 missing value"),
        ({"scores": [1.0, 2.0, 3.0]}, ValueError, "`responses` and `scores` must have the same length"),
        ({"responses": [True, None]}, ValueError, "`responses` has 1 missing value"),
        ({"scores": 3, "responses": 1}, ValueError, "must be a column of numbers"),
        ({"share": 20}, ValueError, "`share`"),
        ({"responses": pd.Series([1, 0], index=[1, 0]), "scores": pd.Series([1, 2])}, ValueError, "same index"),
    ],
)
def test_what_has_no_lift_is_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        lift_at(**{"responses": [1, 0], "scores": [2.0, 1.0], "share": 0.5, **arguments})


@pytest.mark.parametrize(
    ("counts", "message"),
    [([0.5, 0.5], "`counts` must be whole numbers"), ([1, -1], "must not be below 0"), (3, "must be a column")],
)
def test_what_has_no_concentration_is_refused(counts, message):
    with pytest.raises(ValueError, match=message):
        herfindahl(counts)


def test_counts_whose_sum_no_number_holds_are_refused():
    with pytest.raises(SchemaError, match="`counts`"):
        herfindahl([1e308, 1e308], correct=False)
