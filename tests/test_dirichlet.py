"""The NBD-Dirichlet: by hand, published figures, a slow computation, laws, its own parameters, refusals."""

import json

import mpmath
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy.special import gammaln
from sklearn.exceptions import NotFittedError
from tests import estimator_contract
from tests.files import data_file
from tests.frames import as_pandas

from crmkit import SchemaError, as_order_lines
from crmkit.loyalty.brands import (
    BRAND_MEASURES,
    DirichletModel,
    brand_duplication_table,
    brand_fit_table,
    brand_panel_table,
    brand_table,
)

# Goodhardt, Ehrenberg and Chatfield (1984): toothpaste in Britain, first quarter of 1973
NAMES = ["Colgate", "Macleans", "Close Up", "Signal", "ultrabrite", "Gibbs SR", "Boots", "Sainsbury"]
TOOTHPASTE = pd.DataFrame(
    {
        "brand": NAMES,
        "share": [0.25, 0.19, 0.10, 0.10, 0.09, 0.08, 0.03, 0.02],
        "penetration": [0.20, 0.17, 0.09, 0.08, 0.08, 0.07, 0.03, 0.02],
    }
).assign(category_penetration=0.56, category_frequency=2.6)
SMALL = pd.DataFrame(
    {"customer_id": [1, 1, 2, 3, 4], "brand": ["A", "B", "A", "B", "A"], "n_purchases": [3, 1, 2, 4, 1]}
)


def made(M, K, S, *shares):
    return DirichletModel.from_params({"M": M, "K": K, "S": S}, shares=dict(enumerate(shares)))


def measures(model, **options):
    table = model.performance_table(**options)
    wide = table.pivot_table(index="brand", columns="measure", values="expected")
    return wide.loc[model.brands_["brand"]]


def panel_of(M, K, alpha, *, n_customers, seed):
    """A panel drawn from the definition: a gamma rate, Dirichlet probabilities, Poisson purchases."""
    rng = np.random.default_rng(seed)
    rate = rng.gamma(K, M / K, n_customers)[:, None] * rng.dirichlet(alpha, n_customers)
    table = pd.DataFrame(rng.poisson(rate)).rename_axis("customer_id").reset_index()
    return table.melt("customer_id", var_name="brand", value_name="n_purchases").query("n_purchases > 0")


@pytest.fixture(scope="module")
def grocery():
    """Households of a panel, 5 brands: trips on which each was bought."""
    lines = pd.read_parquet(data_file("edible_grocery_panel.parquet"))
    trips = lines[["panel_id", "trans_id", "brand"]].drop_duplicates()
    counts = trips.groupby(["panel_id", "brand"]).size()
    return counts.rename("n_purchases").reset_index().rename(columns={"panel_id": "customer_id"})


# By hand


def test_orders_with_a_brand_are_counted(build):
    # order 7 holds A twice and B; in 8 A went back; customer 2 bought B twice
    orders = pd.DataFrame(
        {
            "customer_id": [1, 1, 1, 1, 2, 2],
            "order_id": [7, 7, 7, 8, 9, 10],
            "date": pd.to_datetime(["2024-03-01"] * 6),
            "amount": [3.0, 3.0, 2.0, -3.0, 2.0, 2.0],
            "product": ["A", "A", "B", "A", "B", "B"],
        }
    )
    table = brand_panel_table(as_order_lines(build(orders), order_id="order_id", keep=["product"]), brand="product")
    rows = as_pandas(table).sort_values(["customer_id", "brand"]).to_numpy().tolist()
    assert rows == [[1, "A", 1], [1, "B", 1], [2, "B", 2]]


def test_what_a_panel_says_of_each_brand(build):
    # buyers of A are 1, 2, 4 with 3, 2, 1 purchases of A and 4, 2, 1 of the category; 2 and 4 buy A alone
    table = as_pandas(brand_table(build(SMALL), n_customers=5)).set_index("brand").loc["A"]
    assert (table["n_buyers"], table["n_purchases"]) == (3, 6)
    expected = {
        "share": 6 / 11,
        "penetration": 3 / 5,
        "relative_penetration": 3 / 4,
        "purchase_frequency": 2,
        "category_rate": 7 / 3,
        "share_of_requirements": 6 / 7,
        "mean_share_of_requirements": (3 / 4 + 1 + 1) / 3,
        "sole_share": 2 / 3,
        "sole_frequency": 1.5,
        "category_penetration": 4 / 5,
        "category_frequency": 11 / 4,
    }
    assert table[list(expected)].to_dict() == pytest.approx(expected)


def test_customers_without_a_purchase_are_known_by_rows_of_0_or_by_their_number():
    with_zero = pd.concat([SMALL, pd.DataFrame({"customer_id": [5], "brand": ["A"], "n_purchases": [0]})])
    pd.testing.assert_frame_equal(brand_table(with_zero), brand_table(SMALL, n_customers=5))
    unknown = brand_table(SMALL)
    assert unknown[["penetration", "category_penetration"]].isna().all(axis=None)
    assert unknown["relative_penetration"].tolist() == [3 / 4, 2 / 4]
    twice = pd.concat([SMALL.assign(n_purchases=1), SMALL.assign(n_purchases=SMALL["n_purchases"] - 1)])
    pd.testing.assert_frame_equal(brand_table(twice), brand_table(SMALL))


def test_duplication_of_purchase_by_hand(build):
    # one of three buyers of A buys B, who has two of five: (1 / 3) / (2 / 5)
    table = as_pandas(brand_duplication_table(build(SMALL), n_customers=5)).set_index("brand").loc["A"]
    assert (table["n_buyers"], table["n_both"]) == (3, 1)
    by_hand = {"duplication": 1 / 3, "coefficient": 5 / 6, "mean_coefficient": 5 / 6, "by_law": 1 / 3}
    assert table[list(by_hand)].to_dict() == pytest.approx(by_hand)


def test_two_equal_brands_of_a_category_with_geometric_purchases():
    # K = 1, S = 2: p is uniform and G(u) = 1 / (1 + z (1 - u)); ∫ 1 / (1 + z p) dp = ln(1 + z) / z
    z = 3.0
    model = made(z, 1.0, 2.0, 0.5, 0.5)
    found, log = measures(model).loc[0], np.log1p(z) / z
    assert found["penetration"] == pytest.approx(1 - log)
    assert found["purchase_frequency"] == pytest.approx(0.5 * z / (1 - log))
    sole = log - 1 / (1 + z)
    assert found["sole_share"] == pytest.approx(sole / (1 - log))
    # both brands have all of the market: who buys either buys the category, z / (1 + z)
    both = 2 * (1 - log) - z / (1 + z)
    assert model.duplication_table()["expected"].tolist() == pytest.approx([both / (1 - log)] * 2)
    # P(n = 1) = z / (1 + z)², half of them buy it
    heavy = model.heavy_buyer_table(classes=(1, 2)).query("brand == 0 and measure == 'penetration'")
    assert heavy["expected"].tolist()[0] == pytest.approx(0.5)


def test_customers_who_are_all_alike_or_wholly_loyal():
    # S to infinity: everybody buys each with the same probability; S to 0: one brand each
    alike, loyal = (measures(made(2.0, 0.5, S, 0.3, 0.7)).loc[0] for S in (1e8, 1e-8))
    assert alike["penetration"] == pytest.approx(1 - (1 + 0.3 * 2 / 0.5) ** -0.5)
    buyers = 1 - (1 + 2 / 0.5) ** -0.5
    assert loyal["penetration"] == pytest.approx(0.3 * buyers)
    assert loyal["sole_share"] == pytest.approx(1)
    assert loyal["share_of_requirements"] == pytest.approx(1)


def test_figures_of_a_market_give_their_own_parameters_back():
    model = made(1.5, 0.8, 1.3, 0.4, 0.25, 0.1)
    table = measures(model).reset_index()
    market = table.assign(category_penetration=1 - (1 + 1.5 / 0.8) ** -0.8)
    market["category_frequency"] = 1.5 / market["category_penetration"]
    for method in ("weighted", "trimmed"):
        fitted = DirichletModel(method=method).fit(market)
        assert_allclose(fitted.params_["estimate"], [1.5, 0.8, 1.3], rtol=1e-9)
        assert_allclose(fitted.brands_["own_S"], 1.3, rtol=1e-8)
        assert fitted.double_jeopardy_table(market)["deviation"].abs().max() < 1e-9


def test_a_market_of_two_publics_shows_in_who_else_is_bought_not_in_penetration():
    # Half of the households choose between A and B alone, half between C and D; how often differs.
    rows = [
        (household, brand, household // 2 % 5 + n)
        for household in range(80)
        for n, brand in enumerate("AB" if household % 2 else "CD")
    ]
    panel = pd.DataFrame(rows, columns=["customer_id", "brand", "n_purchases"])
    model = DirichletModel().fit(panel, n_customers=120)
    size = brand_fit_table(model.performance_table(brand_table(panel, n_customers=120))).set_index("measure")
    pairs = model.duplication_table(panel, n_customers=120).assign(measure="duplication")
    (shared,) = brand_fit_table(pairs).to_dict("records")
    assert shared["n_brands"] == 12
    assert size.loc["penetration", "relative_absolute_error"] < shared["relative_absolute_error"] / 4


def test_the_fit_is_summed_up_by_measure():
    performance = pd.DataFrame(
        {
            "brand": ["A", "B", "C", "A"],
            "measure": ["penetration"] * 3 + ["share"],
            "observed": [0.5, 0.3, 0.1, np.nan],
            "expected": [0.4, 0.3, 0.2, 0.5],
        }
    )
    row, other = brand_fit_table(performance).to_dict("records")
    assert (other["measure"], other["n_brands"]) == ("share", 0)
    # errors .1, 0, -.1 of .9 observed in all
    expected = {"observed": 0.3, "expected": 0.3, "mean_absolute_error": 0.2 / 3, "relative_absolute_error": 0.2 / 0.9}
    assert {name: row[name] for name in expected} == pytest.approx(expected)
    assert row["correlation"] == pytest.approx(1)
    assert row["n_brands"] == 3


# Reference: Goodhardt, Ehrenberg and Chatfield (1984); the printed output of the R package NBDdirichlet, more digits


@pytest.mark.parametrize(("method", "S"), [("weighted", 1.54994), ("trimmed", 1.29525)])
def test_toothpaste(method, S):
    model = DirichletModel(method=method).fit(TOOTHPASTE)
    assert_allclose(model.params_["estimate"], [1.456, 0.778816, S], rtol=5e-6)
    own = [1.2977, 2.2134, 1.6031, 0.8445, 1.4493, 1.2930, 2.2198, 2.1382]
    assert_allclose(model.brands_["own_S"], own, atol=5.1e-5)
    kept = [True] * 8 if method == "weighted" else [True, False, True, True, True, True, False, False]
    assert model.brands_["counts"].tolist() == kept
    assert model.params_[["std_error", "lower", "upper"]].isna().all(axis=None)


def test_toothpaste_by_measure():
    model = DirichletModel(method="trimmed").fit(TOOTHPASTE)
    columns = [
        "penetration", "purchase_frequency", "category_rate", "share_of_requirements", "sole_share", "sole_frequency"
    ]  # fmt: skip
    published = {
        "Colgate": [0.19995, 1.8205, 3.1614, 0.5758, 0.4523, 1.7546],
        "Macleans": [0.15681, 1.7642, 3.2164, 0.5485, 0.4246, 1.6984],
        "Close Up": [0.08659, 1.6815, 3.3018, 0.5093, 0.3861, 1.6170],
        "Signal": [0.08659, 1.6815, 3.3018, 0.5093, 0.3861, 1.6170],
        "ultrabrite": [0.07835, 1.6725, 3.3115, 0.5051, 0.3821, 1.6082],
        "Gibbs SR": [0.07002, 1.6634, 3.3212, 0.5009, 0.3781, 1.5995],
        "Boots": [0.02698, 1.6188, 3.3707, 0.4802, 0.3587, 1.5563],
        "Sainsbury": [0.01809, 1.6099, 3.3808, 0.4762, 0.3549, 1.5477],
    }
    found = measures(model)[columns]
    assert_allclose(found.loc[list(published)], list(published.values()), atol=5.1e-5)
    # the R package prints two decimals
    assert found.loc["Close Up"].round(2).tolist()[:3] == [0.09, 1.68, 3.30]
    frequency = model.frequency_table().query("brand == 'Colgate'")["expected"]
    assert_allclose(frequency, [0.8001, 0.1188, 0.0425, 0.0188, 0.0092, 0.0048, 0.0059], atol=5.1e-5)
    constant = measures(model).eval("purchase_frequency * (1 - penetration)")
    assert_allclose([constant["Colgate"], constant["Sainsbury"]], [1.4565, 1.5808], atol=5.1e-5)
    assert 1 / (1 + model.params_.loc["S", "estimate"]) == pytest.approx(0.4357, abs=5.1e-5)


def test_toothpaste_duplication():
    table = DirichletModel(method="trimmed").fit(TOOTHPASTE).duplication_table()
    with_colgate = table[table["brand"] == "Colgate"]["expected"]
    assert_allclose(with_colgate, [0.1863, 0.1032, 0.1032, 0.0934, 0.0835, 0.0322, 0.0216], atol=5.1e-5)
    back = table[table["other"] == "Colgate"]["expected"]
    assert_allclose(back.head(2), [0.2375, 0.2382], atol=5.1e-5)
    coefficient = table["expected_coefficient"]
    assert coefficient.mean() == pytest.approx(1.1973, abs=5.1e-5)
    assert_allclose([coefficient.min(), coefficient.max()], [1.188, 1.204], atol=5.1e-4)


def test_a_grocery_panel(grocery):
    # computed apart from this project
    model = DirichletModel().fit(grocery)
    assert model.truncated_
    assert (model.n_customers_, len(grocery)) == (4838, len(grocery))
    assert_allclose(model.params_["estimate"], [8.16124, 2.50552, 0.73486], atol=5.1e-6)
    assert model.brands_["brand"].tolist() == ["Alpha", "Bravo", "Charlie", "Delta", "Other"]
    assert_allclose(model.brands_["alpha"], [0.31212, 0.28689, 0.07901, 0.03732, 0.01953], atol=5.1e-6)
    assert model.category_loglik_ == pytest.approx(-14483.1476, abs=5.1e-5)
    assert model.choice_loglik_ == pytest.approx(-27642.1912, abs=5.1e-5)
    whole = DirichletModel().fit(grocery, n_customers=4838)
    assert not whole.truncated_
    assert_allclose(whole.params_["estimate"].iloc[:2], [8.3836, 2.9629], atol=5.1e-5)
    assert whole.params_.loc["S"].tolist() == model.params_.loc["S"].tolist()


def test_standard_errors_are_those_of_the_curvature(grocery):
    # minus the inverse of the second derivatives of the definition, by finite differences
    model = DirichletModel().fit(grocery)
    counts = grocery.pivot_table(index="customer_id", columns="brand", values="n_purchases").fillna(0).to_numpy()

    def value(log_alpha):
        alpha = np.exp(log_alpha)
        S, n = alpha.sum(), counts.sum(axis=1)
        return float((gammaln(S) - gammaln(S + n)).sum() + (gammaln(alpha + counts) - gammaln(alpha)).sum())

    at, step = np.log(model.brands_["alpha"].to_numpy()), 1e-3 * np.eye(5)
    hessian = [
        [value(at + a + b) - value(at + a - b) - value(at - a + b) + value(at - a - b) for a in step] for b in step
    ]
    covariance = np.linalg.inv(-np.array(hessian) / 4e-6)
    alpha = model.brands_["alpha"].to_numpy()
    assert_allclose(model.brands_["std_error"], alpha * np.sqrt(np.diag(covariance)), rtol=1e-3)
    assert model.params_.loc["S", "std_error"] == pytest.approx(np.sqrt(alpha @ covariance @ alpha), rel=1e-3)


# A slow computation: sums over purchases, by the definition


@pytest.mark.parametrize(
    ("M", "K", "S", "share"), [(1.456, 0.78, 1.3, 0.25), (0.05, 3.0, 40.0, 0.02), (4.0, 0.2, 0.05, 0.6)]
)
def test_every_measure_is_the_sum_over_purchases(M, K, S, share):
    z, a = mpmath.mpf(M) / K, mpmath.mpf(S) * share
    names = ("buyers", "category", "sole", "sole_purchases", "own", "once")
    sums = dict.fromkeys(names, mpmath.mpf(0))
    # of n purchases: their probability, that none is of the brand, that all are
    p, none, alone = (1 + z) ** -mpmath.mpf(K), mpmath.mpf(1), mpmath.mpf(1)
    for n in range(1, 1500):
        before = none
        p *= (K + n - 1) * z / (1 + z) / n
        none *= (S - a + n - 1) / (S + n - 1)
        alone *= (a + n - 1) / (S + n - 1)
        # one of n: any of them, and none of the others, (S - a)…(S - a + n - 2) a / S…(S + n - 1)
        one = n * a * before / (S + n - 1)
        terms = (p * (1 - none), n * p * (1 - none), p * alone, n * p * alone, p * (a / S), p * one)
        for name, term in zip(names, terms, strict=True):
            sums[name] += term
        if n * p < mpmath.mpf(10) ** -20:
            break
    model = made(M, K, S, share, (1 - share) / 2)
    found = measures(model).loc[0]
    b = sums["buyers"]
    expected = {
        "penetration": b,
        "purchase_frequency": share * M / b,
        "category_rate": sums["category"] / b,
        "share_of_requirements": share * M / sums["category"],
        "mean_share_of_requirements": sums["own"] / b,
        "sole_share": sums["sole"] / b,
        "sole_frequency": sums["sole_purchases"] / sums["sole"],
    }
    assert found[list(expected)].to_dict() == pytest.approx({name: float(each) for name, each in expected.items()})
    frequency = model.frequency_table(n_max=2)
    assert frequency["expected"].iloc[:2].tolist() == pytest.approx([float(1 - b), float(sums["once"])], rel=1e-9)


@pytest.mark.deep
@pytest.mark.parametrize("K", [0.01, 3.0, 200.0])
@pytest.mark.parametrize("S", [1e-4, 1.1, 1e3])
def test_extremes_agree_with_hypergeometric_functions_of_forty_digits(K, S):
    mpmath.mp.dps = 40
    for M in (1e-3, 20.0):
        for share in (1e-6, 0.2, 0.93):
            z, a = mpmath.mpf(M) / K, mpmath.mpf(S) * share
            f, c = mpmath.hyp2f1, S - a
            buyers = 1 - f(K, a, S, -z)
            category = M * (1 - c / S * f(K + 1, a, S + 1, -z))
            sole = f(K, c, S, -z) - (1 + z) ** -K
            found = measures(made(M, K, S, share, 0.05)).loc[0]
            assert found["penetration"] == pytest.approx(float(buyers), rel=1e-8)
            assert found["category_rate"] == pytest.approx(float(category / buyers), rel=1e-8)
            assert found["sole_share"] == pytest.approx(float(sole / buyers), rel=1e-8)


def test_the_last_class_is_right_where_hardly_anybody_is_in_it():
    model = made(1e-9, 1.0, 1.0, 0.5, 0.5)
    heavy = model.heavy_buyer_table(classes=(1, 3, 6)).query("brand == 0 and n_from == 6").set_index("measure")
    # who buys six times or more buys six times; half of that is of the brand, and with p from Beta(½, ½) the chance to
    # choose it not once is (½ · 3/2 · … · 11/2) / 6!
    none = np.prod(np.arange(0.5, 6)) / np.prod(np.arange(1.0, 7))
    assert heavy.loc["penetration", "expected"] == pytest.approx(1 - none, rel=1e-6)
    assert heavy.loc["purchase_frequency", "expected"] == pytest.approx(3 / (1 - none), rel=1e-6)


def test_what_was_bought_by_nobody_has_no_frequency():
    model = DirichletModel(method="weighted").fit(TOOTHPASTE)
    table = model.performance_table(TOOTHPASTE.assign(penetration=0.0))
    assert table.loc[table["measure"] == "purchase_frequency", "observed"].isna().all()


@pytest.mark.deep
@pytest.mark.parametrize("K", [1e-9, 1.0, 1e12])
@pytest.mark.parametrize("S", [1e-9, 1.0, 1e12])
def test_no_parameter_breaks_a_table(K, S):
    for M in (1e-9, 1.0, 1e9):
        for share in (1e-9, 0.999999):
            model = made(M, K, S, share, 1e-7)
            for n_periods in (1e-6, 1e6):
                found = measures(model, n_periods=n_periods).drop(columns="sole_frequency", errors="ignore")
                assert np.isfinite(found).all(axis=None)
                assert (found[["penetration", "sole_share", "share_of_requirements"]] <= 1).all(axis=None)
                frequency = model.frequency_table(n_periods=n_periods).groupby("brand")["expected"].sum()
                assert_allclose(frequency, 1, atol=1e-9)
                heavy = model.heavy_buyer_table(n_periods=n_periods)["expected"]
                assert (heavy.isna() | (heavy >= 0)).all()
                jeopardy = found.assign(purchase_frequency=1.0).reset_index()
                model.double_jeopardy_table(jeopardy, n_periods=n_periods)


# Laws

PARAMETERS = st.tuples(*(st.floats(-4, 4).map(np.exp) for _ in range(3)))
SHARES = st.lists(st.floats(0.01, 1), min_size=2, max_size=5).map(lambda parts: [part / sum(parts) for part in parts])


@given(PARAMETERS, SHARES, st.floats(1.1, 10))
def test_measures_hang_together(params, shares, longer):
    model = made(*params, *shares)
    found, later = measures(model), measures(model, n_periods=longer)
    share = np.array(shares)
    assert_allclose(found["penetration"] * found["purchase_frequency"], share * params[0], rtol=1e-8)
    assert (found["category_rate"] >= found["purchase_frequency"] * (1 - 1e-9)).all()
    assert (found["mean_share_of_requirements"] >= found["share_of_requirements"] * (1 - 1e-9)).all()
    for name in ("penetration", "share_of_requirements", "sole_share", "relative_penetration"):
        assert found[name].between(0, 1 + 1e-9).all()
    by_share = found.iloc[np.argsort(share)]
    for name in ("penetration", "share_of_requirements", "sole_share"):
        assert (np.diff(by_share[name]) >= -1e-9).all()
    assert (later["penetration"] >= found["penetration"]).all()
    assert (later["sole_share"] <= found["sole_share"] + 1e-9).all()


@given(PARAMETERS, SHARES)
def test_frequencies_and_classes_are_parts_of_the_whole(params, shares):
    model = made(*params, *shares)
    found = measures(model)
    frequency = model.frequency_table(n_max=8).groupby("brand")["expected"]
    assert_allclose(frequency.sum(), 1, atol=1e-9)
    assert_allclose(1 - frequency.first(), found["penetration"], atol=1e-9)
    heavy = model.heavy_buyer_table(classes=(1, 2, 5, 9))
    sums = heavy.pivot_table(index="brand", columns="measure", values="expected", aggfunc="sum")
    assert_allclose(sums[["buyer_share", "purchase_share"]], 1, atol=1e-9)
    table = model.duplication_table().set_index(["brand", "other"])["expected"]
    both = table * found["penetration"].reindex(table.index, level="brand")
    for one, other in table.index:
        assert both[one, other] == pytest.approx(both[other, one], abs=1e-9)


def test_the_order_of_rows_and_the_ids_change_nothing():
    turned = SMALL.iloc[::-1].assign(customer_id=["d", "c", "b", "a", "a"])
    one, other = (DirichletModel().fit(each, n_customers=9) for each in (SMALL, turned))
    pd.testing.assert_frame_equal(one.params_, other.params_, rtol=1e-9)
    pd.testing.assert_frame_equal(one.performance_table(), other.performance_table(), rtol=1e-7)


@pytest.mark.deep
@pytest.mark.parametrize("truncated", [False, True])
def test_parameters_come_back_from_simulated_panels(truncated):
    M, K, alpha = 2.0, 0.8, np.array([0.6, 0.4, 0.2])
    truth, inside = np.array([M, K, alpha.sum(), *alpha]), []
    for seed in range(40):
        panel = panel_of(M, K, alpha, n_customers=1500, seed=seed)
        model = DirichletModel().fit(panel, n_customers=None if truncated else 1500)
        columns = ["lower", "upper"]
        lower, upper = np.concatenate([model.params_[columns], model.brands_[columns]]).T
        inside.append((lower <= truth) & (truth <= upper))
    # of 240 intervals of 95 %, some of them of the same data, nine in ten hold
    assert np.mean(inside) > 0.9


@pytest.mark.deep
def test_the_law_holds_in_a_simulated_market():
    M, K, alpha = 1.5, 0.8, np.array([0.5, 0.3, 0.2])
    panel = panel_of(M, K, alpha, n_customers=200_000, seed=1)
    observed = brand_table(panel, n_customers=200_000)
    model = DirichletModel.from_params({"M": M, "K": K, "S": 1.0}, shares=dict(enumerate(alpha)))
    table = model.performance_table(observed)
    assert_allclose(table["observed"], table["expected"], rtol=0.03)
    for compared in (
        model.duplication_table(panel, n_customers=200_000),
        model.frequency_table(panel, n_customers=200_000),
        model.heavy_buyer_table(panel),
    ):
        assert_allclose(compared["observed"], compared["expected"], rtol=0.03, atol=0.005)


# What estimators keep to

APPLY = {
    "constructor_is_keyword_only",
    "constructor_only_stores",
    "clone_has_equal_params_and_is_unfitted",
    "fit_returns_self",
    "fit_only_adds_learned_attributes",
}
TABLES = {"likelihood": SMALL, "weighted": TOOTHPASTE, "trimmed": TOOTHPASTE}


@pytest.mark.parametrize("method", ["likelihood", "weighted"])
@pytest.mark.parametrize("clause", sorted(APPLY))
def test_the_contract_of_estimators_is_kept(clause, method):
    estimator_contract.CLAUSES[clause](lambda: DirichletModel(method=method), TABLES[method])


@pytest.mark.parametrize("method", list(TABLES))
def test_json_says_the_same_and_what_is_set_waits(method):
    model = DirichletModel(method=method).fit(TABLES[method])
    said, text = model.performance_table(), model.to_json()
    again = DirichletModel.from_json(text)
    pd.testing.assert_frame_equal(again.performance_table(), said)
    pd.testing.assert_frame_equal(again.brands_, model.brands_)
    assert again.to_json() == text
    model.set_params(method="likelihood")
    assert model.to_json() == text


@pytest.mark.parametrize(
    ("where", "change"),
    [
        (("truncated_",), 1),
        (("params_", "__table__", "estimate"), [1.0, 1.0, -1.0]),
        (("brands_", "__table__", "alpha"), [1.0] * 8),
        (("aic_",), 3.0),
        (("brands_", "__table__", "brand"), ["Colgate"] * 8),
    ],
)
def test_tampered_json_is_refused(where, change):
    written = json.loads(DirichletModel(method="weighted").fit(TOOTHPASTE).to_json())
    place = written["state"]
    for key in where[:-1]:
        place = place[key]
    place[where[-1]] = change
    with pytest.raises(ValueError, match=r"must be what DirichletModel\.to_json wrote"):
        DirichletModel.from_json(json.dumps(written))


def test_every_kind_of_frame_gives_the_same_fit(build_in_memory):
    expected = DirichletModel().fit(SMALL, n_customers=9)
    model = DirichletModel().fit(build_in_memory(SMALL), n_customers=9)
    pd.testing.assert_frame_equal(model.params_, expected.params_)
    market = DirichletModel(method="weighted").fit(build_in_memory(TOOTHPASTE))
    said = market.performance_table(build_in_memory(TOOTHPASTE))
    pd.testing.assert_frame_equal(said, market.performance_table(TOOTHPASTE), check_dtype=False)


def test_inputs_stay_as_they_are():
    panel, market = SMALL.copy(), TOOTHPASTE.copy()
    DirichletModel().fit(panel).duplication_table(panel)
    DirichletModel(method="weighted").fit(market).double_jeopardy_table(market)
    pd.testing.assert_frame_equal(panel, SMALL)
    pd.testing.assert_frame_equal(market, TOOTHPASTE)


# Observed beside expected


def test_what_is_observed_stands_beside_what_is_expected():
    model = DirichletModel().fit(SMALL, n_customers=5)
    performance = model.performance_table(brand_table(SMALL, n_customers=5)).set_index(["brand", "measure"])
    assert performance.loc[("A", "category_rate"), "observed"] == pytest.approx(7 / 3)
    assert performance.loc["A"].index.tolist() == list(BRAND_MEASURES)
    duplication = model.duplication_table(SMALL, n_customers=5).iloc[0]
    assert duplication["observed"] == pytest.approx(1 / 3)
    assert duplication["observed_coefficient"] == pytest.approx(5 / 6)
    assert np.isnan(model.duplication_table(SMALL).iloc[0]["observed_coefficient"])
    # 2 of 5 customers buy no A, customer 4 once, 1 and 2 twice or more
    frequency = model.frequency_table(SMALL, n_customers=5, n_max=2).query("brand == 'A'")
    assert frequency["observed"].tolist() == pytest.approx([2 / 5, 1 / 5, 2 / 5])
    assert model.frequency_table(SMALL)["observed"].isna().all()
    # buyers with 4 purchases are 1 and 3; A has 3 of its 6 purchases there, and one buyer in two
    heavy = model.heavy_buyer_table(SMALL, classes=(1, 3)).query("brand == 'A' and n_from == 3")
    assert heavy["observed"].tolist() == pytest.approx([1 / 3, 3 / 6, 1 / 2, 3])
    assert heavy["n_to"].isna().all()


def test_brands_that_are_not_observed_are_missing_and_others_are_left_out():
    model = DirichletModel().fit(SMALL, n_customers=5)
    other = SMALL.replace({"brand": {"B": "C"}})
    performance = model.performance_table(brand_table(other)).set_index(["brand", "measure"])
    assert performance.loc["B", "observed"].isna().all()
    duplication = model.duplication_table(other, n_customers=5)
    assert duplication["observed"].isna().all()
    heavy = model.heavy_buyer_table(other).set_index("brand")
    assert heavy.loc["B", "observed"].isna().all()


def test_without_the_others_shares_are_of_category_buyers():
    model = DirichletModel().fit(SMALL)
    assert model.truncated_
    frequency = model.frequency_table(SMALL, n_max=2).query("brand == 'A'")
    assert frequency["observed"].tolist() == pytest.approx([1 / 4, 1 / 4, 2 / 4])
    assert frequency["expected"].sum() == pytest.approx(1)
    jeopardy = model.double_jeopardy_table(brand_table(SMALL)).set_index("brand")
    M, K, _ = model.params_["estimate"]
    # K is so large here that 1 + M / K has no digits left for M
    assert jeopardy.loc["A", "penetration"] == pytest.approx(3 / 4 * -np.expm1(-K * np.log1p(M / K)))


def test_whole_loyalty_is_the_boundary():
    loyal = pd.DataFrame({"customer_id": range(40), "brand": ["A", "B"] * 20, "n_purchases": [1, 5, 2, 3] * 10})
    model = DirichletModel().fit(loyal, n_customers=60)
    assert model.boundary_ == ["S"]
    assert model.params_.loc["S", "std_error":].isna().all()
    assert measures(model)["sole_share"].tolist() == pytest.approx([1, 1])


# Refusals


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"brand": ["A"] * 5}, r"must name at least 2 brands, got \['A'\]"),
        ({"n_purchases": [3, 1, 2, 4, -1]}, r"`panel\['n_purchases'\]` is below 0 in 1 row"),
        ({"n_purchases": [3, 1, 2, 4, 1.5]}, r"is not a whole number in 1 row"),
        ({"n_purchases": [3, 1, 2, 4, np.nan]}, r"is missing in 1 row"),
        ({"n_purchases": [3, 1, 2, 4, 1e300]}, r"is above 1e\+09 in 1 row"),
        ({"n_purchases": [3, 0, 2, 0, 1]}, r"has brands that nobody bought: \['B'\]"),
        ({"n_purchases": list("abcde")}, "must hold numbers"),
        ({"brand": ["A", "B", None, "B", "A"]}, r"`panel\['brand'\]` is missing in 1 row, first at rows \[2\]"),
        ({"brand": ["A", 7, "A", 7, "A"]}, "must hold either text or whole numbers"),
        ({"customer_id": [1, 1, None, 3, 4]}, r"customer_id.*must hold whole numbers or text|is missing in 1 row"),
    ],
)
def test_a_panel_that_cannot_be_is_refused(change, message):
    with pytest.raises(SchemaError, match=message):
        DirichletModel().fit(SMALL.assign(**change))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"brand": ["Colgate"] * 8}, r"must name at least 2 brands, got \['Colgate'\]"),
        ({"brand": [*NAMES[:7], "Boots"]}, r"names \['Boots'\] more than once"),
        ({"share": TOOTHPASTE["share"] + 0.02}, r"`brands\['share'\]` adds up to 1.02; brands have at most all"),
        ({"share": TOOTHPASTE["share"] * 100}, "is above 1 in 8 rows"),
        ({"share": [0.25, 0.19, 0.1, 0.1, 0.09, 0.08, 0.03, 0]}, r"must be above 0, unlike that of \['Sainsbury'\]"),
        ({"penetration": [0.2, 0.17, 0.09, 0.08, 0.08, 0.07, 0.03, 0]}, r"unlike that of \['Sainsbury'\]"),
        (
            {"penetration": [0.2, 0.17, 0.09, 0.08, 0.08, 0.07, 0.03, 0.2]},
            r"of 'Sainsbury' is 0.2, but .* less than 0.028",
        ),
        (
            {"penetration": [0.1, 0.17, 0.09, 0.08, 0.08, 0.07, 0.03, 0.02]},
            r"of 'Colgate' is 0.1, but .* more than 0.14",
        ),
        (
            {"penetration": [0.6, 0.17, 0.09, 0.08, 0.08, 0.07, 0.03, 0.02]},
            r"of \['Colgate'\] is above that of the category",
        ),
        ({"penetration": np.nan}, "mean and zeros say nothing"),
        ({"category_penetration": [0.5, *[0.56] * 7]}, "must be the same on each row"),
        ({"category_penetration": 1.0}, "there must be customers with and without"),
        ({"category_frequency": 1.1}, "more evenly than by chance"),
        ({"category_frequency": 1.0}, "more evenly than by chance"),
        ({"category_frequency": 0.5}, "is below 1 in 8 rows"),
        ({"share": np.inf}, "is infinite in 8 rows"),
    ],
)
def test_a_market_that_cannot_be_is_refused(change, message):
    with pytest.raises(SchemaError, match=message):
        DirichletModel(method="weighted").fit(TOOTHPASTE.assign(**change))


def test_empty_tables_and_missing_columns_are_refused():
    with pytest.raises(SchemaError, match="must name at least 2 brands"):
        DirichletModel().fit(SMALL.iloc[:0])
    with pytest.raises(SchemaError, match="must name at least 2 brands"):
        DirichletModel(method="weighted").fit(TOOTHPASTE.iloc[:0])
    with pytest.raises(SchemaError, match="lacks the columns"):
        DirichletModel().fit(TOOTHPASTE)
    with pytest.raises(TypeError, match="must be a pandas, Polars or PyArrow table"):
        DirichletModel().fit([1, 2])


def test_options_and_numbers_out_of_range_are_refused():
    with pytest.raises(ValueError, match="`method` must be one of"):
        DirichletModel(method="best").fit(SMALL)
    with pytest.raises(ValueError, match="goes with a panel"):
        DirichletModel(method="weighted").fit(TOOTHPASTE, n_customers=5)
    with pytest.raises(ValueError, match="must be at least the 4 customers"):
        DirichletModel().fit(SMALL, n_customers=3)
    with pytest.raises(TypeError, match="`n_customers` must be a whole number"):
        brand_table(SMALL, n_customers=4.0)
    with pytest.raises(NotFittedError, match="not fitted"):
        DirichletModel().performance_table()
    model = DirichletModel().fit(SMALL)
    for wrong in (0, -1, 1e300):
        with pytest.raises(ValueError, match="`n_periods` must lie between 1e-06 and 1,000,000"):
            model.performance_table(n_periods=wrong)
    with pytest.raises(TypeError, match="`n_periods` must be a number"):
        model.duplication_table(n_periods=True)
    with pytest.raises(ValueError, match="`n_max` must be"):
        model.frequency_table(n_max=0)
    with pytest.raises(ValueError, match="ascending whole numbers from 1"):
        model.heavy_buyer_table(classes=(2, 3))
    with pytest.raises(TypeError, match="ascending whole numbers from 1"):
        model.heavy_buyer_table(classes=3)
    with pytest.raises(SchemaError, match="names none of the model's brands"):
        model.performance_table(TOOTHPASTE)
    for impossible in (np.inf, -0.1):
        with pytest.raises(SchemaError, match=r"`brands\['sole_share'\]` must be finite and not below 0"):
            model.performance_table(brand_table(SMALL).assign(sole_share=impossible))
    with pytest.raises(SchemaError, match="names a brand more than once"):
        model.performance_table(SMALL)
    with pytest.raises(SchemaError, match="lacks the columns"):
        brand_fit_table(SMALL)


@pytest.mark.parametrize(
    ("params", "shares", "error", "message"),
    [
        ({"M": 1.0, "K": 1.0}, {"A": 0.5, "B": 0.5}, ValueError, "must give"),
        ({"M": 1.0, "K": 1.0, "S": 0.0}, {"A": 0.5, "B": 0.5}, ValueError, "must lie between 1e-12 and 1e.13"),
        ({"M": 1e300, "K": 1.0, "S": 1.0}, {"A": 0.5, "B": 0.5}, ValueError, "must lie between 1e-12 and 1e.13"),
        ({"M": 1.0, "K": 1.0, "S": True}, {"A": 0.5, "B": 0.5}, TypeError, "must be a number"),
        ({"M": 1.0, "K": 1.0, "S": 1.0}, [0.5, 0.5], TypeError, "must be a mapping of brands"),
        ({"M": 1.0, "K": 1.0, "S": 1.0}, {"A": 0.5}, SchemaError, "at least 2 brands"),
        ({"M": 1.0, "K": 1.0, "S": 1.0}, {"A": 0.5, "B": 0.6}, SchemaError, "adds up to 1.1"),
        ({"M": 1.0, "K": 1.0, "S": 1.0}, {"A": 0.5, "B": -0.5}, SchemaError, "must be above 0"),
    ],
)
def test_parameters_that_cannot_be_are_refused(params, shares, error, message):
    with pytest.raises(error, match=message):
        DirichletModel.from_params(params, shares=shares)


def test_lines_without_a_brand_are_refused():
    orders = pd.DataFrame({"customer_id": [1], "order_id": [7], "date": ["2024-03-01"], "amount": [3], "brand": [None]})
    lines = as_order_lines(orders, order_id="order_id", keep=["brand"])
    with pytest.raises(SchemaError, match=r"`order_lines\['brand'\]` (is missing in 1 row|must hold)"):
        brand_panel_table(lines)
