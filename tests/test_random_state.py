"""What is given as a source of random numbers, wherever one is taken."""

import pytest

from crmkit import customer_summary, load_cdnow, make_transactions
from crmkit.transactions import as_transactions
from crmkit.value import GammaGammaModel, ParetoNBDModel, customer_equity, lifetime_value_table
from crmkit.value.contracts import ShiftedBetaGeoModel

PARETO = ParetoNBDModel.from_params({"r": 0.55, "alpha": 10.58, "s": 0.61, "beta": 11.67})
SPEND = GammaGammaModel.from_params({"p": 6.25, "q": 3.74, "v": 15.44})
CONTRACTS = ShiftedBetaGeoModel.from_params({"alpha": 0.704, "beta": 1.182})
MODELS = {"purchase_model": PARETO, "spend_model": SPEND, "discount_rate": 0.1, "horizon": 52}


@pytest.fixture(scope="module")
def customers():
    return customer_summary(as_transactions(load_cdnow()), as_of="1997-09-30").head(5)


CALLS = {
    "make_transactions": lambda _, source: make_transactions(n_customers=2, random_state=source),
    "draw_params": lambda _, source: PARETO.draw_params(2, random_state=source),
    "predict_table": lambda customers, source: PARETO.predict_table(customers, horizon=1, random_state=source),
    "simulate purchases": lambda _, source: PARETO.simulate([10.0], random_state=source),
    "simulate spend": lambda _, source: SPEND.simulate([1.0], random_state=source),
    "spend": lambda customers, source: SPEND.predict_table(customers, random_state=source),
    "simulate contracts": lambda _, source: CONTRACTS.simulate(n=2, n_periods=3, random_state=source),
    "survival_table": lambda _, source: CONTRACTS.survival_table([1], random_state=source),
    "lifetime_value_table": lambda customers, source: lifetime_value_table(customers, **MODELS, random_state=source),
    "customer_equity": lambda customers, source: customer_equity(customers, **MODELS, random_state=source),
}


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize(("source", "error"), [("x", TypeError), (True, TypeError), (1.5, TypeError), (-1, ValueError)])
def test_no_other_source_of_random_numbers_is_taken(customers, name, source, error):
    with pytest.raises(error, match="`random_state` must be"):
        CALLS[name](customers, source)
