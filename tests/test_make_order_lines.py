"""Simulated order lines: what they hold, their truth, refusals."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.depth import up_to

from crmkit import as_order_lines, as_transactions, make_order_lines

KEPT = ["product", "category", "channel", "region", "list_price", "unit_price", "cost", "returned_order"]


@pytest.fixture(scope="module")
def shop():
    return make_order_lines(n_customers=3000, random_state=1)


# By hand: what the docstring says of the columns.


def test_lines_hold_what_the_docstring_says(shop):
    lines, truth, products, rules = shop
    bought = lines[lines["quantity"] > 0]
    back = lines[lines["quantity"] < 0]
    assert lines["date"].is_monotonic_increasing
    np.testing.assert_allclose(lines["amount"], lines["quantity"] * lines["unit_price"], atol=0.0051)
    assert not bought.duplicated(["order_id", "product"]).any()
    assert bought.groupby("order_id")["date"].nunique().eq(1).all()
    known = lines.merge(products, on="product", suffixes=("", "_true"))
    np.testing.assert_allclose(known["cost"], known["quantity"] * known["unit_cost"], atol=0.0051)
    assert known["category"].eq(known["category_true"]).all()
    assert known["list_price"].eq(known["list_price_true"]).all()
    paid = (lines["unit_price"] / lines["list_price"]).round(1)
    assert set(paid.unique()) == {0.7, 0.8, 0.9, 1.0}
    assert bought["returned_order"].isna().all()
    # What comes back was bought, by the same customer, earlier.
    pair = back.merge(bought, left_on=["returned_order", "product"], right_on=["order_id", "product"])
    assert len(pair) == len(back) > 0
    assert pair["customer_id_x"].eq(pair["customer_id_y"]).all()
    assert (pair["date_x"] >= pair["date_y"]).all()
    assert pair["amount_x"].eq(-pair["amount_y"]).all()
    assert back["order_id"].is_unique
    assert back["order_id"].min() == bought["order_id"].max() + 1
    assert truth["customer_id"].tolist() == list(range(1, 3001))
    assert products["popularity"].sum() == pytest.approx(1)
    assert products["product"].is_unique
    assert not set(rules["first_product"]) & set(rules["second_product"])


def test_the_door_takes_them(shop):
    lines = shop.lines
    got = as_order_lines(lines, order_id="order_id", quantity="quantity", keep=KEPT)
    assert len(got) == len(lines)
    assert got["amount"].sum() == pytest.approx(lines["amount"].sum())
    days = as_transactions(lines, order_id="order_id")
    assert days["customer_id"].nunique() == 3000


# Law: the truth is found again, within four standard errors.


def test_the_truth_is_found_again(shop):
    lines, truth, products, rules = shop
    bought = lines[lines["quantity"] > 0]
    has = bought.groupby("product")["order_id"].agg(set)
    for first, second, probability in rules.itertuples(index=False):
        both, n = len(has[first] & has[second]), len(has[first])
        assert both / n > probability - 4 * np.sqrt(probability * (1 - probability) / n)
    orders = bought.drop_duplicates("order_id")
    assert (len(orders) - 3000) / 3000 > 1
    kept = bought["category"].eq(bought["customer_id"].map(truth.set_index("customer_id")["favourite_category"]))
    assert kept.mean() > 0.4
    on_offer = bought["unit_price"] < bought["list_price"]
    by_sensitivity = on_offer.groupby(bought["customer_id"].map(truth.set_index("customer_id")["price_sensitivity"]))
    assert by_sensitivity.mean().is_monotonic_increasing
    counts = bought["product"].value_counts(normalize=True).reindex(products["product"], fill_value=0)
    # Prices and favourite categories count as well.
    assert np.corrcoef(counts, products["popularity"])[0, 1] > 0.9
    # A tenth of the products has most of the units: the tail is long.
    assert counts.sort_values().tail(20).sum() > 0.5


def test_without_tastes_choice_is_popularity():
    lines, _, products, _ = make_order_lines(
        n_customers=2000, n_products=5, n_categories=2, category_affinity=0, price_sensitivity=0, n_rules=0,
        lines_per_order=1, return_rate=0, random_state=3,
    )  # fmt: skip
    shares = lines["product"].value_counts(normalize=True).reindex(products["product"])
    spread = np.sqrt(products["popularity"] * (1 - products["popularity"]) / len(lines))
    assert (np.abs(shares.to_numpy() - products["popularity"]) < 4 * spread).all()


@up_to(8)
@given(
    st.integers(1, 20), st.integers(0, 9999), st.sampled_from([(1, 1, 0), (4, 4, 2), (30, 3, 5)]),
    st.sampled_from([0.0, 0.5, 1.0]),
)  # fmt: skip
def test_any_shop_can_be_simulated_and_a_seed_repeats_it(n, seed, sizes, share):
    options = {
        "n_customers": n, "n_products": sizes[0], "n_categories": sizes[1], "n_rules": sizes[2], "end": "2024-06-30",
        "category_affinity": share, "promotion_share": share, "rule_probability": share, "return_rate": share,
        "cost_missing_share": share, "popularity": 3 * share, "price_sensitivity": 5 * share, "random_state": seed,
    }  # fmt: skip
    first, again = make_order_lines(**options), make_order_lines(**options)
    for one, other in zip(first, again, strict=True):
        pd.testing.assert_frame_equal(one, other)
    lines, _, products, rules = first
    assert products["category"].nunique() == sizes[1]
    assert len(rules) == sizes[2]
    if share in (0, 1):
        assert lines["cost"].isna().eq(share == 1).all()
    assert lines["amount"].notna().all()
    assert lines["date"].between(pd.Timestamp("2024-01-01"), pd.Timestamp("2024-07-01"), inclusive="left").all()


# Refusal


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"n_products": 3}, ValueError, r"`n_categories` must be at most 3, got 8"),
        ({"n_rules": 101}, ValueError, "`n_rules` must be at most 100, got 101"),
        ({"lines_per_order": 0.5}, ValueError, r"`lines_per_order` must be at least 1, got 0\.5"),
        ({"price_sensitivity": 9}, ValueError, "`price_sensitivity` must lie between 0 and 5, got 9"),
        ({"popularity": "x"}, TypeError, "`popularity` must be a number"),
        ({"return_rate": 1.1}, ValueError, "`return_rate` must lie between 0 and 1"),
        ({"end": "2023-01-01"}, ValueError, "`end` must not lie before `start`"),
    ],
)
def test_what_cannot_be_simulated_is_refused(options, error, message):
    with pytest.raises(error, match=message):
        make_order_lines(**options)
