"""BG/BB: published numbers, the law against its story in 40 digits, simulation, and what it refuses."""

import math
from itertools import pairwise

import mpmath as mp
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from sklearn.exceptions import NotFittedError
from tests.frames import as_pandas, to_arrow

from crmkit import SchemaError, as_transactions, load_donations, make_transactions, opportunity_table
from crmkit.value import BetaGeoBetaBinomModel
from crmkit.value._purchases._histories import read_opportunities
from crmkit.value._purchases._laws import BETA_BINOMIAL
from crmkit.value._purchases._laws._beta_series import times_there
from crmkit.value._purchases._outlook import Outlook

NAMES = ("alpha", "beta", "gamma", "delta")
PAPER = {"alpha": 1.20, "beta": 0.75, "gamma": 0.66, "delta": 2.78}


def table(*histories):
    return pd.DataFrame(histories, columns=["n_transactions", "last_transaction", "n_opportunities"])


def histories(*given):
    return read_opportunities(table(*given), distinct=False)


def model(params=PAPER, **options):
    return BetaGeoBetaBinomModel.from_params(params, **options)


@pytest.fixture(scope="module")
def fitted():
    return BetaGeoBetaBinomModel().fit(load_donations())


# By hand.


def test_one_opportunity_by_hand():
    # bought at the only opportunity: stayed (3/4) and bought (1/3); with one customer in four leaving before each
    law = {"alpha": 1.0, "beta": 2.0, "gamma": 1.0, "delta": 3.0}
    ll, _ = BETA_BINOMIAL.likelihood(law, histories((1, 1, 1), (0, 0, 1)))
    assert np.exp(ll) == pytest.approx([3 / 4 / 3, 1 - 3 / 4 / 3])


def test_who_did_not_buy_at_the_only_opportunity_by_hand():
    # alive 3/4 and passed it over 2/3: 1/2, of 3/4 who did not buy
    law = model({"alpha": 1.0, "beta": 2.0, "gamma": 1.0, "delta": 3.0})
    assert law.probability_alive(table((0, 0, 1))).tolist() == pytest.approx([2 / 3])
    # p is 1/4 for those who passed one over; of four coins that fell on stay and one on leave, 4/5 are there next time
    assert law.expected_purchases(table((0, 0, 1)), horizon=1).tolist() == pytest.approx([2 / 3 * 4 / 5 * 1 / 4])


def test_a_horizon_of_nothing_holds_nothing():
    found = model()
    assert found.expected_purchases(table((3, 4, 6)), horizon=0).tolist() == [0.0]
    assert found.probability_inactive(table((3, 4, 6)), horizon=0).tolist() == pytest.approx([1.0])


# Reference: Fader, Hardie and Shang (2010), printed, and BTYD's vignette (shared/reference/value.md, 2.6).


def test_donations_have_the_published_maximum(fitted):
    assert fitted.params_["estimate"].round(3).tolist() == [1.204, 0.750, 0.657, 2.783]
    assert fitted.loglik_ == pytest.approx(-33225.58127, abs=1e-4)
    assert fitted.params_["std_error"].tolist() == pytest.approx([0.069391, 0.029448, 0.051009, 0.320815], rel=1e-3)
    assert fitted.boundary_ == []
    assert fitted.n_customers_ == 11104


def test_the_likelihood_at_the_vignettes_parameters_is_the_published_one(fitted):
    vignette = {"alpha": 1.203528, "beta": 0.749726, "gamma": 0.656781, "delta": 2.783796}
    donors = load_donations()
    assert BetaGeoBetaBinomModel.from_params(vignette).loglik(donors) == pytest.approx(-33225.58, abs=0.005)
    assert fitted.loglik(donors) == pytest.approx(fitted.loglik_, rel=1e-12)
    assert fitted.score(donors) == pytest.approx(fitted.loglik_ / 11104, rel=1e-12)


def test_expectations_of_new_donors_are_the_published_ones(fitted):
    curve = fitted.expected_curve(range(1, 12))
    published = [0.4985, 0.9233, 1.2969, 1.6323, 1.9381, 2.2202, 2.4826, 2.7285, 2.9603, 3.1798, 3.3887]
    assert curve["expected_purchases"].round(4).tolist() == published


def test_conditional_expectations_are_the_published_ones(fitted):
    ten = fitted.expected_purchases(table((0, 0, 6), (4, 5, 6)), horizon=10)
    # BTYD's at its own maximum, which differs in the sixth digit
    assert ten.tolist() == pytest.approx([0.1302169, 3.627858], rel=1e-4)
    donors = load_donations().assign(five=lambda donors: fitted.expected_purchases(donors, horizon=5))
    assert float((donors["five"] * donors["n_customers"]).sum()) == pytest.approx(12884.2, abs=0.2)
    sums = (donors["five"] * donors["n_customers"]).groupby(donors["n_transactions"]).sum()
    means = sums / donors.groupby("n_transactions")["n_customers"].sum()
    assert means.tolist() == pytest.approx([0.0729, 0.3249, 0.7089, 1.3337, 2.0312, 2.7845, 3.7525], abs=1e-4)


def test_frequencies_in_the_sample_are_the_published_ones(fitted):
    new = fitted.purchase_distribution(table((0, 0, 0)), horizon=6, n_max=6)
    found = 11104 * new.drop(columns="p_more").to_numpy()[0]
    assert found == pytest.approx([3454.9, 1888.65, 1348.88, 1113.38, 1017.92, 1027.17, 1253.1], abs=0.06)


def test_probabilities_of_being_there_next_time_are_the_published_ones(fitted):
    found = fitted.probability_alive(table((0, 0, 6), (1, 1, 6), (1, 6, 6), (2, 4, 6), (5, 5, 6), (6, 6, 6)), horizon=1)
    assert found.tolist() == pytest.approx([0.11, 0.0695, 0.9304, 0.59, 0.522, 0.93], abs=2.5e-3)


def test_discounted_donations_are_the_published_ones():
    asked = table((3, 4, 6), *((x, 6, 6) for x in range(1, 7)))
    found = model().discounted_purchases(asked, discount_rate=0.1)
    published = [1.6213791858, 1.802045, 2.621156, 3.440267, 4.259379, 5.078490, 5.897601]
    assert found.tolist() == pytest.approx(published, rel=5e-7)


def test_yearly_tracking_is_the_published_one(fitted):
    curve = fitted.expected_curve(range(12))["expected_purchases"].to_numpy()
    published = [5535.833, 4717.059, 4147.621, 3724.665, 3395.888, 3131.647]
    published += [2913.778, 2730.482, 2573.731, 2437.854, 2318.727]
    # BTYD's at its own maximum
    assert (11104 * np.diff(curve)).tolist() == pytest.approx(published, rel=5e-5)


# Reference: lifetimes.


@pytest.mark.filterwarnings("ignore:The 'mode.chained_assignment':Warning")
def test_lifetimes_fits_and_predicts_the_same(fitted):
    from lifetimes import BetaGeoBetaBinomFitter

    donors = load_donations()
    columns = (donors["n_transactions"], donors["last_transaction"], donors["n_opportunities"])
    theirs = BetaGeoBetaBinomFitter().fit(*columns, weights=donors["n_customers"])
    assert fitted.params_["estimate"].tolist() == pytest.approx(list(theirs.params_), rel=1e-4)
    expected = theirs.conditional_expected_number_of_purchases_up_to_time(5, *columns)
    assert fitted.expected_purchases(donors, horizon=5).tolist() == pytest.approx(expected.tolist(), rel=1e-4)
    alive = theirs.conditional_probability_alive(3, *columns)
    assert fitted.probability_alive(donors, horizon=3).tolist() == pytest.approx(alive.tolist(), rel=1e-4)


# Reference: the story in 40 digits. A buying probability is beta-distributed, and so is one of leaving; what is asked
# is a mean of products of their powers, added up over when the customer left.


def power_mean(a, b, i, j):
    """Mean of p^i (1 - p)^j."""
    return mp.beta(a + i, b + j) / mp.beta(a, b)


def terms(params, x, t_x, n):
    """Likelihoods of being alive at n and of having left before each opportunity after t_x."""
    alpha, beta, gamma, delta = map(mp.mpf, params)
    alive = power_mean(alpha, beta, x, n - x) * power_mean(gamma, delta, 0, n)
    left = [power_mean(alpha, beta, x, j - x) * power_mean(gamma, delta, 1, j) for j in range(t_x, n)]
    return alive, left


def future(params, x, n, t, chances):
    """Mean over those alive at n of what `chances(buying_mean, leaving_mean)` adds up."""
    alpha, beta, gamma, delta = map(mp.mpf, params)
    return chances(
        lambda i, j: power_mean(alpha + x, beta + n - x, i, j), lambda i, j: power_mean(gamma, delta + n, i, j)
    )


PARAMS = [
    (1.204, 0.75, 0.657, 2.783),
    (1.0, 1.0, 1.0, 1.0),
    (0.5, 0.5, 1.000000001, 2.0),
    (1e-4, 1e-4, 1e-4, 1e-4),
    (1e-4, 50.0, 30.0, 1e-3),
    (1e5, 1e5, 1e3, 1e6),
    (1e6, 0.01, 0.01, 1e6),
    (20.0, 300.0, 0.3, 40.0),
]
HISTORIES = [(0, 0, 0), (0, 0, 6), (1, 6, 6), (6, 6, 6), (2, 3, 60), (3, 300, 300), (150, 151, 300), (2900, 3000, 3000)]
HISTORIES += [(0, 0, 1500)]


@pytest.mark.deep
@pytest.mark.parametrize("params", PARAMS)
def test_the_law_is_its_story_in_40_digits(params):
    p = dict(zip(NAMES, params, strict=True))
    for x, t_x, n in HISTORIES:
        with mp.workdps(40):
            alive, left = terms(params, x, t_x, n)
            log_likelihood = float(mp.log(alive + mp.fsum(left)))
            share = float(alive / (alive + mp.fsum(left)))
            survival = float(future(params, x, n, 7, lambda _, leaves: leaves(0, 7)))
            expected = float(
                future(params, x, n, 7, lambda buys, leaves: buys(1, 0) * mp.fsum(leaves(0, i) for i in range(1, 8)))
            )
            exactly = float(
                future(
                    params,
                    x,
                    n,
                    7,
                    lambda buys, leaves: (
                        mp.binomial(7, 2) * buys(2, 5) * leaves(0, 7)
                        + mp.fsum(mp.binomial(j, 2) * buys(2, j - 2) * leaves(1, j) for j in range(2, 7))
                    ),
                )
            )
        h = histories((x, t_x, n))
        assert BETA_BINOMIAL.likelihood(p, h)[0][0] == pytest.approx(log_likelihood, rel=1e-10, abs=1e-12)
        outlook = Outlook(BETA_BINOMIAL, p, h)
        assert outlook.alive_now[0] == pytest.approx(share, rel=1e-9)
        assert outlook.alive(7)[0] == pytest.approx(share * survival, rel=1e-9)
        assert outlook.expected(7)[0] == pytest.approx(share * expected, rel=1e-9)
        assert outlook.probability(2, 7)[0] == pytest.approx(share * exactly, rel=1e-9)


@pytest.mark.parametrize("params", PARAMS[:5])
def test_posterior_means_are_those_of_the_story(params):
    alpha, beta, gamma, delta = params
    for x, t_x, n in HISTORIES[1:6]:
        # the prior's mean times the likelihood's ratio when the coin is counted once more
        with mp.workdps(40):
            alive, left = terms(params, x, t_x, n)
            more, more_left = terms((alpha + 1, *params[1:]), x, t_x, n)
            of_p = (more + mp.fsum(more_left)) / (alive + mp.fsum(left)) * alpha / (alpha + beta)
            more, more_left = terms((alpha, beta, gamma + 1, delta), x, t_x, n)
            of_theta = (more + mp.fsum(more_left)) / (alive + mp.fsum(left)) * gamma / (gamma + delta)
        rates = model(dict(zip(NAMES, params, strict=True))).posterior_rates(table((x, t_x, n)))
        assert rates["purchase_probability"].tolist() == pytest.approx([float(of_p)], rel=1e-9)
        assert rates["dropout_probability"].tolist() == pytest.approx([float(of_theta)], rel=1e-9)


@pytest.mark.parametrize("gamma", [0.3, 1.0, 1.000001, 40.0])
@pytest.mark.parametrize(("rate", "t"), [(0.1, math.inf), (0.1, 25), (1e-2, math.inf), (0.0, 25)])
def test_discounted_purchases_are_the_sum(gamma, rate, t):
    p = {"alpha": 1.2, "beta": 0.75, "gamma": gamma, "delta": 2.5}
    with mp.workdps(30):
        v = 1 / (1 + mp.mpf(rate))
        terms = int(min(t, 80 / rate if rate else t))
        term, total = mp.mpf(1), mp.mpf(0)
        for i in range(terms):
            term *= v * (mp.mpf(2.5) + i) / (mp.mpf(gamma) + 2.5 + i)
            total += term
        wanted = float(mp.mpf(1.2) / (mp.mpf(1.2) + 0.75) * total)
    found = BETA_BINOMIAL.discounted(p, np.array([float(t)]), math.log1p(rate))
    assert found.tolist() == pytest.approx([wanted], rel=1e-11)


@pytest.mark.parametrize(("a", "b"), [(0.3, 5.0), (1.0, 2.0), (1e-6, 1e3), (1e4, 1e5), (20.0, 1e-3), (0.01, 0.01)])
@pytest.mark.parametrize("interest", [1.0, 0.5, 0.01])
def test_times_there_is_the_series(a, b, interest):
    with mp.workdps(30):
        term, total, k = mp.mpf(1), mp.mpf(0), 0
        while k == 0 or term > mp.mpf(10) ** -18 * total * interest:
            total += term
            term *= (1 - mp.mpf(interest)) * (mp.mpf(b) + k) / (mp.mpf(a) + b + k)
            k += 1
    found = times_there(np.array([a]), np.array([b]), np.array([interest]))
    assert found.tolist() == pytest.approx([float(total)], rel=1e-13)


# Law.


@st.composite
def laws(draw):
    return {name: math.exp(draw(st.floats(-6, 6))) for name in NAMES}


@given(laws(), st.integers(1, 8))
def test_all_that_can_happen_has_probability_one(p, n):
    possible = [(0, 0, n)] + [(x, t_x, n) for t_x in range(1, n + 1) for x in range(1, t_x + 1)]
    ways = [math.comb(t_x - 1, x - 1) if x else 1 for x, t_x, _ in possible]
    ll, _ = BETA_BINOMIAL.likelihood(p, histories(*possible))
    assert float(np.array(ways) @ np.exp(ll)) == pytest.approx(1)


@given(laws())
def test_the_gradient_is_the_slope(p):
    h = histories((0, 0, 0), (0, 0, 6), (3, 4, 9), (5, 5, 30), (6, 6, 6), (40, 200, 365))
    _, gradient = BETA_BINOMIAL.likelihood(p, h)
    for name in NAMES:
        step = 1e-5 * p[name]
        up, down = (BETA_BINOMIAL.likelihood({**p, name: p[name] + side}, h)[0] for side in (step, -step))
        slope = (up - down) / 2e-5
        assert gradient[name] * p[name] == pytest.approx(slope, rel=1e-5, abs=1e-6)


@given(laws(), st.integers(0, 12), st.sampled_from([(0, 0, 6), (2, 5, 6), (6, 6, 6), (0, 0, 0)]))
def test_probabilities_add_up_and_have_the_expectation_as_mean(p, t, history):
    outlook = Outlook(BETA_BINOMIAL, p, histories(history))
    each = [outlook.probability(n, t)[0] for n in range(t + 2)]
    assert min(each) >= 0
    assert each[-1] == 0
    assert sum(each) == pytest.approx(1)
    assert sum(n * chance for n, chance in enumerate(each)) == pytest.approx(outlook.expected(t)[0], abs=1e-12)


@given(laws())
def test_waiting_costs_life_and_brings_purchases(p):
    found, asked = model(p), table((0, 0, 6), (2, 5, 6), (6, 6, 6))
    alive = [found.probability_alive(asked, horizon=t) for t in range(5)]
    bought = [found.expected_purchases(asked, horizon=t) for t in range(5)]
    assert all((later <= sooner).all() for sooner, later in pairwise(alive))
    assert all((later >= sooner).all() for sooner, later in pairwise(bought))


def test_who_bought_last_time_is_alive():
    assert model().probability_alive(table((1, 6, 6), (6, 6, 6), (0, 0, 0))).tolist() == [1, 1, 1]


def test_the_time_unit_is_the_time_between_opportunities():
    monthly, yearly = model(time_unit="M"), model()
    asked = table((3, 4, 6))
    # a month's interest at 12.68 % a year is near a year's at 1 %
    found = monthly.discounted_purchases(asked, discount_rate=1.01**12 - 1)
    assert found.tolist() == pytest.approx(yearly.discounted_purchases(asked, discount_rate=0.01).tolist(), rel=1e-12)


def test_groups_are_their_customers(fitted):
    donors = load_donations()
    one_by_one = donors.loc[donors.index.repeat(donors["n_customers"])].drop(columns="n_customers")
    again = BetaGeoBetaBinomModel().fit(one_by_one)
    assert again.params_["estimate"].tolist() == pytest.approx(fitted.params_["estimate"].tolist(), rel=1e-9)


def test_the_table_of_opportunities_is_what_fit_takes():
    transactions = as_transactions(make_transactions(n_customers=400, random_state=1).orders)
    days = transactions["date"]
    made = opportunity_table(transactions, as_of=days.max(), freq="W")
    found = BetaGeoBetaBinomModel(time_unit="W").fit(made)
    assert np.isfinite(found.loglik_)
    assert found.expected_purchases(made, horizon=4).between(0, 4).all()


def test_intervals_hold_their_estimates(fitted):
    table_of = fitted.predict_table(load_donations(), horizon=5, n_draws=50)
    for name in ("probability_alive", "expected_purchases", "probability_inactive"):
        assert (table_of[f"{name}_lower"] <= table_of[name]).all()
        assert (table_of[name] <= table_of[f"{name}_upper"]).all()


# Simulation.


def test_simulated_customers_behave_as_the_law_says(fitted):
    drawn = fitted.simulate(np.full(40_000, 6), horizon=4, random_state=3)
    assert drawn["n_transactions"].dtype == "int64"
    chances = fitted.purchase_distribution(table((0, 0, 0)), horizon=6, n_max=6).to_numpy()[0, :7]
    shares = drawn["n_transactions"].value_counts(normalize=True).sort_index().to_numpy()
    assert shares == pytest.approx(chances, abs=4.5 * math.sqrt(0.25 / 40_000))
    assert drawn["alive"].mean() == pytest.approx(
        fitted.expected_curve([6])["probability_alive"][0], abs=4.5 * math.sqrt(0.25 / 40_000)
    )
    # and what they do later is what is expected of their histories
    off = drawn["holdout_purchases"] - fitted.expected_purchases(drawn, horizon=4)
    for _, group in off.groupby(drawn["last_transaction"]):
        assert abs(group.mean()) < 4.5 * group.std() / math.sqrt(len(group))


def test_the_parameters_of_simulated_customers_are_found():
    rng = np.random.default_rng(5)
    drawn = model().simulate(rng.integers(1, 25, 20_000), random_state=rng)
    found = BetaGeoBetaBinomModel().fit(drawn).params_
    off = (found["estimate"] - pd.Series(PAPER)) / found["std_error"]
    assert (off.abs() < 4).all()


def test_customers_who_never_leave_lie_on_the_boundary():
    # everybody buys every second time, nobody is ever lost
    found = BetaGeoBetaBinomModel().fit(table(*[(5, 10, 10)] * 50, *[(6, 10, 10)] * 50))
    assert {"gamma", "delta"} & set(found.boundary_)
    assert found.probability_alive(table((5, 10, 10)), horizon=10).tolist() == pytest.approx([1.0], abs=0.02)


# Refusal.


@pytest.mark.parametrize(
    ("history", "message"),
    [
        (
            (-1, 1, 6),
            r"`customers\['n_transactions'\]` is negative or not a whole number in 1 row, first at rows \[0\]",
        ),
        ((1.5, 2, 6), r"`customers\['n_transactions'\]` is negative or not a whole number"),
        ((1, -2, 6), r"`customers\['last_transaction'\]` is negative"),
        ((1, 7, 6), r"`customers\['last_transaction'\]` exceeds `customers\['n_opportunities'\]`"),
        ((0, 3, 6), r"`customers\['last_transaction'\]` is above 0 without a repeat purchase, or 0 with one"),
        ((1, 1.5, 6), r"`customers\['last_transaction'\]` is not a whole number"),
        ((1, 1, 6.5), r"`customers\['n_opportunities'\]` is not a whole number"),
        (
            (3, 2, 6),
            r"`customers\['n_transactions'\]` exceeds `customers\['last_transaction'\]`.* opportunity_table makes such",
        ),
        ((1, 1, 1e9), r"`customers\['n_opportunities'\]` is above 10,000 in 1 row"),
        ((1, math.nan, 6), r"`customers\['last_transaction'\]` is missing or infinite"),
    ],
)
def test_what_no_history_holds_is_refused(history, message):
    with pytest.raises(SchemaError, match=message):
        BetaGeoBetaBinomModel().fit(table(history))


def test_a_customers_table_is_none_of_opportunities():
    customers = pd.DataFrame({"frequency": [1.0], "recency": [3.0], "T": [5.0]})
    with pytest.raises(SchemaError, match=r"`customers` lacks the columns .*opportunity_table makes such a table"):
        BetaGeoBetaBinomModel().fit(customers)


def test_customers_without_a_purchase_are_left_out_when_told():
    asked = table((3, 4, 6), (math.nan, math.nan, math.nan), (0, 0, 6), (2, 6, 6))
    with pytest.raises(SchemaError, match=r"holds 1 without a purchase"):
        BetaGeoBetaBinomModel().fit(asked)
    found = BetaGeoBetaBinomModel(prospects="drop").fit(asked).expected_purchases(asked, horizon=1)
    assert found.isna().tolist() == [False, True, False, False]


@pytest.mark.parametrize("horizon", [0.5, 2.25])
def test_a_part_of_an_opportunity_is_refused(horizon):
    message = rf"`horizon` must be a whole number of opportunities, got {horizon}"
    asked = table((3, 4, 6))
    for method in ("expected_purchases", "probability_alive", "probability_inactive", "purchase_distribution"):
        with pytest.raises(ValueError, match=message):
            getattr(model(), method)(asked, horizon=horizon)
    with pytest.raises(ValueError, match=message):
        model().discounted_purchases(asked, discount_rate=0.1, horizon=horizon)
    with pytest.raises(ValueError, match=message):
        model().simulate([6], horizon=horizon)


@pytest.mark.parametrize("counts", [[-1], [2.5], [math.nan]])
def test_simulated_opportunities_are_whole(counts):
    with pytest.raises(ValueError, match=r"`T` must hold whole numbers of opportunities"):
        model().simulate(counts)


def test_covariates_are_refused():
    with pytest.raises(ValueError, match=r"`covariates` must be None, as BetaGeoBetaBinomModel takes none"):
        model().simulate([6], covariates={"age": 3})
    with pytest.raises(ValueError, match=r"`covariates` must be None"):
        model().expected_curve([1], covariates={"age": 3})


def test_nothing_is_said_before_fit():
    for said in (lambda m: m.simulate([6]), lambda m: m.expected_curve([1])):
        with pytest.raises(NotFittedError):
            said(BetaGeoBetaBinomModel())


# Input untouched.


def test_the_table_given_is_not_changed(fitted):
    donors = load_donations()
    fitted.predict_table(donors, horizon=2, n_draws=2)
    pd.testing.assert_frame_equal(donors, load_donations())


# An engine.


def test_an_engine_gets_the_predictions_joined(build):
    if build.is_engine:
        donors = table((0, 0, 6), (3, 5, 6), (2, 6, 6)).assign(donor=[1, 2, 3])
        expected = model().predict_table(donors, horizon=2, n_draws=5)
        found = as_pandas(model().predict_table(build(to_arrow(donors)), horizon=2, n_draws=5), in_order=False)
        found = found.set_index("donor").sort_index()[list(expected.columns)].reset_index(drop=True)
        assert_frame_equal(found.astype(float), expected, rtol=1e-12)
