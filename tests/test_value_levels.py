"""Levels by value: schemes and ways to cut."""

import numpy as np
import pandas as pd
import pytest
from tests.customers import NAN, customer_table

from crmkit.labels import LABELS
from crmkit.segment import ValueSegmenter

LEVELS = {
    "value_level": ["high", "medium", "low"],
    "relationship": ["high_value", "established"],
    "abc": ["a", "b", "c"],
    "main_group": ["main", "secondary"],
    "product": ["hot", "steady", "slow"],
}


def spenders(*spend):
    return customer_table([1] * len(spend), spend, [1] * len(spend))


# By hand.


@pytest.mark.parametrize(
    ("scheme", "cuts", "counts"),
    [
        # spend 100, 90 … 10, in all 550: the first 2 are 20 % of ten, the first 5 are 50 %
        ("value_level", [85, 55], [2, 3, 5]),
        ("relationship", [85], [2, 8]),
        # 80 % of 550 are 440: 100 + 90 + 80 + 70 + 60 = 400, with 50 it is 450; 95 % are 522.5: 450 + 40 + 30 = 520,
        # with 20 it is 540
        ("abc", [45, 15], [6, 3, 1]),
        ("main_group", [45], [6, 4]),
        ("product", [45, 15], [6, 3, 1]),
    ],
)
def test_schemes_by_hand(scheme, cuts, counts):
    customers = spenders(*range(100, 0, -10))
    segmenter = ValueSegmenter(scheme=scheme).fit(customers)
    assert segmenter.cuts_["cut"].tolist() == cuts
    assert segmenter.cuts_["segment"].tolist() == LEVELS[scheme][:-1]
    assert segmenter.summary(customers)["n_customers"].tolist() == [*counts, 0]
    assert segmenter.segments_["segment"].tolist() == list(LABELS[scheme])
    assert segmenter.segments_["name_zh"].tolist() == [label.zh for label in LABELS[scheme].values()]


def test_shares_and_binning_by_hand():
    customers = spenders(*range(100, 0, -10))
    # one and three of ten; 10 % of 550 are 55, 30 % are 165; the gaps of 1, 2, 3, 50, 51, 99, 100 are plain
    assert ValueSegmenter(shares=[0.1, 0.3]).fit(customers).cuts_["cut"].tolist() == [95, 75]
    by_value = ValueSegmenter(binning="contribution", shares=(0.1, 0.3)).fit(customers)
    assert by_value.cuts_["cut"].tolist() == [95, 85]
    gaps = spenders(1, 2, 3, 50, 51, 99, 100)
    assert ValueSegmenter(binning="natural").fit(gaps).cuts_["cut"].tolist() == [75, 26.5]
    assert ValueSegmenter(scheme="main_group", binning="natural").fit(gaps).cuts_["cut"].tolist() == [26.5]
    assert ValueSegmenter(scheme="abc", binning="quantile").fit(customers).cuts_["cut"].tolist() == [25, 15]


@pytest.mark.parametrize("kind", [list, tuple, np.array])
def test_numbers_may_come_in_any_sequence(kind):
    customers = spenders(*range(100, 0, -10))
    assert ValueSegmenter(shares=kind([0.1, 0.3])).fit(customers).cuts_["cut"].tolist() == [95, 75]
    segmenter = ValueSegmenter(cuts=kind([20.5, 70])).fit(customers)
    assert segmenter.cuts_["cut"].tolist() == [70, 20.5]
    again = ValueSegmenter.from_json(segmenter.to_json())
    assert again.predict(customers).tolist() == segmenter.predict(customers).tolist()


def test_reaching_a_cut_earns_the_better_level():
    customers = spenders(1000, 999.99, 100, 99.99, -5)
    segmenter = ValueSegmenter(cuts=[100, 1000]).fit(customers)
    assert segmenter.assign(customers).to_numpy().tolist() == [
        ["high", 1, "value"],
        ["medium", 2, "value"],
        ["medium", 2, "value"],
        ["low", 3, "below_cuts"],
        ["low", 3, "below_cuts"],
    ]


def test_ties_at_a_cut_stay_together():
    # two of five are 40 %: with the tie they would be four, so one alone; 40 + 3 × 20 reach 80 % of 110 together
    customers = spenders(40, 20, 20, 20, 10)
    by_count = ValueSegmenter(scheme="relationship", shares=[0.4]).fit(customers)
    assert by_count.predict(customers).tolist() == ["high_value", *["established"] * 4]
    by_value = ValueSegmenter(scheme="main_group").fit(customers)
    assert by_value.predict(customers).tolist() == [*["main"] * 4, "secondary"]
    # those of the largest value alone are more than 20 %
    assert ValueSegmenter().fit(spenders(9, 9, 9, 1)).predict(spenders(9, 1)).tolist() == ["high", "low"]


def test_equal_values_share_a_level():
    customers = spenders(7, 7, 7)
    assert ValueSegmenter().fit(customers).predict(customers).tolist() == ["low"] * 3
    assert ValueSegmenter(binning="natural").fit(customers).predict(customers).tolist() == ["low"] * 3
    assert ValueSegmenter(scheme="abc").fit(customers).predict(customers).tolist() == ["a"] * 3
    assert ValueSegmenter().fit(customers).predict(spenders(7.01)).tolist() == ["high"]


def test_what_is_left_of_money_paid_back_is_nothing():
    # 0.1 + 0.2 − 0.3 is not 0 to the last bit; those nine spent nothing
    customers = spenders(100, *[0.1 + 0.2 - 0.3] * 4, *[0.0] * 5)
    assert ValueSegmenter().fit(customers).predict(customers).tolist() == ["high", *["low"] * 9]


def test_those_without_an_order_are_a_level_of_their_own():
    customers = customer_table([1, 0, 0, 0], [5, 0, -5, NAN], [1, NAN, NAN, NAN])
    assert ValueSegmenter(cuts=[-9, -7]).fit(customers).assign(customers).to_numpy().tolist() == [
        ["high", 1, "value"],
        ["potential", 4, "no_order"],
        ["potential", 4, "refunds_only"],
        ["potential", 4, "no_order"],
    ]


def test_products_by_hand():
    # 80 of 100 are 80 %, 96 more than 95 %; a product that nobody ordered is unsold, whatever came back
    products = pd.DataFrame(
        {"product": list("pqrst"), "n_orders": [1, 40, 9, 0, 0], "amount": [80.0, 16, 4, 0, -2]}, index=list("vwxyz")
    )
    segmenter = ValueSegmenter(scheme="product", value="amount").fit(products)
    labels = segmenter.predict(products)
    assert labels.to_dict() == {"v": "hot", "w": "steady", "x": "slow", "y": "unsold", "z": "unsold"}
    assert labels.cat.categories.tolist() == ["hot", "steady", "slow", "unsold"]
    assert segmenter.summary(products)["name_zh"].tolist() == ["热销产品", "平销产品", "滞销产品", "未售产品"]
    assert segmenter.summary(products)["value"].tolist() == [80, 16, 4, -2]
    assert segmenter.explain(products, language="zh")["w"] == "平销产品：amount 16，达到 10。"


def test_orders_may_be_the_value():
    customers = customer_table([80, 15, 5, 0], [1, 1, 1, 0], [1, 1, 1, NAN])
    segmenter = ValueSegmenter(scheme="abc", value="n_orders").fit(customers)
    assert segmenter.predict(customers).tolist() == ["a", "b", "c", "potential"]


def test_sentences_by_hand():
    customers = customer_table([1, 1, 1, 0, 0], [2000, 100, 0.1 + 0.2, 0, -1], [1, 1, 1, NAN, NAN])
    segmenter = ValueSegmenter(cuts=[50.25, 1500]).fit(customers)
    assert segmenter.explain(customers).tolist() == [
        "High value: spend of 2,000 reaches 1,500.",
        "Medium value: spend of 100 reaches 50.25.",
        "Low value: spend of 0.3 is below 50.25.",
        "Potential customers: no order yet.",
        "Potential customers: only refunds are known, no order.",
    ]
    assert segmenter.explain(customers, language="zh").tolist() == [
        "高价值客户：消费额 2,000，达到 1,500。",
        "中等价值客户：消费额 100，达到 50.25。",
        "低价值客户：消费额 0.3，低于 50.25。",
        "潜在客户：尚无订单。",
        "潜在客户：仅有退款记录，没有订单。",
    ]
