"""Customers with what they are expected to do and to bring, one per row."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import pandas as pd

from crmkit.report._forecast import Forecast, Limits, Terms, buyers, fit_purchases, fit_spend
from crmkit.value import lifetime_value_table

__all__ = ["Valued", "valued_customers"]

_HISTORY: Final = ("customer_id", "frequency", "recency", "T", "monetary_value")


class Valued(NamedTuple):
    """The customers, what is expected of all of them, both models, and how far to trust them."""

    table: pd.DataFrame
    totals: dict[str, dict[str, Any]]
    parameters: pd.DataFrame
    limits: Limits
    n_buyers: int


def valued_customers(customers: pd.DataFrame, *, model: str, terms: Terms) -> Valued:
    """Fit both models on those who bought, and value all, sorted by id."""
    customers = customers.sort_values("customer_id", ignore_index=True)[list(_HISTORY)]
    bought = buyers(customers)
    forecast = Forecast(bought, fit_purchases(bought, model=model), fit_spend(bought), terms)
    purchases, horizon = forecast.purchases, forecast.horizon
    money = lifetime_value_table(customers, **forecast.counted, **forecast.drawn)
    table = customers.assign(
        probability_alive=purchases.probability_alive(customers),
        probability_inactive=purchases.probability_inactive(customers, horizon=horizon),
        expected_purchases=purchases.expected_purchases(customers, horizon=horizon),
        **money[["expected_spend", "lifetime_value", "lifetime_value_lower", "lifetime_value_upper"]],
    )
    totals = {"expected_purchases": forecast.expected_purchases(), "lifetime_value": forecast.lifetime_value()}
    return Valued(table, totals, forecast.parameters(), forecast.limits(), len(bought))
