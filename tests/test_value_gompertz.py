"""Gamma-Gompertz/NBD: published likelihood, the law against its story in 40 digits, its limits, and simulation."""

import math
from itertools import pairwise

import mpmath as mp
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from tests.depth import few
from tests.value_oracle import integral, log_gamma_mean, log_poisson_mean

from crmkit import SchemaError, as_transactions, customer_summary, load_cdnow
from crmkit.value import GammaGompertzNBDModel, ParetoNBDModel
from crmkit.value._purchases._histories import read_histories
from crmkit.value._purchases._laws import GOMPERTZ, PARETO
from crmkit.value._purchases._outlook import Outlook

NAMES = ("r", "alpha", "b", "s", "beta")
AGEING = {"r": 0.8, "alpha": 6.0, "b": 0.08, "s": 0.7, "beta": 8.0}


def customers(*given):
    return pd.DataFrame(given, columns=["frequency", "recency", "T"], dtype=float)


def histories(*given):
    return read_histories(customers(*given), time_unit="D", distinct=False)


def named(params):
    return dict(zip(NAMES, params, strict=True))


@pytest.fixture(scope="module")
def cdnow():
    return customer_summary(as_transactions(load_cdnow()), as_of="1997-09-30")


# By hand.


def test_with_beta_1_the_hazard_is_constant():
    # (1 / e^{by})^s: an exponential lifetime of rate s b
    p = named((0.5, 10.0, 0.2, 3.0, 1.0))
    y = np.array([0.0, 1e-9, 0.5, 5.0, 1e4])
    assert GOMPERTZ.log_survival(p, y) == pytest.approx(-0.6 * y, rel=1e-12)
    assert GOMPERTZ.log_density(p, y) == pytest.approx(math.log(0.6) - 0.6 * y, rel=1e-12)


def test_survival_by_hand():
    # b y = ln 4: e^{by} - 1 = 3, so (2 / (2 + 3))^1.5
    p = named((0.5, 10.0, math.log(2), 1.5, 2.0))
    assert GOMPERTZ.survival(p, np.array([2.0])).tolist() == pytest.approx([0.4**1.5])


def test_ages_beyond_all_measure_do_not_overflow():
    p = named((0.5, 10.0, 2.0, 0.5, 0.3))
    # (beta e^{-by})^s as e^{by} leaves all else behind
    assert GOMPERTZ.log_survival(p, np.array([1e6])) == pytest.approx([-1e6 + 0.5 * math.log(0.3)])
    ll, gradient = GOMPERTZ.likelihood(p, histories((0, 0, 1e6), (3, 1e3, 1e6), (3, 1e6, 1e6)))
    assert np.isfinite(ll).all()
    assert all(np.isfinite(slope).all() for slope in gradient.values())


# Reference: CLVTools' test_correctness_ggomnbd, printed, and Bemmaor and Glady (2012), Table 2
# (shared/reference/value.md, 2.1 and 4.7).


def test_cdnow_has_the_published_likelihood_and_a_ridge(cdnow):
    found = GammaGompertzNBDModel().fit(cdnow)
    assert found.loglik_ == pytest.approx(-9594.976, abs=2e-3)
    assert {"b", "beta"} <= set(found.boundary_)
    assert found.params_["estimate"][["r", "alpha", "s"]].tolist() == pytest.approx([0.553, 10.58, 0.606], rel=2e-3)
    # what it says is what Pareto/NBD says, with a parameter less
    pareto = ParetoNBDModel().fit(cdnow)
    assert found.loglik_ == pytest.approx(pareto.loglik_, abs=1e-3)
    for said in ("expected_purchases", "probability_inactive"):
        mine, theirs = (getattr(model, said)(cdnow, horizon=39) for model in (found, pareto))
        assert mine.to_numpy() == pytest.approx(theirs.to_numpy(), rel=2e-3)


def test_the_printed_parameters_have_the_computed_likelihood(cdnow):
    h = read_histories(cdnow, time_unit="W")
    ll, _ = GOMPERTZ.likelihood(named((0.553, 10.578, 0.0002, 0.603, 0.0026)), h)
    assert float(h.n @ ll) == pytest.approx(-9595.771, abs=5e-4)


# Reference: the story in 40 digits. A lifetime has hazard eta b e^{by}, with a gamma-distributed eta; purchases come
# at a gamma-distributed rate until then.


class Story:
    def __init__(self, r, alpha, b, s, beta):
        self.r, self.alpha, self.b, self.s, self.beta = map(mp.mpf, (r, alpha, b, s, beta))

    def log_survival(self, y):
        return log_gamma_mean(self.s, self.beta, 0, mp.expm1(self.b * y))

    def log_density(self, y):
        return mp.log(self.b) + self.b * y + log_gamma_mean(self.s, self.beta, 1, mp.expm1(self.b * y))

    def integral(self, log_f, begin, end):
        """Integrate piece by piece where the hazard has its bends."""
        bends = [mp.log(self.beta) / self.b, mp.log(self.beta / max(self.s, 1)) / self.b]
        points = sorted({begin, end, *(bend for bend in bends if begin < bend < end)})
        return mp.fsum(integral(lambda left, _, a=a: log_f(a + left), a, b) for a, b in pairwise(points))

    def terms(self, x, t_x, T):
        alive = mp.exp(log_gamma_mean(self.r, self.alpha, x, T) + self.log_survival(T))
        if t_x == T:
            return alive, mp.mpf(0)
        return alive, self.integral(
            lambda y: log_gamma_mean(self.r, self.alpha, x, y) + self.log_density(y), mp.mpf(t_x), mp.mpf(T)
        )

    def later(self, x, T):
        """The distributions of those alive at T: of eta e^{bT}, the hazard's scale from there, too."""
        beta = (self.beta + mp.expm1(self.b * T)) * mp.exp(-self.b * T)
        return Story(self.r + x, self.alpha + T, self.b, self.s, beta)

    def expected(self, t, rate=0):
        return self.r / self.alpha * self.integral(lambda y: self.log_survival(y) - rate * y, mp.mpf(0), mp.mpf(t))

    def exactly(self, n, t):
        stays = mp.exp(log_poisson_mean(self.r, self.alpha, n, t) + self.log_survival(t))
        return stays + self.integral(
            lambda y: log_poisson_mean(self.r, self.alpha, n, y) + self.log_density(y), mp.mpf(0), mp.mpf(t)
        )


PARAMS = [
    (0.553, 10.58, 2e-4, 0.603, 0.0026),
    (0.5, 10.0, 0.1, 1.0, 1.0),
    (0.5, 10.0, 0.5, 2.0, 1e4),
    (0.5, 10.0, 1.0, 0.01, 1e6),
    (0.5, 10.0, 1.0, 1e4, 1e6),
    (0.001, 0.001, 0.3, 0.1, 1e-6),
    (1e3, 0.001, 0.3, 2.0, 50.0),
    (0.3, 1e5, 3.0, 0.5, 0.3),
    (2.0, 3.0, 1e-6, 0.6, 1e-5),
    (1.0, 5.0, 20.0, 1.0, 1e5),
    (1.0, 5.0, 0.01, 1e5, 1e5),
    (0.5, 10.0, 0.02, 1e-3, 1e-3),
    (0.5, 10.0, 50.0, 30.0, 0.5),
]
HISTORIES = [(0, 0, 38.86), (2, 30.4, 38.86), (0, 0, 200), (10, 20, 200), (100, 3, 200), (3000, 100, 200)]
HISTORIES += [(3000, 199, 200), (1, 38.86, 38.86), (1, 0.001, 5000)]


@pytest.mark.deep
@pytest.mark.parametrize("number", range(len(PARAMS)))
def test_the_law_is_its_story_in_40_digits(number):
    p = named(PARAMS[number])
    for case in (number, 3 * number + 4):
        history = HISTORIES[case % len(HISTORIES)]
        t, n = (0.1, 10.0, 39.0, 500.0)[case % 4], (0, 1, 2, 5, 20)[case % 5]
        with mp.workdps(40):
            story = Story(*PARAMS[number])
            alive, left = story.terms(*history)
            later = story.later(history[0], mp.mpf(history[2]))
            share = alive / (alive + left)
            wanted = [share, share * later.expected(t), share * later.expected(t, mp.mpf("0.01"))]
            wanted += [share * later.exactly(n, t) + (1 - share if n == 0 else 0)]
            log_likelihood = float(mp.log(alive + left))
        h = histories(history)
        assert GOMPERTZ.likelihood(p, h)[0][0] == pytest.approx(log_likelihood, rel=1e-9, abs=1e-10)
        outlook = Outlook(GOMPERTZ, p, h)
        got = [outlook.alive_now, outlook.expected(t), outlook.discounted(t, 0.01), outlook.probability(n, t)]
        assert [value[0] for value in got] == pytest.approx([float(value) for value in wanted], rel=1e-9, abs=1e-200)


@pytest.mark.parametrize("params", [PARAMS[0], PARAMS[2], PARAMS[6], PARAMS[11]])
def test_posterior_means_are_those_of_the_story(params):
    p, history = named(params), (2, 30.4, 38.86)
    with mp.workdps(40):
        story = Story(*params)
        alive, left = story.terms(*history)
        # the prior's mean times the likelihood's ratio when the rate is counted once more
        more = sum(Story(params[0] + 1, *params[1:]).terms(*history)) / (alive + left)
        purchase_rate = float(story.r / story.alpha * more)

        def log_left(y):
            hazard = mp.log((story.s + 1) * story.b) + story.b * y - mp.log(story.beta + mp.expm1(story.b * y))
            return log_gamma_mean(story.r, story.alpha, 2, y) + story.log_density(y) + hazard

        last = mp.mpf(history[2])
        hazard = story.s * story.b * mp.exp(story.b * last) / (story.beta + mp.expm1(story.b * last))
        dropout = (alive * hazard + story.integral(log_left, mp.mpf(history[1]), last)) / (alive + left)
    rates = GOMPERTZ.rates(p, histories(history))
    assert rates["purchase_rate"].tolist() == pytest.approx([purchase_rate], rel=1e-9)
    assert rates["dropout_rate"].tolist() == pytest.approx([float(dropout)], rel=1e-9)


# Law.


@st.composite
def laws(draw):
    return {name: math.exp(draw(st.floats(-5, 5))) for name in NAMES}


GIVEN = ((0, 0, 0), (0, 0, 40), (2, 30, 39), (40, 90, 100), (3, 400, 400))


@given(laws())
def test_the_gradient_is_the_slope(p):
    h = histories(*GIVEN)
    _, gradient = GOMPERTZ.likelihood(p, h)
    for name in NAMES:
        step = 1e-4 * p[name]
        up, down = (GOMPERTZ.likelihood({**p, name: p[name] + side}, h)[0] for side in (step, -step))
        assert gradient[name] * p[name] == pytest.approx((up - down) / 2e-4, rel=1e-5, abs=1e-5)


@given(laws())
def test_towards_pareto(p):
    # b to 0 with b / beta fixed
    b = 1e-9
    h = histories(*GIVEN)
    near = {**p, "b": b, "beta": b * p["beta"]}
    pareto = {name: p[name] for name in ("r", "alpha", "s", "beta")}
    off = 1e-9 * (1 + p["s"]) * 1e3 * (1 + 1 / p["beta"])
    assert GOMPERTZ.likelihood(near, h)[0] == pytest.approx(PARETO.likelihood(pareto, h)[0], rel=1e-6, abs=off)
    mine, theirs = Outlook(GOMPERTZ, near, h), Outlook(PARETO, pareto, h)
    assert mine.expected(50) == pytest.approx(theirs.expected(50), rel=1e-4)
    assert mine.probability(1, 50) == pytest.approx(theirs.probability(1, 50), rel=1e-4)


@pytest.mark.deep
@few()
@given(laws(), st.sampled_from([0.5, 20.0]))
def test_probabilities_add_up_and_have_the_expectation_as_mean(p, t):
    outlook = Outlook(GOMPERTZ, {**p, "r": min(p["r"], 5.0), "alpha": max(p["alpha"], 5.0)}, histories((2, 30, 39)))
    each = [outlook.probability(n, t)[0] for n in range(100)]
    assert sum(each) == pytest.approx(1, rel=1e-9)
    assert sum(n * chance for n, chance in enumerate(each)) == pytest.approx(outlook.expected(t)[0], rel=1e-7)


@given(laws(), st.floats(0.01, 200), st.floats(0.01, 200))
def test_those_alive_live_on_as_the_posterior_says(p, first, then):
    h = histories((0, 0, first))
    _, own = GOMPERTZ.posterior(p, h)
    both = GOMPERTZ.log_survival(p, np.array([first])) + GOMPERTZ.log_survival(own, np.array([then]))
    assert GOMPERTZ.log_survival(p, np.array([first + then])) == pytest.approx(both, rel=1e-9, abs=1e-12)


@given(laws())
def test_discounting_for_ever_is_the_limit(p):
    h = histories(*GIVEN)
    outlook = Outlook(GOMPERTZ, p, h)
    assert outlook.discounted(1e9, 0.01) == pytest.approx(outlook.discounted(np.inf, 0.01), rel=1e-9)
    assert (outlook.discounted(50, 0.01) <= outlook.expected(50) * (1 + 1e-9)).all()


def test_the_time_unit_does_not_matter(cdnow):
    weeks = GammaGompertzNBDModel.from_params(AGEING)
    days = {**AGEING, "alpha": 7 * AGEING["alpha"], "b": AGEING["b"] / 7}
    in_days = GammaGompertzNBDModel.from_params(days, time_unit="D")
    few = cdnow.head(50)
    assert weeks.expected_purchases(few, horizon=10).to_numpy() == pytest.approx(
        in_days.expected_purchases(few, horizon=70).to_numpy(), rel=1e-10
    )


# Simulation.


def test_simulated_customers_behave_as_the_law_says():
    model = GammaGompertzNBDModel.from_params(AGEING)
    drawn = model.simulate(np.full(30_000, 280.0), horizon=20, random_state=7)
    new = customers((0, 0, 0))
    error = 4.5 * math.sqrt(0.25 / len(drawn))
    assert drawn["alive"].mean() == pytest.approx(model.probability_alive(new, horizon=40)[0], abs=error)
    chances = model.purchase_distribution(new, horizon=40, n_max=5).to_numpy()[0, :6]
    shares = [(drawn["frequency"] == n).mean() for n in range(6)]
    assert shares == pytest.approx(chances, abs=error)
    for said, came in (
        (model.expected_purchases(drawn, horizon=20), drawn["holdout_purchases"]),
        (model.probability_inactive(drawn, horizon=20), drawn["holdout_purchases"] == 0),
        (model.probability_alive(drawn), drawn["alive"]),
    ):
        off = came - said
        for _, group in off.groupby(drawn["frequency"].clip(upper=4)):
            assert abs(group.mean()) < 4.5 * group.std() / math.sqrt(len(group))


@pytest.mark.deep
def test_the_parameters_of_simulated_customers_are_found():
    rng = np.random.default_rng(2)
    drawn = GammaGompertzNBDModel.from_params(AGEING).simulate(rng.uniform(100, 700, 6_000), random_state=rng)
    found = GammaGompertzNBDModel().fit(drawn)
    assert found.boundary_ == []
    off = np.log(found.params_["estimate"] / pd.Series(AGEING)) / np.sqrt(np.diag(found.covariance_))
    assert (off.abs() < 4).all()


@pytest.mark.deep
def test_covariates_move_rates_as_they_should():
    rng = np.random.default_rng(4)
    card = rng.integers(0, 2, 4_000).astype(float)
    params = {**AGEING, "purchase.card": 0.8, "dropout.card": -0.6}
    options = {"purchase_covariates": ["card"], "dropout_covariates": ["card"]}
    true = GammaGompertzNBDModel.from_params(params, **options)
    drawn = true.simulate(rng.uniform(100, 700, 4_000), covariates={"card": card}, random_state=rng)
    found = GammaGompertzNBDModel(**options).fit(drawn).params_.loc[["purchase.card", "dropout.card"]]
    assert ((found["estimate"] - [0.8, -0.6]).abs() < 4 * found["std_error"]).all()


# Refusal.


def test_what_no_history_holds_is_refused():
    with pytest.raises(SchemaError, match=r"`customers\['recency'\]` exceeds `customers\['T'\]`"):
        GammaGompertzNBDModel().fit(customers((1, 50, 40)))


def test_parameters_are_above_zero():
    with pytest.raises(ValueError, match=r"`params\['b'\]` must be above zero"):
        GammaGompertzNBDModel.from_params({**AGEING, "b": 0.0})


# Input untouched.


def test_the_customers_given_are_not_changed(cdnow):
    given = cdnow.copy(deep=True)
    GammaGompertzNBDModel.from_params(AGEING).expected_purchases(given, horizon=3)
    assert_frame_equal(given, cdnow)


def test_one_time_buyers_alone_leave_no_warnings(cdnow):
    model = GammaGompertzNBDModel().fit(cdnow[cdnow["frequency"] == 0])
    assert model.probability_alive(cdnow).between(0, 1).all()
