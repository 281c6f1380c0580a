"""Every interval that models of value give holds its estimate, also where that is a limit of the likelihood."""

import numpy as np
import pandas as pd
import pytest

from crmkit.value import (
    BetaGeoBetaBinomModel,
    BetaGeoModel,
    GammaGammaModel,
    GammaGompertzNBDModel,
    ModifiedBetaGeoModel,
    NBDModel,
    ParetoNBDModel,
    customer_equity,
    lifetime_value_table,
)
from crmkit.value._draws import interval, interval_of_counts
from crmkit.value.contracts import BetaDiscreteWeibullModel, ShiftedBetaGeoModel, contract_table

KINDS = (BetaGeoModel, GammaGompertzNBDModel, ModifiedBetaGeoModel, NBDModel, ParetoNBDModel)


def table(*histories):
    """Customers of these histories, who all but spend the same: their mean amounts are on the boundary too."""
    customers = pd.DataFrame(histories, columns=["frequency", "recency", "T"], dtype=float)
    customers["monetary_value"] = np.random.default_rng(0).normal(10, 1e-7, len(customers))
    return customers.assign(group=np.where(np.arange(len(customers)) % 5, "most", "few"))


# Few customers, whose likelihood rises to a boundary.
BASES = {
    "nobody has left": table(*[(x, 300, 300) for x in range(1, 40)]),
    "all alike": table(*[(2, 20, 50)] * 60),
    "all left early": table(*[(5, 5, 300)] * 40, *[(1, 2, 40)] * 3),
    "all but nobody repeats": table(*[(0, 0, 10 * day) for day in range(1, 30)], (1, 20, 50), (2, 30, 50)),
}
CONTRACTS = {
    "all alike": contract_table([100, 80, 64, 51]),
    "ever likelier to leave": contract_table(100 * 0.98 ** (np.arange(8) ** 2)),
    "one renewal": contract_table([100, 60]),
}


def hold(told, *, of="", ends=("{}_lower", "{}_upper")):
    lower, upper = (told[end.format(of)] for end in ends)
    known = lower.notna() & upper.notna()
    assert known.any()
    return (lower <= told[of])[known].all() and (told[of] <= upper)[known].all()


# By hand.


def test_an_interval_by_hand():
    # of 0, 1, ..., 4 the quantiles 0.25 and 0.75 are 1 and 3
    assert interval(np.array([4.0, 0.0, 3.0, 1.0, 2.0]), estimate=2.0, level=0.5) == (1, 3)
    # 0.1 and 0.9 lie 0.4 of the way from the first to the second, and from the last but one to the last
    draws = np.array([[0.0, 0.0, np.nan], [1.0, 1.0, np.nan], [2.0, 2.0, 7.0], [3.0, np.nan, np.nan]])
    draws = np.vstack([draws, [4.0, np.nan, np.nan]])
    estimates = np.array([2.0, 2.0, np.nan])
    lower, upper = interval(draws, estimate=estimates, level=0.8)
    np.testing.assert_allclose(lower, [0.4, 0.4, np.inf])
    np.testing.assert_allclose(upper, [3.6, np.inf, np.inf])
    # exactly on the last finite draw: what lies beyond does not matter
    lower, upper = interval(draws, estimate=estimates, level=0.5)
    np.testing.assert_allclose(lower, [1, 1, np.inf])
    np.testing.assert_allclose(upper, [3, np.inf, np.inf])


def test_an_interval_reaches_as_far_as_its_estimate():
    # 90 % of the draws 0 to 10 lie between 0.5 and 9.5
    draws = np.linspace(0, 10, 101)
    assert interval(draws, estimate=3.0, level=0.9) == pytest.approx((0.5, 9.5))
    assert interval(draws, estimate=9.6, level=0.9) == pytest.approx((0.5, 9.6))
    assert interval(draws, estimate=-1.0, level=0.9) == pytest.approx((-1.0, 9.5))
    assert interval(draws, estimate=np.nan, level=0.9) == pytest.approx((0.5, np.inf))


def test_counts_have_ends_that_were_drawn():
    assert interval_of_counts(np.array([0.0, 0.0, 1.0, 7.0, 8.0]), level=0.6) == (0, 7)


# Laws.


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("kind", KINDS)
def test_predictions_lie_within_their_intervals(kind, base):
    customers = BASES[base]
    model = kind().fit(customers)
    # without leaving, NBD has boundaries for buying alone
    assert model.boundary_ or kind is NBDModel
    asked = {"horizon": 26, "level": 0.8, "n_draws": 50}
    each = model.predict_table(customers, **asked)
    for name in ("probability_alive", "expected_purchases", "probability_inactive"):
        assert hold(each, of=name)
    total = model.total_purchases(customers, **asked)
    assert hold(total, of="expected_purchases", ends=("lower", "upper"))
    assert hold(total, of="expected_purchases", ends=("prediction_lower", "prediction_upper"))
    known = model.params_.dropna()
    assert known["estimate"].between(known["lower"], known["upper"]).all()


def test_predictions_at_opportunities_lie_within_theirs():
    customers = pd.DataFrame({"n_transactions": [5, 6] * 25, "last_transaction": 10, "n_opportunities": 10})
    model = BetaGeoBetaBinomModel().fit(customers)
    assert model.boundary_
    each = model.predict_table(customers, horizon=5, n_draws=50)
    assert hold(each, of="probability_alive")
    assert hold(each, of="expected_purchases")
    total = model.total_purchases(customers, horizon=5, n_draws=50)
    assert hold(total, of="expected_purchases", ends=("lower", "upper"))


@pytest.mark.parametrize("base", BASES)
def test_values_lie_within_theirs(base):
    customers = BASES[base]
    models = {"purchase_model": ParetoNBDModel().fit(customers), "spend_model": GammaGammaModel().fit(customers)}
    assert models["spend_model"].boundary_
    asked = {"discount_rate": 0.1, "horizon": 52, "level": 0.8, "n_draws": 50}
    assert hold(models["spend_model"].predict_table(customers, level=0.8, n_draws=50), of="expected_spend")
    assert hold(lifetime_value_table(customers, **models, **asked), of="lifetime_value")
    for by in (None, "group"):
        assert hold(customer_equity(customers, by=by, **models, **asked), of="equity")


@pytest.mark.parametrize("base", CONTRACTS)
@pytest.mark.parametrize("kind", [ShiftedBetaGeoModel, BetaDiscreteWeibullModel])
def test_contracts_lie_within_theirs(kind, base):
    model = kind().fit(CONTRACTS[base])
    assert model.boundary_
    curve = model.survival_table([1, 2, 5, 20], level=0.8)
    assert hold(curve, of="survival")
    assert hold(curve, of="retention_rate")
    active = pd.DataFrame({"tenure": [0, 1, 5], "churned": False})
    each = model.predict_table(active, horizon=6, discount_rate=0.1, level=0.8)
    assert hold(each, of="probability_alive")
    assert hold(each, of="expected_residual_lifetime")
