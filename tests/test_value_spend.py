"""The gamma-gamma model of spend, and the test of its assumption."""

import math

import mpmath as mp
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from sklearn.exceptions import NotFittedError
from tests.depth import few
from tests.files import lifetimes_file
from tests.peers import GammaGammaFitter

from crmkit import as_transactions, customer_summary, load_cdnow
from crmkit.errors import SchemaError
from crmkit.value import GammaGammaModel, spend_by_frequency_table, spend_independence_table
from crmkit.value._spend._amounts import Amounts
from crmkit.value._spend._law import log_density, mean_spend
from crmkit.value._spend._likelihood import _Likelihood

PUBLISHED = {"p": 6.25, "q": 3.74, "v": 15.44}
# Amounts, histories and parameters from one end of what a float's user meets to the other.
PARAMS = [
    (p, q, v) for p in (1e-6, 0.3, 6.25, 1e4, 1e8) for q in (1e-4, 0.9, 3.74, 1e3, 1e8) for v in (1e-6, 15.44, 1e9)
]
HISTORIES = [(x, m) for x in (1, 2, 37, 3000) for m in (1e-3, 1.0, 35.17, 1e6)]


def customers(frequency, monetary_value, **columns):
    amounts = {"frequency": frequency, "monetary_value": monetary_value}
    return pd.DataFrame({name: np.asarray(values, dtype=float) for name, values in (amounts | columns).items()})


def model(p=6.25, q=3.74, v=15.44, **options):
    return GammaGammaModel.from_params({"p": p, "q": q, "v": v}, **options)


def exact_log_density(m, x, p, q, v):
    """The density as the literature writes it, in numbers of 60 digits."""
    with mp.workdps(60):
        m, x, p, q, v = map(mp.mpf, (m, x, p, q, v))
        gammas = mp.loggamma(p * x + q) - mp.loggamma(p * x) - mp.loggamma(q)
        powers = q * mp.log(v) + (p * x - 1) * mp.log(m) + p * x * mp.log(x) - (p * x + q) * mp.log(x * m + v)
        return gammas + powers


@pytest.fixture(scope="module")
def cdnow():
    return customer_summary(as_transactions(load_cdnow()), as_of="1997-09-30")


@pytest.fixture(scope="module")
def fitted(cdnow):
    return GammaGammaModel().fit(cdnow)


@st.composite
def spenders(draw):
    """Customers with and without repeat purchases, amounts in cents, a prospect among them."""
    n = draw(st.integers(1, 20))
    x = draw(st.lists(st.integers(0, 50), min_size=n, max_size=n))
    cents = draw(st.lists(st.integers(1, 100_000), min_size=n, max_size=n))
    m = [cent / 100 if count else 0.0 for count, cent in zip(x, cents, strict=True)]
    return customers([*x, math.nan], [*m, math.nan])


@st.composite
def models(draw):
    numbers = [draw(st.floats(-3, 3)) for _ in range(3)]
    return model(*(10.0**number for number in numbers))


# By hand.


def test_expected_spend_by_hand():
    # p (v + x m) / (p x + q - 1) with p = 2, q = 4, v = 30: nobody's history 2 * 30 / 3 = 20;
    # x = 1, m = 10: 2 * 40 / 5 = 16; x = 6, m = 10: 2 * 90 / 15 = 12
    given = customers([0, 1, 6, math.nan], [0, 10, 10, math.nan])
    np.testing.assert_allclose(model(2, 4, 30).expected_spend(given), [20, 16, 12, math.nan])


def test_quantiles_by_hand():
    # p = 1, q = 1, v = 1, x = 0: the rate is exponential, zeta = 1 / rate, P(zeta <= z) = exp(-1 / z)
    found = model(1, 1, 1).spend_quantiles(customers([0], [0]), probabilities=(0.25, 0.5))
    assert list(found.columns) == ["quantile_0.25", "quantile_0.5"]
    np.testing.assert_allclose(found.iloc[0], [1 / math.log(4), 1 / math.log(2)])


def test_the_density_by_hand():
    # p = q = v = 1, x = 1: f(m) = 1 / (1 + m)^2
    assert model(1, 1, 1).density(3, frequency=1) == pytest.approx(1 / 16)
    found = model(1, 1, 1).density([0.0, -2.0, 3.0, math.nan, 3.0], frequency=[1, 1, 1, 1, 0])
    np.testing.assert_allclose(found, [0, 0, 1 / 16, math.nan, math.nan])


def test_covariates_multiply_the_amounts():
    # v doubles with every unit of z
    params = {"p": 2, "q": 4, "v": 30, "spend.z": math.log(2)}
    found = GammaGammaModel.from_params(params, spend_covariates=["z"])
    # without a history 2 * 30 / 3 and 2 * 120 / 3, with one 2 * (60 + 10) / 5
    np.testing.assert_allclose(found.expected_spend(customers([0, 0, 1], [0, 0, 10], z=[0, 2, 1])), [20, 80, 28])
    assert found.density(8.0, frequency=2, covariates={"z": 3}) == pytest.approx(
        model(2, 4, 240).density(8.0, frequency=2)
    )


def test_where_the_mean_is_infinite_it_is_missing_and_the_median_is_not():
    # q = 0.5: the mean of all is infinite; with p = 0.25, x = 2, p x + q = 1: infinite; x = 4: 0.25 (1 + 8) / 0.5 = 4.5
    given = customers([0, 2, 4], [0, 2, 2])
    found = model(0.25, 0.5, 1)
    np.testing.assert_allclose(found.expected_spend(given), [math.nan, math.nan, 4.5])
    assert np.isfinite(found.spend_quantiles(given)).all(axis=None)


def test_correlations_by_hand():
    # x 1 2 3 4, m 1 3 2 4: deviations -1.5 -.5 .5 1.5 and -1.5 .5 -.5 1.5, r = (2.25 - .25 - .25 + 2.25) / 5 = .8
    found = spend_independence_table(customers([1, 2, 3, 4, 0], [1, 3, 2, 4, 0]))
    assert found["correlation"].tolist() == ["pearson", "spearman"]
    assert found["estimate"].tolist() == pytest.approx([0.8, 0.8])
    assert found["n_customers"].tolist() == [4, 4]
    # Bonett and Wright: tanh(artanh(.8) -+ 1.959964 sqrt((1 + .64 / 2) / 1))
    reach = 1.959963985 * math.sqrt(1.32)
    ends = [math.tanh(math.atanh(0.8) - reach), math.tanh(math.atanh(0.8) + reach)]
    assert found.loc[1, ["lower", "upper"]].tolist() == pytest.approx(ends)


@pytest.mark.parametrize(
    ("x", "m"), [([1, 2, 3], [1, 2, 4]), ([2, 2, 2, 2, 2], [1, 2, 3, 4, 5]), ([1, 2, 3, 4], [5, 5, 5, 5])]
)
def test_correlations_are_missing_where_nothing_varies(x, m):
    found = spend_independence_table(customers(x, m))
    assert found[["estimate", "lower", "upper", "p_value"]].isna().all(axis=None)


# Reference.


def test_cdnow_published(cdnow, fitted):
    # The maximum of the published data in exact days, computed from the formulas of Fader and Hardie's note
    assert fitted.params_["estimate"].tolist() == pytest.approx([6.249573, 3.744225, 15.443518], rel=1e-6)
    assert fitted.params_["std_error"].tolist() == pytest.approx([1.190047, 0.290132, 4.159392], rel=2e-5)
    assert fitted.loglik_ == pytest.approx(-4055.91769, abs=1e-5)
    assert fitted.n_customers_ == 946
    assert fitted.boundary_ == []
    assert fitted.expected_spend(cdnow).iloc[2] == pytest.approx(35.1704, abs=5e-5)


def test_values_printed_in_the_literature():
    # Fader and Hardie (2013), with the parameters of Fader, Hardie and Lee (2005), and the density of their note
    given = customers([3, 2], [35, 40])
    assert model().expected_spend(given).tolist() == pytest.approx([35.02792, 39.14042], abs=5e-6)
    assert model(6, 4, 16).density(35, frequency=3) == pytest.approx(0.01628040740715713, rel=1e-13)


def test_the_first_ten_customers_of_the_documentation_of_lifetimes():
    # printed there: conditional_expected_average_profit after a fit to its table of CDNOW
    table = pd.read_csv(lifetimes_file("cdnow_customers_summary_with_transactions.csv"))
    given = customers(table["x"], table["zbar"])
    printed = [
        24.658619,
        18.911489,
        35.170981,
        35.170981,
        35.170981,
        71.462843,
        18.911489,
        35.170981,
        27.282408,
        35.170981,
    ]
    assert GammaGammaModel().fit(given).expected_spend(given).head(10).tolist() == pytest.approx(printed, rel=1e-6)


def test_the_correlation_of_cdnow(cdnow):
    # as published with the data: .11389; the ranks as SciPy correlates them
    repeaters = cdnow[cdnow["frequency"] > 0]
    ranked = stats.spearmanr(repeaters["frequency"], repeaters["monetary_value"]).statistic
    assert spend_independence_table(cdnow)["estimate"].tolist() == pytest.approx([0.11389, ranked], abs=5e-6)


@pytest.mark.parametrize(("p", "q", "v"), PARAMS)
def test_the_log_density_agrees_with_mpmath(p, q, v):
    x, m = np.array(HISTORIES, dtype=float).T
    found = log_density(m, x, p=p, q=q, v=v)
    for value, history in zip(found, HISTORIES, strict=True):
        assert value == pytest.approx(float(exact_log_density(history[1], history[0], p, q, v)), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize(("p", "q", "v"), PARAMS)
def test_the_mean_agrees_with_mpmath(p, q, v):
    histories = [*HISTORIES, (0, 0.0)]
    x, m = np.array(histories, dtype=float).T
    for value, (count, amount) in zip(mean_spend(m, x, p=p, q=q, v=v), histories, strict=True):
        with mp.workdps(60):
            below = mp.mpf(p) * count + mp.mpf(q) - 1
            exact = mp.mpf(p) * (mp.mpf(v) + count * mp.mpf(amount)) / below if below > 0 else mp.nan
        assert value == pytest.approx(float(exact), rel=1e-9, nan_ok=True)


@pytest.mark.parametrize("share", [0.001, 0.3, 0.999])
def test_quantiles_agree_with_an_integral(share):
    # P(zeta <= z) with zeta = p / nu, nu gamma-distributed with shape p x + q and rate v + x m
    z = model().spend_quantiles(customers([3], [35]), probabilities=[share]).iloc[0, 0]
    shape, rate = 6.25 * 3 + 3.74, 15.44 + 3 * 35

    def density(nu):
        return mp.exp(shape * mp.log(rate) + (shape - 1) * mp.log(nu) - rate * nu - mp.loggamma(shape))

    with mp.workdps(30):
        assert float(mp.quad(density, [6.25 / z, 0.5, 1, 5])) == pytest.approx(share, rel=1e-9)


@pytest.mark.parametrize(("p", "q", "v"), [(6.25, 3.74, 0.44), (1e-3, 0.2, 1e-4), (3e5, 1.5, 1e-5), (2.0, 1e5, 1e5)])
def test_the_gradient_agrees_with_differences(p, q, v):
    rng = np.random.default_rng(0)
    x, m, n = rng.integers(1, 40, 12).astype(float), rng.gamma(2.0, 0.5, 12), rng.integers(1, 5, 12).astype(float)
    z = rng.normal(size=(12, 1))
    at = np.array([math.log(p), math.log(q), math.log(v), 0.3])
    value, gradient = _Likelihood(Amounts(x, m, n, z, known=np.ones(12, dtype=bool))).at(at)

    def exact(*coordinates):
        p, q, v, effect = (*map(mp.exp, coordinates[:3]), coordinates[3])
        own = [v * mp.exp(effect * mp.mpf(row[0])) for row in z]
        return sum(mp.mpf(n[i]) * exact_log_density(m[i], x[i], p, q, own[i]) for i in range(12))

    with mp.workdps(60):
        step = mp.mpf("1e-20")
        assert value == pytest.approx(float(exact(*map(mp.mpf, at))), rel=1e-9)
        for which, slope in enumerate(gradient):
            ends = [[mp.mpf(c) + sign * step * (i == which) for i, c in enumerate(at)] for sign in (1, -1)]
            assert slope == pytest.approx(float((exact(*ends[0]) - exact(*ends[1])) / (2 * step)), rel=1e-9, abs=1e-7)


@pytest.mark.parametrize(("p", "q", "v"), [(6.25, 3.74, 15.44), (0.8, 2.0, 100.0), (3.0, 0.8, 5.0)])
def test_agrees_with_lifetimes(p, q, v):
    given = model(p, q, v).simulate(np.random.default_rng(0).geometric(0.3, 2_000), random_state=1)
    ours, peer = GammaGammaModel().fit(given), GammaGammaFitter().fit(given["frequency"], given["monetary_value"])
    assert ours.params_["estimate"].tolist() == pytest.approx(peer.params_.tolist(), rel=1e-3)
    assert ours.params_["std_error"].tolist() == pytest.approx(peer.standard_errors_.tolist(), rel=1e-2)
    # lifetimes gives the mean over customers
    assert ours.loglik_ >= -peer._negative_log_likelihood_ * len(given) - 1e-6
    assert ours.loglik_ == pytest.approx(-peer._negative_log_likelihood_ * len(given), rel=1e-6)


# Law.


@given(spenders(), models())
def test_expected_spend_lies_between_the_own_mean_and_that_of_all(given, law):
    found = law.expected_spend(given).to_numpy()
    everybody = law.expected_spend(customers([0], [0])).iloc[0]
    x, m = given["frequency"].to_numpy(), given["monetary_value"].to_numpy()
    assert np.isnan(found[np.isnan(x)]).all()
    assert not (np.isinf(found) | (found <= 0)).any()
    if not math.isnan(everybody):
        back = x > 0
        slack = 1e-9 * np.maximum(m, everybody)[back]
        assert (found[back] >= np.minimum(m, everybody)[back] - slack).all()
        assert (found[back] <= np.maximum(m, everybody)[back] + slack).all()


@given(spenders(), models(), st.sampled_from([1e-3, 0.01, 7.1, 1e6]))
def test_predictions_go_with_the_currency(given, law, unit):
    p, q, v = law.params_["estimate"]
    scaled = given.assign(monetary_value=given["monetary_value"] * unit)
    np.testing.assert_allclose(
        model(p, q, v * unit).expected_spend(scaled), law.expected_spend(given) * unit, rtol=1e-12
    )
    found = model(p, q, v * unit).spend_quantiles(scaled)
    np.testing.assert_allclose(found, law.spend_quantiles(given) * unit, rtol=1e-12)


def test_a_quantile_at_the_largest_float_is_missing_without_a_warning():
    # the rate is a subnormal number so near to the border that only the quotient tells on which side
    found = model(1.0, 0.0022067340690845897, 1.0).spend_quantiles(customers([0], [0]), probabilities=(0.8,))
    assert found["quantile_0.8"].isna().all()


@given(spenders(), models())
def test_quantiles_ascend(given, law):
    found = law.spend_quantiles(given, probabilities=(0.01, 0.2, 0.5, 0.8)).to_numpy()[:-1]
    # a quantile beyond the largest float is missing, and so are all above it
    assert not np.isinf(found).any()
    assert (np.diff(np.nan_to_num(found, nan=np.inf), axis=1)[np.isfinite(found[:, 1:])] >= 0).all()
    assert (np.diff(np.isnan(found).astype(int), axis=1) >= 0).all()


@given(models(), st.integers(1, 100))
@few()
def test_the_density_adds_up_to_one(law, x):
    # over the logarithm of m, whose distribution has moments of all orders
    p, q, v = law.params_["estimate"]
    centre = math.log(v) + float(mp.digamma(p * x) - mp.digamma(q)) - math.log(x)
    spread = math.sqrt(float(mp.psi(1, p * x) + mp.psi(1, q)))
    at = centre + spread * np.linspace(-60, 60, 60_001)
    inside = at[np.abs(at) < 600]
    total = np.trapezoid(law.density(np.exp(inside), frequency=x) * np.exp(inside), inside)
    assert total <= 1 + 1e-6
    if spread < 8:
        assert total == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("unit", [1e-3, 0.01, 7.1, 1e6])
def test_the_currency_scales_v_alone(cdnow, fitted, unit):
    scaled = GammaGammaModel().fit(cdnow.assign(monetary_value=cdnow["monetary_value"] * unit))
    expected = fitted.params_["estimate"] * [1, 1, unit]
    pd.testing.assert_series_equal(scaled.params_["estimate"], expected, rtol=1e-8)
    pd.testing.assert_frame_equal(scaled.covariance_, fitted.covariance_, rtol=1e-6)
    assert scaled.loglik_ == pytest.approx(fitted.loglik_ - 946 * math.log(unit), rel=1e-12)


def test_neither_the_order_of_the_rows_nor_those_who_did_not_come_back_matter(cdnow, fitted):
    mixed = cdnow.sample(frac=1, random_state=0)
    pd.testing.assert_frame_equal(GammaGammaModel().fit(mixed).params_, fitted.params_, rtol=1e-9)
    back = cdnow[cdnow["frequency"] > 0]
    pd.testing.assert_frame_equal(GammaGammaModel().fit(back).params_, fitted.params_, rtol=1e-9)


def test_rows_that_stand_for_several_are_as_many_rows(cdnow):
    n = np.arange(len(cdnow)) % 4
    weighted = GammaGammaModel().fit(cdnow.assign(n_customers=n))
    repeated = GammaGammaModel().fit(cdnow.loc[cdnow.index.repeat(n)])
    pd.testing.assert_frame_equal(weighted.params_, repeated.params_, rtol=1e-6)
    assert weighted.n_customers_ == repeated.n_customers_
    assert weighted.bic_ == pytest.approx(repeated.bic_)
    one, other = (
        spend_independence_table(table) for table in (cdnow.assign(n_customers=n), cdnow.loc[cdnow.index.repeat(n)])
    )
    pd.testing.assert_frame_equal(one, other)


def test_a_large_table_is_fitted_as_a_small_one(cdnow, fitted):
    # 30 times the customers, a sample of whom tells where to start: the same maximum, 30 times the information
    large = GammaGammaModel().fit(pd.concat([cdnow] * 30))
    np.testing.assert_allclose(large.params_["estimate"], fitted.params_["estimate"], rtol=1e-4)
    np.testing.assert_allclose(large.params_["std_error"], fitted.params_["std_error"] / math.sqrt(30), rtol=1e-3)
    assert large.loglik_ == pytest.approx(30 * fitted.loglik_, rel=1e-10)


def test_neither_origin_nor_unit_of_a_covariate_matter():
    rng = np.random.default_rng(0)
    x, z = rng.geometric(0.3, 3_000), rng.integers(0, 2, 3_000)
    law = GammaGammaModel.from_params({**PUBLISHED, "spend.z": 0.5}, spend_covariates=["z"])
    given = law.simulate(x, covariates={"z": z}, random_state=1)
    found = GammaGammaModel(spend_covariates=["z"]).fit(given)
    moved = GammaGammaModel(spend_covariates=["z"]).fit(given.assign(z=2_000 + 7 * z))
    assert moved.loglik_ == pytest.approx(found.loglik_, abs=1e-6)
    assert moved.params_.loc["spend.z", "estimate"] == pytest.approx(
        found.params_.loc["spend.z", "estimate"] / 7, rel=1e-4
    )
    assert moved.params_.loc["spend.z", "std_error"] == pytest.approx(
        found.params_.loc["spend.z", "std_error"] / 7, rel=1e-4
    )
    np.testing.assert_allclose(
        moved.expected_spend(given.assign(z=2_000 + 7 * z)), found.expected_spend(given), rtol=1e-4
    )


def test_a_finite_mean_that_is_found_anyway_changes_nothing(cdnow, fitted):
    constrained = GammaGammaModel(finite_mean=True).fit(cdnow)
    pd.testing.assert_frame_equal(constrained.params_, fitted.params_, rtol=1e-5)
    pd.testing.assert_frame_equal(constrained.covariance_, fitted.covariance_, rtol=1e-4)
    assert constrained.loglik_ == pytest.approx(fitted.loglik_, abs=1e-6)


def test_a_mean_that_the_likelihood_wants_infinite_is_on_the_boundary():
    given = model(3.0, 0.7, 10.0).simulate(np.random.default_rng(0).poisson(2, 2_000), random_state=1)
    free, constrained = GammaGammaModel().fit(given), GammaGammaModel(finite_mean=True).fit(given)
    assert free.params_.loc["q", "upper"] < 1
    assert constrained.boundary_ == ["q"]
    assert constrained.params_.loc["q", "estimate"] == 1
    assert constrained.loglik_ < free.loglik_
    nobody = (given["frequency"] == 0).to_numpy()
    for found in (free, constrained):
        np.testing.assert_array_equal(found.expected_spend(given).isna(), nobody)


def test_a_prior_pulls_and_a_weak_one_does_not(cdnow, fitted):
    strong = GammaGammaModel(priors={"q": (10.0, 1e-3)}).fit(cdnow)
    weak = GammaGammaModel(priors={"q": (10.0, 1e3), "v": (1.0, 1e3)}).fit(cdnow)
    assert strong.params_.loc["q", "estimate"] == pytest.approx(10.0, rel=1e-2)
    assert strong.loglik_ < fitted.loglik_
    np.testing.assert_allclose(weak.params_["estimate"], fitted.params_["estimate"], rtol=1e-5)


def test_recovers_its_parameters():
    law = GammaGammaModel.from_params({**PUBLISHED, "spend.z": 0.5}, spend_covariates=["z"])
    rng = np.random.default_rng(5)
    given = law.simulate(rng.geometric(0.3, 40_000), covariates={"z": rng.normal(size=40_000)}, random_state=6)
    found = GammaGammaModel(spend_covariates=["z"]).fit(given).params_
    # four standard errors: one parameter in 16,000 lies farther off
    off = (found["estimate"] - law.params_["estimate"]) / found["std_error"]
    assert (off.abs() < 4).all()
    assert (found["std_error"] / found["estimate"] < 0.05).all()


def test_customers_are_drawn_from_the_law():
    law = model()
    drawn = law.simulate(np.repeat([0, 1, 5], 20_000), random_state=0)
    assert (drawn["monetary_value"].isna() == (drawn["frequency"] == 0)).all()
    for x in (1, 5):
        u = x * drawn["monetary_value"][drawn["frequency"] == x]
        # x m / (x m + v) is beta-distributed with p x and q
        assert stats.kstest(u / (u + 15.44), stats.beta(6.25 * x, 3.74).cdf).pvalue > 1e-3


@pytest.mark.deep
def test_95_percent_intervals_cover():
    # so many of 100 intervals cover the truth with a probability of 0.9999, if each does with 0.95
    least, most = stats.binom.interval(0.9999, 100, 0.95)
    rng = np.random.default_rng(7)
    covered = pd.Series(0, index=["p", "q", "v"])
    for _ in range(100):
        found = GammaGammaModel().fit(model().simulate(rng.geometric(0.4, 400), random_state=rng)).params_
        covered += (found["lower"] < pd.Series(PUBLISHED)) & (pd.Series(PUBLISHED) < found["upper"])
    assert covered.between(least, most).all(), covered


def under_each_draw(found, given, *, n_draws, random_state, **options):
    """The point method, asked once for each draw of the parameters."""
    draws = found.draw_params(n_draws, random_state=random_state).to_dict("records")
    laws = [GammaGammaModel.from_params(draw, **options) for draw in draws]
    return np.array([law.expected_spend(given) for law in laws])


def test_intervals_of_expected_spend_are_quantiles_over_the_draws(cdnow, fitted):
    given = pd.concat([cdnow.sample(200, random_state=0), customers([math.nan], [math.nan])])
    found = fitted.predict_table(given, level=0.8, n_draws=50, random_state=3)
    assert list(found) == ["expected_spend", "expected_spend_lower", "expected_spend_upper"]
    assert found.index.equals(given.index)
    pd.testing.assert_series_equal(found["expected_spend"], fitted.expected_spend(given))
    ends = np.quantile(under_each_draw(fitted, given, n_draws=50, random_state=3), [0.1, 0.9], axis=0)
    np.testing.assert_allclose(found.iloc[:, 1:].T, ends, rtol=1e-12)
    assert found.iloc[-1].isna().all()


def test_blocks_of_rows_do_not_matter(cdnow, fitted, monkeypatch):
    whole = fitted.predict_table(cdnow, n_draws=20)
    monkeypatch.setattr("crmkit.value._spend._model._AT_A_TIME", 140)
    pd.testing.assert_frame_equal(fitted.predict_table(cdnow, n_draws=20), whole)


def test_intervals_of_expected_spend_with_covariates():
    law = GammaGammaModel.from_params({**PUBLISHED, "spend.z": 0.5}, spend_covariates=["z"])
    rng = np.random.default_rng(0)
    given = law.simulate(rng.poisson(2, 500), covariates={"z": rng.integers(0, 2, 500)}, random_state=1)
    found = GammaGammaModel(spend_covariates=["z"]).fit(given)
    # the same history twice, with another covariate
    some = pd.concat([given.head(30), given.head(30).assign(z=7.0)], ignore_index=True)
    each = under_each_draw(found, some, n_draws=20, random_state=0, spend_covariates=["z"])
    told = found.predict_table(some, n_draws=20)
    np.testing.assert_allclose(told.iloc[:, 1:].T, np.quantile(each, [0.025, 0.975], axis=0), rtol=1e-12)


def test_draws_with_an_infinite_mean_leave_the_lower_end_finite():
    given = model(3.0, 1.1, 10.0).simulate(np.random.default_rng(0).poisson(2, 60), random_state=1)
    found = GammaGammaModel().fit(given)
    draws = found.draw_params(500)
    assert found.params_.loc["q", "estimate"] > 1
    assert 0.05 < (draws["q"] <= 1).mean() < 0.9
    told = found.predict_table(given)
    nobody = (given["frequency"] == 0).to_numpy()
    assert np.isfinite(told["expected_spend_lower"]).all()
    np.testing.assert_array_equal(np.isinf(told["expected_spend_upper"]), nobody)
    # of a mean that is infinite at the estimates too
    nowhere = model(0.25, 0.5, 1).predict_table(customers([0, 4], [0, 2]))
    np.testing.assert_allclose(nowhere, [[math.nan, math.inf, math.inf], [4.5, 4.5, 4.5]])


def test_intervals_widen_with_the_level_and_hold_the_estimate(cdnow, fitted):
    wide, narrow = (fitted.predict_table(cdnow, level=level) for level in (0.99, 0.5))
    assert (wide["expected_spend_lower"] < narrow["expected_spend_lower"]).all()
    assert (wide["expected_spend_upper"] > narrow["expected_spend_upper"]).all()
    assert wide["expected_spend"].between(wide["expected_spend_lower"], wide["expected_spend_upper"]).all()
    pd.testing.assert_frame_equal(wide, fitted.predict_table(cdnow, level=0.99, random_state=np.random.default_rng(0)))


@pytest.mark.deep
def test_intervals_of_expected_spend_cover():
    # what is expected under the truth, of somebody new and somebody with a history
    least, most = stats.binom.interval(0.9999, 100, 0.95)
    rng = np.random.default_rng(11)
    asked = customers([0, 2], [0, 60])
    truth, covered = model().expected_spend(asked).to_numpy(), np.zeros(2)
    for _ in range(100):
        found = GammaGammaModel().fit(model().simulate(rng.geometric(0.4, 400), random_state=rng)).predict_table(asked)
        covered += (found["expected_spend_lower"] < truth) & (truth < found["expected_spend_upper"])
    assert ((least <= covered) & (covered <= most)).all(), covered


@pytest.mark.deep
def test_intervals_of_the_correlation_cover_though_amounts_are_skewed():
    # Pearson's correlation is 0 under the model, whose means scatter less the more amounts they are of
    least, most = stats.binom.interval(0.9999, 300, 0.95)
    rng = np.random.default_rng(8)
    covered = 0
    for _ in range(300):
        found = spend_independence_table(model(4.0, 6.0, 20.0).simulate(rng.geometric(0.2, 1_000), random_state=rng))
        covered += found.loc[0, "lower"] < 0 < found.loc[0, "upper"]
    assert least <= covered <= most, covered


def test_ranks_correlate_a_little_under_the_model_too():
    # the mean of more amounts is less skewed: its median rises with their number, its mean does not
    found = spend_independence_table(model().simulate(np.random.default_rng(3).geometric(0.3, 100_000), random_state=4))
    assert found.loc[0, "lower"] < 0 < found.loc[0, "upper"]
    assert found.loc[1, "lower"] > 0
    assert found.loc[1, "upper"] < 0.1


def test_a_dependence_is_seen():
    rng = np.random.default_rng(9)
    x = rng.geometric(0.3, 2_000)
    found = spend_independence_table(customers(x, x * rng.gamma(5.0, 1.0, 2_000)))
    assert (found["lower"] > 0.3).all()
    assert (found["p_value"] < 1e-6).all()


@pytest.mark.parametrize("kind", [pl.DataFrame, pa.table])
def test_other_frames_say_the_same(cdnow, fitted, kind):
    columns = ["frequency", "monetary_value"]
    given = kind({name: cdnow[name].to_numpy() for name in columns})
    found = fitted.spend_quantiles(given)
    assert type(found) is type(given)
    np.testing.assert_allclose(pl.DataFrame(found).to_numpy(), fitted.spend_quantiles(cdnow))
    assert type(spend_independence_table(given)) is type(given)
    told = fitted.predict_table(given, n_draws=20)
    assert type(told) is type(given)
    np.testing.assert_allclose(pl.DataFrame(told).to_numpy(), fitted.predict_table(cdnow, n_draws=20))


# Refusal.


BAD = customers([0, 2, 3, 1, math.nan, 4], [0, -0.01, -5.0, 8.0, math.nan, math.nan])


@pytest.mark.parametrize(
    "ask",
    [
        GammaGammaModel().fit,
        model().expected_spend,
        model().spend_quantiles,
        model().predict_table,
        spend_independence_table,
    ],
)
def test_amounts_that_are_no_spend_are_refused(ask):
    with pytest.raises(
        SchemaError, match=r"`customers\['monetary_value'\]` is missing or below 0 in 3 rows with a repeat"
    ):
        ask(BAD)
    with pytest.raises(
        SchemaError, match=r"first at rows \[1, 2, 5\]. Refunds taken from the mean do that.* non_positive='drop'"
    ):
        ask(BAD)


def test_who_came_back_for_free_orders_alone_is_left_out_and_counted(cdnow, fitted):
    more = pd.concat([cdnow, customers([2, 5], [0.0, 0.0])])
    found = GammaGammaModel().fit(more)
    pd.testing.assert_frame_equal(found.params_, fitted.params_)
    assert (found.n_customers_, found.n_left_out_, fitted.n_left_out_) == (946, 2, 0)
    assert repr(found).splitlines()[1] == "fitted on 946 customers, 2 left out"
    assert found.expected_spend(more).isna().tolist() == [False] * len(cdnow) + [True] * 2
    assert found.loglik(more) == pytest.approx(fitted.loglik_, rel=1e-12)


def test_the_whole_of_cdnow_is_fitted():
    # 11,516 of 23,570 came back; one of them for a free order alone
    everybody = customer_summary(as_transactions(load_cdnow(full=True)), as_of="1998-06-30")
    found = GammaGammaModel().fit(everybody)
    assert (everybody["frequency"] > 0).sum() == found.n_customers_ + found.n_left_out_
    assert found.n_left_out_ == ((everybody["frequency"] > 0) & (everybody["monetary_value"] == 0)).sum() == 1


def test_the_likelihood_at_given_parameters(fitted, cdnow):
    assert fitted.loglik(cdnow) == pytest.approx(fitted.loglik_, rel=1e-12)
    assert fitted.score(cdnow) == pytest.approx(fitted.loglik_ / 946, rel=1e-12)
    # one customer, m of 2 amounts: the density itself
    one = customers([2], [30.0])
    assert model().loglik(one) == pytest.approx(math.log(model().density(30.0, frequency=2)), rel=1e-12)
    # Fader and Hardie (2013), note on the gamma-gamma model: p 6.25, q 3.74, v 15.44 on these customers
    assert model().loglik(cdnow) == pytest.approx(fitted.loglik_, abs=0.01)


def test_the_likelihood_with_covariates_is_the_one_fitted(cdnow):
    given = cdnow.assign(z=np.arange(len(cdnow)) % 5.0)
    found = GammaGammaModel(spend_covariates=["z"]).fit(given)
    assert found.loglik(given) == pytest.approx(found.loglik_, rel=1e-12)


def test_nobody_to_learn_from_has_no_likelihood(fitted):
    for ask in (GammaGammaModel().fit, fitted.loglik, fitted.score):
        with pytest.raises(SchemaError, match="holds nobody with a repeat purchase"):
            ask(customers([0, 0], [math.nan, 0.0]))
        with pytest.raises(SchemaError, match=r"repeat purchase\. 2 came back for free orders alone"):
            ask(customers([1, 3], [0.0, 0.0]))


def test_amounts_that_are_no_spend_are_left_out_when_told(cdnow, fitted):
    more = pd.concat([cdnow, BAD.iloc[[1, 2, 5]]])
    found = GammaGammaModel(non_positive="drop").fit(more)
    pd.testing.assert_frame_equal(found.params_, fitted.params_)
    assert (found.n_customers_, found.n_left_out_) == (946, 3)
    assert found.expected_spend(more).isna().tolist() == [False] * len(cdnow) + [True] * 3
    assert found.predict_table(more, n_draws=20).isna().any(axis=1).tolist() == [False] * len(cdnow) + [True] * 3
    pd.testing.assert_frame_equal(spend_independence_table(more, non_positive="drop"), spend_independence_table(cdnow))


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        (
            "frequency",
            -1,
            r"`customers\['frequency'\]` is negative, infinite or not a whole number in 1 row, first at rows \[1\]",
        ),
        ("frequency", 1.5, r"`customers\['frequency'\]` is negative, infinite or not a whole"),
        ("frequency", math.inf, r"`customers\['frequency'\]` is negative, infinite or not a whole"),
        (
            "monetary_value",
            math.inf,
            r"`customers\['monetary_value'\]` is not an amount between 1e-100 and 1e\+100 in 1 row",
        ),
        (
            "monetary_value",
            1e308,
            r"`customers\['monetary_value'\]` is not an amount between 1e-100 and 1e\+100 in 1 row",
        ),
        (
            "monetary_value",
            1e-320,
            r"`customers\['monetary_value'\]` is not an amount between 1e-100 and 1e\+100 in 1 row",
        ),
        ("frequency", 1e16, r"`customers\['frequency'\]` is above 1,000,000,000 in 1 row"),
        ("n_customers", -1, r"`customers\['n_customers'\]` is missing, infinite or negative in 1 row"),
        ("n_customers", 1e308, r"`customers\['n_customers'\]` is above 10,000,000,000 in 1 row"),
        ("z", 1e308, r"`customers\['z'\]` is beyond 1e\+100 in 1 row, first at rows \[1\]"),
        ("z", math.nan, r"`customers\['z'\]` is missing or infinite in 1 row, first at rows \[1\]"),
    ],
)
def test_what_cannot_be_is_refused(column, value, message):
    given = customers([1, 2, 3], [4, 5, 7], n_customers=[1, 1, 1], z=[0, 1, 0])
    given.loc[1, column] = value
    with pytest.raises(SchemaError, match=message):
        GammaGammaModel(spend_covariates=["z"]).fit(given)


def test_cells_without_amounts_are_refused():
    with pytest.raises(SchemaError, match=r"`customers` lacks the columns \['monetary_value'\]"):
        GammaGammaModel().fit(pd.DataFrame({"frequency": [1.0], "recency": [3.0], "T": [5.0], "n_customers": [8]}))


def test_text_is_refused():
    given = customers([1, 2], [4, 5]).assign(z=["a", "b"])
    with pytest.raises(
        SchemaError,
        match=r"`customers\['z'\]` must hold numbers, got String. Convert numbers that are text",
    ):
        GammaGammaModel(spend_covariates=["z"]).fit(given)


def test_nobody_who_came_back_is_refused():
    with pytest.raises(SchemaError, match="`customers` holds nobody with a repeat purchase"):
        GammaGammaModel().fit(customers([0, math.nan], [0, math.nan]))


def test_amounts_that_are_all_the_same_are_refused():
    with pytest.raises(SchemaError, match=r"`customers\['monetary_value'\]` is 10.0 for all who came back"):
        GammaGammaModel().fit(customers([0, 1, 2], [0, 10, 10]))


def test_amounts_that_all_but_do_not_differ_lie_on_the_boundary():
    # the likelihood grows without bound as p and q go to infinity
    given = customers([1, 2, 3] * 100, np.random.default_rng(0).normal(10, 1e-7, 300))
    model = GammaGammaModel().fit(given)
    # and v with their ratio, for only p v / (q - 1), the mean, is seen
    assert model.boundary_ == ["p", "q", "v"]
    assert model.params_[["std_error", "lower", "upper"]].isna().all(axis=None)
    assert model.expected_spend(given).to_numpy() == pytest.approx(np.full(300, 10.0), rel=1e-3)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"non_positive": "keep"}, ValueError, r"`non_positive` must be one of \['drop', 'raise'\], got 'keep'"),
        ({"finite_mean": 1}, TypeError, "`finite_mean` must be True or False, got 1"),
        ({"priors": {"r": (0, 1)}}, ValueError, r"`priors` must be None or name some of \['p', 'q', 'v'\]"),
        ({"priors": {"q": (1, 0)}}, ValueError, r"`priors\['q'\]` must be \(median, spread\)"),
        (
            {"priors": {"q": (0, 1)}},
            ValueError,
            r"got \(0, 1\)\. The median of a parameter is in its own unit and above 0",
        ),
        ({"priors": "foo"}, ValueError, r"`priors` must be None or name some of \['p', 'q', 'v'\], got 'foo'"),
        ({"finite_mean": "no"}, TypeError, "`finite_mean` must be True or False, got 'no'"),
        (
            {"spend_covariates": "z"},
            ValueError,
            r"`spend_covariates` must be a sequence of columns other than .*, got 'z'. Pass \['column'\] for one",
        ),
        ({"spend_covariates": ["z", "z"]}, ValueError, "each once, got"),
        (
            {"spend_covariates": ["monetary_value"]},
            ValueError,
            r"other than \['frequency', 'monetary_value', 'n_customers'\], each once, got \['monetary_value'\]",
        ),
    ],
)
def test_options_outside_their_range_are_refused(cdnow, options, error, message):
    with pytest.raises(error, match=message):
        GammaGammaModel(**options).fit(cdnow)
    with pytest.raises(error, match=message):
        model(**options)


def test_priors_may_be_arrays(cdnow):
    pair = GammaGammaModel(priors={"q": (1, 1)}).fit(cdnow)
    for prior in (np.array([1.0, 1.0]), np.array([1, 1])):
        pd.testing.assert_frame_equal(GammaGammaModel(priors={"q": prior}).fit(cdnow).params_, pair.params_)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"level": 1}, ValueError, "`level` must lie between 0 and 1, got 1"),
        ({"level": "high"}, TypeError, "`level` must be a number between 0 and 1, got 'high'"),
        ({"n_draws": 1}, ValueError, "`n_draws` must be at least 2, got 1"),
        ({"n_draws": 2.5}, TypeError, "`n_draws` must be a whole number, got 2.5"),
    ],
)
def test_the_options_of_intervals_are_checked(options, error, message):
    with pytest.raises(error, match=message):
        model().predict_table(customers([1], [5]), **options)


@pytest.mark.parametrize(
    ("probabilities", "error", "message"),
    [
        ((0.5, 1.0), ValueError, "`probabilities` must lie between 0 and 1, got 1.0"),
        (("a",), TypeError, "`probabilities` must be a number between 0 and 1, got 'a'"),
        ((0.5, 0.5), ValueError, r"`probabilities` must be distinct, got \[0.5, 0.5\]"),
        (0.5, TypeError, r"`probabilities` must be a sequence of numbers between 0 and 1, got 0.5. Pass \[0.5\]"),
        ("0.5", TypeError, "`probabilities` must be a sequence of numbers between 0 and 1, got '0.5'"),
        ((), ValueError, r"`probabilities` must hold at least one number between 0 and 1, got \(\)"),
    ],
)
def test_probabilities_outside_their_range_are_refused(probabilities, error, message):
    with pytest.raises(error, match=message):
        model().spend_quantiles(customers([1], [5]), probabilities=probabilities)


@pytest.mark.parametrize("frequency", [-1, 0.5, math.nan, [1, 2.5]])
def test_what_is_no_number_of_purchases_is_refused(frequency):
    for ask in (lambda: model().simulate(frequency), lambda: model().density(5.0, frequency=frequency)):
        with pytest.raises(ValueError, match="`frequency` must hold whole numbers, 0 or more, got"):
            ask()


def test_covariates_must_be_those_of_the_model():
    law = GammaGammaModel.from_params({**PUBLISHED, "spend.z": 0.5}, spend_covariates=["z"])
    with pytest.raises(ValueError, match=r"`covariates` must hold \['z'\], got \[\]"):
        law.simulate([1])
    with pytest.raises(ValueError, match=r"`covariates` must hold \[\], got \['z'\]"):
        model().density(5.0, frequency=1, covariates={"z": 1})


def test_numbers_of_differing_length_are_refused():
    with pytest.raises(ValueError, match=r"`frequency` must be one number or as many as `m`, got 3 for 2. For every"):
        model().density([1, 2], frequency=[1, 2, 3])
    law = GammaGammaModel.from_params({**PUBLISHED, "spend.z": 0.5}, spend_covariates=["z"])
    message = r"`covariates\['z'\]` must be one number, or one for each of the 2 customers asked about, got 3"
    with pytest.raises(ValueError, match=message):
        law.simulate([1, 2], covariates={"z": [1, 2, 3]})
    with pytest.raises(ValueError, match=message):
        law.density([1, 2], frequency=1, covariates={"z": [1, 2, 3]})


def test_the_options_of_the_correlation_are_checked(cdnow):
    with pytest.raises(ValueError, match="`level` must lie between 0 and 1, got 1"):
        spend_independence_table(cdnow, level=1)
    with pytest.raises(ValueError, match="`non_positive` must be one of"):
        spend_independence_table(cdnow, non_positive="keep")


# Input untouched.


def test_inputs_stay_as_they_are(cdnow):
    given = cdnow.copy(deep=True)
    found = GammaGammaModel(spend_covariates=["tenure_days"]).fit(given)
    found.expected_spend(given)
    found.spend_quantiles(given)
    found.predict_table(given, n_draws=10)
    spend_independence_table(given)
    pd.testing.assert_frame_equal(given, cdnow)
    frequency = np.array([1, 2, 3])
    model().simulate(frequency, random_state=0)
    assert frequency.tolist() == [1, 2, 3]


# Spend by frequency.


def test_spend_by_frequency_by_hand():
    # of three and of two or more: means 20 and 40; standard errors sqrt(200 / 2 / 2) and of one customer none
    customers = pd.DataFrame({"frequency": [1, 1, 5, 0, np.nan], "monetary_value": [10.0, 30.0, 40.0, 0.0, np.nan]})
    model = GammaGammaModel.from_params({"p": 6.0, "q": 4.0, "v": 15.0})
    table = spend_by_frequency_table(customers, model=model, n_max=3)
    assert table["frequency"].tolist() == [1, 3]
    assert table["n_customers"].tolist() == [2, 1]
    assert table["actual"].tolist() == [20, 40]
    reach = stats.t.ppf(0.975, 1) * 10
    assert table["actual_lower"].tolist() == pytest.approx([20 - reach, np.nan], nan_ok=True)
    assert table["actual_upper"].tolist() == pytest.approx([20 + reach, np.nan], nan_ok=True)
    # p v / (q - 1)
    assert table["expected"].tolist() == pytest.approx([30, 30])


def test_spend_by_frequency_counts_rows_that_stand_for_several(cdnow, fitted):
    once = cdnow[["frequency", "monetary_value"]]
    twice = spend_by_frequency_table(pd.concat([once, once]), model=fitted)
    pd.testing.assert_frame_equal(spend_by_frequency_table(once.assign(n_customers=2), model=fitted), twice)


def test_spend_by_frequency_expects_each_group_with_its_covariates():
    params = {"p": 6.0, "q": 4.0, "v": 15.0, "spend.big": np.log(2)}
    model = GammaGammaModel.from_params(params, spend_covariates=["big"])
    customers = pd.DataFrame({"frequency": [1, 1, 2], "monetary_value": [9.0, 8.0, 7.0], "big": [0, 1, 1]})
    assert spend_by_frequency_table(customers, model=model)["expected"].tolist() == pytest.approx([45, 60])


def test_spend_by_frequency_covers_what_the_model_draws(fitted):
    # all means are the model's; so many of 7 * 40 intervals cover it with a probability of 0.9999 if each does with 0.9
    least, _ = stats.binom.interval(0.9999, 280, 0.9)
    covered = 0
    for seed in range(40):
        drawn = fitted.simulate(np.repeat(np.arange(1, 8), 400), random_state=seed)
        table = spend_by_frequency_table(drawn, model=fitted, level=0.9)
        covered += table["expected"].between(table["actual_lower"], table["actual_upper"]).sum()
    assert covered >= least


def test_nobody_who_came_back_has_no_spend_by_frequency(fitted):
    nobody = pd.DataFrame({"frequency": [0.0], "monetary_value": [0.0]})
    assert len(spend_by_frequency_table(nobody, model=fitted)) == 0


def test_spend_by_frequency_wants_a_model_of_spend(cdnow):
    with pytest.raises(TypeError, match="`model` must be a fitted GammaGammaModel, got str"):
        spend_by_frequency_table(cdnow, model="gamma")
    with pytest.raises(NotFittedError):
        spend_by_frequency_table(cdnow, model=GammaGammaModel())
