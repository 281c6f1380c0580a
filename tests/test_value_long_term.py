"""Value in the long run: chains of states and closed forms against the literature, laws of chains, refusals."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from pandas.testing import assert_frame_equal
from tests.chains import MAILING, REWARDS, STATES, chains

from crmkit._stats import recurrent_classes, stationary_distribution
from crmkit.segment.movement import customer_forecast_table, migration_table
from crmkit.value import (
    customer_base_value,
    migration_value,
    move_values,
)
from crmkit.value.contracts import contract_value, margin_multiple

shares = st.floats(0, 0.99)
rates = st.floats(0, 2)


# By hand.


def test_value_of_one_state_that_is_left_by_hand():
    # stays with 0.9, brings 50, 20 %: 50 / (1 - 0.9 / 1.2) = 200; two periods on: 50 (1 + 0.75 + 0.75²) = 115.625
    chain = [[0.9, 0.1], [0.0, 1.0]]
    assert_allclose(migration_value(chain, rewards=[50, 0], period_discount_rate=0.2)["value"], [200, 0], rtol=1e-14)
    assert_allclose(
        migration_value(chain, rewards=[50, 0], period_discount_rate=0.2, n_periods=2)["value"],
        [115.625, 0],
        rtol=1e-14,
    )
    assert_allclose(migration_value(chain, rewards=[50, 0], period_discount_rate=0.2, n_periods=0)["value"], [50, 0])


def test_rewards_that_never_end_have_no_undiscounted_value():
    # a leads to b, which pays for ever; c is left for d, which pays nothing
    chain = [[0.5, 0.5, 0, 0], [0, 1, 0, 0], [0, 0, 0.5, 0.5], [0, 0, 0, 1]]
    found = migration_value(chain, rewards=[1, 1, 3, 0], period_discount_rate=0)["value"]
    assert_array_equal(found, [np.nan, np.nan, 6, 0])


def test_multiples_by_hand():
    # half stay, nothing is discounted: 1/2 + 1/4 + ... = 1 from the end on, 1 + 1/2 + ... = 2 from the start
    assert margin_multiple(retention_rate=0.5, period_discount_rate=0) == 1
    assert margin_multiple(retention_rate=0.5, period_discount_rate=0, timing="start") == 2
    # 21 % a period is 10 % in half of one: 2 / (1 - 0.605 / 1.21) / 1.1
    middle = contract_value(margin_amount=2, retention_rate=0.605, period_discount_rate=0.21, timing="middle")
    assert middle == pytest.approx(4 / 1.1, rel=1e-14)
    # three margins of 10 at the end of periods: 10 (0.5 + 0.25 + 0.125)
    assert contract_value(margin_amount=10, retention_rate=0.5, period_discount_rate=0, n_periods=3) == pytest.approx(
        8.75, rel=1e-14
    )
    assert contract_value(margin_amount=10, retention_rate=1, period_discount_rate=0, n_periods=3, timing="start") == 30
    assert contract_value(margin_amount=10, retention_rate=0.5, period_discount_rate=0, n_periods=0) == 0
    assert (
        contract_value(margin_amount=10, retention_rate=0, period_discount_rate=0.1, n_periods=4, timing="start") == 10
    )


def test_multiples_without_end_are_nan():
    assert math.isnan(margin_multiple(retention_rate=1, period_discount_rate=0))
    assert math.isnan(margin_multiple(retention_rate=0.9, period_discount_rate=0.1, growth=0.3))
    assert math.isnan(contract_value(margin_amount=1, retention_rate=1, period_discount_rate=0))
    assert math.isnan(contract_value(margin_amount=1, retention_rate=np.nan, period_discount_rate=0, n_periods=2))


def test_columns_come_back_as_columns():
    r = pd.Series([0.5, 0.8], index=["x", "y"])
    found = contract_value(margin_amount=10, retention_rate=r, period_discount_rate=0, n_periods=np.array([1, 2]))
    assert found.index.tolist() == ["x", "y"]
    assert found.tolist() == pytest.approx([5, 10 * (0.8 + 0.64)])
    assert isinstance(margin_multiple(retention_rate=np.array([0.5]), period_discount_rate=0.1), np.ndarray)


def test_customer_base_value_by_hand():
    # 200 now; 10 customers in a year and 20 in two bring 55 and 35 each over their cost: 550 / 1.1 + 700 / 1.21
    found = customer_base_value(
        customer_values=pd.Series([120.0, 80.0]),
        joining=[10, 20],
        joining_value=[100, 80],
        acquisition_cost=45,
        period_discount_rate=0.1,
    )
    assert found == pytest.approx(200 + 500 + 700 / 1.21, rel=1e-14)
    missing = {"joining": [1], "joining_value": 1, "acquisition_cost": 0, "period_discount_rate": 0}
    assert math.isnan(customer_base_value(customer_values=[1.0, np.nan], **missing))


# Reference: Pfeifer and Carraway (2000), values by recency; the undiscounted one is printed as 64.25.


def test_pfeifer_and_carraway():
    for_ever = migration_value(MAILING, rewards=REWARDS, period_discount_rate=0.2)["value"]
    assert_allclose(for_ever, [52.3196, 5.5538, 1.2508, -1.8200, 0], atol=6e-5)
    four = migration_value(MAILING, rewards=REWARDS, period_discount_rate=0.2, n_periods=4)["value"]
    assert_allclose(four, [50.1150, 4.2199, 0.5921, -1.9801, 0], atol=6e-5)
    undiscounted = migration_value(MAILING, rewards=REWARDS, period_discount_rate=0)["value"]
    assert undiscounted[0] == pytest.approx(64.2548, abs=6e-5)


# Reference: Gupta and Lehmann (2003), margin multiples by retention rate and discount rate, two decimals.


@pytest.mark.parametrize(
    ("period_discount_rate", "expected"),
    [
        (0.10, [1.20, 1.75, 2.67, 4.50]),
        (0.12, [1.15, 1.67, 2.50, 4.09]),
        (0.14, [1.11, 1.59, 2.35, 3.75]),
        (0.16, [1.07, 1.52, 2.22, 3.46]),
    ],
)
def test_gupta_and_lehmann(period_discount_rate, expected):
    found = margin_multiple(retention_rate=np.array([0.6, 0.7, 0.8, 0.9]), period_discount_rate=period_discount_rate)
    assert_allclose(found, expected, atol=5.01e-3)


def test_gupta_and_lehmann_with_growth():
    found = margin_multiple(retention_rate=0.8, period_discount_rate=0.12, growth=np.array([0, 0.02, 0.04, 0.06, 0.08]))
    assert_allclose(found, [2.50, 2.63, 2.78, 2.94, 3.12], atol=5.01e-3)


def test_berger_and_nasr_case_1():
    # 260 at the start and at the end of each of ten years, 50 in the middle of each
    rates = {"retention_rate": 0.75, "period_discount_rate": 0.2}
    earned = contract_value(margin_amount=260, n_periods=11, timing="start", **rates)
    spent = contract_value(margin_amount=50, n_periods=10, timing="middle", **rates)
    assert earned - spent == pytest.approx(568.78, abs=5e-3)


# Laws.


@given(chains(), rates, st.data())
def test_value_is_the_reward_and_the_discounted_value_of_what_follows(chain, rate, data):
    rewards = np.array(data.draw(st.lists(st.floats(-100, 100), min_size=len(chain), max_size=len(chain))))
    rate = rate + 0.01
    value = migration_value(chain, rewards=rewards, period_discount_rate=rate)["value"].to_numpy()
    assert_allclose(value, rewards + chain @ value / (1 + rate), atol=1e-8)
    step = migration_value(chain, rewards=rewards, period_discount_rate=rate, n_periods=5)["value"].to_numpy()
    next_step = migration_value(chain, rewards=rewards, period_discount_rate=rate, n_periods=6)["value"].to_numpy()
    assert_allclose(next_step, rewards + chain @ step / (1 + rate), atol=1e-9)
    far = migration_value(chain, rewards=rewards, period_discount_rate=rate, n_periods=10_000)["value"].to_numpy()
    assert_allclose(far, value, atol=1e-6)


@given(chains(), st.randoms(use_true_random=False))
def test_the_order_of_the_states_does_not_matter(chain, random):
    order = random.sample(range(len(chain)), len(chain))
    table = pd.DataFrame(chain)
    rewards = pd.Series(np.arange(len(chain), dtype=float))
    straight = migration_value(table, rewards=rewards, period_discount_rate=0.1).set_index("state")["value"]
    turned = migration_value(table.loc[order, order], rewards=rewards, period_discount_rate=0.1).set_index("state")[
        "value"
    ]
    assert_allclose(turned.loc[straight.index], straight, rtol=1e-9, atol=1e-12)


@given(chains())
def test_moves_there_and_back_are_worth_nothing(chain):
    values = migration_value(chain, rewards=np.arange(len(chain)), period_discount_rate=0.1)
    moves = move_values(values).set_index("before").to_numpy()
    assert_array_equal(moves, -moves.T)
    assert_allclose(moves[0], values["value"] - values["value"][0])


def test_shares_of_a_chain_that_hardly_ever_comes_back():
    # 1 leads to 0 once in 1e200 periods, 0 to 1 once in ten: 0 holds 1e-199 of the time
    assert_allclose(stationary_distribution(np.array([[0.9, 0.1], [1e-200, 1.0]])), [1e-199, 1], rtol=1e-12)
    least = np.finfo(float).smallest_subnormal
    turns = np.array([[0, 0, 0, 1], [least, 0, 0, 1], [0, 1, 0, 0], [0, 0, 1, 0]])
    assert_allclose(stationary_distribution(turns), [0, 1 / 3, 1 / 3, 1 / 3], atol=1e-300)


def test_recurrent_states_are_those_that_are_never_left_for_good():
    # 0 and 1 take turns, 2 is on its own, 3 leads to both
    chain = np.array([[0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 1, 0], [0.5, 0, 0.5, 0]])
    assert sorted(sorted(group.tolist()) for group in recurrent_classes(chain)) == [[0, 1], [2]]
    # a chain that only takes turns has shares all the same
    assert_allclose(stationary_distribution(chain[:2, :2]), [0.5, 0.5])


@given(shares, rates, st.floats(-0.9, 0.0), st.integers(1, 60))
def test_multiples_are_sums(r, i, g, n):
    terms = np.arange(1, n + 1)
    value = contract_value(margin_amount=3, retention_rate=r, period_discount_rate=i, n_periods=n)
    assert value == pytest.approx(3 * ((r / (1 + i)) ** terms).sum(), rel=1e-12)
    # what all periods bring is what the first n bring and what the others do
    rest = (r / (1 + i)) ** n * contract_value(margin_amount=3, retention_rate=r, period_discount_rate=i)
    assert contract_value(margin_amount=3, retention_rate=r, period_discount_rate=i) == pytest.approx(
        value + rest, rel=1e-12
    )
    assert 3 * margin_multiple(retention_rate=r, period_discount_rate=i) == pytest.approx(value + rest, rel=1e-12)
    # the first margin of the start is worth 1 + i times that of the end with nobody lost before
    start = margin_multiple(retention_rate=r, period_discount_rate=i, growth=g, timing="start")
    assert start == pytest.approx(
        1 + (1 + g) * margin_multiple(retention_rate=r, period_discount_rate=i, growth=g), rel=1e-12
    )


@given(st.floats(1e-15, 1e-6), st.integers(1, 1000))
def test_few_periods_with_hardly_a_loss_are_counted_exactly(loss, n):
    # sum of q^t for t < n is n - loss n (n - 1) / 2 + loss² n (n - 1) (n - 2) / 6 but for loss³ n⁴ / 24
    r = 1 - loss
    q = 1 - r
    exact = n - q * n * (n - 1) / 2 + q**2 * n * (n - 1) * (n - 2) / 6
    found = contract_value(margin_amount=1, retention_rate=r, period_discount_rate=0, n_periods=n, timing="start")
    assert found == pytest.approx(exact, rel=1e-9)


def test_one_state_of_customers_and_one_of_lost_are_a_contract():
    r, i = 0.75, 0.2
    value = migration_value([[r, 1 - r], [0, 1]], rewards=[260, 0], period_discount_rate=i)["value"][0]
    assert value == pytest.approx(
        contract_value(margin_amount=260, retention_rate=r, period_discount_rate=i, timing="start")
    )


# Refusals.


@pytest.mark.parametrize(
    ("transition", "message"),
    [
        ([[0.5, 0.4], [0, 1]], r"must have rows that add up to 1, got \[0.9\] for the states \[0\]"),
        ([[1.5, -0.5], [0, 1]], r"must hold probabilities, got \[-0.5\]"),
        ([[0.5, 0.5]], r"must be square, with a row and a column per state, got shape \(1, 2\)"),
        ([], "must be square"),
        ([["a", "b"], ["c", "d"]], "must be a square table of probabilities"),
        ([[np.nan, np.nan], [0, 1]], r"is missing for the states \[0\]: nobody was in them"),
        (MAILING[STATES[::-1]], "must have the same states, each once"),
        (
            MAILING.set_axis(list("aabcd"), axis=0).set_axis(list("aabcd"), axis=1),
            "must have the same states, each once",
        ),
    ],
)
def test_what_is_no_chain_is_refused(transition, message):
    with pytest.raises(ValueError, match=message):
        migration_table(transition)
    with pytest.raises(ValueError, match=message):
        migration_value(transition, rewards=[0, 0], period_discount_rate=0.1)


@pytest.mark.parametrize(
    ("rewards", "message"),
    [
        ([1, 2], r"`rewards` must have one number for each of the 5 states, got shape \(2,\)"),
        (5.0, r"for each of the 5 states, got shape \(\)"),
        ([1, 2, 3, np.nan, 5], r"`rewards` is missing for the states \['4'\]"),
        ({"1": 3}, r"`rewards` must have one number for each of the states \['1', '2', .*\], got \['1'\]"),
        (REWARDS.rename({"lost": "gone"}), "`rewards` must have one number for each of the states"),
    ],
)
def test_rewards_that_do_not_fit_are_refused(rewards, message):
    with pytest.raises(ValueError, match=message):
        migration_value(MAILING, rewards=rewards, period_discount_rate=0.1)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: migration_value(MAILING, rewards=REWARDS, period_discount_rate=-0.1),
            ValueError,
            r"`period_discount_rate` must be a rate per period of 0 or more, for example 0.1, got -0.1.$",
        ),
        (
            lambda: migration_value(MAILING, rewards=REWARDS, period_discount_rate=0.1, n_periods=-1),
            ValueError,
            "`n_periods` must be at least 0",
        ),
        (
            lambda: migration_value(MAILING, rewards=REWARDS, period_discount_rate=0.1, n_periods=1.5),
            TypeError,
            "`n_periods` must be a whole",
        ),
        (
            lambda: migration_value(MAILING, rewards=list("abcde"), period_discount_rate=0.1),
            TypeError,
            "`rewards` must be a number",
        ),
        (
            lambda: customer_forecast_table(MAILING, sizes=-REWARDS, n_periods=1),
            ValueError,
            r"`sizes` must not be below 0, got \[-36.0\]",
        ),
        (
            lambda: customer_forecast_table(MAILING, sizes=[1] * 5, n_periods=0),
            ValueError,
            "`n_periods` must be at least 1",
        ),
        (
            lambda: move_values(pd.DataFrame({"state": [1]})),
            ValueError,
            r"`values` lacks the columns \['value'\]; it has \['state'\]",
        ),
        (
            lambda: margin_multiple(retention_rate=1.2, period_discount_rate=0.1),
            ValueError,
            "^`retention_rate` is a share of customers kept, 0 to 1; got 1.2.$",
        ),
        (
            lambda: margin_multiple(retention_rate=-0.1, period_discount_rate=0.1),
            ValueError,
            "^`retention_rate` is a share of customers kept, 0 to 1; got -0.1.$",
        ),
        (
            lambda: margin_multiple(retention_rate=0.8, period_discount_rate=-0.1),
            ValueError,
            r"`period_discount_rate` must be a rate per period of 0 or more, for example 0.1, got -0.1.$",
        ),
        (
            lambda: margin_multiple(retention_rate=80, period_discount_rate=0.1),
            ValueError,
            r"0 to 1; got 80.0. Did you mean 0.8\?",
        ),
        (
            lambda: contract_value(margin_amount=1, retention_rate=[0.5, 75, 80], period_discount_rate=0.1),
            ValueError,
            r"0 to 1; got \[75.0, 80.0\]. Did you mean 0.75, 0.8\?",
        ),
        (
            lambda: margin_multiple(retention_rate=0.8, period_discount_rate=[0.1, 12]),
            ValueError,
            r"for example 0.1 for 10%, got 12.0. Did you mean 0.12\?",
        ),
        (
            lambda: customer_base_value(
                customer_values=[1], joining=[1], joining_value=1, acquisition_cost=1, period_discount_rate=10
            ),
            ValueError,
            r"`period_discount_rate` must be a rate per period.*got 10. Did you mean 0.1\?",
        ),
        (
            lambda: migration_value([[50, 50], [0, 100]], rewards=[1, 0], period_discount_rate=0.1),
            ValueError,
            r"got \[100.0, 100.0\] for the states \[0, 1\]. Divide percentages by 100",
        ),
        (
            lambda: margin_multiple(retention_rate=0.8, period_discount_rate=0, growth=-1),
            ValueError,
            r"above -1, got \[-1.0\]",
        ),
        (
            lambda: margin_multiple(retention_rate=0.8, period_discount_rate=0, timing="now"),
            ValueError,
            "`timing` must be one of",
        ),
        (
            lambda: contract_value(margin_amount=1, retention_rate=0.8, period_discount_rate=0.1, n_periods=2.5),
            ValueError,
            r"`n_periods` must hold whole numbers, got \[2.5\]",
        ),
        (
            lambda: contract_value(margin_amount=[1, 2], retention_rate=[0.8] * 3, period_discount_rate=0.1),
            ValueError,
            r"must have the same length, got \[2, 3\]",
        ),
        (
            lambda: contract_value(margin_amount="1", retention_rate=0.8, period_discount_rate=0.1),
            TypeError,
            "`margin_amount` must be a number",
        ),
        (
            lambda: customer_base_value(
                customer_values=[1], joining=[-1], joining_value=1, acquisition_cost=1, period_discount_rate=0
            ),
            ValueError,
            "`joining` must not be below 0",
        ),
    ],
)
def test_what_makes_no_sense_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()


# Input untouched.


def test_inputs_stay_as_they_were():
    chain, rewards = MAILING.copy(deep=True), REWARDS.copy(deep=True)
    migration_value(chain, rewards=rewards, period_discount_rate=0.2)
    migration_table(chain)
    customer_forecast_table(chain, sizes=rewards.abs(), n_periods=3)
    assert_frame_equal(chain, MAILING)
    assert rewards.equals(REWARDS)
    array = MAILING.to_numpy().copy()
    migration_value(array, rewards=rewards.to_numpy(), period_discount_rate=0.2, n_periods=3)
    assert_array_equal(array, MAILING)
