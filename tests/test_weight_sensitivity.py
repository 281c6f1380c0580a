"""Weights as tables, and how far they may move before another row becomes first."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from tests.depth import few
from tests.frames import as_pandas

from crmkit.errors import SchemaError
from crmkit.segment.criteria import (
    Scorecard,
    TopsisScorer,
    criteria_weight_table,
    judgement_pair_table,
    judgement_table,
    weight_sensitivity_table,
)

NAN = np.nan
TELECOM = [[1, 0.71, 0.46], [1.41, 1, 0.85], [2.18, 1.18, 1]]
AHP_EXAMPLE = [[1, 3, 3], [1 / 3, 1, 2], [1 / 3, 1 / 2, 1]]


# By hand.


def test_the_breakpoint_of_two_dealers():
    # Ann leads by 20 w - 30 (1 - w), which is 0 at w = .6
    dealers = pd.DataFrame({"dealer": ["Ann", "Bo"], "sales": [80, 60], "stock": [50, 80]})
    card = Scorecard(criteria=["sales", "stock"], weights={"sales": 0.7, "stock": 0.3}).fit(dealers)
    table = weight_sensitivity_table(dealers, scorer=card, label="dealer")
    assert table["first"].tolist() == ["Ann", "Ann"]
    assert_allclose(table[["weight_from", "weight_to"]], [[0.6, 1], [0, 0.4]])
    assert table["first_below"].fillna("").tolist() == ["Bo", ""]
    assert table["first_above"].fillna("").tolist() == ["", "Bo"]
    assert_allclose(table["least_change"], [0.1, 0.1])


def test_the_others_keep_their_proportions():
    # beside c, weights .4 and .2 stay 2 to 1: x has 2/3 of 90 + 1/3 of 30 = 70 there, y 50; x leads by
    # 20 (1 - w) - 40 w, which is 0 at w = 1/3
    rows = pd.DataFrame({"a": [90, 60], "b": [30, 30], "c": [20, 60]}, index=["x", "y"])
    card = Scorecard(criteria=list("abc"), weights={"a": 0.5, "b": 0.25, "c": 0.25}).fit(rows)
    table = weight_sensitivity_table(rows, scorer=card)
    assert table.loc[2, "weight_to"] == pytest.approx(1 / 3)
    assert table.loc[2, ["first", "first_above"]].tolist() == [0, 1]


def test_rows_that_are_level_give_way_at_once_and_equal_rows_never():
    rows = pd.DataFrame({"a": [40, 60], "b": [60, 40]})
    table = weight_sensitivity_table(rows, scorer=Scorecard(criteria=["a", "b"]).fit(rows))
    assert_allclose(table[["weight_from", "weight_to"]], [[0, 0.5], [0.5, 1]])
    assert table["least_change"].tolist() == [0, 0]
    same = rows.iloc[[0, 0]].reset_index(drop=True)
    table = weight_sensitivity_table(same, scorer=Scorecard(criteria=["a", "b"]).fit(rows))
    assert_allclose(table[["weight_from", "weight_to"]], [[0, 1], [0, 1]])
    assert table["least_change"].isna().all()


def test_a_criterion_with_all_the_weight_has_no_proportions_to_keep():
    rows = pd.DataFrame({"a": [40, 60], "b": [60, 40], "out": [False, False]})
    card = Scorecard(criteria=["a", "b"], weights={"a": 1, "b": 0}, knock_outs=["out"]).fit(rows)
    table = weight_sensitivity_table(rows, scorer=card)
    assert table[["weight_from", "weight_to"]].iloc[0].isna().all()
    # b may go up to one half
    assert_allclose(table[["weight_from", "weight_to"]].iloc[1], [0, 0.5])


@pytest.mark.parametrize("weight", [0.1, 0.3919, 0.5796, 0.7277, 0.99])
def test_a_criterion_beside_which_the_others_are_alike_may_have_any_weight(weight):
    rows = pd.DataFrame({"a": [5, 5, 5], "b": [1, 9, 4]})
    scorer = TopsisScorer(criteria=["a", "b"], weights={"a": 1 - weight, "b": weight}).fit(rows)
    found = weight_sensitivity_table(rows, scorer=scorer).loc[1]
    assert found[["first", "weight_from", "weight_to"]].tolist() == [1, 0, 1]
    assert found[["first_below", "first_above", "least_change"]].isna().all()


@pytest.mark.parametrize("weight", [0.9, 1 - 1e-9])
def test_breakpoints_are_exact_far_from_the_weight(weight):
    # Ann is closest while a weighs more than b
    rows = pd.DataFrame({"name": ["Ann", "Bo"], "a": [9, 1], "b": [1, 9]})
    scorer = TopsisScorer(criteria=["a", "b"], weights={"a": weight, "b": 1 - weight}).fit(rows)
    found = weight_sensitivity_table(rows, scorer=scorer, label="name")
    assert_allclose(found[["weight_from", "weight_to"]], [[0.5, 1], [0, 0.5]], rtol=1e-6)
    assert found["first"].tolist() == ["Ann", "Ann"]
    assert (found.loc[0, "first_below"], found.loc[1, "first_above"]) == ("Bo", "Bo")


def test_judges_and_pairs():
    judges = {"sales": [[1, 4], [1 / 4, 1]], "service": [[1, 1 / 4], [4, 1]]}
    table = judgement_table(judges, criteria=["price", "advice"])
    assert table["judge"].tolist() == ["sales", "sales", "service", "service", "all", "all"]
    assert_allclose(table["weight"], [0.8, 0.2, 0.2, 0.8, 0.5, 0.5])
    # perfectly consistent together, and opposed
    assert table["is_consistent"].all()
    pairs = judgement_pair_table(judges, criteria=["price", "advice"])
    assert pairs.iloc[0].tolist() == ["price", "advice", 1, 0.25, 4, True, 1, 1]
    circle = [[1, 5, 1 / 3], [1 / 5, 1, 5], [3, 1 / 5, 1]]
    assert not judgement_table(circle, criteria=list("abc"))["is_consistent"].any()
    assert (judgement_pair_table(circle, criteria=list("abc"))["deviation"] > 2).all()


# Reference.


def test_published_weights_by_judgements():
    # an AHP of RFM in telecommunications; scikit-criteria's example
    telecom = judgement_table(TELECOM, criteria=list("rfm"))
    assert_allclose(telecom["weight"], [0.22064, 0.34035, 0.43901], atol=5e-6)
    assert telecom["largest_eigenvalue"].iloc[0] == pytest.approx(3.01047, abs=5e-6)
    example = judgement_table(AHP_EXAMPLE, criteria=list("abc"))
    assert_allclose(example["weight"], [0.59363, 0.24931, 0.15706], atol=5e-6)
    columns = judgement_table(AHP_EXAMPLE, criteria=list("abc"), weight_rule="column_mean", random_index=0.52)
    assert_allclose(columns["weight"], [0.58889, 0.25185, 0.15926], atol=5e-6)
    assert_allclose(columns[["consistency_index", "consistency_ratio"]].iloc[0], [0.026952, 0.051829], atol=3e-6)


def test_published_weights_from_values(build_in_memory):
    # scikit-criteria's example of entropy
    rows = build_in_memory(pd.DataFrame({"a": [1.0, 4, NAN], "b": [2.0, 16, 3]}))
    table = as_pandas(criteria_weight_table(rows, criteria=["a", "b"], methods=["entropy"]), in_order=True)
    assert_allclose(table["weight"].astype(float), [0.358889, 0.641111], atol=5e-7)
    assert table["n_rows"].tolist() == [2, 2]


# Laws.


@st.composite
def rankings(draw):
    n, k = draw(st.integers(2, 5)), draw(st.integers(2, 4))
    values = st.integers(0, 5).map(lambda each: 20.0 * each)
    rows = pd.DataFrame({name: draw(st.lists(values, min_size=n, max_size=n)) for name in "abcd"[:k]})
    weights = {name: draw(st.integers(1, 9)) for name in rows}
    kind = draw(st.sampled_from([Scorecard, TopsisScorer]))
    assume(kind is Scorecard or (rows != rows.iloc[0]).any(axis=None))
    return rows, kind(criteria=list(rows), weights=weights)


@few()
@given(rankings(), st.floats(0.01, 0.99))
def test_the_first_is_first_within_the_range_and_no_further(ranking, weight):
    rows, scorer = ranking
    table = weight_sensitivity_table(rows, scorer=scorer.fit(rows))
    weights = dict(zip(table["criterion"], table["weight"], strict=True))
    for name, first, low, high in table[["criterion", "first", "weight_from", "weight_to"]].itertuples(index=False):
        near = [low - 1e-4, high + 1e-4, low + (high - low) * weight]
        for moved in [each for each in near if 0 < each < 1]:
            others = {other: each * (1 - moved) / (1 - weights[name]) for other, each in weights.items()}
            changed = type(scorer)(criteria=list(rows), weights={**others, name: moved}).fit(rows)
            scores = changed.transform(rows).iloc[:, 0]
            if low <= moved <= high:
                assert scores[first] >= scores.max() * (1 - 1e-9)
            else:
                assert scores[first] < scores.max()


# Refusals.


def test_what_cannot_be_ranked_is_refused():
    rows = pd.DataFrame({"a": [40, NAN], "b": [60, 40]})
    card = Scorecard(criteria=["a", "b"]).fit(rows)
    with pytest.raises(SchemaError, match="has 1 row with a score"):
        weight_sensitivity_table(rows, scorer=card)
    with pytest.raises(SchemaError, match=r"lacks the columns \['name'\]"):
        weight_sensitivity_table(rows, scorer=card, label="name")
    with pytest.raises(TypeError, match="`scorer` must be a fitted Scorecard or TopsisScorer, got str"):
        weight_sensitivity_table(rows, scorer="card")
    with pytest.raises(ValueError, match="`methods` must be a list of at least one"):
        criteria_weight_table(rows, criteria=["a", "b"], methods=())
    with pytest.raises(ValueError, match="`methods` must be one of"):
        criteria_weight_table(rows, criteria=["a", "b"], methods=["ahp"])
    with pytest.raises(ValueError, match="must say the reverse of each judgement"):
        judgement_table([[1, 3], [3, 1]], criteria=["a", "b"])
