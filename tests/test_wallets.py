"""Shares of wallets and the wallet allocation rule: by hand, published shares, laws, refusals."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from tests.frames import as_pandas

from crmkit import SchemaError
from crmkit.loyalty.brands import (
    share_of_wallet_table,
    wallet_allocation_share,
    wallet_allocation_table,
    wallet_opportunity_table,
    wallet_summary_table,
)
from crmkit.metrics import share_of_wallet

WALLETS = pd.DataFrame(
    {
        "segment": ["core", "core", "core", "other", None],
        "own_spend": [90.0, 10.0, 0.0, 20.0, np.nan],
        "category_spend": [100.0, 50.0, 50.0, 40.0, 10.0],
    }
)
RATINGS = pd.DataFrame(
    {
        "customer_id": [1, 1, 1, 2, 2, 3],
        "brand": ["A", "B", "C", "B", "A", "B"],
        "rating": [9, 8, 8, 5, 7, 6],
        "category_spend": [300, 300, 300, 60, 60, 20],
    }
)


# By hand


def test_shares_of_wallets_by_group(build):
    table = as_pandas(share_of_wallet_table(build(WALLETS), by="segment")).set_index("scope")
    core = table[table["segment"] == "core"].iloc[0]
    # 100 of 200; buyers 100 of 150, on average (.9 + .2) / 2
    expected = {
        "n_customers": 3, "n_unknown": 0, "n_buyers": 2, "own_spend": 100, "category_spend": 200,
        "share_of_wallet": 1 / 2, "share_of_requirements": 2 / 3, "mean_share_of_requirements": 0.55,
        "opportunity": 100,
    }  # fmt: skip
    assert core[list(expected)].to_dict() == pytest.approx(expected)
    # own - share * category is 40, -15, -25: root of (1600 + 225 + 625) * 3 / 2 over 200
    half = 1.959964 * np.sqrt(2450 * 3 / 2) / 200
    assert core["lower"] == pytest.approx(max(0.5 - half, 0), rel=1e-6)
    assert core["upper"] == pytest.approx(min(0.5 + half, 1), rel=1e-6)
    unlabelled = table.loc["no label"]
    assert (unlabelled["n_customers"], unlabelled["n_unknown"]) == (0, 1)
    assert np.isnan(unlabelled["share_of_wallet"])
    assert table.loc["all", "share_of_wallet"] == 120 / 240


def test_the_ratio_is_that_of_the_indicator():
    known = WALLETS.dropna(subset=["own_spend"])
    table = share_of_wallet_table(WALLETS)
    ratio = share_of_wallet(own_spend=known["own_spend"].sum(), category_spend=known["category_spend"].sum())
    assert table["share_of_wallet"].tolist() == [ratio]
    assert table["scope"].tolist() == ["all"]


def test_ranks_with_ties_by_hand(build_in_memory):
    # customer 1: A first, B and C share 2 and 3; shares of three brands are 1/2, 1/3, 1/6
    table = as_pandas(wallet_allocation_table(build_in_memory(RATINGS)), in_order=True)
    assert table["rank"].tolist() == [1, 2.5, 2.5, 2, 1, 1]
    assert table["n_brands"].tolist() == [3, 3, 3, 2, 2, 1]
    assert_allclose(table["wallet_share"], [1 / 2, 1 / 4, 1 / 4, 1 / 3, 2 / 3, 1])
    assert_allclose(table["wallet"], [150, 75, 75, 20, 40, 20])
    assert table["brand"].tolist() == RATINGS["brand"].tolist()


def test_rows_keep_their_index():
    table = wallet_allocation_table(RATINGS.set_axis(list("fedcba"), axis=0).drop(columns="category_spend"))
    assert table.index.tolist() == list("fedcba")
    assert "wallet" not in table


def test_brands_are_summed_up(build):
    table = as_pandas(wallet_summary_table(build(RATINGS))).set_index("brand")
    # B: ranks 2.5, 2, 1; first with customer 3 alone, who uses nothing else; 75 + 20 + 20 of 300 + 60 + 20
    b = table.loc["B"]
    assert b[["n_customers", "mean_rank", "first_share", "sole_share", "wallet_share"]].tolist() == pytest.approx(
        [3, 5.5 / 3, 1 / 3, 1 / 3, 115 / 380]
    )
    # two of three customers use several of 2 brands on average
    assert b[["multi_brand_share", "mean_n_brands"]].tolist() == pytest.approx([2 / 3, 2])
    assert table["is_usable"].all()
    plain = wallet_summary_table(RATINGS.drop(columns="category_spend")).set_index("brand")
    assert plain.loc["B", "wallet_share"] == pytest.approx((1 / 4 + 1 / 3 + 1) / 3)
    loyal = RATINGS[RATINGS["brand"] == "B"]
    assert not wallet_summary_table(loyal)["is_usable"].any()


def test_what_a_better_rank_is_worth(build):
    table = as_pandas(wallet_opportunity_table(build(RATINGS), brand="B")).set_index("customer_id")
    # customer 1: from 1/4 to 1/2 of 300; customer 2: from 1/3 to 2/3 of 60; customer 3 is there
    assert_allclose(table["opportunity"], [75, 20, 0])
    assert table["n_ahead"].tolist() == [1, 1, 0]
    assert table["n_level"].tolist() == [1, 0, 0]
    second = wallet_opportunity_table(RATINGS, brand="B", target_rank=2)
    assert_allclose(second["opportunity"], [(1 / 3 - 1 / 4) * 300, 0, 0])


# Reference: Keiningham, Aksoy, Buoye and Cooil (2011): 67 % for the first of two brands


@pytest.mark.parametrize(
    ("n", "shares"),
    [
        (1, [1]),
        (2, [0.6667, 0.3333]),
        (3, [0.5, 0.3333, 0.1667]),
        (4, [0.4, 0.3, 0.2, 0.1]),
        (5, [0.3333, 0.2667, 0.2, 0.1333, 0.0667]),
    ],
)
def test_the_rule(n, shares):
    assert_allclose(wallet_allocation_share(rank=np.arange(1.0, n + 1), n_brands=n), shares, atol=5.1e-5)


# Laws


@given(st.lists(st.integers(1, 4), min_size=1, max_size=8), st.floats(0.5, 3), st.randoms())
def test_a_customers_shares_add_up_to_1_whatever_the_ties(ratings, stretch, order):
    n = len(ratings)
    table = pd.DataFrame({"customer_id": "x", "brand": range(n), "rating": np.array(ratings, dtype=float)})
    found = wallet_allocation_table(table)
    assert found["wallet_share"].sum() == pytest.approx(1)
    assert (found["wallet_share"] > 0).all()
    stretched = wallet_allocation_table(table.assign(rating=table["rating"] * stretch))
    assert stretched["rank"].tolist() == found["rank"].tolist()
    places = list(range(n))
    order.shuffle(places)
    assert wallet_allocation_table(table.iloc[places])["rank"].tolist() == found["rank"].iloc[places].tolist()


@given(st.lists(st.tuples(st.floats(0, 1e6), st.floats(0, 1)), min_size=1, max_size=12), st.sampled_from([0.01, 7.1]))
def test_shares_lie_between_0_and_1_in_any_unit(spending, unit):
    category = np.array([spend for spend, _ in spending])
    table = pd.DataFrame({"category_spend": category, "own_spend": category * [share for _, share in spending]})
    found = share_of_wallet_table(table).iloc[0]
    for name in ("share_of_wallet", "share_of_requirements", "mean_share_of_requirements", "lower", "upper"):
        assert np.isnan(found[name]) or 0 <= found[name] <= 1 + 1e-12
    other = share_of_wallet_table(table * unit).iloc[0]
    assert other["share_of_wallet"] == pytest.approx(found["share_of_wallet"], nan_ok=True)
    assert other["opportunity"] == pytest.approx(found["opportunity"] * unit)


# Refusals


@pytest.mark.parametrize("unit", [1e-300, 1e160, 1e305])
def test_no_unit_of_money_breaks_a_share(unit):
    plain, found = (share_of_wallet_table(WALLETS.drop(columns="segment") * each).iloc[0] for each in (1, unit))
    for name in ("share_of_wallet", "lower", "upper", "share_of_requirements"):
        if unit > 1 or name.startswith("share"):
            assert found[name] == pytest.approx(plain[name])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"own_spend": [120.0, 10, 0, 20, 1]},
            r"`customers\['own_spend'\]` is above `customers\['category_spend'\]` in 1",
        ),
        ({"own_spend": -1.0}, "is below 0 in 5 rows"),
        ({"category_spend": np.inf}, "adds up to more|infinite"),
        ({"own_spend": "much"}, "must hold numbers"),
    ],
)
def test_wallets_that_cannot_be_are_refused(change, message):
    with pytest.raises(SchemaError, match=message):
        share_of_wallet_table(WALLETS.assign(**change))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"brand": ["A", "A", "C", "B", "A", "B"]}, r"rate a brand more than once: \[\(1, 'A'\)\]"),
        ({"rating": [9, 8, 8, 5, np.nan, 6]}, "is missing in 1 row"),
        ({"rating": np.inf}, "is infinite"),
        (
            {"category_spend": [300, 300, 200, 60, 60, 20]},
            r"must be the same on each row of a customer, unlike for \[1\]",
        ),
        ({"category_spend": -1}, "is below 0"),
        ({"category_spend": 1e308}, r"`ratings\['category_spend'\]` adds up to more"),
        ({"brand": [None, "B", "C", "B", "A", "B"]}, "is missing in 1 row"),
    ],
)
def test_ratings_that_cannot_be_are_refused(change, message):
    with pytest.raises(SchemaError, match=message):
        wallet_allocation_table(RATINGS.assign(**change))


def test_arguments_out_of_range_are_refused():
    with pytest.raises(ValueError, match=r"`rank` must lie between 1 and `n_brands`, got \[3.0\] of \[2.0\]"):
        wallet_allocation_share(rank=3, n_brands=2)
    with pytest.raises(ValueError, match="`rank` must lie between 1"):
        wallet_allocation_share(rank=[0.5, 1], n_brands=2)
    with pytest.raises(ValueError, match="`n_brands` must not be below 1"):
        wallet_allocation_share(rank=1, n_brands=0)
    with pytest.raises(ValueError, match=r"must be one of the brands rated, \['A', 'B', 'C'\], got 'D'"):
        wallet_opportunity_table(RATINGS, brand="D")
    with pytest.raises(ValueError, match="`target_rank` must be at least 1"):
        wallet_opportunity_table(RATINGS, brand="A", target_rank=0)
    with pytest.raises(SchemaError, match=r"lacks the columns \['category_spend'\]"):
        wallet_opportunity_table(RATINGS.drop(columns="category_spend"), brand="A")
    with pytest.raises(ValueError, match=r"`by` has the columns \['scope'\], which the result has too"):
        share_of_wallet_table(WALLETS.rename(columns={"segment": "scope"}), by="scope")
    with pytest.raises(ValueError, match="`level`"):
        share_of_wallet_table(WALLETS, level=1)


def test_undefined_is_missing_and_inputs_stay():
    nothing = share_of_wallet_table(pd.DataFrame({"own_spend": [0.0], "category_spend": [0.0]})).iloc[0]
    assert nothing[["share_of_wallet", "share_of_requirements", "lower", "upper"]].isna().all()
    assert np.isnan(wallet_allocation_share(rank=np.nan, n_brands=2))
    wallets, ratings = WALLETS.copy(), RATINGS.copy()
    share_of_wallet_table(wallets, by=["segment"])
    wallet_opportunity_table(ratings, brand="A")
    pd.testing.assert_frame_equal(wallets, WALLETS)
    pd.testing.assert_frame_equal(ratings, RATINGS)
