"""Draws from posteriors that are not normal: exact quantiles, ridges, and the models that keep them."""

import json

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from crmkit import as_transactions, customer_summary, load_cdnow
from crmkit._stats import maximise, posterior_draws
from crmkit.value import BetaGeoModel, GammaGammaModel, ParetoNBDModel
from crmkit.value.contracts import ShiftedBetaGeoModel

WIDE = {"lower": np.full(2, -15.0), "upper": np.full(2, 15.0)}
SPREAD = 1.5


def drawn(objective, start):
    found = maximise(objective, starts=[start], what="test", **WIDE)
    return found, posterior_draws(objective, found=found, start=start, what="test", **WIDE)


def poisson(n_events, exposure):
    """Log-likelihood of the logarithm of two rates, of which so many events were seen."""
    n_events, exposure = np.array(n_events, dtype=float), np.array(exposure)

    def objective(at):
        expected = exposure * np.exp(at)
        return float(n_events @ at - expected.sum()), n_events - expected

    return objective


def quantiles_on_a_grid(objective, start, shares, *, along):
    """Quantiles of one coordinate from the posterior on a fine grid."""
    axis = np.linspace(-9.0, 6.0, 1201)
    logs = np.array([objective(np.where(np.arange(2) == along, value, start))[0] for value in axis])
    logs -= (axis - start[along]) ** 2 / (2 * SPREAD**2)
    below = np.cumsum(np.exp(logs - logs.max()))
    return np.interp(shares, below / below[-1], axis)


# Reference: rates seen in few events, whose posterior is known exactly.


@pytest.mark.parametrize("n_events", [(1, 3), (2, 40)])
def test_quantiles_are_those_of_the_posterior(n_events):
    objective, start = poisson(n_events, (1.0, 1.0)), np.array([1.0, 1.0])
    _, draws = drawn(objective, start)
    shares = np.array([0.025, 0.5, 0.975])
    for along in (0, 1):
        exact = quantiles_on_a_grid(objective, start, shares, along=along)
        spread = (exact[2] - exact[0]) / 4
        assert np.quantile(draws[:, along], shares) == pytest.approx(exact, abs=0.25 * spread)


def test_a_rate_of_no_events_is_what_prior_and_silence_allow():
    # the likelihood keeps rising as the first rate falls: a ridge
    objective, start = poisson((0, 30), (1.0, 30.0)), np.array([0.0, 0.0])
    found, draws = drawn(objective, start)
    assert found.undetermined.tolist() == [True, False]
    shares = np.array([0.025, 0.5, 0.975])
    exact = quantiles_on_a_grid(objective, start, shares, along=0)
    assert np.quantile(draws[:, 0], shares) == pytest.approx(exact, abs=0.25)


# Laws.


def test_the_normal_distribution_is_kept_where_it_is_close():
    _, draws = drawn(poisson((400, 900), (1.0, 1.0)), np.array([5.0, 7.0]))
    assert draws is None


def test_along_a_ridge_the_prior_decides():
    # only the sum of the coordinates is seen: their difference keeps its prior, normal around -1 with sd 1.5 * sqrt(2)
    def objective(at):
        off = at.sum() - 1.0
        return -50.0 * off**2, np.full(2, -100.0 * off)

    _, draws = drawn(objective, np.array([0.0, 1.0]))
    apart = draws[:, 0] - draws[:, 1]
    ends = stats.norm(-1.0, SPREAD * np.sqrt(2)).ppf([0.1, 0.5, 0.9])
    assert np.quantile(apart, [0.1, 0.5, 0.9]) == pytest.approx(ends, abs=0.3)
    # 0.1 from the likelihood, the prior aside
    assert draws.sum(axis=1).std() == pytest.approx(0.1, rel=0.15)


def test_the_same_data_give_the_same_draws():
    objective, start = poisson((1, 3), (1.0, 1.0)), np.array([1.0, 1.0])
    np.testing.assert_array_equal(drawn(objective, start)[1], drawn(objective, start)[1])


# The models.

CUSTOMERS = customer_summary(as_transactions(load_cdnow()), as_of="1997-09-30")
FEW = CUSTOMERS.sample(300, random_state=0)
CONTRACTS = pd.DataFrame({"tenure": [1, 2, 3, 4], "churned": [True, True, True, False], "n_customers": [9, 3, 1, 20]})


@pytest.mark.parametrize(
    ("model", "given"),
    [(ParetoNBDModel(), FEW), (GammaGammaModel(), FEW), (ShiftedBetaGeoModel(), CONTRACTS)],
)
def test_few_customers_have_draws_of_their_own(model, given):
    model.fit(given)
    draws = model.draw_params(1000, random_state=1)
    assert draws.columns.tolist() == model.params_.index.tolist()
    assert sorted(map(tuple, draws.to_numpy())) == sorted(map(tuple, model.draws_.to_numpy()))
    assert len(model.draw_params(1500)) == 1500
    again = type(model).from_json(model.to_json())
    pd.testing.assert_frame_equal(again.draw_params(7), model.draw_params(7))


def test_the_estimates_do_not_depend_on_the_weak_prior():
    model = ParetoNBDModel().fit(FEW)
    assert len(model.draws_)
    assert model.loglik(FEW) == pytest.approx(model.loglik_)
    moved = model.params_["estimate"] * 1.01
    assert ParetoNBDModel.from_params(moved).loglik(FEW) < model.loglik_


def test_many_customers_and_given_parameters_have_none():
    assert BetaGeoModel().fit(CUSTOMERS).draws_.empty
    given = ParetoNBDModel.from_params({"r": 0.5, "alpha": 10.0, "s": 0.6, "beta": 12.0})
    assert given.draws_.empty
    assert given.draw_params(1).iloc[0].tolist() == pytest.approx([0.5, 10.0, 0.6, 12.0])


def test_on_the_boundary_the_interval_holds_more_than_the_limit():
    # nobody was seen to leave: all estimates are those of customers who never do, the interval says how many may
    steady = ParetoNBDModel.from_params({"r": 3.0, "alpha": 6.0, "s": 0.01, "beta": 1000.0})
    customers = steady.simulate(np.full(200, 120.0), random_state=0)
    model = ParetoNBDModel().fit(customers)
    assert model.boundary_
    told = model.total_purchases(customers, horizon=52).iloc[0]
    assert told["lower"] < 0.97 * told["expected_purchases"]


# JSON that no fit wrote.


@pytest.mark.parametrize(
    "change",
    [
        lambda table: table["r"].__setitem__(0, -1.0),
        lambda table: table["r"].__setitem__(0, None),
        lambda table: [column.pop() for column in table.values()],
        lambda table: table.pop("s"),
    ],
)
def test_draws_that_no_fit_stored_are_refused(change):
    record = json.loads(ParetoNBDModel().fit(FEW).to_json())
    change(record["state"]["draws_"]["__table__"])
    with pytest.raises(ValueError, match="`text` must be what ParetoNBDModel"):
        ParetoNBDModel.from_json(json.dumps(record))


# The promise: bases of known laws, drawn again and again.


@pytest.mark.deep
def test_intervals_of_rarely_lost_contracts_cover():
    # so many of 100 intervals cover the truth with a probability of 0.9999, if each does with 0.95; normal draws: 0.87
    least, _ = stats.binom.interval(0.9999, 100, 0.95)
    truth, rng, t = ShiftedBetaGeoModel.from_params({"alpha": 0.3, "beta": 10.0}), np.random.default_rng(5), [9, 12]
    covered = np.zeros(2)
    for _ in range(100):
        fitted = ShiftedBetaGeoModel().fit(truth.simulate(n=300, n_periods=6, random_state=rng))
        found = fitted.survival_table(t)
        expected = truth.survival(np.array(t, dtype=float))
        covered += found["survival_lower"].to_numpy() <= expected
        covered -= found["survival_upper"].to_numpy() < expected
    assert (covered >= least).all(), covered
