"""The purchase models against slow computations to 40 digits (tests/value_oracle.py), beyond what is ever fitted."""

import mpmath as mp
import numpy as np
import pandas as pd
import pytest
from scipy.special import roots_genlaguerre, roots_jacobi
from tests import value_grid, value_oracle

from crmkit._stats import beta_mean
from crmkit.value import BetaGeoModel, ModifiedBetaGeoModel, NBDModel, ParetoNBDModel
from crmkit.value._purchases._histories import read_histories

MODELS = {"bg": BetaGeoModel, "mbg": ModifiedBetaGeoModel, "pareto": ParetoNBDModel, "nbd": NBDModel}
RTOL = 1e-9
# Less than this is nothing: the grid goes down to 1e-400000.
NOTHING = 1e-290


@pytest.fixture(scope="module")
def grid():
    return pd.read_csv(value_grid.GRID_FILE)


def compare(grid, quantity, ask, *, given=(), least=NOTHING):
    """Hold a column of the grid to what `ask` gets of a model, its customers, and what is given with the question.

    Errors are relative, or to `least` where the truth is less. Times are in days, which are the grid's unit.
    """
    answers = []
    for name, rows in grid[grid[quantity].notna()].groupby("model"):
        parameters = list(value_oracle.MODELS[name].parameters)
        for values, alike in rows.groupby([*parameters, *given]):
            model = MODELS[name].from_params(dict(zip(parameters, values, strict=False)), time_unit="D")
            customers = alike[["x", "t_x", "T"]].set_axis(["frequency", "recency", "T"], axis=1)
            said = np.asarray(ask(model, customers, *values[len(parameters) :]))
            answers.append(pd.Series(said, index=alike.index))
    got = pd.concat(answers).sort_index()
    truth = grid.loc[got.index, quantity]
    error = (got - truth).abs() / truth.abs().clip(lower=least)
    # what underflows may do so a little sooner
    wrong = ~((error <= RTOL) | ((got - truth).abs() <= NOTHING))
    assert not wrong.any(), grid.loc[got.index].assign(got=got, error=error)[wrong].T.to_string()
    assert got.between(0, np.inf).all() or quantity == "log_likelihood"
    return got


# By hand: the oracle itself, by nothing but its story.


def _raw_mean(of_rates, r, alpha, a, b):
    """Mean over both rates by the rules of Gauss for their two distributions."""
    rates, rate_weights = roots_genlaguerre(60, r - 1)
    odds, p_weights = roots_jacobi(60, b - 1, a - 1)
    values = of_rates(rates[:, None] / alpha, (1 + odds) / 2)
    return rate_weights @ values @ p_weights / (rate_weights.sum() * p_weights.sum())


def test_the_oracle_averages_over_both_rates():
    # r = 1.5, alpha = 2, a = 1.3, b = 2.5; bought at 1 and 2, seen until 3; the next 2, and discounting at 0.3
    params = {"r": 1.5, "alpha": 2.0, "a": 1.3, "b": 2.5}

    def raw(of_rates):
        return _raw_mean(of_rates, *params.values())

    def stays(rate, p):
        return rate**2 * (1 - p) ** 2 * np.exp(-3 * rate)

    def leaves(rate, p):
        return rate**2 * (1 - p) * p * np.exp(-2 * rate)

    both = raw(lambda rate, p: stays(rate, p) + leaves(rate, p))
    here = raw(stays)
    later = raw(lambda rate, p: stays(rate, p) * np.exp(-rate * p * 2)) / here
    expected = raw(lambda rate, p: stays(rate, p) * (1 - np.exp(-rate * p * 2)) / p) / here
    once = raw(lambda rate, p: stays(rate, p) * _once(rate, p, 2)) / here
    for_ever = raw(lambda rate, p: stays(rate, p) * rate / (0.3 + rate * p)) / here
    until_2 = raw(lambda rate, p: stays(rate, p) * _until(rate, 0.3 + rate * p, 2)) / here
    mean_p = raw(lambda rate, p: p * (stays(rate, p) + leaves(rate, p))) / both
    mean_rate = raw(lambda rate, p: rate * (stays(rate, p) + leaves(rate, p))) / both

    model = value_oracle.BetaGeo(**params)
    t, discount = mp.mpf(2), mp.mpf("0.3")
    rates = model.rates(2, 2, 3)
    got = [
        mp.exp(value_oracle.log_likelihood(model, 2, 2, 3)),
        value_oracle.alive(model, 2, 2, 3),
        value_oracle.gone(model, 2, 2, 3),
        model.survival(2, 3, t),
        model.expected(2, 3, t),
        model.pmf(2, 3, 1, t),
        model.discounted(2, 3, mp.inf, discount),
        model.discounted(2, 3, t, discount),
        rates["dropout_probability"],
        rates["purchase_rate"],
    ]
    truth = [both, here / both, 1 - here / both, later, expected, once, for_ever, until_2, mean_p, mean_rate]
    assert [float(value) for value in got] == pytest.approx(truth, rel=1e-9)


def _once(rate, p, t):
    # one purchase and no dropout, or one at least and dropout after the first
    return (1 - p) * rate * t * np.exp(-rate * t) + p * (1 - np.exp(-rate * t))


def _until(rate, falling, t):
    return rate * (1 - np.exp(-falling * t)) / falling


def test_the_oracle_agrees_with_published_hypergeometric_forms():
    # Fader, Hardie and Lee (2005), equation 10, and, on DERT, (2005b), equation 4
    r, alpha, a, b, x, T, t = (mp.mpf(v) for v in ("0.243", "4.414", "0.793", "2.426", "2", "38.86", "39"))
    closed = mp.hyp2f1(r + x, b + x, a + b + x - 1, t / (alpha + T + t))
    closed = (a + b + x - 1) / (a - 1) * (1 - ((alpha + T) / (alpha + T + t)) ** (r + x) * closed)
    assert float(value_oracle.BetaGeo(r=r, alpha=alpha, a=a, b=b).expected(x, T, t)) == pytest.approx(float(closed))
    s, beta, rate = mp.mpf("0.606"), mp.mpf("11.669"), mp.mpf("0.0027")
    tricomi = (r + x) / (alpha + T) * (beta + T) * mp.hyperu(1, 2 - s, rate * (beta + T))
    pareto = value_oracle.Pareto(r=r, alpha=alpha, s=s, beta=beta)
    assert float(pareto.discounted(x, T, mp.inf, rate)) == pytest.approx(float(tricomi))
    # ... and Pareto/NBD's likelihood by the difference of two 2F1, alpha above beta: Fader and Hardie (2005)
    alpha, beta, t_x = beta, alpha, mp.mpf(20)

    def from_on(y):
        f = mp.hyp2f1(r + s + x, s + 1, r + s + x + 1, (alpha - beta) / (alpha + y))
        return f / (alpha + y) ** (r + s + x)

    pieces = (alpha + T) ** -(r + x) * (beta + T) ** -s + s / (r + s + x) * (from_on(t_x) - from_on(T))
    closed = mp.log(mp.gamma(r + x) / mp.gamma(r) * alpha**r * beta**s * pieces)
    pareto = value_oracle.Pareto(r=r, alpha=alpha, s=s, beta=beta)
    assert float(value_oracle.log_likelihood(pareto, x, t_x, T)) == pytest.approx(float(closed))


@pytest.mark.deep
def test_the_grid_is_what_the_oracle_says(grid):
    # a quarter of an hour's work: here every 60th row of those that are quick
    rows = list(value_grid.grid())
    assert len(rows) == len(grid)
    quick = [k for k, (name, *_) in enumerate(rows) if name in ("pareto", "nbd")]
    for k in quick[::60]:
        for quantity, value in value_grid.values(*rows[k]).items():
            assert grid.loc[k, quantity] == pytest.approx(float(value), rel=1e-15), (k, quantity)


def test_the_grid_spans_what_it_should(grid):
    assert sorted(grid["x"].unique()) == [0, 1, 2, 10, 100, 1000, 3000]
    assert (grid["t_x"] == grid["T"])[grid["x"] > 0].any()
    assert ((grid["t_x"] < 1e-3 * grid["T"]) & (grid["x"] > 0)).any()
    assert (grid["T"].min(), grid["T"].max(), grid["t"].min(), grid["t"].max()) == (0, 5000, 1e-3, 1e6)
    assert grid.groupby("model").size().to_dict() == {"bg": 144, "mbg": 144, "pareto": 144, "nbd": 48}


# Reference: the grid.


def test_log_likelihood(grid):
    # no public method takes given parameters to the likelihood of a table. Errors of its own size, or of 1: those of a
    # likelihood
    def log_likelihood(model, customers):
        h = read_histories(customers, time_unit="D", distinct=False)
        return model._law().likelihood(model._estimates(), h)[0]

    compare(grid, "log_likelihood", log_likelihood, least=1.0)


def test_probability_alive(grid):
    assert (compare(grid, "alive", lambda model, customers: model.probability_alive(customers)) <= 1).all()


def test_probability_alive_later(grid):
    def later(model, customers, t):
        return model.probability_alive(customers, horizon=t)

    assert (compare(grid, "alive_later", later, given=["t"]) <= 1).all()


def test_expected_purchases(grid):
    compare(grid, "expected", lambda model, customers, t: model.expected_purchases(customers, horizon=t), given=["t"])


def test_probability_inactive(grid):
    def inactive(model, customers, t):
        return model.probability_inactive(customers, horizon=t)

    assert (compare(grid, "inactive", inactive, given=["t"]) <= 1).all()


def test_purchase_distribution(grid):
    def exactly(model, customers, t, n):
        if n <= 20:
            return model.purchase_distribution(customers, horizon=t, n_max=int(n))[f"p_{n}"]
        # what the table is filled with, without the other columns
        histories, outlook = model._outlook(customers)
        return histories.to_rows(outlook.probability(int(n), t))

    assert (compare(grid, "exactly_n", exactly, given=["t", "n"]) <= 1).all()


def test_discounted_purchases(grid):
    def discounted(model, customers, t, discount_rate):
        return model.discounted_purchases(customers, discount_rate=discount_rate, horizon=t)

    compare(grid, "discounted", discounted, given=["t", "discount"])


def test_purchases_discounted_for_ever(grid):
    def discounted(model, customers, discount_rate):
        return model.discounted_purchases(customers, discount_rate=discount_rate)

    compare(grid, "discounted_for_ever", discounted, given=["discount"])


@pytest.mark.parametrize("rate", ["purchase_rate", "dropout_probability", "dropout_rate"])
def test_posterior_rates(grid, rate):
    compare(grid, rate, lambda model, customers: model.posterior_rates(customers)[rate])


# Law: the sum that all means of BG/NBD are made of.


def test_means_over_beta_distributions_know_their_moments():
    # means of 1, p and p^2: 1, a / (a + b), and that times (a + 1) / (a + b + 1)
    a, b = (grid.ravel() for grid in np.meshgrid(np.geomspace(1e-3, 1e6, 10), np.geomspace(1e-3, 1e6, 10)))
    moments = [beta_mean(lambda p, k=k: k * np.log(np.maximum(p, 1e-300)), a, b, falls=[]) for k in range(3)]
    assert moments[0] == pytest.approx(np.ones(100), rel=1e-10)
    assert moments[1] == pytest.approx(a / (a + b), rel=1e-10)
    assert moments[2] == pytest.approx(a / (a + b) * (a + 1) / (a + b + 1), rel=1e-10)
