"""RFM segments: who is where and why."""

import copy

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.customers import NAN, UNITS, customer_table, customer_tables, noisy
from tests.rules import any_rules, rule, rules_of

from crmkit import as_transactions, customer_summary, load_cdnow
from crmkit.segment import RFMScorer, RFMSegmenter, rfm_cell_table

BUSINESS_CUTS = {"r": [30], "f": [3], "m": [200]}


@pytest.fixture(scope="module")
def cdnow():
    return customer_summary(as_transactions(load_cdnow()), as_of="1997-12-31")


def business():
    return RFMSegmenter(rules="chinese_8", scorer=RFMScorer(n_bins=2, cuts=BUSINESS_CUTS))


# By hand.


def test_the_eight_classes_by_hand():
    # at most 30 days ago, at least 3 orders, at least 200: each high or low
    customers = customer_table([3, 3, 2, 2, 3, 3, 2, 2], [200, 200, 200, 200, 199, 199, 199, 199], [30, 31] * 4)
    assigned = business().fit(customers).assign(customers)
    assert assigned.to_numpy().tolist() == [
        ["important_value", 1, "r2_f2_m2"],
        ["important_keep", 2, "r1_f2_m2"],
        ["important_develop", 3, "r2_f1_m2"],
        ["important_win_back", 4, "r1_f1_m2"],
        ["general_value", 5, "r2_f2_m1"],
        ["general_keep", 6, "r1_f2_m1"],
        ["general_develop", 7, "r2_f1_m1"],
        ["general_win_back", 8, "r1_f1_m1"],
    ]


def test_those_without_an_order_are_potential():
    customers = customer_table([5, 0, 0, 0], [900, 0, -4.5, NAN], [1, NAN, NAN, NAN])
    segmenter = business().fit(customers)
    assert segmenter.assign(customers).to_numpy().tolist() == [
        ["important_value", 1, "r2_f2_m2"],
        ["potential", 9, "no_order"],
        ["potential", 9, "refunds_only"],
        ["potential", 9, "no_order"],
    ]
    assert segmenter.n_customers_ == 1


def test_sentences_by_hand():
    customers = customer_table([1234, 0, 0], [0.1 + 0.2, 0, -5], [31, NAN, NAN])
    segmenter = business().fit(customers)
    assert segmenter.explain(customers).tolist() == [
        "General: keep: last order 31 days ago (recency 1 of 2), 1,234 orders (frequency 2 of 2), "
        "spend 0.3 (monetary 1 of 2).",
        "Potential customers: no order yet.",
        "Potential customers: only refunds are known, no order.",
    ]
    assert segmenter.explain(customers, language="zh").tolist() == [
        "一般保持客户：最近一次下单在 31 天前（R 1/2），共 1,234 单（F 2/2），消费额 0.3（M 1/2）。",
        "潜在客户：尚无订单。",
        "潜在客户：仅有退款记录，没有订单。",
    ]


def test_names_may_hold_braces():
    rules = rules_of({"code": "a", "en": "{name} {0} }{", "zh": "{客户}"})
    customers = customer_table([1], [5], [2])
    segmenter = RFMSegmenter(rules=rules).fit(customers)
    assert segmenter.explain(customers)[0].startswith("{name} {0} }{: last order 2 days ago")
    assert segmenter.explain(customers, language="zh")[0].startswith("{客户}：")


def test_scores_per_dimension_come_from_the_rules():
    # six customers, each a day, an order and 1 apart: recency in thirds, the others in halves
    rules = rules_of(rule("new", r=3), rule("old", r=[1, 2]), n_bins={"r": 3, "f": 2, "m": 2})
    customers = customer_table(range(1, 7), range(1, 7), range(1, 7))
    segmenter = RFMSegmenter(rules=rules).fit(customers)
    assert segmenter.predict(customers).tolist() == ["new", "new", "old", "old", "old", "old"]
    assert segmenter.assign(customers)["reason_code"].tolist() == [
        *("r3_f1_m1", "r3_f1_m1", "r2_f1_m1"),
        *("r2_f2_m2", "r1_f2_m2", "r1_f2_m2"),
    ]
    assert len(segmenter.cells_) == 12


def test_a_nested_scorer_bins_within_recency():
    # recent customers order 1 or 2 times, old ones 10 or 20 times; all spend the same, so none spends much
    customers = customer_table([1, 2, 10, 20], [1] * 4, [1, 1, 100, 100])
    plain = RFMSegmenter(rules="chinese_8").fit(customers)
    assert plain.predict(customers).tolist() == ["general_develop", "general_develop", "general_keep", "general_keep"]
    nested = RFMSegmenter(rules="chinese_8", scorer=RFMScorer(n_bins=2, nested=True)).fit(customers)
    assert nested.predict(customers).tolist() == [
        *("general_develop", "general_value"),
        *("general_win_back", "general_keep"),
    ]


def test_a_scorer_may_have_its_numbers_from_numpy():
    customers = customer_table([1, 2], [1, 2], [2, 1])
    segmenter = RFMSegmenter(rules="chinese_8", scorer=RFMScorer(n_bins=np.int64(2))).fit(customers)
    assert segmenter.predict(customers).tolist() == ["general_win_back", "important_value"]


def test_customers_beyond_those_of_fit_get_the_outermost_scores():
    segmenter = RFMSegmenter(rules="chinese_8").fit(customer_table([2, 4], [10, 20], [10, 20]))
    later = customer_table([1000, 1], [1e9, -50], [0, 5000])
    assert segmenter.predict(later).tolist() == ["important_value", "general_win_back"]


def test_the_summary_by_hand():
    # value 500 of 600 in the first class, 100 in the last, 2 customers there; the refund counts among the potential
    customers = customer_table([5, 1, 1, 0, 0], [500, 60, 50, 0, -10], [1, 90, 90, NAN, NAN])
    summary = business().fit(customers).summary(customers).set_index("segment")
    columns = ["segment_order", "n_customers", "customer_share", "n_orders", "value", "value_share", "mean_value"]
    assert summary.loc["important_value", columns].tolist() == [1, 1, 0.2, 5, 500, 500 / 600, 500]
    assert summary.loc["general_win_back", columns].tolist() == [8, 2, 0.4, 2, 110, 110 / 600, 55]
    assert summary.loc["potential", columns].tolist() == [9, 2, 0.4, 0, -10, -10 / 600, -5]
    assert summary.loc["general_value", columns[:-1]].tolist() == [5, 0, 0, 0, 0, 0]
    assert summary["mean_value"].isna().sum() == 6
    assert summary.loc["potential", ["name_en", "name_zh"]].tolist() == ["Potential customers", "潜在客户"]


def test_what_is_set_in_the_scorer_waits_for_the_next_fit(cdnow):
    segmenter = business().fit(cdnow)
    before, sql = segmenter.assign(cdnow), segmenter.to_sql()
    segmenter.set_params(scorer__frequency="orders_per_year", scorer__cuts=None)
    segmenter.scorer_.set_params(frequency="orders_per_year", weights={"r": 1, "f": 0, "m": 0})
    pd.testing.assert_frame_equal(segmenter.assign(cdnow), before)
    assert segmenter.to_sql() == sql
    assert not segmenter.fit(cdnow).assign(cdnow).equals(before)


# Laws.


@given(customers=customer_tables(lowest=-200), rules=st.sampled_from(["chinese_8", "named_11"]))
def test_segments_are_those_of_the_cells_of_the_scores(customers, rules):
    segmenter = RFMSegmenter(rules=rules).fit(customers)
    scores = segmenter.scorer_.transform(customers)
    cells = rfm_cell_table(rules).set_index(["r_score", "f_score", "m_score"])["segment"]
    expected = ["potential" if row.isna().any() else cells[tuple(row)] for _, row in scores.iterrows()]
    assert segmenter.predict(customers).tolist() == expected
    assert segmenter.assign(customers)["segment"].tolist() == expected


@given(customers=customer_tables(prospects=False), rules=any_rules())
def test_rules_are_taken_when_every_cell_is_in_one_segment(customers, rules):
    cells = rfm_cell_table(rules)
    if cells["segment"].isna().any():
        with pytest.raises(ValueError, match=rf"`rules` leave {cells['segment'].isna().sum()} of {len(cells)} cells"):
            RFMSegmenter(rules=rules).fit(customers)
    elif (cells["n_matches"] > 1).any() and rules.get("overlaps") != "first":
        with pytest.raises(ValueError, match=rf"put {(cells['n_matches'] > 1).sum()} of {len(cells)} cells in several"):
            RFMSegmenter(rules=rules).fit(customers)
    else:
        segmenter = RFMSegmenter(rules=rules).fit(customers)
        assert set(segmenter.predict(customers)) <= set(cells["segment"])
        again = RFMSegmenter.from_json(segmenter.to_json())
        assert again.explain(customers, language="zh").tolist() == segmenter.explain(customers, language="zh").tolist()


@given(customers=customer_tables(), unit=UNITS, seed=st.integers(0, 99))
def test_neither_unit_nor_rounding_nor_row_order_moves_anyone(customers, unit, seed):
    expected = RFMSegmenter().fit(customers).assign(customers)
    scaled = customers.assign(spend=customers["spend"] * unit)
    pd.testing.assert_frame_equal(RFMSegmenter().fit(scaled).assign(scaled), expected)
    other = noisy(customers, seed=seed)
    pd.testing.assert_frame_equal(RFMSegmenter().fit(other).assign(other), expected)
    pd.testing.assert_frame_equal(RFMSegmenter().fit(customers).assign(other), expected)
    order = np.random.default_rng(seed).permutation(len(customers))
    shuffled = customers.iloc[order].assign(customer_id=range(len(customers)))
    pd.testing.assert_frame_equal(RFMSegmenter().fit(shuffled).assign(shuffled), expected.iloc[order])


@pytest.mark.parametrize("scorer", [None, RFMScorer(n_bins=2, nested=True), RFMScorer(n_bins=2, cuts=BUSINESS_CUTS)])
def test_json_keeps_every_label(cdnow, scorer):
    segmenter = RFMSegmenter(rules="chinese_8", scorer=scorer).fit(cdnow)
    again = RFMSegmenter.from_json(segmenter.to_json())
    pd.testing.assert_frame_equal(again.assign(cdnow), segmenter.assign(cdnow))
    assert again.explain(cdnow).tolist() == segmenter.explain(cdnow).tolist()
    assert again.to_sql() == segmenter.to_sql()
    assert str(again.get_params()) == str(segmenter.get_params())


def test_unchanged_customers_stay_in_the_next_period(cdnow):
    later = customer_summary(as_transactions(load_cdnow()), as_of="1998-06-30")
    segmenter = RFMSegmenter().fit(cdnow)
    before, after = segmenter.assign(cdnow), segmenter.assign(later)
    kept = (cdnow["n_orders"] == later["n_orders"]).to_numpy()
    f_m_before, f_m_after = (each.loc[kept, "reason_code"].str[3:].tolist() for each in (before, after))
    assert kept.sum() > 1000
    assert f_m_before == f_m_after


# Input untouched.


def test_what_is_given_stays_as_it_is(cdnow):
    rules, scorer, customers = rules_of(rule("a", r=[2, 5]), n_bins=5, rest=rule("b")), RFMScorer(), cdnow.copy()
    before = copy.deepcopy(rules)
    segmenter = RFMSegmenter(rules=rules, scorer=scorer).fit(customers)
    segmenter.assign(customers)
    segmenter.summary(customers)
    segmenter.explain(customers)
    pd.testing.assert_frame_equal(customers, cdnow)
    assert rules == before
    assert vars(scorer) == vars(RFMScorer())
