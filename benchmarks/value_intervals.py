"""How often the intervals of the models of value hold the truth, on customers drawn from known parameters.

Run as ``python -m benchmarks.value_intervals [n_simulations]``; with 200 simulations it takes an hour. Each line is a
model with known parameters and a number of customers. Customers bought first 27 to 39 weeks ago, as in CDNOW, and the
intervals of 95 % are about the next 39 weeks; those of contracts are about six renewals after six that were observed. A
fit of each simulated base gives the share of simulations, or of customers, whose interval holds:

- total: the sum of the purchases expected at the known parameters; of contracts, the survival of 7 to 12 renewals;
- each: the purchases expected of a customer at the known parameters; of contracts, the discounted renewals of the next
  six periods that are expected of a customer of tenure 0 to 6;
- drawn total, drawn each: the purchases that the customers made.

"normal" stands for intervals from normal draws with the covariance of the maximum, in place of ``draws_``.
"""

import sys

import numpy as np
import pandas as pd

from crmkit.value import BetaGeoModel, ModifiedBetaGeoModel, ParetoNBDModel
from crmkit.value.contracts import BetaDiscreteWeibullModel, ShiftedBetaGeoModel

N_SIMULATIONS = 200
N_CUSTOMERS = (300, 1500)
N_DRAWS = 200
HORIZON = 39
RENEWALS = 6
PURCHASES = [
    (ParetoNBDModel, {"r": 0.553, "alpha": 10.578, "s": 0.606, "beta": 11.669}),
    (ParetoNBDModel, {"r": 0.8, "alpha": 8.0, "s": 0.4, "beta": 100.0}),
    (BetaGeoModel, {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}),
    (BetaGeoModel, {"r": 0.8, "alpha": 8.0, "a": 0.1, "b": 2.0}),
    (ModifiedBetaGeoModel, {"r": 0.525, "alpha": 6.183, "a": 0.891, "b": 1.614}),
    (ModifiedBetaGeoModel, {"r": 0.8, "alpha": 8.0, "a": 0.1, "b": 2.0}),
]
CONTRACTS = [
    (ShiftedBetaGeoModel, {"alpha": 0.668, "beta": 3.806}),
    (ShiftedBetaGeoModel, {"alpha": 0.3, "beta": 10.0}),
    (BetaDiscreteWeibullModel, {"alpha": 0.26, "beta": 1.72, "c": 1.58}),
    (BetaDiscreteWeibullModel, {"alpha": 0.3, "beta": 10.0, "c": 1.0}),
]


def of_purchases(known, n, rng):
    """What the intervals of one simulated base hold, by kind of draws."""
    customers = known.simulate(np.round(rng.uniform(27, 39, n) * 7), horizon=HORIZON, random_state=rng)
    bought = customers["frequency"] > 0
    customers["recency"] = np.ceil(customers["recency"]).clip(lower=bought.astype(float), upper=customers["T"])
    expected = known.expected_purchases(customers, horizon=HORIZON)
    made = customers["holdout_purchases"]
    asked = {"horizon": HORIZON, "n_draws": N_DRAWS}

    def held(fitted):
        total = fitted.total_purchases(customers, **asked).iloc[0]
        each = fitted.predict_table(customers, quantities=["expected_purchases", "purchases"], **asked)
        return {
            "total": total["lower"] <= expected.sum() <= total["upper"],
            "each": expected.between(each["expected_purchases_lower"], each["expected_purchases_upper"]).mean(),
            "drawn total": total["prediction_lower"] <= made.sum() <= total["prediction_upper"],
            "drawn each": made.between(each["purchases_lower"], each["purchases_upper"]).mean(),
        }

    return of_both(type(known)().fit(customers), held)


def of_contracts(known, n, rng):
    """The same of contracts."""
    customers = known.simulate(n=n, n_periods=RENEWALS, random_state=rng)
    ahead = np.arange(RENEWALS + 1, 2 * RENEWALS + 1)
    active = pd.DataFrame({"tenure": np.arange(RENEWALS + 1), "churned": False})
    asked = {"horizon": RENEWALS, "discount_rate": 0.1}
    left = known.expected_residual_lifetime(active, **asked)

    def held(fitted):
        curve = fitted.survival_table(ahead, n_draws=N_DRAWS)
        each = fitted.predict_table(active, quantities=["expected_residual_lifetime"], n_draws=N_DRAWS, **asked)
        ends = each["expected_residual_lifetime_lower"], each["expected_residual_lifetime_upper"]
        survival = pd.Series(known.survival(ahead))
        return {
            "total": survival.between(curve["survival_lower"], curve["survival_upper"]).mean(),
            "each": left.between(*ends).mean(),
        }

    return of_both(type(known)().fit(customers), held)


def of_both(fitted, held):
    """What is held by intervals from the model's own draws, and from normal ones."""
    ours, kept = held(fitted), fitted.draws_
    fitted.draws_ = kept.iloc[:0]
    # Some of the normal draws are beyond all numbers.
    with np.errstate(all="ignore"):
        normal = held(fitted) if len(kept) else ours
    return {**ours, **{f"{name}, normal": value for name, value in normal.items()}, "boundary": bool(fitted.boundary_)}


def main(n_simulations=N_SIMULATIONS):
    """Print the shares, a line for each case."""
    for cases, simulated in ((PURCHASES, of_purchases), (CONTRACTS, of_contracts)):
        for kind, params in cases:
            for n in N_CUSTOMERS:
                known = kind.from_params(params)
                rngs = [np.random.default_rng([n, number]) for number in range(n_simulations)]
                shares = pd.DataFrame([simulated(known, n, rng) for rng in rngs]).mean()
                told = ", ".join(f"{name} {share:.3f}" for name, share in shares.items())
                print(f"{kind.__name__} {tuple(params.values())}, {n:,} customers: {told}", flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
