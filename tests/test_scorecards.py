"""Scorecards and TOPSIS: points on frozen scales, knock-outs, missing criteria, reasons."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from pandas.testing import assert_frame_equal
from tests.depth import few
from tests.estimator_contract import CLAUSES
from tests.frames import as_pandas

from crmkit.errors import SchemaError
from crmkit.segment.criteria import Scorecard, TopsisScorer

NAN = np.nan
HIGH_VALUE = ["low_cost_contribution", "funds_potential", "new_product_acceptance", "influence", "social_resources"]
TZENG_HUANG = pd.DataFrame({"a": [5.0, 7, 8, 7], "b": [8.0, 6, 8, 4], "c": [4.0, 8, 6, 6]})
GIVEN = {"a": 0.3, "b": 0.4, "c": 0.3}
DEALERS = pd.DataFrame(
    {
        "business_ability": [90.0, 70, 50, 60],
        "distribution_ability": [80.0, 60, 40, 60],
        "funds": [70.0, 50, 60, NAN],
        "selling_brands": [100.0, 80, 20, 50],
        "logistics": [60.0, 90, 30, 40],
        "reputation": [55.0, 80, 60, 90],
    },
    index=list("dcba"),
)


# By hand.


def test_the_handbooks_scorecard_of_high_value():
    # .5 of 80, .2 of 60, .1 of 100, of 40 and of 50
    customers = pd.DataFrame([[80, 60, 100, 40, 50]], columns=HIGH_VALUE)
    table = Scorecard().fit(customers).transform(customers)
    assert table["score"].item() == pytest.approx(71.0)
    assert_allclose(table[[f"{name}_contribution" for name in HIGH_VALUE]], [[40, 12, 10, 4, 5]])
    assert table["known_weight"].item() == pytest.approx(1)


def test_dealers_of_bad_repute_are_out_whatever_they_score_and_teach_nothing():
    card = Scorecard(criteria="dealer", scales="min_max").fit(DEALERS)
    table = card.transform(DEALERS)
    assert table.index.tolist() == list("dcba")
    assert table["status"].tolist() == ["knocked_out", "scored", "scored", "incomplete"]
    assert table["knock_out"].fillna("").tolist() == ["reputation < 60", "", "", ""]
    # the scales run from the lowest to the highest of c, b and a
    assert card.scales_[card.scales_["criterion"] == "business_ability"]["value"].tolist() == [50, 70]
    # c is best in all but funds, where it is last of two: 100 in four of five; b has 0 in four and 100 in funds
    assert_allclose(table["score"], [NAN, 80, 20, NAN])
    assert table["pulled_up_by"].fillna("").tolist()[2] == "funds"
    assert card.rank(DEALERS).fillna(0).tolist() == [0, 1, 2, 0]
    assert (card.n_rows_, card.n_complete_, card.n_knocked_out_) == (4, 2, 1)
    told = card.explain(DEALERS)
    assert told["d"] == "Knocked out: reputation is 55 (reputation < 60)."
    assert told["a"] == "No score: funds is not known."
    assert card.explain(DEALERS, language="zh")["d"] == "一票否决：信誉为 55（reputation < 60）。"


def test_what_speaks_for_and_against_is_measured_from_the_mean():
    # means 55 and 60; weights .75 and .25: 75 is +15 for the first row, 50 is -2.5
    rows = pd.DataFrame({"sales": [75, 35], "stock": [50, 70]})
    card = Scorecard(criteria=["sales", "stock"], weights={"sales": 3, "stock": 1}).fit(rows)
    assert card.explain(rows)[0] == (
        "Score 68.8. Most for it: sales, 75 points against 55 on average (+15.0). "
        "Most against it: stock, 50 points against 60 on average (-2.5)."
    )
    assert card.explain(rows, language="zh")[0] == (
        "得分 68.8。拉高最多：sales 75 分，平均 55 分（+15.0）。拉低最多：stock 50 分，平均 60 分（-2.5）。"
    )
    assert card.transform(rows)["pulled_down_by"].tolist() == ["stock", "sales"]


def test_scales_and_directions():
    rows = pd.DataFrame({"stars": [5, 1, 3], "sales": [0, 50, 200], "delays": [1, 3, 1], "same": [7, 7, 7]})
    scales = {"stars": [1, 5], "sales": "min_max", "delays": "percentile", "same": "min_max"}
    card = Scorecard(criteria=list(rows), scales=scales, lower_is_better=["delays"]).fit(rows)
    points = card.transform(rows)[[f"{name}_points" for name in rows]].to_numpy().T
    # delays 1, 1, 3: percentiles 1/3, 1/3, 5/6, turned around
    assert_allclose(points, [[100, 0, 50], [0, 25, 100], [200 / 3, 50 / 3, 200 / 3], [50, 50, 50]])
    beyond = card.transform(rows.assign(sales=[-9, 50, 900], same=[0, 7, 9]))
    assert beyond["sales_points"].tolist() == [0, 25, 100]
    assert beyond["same_points"].tolist() == [50, 50, 50]


def test_the_largest_and_the_smallest_numbers_have_points():
    rows = pd.DataFrame({"a": [1.7e308, -1.7e308, 0], "b": [1e-320, 0, 5e-321]})
    for scales in ("min_max", "percentile"):
        card = Scorecard(criteria=["a", "b"], scales=scales).fit(rows)
        assert_allclose(card.transform(rows)["score"].rank(), [3, 1, 2])
    assert_allclose(card.transform(rows)["a_points"], [250 / 3, 50 / 3, 50])


def test_what_a_missing_criterion_does_is_the_callers_choice():
    rows = pd.DataFrame({"a": [80, NAN, 40], "b": [60, 30, NAN]})
    weights = {"a": 0.8, "b": 0.2}

    def scores(missing):
        return Scorecard(criteria=["a", "b"], weights=weights, missing=missing).fit(rows).transform(rows)

    assert_allclose(scores("keep")["score"], [76, NAN, NAN])
    assert_allclose(scores("reweight")["score"], [76, 30, 40])
    assert_allclose(scores("reweight")["known_weight"], [1, 0.2, 0.8])
    assert_allclose(scores(50)["score"], [76, 46, 42])
    assert_allclose(scores({"a": 0})["score"], [76, 6, NAN])
    assert scores({"a": 0})["status"].tolist() == ["scored", "scored", "incomplete"]
    with pytest.raises(SchemaError, match=r"`X\['a'\]` is missing in 1 row, first at rows \[1\]"):
        scores("refuse")
    told = Scorecard(criteria=["a", "b"], weights=weights, missing="reweight").fit(rows).explain(rows)
    assert told[2].endswith("It rests on 80% of the weights; the rest is not known.")


def test_knock_outs_of_several_kinds_and_those_that_are_not_known():
    rows = pd.DataFrame(
        {"a": [10, 20, 30, 40, 50], "blocked": [True, False, None, False, False], "grade": ["A", "D", "B", None, "A"]}
    )
    rules = ["blocked", {"column": "grade", "operator": "in", "value": ["D", "E"]}]
    card = Scorecard(criteria=["a"], knock_outs=rules, scales="min_max").fit(rows)
    table = card.transform(rows)
    status = ["knocked_out", "knocked_out", "knock_out_unknown", "knock_out_unknown", "scored"]
    assert table["status"].tolist() == status
    assert table["knock_out"].fillna("").tolist()[:2] == ["blocked", "grade in (D, E)"]
    # only the last is learned from
    assert card.scales_["value"].tolist() == [50]
    told = card.explain(rows).tolist()
    assert told[:3] == [
        "Knocked out: blocked.",
        "Knocked out: grade is D (grade in (D, E)).",
        "No score: it is not known whether a knock-out applies.",
    ]


def test_topsis_knocks_out_before_it_looks_for_ideals():
    rows = pd.concat([TZENG_HUANG, TZENG_HUANG.iloc[[2]] * 100], ignore_index=True)
    rows["out"] = [False] * 4 + [True]
    scorer = TopsisScorer(criteria=list("abc"), weights=GIVEN, knock_outs=["out"]).fit(rows)
    assert_allclose(scorer.transform(rows)["closeness"], [0.5037, 0.6581, 0.7482, 0.3340, NAN], atol=5e-5)


def test_topsis_in_words():
    scorer = TopsisScorer(criteria=["a", "b"]).fit(pd.DataFrame({"a": [0, 4, 4], "b": [3, 3, 3]}))
    assert scorer.explain(pd.DataFrame({"a": [1], "b": [9]}))[0] == (
        "Closeness 0.250: 0.265 from the ideal, 0.088 from the worst. Most for it: a, 100% of the squared distance "
        "from the worst. Most against it: a, 100% of the squared distance from the ideal."
    )
    # b is the same for everybody and counts nothing
    assert scorer.ideals_["spread"].tolist() == [pytest.approx(4 / np.sqrt(32)), 0]
    assert scorer.explain(pd.DataFrame({"a": [4], "b": [3]}), language="zh")[0].startswith(
        "贴近度 1.000：距正理想解 0.000"
    )


def test_contributions_by_group(build_in_memory):
    rows = pd.DataFrame({"a": [80.0, 40, 60, NAN], "b": [20.0, 60, 40, 1], "region": ["n", "n", "s", "s"]})
    card = Scorecard(criteria=["a", "b"]).fit(rows)
    table = as_pandas(card.contribution_table(build_in_memory(rows), by="region"), in_order=True)
    assert table["n_rows"].tolist() == [2, 2, 1, 1, 3, 3]
    assert_allclose(table["score"].astype(float), 50)
    assert_allclose(table["contribution"].astype(float), [30, 20, 30, 20, 30, 20])


# Reference.


@pytest.mark.parametrize(
    ("norm", "expected"),
    [
        # Tzeng and Huang (2011), Multiple Attribute Decision Making, ch. 5, on vector norms
        ("vector", [0.5037, 0.6581, 0.7482, 0.3340]),
        # pymcdm 1.4.0 on its own default
        ("min_max", [0.4853, 0.6484, 0.7768, 0.3630]),
    ],
)
def test_topsis_of_tzeng_and_huang(norm, expected):
    scorer = TopsisScorer(criteria=list("abc"), weights=GIVEN, norm=norm).fit(TZENG_HUANG)
    assert_allclose(scorer.transform(TZENG_HUANG)["closeness"], expected, atol=5e-5)
    assert scorer.rank(TZENG_HUANG).tolist() == [3, 2, 1, 4]


def test_weights_from_the_values_as_three_codes_give_them():
    # CRITIC and entropy on the matrix of Tzeng and Huang: pymcdm, scikit-criteria and our own arithmetic agree
    critic = TopsisScorer(criteria=list("abc"), weights="critic").fit(TZENG_HUANG)
    assert_allclose(critic.weights_["weight"], [0.24760183, 0.47755553, 0.27484264], atol=5e-9)
    entropy = TopsisScorer(criteria=list("abc"), weights="entropy").fit(TZENG_HUANG)
    assert_allclose(entropy.weights_["weight"], [0.17795405, 0.45214939, 0.36989655], atol=5e-9)


# Laws.

NUMBERS = st.one_of(st.integers(-5, 5).map(float), st.floats(-1e6, 1e6), st.sampled_from([1e300, -1e300, 1e-300]))


@st.composite
def bases(draw):
    n = draw(st.integers(2, 8))
    columns = {name: draw(st.lists(NUMBERS, min_size=n, max_size=n)) for name in "abc"}
    # one of the columns tells rows apart in any case
    return pd.DataFrame(columns).assign(a=lambda table: [0.0, 1.0, *table["a"][2:]])


SCORERS = st.sampled_from(
    [
        Scorecard(criteria=list("abc"), scales="min_max", lower_is_better=["b"]),
        Scorecard(criteria=list("abc"), scales="percentile", lower_is_better=["b"]),
        TopsisScorer(criteria=list("abc"), lower_is_better=["b"]),
        TopsisScorer(criteria=list("abc"), norm="min_max", lower_is_better=["b"]),
    ]
)


@few()
@given(bases(), SCORERS, st.sampled_from("abc"))
def test_better_in_one_criterion_never_scores_lower(base, scorer, name):
    scorer.fit(base)
    score = scorer.get_feature_names_out()[0]
    step = -1 if name == "b" else 1
    before, after = scorer.transform(base)[score], scorer.transform(base.assign(**{name: base[name] + step}))[score]
    most = 100 if score == "score" else 1
    assert before.between(0, most * (1 + 1e-12)).all()
    assert (after >= before - 1e-12 * most).all()


@few()
@given(bases(), SCORERS, st.sampled_from([1e-3, 7.1, 1e4]))
def test_neither_others_nor_the_unit_change_anybody(base, scorer, unit):
    scorer.fit(base)
    table = scorer.transform(base)
    assert_frame_equal(scorer.transform(base.iloc[[0]]), table.iloc[[0]], check_dtype=False)
    scaled = base.assign(b=base["b"] * unit)
    score = scorer.get_feature_names_out()[0]
    assert_allclose(scorer.fit(scaled).transform(scaled)[score], table[score], rtol=1e-7, atol=1e-7)


def test_they_keep_the_contract_with_other_options():
    rows = pd.DataFrame(
        {"a": [5.0, 1, 3, NAN], "b": [1.0, 9, 7, 3], "c": [True, False, True, True]}, index=list("dcba")
    )
    judgements = {"x": [[1, 3], [1 / 3, 1]], "y": [[1, 1], [1, 1]]}
    made = (
        lambda: Scorecard(criteria=["a", "b"], scales=[0, 10], weights="judgements", judgements=dict(judgements)),
        lambda: Scorecard(criteria=["a", "b"], scales="percentile", weights="entropy", missing="reweight"),
        lambda: TopsisScorer(criteria=["a", "b"], weights="critic", norm="min_max", knock_outs=["c"], missing=2.0),
    )
    for make in made:
        for name in ("json_round_trip_says_the_same", "what_is_set_after_fit_waits_for_the_next"):
            CLAUSES[name](make, rows.assign(c=rows["a"] > 6))


def test_a_knock_out_by_what_is_missing_says_so():
    rows = pd.DataFrame({"a": [50, 60], "licence": [None, 7.0]})
    rule = {"column": "licence", "operator": "missing"}
    card = Scorecard(criteria=["a"], knock_outs=[rule]).fit(rows)
    assert card.explain(rows)[0] == "Knocked out: licence is missing (licence missing)."
    assert card.explain(rows, language="zh")[0] == "一票否决：licence缺失（licence missing）。"


# Refusals.


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"criteria": "best"}, ValueError, "`criteria` must be one of"),
        ({"criteria": []}, ValueError, "`criteria` must name at least one column, each once"),
        ({"criteria": ["status"]}, ValueError, r"names \['status'\], which the result has itself"),
        ({"lower_is_better": ["z"]}, ValueError, r"`lower_is_better` must be among `criteria`, got \['z'\]"),
        ({"weights": {"a": 1}}, ValueError, "must give each of"),
        ({"weights": "judgements"}, ValueError, "needs `judgements`"),
        ({"missing": "reweigh"}, ValueError, "`missing` must be one of"),
        ({"missing": {"z": 1}}, ValueError, "`missing` must be among"),
        ({"missing": {"a": NAN}}, ValueError, "must be a finite number"),
        ({"missing": {"a": 120}}, SchemaError, "lies outside 0 to 100"),
        ({"knock_outs": "a"}, TypeError, "`knock_outs` must be a list"),
        ({"knock_outs": ["a"]}, SchemaError, r"`X\['a'\]` must hold true or false: rows for which"),
        ({"criteria": ["z"]}, SchemaError, r"`X` lacks the columns \['z'\]; it has .*\. Name columns that it has"),
        ({"criteria": ["spend"]}, SchemaError, r"lacks the columns \['spend'\].*customer_summary makes such a table"),
        ({"knock_outs": ["z"]}, SchemaError, r"`X` lacks the columns \['z'\]; it has .*\. Name columns that it has"),
        ({"knock_outs": ["g", "g"]}, ValueError, "'g' more than once"),
        ({"knock_outs": [{"column": "a", "operator": "<"}]}, ValueError, "must be a finite number for '<'"),
        ({"knock_outs": [{"column": "g", "operator": "=", "value": "x"}]}, SchemaError, "must hold text"),
        ({"knock_outs": [{"column": "a", "operator": "<", "value": 99}]}, SchemaError, "2 rows 2 are knocked out"),
        ({"scales": "log"}, ValueError, "`scales` must be one of"),
        ({"scales": {"a": "as_is"}}, ValueError, "`scales` must give a scale for each of"),
        ({"scales": [5, 1]}, ValueError, "`scales` must be 2 ascending numbers"),
    ],
)
def test_options_that_do_not_fit_are_refused(options, error, words):
    rows = pd.DataFrame({"a": [1, 2], "b": [3, 4], "g": [True, False]})
    with pytest.raises(error, match=words):
        Scorecard(**{"criteria": ["a", "b"], **options}).fit(rows)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"a": [1, 200]}, "lies outside 0 to 100 in 1 row"),
        ({"a": [1, np.inf]}, "is infinite in 1 row"),
        ({"a": ["x", "y"]}, "must hold numbers"),
        ({"a": [NAN, NAN]}, r"`X\['a'\]` is missing for everybody"),
    ],
)
def test_rows_that_cannot_be_scored_are_refused(changed, words):
    rows = pd.DataFrame({"a": [1, 2], "b": [3, 4]}).assign(**changed)
    with pytest.raises(SchemaError, match=words):
        Scorecard(criteria=["a", "b"]).fit(rows)


def test_nothing_to_learn_from_is_refused():
    rows = pd.DataFrame({"a": [1, 1], "b": [3, 3]})
    with pytest.raises(SchemaError, match="`X` has no rows"):
        Scorecard(criteria=["a", "b"]).fit(rows.iloc[:0])
    with pytest.raises(SchemaError, match="needs a criterion with a weight that tells rows apart"):
        TopsisScorer(criteria=["a", "b"]).fit(rows)
    with pytest.raises(ValueError, match="each one has the same value everywhere"):
        Scorecard(criteria=["a", "b"], weights="critic").fit(rows)
    with pytest.raises(ValueError, match="`norm` must be one of"):
        TopsisScorer(criteria=["a", "b"], norm="sum").fit(rows)
    with pytest.raises(ValueError, match=r"`missing` must be one of \['keep', 'refuse'\]"):
        TopsisScorer(criteria=["a", "b"], missing="reweight").fit(rows)
    card = Scorecard(criteria=["a", "b"]).fit(rows)
    with pytest.raises(ValueError, match="`by` names"):
        card.contribution_table(rows.assign(points=1), by="points")
