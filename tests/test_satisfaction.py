"""Scores of satisfaction: figures, intervals, differences, trends, sample sizes and the long form of a survey."""

import math
from statistics import NormalDist

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.frames import assert_same_rows, rows

from crmkit import SchemaError, as_answers, make_answers
from crmkit._stats import Sample
from crmkit.loyalty.satisfaction import (
    acsi_score,
    customer_loyalty_index,
    net_promoter_score,
    nps_margin_of_error,
    nps_sample_size,
    satisfaction_difference_table,
    satisfaction_table,
    satisfaction_trend_table,
    survey_kpis,
)
from crmkit.loyalty.satisfaction._measures import intervals

NPS = {"item": "q", "measure": "nps"}


def answers(values, *, scale=(0, 10), **columns):
    """Answers to one item, with further columns."""
    table = pd.DataFrame({"q": values, **columns})
    return as_answers(table, items=["q"], scale=scale, **{name: name for name in columns})


def of_shares(promoters, passives, detractors):
    return [9] * promoters + [8] * passives + [3] * detractors


# By hand.


def test_scores_by_hand():
    groups = answers([10, 9, 7, 0, 5, 8], group=["a", "a", "a", "a", "b", "b"])
    found = satisfaction_table(groups, **NPS, by="group")
    # a: two promoters and one detractor of four; b: one detractor of two; all: 2 - 2 of six
    assert found[["group", "scope", "n"]].fillna("").to_numpy().tolist() == [
        ["a", "group", 4],
        ["b", "group", 2],
        ["", "all", 6],
    ]
    assert found["value"].tolist() == [0.25, -0.5, 0.0]
    assert found["is_small"].all()
    # the variance of a is 3/4 - 1/16 = 11/16
    assert found["std_error"].iloc[0] == pytest.approx(math.sqrt(11 / 16 / 4))
    top = satisfaction_table(groups, item="q", measure="top_box", top=8, by="group")
    assert top["value"].tolist() == [0.5, 0.5, 0.5]
    mean = satisfaction_table(groups, item="q", measure="mean", by="group")
    assert mean["value"].tolist() == [6.5, 6.5, 6.5]


def test_weights_by_hand():
    weighted = answers([10, 0, 8], weight=[3.0, 1.0, 1.0])
    found = satisfaction_table(weighted, **NPS).iloc[0]
    # (3 - 1) / 5, worth 25 / 11 answers
    assert (found["n"], found["n_effective"], found["value"]) == (3, pytest.approx(25 / 11), pytest.approx(0.4))
    kpis = survey_kpis(weighted, recommend="q").iloc[0]
    assert (kpis["numerator"], kpis["denominator"], kpis["n"]) == (pytest.approx(2), 5, 3)


def test_other_scales_have_cuts():
    five = answers([5, 4, 3, 2, 1], scale=(1, 5))
    assert satisfaction_table(five, **NPS, cuts=(3, 5))["value"].tolist() == [pytest.approx(-0.4)]


def test_who_did_not_answer_does_not_count():
    table = pd.DataFrame({"q": [9.0, np.nan, 3.0], "other": [1.0, 2.0, 3.0], "group": ["a", "b", "a"]})
    given = as_answers(table, items=["q", "other"], scale=(0, 10), group="group")
    found = satisfaction_table(given, **NPS, by="group")
    assert found["n"].tolist() == [2, 0, 2]
    assert found.loc[1, ["value", "std_error", "lower", "upper"]].isna().all()
    kpis = survey_kpis(given, recommend="q", by="group").iloc[1]
    assert kpis[["value", "lower"]].isna().all()


def test_the_long_form_by_hand():
    table = pd.DataFrame(
        {"a": [9.0, 10.0, 5.0], "b": [8.0, 7.0, np.nan], "c": [10.0, 4.0, 4.0], "ease": [7, 6, 4], "stars": [5, 5, 2]}
    )
    given = as_answers(table, items=list(table), scale=(1, 10))
    found = survey_kpis(
        given,
        recommend="a",
        satisfaction="b",
        satisfied_from=8,
        ease="ease",
        easy_from=5,
        rating="stars",
        positive_from=4,
        loyalty=["a", "b", "c"],
        acsi=["a", "b", "c"],
    ).set_index("kpi")
    assert found["value"].to_dict() == {
        "net_promoter_score": pytest.approx(1 / 3),
        "csat_rate": 0.5,
        "csat_mean": 7.5,
        "ces_rate": pytest.approx(2 / 3),
        "ces_mean": pytest.approx(17 / 3),
        "praise_rate": pytest.approx(2 / 3),
        # the first two answered all three: (9 + 8 + 10) / 3 = 9 and (10 + 7 + 4) / 3 = 7
        "customer_loyalty_index": 8,
        # shares of the way from 1 to 10: 24 and 18 of 27
        "acsi_score": pytest.approx(100 * 21 / 27),
    }
    assert found["n"].tolist() == [3, 2, 2, 3, 3, 3, 2, 2]
    assert found.loc["csat_rate", ["numerator", "denominator"]].tolist() == [1, 2]


def test_every_kind_of_frame_gives_the_same(build):
    table = pd.DataFrame({"q": [9.0, 3, 10, 8, 7, 2], "weight": [1.0, 2, 1, 1, 1, 1], "group": list("aabbbb")})
    for call in (
        lambda frame: satisfaction_table(frame, **NPS, by="group"),
        lambda frame: satisfaction_difference_table(frame, **NPS, by="group", baseline="a"),
        lambda frame: satisfaction_trend_table(frame, **NPS, by="group"),
        lambda frame: survey_kpis(frame, recommend="q", by="group"),
    ):
        assert_same_rows(call(build(table)), call(table))


# Reference.


def test_nps_of_the_reference():
    # 500, 300 and 200 of 1,000: Wald's interval (.25159, .34841), adjusted (.25077, .34744); Rocks (2016), MeasuringU
    found = satisfaction_table(answers(of_shares(500, 300, 200)), **NPS).iloc[0]
    assert (found["value"], found["std_error"] ** 2 * 1000) == (pytest.approx(0.3), pytest.approx(0.61))
    reach = NormalDist().inv_cdf(0.975) * found["std_error"]
    assert [0.3 - reach, 0.3 + reach] == pytest.approx([0.25159, 0.34841], abs=5e-6)
    assert found[["lower", "upper"]].tolist() == pytest.approx([0.25077, 0.34744], abs=5e-6)
    assert net_promoter_score(promoters=500, passives=300, detractors=200) == pytest.approx(0.3)


def test_nps_of_a_question_on_cross_validated():
    # p = (1/2, 1/3, 1/6), n = 324: standard error .041409, Wald's interval (.25217, .41449)
    found = satisfaction_table(answers(of_shares(162, 108, 54)), **NPS).iloc[0]
    assert (found["value"], found["std_error"]) == (pytest.approx(1 / 3), pytest.approx(0.041409, abs=5e-7))
    assert nps_margin_of_error(promoters=162, passives=108, detractors=54) == pytest.approx(
        (0.41449 - 0.25217) / 2, abs=1e-5
    )


def test_two_samples_of_the_reference():
    # 500/300/200 against 420/330/250: difference .13, standard error .035371, z 3.6753, p .000238
    both = answers(of_shares(500, 300, 200) + of_shares(420, 330, 250), wave=["new"] * 1000 + ["old"] * 1000)
    found = satisfaction_difference_table(both, **NPS, by="wave", baseline="old").iloc[0]
    expected = {"difference": 0.13, "std_error": 0.035371, "z": 3.6753, "p_value": 0.000238}
    assert found[list(expected)].to_dict() == pytest.approx(expected, abs=5e-5)
    assert found["std_error"] == pytest.approx(0.035371, abs=5e-7)


def test_the_published_indices():
    means = {"satisfaction": 8, "expectations": 7, "ideal": 7.5}
    assert acsi_score(**means, weights=(0.3885, 0.3190, 0.2925)) == pytest.approx(72.608, abs=5e-4)
    assert acsi_score(**means) == pytest.approx(72.222, abs=5e-4)
    assert customer_loyalty_index(recommend=6, repurchase=7, try_other=8) == 7


@pytest.mark.parametrize(("n", "least"), [(20, 0.935), (50, 0.94), (500, 0.945)])
def test_intervals_cover_what_they_should(n, least):
    # Promoters, passives and detractors of a population with a score of .3 and of one with -.1.
    for shares in ([0.5, 0.3, 0.2], [0.25, 0.4, 0.35]):
        drawn = np.random.default_rng(1).multinomial(n, shares, size=100_000) / n
        score = drawn[:, 0] - drawn[:, 2]
        sample = Sample(np.full(len(drawn), float(n)), score, drawn[:, 0] + drawn[:, 2] - score**2)
        lower, upper = intervals(sample, "nps", level=0.95)
        truth = shares[0] - shares[2]
        assert least < ((lower <= truth) & (truth <= upper)).mean() < 0.965


def test_a_trend_that_is_there_is_found():
    survey = make_answers(n_invited=4000, n_waves=5, change=0.08, random_state=5).answers
    given = as_answers(survey, items=["recommend"], scale=(0, 10), missing=[99], wave="wave")
    found = satisfaction_trend_table(given, item="recommend", measure="mean").iloc[0]
    # 0.85 of satisfaction, spread over the scale by 2, but for answers cut at 10
    assert found["lower"] < 0.08 * 0.85 * 2 * 0.85 < found["upper"]
    assert found["p_value"] < 1e-3


# Laws.


def plain(values, **columns):
    """Answers as the door makes them, without the time it takes."""
    return pd.DataFrame({"q": values, "weight": 1.0, **columns})


nps_answers = st.lists(st.integers(0, 10), min_size=1, max_size=40)


@given(nps_answers, st.data())
def test_the_unit_of_weights_changes_nothing(values, data):
    weights = data.draw(st.lists(st.floats(0.1, 10), min_size=len(values), max_size=len(values)))
    for asked in ({"measure": "nps"}, {"measure": "top_box", "top": 7}, {"measure": "mean"}):
        one, other = (
            satisfaction_table(plain(values, weight=np.array(weights) * unit), item="q", **asked) for unit in (1, 1000)
        )
        pd.testing.assert_frame_equal(one, other, rtol=1e-9)


@given(nps_answers)
def test_turned_answers_turn_the_score(values):
    one = satisfaction_table(plain(values), **NPS, cuts=(3, 7)).iloc[0]
    other = satisfaction_table(plain([10 - each for each in values]), **NPS, cuts=(3, 7)).iloc[0]
    assert [one["value"], one["lower"], one["upper"]] == pytest.approx(
        [-other["value"], -other["upper"], -other["lower"]]
    )
    assert -1 <= one["lower"] <= one["value"] <= one["upper"] <= 1


@given(nps_answers, nps_answers)
def test_the_trend_of_two_waves_is_their_difference(first, second):
    both = plain(first + second, wave=[1] * len(first) + [2] * len(second))
    trend = satisfaction_trend_table(both, **NPS).iloc[0]
    difference = satisfaction_difference_table(both, **NPS, by="wave", baseline=1).iloc[0]
    assert trend["slope"] == pytest.approx(difference["difference"], abs=1e-12)
    for name in ("std_error", "z", "p_value"):
        assert trend[name] == pytest.approx(difference[name], nan_ok=True, abs=1e-9)


@given(st.floats(0.01, 0.5), st.floats(0, 1), st.floats(0, 1))
def test_the_sample_size_gives_the_half_width(half_width, promoters, rest):
    detractors = (1 - promoters) * rest
    n = nps_sample_size(half_width=half_width, promoters=promoters, detractors=detractors)
    passives = max(1 - promoters - detractors, 0.0)
    margin = nps_margin_of_error(promoters=n * promoters, passives=n * passives, detractors=n * detractors)
    assert margin <= half_width * (1 + 1e-9)


# Refusals.


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"measure": "csat"}, ValueError, "`measure` must be one of"),
        ({"measure": "top_box"}, ValueError, "measure='top_box' needs `top`"),
        ({"measure": "top_box", "top": "4"}, TypeError, "`top` must be a number"),
        ({"measure": "mean", "top": 4}, ValueError, "`cuts` goes with measure='nps'"),
        ({"cuts": (9, 6)}, ValueError, "`cuts` must be 2 ascending numbers"),
        ({"level": 95}, ValueError, "`level` must lie"),
        ({"item": "r"}, SchemaError, "lacks the columns"),
        ({"item": ["q"]}, TypeError, "`item` must be the name of one column"),
        ({"by": "value"}, ValueError, r"`by` has \['value'\]"),
    ],
)
def test_wrong_arguments_are_refused(arguments, error, message):
    given = answers([9, 3]).assign(value=1)
    with pytest.raises(error, match=message):
        satisfaction_table(given, **{**NPS, **arguments})


@pytest.mark.parametrize(
    ("columns", "error", "message"),
    [
        ({"q": [6.5, 9]}, SchemaError, r"whole numbers from 0 to 10 for the net promoter score, got \[6.5\]"),
        ({"q": [99, 9]}, SchemaError, r"got \[99.0\]"),
        ({"q": [-1, 9]}, SchemaError, r"got \[-1.0\]"),
        ({"weight": [0.0, 1.0]}, SchemaError, r"`answers\['weight'\]` must be above 0, got \[0.0\] at rows \[0\]"),
        ({"weight": [1.0, np.nan]}, SchemaError, r"must be above 0, got \[nan\] at rows \[1\]"),
        ({"q": [1e300, 9]}, SchemaError, "beyond any scale"),
        ({"weight": [1, math.inf]}, SchemaError, "beyond any scale"),
        ({"q": ["9", "3"]}, SchemaError, "must hold numbers"),
        ({"q": [True, False]}, SchemaError, "must hold numbers"),
    ],
)
def test_tables_that_passed_no_door_are_refused(columns, error, message):
    with pytest.raises(error, match=message):
        satisfaction_table(pd.DataFrame({"q": [9, 3], "weight": [1.0, 1.0], **columns}), **NPS)


def test_what_there_is_nothing_to_compare_with_is_refused():
    given = answers([9, 3], wave=["a", None])
    with pytest.raises(ValueError, match=r"`baseline` must be one of the labels \['a'\], got 'b'"):
        satisfaction_difference_table(given, **NPS, by="wave", baseline="b")
    with pytest.raises(SchemaError, match="answers in 1 wave; a trend needs two"):
        satisfaction_trend_table(given, **NPS)
    with pytest.raises(SchemaError, match="`answers` has no rows"):
        satisfaction_table(given.head(0), **NPS)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({}, ValueError, "Name at least one item"),
        ({"satisfaction": "q"}, ValueError, "`satisfaction` needs `satisfied_from`"),
        ({"easy_from": 5}, ValueError, "`ease` needs `easy_from`"),
        ({"loyalty": ["q", "r"]}, ValueError, "`loyalty` must be a list of 3 different items"),
        ({"acsi": "q"}, TypeError, "`acsi` must be a list of 3 different items"),
        ({"rating": "q", "positive_from": "4"}, TypeError, "`positive_from` must be a number"),
    ],
)
def test_an_incomplete_question_is_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        survey_kpis(answers([9, 3]), **arguments)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"half_width": 0}, "`half_width`"),
        ({"half_width": 1e-9}, "`half_width` must be at least 1e-06"),
        ({"half_width": 0.1, "promoters": 0.8, "detractors": 0.3}, "must not add up to more than 1"),
        ({"half_width": 0.1, "promoters": -0.1}, "`promoters`"),
    ],
)
def test_an_impossible_sample_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        nps_sample_size(**arguments)


def test_weights_of_an_index_are_numbers():
    with pytest.raises(ValueError, match="`weights` must be three numbers"):
        acsi_score(satisfaction=8, expectations=7, ideal=7, weights=(1, -1, 1))
    with pytest.raises(ValueError, match="`weights` must be three numbers"):
        acsi_score(satisfaction=8, expectations=7, ideal=7, weights=(0, 0, 0))
    with pytest.raises(TypeError, match="`weights` must be three numbers"):
        acsi_score(satisfaction=8, expectations=7, ideal=7, weights=None)


# Input untouched.


def test_the_table_given_stays_as_it_was():
    given = answers([9, 3, 8], group=["a", "b", "b"])
    before = given.copy()
    satisfaction_table(given, **NPS, by="group")
    survey_kpis(given, recommend="q", by="group")
    assert rows(given) == rows(before)


@pytest.mark.parametrize("measure", [{"measure": "nps"}, {"measure": "top_box", "top": 9}, {"measure": "mean"}])
def test_where_all_answer_alike_no_difference_and_no_trend_is_certain(measure):
    survey = pd.DataFrame({"q": [9.0] * 40, "w": ["1", "2"] * 20})
    answers = as_answers(survey, items=["q"], scale=(0, 10), wave="w")
    changed = satisfaction_difference_table(answers, item="q", by="wave", baseline="1", **measure)
    trend = satisfaction_trend_table(answers, item="q", **measure)
    assert (changed.loc[0, "difference"], trend.loc[0, "slope"]) == (0, 0)
    assert changed[["lower", "upper", "z", "p_value", "p_adjusted"]].isna().all(axis=None)
    assert trend[["lower", "upper", "z", "p_value"]].isna().all(axis=None)


def test_a_mean_that_rests_on_one_weight_has_no_interval():
    survey = pd.DataFrame({"q": [1.0, 2.0] * 20, "w": [1e12, *[1.0] * 39]})
    found = satisfaction_table(as_answers(survey, items=["q"], scale=(1, 5), weight="w"), item="q", measure="mean")
    assert found.loc[0, "n_effective"] == pytest.approx(1)
    assert found[["lower", "upper"]].isna().all(axis=None)
