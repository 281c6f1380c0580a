"""The four tiers: cuts, reasons, stage, and what moves nobody."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.customers import (
    NAN,
    PERCENTS,
    UNITS,
    customer_table,
    customer_tables,
    in_cents,
    least_of_the_top,
    least_that_reach,
    noisy,
)

from crmkit import as_transactions, customer_summary, load_cdnow
from crmkit.segment import TierSegmenter

CUTS = {"core": 500, "important": 100, "orders": 5}
# One customer per case, on these cuts and 365 days.
CASES = customer_table(
    [1, 1, 5, 1, 1, 5, 4, 0, 0, 0],
    [500, 499.99, 99.99, 500, 100, 99.99, 99.99, 0, -7, NAN],
    [365, 0, 365, 366, 366, 366, 366, NAN, NAN, NAN],
)


def tiers_by_rule(customers, *, value, cuts, lapsed_days):
    """The tier of each customer, in the words of the documentation."""
    found = []
    core, important, orders = cuts
    for row in customers.to_dict("records"):
        if row["n_orders"] == 0:
            found.append("potential")
            continue
        rank = 0 if row[value] >= core else 1 if row[value] >= important or row["n_orders"] >= orders else 2
        lapsed = lapsed_days is not None and row["days_since_last"] > lapsed_days
        found.append(["core", "important", "ordinary"][min(rank + lapsed, 2)])
    return found


def learned(segmenter):
    return segmenter.cuts_["cut"].tolist()


# By hand.


def test_every_reason_by_hand():
    assigned = TierSegmenter(cuts=CUTS).fit(CASES).assign(CASES)
    assert assigned.to_numpy().tolist() == [
        ["core", 1, "contribution"],
        ["important", 2, "value"],
        ["important", 2, "frequency"],
        ["important", 2, "lapsed_contribution"],
        ["ordinary", 3, "lapsed_value"],
        ["ordinary", 3, "lapsed_value"],
        ["ordinary", 3, "below_cuts"],
        ["potential", 4, "no_order"],
        ["potential", 4, "refunds_only"],
        ["potential", 4, "no_order"],
    ]


def test_nobody_lapses_where_no_days_are_given():
    segmenter = TierSegmenter(cuts=CUTS, lapsed_days=None).fit(CASES)
    assert segmenter.predict(CASES).tolist()[3:7] == ["core", "important", "important", "ordinary"]
    assert segmenter.assign(CASES)["reason_code"].tolist()[3:7] == ["contribution", "value", "frequency", "below_cuts"]


def test_cuts_learned_by_hand():
    # Half of 1,000 is 500, the first; with 200 and 100 it is 800. 2 of 10 order most, 9 and 8 times; then come 2.
    customers = customer_table([1, 1, 1, 9, 8, 1, 2, 1, 1, 1], [500, 200, 100, 50, 30, 20, 10, 40, 30, 20], [5] * 10)
    segmenter = TierSegmenter().fit(customers)
    assert segmenter.cuts_.to_numpy().tolist() == [
        ["core", "spend", 350, 0.5],
        ["important", "spend", 75, 0.8],
        ["important", "n_orders", 5, 0.2],
    ]
    assert list(segmenter.cuts_) == ["segment", "column", "cut", "share"]
    assert segmenter.predict(customers).tolist() == ["core", *["important"] * 4, *["ordinary"] * 5]


def test_cuts_given_stand_beside_learned_ones():
    customers = customer_table([1, 2, 3, 4, 5], [500, 200, 200, 50, 50], [5] * 5)
    # 500 + 400 reach 80 % of 1,000; one of five is 20 %
    cuts = TierSegmenter(cuts={"core": 300.5}).fit(customers).cuts_
    assert cuts["cut"].tolist() == [300.5, 125, 4.5]
    assert cuts["share"].fillna(-1).tolist() == [-1, 0.8, 0.2]


def test_ties_at_a_cut_stay_together():
    # half of 100 is 50: 40 do not bring it, 40 + 20 + 20 do, and they are 80 too
    # two of five are 0.4: 9 orders are less, with the three of 5 orders it would be four
    customers = customer_table([9, 5, 5, 5, 1], [40, 20, 20, 10, 10], [1] * 5)
    segmenter = TierSegmenter(frequent_share=0.4).fit(customers)
    assert learned(segmenter) == [15, 15, 7]
    assert segmenter.predict(customers).tolist() == ["core"] * 3 + ["ordinary"] * 2
    # those with the most orders alone are more than 0.2 of the customers
    most = customer_table([5, 5, 5, 1, 1], [40, 20, 20, 10, 10], [1] * 5)
    assert learned(TierSegmenter().fit(most))[2] == 3


def test_equal_customers_all_bring_the_total():
    customers = customer_table([2, 2, 2], [7, 7, 7], [1, 2, 366])
    segmenter = TierSegmenter().fit(customers)
    assert segmenter.predict(customers).tolist() == ["core", "core", "important"]
    # and nobody stands out by the number of orders
    worth_less = customer_table([2, 3], [1, 1], [1, 1])
    assert segmenter.assign(worth_less)["reason_code"].tolist() == ["below_cuts", "frequency"]


def test_negative_values_are_ordinary():
    # 60 + 50 − 10 are 100: 60 bring half of it, 110 more than 80
    customers = customer_table([1, 1, 1], [60, 50, -10], [1, 1, 1])
    segmenter = TierSegmenter().fit(customers)
    assert learned(segmenter)[:2] == [55, 20]
    assert segmenter.predict(customers).tolist() == ["core", "important", "ordinary"]


def test_cuts_given_need_no_total():
    customers = customer_table([1, 1], [-60, 0], [1, 1])
    assert TierSegmenter(cuts={"core": 1, "important": 0}).fit(customers).predict(customers).tolist() == [
        "ordinary",
        "important",
    ]


def test_another_column_is_the_value():
    customers = CASES.assign(margin=[10.0, 5, 1, 1, 1, 1, 1, NAN, NAN, NAN]).drop(columns=["spend", "tenure_days"])
    segmenter = TierSegmenter(value="margin").fit(customers)
    # 10 are half of 20; 15 are less than 16, which the rest reach, all being equal; four of them have lapsed
    assert learned(segmenter)[0] == 7.5
    assert segmenter.assign(customers)["segment"].tolist()[:2] == ["core", "important"]
    assert segmenter.assign(customers)["reason_code"].tolist()[7:] == ["no_order"] * 3
    assert segmenter.summary(customers)["value"].tolist() == [10, 6, 4, 0]
    assert segmenter.explain(customers, language="zh")[0].startswith("核心客户：margin 10，达到 7.5；")


@pytest.mark.parametrize("value", ["n_orders", "days_since_last"])
def test_a_column_that_is_needed_anyway_may_be_the_value(value):
    customers = customer_table([8, 1, 1], [1, 1, 1], [80, 10, 10])
    assert TierSegmenter(value=value).fit(customers).predict(customers).tolist() == ["core", "ordinary", "ordinary"]


def test_sentences_by_hand():
    segmenter = TierSegmenter(cuts=CUTS | {"core": 1500.5}).fit(CASES)
    customers = CASES.assign(spend=[1500.5, 499.99, 99.99, 12345.67, 100, 99.99, 0.1 + 0.2, 0, -7, NAN])
    assert segmenter.explain(customers).tolist() == [
        "Core customers: spend of 1,500.5 reaches 1,500.5; last order 365 days ago.",
        "Important customers: spend of 499.99 reaches 100; last order 0 days ago.",
        "Important customers: orders often, 5 orders (at least 5), but spend of 99.99 is below 100.",
        "Important customers: spend of 12,345.67 reaches 1,500.5, enough for a core customer, but the last "
        "order was 366 days ago, more than 365.",
        "Ordinary customers: spend of 100 and 1 order would be enough for an important customer, but the last "
        "order was 366 days ago, more than 365.",
        "Ordinary customers: spend of 99.99 and 5 orders would be enough for an important customer, but the last "
        "order was 366 days ago, more than 365.",
        "Ordinary customers: spend of 0.3 is below 100, with 4 orders (fewer than 5).",
        "Potential customers: no order yet.",
        "Potential customers: only refunds are known, no order.",
        "Potential customers: no order yet.",
    ]
    assert segmenter.explain(customers, language="zh").tolist() == [
        "核心客户：消费额 1,500.5，达到 1,500.5；最近一次下单在 365 天前。",
        "重要客户：消费额 499.99，达到 100；最近一次下单在 0 天前。",
        "重要客户：下单频繁，5 单，达到 5 单，但消费额 99.99 低于 100。",
        "重要客户：消费额 12,345.67，达到核心客户的 1,500.5，但最近一次下单在 366 天前，超过 365 天。",
        "普通客户：消费额 100、1 单，本可列为重要客户，但最近一次下单在 366 天前，超过 365 天。",
        "普通客户：消费额 99.99、5 单，本可列为重要客户，但最近一次下单在 366 天前，超过 365 天。",
        "普通客户：消费额 0.3，低于 100，且不足 5 单（4 单）。",
        "潜在客户：尚无订单。",
        "潜在客户：仅有退款记录，没有订单。",
        "潜在客户：尚无订单。",
    ]


# Laws.


@given(
    customers=customer_tables(lowest=-200),
    core=st.integers(1, 98),
    important=PERCENTS,
    frequent=PERCENTS,
    lapsed_days=st.sampled_from([None, 1, 365]),
)
def test_tiers_are_those_of_a_slow_computation(customers, core, important, frequent, lapsed_days):
    ordered = customers[customers["n_orders"] > 0]
    cents = in_cents(ordered["spend"])
    assume(core < important and sum(cents) > 0)
    shares = {"core_share": core / 100, "important_share": important / 100, "frequent_share": frequent / 100}
    segmenter = TierSegmenter(**shares, lapsed_days=lapsed_days).fit(customers)
    orders = least_of_the_top(ordered["n_orders"].tolist(), frequent)
    cuts = [*(least_that_reach(cents, percent) / 100 for percent in (core, important)), orders or np.inf]
    expected = tiers_by_rule(customers, value="spend", cuts=cuts, lapsed_days=lapsed_days)
    assert segmenter.predict(customers).tolist() == expected
    assert segmenter.assign(customers)["segment"].tolist() == expected
    assert tiers_by_rule(customers, value="spend", cuts=learned(segmenter), lapsed_days=lapsed_days) == expected


@given(customers=customer_tables(lowest=-50))
def test_the_summary_adds_up(customers):
    assume(sum(in_cents(customers["spend"])) > 0 and customers.loc[customers["n_orders"] > 0, "spend"].sum() > 0.001)
    segmenter = TierSegmenter().fit(customers)
    summary = segmenter.summary(customers)
    assert summary["segment"].tolist() == ["core", "important", "ordinary", "potential"]
    counts = segmenter.predict(customers).value_counts()
    assert summary["n_customers"].tolist() == [counts[code] for code in summary["segment"]]
    assert summary["n_customers"].sum() == len(customers)
    assert summary["n_orders"].sum() == customers["n_orders"].sum()
    assert summary["value"].sum() == pytest.approx(customers["spend"].sum())
    assert summary["customer_share"].sum() == pytest.approx(1)
    assert summary["value_share"].sum() == pytest.approx(1)
    assert summary["mean_value"].isna().tolist() == (summary["n_customers"] == 0).tolist()


@given(customers=customer_tables(lowest=-50), unit=UNITS, seed=st.integers(0, 99))
def test_neither_unit_nor_rounding_nor_row_order_moves_anyone(customers, unit, seed):
    assume(sum(in_cents(customers.loc[customers["n_orders"] > 0, "spend"])) > 0)
    expected = TierSegmenter().fit(customers).assign(customers)
    scaled = customers.assign(spend=customers["spend"] * unit)
    pd.testing.assert_frame_equal(TierSegmenter().fit(scaled).assign(scaled), expected)
    other = noisy(customers, seed=seed)
    pd.testing.assert_frame_equal(TierSegmenter().fit(other).assign(other), expected)
    pd.testing.assert_frame_equal(TierSegmenter().fit(customers).assign(other), expected)
    order = np.random.default_rng(seed).permutation(len(customers))
    shuffled = customers.iloc[order].assign(customer_id=range(len(customers)))
    pd.testing.assert_frame_equal(TierSegmenter().fit(shuffled).assign(shuffled), expected.iloc[order])


def test_cuts_are_frozen():
    orders = as_transactions(load_cdnow())
    before, after = (customer_summary(orders, as_of=day) for day in ("1997-12-31", "1998-06-30"))
    segmenter = TierSegmenter().fit(before)
    cuts = dict(zip(("core", "important", "orders"), learned(segmenter), strict=True))
    expected = tiers_by_rule(after, value="spend", cuts=list(cuts.values()), lapsed_days=365)
    assert segmenter.predict(after).tolist() == expected
    assert TierSegmenter(cuts=cuts).fit(after).predict(after).tolist() == expected
    assert TierSegmenter.from_json(segmenter.to_json()).predict(after).tolist() == expected
    assert TierSegmenter().fit(after).predict(after).tolist() != expected
