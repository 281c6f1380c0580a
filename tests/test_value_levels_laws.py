"""Levels by value: what a slow computation gives, and what moves nobody."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.customers import (
    PERCENTS,
    UNITS,
    customer_tables,
    in_cents,
    least_of_the_top,
    least_that_reach,
    noisy,
)

from crmkit import as_transactions, customer_summary, load_cdnow
from crmkit.labels import LABELS
from crmkit.segment import ValueSegmenter

LEVELS = {
    "value_level": ["high", "medium", "low"],
    "relationship": ["high_value", "established"],
    "abc": ["a", "b", "c"],
    "main_group": ["main", "secondary"],
    "product": ["hot", "steady", "slow"],
}
SCHEMES = tuple(LEVELS)


def ordered_of(customers):
    return customers.loc[customers["n_orders"] > 0, "spend"]


def placed(customers, *, scheme, cuts):
    """The level of each customer on cuts, the best first, worked out one by one; None is a cut that nobody reaches."""
    *levels, lowest = LEVELS[scheme]
    without = list(LABELS[scheme])[-1]
    return [
        next((level for level, cut in zip(levels, cuts, strict=True) if cut is not None and value >= cut), lowest)
        if orders
        else without
        for orders, value in zip(customers["n_orders"], customers["spend"], strict=True)
    ]


# Laws.


@pytest.mark.parametrize("scheme", SCHEMES)
@given(
    customers=customer_tables(lowest=-200),
    percents=st.lists(PERCENTS, min_size=2, max_size=2, unique=True).map(sorted),
    binning=st.sampled_from(["quantile", "contribution"]),
)
def test_levels_are_those_of_a_slow_computation(scheme, customers, percents, binning):
    percents = percents[: len(LEVELS[scheme]) - 1]
    cents = in_cents(ordered_of(customers))
    if binning == "contribution":
        assume(sum(cents) > 0)
        cuts = [least_that_reach(cents, percent) for percent in percents]
    else:
        cuts = [least_of_the_top(cents, percent) for percent in percents]
    segmenter = ValueSegmenter(scheme=scheme, binning=binning, shares=[p / 100 for p in percents]).fit(customers)
    in_money = [None if cut is None else cut / 100 for cut in cuts]
    assert segmenter.predict(customers).tolist() == placed(customers, scheme=scheme, cuts=in_money)


@given(customers=customer_tables(lowest=-200, prospects=False))
def test_natural_levels_are_the_best_of_all(customers):
    values = np.sort(np.array(in_cents(customers["spend"])))
    distinct = np.unique(values)
    assume(len(distinct) >= 3)

    def within(groups):
        return sum(((part - part.mean()) ** 2).sum() for part in groups)

    splits = itertools.combinations(np.searchsorted(values, distinct[1:]), 2)
    best = min(within(np.split(values, list(split))) for split in splits)
    levels = ValueSegmenter(binning="natural").fit(customers).predict(customers)
    cents = np.array(in_cents(customers["spend"]))
    got = [cents[(levels == level).to_numpy()] for level in LEVELS["value_level"]]
    assert within(got) == pytest.approx(best, abs=1e-6)
    assert got[0].min() > got[1].max() >= got[1].min() > got[2].max()


@pytest.mark.parametrize("binning", ["quantile", "contribution", "natural"])
@given(customers=customer_tables(lowest=-50), unit=UNITS, seed=st.integers(0, 99))
def test_neither_unit_nor_rounding_nor_row_order_moves_anyone(binning, customers, unit, seed):
    assume(sum(in_cents(ordered_of(customers))) > 0)

    def assigned(table, *, fitted_on=None):
        return ValueSegmenter(binning=binning).fit(table if fitted_on is None else fitted_on).assign(table)

    expected = assigned(customers)
    pd.testing.assert_frame_equal(assigned(customers.assign(spend=customers["spend"] * unit)), expected)
    other = noisy(customers, seed=seed)
    pd.testing.assert_frame_equal(assigned(other), expected)
    pd.testing.assert_frame_equal(assigned(other, fitted_on=customers), expected)
    order = np.random.default_rng(seed).permutation(len(customers))
    shuffled = customers.iloc[order].assign(customer_id=range(len(customers)))
    pd.testing.assert_frame_equal(assigned(shuffled), expected.iloc[order])


@given(customers=customer_tables(lowest=-50))
def test_the_summary_adds_up(customers):
    segmenter = ValueSegmenter().fit(customers)
    summary = segmenter.summary(customers)
    counts = segmenter.predict(customers).value_counts()
    assert summary["n_customers"].tolist() == [counts[code] for code in summary["segment"]]
    assert summary["customer_share"].sum() == pytest.approx(1)
    assert summary["n_orders"].sum() == customers["n_orders"].sum()
    assert summary["value"].sum() == pytest.approx(customers["spend"].sum())
    assert summary["value_share"].isna().all() or summary["value_share"].sum() == pytest.approx(1)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_cuts_are_frozen(scheme):
    orders = as_transactions(load_cdnow())
    before, after = (customer_summary(orders, as_of=day) for day in ("1997-12-31", "1998-06-30"))
    segmenter = ValueSegmenter(scheme=scheme).fit(before)
    cuts = segmenter.cuts_["cut"].tolist()
    expected = placed(after, scheme=scheme, cuts=cuts)
    assert segmenter.predict(after).tolist() == expected
    assert ValueSegmenter(scheme=scheme, cuts=cuts[::-1]).fit(after).predict(after).tolist() == expected
    assert ValueSegmenter.from_json(segmenter.to_json()).predict(after).tolist() == expected
    assert ValueSegmenter(scheme=scheme).fit(after).predict(after).tolist() != expected
