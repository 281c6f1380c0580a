"""Elasticities, the price that follows from them, and what a change of price must do to sales."""

import math

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from sklearn.linear_model import PoissonRegressor
from tests.files import data_file
from tests.frames import as_pandas

from crmkit import SchemaError
from crmkit.metrics import arc_price_elasticity
from crmkit.plotting import plot_demand_curve
from crmkit.value.pricing import (
    break_even_elasticity,
    break_even_sales_change,
    cross_elasticity_table,
    cross_price_elasticity,
    demand_curve_table,
    elasticity_table,
    log_price_elasticity,
    optimal_linear_price,
    optimal_price,
    optimal_price_table,
    reactive_sales_change,
    shrunk_elasticity_table,
)

mpl.use("Agg")


def shop(n=60, *, seed=7, elasticities=(-2.0, -1.5)):
    """Weeks of two products, promotions advertised, in 12 stores."""
    rng = np.random.default_rng(seed)
    price = np.round(10 * np.exp(rng.normal(0, 0.2, size=(2, n))), 2)
    ad = rng.random((2, n)) < 0.3
    noise = rng.normal(0, 0.1, size=(2, n))
    units = np.exp(5 + np.array(elasticities)[:, None] * np.log(price) + 0.5 * ad + noise)
    return pd.DataFrame(
        {
            "product": np.repeat(["b", "a"], n),
            "week": np.tile(np.arange(n), 2),
            "price": price.ravel(),
            "units": units.ravel(),
            "ad": ad.ravel(),
            "store": np.tile(np.arange(n) % 12, 2),
        }
    )


SHOP = shop()
ASKED = {"price": "price", "quantity": "units"}


def naive(rows, columns, *, errors):
    """The slope on the first column and its error, by the full sandwich."""
    x = np.column_stack([np.ones(len(rows)), *columns])
    y = np.log(rows["units"].to_numpy())
    n, k = x.shape
    bread = np.linalg.inv(x.T @ x)
    rest = y - x @ (bread @ x.T @ y)
    if errors == "cluster":
        sums = pd.DataFrame(x * rest[:, None]).groupby(rows["store"].to_numpy()).sum().to_numpy()
        g = len(sums)
        middle = sums.T @ sums * g / (g - 1) * (n - 1) / (n - k)
    else:
        leverage = np.einsum("ij,jk,ik->i", x, bread, x)
        weights = {
            "hc3": (rest / (1 - leverage)) ** 2,
            "hc1": rest**2 * n / (n - k),
            "classical": np.full(n, (rest**2).sum() / (n - k)),
        }[errors]
        middle = x.T @ (weights[:, None] * x)
    return (bread @ x.T @ y)[1], math.sqrt((bread @ middle @ bread)[1, 1])


# By hand


def test_elasticity_between_two_points():
    # The manual's check: (-20 / 90) / (2 / 11); from the values before it is -1, by logarithms ln .8 / ln 1.2
    arc = arc_price_elasticity(price_before=10, price_after=12, quantity_before=100, quantity_after=80)
    assert arc == pytest.approx(-1.222222, abs=5e-7)
    assert math.log(0.8) / math.log(1.2) == pytest.approx(-1.223901, abs=5e-7)


def test_slope_of_logarithms_by_hand():
    # Q = 100 P^-2; 0 units have no logarithm
    assert log_price_elasticity(price=[1, 2, 4, 5], quantity=[100, 25, 6.25, 0]) == pytest.approx(-2, rel=1e-12)
    assert math.isnan(log_price_elasticity(price=[1, 2, 2], quantity=[100, 25, 20]))


def test_optimal_price_by_hand():
    assert_allclose(optimal_price(unit_cost=[6, 10], elasticity=[-3, -2]), [9, 20])
    assert np.isnan(optimal_price(unit_cost=6.0, elasticity=np.array([-1, -0.5, 0, 2]))).all()
    # 100 - 5 p, cost 4: 12, where 40 units bring 320
    price = optimal_linear_price(intercept=100, slope=5, unit_cost=4)
    assert (price, (100 - 5 * price) * (price - 4)) == (12, 320)
    assert math.isnan(optimal_linear_price(intercept=100, slope=0, unit_cost=4))
    assert math.isnan(optimal_linear_price(intercept=100, slope=5, unit_cost=21))


def test_break_even_by_hand():
    change = [0.05, -0.10, 0.10, -0.50, 0.50, -0.15]
    margin = [0.40, 0.40, 0.42, 1.50, 1.50, 0.50]
    found = break_even_sales_change(price_change=change, contribution_margin=margin)
    assert_allclose(found, [-1 / 9, 1 / 3, -10 / 52, 0.5, -0.25, 15 / 35], rtol=1e-12)
    # 0.05 more for the price, 0.02 more of cost: -0.03 / 0.43
    with_cost = break_even_sales_change(price_change=0.05, contribution_margin=0.40, cost_change=0.02)
    assert with_cost == pytest.approx(-0.03 / 0.43, rel=1e-12)
    assert math.isnan(break_even_sales_change(price_change=-0.4, contribution_margin=0.4))
    assert break_even_elasticity(price_change=0.05, contribution_margin=0.40) == pytest.approx(-20 / 9, rel=1e-12)
    assert math.isnan(break_even_elasticity(price_change=0, contribution_margin=0.40))
    assert reactive_sales_change(price_change=-0.10, contribution_margin=0.40) == pytest.approx(-0.25, rel=1e-12)
    assert math.isnan(reactive_sales_change(price_change=-0.10, contribution_margin=0))


def test_what_cannot_be_estimated_has_a_reason():
    sales = pd.DataFrame(
        {
            "p": ["one price"] * 4 + ["as the control"] * 5 + ["unsold"] * 4 + ["holes"] * 4,
            "price": [5, 5, 6, 5, 1, 2, 3, 4, 5, 1, 2, 3, 4, 1, np.nan, 0, 2],
            "units": [9, 8, 7, 9, 9, 8, 7, 6, 5, 0, 0, 0, 0, 5, 5, 5, np.nan],
        }
    )
    sales["season"] = np.log(np.where(sales["price"] > 0, sales["price"], 1))
    found = elasticity_table(sales, **ASKED, product="p", controls=["season"]).set_index("p")
    reasons = found["reason"].to_dict()
    assert reasons == dict(
        zip(found.index, ["price_does_not_vary", "few_prices", "few_prices", "few_prices"], strict=True)
    )
    assert found["elasticity"].isna().all()
    assert found.loc["unsold", ["n", "n_zero", "n_left_out", "n_prices"]].tolist() == [0, 4, 0, 4]
    assert found.loc["holes", ["n", "n_zero", "n_left_out"]].tolist() == [1, 0, 3]
    none_sold = elasticity_table(sales[sales["p"] == "unsold"], **ASKED, model="poisson")
    assert none_sold["reason"].tolist() == ["no_sales"]
    few = elasticity_table(SHOP.assign(store=SHOP["week"] % 9), **ASKED, cluster="store")
    assert few["reason"].tolist() == ["few_clusters"]


def test_points_on_the_curve_have_no_error():
    sales = pd.DataFrame({"price": [1.0, 2, 4, 8], "units": [64.0, 16, 4, 1]})
    row = elasticity_table(sales, **ASKED).iloc[0]
    assert row[["elasticity", "std_error", "lower", "upper", "r_squared"]].tolist() == pytest.approx([-2, 0, -2, -2, 1])


def test_the_price_that_an_elasticity_asks_for():
    found = pd.DataFrame(
        {
            "elasticity": [-3.0, -1.5, -0.5, np.nan],
            "lower": [-4.0, -2.0, -1.5, np.nan],
            "upper": [-2.0, -0.9, 0.5, np.nan],
            "lowest_price": [8.0, 8, 8, 8],
            "highest_price": [12.0, 12, 12, 12],
            "cost": [6.0, 6, 6, 6],
        },
        index=list("dcba"),
    )
    prices = optimal_price_table(found, unit_cost="cost")
    assert prices.index.tolist() == list("dcba")
    assert_allclose(prices["optimal_price"], [9, 18, np.nan, np.nan])
    assert_allclose(prices["price_lower"], [8, 12, 18, np.nan])
    # an interval that touches -1 has no upper price
    assert_allclose(prices["price_upper"], [12, np.nan, np.nan, np.nan])
    assert prices["position"].tolist()[:2] == ["within", "above"]
    assert prices["position"].isna().tolist() == [False, False, True, True]


# Reference


def test_optimal_price_factors_of_orange_juice():
    # Taddy, Business Data Science: dominicks' -3.3775 (-3.4693, -3.2858) is 1.4206 (1.4050, 1.4375) times the cost
    factors = optimal_price(unit_cost=1.0, elasticity=[-3.3775, -3.4693, -3.2858])
    assert_allclose(factors, [1.4206, 1.4050, 1.4375], atol=5e-5)


def test_eight_schools():
    # Rubin (1981): effects 28, 8, -3, 7, -1, 1, 18, 12; mean 7.685617 with 4.071919, no variance between (statsmodels)
    schools = pd.DataFrame(
        {"elasticity": [28.0, 8, -3, 7, -1, 1, 18, 12], "std_error": [15.0, 10, 16, 11, 9, 11, 10, 18]}
    )
    for method in ("paule_mandel", "dersimonian_laird"):
        row = shrunk_elasticity_table(schools, method=method).iloc[0]
        assert row["between_variance"] == 0
        assert_allclose(row[["mean", "mean_error"]].to_numpy(dtype=float), [7.685617, 4.071919], atol=5e-7)
        assert row["shrunk"] == pytest.approx(row["mean"], rel=1e-12)


BCG = (  # vaccinated with and without tuberculosis, others with and without
    (4, 119, 11, 128), (6, 300, 29, 274), (3, 228, 11, 209), (62, 13536, 248, 12619), (33, 5036, 47, 5761),
    (180, 1361, 372, 1079), (8, 2537, 10, 619), (505, 87886, 499, 87892), (29, 7470, 45, 7232),
    (17, 1699, 65, 1600), (186, 50448, 141, 27197), (5, 2493, 3, 2338), (27, 16886, 29, 17825),
)  # fmt: skip


def test_bcg_vaccine():
    # Colditz et al. (1994), as in metafor's manual: Q 152.2330; tau2 .308760 by DerSimonian and Laird, .318068 by
    # Paule and Mandel, with the means -.714117 (error .178742) and -.714968
    a, b, c, d = np.array(BCG, dtype=float).T
    trials = pd.DataFrame(
        {
            "elasticity": np.log(a / (a + b)) - np.log(c / (c + d)),
            "std_error": np.sqrt(1 / a - 1 / (a + b) + 1 / c - 1 / (c + d)),
        }
    )
    names = ["q", "between_variance", "mean", "mean_error"]
    first = shrunk_elasticity_table(trials, method="dersimonian_laird")[names].iloc[0]
    assert_allclose(first, [152.2330, 0.308760, -0.714117, 0.178742], atol=5e-5)
    second = shrunk_elasticity_table(trials, method="paule_mandel")[names].iloc[0]
    assert_allclose(second[["between_variance", "mean"]], [0.318068, -0.714968], atol=2e-6)


@pytest.mark.parametrize("errors", ["hc3", "hc1", "classical", "cluster"])
def test_the_full_sandwich_gives_the_same(errors):
    # White (1980), Long and Ervin (2000), Cameron and Miller (2015): written out in full
    options = {"cluster": "store"} if errors == "cluster" else {"errors": errors}
    found = elasticity_table(SHOP, **ASKED, product="product", controls=["ad"], **options)
    assert found["product"].tolist() == ["a", "b"]
    for row in found.itertuples():
        rows = SHOP[SHOP["product"] == row.product]
        expected = naive(rows, [np.log(rows["price"]), rows["ad"]], errors=errors)
        assert_allclose([row.elasticity, row.std_error], expected, rtol=1e-9)
    # all products in one regression, each with its own level
    rows, at = SHOP, SHOP["product"] == "a"
    whole = elasticity_table(rows, **ASKED, controls=["product", "ad"], **options).iloc[0]
    expected = naive(rows, [np.log(rows["price"]), rows["ad"], at], errors=errors)
    assert_allclose([whole["elasticity"], whole["std_error"]], expected, rtol=1e-9)


def test_poisson_keeps_weeks_without_a_sale():
    # against scikit-learn's Poisson regression without a penalty
    rng = np.random.default_rng(3)
    price = rng.uniform(1, 3, 400)
    sales = pd.DataFrame({"price": price, "units": rng.poisson(0.8 * price**-1.5).astype(float)})
    found = elasticity_table(sales, **ASKED, model="poisson").iloc[0]
    peer = PoissonRegressor(alpha=0, tol=1e-10, max_iter=1000).fit(np.log(price)[:, None], sales["units"])
    assert found["elasticity"] == pytest.approx(peer.coef_[0], abs=1e-5)
    assert found["n"] == 400
    assert found["lower"] < -1.5 < found["upper"]
    # without them demand looks less elastic
    assert elasticity_table(sales, **ASKED).iloc[0]["elasticity"] > found["elasticity"] + 0.5


@pytest.mark.deep
def test_online_retail_is_a_trap():
    # Online Retail (UCI 352), products with 200 lines or more of known customers: the slope of weekly quantity on
    # amount / quantity has a median of -8.7, as large discounts for large orders make it; on the price list it is -2.6.
    rows = pd.read_parquet(data_file("online_retail.parquet"))
    rows = rows[(rows["Quantity"] > 0) & (rows["UnitPrice"] > 0) & rows["CustomerID"].notna()]
    rows = rows[rows.groupby("StockCode")["StockCode"].transform("size") >= 200]
    rows = rows.assign(week=rows["InvoiceDate"].dt.to_period("W"), amount=rows["Quantity"] * rows["UnitPrice"])
    cells = rows.groupby(["StockCode", "week"], as_index=False)
    weeks = cells.agg(units=("Quantity", "sum"), amount=("amount", "sum"), listed=("UnitPrice", "median"))
    weeks["paid"] = weeks["amount"] / weeks["units"]
    medians = {}
    for price in ("paid", "listed"):
        found = elasticity_table(weeks, product="StockCode", price=price, quantity="units")
        medians[price] = found["elasticity"].median()
        rate = found.set_index("StockCode")["elasticity"].dropna()
        one = weeks[weeks["StockCode"] == rate.index[0]]
        assert rate.iloc[0] == pytest.approx(np.polyfit(np.log(one[price]), np.log(one["units"]), 1)[0], rel=1e-6)
    assert medians == pytest.approx({"paid": -8.67, "listed": -2.60}, abs=0.05)


# Laws


@given(
    st.lists(st.tuples(st.floats(0.1, 100), st.floats(0.1, 1e4)), min_size=6, max_size=20),
    st.sampled_from([1e-6, 0.37, 1e9]),
    st.sampled_from([1e-6, 12.0, 1e9]),
)
def test_elasticities_are_free_of_units(points, money, pack):
    sales = pd.DataFrame(points, columns=["price", "units"])
    first = elasticity_table(sales, **ASKED)
    again = elasticity_table(sales.assign(price=sales["price"] * money, units=sales["units"] * pack), **ASKED)
    if first["reason"].isna().all() and sales["price"].max() > 1.1 * sales["price"].min():
        columns = ["elasticity", "std_error"]
        assert_allclose(again[columns], first[columns], rtol=1e-5, atol=1e-7)


@given(st.floats(-0.9, 2), st.floats(0.01, 1), st.floats(-0.5, 0.5))
def test_profit_is_equal_at_the_break_even_volume(change, margin, cost_change):
    moved = break_even_sales_change(price_change=change, contribution_margin=margin, cost_change=cost_change)
    left = margin + change - cost_change
    assert math.isnan(moved) == (left <= 0)
    if left > 1e-6:
        assert (1 + moved) * left == pytest.approx(margin, rel=1e-6)


@given(st.floats(0.1, 100), st.floats(-8, -1.05), st.floats(0.5, 2))
def test_no_price_beats_the_optimal_one(cost, elasticity, times):
    best = optimal_price(unit_cost=cost, elasticity=elasticity)

    def profit(factor):
        return factor**elasticity * (best * factor - cost)

    assert profit(1.0) >= profit(times) - 1e-9 * best


@given(st.lists(st.tuples(st.floats(-10, 10), st.floats(0.01, 10)), min_size=2, max_size=12))
def test_shrunk_estimates_lie_between_their_own_and_the_mean(estimates):
    table = pd.DataFrame(estimates, columns=["elasticity", "std_error"])
    found = shrunk_elasticity_table(table)
    low, high = np.minimum(table["elasticity"], found["mean"]), np.maximum(table["elasticity"], found["mean"])
    assert ((found["shrunk"] >= low - 1e-9) & (found["shrunk"] <= high + 1e-9)).all()
    assert found["weight_of_mean"].between(0, 1).all()
    assert (found["mean_error"] > 0).all()


def test_a_curve_has_its_highest_profit_at_the_optimal_price():
    asked = {"price": 10, "quantity": 100, "elasticity": -3, "unit_cost": 6, "highest_price": 12}
    curve = demand_curve_table(**asked, lowest_price=8)
    assert curve.loc[curve["is_best"], "price"].tolist() == [9]
    assert curve["profit"].idxmax() == curve["is_best"].idxmax()
    # outside the range the best is its end
    assert demand_curve_table(**asked, lowest_price=10).query("is_best")["price"].tolist() == [10]


def test_cross_elasticities_hold_the_own_price_fixed():
    rng = np.random.default_rng(5)
    p = np.exp(rng.normal(0, 0.2, size=(80, 3)))
    true = np.array([[-2.0, 0.8, 0.0], [0.5, -3.0, -0.6], [0.0, 0.0, -1.5]])
    units = np.exp(3 + np.log(p) @ true.T + rng.normal(0, 0.05, size=(80, 3)))
    table = pd.DataFrame(
        {
            "item": np.tile(["a", "b", "c"], 80),
            "week": np.repeat(np.arange(80), 3),
            "price": p.ravel(),
            "units": units.ravel(),
        }
    )
    found = cross_elasticity_table(table, product="item", period="week", **ASKED)
    assert_allclose(found["elasticity"].to_numpy().reshape(3, 3), true, atol=0.15)
    relations = found.set_index(["product", "other"])["relation"]
    assert relations[[("a", "b"), ("b", "a"), ("b", "c")]].tolist() == ["substitute", "substitute", "complement"]
    assert pd.isna(relations[("a", "a")])
    assert found.loc[found["kind"] == "own", "shrunk"].isna().all()
    # the week's order does not matter, and a week without one of the prices is left out
    again = cross_elasticity_table(table.iloc[::-1].iloc[1:], product="item", period="week", **ASKED)
    assert again["n"].unique().tolist() == [79]


def test_every_kind_of_frame_gives_the_same(build_in_memory):
    found = elasticity_table(build_in_memory(SHOP), **ASKED, product="product", controls=["ad"])
    expected = elasticity_table(SHOP, **ASKED, product="product", controls=["ad"])
    numbers = ["elasticity", "shrunk_upper", "n", "n_prices"]
    assert_allclose(as_pandas(found)[numbers].astype(float), expected[numbers].astype(float))
    prices = as_pandas(optimal_price_table(found, unit_cost=4.0))
    assert prices["position"].tolist() == optimal_price_table(expected, unit_cost=4.0)["position"].tolist()


def test_the_demand_curve_is_drawn():
    curve = demand_curve_table(price=10, quantity=100, elasticity=-3, unit_cost=6, lowest_price=7, highest_price=14)
    texts = [text.get_text() for text in plot_demand_curve(curve).get_legend().get_texts()]
    assert texts == ["Profit there", "Most profit: 411.5 from 137.2 units at 9"]
    with mpl.rc_context({"svg.fonttype": "none"}):
        assert plot_demand_curve(curve, language="zh").get_ylabel() == "销量"
    with pytest.raises(SchemaError, match="`curve` has no rows"):
        plot_demand_curve(curve.head(0))


# Refusal


def test_refusals():
    with pytest.raises(SchemaError, match=r"`sales\['units'\]` is below 0 in 1 row, first at rows \[1\]. Take returns"):
        elasticity_table(pd.DataFrame({"price": [1.0, 2], "units": [3, -1]}), **ASKED)
    with pytest.raises(SchemaError, match=r"`sales\['price'\]` is infinite"):
        elasticity_table(pd.DataFrame({"price": [1.0, np.inf], "units": [3, 1]}), **ASKED)
    with pytest.raises(SchemaError, match=r"`sales` lacks the columns \['cost'\]"):
        elasticity_table(SHOP, **ASKED, controls=["cost"])
    with pytest.raises(SchemaError, match="must hold numbers"):
        elasticity_table(SHOP.assign(price="dear"), **ASKED)
    with pytest.raises(ValueError, match=r"`sales\['n'\]` is a column of the result too"):
        elasticity_table(SHOP.rename(columns={"product": "n"}), **ASKED, product="n")
    with pytest.raises(ValueError, match="`model` must be one of"):
        elasticity_table(SHOP, **ASKED, model="linear")
    with pytest.raises(SchemaError, match=r"2 rows of a product and period that it has already, such as \[\('b', 0\)"):
        cross_elasticity_table(pd.concat([SHOP, SHOP[SHOP["week"] == 0]]), product="product", period="week", **ASKED)
    many = pd.DataFrame({"item": range(51), "week": 1, "price": 1.0, "units": 1.0})
    with pytest.raises(ValueError, match="51 products would have 2,601 elasticities"):
        cross_elasticity_table(many, product="item", period="week", **ASKED)
    with pytest.raises(SchemaError, match="is a standard error, but below 0 in 1 row"):
        shrunk_elasticity_table(pd.DataFrame({"elasticity": [1.0], "std_error": [-1.0]}))
    with pytest.raises(SchemaError, match="is beyond 1e150"):
        shrunk_elasticity_table(pd.DataFrame({"elasticity": [1e300], "std_error": [1.0]}))
    with pytest.raises(ValueError, match="`unit_cost` must not be below 0"):
        optimal_price(unit_cost=-1, elasticity=-2)
    with pytest.raises(ValueError, match="`unit_cost` must be 0 or more, got -1"):
        optimal_price_table(elasticity_table(SHOP, **ASKED), unit_cost=-1)
    with pytest.raises(SchemaError, match=r"`elasticities\['n'\]` is below 0"):
        optimal_price_table(elasticity_table(SHOP, **ASKED).assign(n=-1.0), unit_cost="n")
    with pytest.raises(SchemaError, match=r"`elasticities\['upper'\]` is above `elasticities\['lower'\]` in"):
        optimal_price_table(elasticity_table(SHOP, **ASKED), unit_cost=1, lower="upper", upper="lower")
    curve = {"price": 1, "quantity": 1, "elasticity": -2, "unit_cost": 1}
    with pytest.raises(ValueError, match="must be above 0 and below `highest_price`, got 3 and 2"):
        demand_curve_table(**curve, lowest_price=3, highest_price=2)
    with pytest.raises(ValueError, match="more units than a number can hold"):
        demand_curve_table(**curve | {"elasticity": -400}, lowest_price=0.01, highest_price=2)
    with pytest.raises(ValueError, match="`quantity` must be above 0, got 0"):
        demand_curve_table(**curve | {"quantity": 0}, lowest_price=1, highest_price=2)
    with pytest.raises(ValueError, match="`unit_cost` must be 0 or more"):
        demand_curve_table(**curve | {"unit_cost": -1}, lowest_price=1, highest_price=2)
    with pytest.raises(ValueError, match="`relative_to` must be one of"):
        cross_price_elasticity(
            other_price_before=1, other_price_after=2, quantity_before=1, quantity_after=2, relative_to="mean"
        )


@pytest.mark.parametrize("n", [0, 1])
def test_hardly_any_rows(n):
    rows = elasticity_table(SHOP.head(n), **ASKED, product="product")
    assert len(rows) == n
    assert elasticity_table(SHOP.head(n), **ASKED)["reason"].tolist() == ["few_prices"]
    assert len(shrunk_elasticity_table(rows)) == n
    assert len(cross_elasticity_table(SHOP.head(n), product="product", period="week", **ASKED)) == n


def test_huge_and_tiny_numbers_do_not_overflow():
    sales = pd.DataFrame({"price": [1e-300, 1.0, 1e300], "units": [1e300, 1.0, 1e-300]})
    assert elasticity_table(sales, **ASKED)["elasticity"].iloc[0] == pytest.approx(-1)
    assert elasticity_table(sales, **ASKED, model="poisson")["n"].tolist() == [3]


# Input untouched


def test_the_tables_given_are_not_changed():
    before = SHOP.copy()
    found = elasticity_table(SHOP, **ASKED, product="product", controls=["ad"], cluster="store")
    kept = found.copy()
    shrunk_elasticity_table(found)
    optimal_price_table(found, unit_cost=3)
    pd.testing.assert_frame_equal(SHOP, before)
    pd.testing.assert_frame_equal(found, kept)
