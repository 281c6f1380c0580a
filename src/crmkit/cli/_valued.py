"""Customers with what they are expected to do and to bring, one per row."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from crmkit.report._forecast import Forecast, Terms, UnfitError, buyers, fit_purchases, fit_spend
from crmkit.report._limits import Limits
from crmkit.value import lifetime_value_table

__all__ = ["Valued", "valued_customers"]

_HISTORY: Final = ("customer_id", "frequency", "recency", "T", "monetary_value")
_MONEY: Final = ("expected_spend", "lifetime_value", "lifetime_value_lower", "lifetime_value_upper")
_NO_VALUE: Final = {"n_customers": 0, "value": np.nan, "lower": np.nan, "upper": np.nan}


class Valued(NamedTuple):
    """The customers, what is expected of all of them, the models, how far to trust them, and why there is no value."""

    table: pd.DataFrame
    totals: dict[str, dict[str, Any]]
    parameters: pd.DataFrame
    limits: Limits
    n_buyers: int
    problem: UnfitError | None


def valued_customers(customers: pd.DataFrame, *, model: str, terms: Terms) -> Valued:
    """Fit both models on those who bought, and value all, sorted by id; by purchases alone where spend has no model."""
    customers = customers.sort_values("customer_id", ignore_index=True)[list(_HISTORY)]
    bought = buyers(customers)
    purchases = fit_purchases(bought, model=model)
    spend = problem = None
    try:
        spend = fit_spend(bought)
    except UnfitError as found:
        problem = found
    forecast = Forecast(bought, purchases, spend, terms)
    horizon = forecast.horizon
    money = pd.DataFrame(np.nan, index=customers.index, columns=list(_MONEY))
    if spend is not None:
        money = lifetime_value_table(customers, **forecast.counted, **forecast.drawn)[list(_MONEY)]
    table = customers.assign(
        probability_alive=purchases.probability_alive(customers),
        probability_inactive=purchases.probability_inactive(customers, horizon=horizon),
        expected_purchases=purchases.expected_purchases(customers, horizon=horizon),
        **money,
    )
    totals = {
        "expected_purchases": forecast.expected_purchases(),
        "lifetime_value": _NO_VALUE if spend is None else forecast.lifetime_value(),
    }
    return Valued(table, totals, forecast.parameters(), forecast.limits(), len(bought), problem)
