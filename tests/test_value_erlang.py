"""BG/CNBD-k and MBG/CNBD-k: published numbers, k = 1, the law against its story in 40 digits, simulation."""

import math

import mpmath as mp
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from tests.depth import few
from tests.frames import as_pandas
from tests.value_oracle import at_least, integral, log_beta_mean, log_gamma_mean, log_poisson_mean

from crmkit import SchemaError, as_transactions, cells, customer_summary, load_cdnow, log_gap_table
from crmkit.value import (
    BetaGeoCNBDModel,
    BetaGeoModel,
    ModifiedBetaGeoCNBDModel,
    ModifiedBetaGeoModel,
    regularity_table,
)
from crmkit.value._purchases._histories import read_histories
from crmkit.value._purchases._laws import BETA_GEO, MODIFIED_BETA_GEO, erlang_law
from crmkit.value._purchases._outlook import Outlook

NAMES = ("r", "alpha", "a", "b")
REGULAR = {"r": 1.6, "alpha": 5.0, "a": 0.8, "b": 3.0}


def customers(*given):
    return pd.DataFrame(given, columns=["frequency", "recency", "T"], dtype=float)


def histories(*given):
    return read_histories(customers(*given), time_unit="D", distinct=False)


@pytest.fixture(scope="module")
def cdnow():
    transactions = as_transactions(load_cdnow())
    gaps = log_gap_table(transactions, as_of="1997-09-30")
    return customer_summary(transactions, as_of="1997-09-30").merge(gaps, on="customer_id")


# By hand.


def test_one_gap_of_two_phases_by_hand():
    # everybody's rate is all but 1 and nobody leaves: gaps have density g e^-g, and who waits w is silent with
    # probability (1 + w) e^-w; w / (1 + w) of these have a phase behind them
    p = {"r": 1e7, "alpha": 1e7, "a": 1e-7, "b": 1e7}
    law, h = erlang_law(2, first_coin=0), histories((1, 3.0, 5.0))
    ll, _ = law.likelihood(p, h)
    assert math.exp(ll[0]) * 3 == pytest.approx(3 * math.exp(-3) * 3 * math.exp(-2), rel=1e-5)
    _, own = law.posterior(p, h)
    assert [own["stage_0"][0], own["stage_1"][0]] == pytest.approx([1 / 3, 2 / 3], rel=1e-5)


def test_the_estimate_from_gaps_by_hand():
    # of 10 and 30 days a share of 1/4, of 30 and 10 one of 3/4, the third gap not used: a variance of 1/8,
    # hence half a phase
    days = {"ann": [1, 11, 41, 42], "bo": [5, 35, 45], "cy": [3, 9], "dee": [7]}
    rows = [
        (who, pd.Timestamp("2024-01-01") + pd.Timedelta(days=day), 1.0) for who, all_ in days.items() for day in all_
    ]
    transactions = as_transactions(pd.DataFrame(rows, columns=["customer_id", "date", "amount"]))
    found = regularity_table(transactions, as_of="2024-03-31", k_max=1)
    assert found["gap_regularity"].tolist() == pytest.approx([0.5])
    assert found["best"].tolist() == [True]
    # one pair alone has no variance
    found = regularity_table(transactions[transactions["customer_id"] != "bo"], as_of="2024-03-31", k_max=1)
    assert found["gap_regularity"].isna().all()


# Reference: computed values (shared/reference/value.md, 2.9 and 2.1).


@pytest.mark.parametrize(
    ("first_coin", "logliks", "chance"),
    [(0, [-10.42500, -12.22396], 0.05669), (1, [-10.539371, -12.309633], 0.04548)],
)
def test_unit_values(first_coin, logliks, chance):
    p = {"r": 0.5, "alpha": 2.0, "a": 0.3, "b": 0.6}
    law = erlang_law(3, first_coin=first_coin)
    # the sum of the gaps' logarithms is 3, the power of their product k - 1
    ll = law.likelihood(p, histories((3, 12, 14), (4, 12, 14)))[0] + 2 * 3
    assert ll.tolist() == pytest.approx(logliks, abs=6e-6)
    assert law.pmf(p, 2, np.array([10.0])).tolist() == pytest.approx([chance], abs=6e-6)


@pytest.mark.parametrize(
    ("kind", "logliks"),
    [
        (BetaGeoCNBDModel, [-9582.4292, -9855.3270, -10393.5651]),
        (ModifiedBetaGeoCNBDModel, [-9582.1357, -9853.2531, -10394.3627]),
    ],
)
def test_cdnow_has_the_computed_likelihoods(cdnow, kind, logliks):
    for k, loglik in enumerate(logliks, start=1):
        found = kind(k=k).fit(cdnow)
        assert found.loglik_ == pytest.approx(loglik, abs=1e-4)
        assert found.aic_ == pytest.approx(8 - 2 * loglik, abs=2e-4)
        assert found.bic_ == pytest.approx(4 * math.log(2357) - 2 * loglik, abs=2e-4)


def test_the_likelihood_of_customers_holds_their_gaps(cdnow):
    model = BetaGeoCNBDModel(k=2).fit(cdnow)
    assert model.loglik(cdnow) == pytest.approx(model.loglik_, rel=1e-12)
    assert model.score(cdnow) == pytest.approx(model.loglik_ / 2357, rel=1e-12)
    # the same law with rates by the day: 2,457 gaps are seven times as long, each with a density a seventh as large
    daily = BetaGeoCNBDModel.from_params(model.params_["estimate"] * [1, 7, 1, 1], k=2, time_unit="D")
    assert daily.loglik(cdnow) == pytest.approx(model.loglik_ - 2457 * math.log(7), rel=1e-10)


# Reference: with one phase these are BG/NBD and MBG/NBD, which have tests of their own.


@pytest.mark.parametrize(
    ("one", "plain"),
    [
        (BetaGeoCNBDModel, BetaGeoModel),
        pytest.param(ModifiedBetaGeoCNBDModel, ModifiedBetaGeoModel, marks=pytest.mark.deep),
    ],
)
def test_one_phase_is_the_plain_model(cdnow, one, plain):
    cdnow = cdnow[::5]
    one, plain = one(k=1).fit(cdnow.drop(columns="log_gap_sum")), plain().fit(cdnow)
    assert one.loglik_ == pytest.approx(plain.loglik_, abs=1e-9)
    assert one.params_.to_numpy() == pytest.approx(plain.params_.to_numpy(), rel=1e-5)
    one = type(one).from_params(plain.params_["estimate"].to_dict(), k=1)
    for said, asked in (
        ("probability_alive", {}),
        ("probability_alive", {"horizon": 39}),
        ("expected_purchases", {"horizon": 0.01}),
        ("expected_purchases", {"horizon": 39}),
        ("probability_inactive", {"horizon": 39}),
        ("discounted_purchases", {"discount_rate": 0.1, "horizon": 104}),
        ("discounted_purchases", {"discount_rate": 0.15}),
        ("purchase_distribution", {"horizon": 39}),
        ("posterior_rates", {}),
    ):
        mine, theirs = (getattr(model, said)(cdnow, **asked) for model in (one, plain))
        assert mine.to_numpy() == pytest.approx(theirs.to_numpy(), rel=1e-9, abs=1e-14)
    new = [10.0, 500.0, 5000.0]
    assert_frame_equal(one.expected_curve(new), plain.expected_curve(new), rtol=1e-9)


@pytest.mark.parametrize(("first_coin", "plain"), [(0, BETA_GEO), (1, MODIFIED_BETA_GEO)])
@given(st.tuples(*[st.floats(-7, 7)] * 4))
def test_one_phase_is_the_plain_law(first_coin, plain, logs):
    p = dict(zip(NAMES, np.exp(logs), strict=True))
    h = histories((0, 0, 0), (0, 0, 40), (2, 30, 39), (40, 90, 100), (3, 400, 400), (900, 100, 101))
    mine, theirs = erlang_law(1, first_coin=first_coin).likelihood(p, h), plain.likelihood(p, h)
    # sums of terms as large as r ln alpha, up to 7,700 here
    assert mine[0] == pytest.approx(theirs[0], rel=1e-12, abs=1e-10)
    for name in NAMES:
        assert mine[1][name] * p[name] == pytest.approx(theirs[1][name] * p[name], rel=1e-9, abs=1e-9)


# Reference: the story in 40 digits. Phases come at a gamma-distributed rate; a purchase is k of them; a coin with a
# beta-distributed chance of leaving falls after each.


class Story:
    def __init__(self, k, first, r, alpha, a, b):
        self.k, self.first = k, first
        self.r, self.alpha, self.a, self.b = map(mp.mpf, (r, alpha, a, b))

    def terms(self, x, t_x, T):
        """Likelihoods, but for the gaps, of being alive at T with j phases begun, and of having left at t_x."""
        coins, wait = x + self.first, mp.mpf(T) - mp.mpf(t_x)
        scale = mp.exp(log_beta_mean(self.a, self.b, 0, coins)) / mp.factorial(self.k - 1) ** x
        begun = [
            scale * wait**j / mp.factorial(j) * mp.exp(log_gamma_mean(self.r, self.alpha, self.k * x + j, mp.mpf(T)))
            for j in range(self.k)
        ]
        if coins == 0:
            return begun, mp.mpf(0)
        left = log_beta_mean(self.a, self.b, 1, coins - 1) + log_gamma_mean(self.r, self.alpha, self.k * x, mp.mpf(t_x))
        return begun, mp.exp(left) / mp.factorial(self.k - 1) ** x

    def later(self, x, T, j):
        return self.r + self.k * x + j, self.alpha + T, self.a, self.b + x + self.first

    def purchases(self, own, j, t):
        """Expected purchases: the n-th comes with phase nk - j, to those who passed n - 1 coins."""
        r, alpha, a, b = own
        total, n = mp.mpf(0), 1
        while True:
            term = mp.exp(log_beta_mean(a, b, 0, n - 1)) * at_least(r, alpha, n * self.k - j, t)
            total += term
            if n > 3 and term < total * mp.mpf(10) ** -16:
                return total
            n += 1

    def discounted(self, own, j, rate):
        """For ever: given the rate, each phase discounts alike, and the purchases are a geometric series."""
        r, alpha, a, b = own

        def log_f(left, right):
            now = left / right
            y = now / (now + rate)
            density = r * mp.log(alpha) - mp.loggamma(r) + (r - 1) * mp.log(now) - alpha * now
            if density < -200:
                return density
            there = mp.hyp2f1(1, b, a + b, y**self.k)
            return density - 2 * mp.log(right) + (self.k - j) * mp.log(y) + mp.log(there)

        return integral(log_f, 0, 1)

    def exactly(self, own, j, n, t):
        r, alpha, a, b = own
        phases = range(max(n * self.k - j, 0), (n + 1) * self.k - j)
        stays = mp.exp(log_beta_mean(a, b, 0, n)) * mp.fsum(mp.exp(log_poisson_mean(r, alpha, i, t)) for i in phases)
        if n == 0:
            return stays
        return stays + mp.exp(log_beta_mean(a, b, 1, n - 1)) * at_least(r, alpha, n * self.k - j, t)


PARAMS = [
    (2, 0, 0.243, 4.414, 0.793, 2.426),
    (3, 1, 0.525, 6.183, 0.891, 1.614),
    (2, 1, 0.01, 0.001, 1.0, 1.0),
    (12, 0, 3.0, 2.0, 0.3, 0.6),
    (2, 0, 1e4, 1e5, 1e3, 1e5),
    (4, 1, 2.0, 1e4, 0.001, 0.001),
]
HISTORIES = [(0, 0, 38.86), (2, 30.4, 38.86), (1, 5, 200), (40, 200, 200), (10, 20, 200), (3000, 4990, 5000), (0, 0, 0)]


@pytest.mark.parametrize("params", PARAMS)
def test_the_law_is_its_story_in_40_digits(params):
    k, first, *values = params
    p, law = dict(zip(NAMES, values, strict=True)), erlang_law(k, first_coin=first)
    story = Story(*params)
    for number, history in enumerate(HISTORIES):
        x, _, T = history
        n = (0, 1, 2, 6)[number % 4]
        with mp.workdps(40):
            # so long that some sixty phases are expected at the most: mpmath adds up every one
            t = (story.alpha + T) * min(mp.mpf((0.01, 0.3, 1, 2)[number % 4]), 60 / (story.r + k * x))
            begun, left = story.terms(*history)
            total = mp.fsum(begun) + left
            log_likelihood = float(mp.log(total))
            own = [story.later(x, mp.mpf(T), j) for j in range(k)]
            # many customers of long histories take mpmath long: those are asked less
            asked = range(k) if x < 1000 else []
            expected = float(mp.fsum(begun[j] * story.purchases(own[j], j, t) for j in asked) / total)
            exactly = mp.fsum(begun[j] * story.exactly(own[j], j, n, t) for j in asked) / total
            exactly = float(exactly + (left / total if n == 0 else 0))
            rate = float(
                mp.fsum(begun[j] * (own[j][0]) / own[j][1] for j in range(k)) / total / k
                + left / total * (story.r + k * x) / (story.alpha + mp.mpf(history[1])) / k
            )
        h = histories(history)
        assert law.likelihood(p, h)[0][0] == pytest.approx(log_likelihood, rel=1e-9, abs=1e-11)
        outlook = Outlook(law, p, h)
        assert outlook.alive_now[0] == pytest.approx(float(mp.fsum(begun) / total), rel=1e-9)
        assert law.rates(p, h)["purchase_rate"][0] == pytest.approx(rate, rel=1e-9)
        if asked:
            assert outlook.expected(float(t))[0] == pytest.approx(expected, rel=1e-9)
            assert outlook.probability(n, float(t))[0] == pytest.approx(exactly, rel=1e-9)


@pytest.mark.deep
@pytest.mark.parametrize("params", PARAMS[:4])
@pytest.mark.parametrize("history", HISTORIES[1:3])
def test_discounting_for_ever_is_the_story(params, history):
    k, first, *values = params
    p, law = dict(zip(NAMES, values, strict=True)), erlang_law(k, first_coin=first)
    with mp.workdps(30):
        story, rate = Story(*params), mp.mpf("0.002")
        begun, left = story.terms(*history)
        parts = (begun[j] * story.discounted(story.later(history[0], mp.mpf(history[2]), j), j, rate) for j in range(k))
        wanted = float(mp.fsum(parts) / (mp.fsum(begun) + left))
    assert Outlook(law, p, histories(history)).discounted(np.inf, 0.002)[0] == pytest.approx(wanted, rel=1e-9)


# Law.


@st.composite
def laws(draw):
    return {name: math.exp(draw(st.floats(-3, 3))) for name in NAMES}


KINDS = st.tuples(st.integers(1, 6), st.integers(0, 1))
GIVEN = ((0, 0, 0), (0, 0, 40), (2, 30, 39), (40, 90, 100), (3, 40, 40))


@given(laws(), KINDS)
def test_the_gradient_is_the_slope(p, kind):
    law, h = erlang_law(kind[0], first_coin=kind[1]), histories(*GIVEN, (900, 100, 101))
    _, gradient = law.likelihood(p, h)
    for name in NAMES:
        step = 1e-5 * p[name]
        up, down = (law.likelihood({**p, name: p[name] + side}, h)[0] for side in (step, -step))
        assert gradient[name] * p[name] == pytest.approx((up - down) / 2e-5, rel=1e-5, abs=1e-5)


@pytest.mark.deep
@few()
@given(laws(), KINDS, st.sampled_from([0.5, 30.0]))
def test_probabilities_add_up_and_have_the_expectation_as_mean(p, kind, t):
    p = {**p, "r": min(p["r"], 4.0), "alpha": max(p["alpha"], 4.0)}
    law, h = erlang_law(kind[0], first_coin=kind[1]), histories(*GIVEN[:3], (8, 36, 38))
    for what in (Outlook(law, p, h).probability, lambda n, t: law.pmf(p, n, np.array([float(t)]))):
        each = np.array([what(n, t) for n in range(260)])
        assert (each >= 0).all()
        assert each.sum(axis=0) == pytest.approx(1, rel=1e-9)
        bought = Outlook(law, p, h).expected(t) if each.shape[1] > 1 else law.expected(p, np.array([float(t)]))
        assert np.arange(260) @ each == pytest.approx(bought, rel=1e-7)


@pytest.mark.deep
@few()
@given(laws(), KINDS)
def test_more_time_costs_life_and_brings_purchases(p, kind):
    p = {**p, "alpha": max(p["alpha"], 1.0)}
    outlook = Outlook(erlang_law(kind[0], first_coin=kind[1]), p, histories(*GIVEN))
    times = [0.0, 1e-6, 0.5, 5.0, 50.0, 100.0]
    alive, bought = ([what(t) for t in times] for what in (outlook.alive, outlook.expected))
    assert (np.diff(alive, axis=0) <= 1e-12).all()
    assert (np.diff(bought, axis=0) >= 0).all()


@few()
@given(laws(), KINDS)
def test_discounting_over_a_long_time_is_discounting_for_ever(p, kind):
    p = {**p, "alpha": max(p["alpha"], 5.0)}
    outlook = Outlook(erlang_law(kind[0], first_coin=kind[1]), p, histories(*GIVEN))
    # what comes after 45 / rate is nothing
    assert outlook.discounted(450, 0.1) == pytest.approx(outlook.discounted(np.inf, 0.1), rel=1e-5)
    assert (outlook.discounted(20, 0.1) <= outlook.expected(20)).all()


def test_a_silence_says_more_of_regular_customers():
    # ten purchases in fifty days, then nothing for thirty
    silent = customers((10, 50, 80))
    alive = [
        BetaGeoCNBDModel.from_params({**REGULAR, "alpha": REGULAR["alpha"] / k}, k=k).probability_alive(silent)[0]
        for k in (1, 2, 4, 8)
    ]
    assert alive == sorted(alive, reverse=True)


def test_the_time_unit_moves_nothing_but_alpha_and_the_density(cdnow):
    weeks, days = (BetaGeoCNBDModel(k=2, time_unit=unit).fit(cdnow) for unit in ("W", "D"))
    factors = days.params_["estimate"] / weeks.params_["estimate"]
    assert factors.tolist() == pytest.approx([1, 7, 1, 1], rel=1e-4)
    # a density per day is a seventh of one per week, for each of 2,457 gaps
    assert days.loglik_ == pytest.approx(weeks.loglik_ - 2457 * math.log(7), abs=1e-5)


def test_cells_with_gaps_fit_as_their_customers(cdnow):
    few = cells(cdnow, by=["log_gap_sum"])
    found, again = BetaGeoCNBDModel(k=3).fit(cdnow), BetaGeoCNBDModel(k=3).fit(few)
    assert again.loglik_ == pytest.approx(found.loglik_, rel=1e-12)
    assert again.params_["estimate"].tolist() == pytest.approx(found.params_["estimate"].tolist(), rel=1e-6)
    # and week cells, whose recency is rounded, are no mistake
    assert np.isfinite(BetaGeoCNBDModel(k=3).fit(cells(cdnow, by=["log_gap_sum"], precision="W")).loglik_)


# Simulation.


def simulated(k, first_coin, p, n, T, *, horizon=0.0, seed=1):
    drawn = erlang_law(k, first_coin=first_coin).simulate(
        p, np.broadcast_to(T, n).astype(float), horizon, np.random.default_rng(seed)
    )
    return pd.DataFrame({**drawn, "T": T})


@pytest.mark.parametrize(("k", "kind"), [(2, BetaGeoCNBDModel), (4, ModifiedBetaGeoCNBDModel)])
def test_simulated_customers_behave_as_the_law_says(k, kind):
    drawn = simulated(k, kind is ModifiedBetaGeoCNBDModel, REGULAR, 30_000, 60.0, horizon=25.0)
    model = kind.from_params(REGULAR, k=k, time_unit="D")
    error = 4.5 * math.sqrt(0.25 / len(drawn))
    new = customers((0, 0, 0))
    chances = model.purchase_distribution(new, horizon=60, n_max=5).to_numpy()[0, :6]
    # a new customer is one who has bought today: of MBG/CNBD one who may have left with that purchase
    assert [(drawn["frequency"] == n).mean() for n in range(6)] == pytest.approx(chances, abs=error)
    silence = pd.cut(drawn["T"] - drawn["recency"], [-1, 5, 15, 40, 61])
    for said, came in (
        (model.expected_purchases(drawn, horizon=25), drawn["holdout_purchases"]),
        (model.probability_inactive(drawn, horizon=25), drawn["holdout_purchases"] == 0),
        (model.probability_alive(drawn), drawn["alive"]),
    ):
        both = pd.DataFrame({"came": came.astype(float), "said": said})
        for _, group in both.groupby([drawn["frequency"].clip(upper=3), silence], observed=True):
            # what is rare varies as its expectation, and comes once or not at all
            variance = max((group["came"] - group["said"]).var(), group["said"].mean())
            error = 4.5 * math.sqrt(variance / len(group)) + 3 / len(group)
            assert group["came"].mean() == pytest.approx(group["said"].mean(), abs=error)


def test_the_future_of_a_history_is_simulated_as_it_is_worked_out():
    law = erlang_law(3, first_coin=0)
    h = histories(*[(6, 55.0, 60.0)] * 20_000)
    outlook = Outlook(law, REGULAR, h)
    drawn = outlook.simulated(20.0, np.random.default_rng(3))
    for n in range(4):
        assert (drawn == n).mean() == pytest.approx(outlook.probability(n, 20.0)[0], abs=4.5 * math.sqrt(0.25 / 20_000))


@pytest.mark.parametrize(("k", "kind"), [(3, BetaGeoCNBDModel), (2, ModifiedBetaGeoCNBDModel)])
def test_the_parameters_of_simulated_customers_are_found(k, kind):
    T = np.random.default_rng(8).uniform(20, 200, 5_000)
    drawn = simulated(k, kind is ModifiedBetaGeoCNBDModel, REGULAR, 5_000, T, seed=8)
    logliks = {}
    for other in (1, k, k + 1):
        found = kind(k=other, time_unit="D").fit(drawn)
        logliks[other] = found.loglik_
        if other == k:
            off = np.log(found.params_["estimate"] / pd.Series(REGULAR)) / np.sqrt(np.diag(found.covariance_))
            assert (off.abs() < 4).all()
    # and the phases are told by the likelihood
    assert max(logliks, key=logliks.get) == k


def regular_transactions(k, n_customers=300):
    """Customers who never leave, with gaps of k phases and 50 days on average, each at its own rate."""
    rng = np.random.default_rng(6)
    rate = rng.gamma(4.0, 1 / 4.0, n_customers)
    gaps = np.maximum(rng.gamma(k, 50 / k, (n_customers, 40)) / rate[:, None], 1).round()
    days = np.cumsum(np.hstack([rng.integers(0, 60, (n_customers, 1)), gaps]), axis=1)
    who = np.repeat(np.arange(n_customers), days.shape[1])
    table = pd.DataFrame({"customer_id": who, "date": pd.Timestamp("2020-01-01") + pd.to_timedelta(days.ravel(), "D")})
    return as_transactions(table.assign(amount=1.0).query("date <= '2022-12-31'"))


def test_regularity_is_found():
    found = regularity_table(regular_transactions(3), as_of="2022-12-31", k_max=5)
    assert found["k"].tolist() == [1, 2, 3, 4, 5]
    assert found.loc[found["best"], "k"].tolist() == [3]
    # of about 300 pairs; the estimate's standard error is near 0.3
    assert found["gap_regularity"][0] == pytest.approx(3, abs=1.2)


def test_cdnow_is_not_regular(cdnow):
    transactions = as_transactions(load_cdnow())
    for modified, kind in ((True, ModifiedBetaGeoCNBDModel), (False, BetaGeoCNBDModel)):
        found = regularity_table(transactions, as_of="1997-09-30", k_max=3, modified=modified)
        assert found["best"].tolist() == [True, False, False]
        assert found["loglik"].tolist() == pytest.approx([kind(k=k).fit(cdnow).loglik_ for k in (1, 2, 3)], rel=1e-9)


def test_regularity_is_told_in_the_kind_of_frame_given(build):
    given = regular_transactions(2, n_customers=20)
    found = regularity_table(build(given), as_of="2022-12-31", k_max=2)
    plain = regularity_table(given, as_of="2022-12-31", k_max=2)
    assert_frame_equal(as_pandas(found), as_pandas(plain), rtol=1e-6)


# Refusal.


@pytest.mark.parametrize(("k", "problem"), [(0, ValueError), (-2, ValueError), (1.5, TypeError), ("2", TypeError)])
def test_phases_are_counted_from_1(cdnow, k, problem):
    with pytest.raises(problem, match=r"`k` must be"):
        BetaGeoCNBDModel(k=k).fit(cdnow)


def test_gaps_are_needed_to_fit_but_not_to_predict(cdnow):
    without = cdnow.drop(columns="log_gap_sum")
    with pytest.raises(SchemaError, match=r"`customers` lacks the columns \['log_gap_sum'\]"):
        BetaGeoCNBDModel().fit(without)
    model = BetaGeoCNBDModel().fit(cdnow)
    assert model.expected_purchases(without, horizon=9).equals(model.expected_purchases(cdnow, horizon=9))


@pytest.mark.parametrize("gaps", [[math.log(20) + 0.3, 0.0], [0.0, 0.1]])
def test_gaps_that_do_not_fit_are_refused(gaps):
    table = customers((1, 20, 40), (0, 0, 40)).assign(log_gap_sum=gaps)
    with pytest.raises(
        SchemaError, match=r"`customers\['log_gap_sum'\]` is larger than gaps that add up to `customers\['recency'\]`"
    ):
        BetaGeoCNBDModel().fit(table)


def test_a_horizon_of_too_many_phases_is_refused():
    model = BetaGeoCNBDModel.from_params({"r": 0.5, "alpha": 2.0, "a": 0.8, "b": 2.0}, k=2)
    for ask in (model.expected_purchases, model.total_purchases):
        with pytest.raises(ValueError, match=r"`horizon` is so long that customers may pass .* more than 10,000,000"):
            ask(customers((1, 20, 40)), horizon=1e12)


def test_gaps_of_no_time_are_refused():
    table = customers((1, 20, 40), (0, 0, 40)).assign(log_gap_sum=[-1e9, 0.0])
    with pytest.raises(SchemaError, match=r"`customers\['log_gap_sum'\]` is smaller than gaps of 1e-09 days"):
        BetaGeoCNBDModel().fit(table)


def test_missing_gaps_are_refused():
    table = customers((1, 20, 40), (0, 0, 40)).assign(log_gap_sum=[math.nan, 0.0])
    with pytest.raises(SchemaError, match=r"`customers\['log_gap_sum'\]` is missing or infinite in 1 row"):
        BetaGeoCNBDModel().fit(table)


@pytest.mark.parametrize(("k_max", "problem"), [(0, ValueError), (2.5, TypeError)])
def test_regularity_counts_from_1(k_max, problem):
    with pytest.raises(problem, match=r"`k_max` must be"):
        regularity_table(regular_transactions(2, n_customers=3), as_of="2022-12-31", k_max=k_max)


def test_regularity_needs_a_day():
    with pytest.raises(ValueError, match=r"`as_of`"):
        regularity_table(regular_transactions(2, n_customers=3), as_of="later")


# Input untouched.


def test_the_customers_given_are_not_changed(cdnow):
    given = cdnow.copy(deep=True)
    BetaGeoCNBDModel(k=2).fit(given).expected_purchases(given, horizon=3)
    assert_frame_equal(given, cdnow)
