"""How many customers a campaign takes: `sample_size_table`, `detectable_effect_table`, `cuped_table`."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ttest_ind
from tests.depth import up_to
from tests.frames import EVERY_KIND, IN_MEMORY, Builder, to_arrow

from crmkit._stats import compare_shares
from crmkit.errors import SchemaError
from crmkit.loyalty.campaigns import cuped_table, detectable_effect_table, sample_size_table

EVEN = {"none": 0.5, "email": 0.5}
SPEND = {"mean": 20.0, "standard_deviation": 1.0, "skewness": 0.0}


def sizes(arms=EVEN, **plan):
    """The customers of each arm, the control group first, then all."""
    return list(sample_size_table(arms=arms, control="none", **plan)["n_customers"])


def detectable(arms=EVEN, **plan):
    return detectable_effect_table(arms=arms, control="none", **plan)


# By hand


def test_a_tenth_of_a_deviation():
    # (1.959964 + .841621)² = 7.848879; × 4 / .01 = 3139.55
    assert sizes(effect=0.1, **SPEND) == [1570, 1570, 3140]
    # × (1/.9 + 1/.1) / .01 = 8720.98
    assert sizes({"none": 0.9, "email": 0.1}, effect=0.1, **SPEND) == [7849, 872, 8721]
    assert sizes({"none": 0.1, "email": 0.9}, effect=-0.1, **SPEND) == [872, 7849, 8721]


def test_what_was_known_before_saves_customers():
    # 3139.55 × (1 - .6²) = 2009.31
    assert sizes(effect=0.1, correlation=0.6, **SPEND)[-1] == 2010


def test_the_smallest_arm_decides():
    # three comparisons at .05 / 3: z = 2.393980; (2.393980 + .841621)² = 10.469116; × (1/.2 + 1/.3) × 100 = 8724.26
    arms = {"none": 0.3, "email": 0.2, "sms": 0.2, "call": 0.3}
    table = sample_size_table(arms=arms, control="none", effect=0.1, **SPEND)
    assert table["n_customers"].iloc[-1] == 8725
    assert list(table["arm"][:-1]) == ["none", "call", "email", "sms"]
    assert table["alpha"].iloc[1] == pytest.approx(0.05 / 3)
    # the arm of .3: 1 - Φ(2.393980 - .1 √(8725 / (2/.3))) = Φ(1.2236)
    assert table["power"].iloc[1] == pytest.approx(0.8894, abs=2e-4)
    assert table["power"].iloc[2] == pytest.approx(0.8, abs=1e-4)
    # without an adjustment: 7.848879 × 8.333333 × 100 = 6540.73
    assert sizes(arms, effect=0.1, adjust="none", **SPEND)[-1] == 6541


def test_relative_effects():
    assert sizes(effect=0.005, relative=True, **SPEND) == sizes(effect=0.1, **SPEND)
    assert sizes(effect=0.2, relative=True, base_rate=0.05) == sizes(effect=0.01, base_rate=0.05)


def test_skewness_moves_false_alarms_from_one_side_to_the_other():
    # 100 and 900 customers, skewness 6: 6 × (1/900² - 1/100²) / (1/900 + 1/100)^1.5 = -.505964;
    # × (2 × 3.841459 + 1)/6 × .058445 = -.042792, so .025 ± .042792, cut at 0
    plan = {"n_customers": 1000, "mean": 20.0, "standard_deviation": 60.0, "skewness": 6.0}
    row = detectable({"none": 0.1, "email": 0.9}, **plan).iloc[0]
    assert [row["false_gain_rate"], row["false_loss_rate"]] == pytest.approx([0.067792, 0.0], abs=2e-6)
    assert row["too_few"]
    even = detectable(**plan).iloc[0]
    assert [even["false_gain_rate"], even["false_loss_rate"], even["too_few"]] == pytest.approx([0.025, 0.025, 0])


def test_too_few_for_a_rate():
    # a tenth of 9,990 and of 10,000 customers at one in a hundred: 9.99 and 10 expected
    few, enough = (
        detectable({"none": 0.1, "email": 0.9}, n_customers=n, base_rate=0.01)["too_few"].iloc[0]
        for n in (9990, 10_000)
    )
    assert (few, enough) == (True, False)


def test_several_numbers_of_customers():
    table = detectable(n_customers=[1000, 4000], **SPEND)
    # 2.801585 × √(4 / 1000), and half of it
    assert list(table["detectable_increase"]) == pytest.approx([0.177188, 0.088594], abs=1e-6)
    assert list(table["relative_decrease"]) == pytest.approx([0.177188 / 20, 0.088594 / 20], abs=1e-7)


def test_an_effect_that_cannot_be_seen_is_missing():
    row = detectable(n_customers=200, base_rate=0.01).iloc[0]
    assert math.isnan(row["detectable_decrease"])
    assert row["detectable_increase"] > 0


# Reference


def test_power_prop_test():
    # R, stats::power.prop.test, Examples: p1 = .50, p2 = .75, power = .90 gives n = 76.7 in each group;
    # n = 50 gives power = 0.740
    assert sizes(base_rate=0.5, effect=0.25, power=0.9) == [77, 77, 154]
    row = detectable(n_customers=100, base_rate=0.5, power=0.74).iloc[0]
    assert row["detectable_increase"] == pytest.approx(0.25, abs=2e-4)


def test_fleiss_at_unequal_sizes_by_the_formula_of_the_swog_calculator():
    # stattools.crab.org, Two Arm Binomial, power code without the correction, at n2/n1 = 4, p1 .1, p2 .15
    alpha, p1, p2, total = (
        1.959963984540054,
        0.1,
        0.15,
        sizes({"none": 0.2, "email": 0.8}, base_rate=0.1, effect=0.05)[-1],
    )
    middle = 0.2 * p1 + 0.8 * p2

    def missed(n):
        above = alpha * math.sqrt(middle * (1 - middle) / 0.16) - (p2 - p1) * math.sqrt(n)
        return 0.5 * math.erfc(-above / math.sqrt(p1 * (1 - p1) / 0.2 + p2 * (1 - p2) / 0.8) / math.sqrt(2))

    assert missed(total) <= 0.2 < missed(total - 1)


# Laws


shares = st.floats(0.02, 0.98)


@given(shares, st.floats(0.02, 0.9), st.floats(0.01, 0.9), st.floats(0, 0.9), st.floats(0.5, 0.95), st.booleans())
@up_to(60)
def test_sample_size_and_detectable_effect_are_inverse(share, base, part, correlation, power, falls):
    arms = {"none": share, "email": 1 - share}
    for quantity, effect in (
        ({"base_rate": base}, -part * base if falls else part * (1 - base)),
        ({"mean": base, "standard_deviation": 2.0, "skewness": 3.0}, -part if falls else part),
    ):
        plan = {"correlation": correlation, "power": power, **quantity}
        total = sizes(arms, effect=effect, **plan)[-1]
        column = "detectable_decrease" if falls else "detectable_increase"
        found = detectable(arms, n_customers=[total, max(total - 1, 1)], **plan)[column]
        assert found[0] <= abs(effect) * (1 + 1e-9)
        assert total == 1 or not found[1] <= abs(effect) * (1 - 1e-9)


@given(shares, st.floats(0.05, 0.95), st.floats(0.01, 0.9))
@up_to(30)
def test_a_rate_and_its_rest_take_as_many(share, base, part):
    arms, effect = {"none": share, "email": 1 - share}, part * (1 - base)
    rest = sizes(arms, base_rate=1 - base, effect=-effect)[-1]
    assert sizes(arms, base_rate=base, effect=effect)[-1] == pytest.approx(rest, abs=1)


@given(st.floats(1e-3, 1e6))
@up_to(20)
def test_the_unit_of_money_does_not_matter(unit):
    plan = {"mean": 20 * unit, "standard_deviation": 45 * unit, "skewness": 4.0, "effect": 2 * unit}
    assert sizes(**plan) == sizes(mean=20.0, standard_deviation=45.0, skewness=4.0, effect=2.0)


@pytest.mark.deep
def test_the_power_of_a_rate_by_simulation():
    arms, rng = {"none": 0.25, "email": 0.75}, np.random.default_rng(1)
    control, email, _ = sizes(arms, base_rate=0.06, effect=0.02)
    drawn = rng.binomial(email, 0.08, 20_000), rng.binomial(control, 0.06, 20_000)
    p_values = compare_shares(drawn[0], email, drawn[1], control, level=0.95).p_value
    # 4 standard errors of .8 among 20,000 are .0113; the test is a little discrete
    assert (p_values < 0.05).mean() == pytest.approx(0.8, abs=0.015)


@pytest.mark.deep
def test_the_power_and_the_false_alarms_of_skewed_spend_by_simulation():
    # nine in ten spend nothing, the others a gamma of shape .5: mean .05, variance .1 × .75 - .0025, third from it
    rng = np.random.default_rng(2)

    def spend(*shape):
        return np.where(rng.random(shape) < 0.1, rng.gamma(0.5, 1.0, shape), 0.0)

    mean, variance = 0.05, 0.1 * 0.75 - 0.05**2
    third = 0.1 * 0.5 * 1.5 * 2.5 - 3 * mean * 0.1 * 0.75 + 2 * mean**3
    moments = {"mean": mean, "standard_deviation": math.sqrt(variance), "skewness": third / variance**1.5}
    table = sample_size_table(arms={"none": 0.2, "email": 0.8}, control="none", effect=0.03, **moments)
    control, email = table["n_customers"].iloc[:2]
    left, right, gains = [], [], []
    same, *_ = sizes(effect=0.03, **moments)
    for _ in range(40):
        others, treated = spend(500, control), spend(500, email)
        statistic, p_value = ttest_ind(treated, others, axis=1, equal_var=False)
        left.append((p_value < 0.05) & (statistic < 0))
        right.append((p_value < 0.05) & (statistic > 0))
        gains.append(ttest_ind(spend(100, same) + 0.03, spend(100, same), axis=1).pvalue < 0.05)
    # 4 standard errors of a rate of .03 among 20,000 are .005
    assert np.mean(left) == pytest.approx(table["false_loss_rate"].iloc[1], abs=0.006)
    assert np.mean(right) == pytest.approx(table["false_gain_rate"].iloc[1], abs=0.006)
    assert np.mean(right) > 0.032
    # and of .8 among 4,000
    assert np.mean(gains) == pytest.approx(0.8, abs=0.0253)


# The past, by hand


def past():
    rng = np.random.default_rng(3)
    winter = rng.gamma(1.0, 20.0, 400)
    return pd.DataFrame({"spring": 0.5 * winter + rng.gamma(1.0, 10.0, 400), "winter": winter, "autumn": winter[::-1]})


def test_correlation_of_one_column():
    found = cuped_table(past(), outcome="spring", past=["winter"])
    r = np.corrcoef(past()["spring"], past()["winter"])[0, 1]
    # 1 - r² with the degree of freedom that the slope takes: × 399 / 398
    assert found["variance_left"].iloc[1] == pytest.approx((1 - r**2) * 399 / 398, rel=1e-12)
    assert found["correlation"].iloc[1] == pytest.approx(math.sqrt(1 - found["variance_left"].iloc[1]))
    first = found.iloc[0]
    assert [first["correlation"], first["mean"]] == [0, pytest.approx(past()["spring"].mean())]
    assert first["standard_deviation"] == pytest.approx(past()["spring"].std())
    assert first["skewness"] == pytest.approx(past()["spring"].skew() * 398 / math.sqrt(400 * 399), rel=1e-9)


def test_customers_without_a_past_are_told_by_an_indicator():
    # those with a past all spend 10 more, and their past says nothing else: the indicator alone explains half
    table = pd.DataFrame(
        {"spring": [10.0, 12.0, 14.0, 0.0, 2.0, 4.0] * 2, "winter": [5.0] * 3 + [None] * 3 + [5.0] * 3 + [None] * 3}
    )
    found = cuped_table(table, outcome="spring", past=["winter"]).iloc[1]
    # within: 4 × 8 = 32 over 10 degrees of freedom; in all: 32 + 12 × 25 = 332 over 11
    assert found["variance_left"] == pytest.approx(3.2 / (332 / 11))
    assert found["n_without_past"] == 6


def test_without_a_past_nothing_is_told():
    table = pd.DataFrame({"spring": np.random.default_rng(0).lognormal(3, 1.2, 997)})
    found = cuped_table(table, outcome="spring", past=[]).iloc[0]
    assert (found["correlation"], found["variance_left"]) == (0.0, 1.0)


@pytest.mark.parametrize("known", [{"correlation": 1 - 1e-10}, {"standard_deviation": 1e-300}])
def test_no_arm_is_planned_with_fewer_than_two_customers(known):
    given = {"mean": 5, "standard_deviation": 10, "skewness": 3, "effect": 0.5} | known
    found = sample_size_table(arms={"none": 0.2, "email": 0.8}, control="none", **given)
    assert found["n_customers"].tolist() == [2, 8, 10]


def test_an_effect_that_nobody_could_see_is_refused():
    with pytest.raises(ValueError, match="It would take inf customers to see `effect` 1e-300"):
        sample_size_table(arms={"none": 0.5, "email": 0.5}, control="none", base_rate=0.05, effect=1e-300)


def test_a_column_that_tells_nothing_leaves_all():
    table = pd.DataFrame({"spring": [1.0, 2.0, 1.0, 2.0, 1.0, 2.0], "winter": [1.0, 1.0, 2.0, 2.0, 3.0, 3.0]})
    found = cuped_table(table, outcome="spring", past=["winter"])
    assert list(found["variance_left"]) == [1.0, 1.0]


@pytest.mark.parametrize("unit", [1e-200, 1e200, 1e305])
def test_a_past_in_any_unit_tells_the_same(unit):
    own, other = (cuped_table(past() * each, outcome="spring", past=["winter"]) for each in (1.0, unit))
    for name in ("mean", "standard_deviation"):
        assert other[name].tolist() == pytest.approx((own[name] * unit).tolist(), rel=1e-9, abs=0)
    for name in ("skewness", "correlation", "variance_left"):
        assert other[name].tolist() == pytest.approx(own[name].tolist(), rel=1e-6)


@pytest.mark.parametrize("kind", [*IN_MEMORY, EVERY_KIND[-2]])
def test_every_kind_of_frame_gives_the_same(kind):
    given = past().astype(object).where(past() < 60, None).astype(float).fillna({"spring": 60.0})
    found = cuped_table(Builder(kind)(given), outcome="spring", past=["winter", "autumn"])
    wanted = cuped_table(given, outcome="spring", past=["winter", "autumn"])
    for name in ("n_past", "n_without_past", "variance_left", "skewness"):
        assert to_arrow(found)[name].to_pylist() == pytest.approx(wanted[name].tolist())
    assert to_arrow(found)["added"].to_pylist() == [None, "winter", "autumn"]


# Refusals


@pytest.mark.parametrize(
    ("changed", "error", "says"),
    [
        ({"base_rate": None}, ValueError, "Give `base_rate` for a share, or `mean`"),
        ({"mean": 20.0}, ValueError, r"got \['base_rate', 'mean'\]"),
        ({"base_rate": None, "mean": 20.0, "standard_deviation": 5.0}, ValueError, "`skewness`"),
        ({"base_rate": None, **SPEND, "standard_deviation": 0}, ValueError, "`standard_deviation` must be above 0"),
        ({"base_rate": None, **SPEND, "mean": -1.0, "relative": True}, ValueError, "as a part of `mean`"),
        ({"effect": 0}, ValueError, "`effect` must not be 0"),
        ({"effect": 0.97}, ValueError, "gives 1.02, which must lie between 0 and 1"),
        ({"effect": 1e-9}, ValueError, "customers to see `effect` 1e-09"),
        ({"effect": "large"}, TypeError, "`effect` must be a number"),
        ({"base_rate": 5}, ValueError, "`base_rate`"),
        ({"correlation": 1}, ValueError, "`correlation`"),
        ({"level": 95}, ValueError, "`level`"),
        ({"power": 0}, ValueError, "`power`"),
        ({"power": 0.04}, ValueError, r"`power` must be above 1 - `level`, 0\.05, got 0\.04"),
        ({"adjust": "bonferroni"}, ValueError, "`adjust`"),
        ({"arms": {"none": 0.5, "email": 0.6}}, ValueError, r"add up to 1, got 1\.1"),
    ],
)
def test_plans_that_are_none_are_refused(changed, error, says):
    with pytest.raises(error, match=says):
        sample_size_table(**{"arms": EVEN, "control": "none", "base_rate": 0.05, "effect": 0.01, **changed})


@pytest.mark.parametrize(("n", "error"), [("many", TypeError), ([], TypeError), (0, ValueError), ([1.5], TypeError)])
def test_numbers_of_customers_that_are_none_are_refused(n, error):
    with pytest.raises(error, match="`n_customers`"):
        detectable(n_customers=n, base_rate=0.05)


@pytest.mark.parametrize(
    ("table", "columns", "error", "says"),
    [
        (past(), "winter", TypeError, "`past` must be a list of columns"),
        (past(), [["winter"]], TypeError, r"`past` must be a list of columns, got \[\['winter'\]\]"),
        (past().assign(customer_id=[1, 1, *range(398)]), [], SchemaError, "`customers` has 2 rows of customers"),
        (past(), ["spring"], ValueError, "which is the outcome itself"),
        (past(), ["summer"], SchemaError, "lacks the columns"),
        (past().head(4), ["winter"], SchemaError, "has 4 rows; it takes at least 5 to measure"),
        (past().assign(spring=1.0), [], SchemaError, "is the same for all customers"),
        (past().assign(winter=np.inf), ["winter"], ValueError, "`winter` must be finite"),
        (past().assign(winter="x"), ["winter"], SchemaError, "must hold numbers"),
        (past().assign(spring=[None, *[1.0] * 399]), [], ValueError, "`outcome` has 1 missing value"),
    ],
)
def test_a_past_that_cannot_be_used_is_refused(table, columns, error, says):
    with pytest.raises(error, match=says):
        cuped_table(table, outcome="spring", past=columns)


# Input untouched


def test_the_table_is_not_changed():
    table = past()
    cuped_table(table, outcome="spring", past=["winter"])
    pd.testing.assert_frame_equal(table, past())
