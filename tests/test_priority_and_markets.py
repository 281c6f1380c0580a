"""Needs by priority, target markets and their strategy, and the base consolidated."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from pandas.testing import assert_frame_equal
from tests.depth import few
from tests.frames import as_pandas

from crmkit.errors import SchemaError
from crmkit.segment.criteria import (
    BaseConsolidationSegmenter,
    Scorecard,
    TopsisScorer,
    market_strategy_table,
    priority_table,
    target_market_table,
)

NAN = np.nan
MARKETS = pd.DataFrame(
    {
        "market": ["schools", "clinics", "hotels"],
        "market_size": [60, 80, 90],
        "competition": [20, 30, 90],
        "profitability": [70, 60, 40],
        "strategic_fit": [90, 70, 20],
    }
)
BASE = pd.DataFrame(
    {
        "profit": [110.0, 110, 130, 40, 40, -5, NAN],
        "potential": [9.0, 2, 2, 2, 2, 9, 9],
        "acceptance": [8.0, 8, 8, 8, 1, 9, 9],
    },
    index=list("gfedcba"),
)
HAND = BaseConsolidationSegmenter(full_from=100, potential_cut=5, acceptance_cut=5)


# By hand.


def test_needs_by_importance_and_urgency(build_in_memory):
    answers = pd.DataFrame(
        {
            "need": ["delivery", "app", "delivery", "invoice", "app", "gift", "nobody"],
            "importance": [5, 4, 4, 2, 4, 3, NAN],
            "urgency": [5, NAN, 4, 4, 2, 1, 5],
        }
    )
    table = as_pandas(priority_table(build_in_memory(answers)), in_order=True)
    assert table["need"].tolist() == ["delivery", "app", "invoice", "gift", "nobody"]
    assert_allclose(table["importance"].astype(float), [4.5, 4, 2, 3, NAN])
    assert table["n_urgency"].tolist() == [2, 1, 1, 1, 1]
    # 4.5², 4 · 2 and 2 · 4, 3 · 1
    assert_allclose(table["priority"].astype(float), [20.25, 8, 8, 3, NAN])
    assert table["rank"].tolist()[:4] == [1, 2, 2, 4]
    # 3 lies on the cut and counts as high
    assert table["quadrant"].tolist()[:4] == ["do_first", "schedule", "delegate", "schedule"]
    assert table["name_zh"].tolist()[:3] == ["立即做", "计划做", "授权做"]
    assert table[["quadrant", "rank"]].iloc[4].isna().all()


def test_needs_by_impact_and_difficulty():
    needs = pd.DataFrame({"what": list("abcd"), "impact": [9, 9, 2, 2], "effort": [1, 8, 1, 9]})
    table = priority_table(needs, matrix="impact_difficulty", need="what", second="effort", scale=(0, 10), cuts=[5, 5])
    assert table["quadrant"].tolist() == ["quick_win", "major_project", "fill_in", "thankless"]
    # impact times 10 less the effort
    assert table["priority"].tolist() == [81, 18, 18, 2]
    assert table["rank"].tolist() == [1, 2, 2, 4]
    by_mean = priority_table(
        needs, matrix="impact_difficulty", need="what", second="effort", scale=(0, 10), cuts="mean"
    )
    assert by_mean[["impact_cut", "difficulty_cut"]].iloc[0].tolist() == [5.5, 4.75]


def test_the_bar_rises_where_potential_or_acceptance_is_low():
    model = HAND.fit(BASE)
    table = model.assign(BASE)
    # bars 100 and 0; with one low 125 and 25; with both low 150 and 50
    segments = ["full_service", "low_cost_service", "full_service", "low_cost_service", "exit", "exit"]
    reasons = ["both_high", "potential_low", "potential_low", "potential_low", "both_low", "both_high"]
    assert table["segment"].tolist()[:6] == segments
    assert table["reason_code"].tolist()[:6] == reasons
    assert table[["segment", "segment_order", "reason_code"]].iloc[6].isna().all()
    told = model.explain(BASE)
    assert told["f"] == (
        "Low-cost service: profit of 110 reaches the bar for low-cost service, 25, but not that for full service, 125, "
        "raised because potential of 2 is low."
    )
    assert told["c"] == (
        "Exit: profit of 40 is below the bar for low-cost service, 50, raised twice because potential of 2 and "
        "acceptance of 1 are low."
    )
    assert told["a"] == "No class: profit is not known."
    assert model.explain(BASE, language="zh")["f"] == (
        "低成本服务：利润 110，达到低成本服务线 25，未达全面服务线 125（因资金增加潜力 2 偏低而提高）。"
    )
    summary = model.summary(BASE)
    assert summary["n_customers"].tolist() == [2, 2, 2]
    assert_allclose(summary["mean_profit"], [120, 75, 17.5])


def test_cuts_are_learned_from_those_who_earn():
    # of 110, 110, 130, 40, 40 the upper half are 110 and more at most where ties allow; medians of the others
    model = BaseConsolidationSegmenter().fit(BASE)
    cuts = model.cuts_.set_index("cut")["value"]
    assert 110 < cuts["full_service"] < 130
    assert cuts["low_cost_service"] == 0
    assert 2 < cuts["potential"] < 9
    assert model.n_customers_ == 6


@pytest.mark.parametrize(
    ("columns", "bar", "strategy", "reason"),
    [
        ({}, 99, "none", "no_market"),
        ({}, 72, "concentrated", "one_market"),
        ({}, 60, "differentiated", "needs_not_known"),
        ({"needs": ["beds", "beds", "beds"]}, 60, "undifferentiated", "same_needs"),
        ({"needs": ["tables", "beds", "beds"]}, 60, "differentiated", "different_needs"),
        ({"needs": ["beds", None, None]}, 60, "differentiated", "different_needs"),
        ({"needs": ["a", "a", "a"], "field": ["x", "y", "y"]}, 60, "diversified", "several_fields"),
        ({"needs": ["a", "a", "b"], "field": ["x", "x", "y"]}, 60, "undifferentiated", "same_needs"),
    ],
)
def test_what_the_pattern_of_markets_suggests(columns, bar, strategy, reason):
    # schools have 60, 100 less 20, 70 and 90, of which the mean is 75
    table = target_market_table(MARKETS.assign(**columns), attractive_from=bar, **{name: name for name in columns})
    assert_allclose(table["score"], [75, 70, 40])
    assert table["rank"].tolist() == [1, 2, 3]
    found = market_strategy_table(table).iloc[0]
    assert (found["strategy"], found["reason_code"]) == (strategy, reason)
    assert found["sentence_en"].endswith(".")
    assert found["sentence_zh"].endswith("。")


def test_markets_by_judgements_and_by_topsis(build_in_memory):
    judgements = [[1, 2, 2, 1], [1 / 2, 1, 1, 1 / 2], [1 / 2, 1, 1, 1 / 2], [1, 2, 2, 1]]
    card = Scorecard(criteria="target_market", weights="judgements", judgements=judgements).fit(MARKETS)
    table = as_pandas(target_market_table(build_in_memory(MARKETS), scorer=card), in_order=True)
    # weights 1/3, 1/6, 1/6, 1/3
    assert_allclose(table["score"].astype(float), [75, 215 / 3, 45])
    assert_allclose(table["consistency_ratio"].astype(float), 0, atol=1e-12)
    found = as_pandas(market_strategy_table(build_in_memory(target_market_table(MARKETS, scorer=card))), in_order=True)
    assert found["sentence_zh"].tolist() == ["3 个市场中有 2 个达到 60，需求是否相同尚不清楚，在弄清之前建议差异化。"]
    topsis = TopsisScorer(criteria="target_market").fit(MARKETS)
    by_topsis = target_market_table(MARKETS, scorer=topsis)
    assert by_topsis["attractive_from"].tolist() == [0.5] * 3
    assert by_topsis["rank"].tolist() == [1, 2, 3]


# Laws.


@few()
@given(st.lists(st.tuples(*[st.integers(-50, 200)] * 3), min_size=1, max_size=8), st.sampled_from([0.0, 0.25, 2.0]))
def test_more_of_anything_never_costs_service(rows, raise_by):
    base = pd.DataFrame(rows, columns=["profit", "potential", "acceptance"]).astype(float)
    model = BaseConsolidationSegmenter(full_from=100, potential_cut=50, acceptance_cut=50, raise_by=raise_by).fit(base)
    before = model.assign(base)["segment_order"]
    for name in base:
        assert (model.assign(base.assign(**{name: base[name] + 30}))["segment_order"] <= before).all()
    unchanged = base.copy()
    model.assign(base)
    assert_frame_equal(base, unchanged)


@few()
@given(st.lists(st.tuples(st.sampled_from("abcd"), st.integers(1, 5), st.integers(1, 5)), min_size=1, max_size=12))
def test_the_order_of_answers_does_not_matter(rows):
    answers = pd.DataFrame(rows, columns=["need", "importance", "urgency"])
    one = priority_table(answers).set_index("need").sort_index()
    other = priority_table(answers.iloc[::-1]).set_index("need").sort_index()
    assert_frame_equal(one, other)
    best = one[one["rank"] == 1]
    assert (best["priority"] >= one["priority"].max() * (1 - 1e-9)).all()


def test_sql_says_the_same():
    duckdb = pytest.importorskip("duckdb")
    model, connection = HAND.fit(BASE), duckdb.connect()
    rows = BASE.assign(customer_id=range(len(BASE)))
    found = model.assign(connection.from_df(rows)).df().sort_values("customer_id")
    expected = model.assign(BASE)
    for name in ("segment", "segment_order", "reason_code"):
        assert found[name].astype(object).fillna("").tolist() == expected[name].astype(object).fillna("").tolist()


# Refusals.


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"profit": "net profit"}, ValueError, "`profit` must be a plain column name"),
        ({"potential": "profit"}, ValueError, "no column twice"),
        ({"full_from": 0}, ValueError, "`full_from` must be above 0"),
        ({"full_from": 10, "keep_from": 20}, ValueError, "above `keep_from`, 20, got 10"),
        ({"raise_by": -1}, ValueError, "`raise_by` must be from 0 to 100"),
        ({"keep_from": 500}, SchemaError, "Nobody earns more than `keep_from`, 500"),
        ({"acceptance_cut": "low"}, TypeError, "`acceptance_cut` must be a number"),
    ],
)
def test_options_of_consolidation_that_do_not_fit(options, error, words):
    with pytest.raises(error, match=words):
        BaseConsolidationSegmenter(**options).fit(BASE)


def test_customers_that_cannot_be_judged_are_refused():
    with pytest.raises(SchemaError, match="holds nobody with"):
        HAND.fit(BASE.assign(profit=NAN))
    with pytest.raises(SchemaError, match="lacks the columns"):
        HAND.fit(BASE.drop(columns="potential"))


@pytest.mark.parametrize(
    ("options", "changed", "error", "words"),
    [
        ({"matrix": "swot"}, {}, ValueError, "`matrix` must be one of"),
        ({"cuts": "low"}, {}, ValueError, "`cuts` must be 'middle'"),
        ({"cuts": [1, 9]}, {}, ValueError, "a pair of numbers on the scale"),
        ({"second": "importance"}, {}, ValueError, "must be three columns"),
        ({"scale": (5, 1)}, {}, ValueError, "`scale` must be 2 ascending numbers"),
        ({"scale": (-2, 5)}, {}, ValueError, "`scale` must begin at 0 or more"),
        ({}, {"urgency": [1, 9]}, SchemaError, "lies off the scale from 1 to 5 in 1 row"),
        ({}, {"need": ["a", None]}, SchemaError, r"`needs\['need'\]` is missing in 1 row"),
        ({}, {"urgency": ["a", "b"]}, SchemaError, "must hold numbers"),
    ],
)
def test_needs_that_cannot_be_ranked_are_refused(options, changed, error, words):
    needs = pd.DataFrame({"need": ["a", "b"], "importance": [1, 2], "urgency": [3, 4]}).assign(**changed)
    with pytest.raises(error, match=words):
        priority_table(needs, **options)
    with pytest.raises(SchemaError, match="has no rows"):
        priority_table(needs.iloc[:0])


def test_markets_that_cannot_be_scored_are_refused():
    with pytest.raises(SchemaError, match="lies outside 0 to 100"):
        target_market_table(MARKETS.assign(market_size=[1e6, 2e6, 3e6]))
    with pytest.raises(SchemaError, match="names a market more than once"):
        target_market_table(MARKETS.assign(market="a"))
    with pytest.raises(SchemaError, match="is missing in 1 row"):
        target_market_table(MARKETS.assign(market=["a", None, "b"]))
    with pytest.raises(SchemaError, match="has no rows"):
        target_market_table(MARKETS.iloc[:0])
    with pytest.raises(TypeError, match="`scorer` must be a fitted"):
        target_market_table(MARKETS, scorer="topsis")
    with pytest.raises(SchemaError, match="has no rows"):
        market_strategy_table(target_market_table(MARKETS).iloc[:0])
