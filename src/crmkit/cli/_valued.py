"""Customers with what they are expected to do and to bring, one per row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import pandas as pd

from crmkit._frames import plain, records
from crmkit.value import (
    BetaGeoModel,
    GammaGammaModel,
    ModifiedBetaGeoModel,
    ParetoNBDModel,
    customer_equity,
    lifetime_value_table,
)

__all__ = ["MODELS", "Terms", "Valued", "valued_customers"]

MODELS: Final[Mapping[str, Any]] = {"pareto": ParetoNBDModel, "bg": BetaGeoModel, "mbg": ModifiedBetaGeoModel}

_HISTORY: Final = ("customer_id", "frequency", "recency", "T", "monetary_value")
# Parameters are drawn so often for each customer; of many customers less often, so that nobody waits for minutes.
_MOST_DRAWS: Final = 500
_FEWEST_DRAWS: Final = 50
_MOST_NUMBERS: Final = 10_000_000
_DAYS_A_WEEK: Final = 7
_ENDS: Final = ("value", "lower", "upper")


class Terms(NamedTuple):
    """What the user asks for."""

    model: str
    horizon_days: float
    margin: float
    discount_rate: float
    level: float


class Valued(NamedTuple):
    """The customers, what is expected of all of them, and both models."""

    table: pd.DataFrame
    totals: dict[str, dict[str, Any]]
    parameters: list[dict[str, Any]]
    boundary: list[str]
    n_valued: int


def valued_customers(customers: pd.DataFrame, terms: Terms) -> Valued:
    """Fit both models on those who bought, and value all, sorted by id."""
    customers = customers.sort_values("customer_id", ignore_index=True)[list(_HISTORY)]
    # First, for it says plainly that nobody came back.
    spend = GammaGammaModel(non_positive="drop").fit(customers)
    purchases = MODELS[terms.model](time_unit="W", prospects="drop").fit(customers)
    horizon = terms.horizon_days / _DAYS_A_WEEK
    asked: dict[str, Any] = {
        "purchase_model": purchases,
        "spend_model": spend,
        "discount_rate": terms.discount_rate,
        "horizon": horizon,
        "margin": terms.margin,
        "level": terms.level,
    }
    n_draws = max(_FEWEST_DRAWS, min(_MOST_DRAWS, _MOST_NUMBERS // len(customers)))
    money = lifetime_value_table(customers, n_draws=n_draws, **asked)
    table = customers.assign(
        probability_alive=purchases.probability_alive(customers),
        probability_inactive=purchases.probability_inactive(customers, horizon=horizon),
        expected_purchases=purchases.expected_purchases(customers, horizon=horizon),
        **money[["expected_spend", "lifetime_value", "lifetime_value_lower", "lifetime_value_upper"]],
    )
    expected = purchases.total_purchases(customers, horizon=horizon, level=terms.level, n_draws=n_draws).iloc[0]
    equity = customer_equity(customers, n_draws=n_draws, **asked).iloc[0]
    totals = {
        "expected_purchases": expected[["expected_purchases", "lower", "upper"]],
        "lifetime_value": equity[["equity", "equity_lower", "equity_upper"]],
    }
    return Valued(
        table,
        {name: dict(zip(_ENDS, map(plain, values), strict=True)) for name, values in totals.items()},
        [row for model in (purchases, spend) for row in _parameters(model)],
        [*purchases.boundary_, *spend.boundary_],
        int(table["lifetime_value"].count()),
    )


def _parameters(model: Any) -> list[dict[str, Any]]:
    return [{"model": type(model).__name__, **row} for row in records(model.params_.reset_index())]
