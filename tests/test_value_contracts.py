"""Models of contracts: published fits, exact arithmetic, laws of survival, recovery, boundaries, refusals."""

import itertools
import math

import mpmath
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import stats
from sklearn.exceptions import NotFittedError
from tests.depth import few

from crmkit._stats import digamma_step, log_beta_step
from crmkit.errors import ConvergenceError, SchemaError
from crmkit.value.contracts import BetaDiscreteWeibullModel, ShiftedBetaGeoModel, contract_table
from crmkit.value.contracts._law import Law
from crmkit.value.contracts._likelihood import Spans
from crmkit.value.contracts._sums import sum_rule
from crmkit.value.contracts._table import read_contracts

MODELS = [ShiftedBetaGeoModel, BetaDiscreteWeibullModel]
both = pytest.mark.parametrize("kind", MODELS)

# Fader and Hardie (2007), table 1: survivors of 1000 after each renewal.
REGULAR = [1000, 631, 468, 382, 326, 289, 262, 241, 223, 207, 194, 183, 173]
HIGH_END = [1000, 869, 743, 653, 593, 551, 517, 491, 468, 445, 427, 409, 394]

parameters = st.floats(-3, 3).map(math.exp)
powers = st.floats(-1, 0.9).map(math.exp)


def sbg(alpha, beta, **options):
    return ShiftedBetaGeoModel.from_params({"alpha": alpha, "beta": beta}, **options)


def bdw(alpha, beta, c, **options):
    return BetaDiscreteWeibullModel.from_params({"alpha": alpha, "beta": beta, "c": c}, **options)


def active(*tenures):
    return pd.DataFrame({"tenure": tenures, "churned": False})


# By hand.


def test_the_table_of_a_cohort_by_hand():
    # of 10, 4 are lost at the first renewal, none at the second, 1 at the third; 5 are left
    table = contract_table([10, 6, 6, 5])
    assert table["tenure"].tolist() == [1, 2, 3, 3]
    assert table["churned"].tolist() == [True, True, True, False]
    assert table["n_customers"].tolist() == [4, 0, 1, 5]


def test_uniform_churn_by_hand():
    # alpha = beta = 1: S(t) = B(1, 1 + t) / B(1, 1) = 1 / (1 + t), and S(t) / S(t - 1) = t / (t + 1)
    model = sbg(1, 1)
    assert_allclose(model.survival(np.arange(6)), [1, 1 / 2, 1 / 3, 1 / 4, 1 / 5, 1 / 6], rtol=1e-14)
    assert_allclose(model.retention_rate(np.arange(1, 5)), [1 / 2, 2 / 3, 3 / 4, 4 / 5], rtol=1e-14)
    # with c = 2, 1 / (1 + t²)
    assert_allclose(bdw(1, 1, 2).survival(np.arange(4)), [1, 1 / 2, 1 / 5, 1 / 10], rtol=1e-14)


def test_numbers_columns_and_series_come_back_as_they_went_in():
    model = sbg(1, 1)
    assert type(model.survival(3)) is float
    series = model.survival(pd.Series([0, 3], index=["a", "b"]))
    assert series.index.tolist() == ["a", "b"]
    assert series.tolist() == pytest.approx([1, 0.25])
    assert np.isnan(model.survival(np.array([np.nan, 1.0]))).tolist() == [True, False]


def test_who_is_lost_is_lost_and_who_is_active_is_alive_now():
    customers = pd.DataFrame({"tenure": [3, 3, 0, None], "churned": [True, False, False, None]}, index=list("abcd"))
    model = sbg(1, 1)
    assert model.probability_alive(customers).tolist()[:3] == [0, 1, 1]
    # S(5) / S(3) = (1/6) / (1/4); S(2) / S(0) = 1/3
    later = model.probability_alive(customers, horizon=2)
    assert later.tolist()[:3] == pytest.approx([0, 2 / 3, 1 / 3], rel=1e-14)
    assert later.index.tolist() == list("abcd")
    worth = model.expected_residual_lifetime(customers, discount_rate=0.1)
    assert worth["a"] == 0
    assert worth["b"] > 0
    # no contract, no prediction
    assert np.isnan([later["d"], worth["d"], model.probability_alive(customers)["d"]]).all()


def test_residual_lifetime_by_hand():
    # alpha = 1, beta = 1, of a new customer: 1/2 now, 1/3 a year later at 10 %, 1/4 after two
    model = sbg(1, 1, time_unit="Y")
    lifetime = model.expected_residual_lifetime(active(0), discount_rate=0.1, horizon=3)
    assert lifetime[0] == pytest.approx(1 / 2 + 1 / 3 / 1.1 + 1 / 4 / 1.21, rel=1e-13)
    assert model.expected_residual_lifetime(active(0), discount_rate=0.1, horizon=0)[0] == 0
    # alpha = 2, beta = 1, without discounting: the sum of S(T + k) / S(T) is (beta + T) / (alpha - 1) = 1 + T
    assert_allclose(sbg(2, 1).expected_residual_lifetime(active(0, 1, 9), discount_rate=0), [1, 2, 10], rtol=1e-12)


def test_a_table_of_given_parameters_by_hand():
    # S(t) = 1 / (1 + t), S(t) / S(t - 1) = t / (1 + t); nothing is uncertain, and nobody is up for a renewal at 0
    found = sbg(1, 1).survival_table([2, 0, 2])
    names = ["survival", "survival_lower", "survival_upper"]
    rates = ["retention_rate", "retention_rate_lower", "retention_rate_upper"]
    assert list(found) == ["t", *names, *rates]
    assert found["t"].tolist() == [2, 0, 2]
    assert_allclose(found[names], np.outer([1 / 3, 1, 1 / 3], np.ones(3)), rtol=1e-14)
    assert_allclose(found[rates], np.outer([2 / 3, np.nan, 2 / 3], np.ones(3)), rtol=1e-14)
    assert found.index.tolist() == [0, 1, 2]


def test_predictions_of_given_parameters_by_hand():
    # of somebody new and after 3 renewals: S(2) / S(0) = 1/3, S(5) / S(3) = 2/3; 1/2 + 1/3 and 4/5 + 4/6 renewals
    customers = pd.DataFrame({"tenure": [0, 3, 3, None], "churned": [False, True, False, None]}, index=list("abcd"))
    found = sbg(1, 1).predict_table(customers, horizon=2)
    expected = [[1 / 3, 5 / 6], [0, 0], [2 / 3, 22 / 15], [np.nan, np.nan]]
    assert_allclose(found, np.repeat(expected, 3, axis=1), rtol=1e-13)
    assert found.index.tolist() == list("abcd")


def test_a_monthly_contract_is_discounted_by_the_month():
    # 30.4375 days are a twelfth of 365.25
    lifetime = sbg(1, 1, time_unit="M").expected_residual_lifetime(active(0), discount_rate=0.1, horizon=2)
    assert lifetime[0] == pytest.approx(1 / 2 + 1 / 3 / 1.1 ** (1 / 12), rel=1e-13)


@both
def test_a_contract_is_a_year_unless_told_otherwise(kind):
    # as in the papers; the second of two renewals is a year away
    given = dict.fromkeys(kind._parameters, 1.0)
    lifetime = kind.from_params(given).expected_residual_lifetime(active(0), discount_rate=0.1, horizon=2)
    assert lifetime[0] == pytest.approx(kind.from_params(given).survival(1) + kind.from_params(given).survival(2) / 1.1)


# Reference: Fader and Hardie (2007), estimates for the first 7 renewals to three decimals.


@pytest.mark.parametrize(("survivors", "alpha", "beta"), [(REGULAR, 0.704, 1.182), (HIGH_END, 0.668, 3.806)])
def test_published_shifted_beta_geo(survivors, alpha, beta):
    model = ShiftedBetaGeoModel().fit(contract_table(survivors[:8]))
    assert_allclose(model.params_["estimate"], [alpha, beta], atol=5e-4)


def test_published_probabilities_of_loss():
    # Fader and Hardie (2007), alpha = beta = 1
    lost = -np.diff(sbg(1, 1).survival(np.arange(8)))
    assert_allclose(lost, [0.5, 0.167, 0.083, 0.05, 0.033, 0.024, 0.018], atol=5e-4)


def test_published_residual_lifetimes():
    # Fader and Hardie (2010), Marketing Science 29(1), 10 % a year, customers up for renewals 1 to 5
    model = sbg(3.80, 15.20, time_unit="Y")
    lifetime = model.expected_residual_lifetime(active(0, 1, 2, 3, 4), discount_rate=0.1)
    assert_allclose(lifetime, [3.31, 3.45, 3.59, 3.72, 3.84], atol=5e-3)


# Reference: the same data by independent scripts in SciPy (log-likelihoods to four decimals, parameters to six).


@pytest.mark.parametrize(
    ("kind", "survivors", "estimates", "loglik"),
    [
        (ShiftedBetaGeoModel, REGULAR[:8], [0.704077, 1.182043], -1680.2652),
        (ShiftedBetaGeoModel, HIGH_END[:8], [0.668088, 3.806095], -1611.1581),
        (BetaDiscreteWeibullModel, REGULAR[:8], [0.455614, 0.779326, 1.283451], -1679.6028),
        (BetaDiscreteWeibullModel, HIGH_END[:8], [0.214253, 1.426575, 1.723565], -1605.3142),
    ],
)
def test_computed_fits(kind, survivors, estimates, loglik):
    model = kind().fit(contract_table(survivors))
    assert_allclose(model.params_["estimate"], estimates, atol=2e-6)
    assert model.loglik_ == pytest.approx(loglik, abs=6e-5)
    assert model.boundary_ == []
    assert model.n_customers_ == 1000
    assert model.aic_ == pytest.approx(2 * len(estimates) - 2 * loglik, abs=2e-4)


def test_computed_fits_to_all_renewals_and_standard_errors():
    regular, high_end = (
        BetaDiscreteWeibullModel().fit(contract_table(survivors)).loglik_ for survivors in (REGULAR, HIGH_END)
    )
    assert [regular, high_end] == pytest.approx([-1930.9297, -2004.8169], abs=6e-5)
    errors = ShiftedBetaGeoModel().fit(contract_table(REGULAR[:8])).params_["std_error"]
    assert_allclose(errors, [0.0656, 0.1525], atol=6e-5)


def test_computed_projection_to_the_twelfth_renewal():
    found = [
        100 * kind().fit(contract_table(survivors[:8])).survival(12)
        for survivors, kind in itertools.product((REGULAR, HIGH_END), MODELS)
    ]
    assert_allclose(found, [17.00, 17.73, 37.80, 40.39], atol=6e-3)


def test_computed_residual_lifetimes():
    # the second case of Fader and Hardie (2010), whose printed figures come from parameters with more digits
    lifetime = sbg(0.067, 0.267, time_unit="Y").expected_residual_lifetime(active(*range(5)), discount_rate=0.1)
    assert_allclose(lifetime, [7.6708, 9.4553, 9.8508, 10.0562, 10.1886], atol=5e-5)


# Reference: mpmath, over a wide grid.

_A = [3e-7, 1e-3, 0.7, 3.3, 50.0, 3e6, 1e13]
_B = [3e-7, 1e-2, 1.0, 29.9, 1e3, 3e6, 1e20]
_STEPS = [1e-13, 1e-6, 0.1, 1.0, 13.7, 1e8, 1e100]


def test_differences_of_gamma_functions_keep_their_digits():
    grid = np.array(list(itertools.product(_A, _B, _STEPS)))
    found = log_beta_step(*grid.T)
    with mpmath.workdps(250):
        exact = [
            mpmath.loggamma(b + s) - mpmath.loggamma(b) - mpmath.loggamma(a + b + s) + mpmath.loggamma(a + b)
            for a, b, s in (map(mpmath.mpf, point) for point in grid.tolist())
        ]
    assert_allclose(found, [float(value) for value in exact], rtol=1e-12)
    points = np.array(list(itertools.product(_B, _STEPS)))
    with mpmath.workdps(250):
        rise = [
            mpmath.digamma(mpmath.mpf(x) + mpmath.mpf(s)) - mpmath.digamma(mpmath.mpf(x)) for x, s in points.tolist()
        ]
    assert_allclose(digamma_step(*points.T), [float(value) for value in rise], rtol=1e-12)


@pytest.mark.parametrize("alpha", [1e-3, 0.067, 0.7, 1.0, 4.0, 200.0, 1e5])
def test_shifted_beta_geo_agrees_with_its_hypergeometric_function(alpha):
    # Fader and Hardie (2010): (beta + T) / (alpha + beta + T) 2F1(1, beta + T + 1; alpha + beta + T + 1; 1 / (1 + d))
    for beta, rate in itertools.product([1e-3, 0.3, 3.8, 150.0, 1e5], [0.5, 3.0]):
        found = sbg(alpha, beta, time_unit="Y").expected_residual_lifetime(active(0, 1, 7, 400), discount_rate=rate)
        with mpmath.workdps(30):
            a, v, starts = mpmath.mpf(alpha), 1 / (1 + mpmath.mpf(rate)), [mpmath.mpf(beta) + t for t in (0, 1, 7, 400)]
            exact = [b / (a + b) * mpmath.hyp2f1(1, b + 1, a + b + 1, v) for b in starts]
        assert_allclose(found, [float(value) for value in exact], rtol=1e-10)


@pytest.mark.parametrize("alpha", [1e-3, 0.067, 0.7, 1.0, 4.0, 200.0, 1e5])
@pytest.mark.parametrize(("unit", "days"), [("Y", 365.25), ("M", 30.4375), ("D", 1.0)])
def test_shifted_beta_geo_agrees_with_the_product_of_its_retention_rates(alpha, unit, days):
    # 150,000 days at 10 % a year leave 1e-17, as many months or years nothing
    k = np.arange(150_000, dtype=np.longdouble)
    v = np.longdouble(1.1) ** (-days / np.longdouble(365.25))
    for beta, tenure in itertools.product([1e-3, 0.3, 3.8, 150.0, 1e5], (0, 1, 400)):
        b = np.longdouble(beta) + tenure + k
        exact = np.cumprod(b / (alpha + b) * np.where(k > 0, v, 1)).sum()
        found = sbg(alpha, beta, time_unit=unit).expected_residual_lifetime(active(tenure), discount_rate=0.1)[0]
        assert found == pytest.approx(float(exact), rel=1e-10)


@pytest.mark.parametrize(
    ("alpha", "beta", "c"),
    [(0.2143, 1.4266, 1.7236), (0.5, 0.8, 1.28), (3.0, 40.0, 0.4), (1e-3, 5.0, 3.0), (1e4, 1e9, 4.4), (0.1, 1e8, 15.0)],
)
@pytest.mark.parametrize(("rate", "unit"), [(0.1, "Y"), (0.5, "M")])
def test_beta_discrete_weibull_agrees_with_the_plain_sum(alpha, beta, c, rate, unit):
    tenures = (0, 1, 6, 60)
    found = bdw(alpha, beta, c, time_unit=unit).expected_residual_lifetime(active(*tenures), discount_rate=rate)
    v = (1 + rate) ** (-1 if unit == "Y" else -1 / 12)
    assert_allclose(found, [_plain_sum(alpha, beta, c, t, v) for t in tenures], rtol=1e-9)


def _plain_sum(alpha, beta, c, tenure, v):
    """Term by term from the ratio of beta functions, until what is left is below 1e-12."""
    with mpmath.workdps(80):
        a, b, power = mpmath.mpf(alpha), mpmath.mpf(beta), mpmath.mpf(c)

        def log_beta(t):
            x = b + mpmath.mpf(t) ** power
            return mpmath.loggamma(x) - mpmath.loggamma(a + x)

        first, total, rest = log_beta(tenure), mpmath.mpf(0), mpmath.inf
        k = 1
        while rest > 1e-12 * total:
            term = mpmath.exp(log_beta(tenure + k) - first) * mpmath.mpf(v) ** (k - 1)
            total, rest, k = total + term, term / (1 - v), k + 1
        return float(total)


def test_undiscounted_beta_discrete_weibull_agrees_with_the_sum_and_the_integral_of_its_rest():
    # Euler and Maclaurin from 200 on: integral + f / 2 - f' / 12, the next term below 1e-11
    alpha, beta, c = mpmath.mpf("1.1"), mpmath.mpf("0.8"), mpmath.mpf("1.5")

    def survival(t):
        return mpmath.beta(alpha, beta + t**c) / mpmath.beta(alpha, beta)

    with mpmath.workdps(25):
        head = mpmath.fsum(survival(mpmath.mpf(t)) for t in range(1, 200))
        panels = [200 * mpmath.mpf(10) ** k for k in range(0, 40, 2)]
        rest = mpmath.quad(survival, panels)
        exact = head + rest + survival(mpmath.mpf(200)) / 2 - mpmath.diff(survival, 200) / 12
    found = bdw(1.1, 0.8, 1.5).expected_residual_lifetime(active(0), discount_rate=0)
    assert found[0] == pytest.approx(float(exact), rel=1e-9)


@pytest.mark.parametrize("n_terms", [1, 16, 40, 41, 47, 1000, 10**5])
def test_sums_of_powers_are_exact(n_terms):
    nodes, weights = sum_rule(float(n_terms))
    for degree in (0, 1, 2, 5, 11):
        exact = sum(i**degree for i in range(n_terms))
        assert weights @ nodes**degree == pytest.approx(exact, rel=1e-10)


# Laws.


@given(parameters, parameters, powers)
def test_survival_falls_from_one_and_is_the_product_of_the_retention_rates(alpha, beta, c):
    model = bdw(alpha, beta, c)
    t = np.arange(0, 40)
    survival, retention = model.survival(t), model.retention_rate(t[1:])
    assert survival[0] == 1
    assert (np.diff(survival) <= 0).all()
    assert ((retention > 0) & (retention <= 1)).all()
    assert_allclose(np.cumprod(retention), survival[1:], rtol=1e-12)


@given(parameters, parameters)
def test_the_retention_rate_of_the_shifted_beta_geo_is_its_closed_form_and_rises(alpha, beta):
    t = np.arange(1, 60)
    found = sbg(alpha, beta).retention_rate(t)
    assert_allclose(found, (beta + t - 1) / (alpha + beta + t - 1), rtol=1e-13)
    assert (np.diff(found) > 0).all()
    assert_allclose(bdw(alpha, beta, 1).retention_rate(t), found, rtol=1e-13)


@given(parameters, parameters, powers, st.floats(0.001, 2), st.sampled_from(["D", "W", "M", "Y"]))
def test_residual_lifetime_is_the_next_renewal_and_what_follows_it(alpha, beta, c, rate, unit):
    days = {"D": 1, "W": 7, "M": 30.4375, "Y": 365.25}[unit]
    model = bdw(alpha, beta, c, time_unit=unit)
    tenures = np.arange(0, 30)
    lifetime = model.expected_residual_lifetime(active(*tenures), discount_rate=rate).to_numpy()
    v = (1 + rate) ** (-days / 365.25)
    following = model.retention_rate(tenures[1:]) * (1 + v * lifetime[1:])
    assert_allclose(lifetime[:-1], following, rtol=1e-10)
    # what comes until a horizon, and what comes after it
    soon = model.expected_residual_lifetime(active(0), discount_rate=rate, horizon=29)[0]
    assert lifetime[0] == pytest.approx(soon + v**29 * model.survival(29) * lifetime[29], rel=1e-10)


@given(parameters, parameters, powers, st.integers(0, 10**9), st.integers(0, 10**6))
def test_active_customers_always_have_a_number(alpha, beta, c, tenure, horizon):
    model = bdw(alpha, beta, c)
    alive = model.probability_alive(active(tenure), horizon=horizon)[0]
    lifetime = model.expected_residual_lifetime(active(tenure), discount_rate=0.1)[0]
    assert 0 <= alive <= 1
    # nobody is worth more than renewing for ever, 1 / (1 - v)
    assert 0 <= lifetime <= 1 / (1 - 1.1 ** (-1 / 12)) * (1 + 1e-9)


@given(
    st.lists(st.tuples(st.integers(1, 12), st.booleans(), st.integers(0, 50)), min_size=1, max_size=12),
    st.floats(-2, 2),
    st.floats(-2, 2),
    st.floats(-1, 0.8),
)
def test_the_likelihood_is_that_of_the_rows_and_its_gradient_that_of_differences(rows, log_alpha, log_beta, log_c):
    table = pd.DataFrame(rows, columns=["tenure", "churned", "n_customers"])
    at = np.array([log_alpha, log_beta, log_c])
    spans = Spans(read_contracts(table))
    value, slopes = spans.log_likelihood(Law(*np.exp(at)))
    model = bdw(*np.exp(at))
    survival = dict(enumerate(model.survival(np.arange(0, 13))))
    plain = sum(n * math.log(survival[t - 1] - survival[t] if lost else survival[t]) for t, lost, n in rows)
    assert value == pytest.approx(plain, rel=1e-9, abs=1e-9)
    for i, step in enumerate(1e-5 * np.eye(3)):
        up, down = (spans.log_likelihood(Law(*np.exp(at + sign * step)))[0] for sign in (1, -1))
        assert slopes[i] == pytest.approx((up - down) / 2e-5, rel=1e-5, abs=1e-4 * (1 + abs(value)) * 1e-2)


@both
def test_rows_of_one_customer_and_groups_say_the_same(kind):
    grouped = contract_table(REGULAR[:8])
    single = grouped.loc[grouped.index.repeat(grouped["n_customers"].astype(int)), ["tenure", "churned"]]
    first, second = kind().fit(grouped), kind().fit(single.sample(frac=1, random_state=1))
    assert_allclose(first.params_, second.params_, rtol=1e-9)
    assert first.loglik_ == pytest.approx(second.loglik_, rel=1e-12)


@both
def test_more_of_the_same_customers_give_the_same_estimates_with_smaller_errors(kind):
    once, often = kind().fit(contract_table(REGULAR[:8])), kind().fit(contract_table(np.array(REGULAR[:8]) * 100))
    assert_allclose(once.params_["estimate"], often.params_["estimate"], rtol=1e-4)
    assert_allclose(once.params_["std_error"], 10 * often.params_["std_error"], rtol=1e-3)


@given(parameters, parameters, st.integers(2, 12), st.integers(0, 10**6))
@few()
def test_the_special_case_is_never_likelier(alpha, beta, n_periods, seed):
    table = sbg(alpha, beta).simulate(n=300, n_periods=n_periods, random_state=seed)
    if table["churned"].any():
        special, general = (kind().fit(table) for kind in MODELS)
        assert general.loglik_ >= special.loglik_ - 1e-4


# Intervals are quantiles over the draws of the parameters: the point methods, asked once for each draw.


def laws(model, *, n_draws, random_state):
    draws = model.draw_params(n_draws, random_state=random_state).to_dict("records")
    return [type(model).from_params(draw, time_unit=model.time_unit) for draw in draws]


@both
def test_intervals_of_curves_are_quantiles_over_the_draws(kind):
    model = kind().fit(contract_table(HIGH_END[:8]))
    t = np.array([5, 0, 1, 40, 5])
    found = model.survival_table(t, level=0.8, n_draws=60, random_state=3)
    assert_array_equal(found["survival"], model.survival(t))
    assert_array_equal(found["retention_rate"].dropna(), model.retention_rate(t[t > 0]))
    each = laws(model, n_draws=60, random_state=3)
    ends = np.quantile([law.survival(t) for law in each], [0.1, 0.9], axis=0)
    assert_allclose(found[["survival_lower", "survival_upper"]].T, ends, rtol=1e-12)
    ends = np.quantile([law.retention_rate(t[t > 0]) for law in each], [0.1, 0.9], axis=0)
    assert_allclose(found[["retention_rate_lower", "retention_rate_upper"]].dropna().T, ends, rtol=1e-12)


@both
@pytest.mark.parametrize(("horizon", "rate"), [(0, 0.1), (3, 0.0), (70, 0.2), (500, 0.05), (None, 0.1)])
def test_intervals_of_predictions_are_quantiles_over_the_draws(kind, horizon, rate):
    model = kind(time_unit="Y").fit(contract_table(HIGH_END[:8]))
    customers = active(7, 0, 0, 300, 2, 45)
    lifetime = ["expected_residual_lifetime"]
    names = lifetime if horizon is None else ["probability_alive", *lifetime]
    found = model.predict_table(
        customers, horizon=horizon, discount_rate=rate, quantities=names, level=0.8, n_draws=30, random_state=3
    )
    assert list(found) == [name + end for name in names for end in ("", "_lower", "_upper")]
    each = [model, *laws(model, n_draws=30, random_state=3)]
    for name in names:
        options = {"horizon": horizon} | ({"discount_rate": rate} if name in lifetime else {})
        estimate, *drawn = (getattr(law, name)(customers, **options) for law in each)
        assert_array_equal(found[name], estimate)
        assert_allclose(found[[f"{name}_lower", f"{name}_upper"]].T, np.quantile(drawn, [0.1, 0.9], axis=0), rtol=1e-10)


def test_blocks_of_tenures_do_not_matter(monkeypatch):
    model = BetaDiscreteWeibullModel().fit(contract_table(HIGH_END[:8]))
    options = {"horizon": None, "discount_rate": 0.1, "quantities": ["expected_residual_lifetime"], "n_draws": 20}
    whole = model.predict_table(active(*range(9)), **options)
    monkeypatch.setattr("crmkit.value.contracts._drawn._AT_A_TIME", 50)
    pd.testing.assert_frame_equal(model.predict_table(active(*range(9)), **options), whole, rtol=1e-12)


@both
def test_intervals_widen_with_the_level_and_hold_the_estimate(kind):
    model = kind().fit(contract_table(REGULAR[:8]))
    t = np.arange(1, 30)
    wide, narrow = (model.survival_table(t, level=level) for level in (0.99, 0.5))
    for name in ("survival", "retention_rate"):
        assert (wide[f"{name}_lower"] < narrow[f"{name}_lower"]).all()
        assert (wide[f"{name}_upper"] > narrow[f"{name}_upper"]).all()
        assert wide[name].between(wide[f"{name}_lower"], wide[f"{name}_upper"]).all()
    # all ends are those of a survival function
    assert (wide.filter(like="survival").diff().dropna() <= 0).all(axis=None)
    pd.testing.assert_frame_equal(wide, model.survival_table(t, level=0.99, random_state=np.random.default_rng(0)))


@pytest.mark.deep
def test_intervals_of_survival_cover():
    # so many of 100 intervals hold the truth with a probability of 0.9999, if each does with 0.95
    least, most = stats.binom.interval(0.9999, 100, 0.95)
    truth, rng, t = sbg(0.7, 1.2), np.random.default_rng(12), np.array([1, 6, 24])
    covered = np.zeros(3)
    for _ in range(100):
        found = ShiftedBetaGeoModel().fit(truth.simulate(n=500, n_periods=6, random_state=rng)).survival_table(t)
        covered += (found["survival_lower"] < truth.survival(t)) & (truth.survival(t) < found["survival_upper"])
    assert ((least <= covered) & (covered <= most)).all(), covered


def test_draws_that_expect_renewals_without_end_make_the_upper_end_infinite():
    model = ShiftedBetaGeoModel().fit(sbg(1.5, 1.5).simulate(n=300, n_periods=8))
    endless = (model.draw_params(500)["alpha"] <= 1).mean()
    assert model.params_.loc["alpha", "estimate"] > 1
    assert 0.03 < endless < 0.9
    asked = {"quantities": ["expected_residual_lifetime"], "discount_rate": 0}
    found = model.predict_table(active(0, 5), horizon=None, **asked)
    assert np.isfinite(found["expected_residual_lifetime_lower"]).all()
    assert np.isinf(found["expected_residual_lifetime_upper"]).all()
    # beta / (alpha - 1) renewals; endless draws lie above all others, so that the lower end is among the finite ones
    sums = np.sort([law["beta"] / (law["alpha"] - 1) for law in model.draw_params(500).to_dict("records")])
    finite = sums[sums > 0]
    at = 0.025 * 499
    lower = finite[int(at)] + (at - int(at)) * (finite[int(at) + 1] - finite[int(at)])
    assert found["expected_residual_lifetime_lower"][0] == pytest.approx(lower, rel=1e-9)
    # within a horizon nothing is infinite
    assert np.isfinite(model.predict_table(active(0, 5), horizon=1000, **asked)).all(axis=None)


def test_cohorts_of_different_age_are_fitted_together():
    old, young = contract_table(REGULAR), contract_table([500, 316, 234])
    model = ShiftedBetaGeoModel().fit(pd.concat([old, young]))
    assert model.n_customers_ == 1500
    # the young are the old in their first two periods: little moves
    assert_allclose(model.params_["estimate"], ShiftedBetaGeoModel().fit(old).params_["estimate"], rtol=0.02)


@both
def test_the_likelihood_at_given_parameters(kind):
    cohort = contract_table([1000, 631, 468, 382, 326])
    model = kind().fit(cohort)
    assert model.loglik(cohort) == pytest.approx(model.loglik_, rel=1e-12)
    assert model.score(cohort) == pytest.approx(model.loglik_ / 1000, rel=1e-12)
    # Fader and Hardie (2007), seven renewals of the regular customers: maximum .704077, 1.182043 (value.md, 2.7)
    paper = ShiftedBetaGeoModel.from_params({"alpha": 0.704077, "beta": 1.182043})
    assert paper.loglik(contract_table(REGULAR[:8])) == pytest.approx(-1680.2652, abs=1e-4)
    # alpha = beta = 1: lost at the first renewal with 1/2, at the second with 1/2 x 1/3
    even = ShiftedBetaGeoModel.from_params({"alpha": 1.0, "beta": 1.0})
    two = pd.DataFrame({"tenure": [1, 2], "churned": [True, True]})
    assert even.loglik(two) == pytest.approx(math.log(1 / 2 / 6), rel=1e-12)


def test_priors_hold_where_data_say_little():
    few = contract_table([10, 8, 7])
    tight = ShiftedBetaGeoModel(priors={"alpha": (1.0, 1e-4), "beta": (math.e, 1e-4)}).fit(few)
    assert_allclose(tight.params_["estimate"], [1, math.e], rtol=1e-4)
    # nobody was lost yet: the priors alone keep the churn above 0
    assert (
        0.5 < ShiftedBetaGeoModel(priors={"alpha": (1, 1), "beta": (3, 1)}).fit(contract_table([9, 9])).survival(1) < 1
    )


@both
def test_priors_may_be_arrays(kind):
    few = contract_table([10, 8, 7])
    pair = kind(priors={"alpha": (1, 1)}).fit(few).params_
    for prior in (np.array([1.0, 1.0]), np.array([1, 1])):
        pd.testing.assert_frame_equal(kind(priors={"alpha": prior}).fit(few).params_, pair)


# Recovery from simulated customers.


@pytest.mark.parametrize("model", [sbg(0.7, 1.2), sbg(3.8, 15.2), bdw(0.25, 1.65, 1.6), bdw(2.0, 3.0, 0.6)])
def test_parameters_are_recovered(model):
    table = model.simulate(n=100_000, n_periods=24, random_state=7)
    found = type(model)().fit(table).params_
    true = model.params_["estimate"]
    # on the log scale, where intervals are made: within four standard errors, and these are below a quarter
    assert (np.abs(np.log(found["estimate"] / true)) < 4 * found["std_error"] / found["estimate"]).all()
    assert (found["std_error"] < 0.25 * true).all()


def test_simulated_customers_survive_as_the_model_says():
    model = bdw(0.8, 2.0, 1.4)
    table = model.simulate(n=200_000, n_periods=6, random_state=3)
    survived = table["tenure"] - table["churned"]
    shares = [(survived >= t).mean() for t in range(1, 7)]
    # three standard errors of a share of 200,000
    assert_allclose(shares, model.survival(np.arange(1, 7)), atol=3 * 0.5 / 200_000**0.5)
    assert table.equals(model.simulate(n=200_000, n_periods=6, random_state=3))
    # the same seed as everywhere if none is given
    assert model.simulate(n=50, n_periods=6).equals(model.simulate(n=50, n_periods=6, random_state=0))


# Where the likelihood has no maximum inside.


def test_customers_who_are_all_alike_are_said_to_be():
    model = ShiftedBetaGeoModel().fit(contract_table(1000 * 0.8 ** np.arange(10)))
    assert model.boundary_ == ["alpha", "beta"]
    assert_allclose(model.survival(np.arange(5)), 0.8 ** np.arange(5), rtol=1e-5)
    # then a renewal is worth as much as an annuity, r / (1 - r v)
    lifetime = model.expected_residual_lifetime(active(0, 9), discount_rate=0.1)
    assert_allclose(lifetime, 0.8 / (1 - 0.8 / 1.1), rtol=1e-4)
    assert model.params_[["std_error", "lower", "upper"]].isna().all(axis=None)


def test_customers_who_are_ever_likelier_to_leave():
    # all alike, S(t) = 0.98 ** (t ** 2): beyond what one probability per customer can say
    t = np.arange(12)
    model = BetaDiscreteWeibullModel().fit(contract_table(10_000 * 0.98 ** (t**2)))
    assert model.boundary_ == ["alpha", "beta"]
    assert model.params_.loc["c", "estimate"] == pytest.approx(2, abs=0.01)
    assert_allclose(model.survival(t), 0.98 ** (t**2), rtol=1e-2)


@both
def test_one_renewal_tells_one_number(kind):
    model = kind().fit(contract_table([100, 60]))
    assert set(model.boundary_) >= {"alpha", "beta"}
    assert model.survival(1) == pytest.approx(0.6, rel=1e-5)


@both
def test_contracts_without_a_renewal_say_nothing_beside_a_prior(kind):
    # nobody has come to a renewal: alpha is as its prior has it, median 2 and spread 0.5, the others are not known
    model = kind(priors={"alpha": (2.0, 0.5)}).fit(pd.DataFrame({"tenure": [0, 0], "churned": [False, False]}))
    assert model.params_.loc["alpha", ["estimate", "std_error"]].tolist() == pytest.approx([2.0, 1.0], rel=1e-5)
    assert set(model.boundary_) == set(model.params_.index) - {"alpha"}
    assert model.loglik_ == 0


def test_tenures_in_the_wrong_unit_are_not_fitted():
    table = pd.DataFrame({"tenure": [10**15, 10**17, 10**16], "churned": [True, False, True]})
    with pytest.raises(ConvergenceError, match="BetaDiscreteWeibullModel found no maximum"):
        BetaDiscreteWeibullModel().fit(table)


# Frames.


@pytest.mark.parametrize("kind", [pl.DataFrame, pa.table])
def test_other_frames_are_given_back(kind):
    model = sbg(1, 1)
    customers = kind({"tenure": [3, 2, None], "churned": [False, True, None]})
    found = model.probability_alive(customers, horizon=2)
    values = found.to_list() if isinstance(found, pl.Series) else found.to_pylist()
    assert values[:2] == pytest.approx([2 / 3, 0])
    assert values[2] is None
    told = model.predict_table(customers, horizon=2)
    assert type(told) is type(customers)
    upper = pl.DataFrame(told)["probability_alive_upper"].to_list()
    assert upper[:2] == pytest.approx([2 / 3, 0])
    assert upper[2] is None


def test_nobody_active_is_no_trouble():
    lost = pd.DataFrame({"tenure": [3, 1], "churned": True})
    assert (ShiftedBetaGeoModel().fit(contract_table(REGULAR)).predict_table(lost, horizon=2) == 0).all(axis=None)


def test_json_keeps_the_model():
    model = BetaDiscreteWeibullModel(time_unit="Y").fit(contract_table(REGULAR))
    again = BetaDiscreteWeibullModel.from_json(model.to_json())
    assert again.survival(20) == model.survival(20)
    assert again.time_unit == "Y"


# Refusals.


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"tenure": [1]}, r"lacks the columns \['churned'\].*contract_table makes"),
        (
            {"tenure": [1.5], "churned": [1]},
            r"tenure'\]` is not a whole number in 1 row, first at rows \[0\]",
        ),
        ({"tenure": [1, -1], "churned": [1, 0]}, r"tenure'\]` is below 0 in 1 row, first at rows \[1\]"),
        ({"tenure": [np.inf], "churned": [0]}, r"`customers\['tenure'\]` is infinite"),
        (
            {"tenure": [0], "churned": [1]},
            r"tenure'\]` is 0 where `customers\['churned'\]` is true \(the first renewal is 1\) in 1 row",
        ),
        ({"tenure": [2], "churned": [2]}, r"`customers\['churned'\]` is neither true nor false"),
        (
            {"tenure": [2], "churned": [np.nan]},
            r"`customers\['churned'\]` is missing where `customers\['tenure'\]` is not in 1 row",
        ),
        ({"tenure": [2], "churned": ["yes"]}, r"`customers\['churned'\]` must hold true or false"),
        ({"tenure": ["2"], "churned": [1]}, r"`customers\['tenure'\]` must hold numbers"),
        ({"tenure": [2], "churned": [1], "n_customers": [-1]}, r"n_customers'\]` is below 0"),
        ({"tenure": [2, None], "churned": [1, 0]}, r"tenure'\]` is missing in 1 row, first at rows \[1\]"),
        ({"tenure": [2, 3], "churned": [0, 0]}, "holds nobody who was lost"),
        ({"tenure": [2], "churned": [1], "n_customers": [0]}, "holds nobody who was lost"),
    ],
)
def test_tables_that_hold_no_contracts_are_refused(columns, message):
    with pytest.raises(SchemaError, match=message):
        ShiftedBetaGeoModel().fit(pd.DataFrame(columns))


def test_no_frame_is_refused():
    with pytest.raises(TypeError, match="`customers` must be a pandas"):
        ShiftedBetaGeoModel().fit([1, 2])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"time_unit": "Q"}, r"`time_unit` must be 'D' \(days\), .*, got 'Q'\.$"),
        ({"priors": {"gamma": (0, 1)}}, "`priors` must be None or name some of"),
        ({"priors": {"alpha": (1, 0)}}, "no spread below 1e-06"),
        ({"priors": "foo"}, r"`priors` must be None or name some of \['alpha', 'beta'\], got 'foo'"),
    ],
)
def test_options_are_checked(options, message):
    with pytest.raises(ValueError, match=message):
        ShiftedBetaGeoModel(**options).fit(contract_table(REGULAR))
    with pytest.raises(ValueError, match=message):
        sbg(0.7, 1.2, **options)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda m: m.survival(-1), r"`t` must hold whole numbers of at least 0, got \[-1.0\]"),
        (lambda m: m.survival([1, 2.5]), r"at least 0, got \[2.5\]. Contracts end at renewals"),
        (lambda m: m.retention_rate(0), r"at least 1, got \[0.0\]"),
        (
            lambda m: m.probability_alive(active(1), horizon=0.5),
            "`horizon` must be a whole number of renewals, got 0.5",
        ),
        (lambda m: m.probability_alive(active(1), horizon=-1), "`horizon` must be a time after `as_of`"),
        (
            lambda m: m.expected_residual_lifetime(active(1), discount_rate=-0.1),
            "`discount_rate` must be a rate per year",
        ),
        (lambda m: m.expected_residual_lifetime(active(1), discount_rate=0), "without end, as alpha . c is 0.7"),
        (
            lambda m: m.predict_table(active(1), horizon=None),
            "`horizon` must be a number of renewals for probability_alive, got None",
        ),
        (
            lambda m: m.predict_table(active(1), horizon=None, quantities=["expected_residual_lifetime"]),
            "without end, as alpha . c is 0.7",
        ),
        (lambda m: m.predict_table(active(1), horizon=2.5), "`horizon` must be a whole number of renewals, got 2.5"),
        (
            lambda m: m.predict_table(active(1), horizon=2, quantities=["survival"]),
            r"`quantities` must list some of \['probability_alive', 'expected_residual_lifetime'\], each once, got",
        ),
        (lambda m: m.predict_table(active(1), horizon=2, discount_rate=-1), "`discount_rate` must be a rate per year"),
        (lambda m: m.predict_table(active(1), horizon=2, level=1), "`level` must lie between 0 and 1, got 1"),
        (lambda m: m.predict_table(active(1), horizon=2, n_draws=1), "`n_draws` must be at least 2, got 1"),
        (lambda m: m.survival_table([1, -1]), r"`t` must hold whole numbers of at least 0, got \[-1.0\]"),
        (lambda m: m.survival_table([1, np.nan]), r"numbers of renewals below 2\^53, none missing, got \[nan\]"),
        (lambda m: m.survival_table([1], level=0), "`level` must lie between 0 and 1, got 0"),
        (lambda m: m.survival_table([1], n_draws=1), "`n_draws` must be at least 2, got 1"),
        (lambda m: m.simulate(n=0, n_periods=3), "`n` must be at least 1"),
        (lambda m: m.simulate(n=3, n_periods=0), "`n_periods` must be at least 1"),
    ],
)
def test_what_makes_no_sense_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call(sbg(0.7, 1.2))


def test_a_sum_whose_end_is_out_of_sight_is_refused():
    # alpha c = 1.2, but S(t) takes t = 10^300 to get near its power
    with pytest.raises(ValueError, match="falls too slowly to be added up"):
        bdw(1200, 1.0, 0.001).expected_residual_lifetime(active(0), discount_rate=0)


@both
def test_nothing_is_said_before_fit(kind):
    with pytest.raises(NotFittedError):
        kind().simulate(n=1, n_periods=1)
    with pytest.raises(NotFittedError):
        kind().survival_table([1])
    with pytest.raises(NotFittedError):
        kind().predict_table(active(1), horizon=1)


@pytest.mark.parametrize(
    ("survivors", "error", "message"),
    [
        ([10, 11], ValueError, r"must never rise, got more than before at renewals \[1\]"),
        ([10], ValueError, "at least two numbers"),
        ([[10, 9]], ValueError, "at least two numbers"),
        ([10, np.nan], ValueError, r"must be finite and not below 0, got \[10.0, nan\]"),
        ([10, -1], ValueError, "must be finite and not below 0"),
        (["many", "few"], TypeError, "`survivors` must be numbers of customers"),
    ],
)
def test_survivors_that_cannot_be_are_refused(survivors, error, message):
    with pytest.raises(error, match=message):
        contract_table(survivors)


# Input untouched.


@both
def test_inputs_stay_as_they_were(kind):
    table = contract_table(REGULAR)
    before = table.copy(deep=True)
    model = kind().fit(table)
    model.probability_alive(table, horizon=3)
    model.expected_residual_lifetime(table, discount_rate=0.1)
    model.predict_table(table, horizon=2, n_draws=5)
    pd.testing.assert_frame_equal(table, before)
    survivors = np.array(REGULAR, dtype=float)
    contract_table(survivors)
    assert_array_equal(survivors, REGULAR)
