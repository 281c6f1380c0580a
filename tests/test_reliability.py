"""Whether items measure one thing, and weights that make respondents look like all customers."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.files import data_file
from tests.frames import Builder, as_pandas, assert_same_rows

from crmkit import SchemaError, as_answers, make_answers
from crmkit.errors import ConvergenceError
from crmkit.loyalty.satisfaction import item_table, raked_answers, reliability_table, satisfaction_table

THREE = pd.DataFrame({"a": [1.0, 2, 3, 4], "b": [2.0, 2, 4, 4], "c": [1.0, 3, 2, 4], "weight": 1.0})
# Four respondents, two by two.
SQUARE = pd.DataFrame(
    {"sex": ["f", "f", "m", "m"], "age": ["old", "new", "old", "new"], "q": [9, 3, 8, 7], "weight": 1.0}
)
HALVES = {"sex": {"f": 0.6, "m": 0.4}, "age": {"old": 0.3, "new": 0.7}}


# By hand.


def test_alpha_by_hand():
    # variances 5/4, 1, 5/4; the sums 4, 7, 9, 12 have 8.5: 3/2 (1 - 3.5/8.5) = 15/17
    found = reliability_table(THREE, scales={"all": ["a", "b", "c"]}).iloc[0]
    assert found["alpha"] == pytest.approx(15 / 17)
    assert found["lower"] < found["alpha"] < found["upper"] < 1
    items = item_table(THREE, items=["a", "b", "c"]).set_index("item")
    # a and b: 2 (1 - 2.25 / 4.25), for their sums 3, 4, 7, 8 have 4.25
    assert items.loc["c", "alpha_without"] == pytest.approx(2 * (1 - 2.25 / 4.25))
    assert items.loc["a", "item_rest_correlation"] == pytest.approx(np.corrcoef([1, 2, 3, 4], [3, 5, 6, 8])[0, 1])
    assert items.loc["a", ["mean", "lowest_share", "highest_share"]].tolist() == [2.5, 0.25, 0.25]
    assert items.loc["a", "std"] == pytest.approx(np.sqrt(1.25))


def test_raking_by_hand():
    # All four cells hold one respondent: their weights are 4 times the product of the shares.
    raked = raked_answers(SQUARE, targets=HALVES)
    assert raked["weight"].tolist() == pytest.approx([4 * 0.18, 4 * 0.42, 4 * 0.12, 4 * 0.28])
    counts = {"sex": {"f": 600, "m": 400}, "age": {"old": 3, "new": 7}}
    pd.testing.assert_frame_equal(raked_answers(SQUARE, targets=counts), raked)


def test_raking_starts_from_the_weights_there():
    # One margin alone: within it weights keep their ratio of 3 to 1.
    given = SQUARE.assign(weight=[3.0, 1, 1, 1])
    raked = raked_answers(given, targets={"sex": HALVES["sex"]})
    assert raked["weight"].tolist() == pytest.approx([6 * 0.45, 6 * 0.15, 6 * 0.2, 6 * 0.2])


def test_who_answered_only_some_items_is_left_out_and_counted():
    lacking = THREE.assign(b=[2.0, np.nan, 4, 4])
    found = reliability_table(lacking, scales={"all": ["a", "b", "c"], "ends": ["a", "c"]})
    assert found[["n", "n_left_out"]].to_numpy().tolist() == [[3, 1], [4, 0]]
    assert item_table(lacking, items=["a", "b"]).set_index("item").loc["b", "missing_share"] == 0.25


def test_what_does_not_vary_has_no_alpha():
    same = THREE.assign(a=3.0, b=3.0, c=np.nan)
    found = reliability_table(same, scales={"same": ["a", "b"], "empty": ["a", "c"]})
    assert found[["alpha", "lower", "upper"]].isna().all(axis=None)
    assert item_table(same, items=["a", "c"])["item_rest_correlation"].isna().all()
    one = reliability_table(THREE.head(1), scales={"one": ["a", "b"]})
    assert one[["alpha", "lower"]].isna().all(axis=None)


def test_every_kind_of_frame_gives_the_same(build):
    for call in (
        lambda frame: reliability_table(frame, scales={"all": ["a", "b", "c"]}),
        lambda frame: item_table(frame, items=["a", "b", "c"]),
    ):
        assert_same_rows(call(build(THREE)), call(THREE))


def test_raked_tables_keep_their_kind_and_order(build_in_memory):
    raked = raked_answers(build_in_memory(SQUARE), targets=HALVES)
    expected = as_pandas(raked_answers(SQUARE, targets=HALVES), in_order=True)
    pd.testing.assert_frame_equal(as_pandas(raked, in_order=True), expected)


# Reference.


def test_alpha_of_the_european_index():
    # The R package of the data and a second computation: alpha of the scales of the mobile phone survey
    survey = pd.read_parquet(data_file("ecsi_mobi.parquet")).astype(float)
    given = as_answers(survey, items=list(survey), scale=(1, 10))
    expected = {
        "CUSA": 0.770113,
        "CUEX": 0.432597,
        "IMAG": 0.714447,
        "PERQ": 0.872406,
        "PERV": 0.816695,
        "CUSL": 0.441717,
    }
    scales = {name: [item for item in survey if item[:4] == name] for name in expected}
    found = reliability_table(given, scales=scales).set_index("scale")["alpha"]
    assert found.to_dict() == pytest.approx(expected, abs=5e-7)


def test_raking_finds_the_score_of_all_customers():
    survey, truth, population = make_answers(n_invited=30_000, n_waves=1, random_state=11)
    given = as_answers(survey, items=["recommend"], scale=(0, 10), missing=[99], group="group")
    raked = raked_answers(given, targets={"group": dict(zip(population["group"], population["share"], strict=True))})
    whole = truth[truth["group"].isna() & (truth["item"] == "recommend")].iloc[0]
    score = whole["promoters"] - whole["detractors"]
    before, after = (satisfaction_table(each, item="recommend", measure="nps").iloc[0] for each in (given, raked))
    assert after["lower"] < score < after["upper"]
    assert before["lower"] > score
    assert after["n_effective"] < before["n_effective"]


# Laws.

columns = st.lists(st.lists(st.integers(1, 10), min_size=3, max_size=3), min_size=3, max_size=20)


@given(columns, st.floats(0.1, 10), st.floats(-5, 5))
def test_alpha_knows_no_unit(values, factor, shift):
    table = pd.DataFrame(values, columns=["a", "b", "c"], dtype=float).assign(weight=1.0)
    moved = table.assign(**{name: table[name] * factor + shift for name in "abc"})
    one, other = (reliability_table(each, scales={"s": ["a", "b", "c"]})["alpha"].iloc[0] for each in (table, moved))
    assert one == pytest.approx(other, nan_ok=True, rel=1e-6, abs=1e-6)
    assert not one > 1 + 1e-12


@given(st.lists(st.floats(0.1, 10), min_size=4, max_size=4), st.floats(0.05, 0.95), st.floats(0.05, 0.95))
def test_raking_meets_the_margins_and_keeps_how_they_go_together(weights, women, old):
    given = SQUARE.assign(weight=weights)
    targets = {"sex": {"f": women, "m": 1 - women}, "age": {"old": old, "new": 1 - old}}
    raked = raked_answers(given, targets=targets)["weight"].to_numpy()
    assert raked[:2].sum() / raked.sum() == pytest.approx(women, abs=1e-8)
    assert raked[[0, 2]].sum() / raked.sum() == pytest.approx(old, abs=1e-8)
    assert raked.sum() == pytest.approx(sum(weights))
    odds = weights[0] * weights[3] / (weights[1] * weights[2])
    assert raked[0] * raked[3] / (raked[1] * raked[2]) == pytest.approx(odds, rel=1e-6)


# Refusals.


@pytest.mark.parametrize(
    ("scales", "error", "message"),
    [
        ({"s": ["a"]}, ValueError, "`scales` must be a list of at least 2 different items"),
        ({"s": ["a", "a"]}, ValueError, "`scales` must be a list of at least 2"),
        ({"s": "ab"}, TypeError, "`scales` must be a list of at least 2"),
        (["a", "b"], TypeError, "`scales` must map the name"),
        ({}, TypeError, "`scales` must map the name"),
        ({"s": ["a", "z"]}, SchemaError, "lacks the columns"),
    ],
)
def test_scales_that_are_none_are_refused(scales, error, message):
    with pytest.raises(error, match=message):
        reliability_table(THREE, scales=scales)


@pytest.mark.parametrize(
    ("targets", "error", "message"),
    [
        ({"sex": {"f": 0.5, "m": 0.3, "x": 0.2}}, SchemaError, r"`answers\['sex'\]` has no respondents in \['x'\]"),
        ({"sex": {"f": 1.0}}, SchemaError, r"has respondents in \['m'\], for which `targets` has no share"),
        ({"sex": {"f": 1.0, "m": 0.0}}, ValueError, "`targets` must map columns"),
        ({"sex": [0.5, 0.5]}, TypeError, "`targets` must map columns"),
        ({}, TypeError, "`targets` must map columns"),
        ({"town": {"x": 1}}, SchemaError, "lacks the columns"),
    ],
)
def test_targets_that_nobody_can_meet_are_refused(targets, error, message):
    with pytest.raises(error, match=message):
        raked_answers(SQUARE, targets=targets)


def test_respondents_without_a_label_are_refused():
    with pytest.raises(SchemaError, match=r"`answers\['sex'\]` is missing in 1 row\. Give them"):
        raked_answers(SQUARE.assign(sex=["f", None, "m", "m"]), targets={"sex": HALVES["sex"]})


def test_targets_that_contradict_one_another_do_not_converge():
    # all women are old and all men new
    split = SQUARE.assign(age=["old", "old", "new", "new"])
    with pytest.raises(ConvergenceError, match=r"After 50 rounds the shares still differ from `targets` by up to 0\.3"):
        raked_answers(split, targets=HALVES, max_rounds=50)


def test_an_engine_is_refused():
    with pytest.raises(TypeError, match="frame of an engine, whose rows have no order"):
        raked_answers(Builder("duckdb")(SQUARE), targets=HALVES)
