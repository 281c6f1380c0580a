"""What the customers will bring in the next 12 months: models fitted, totals, tiers, and whom it pays to win back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np
import pandas as pd

from crmkit._frames import open_frame, to_pandas
from crmkit._names import Language
from crmkit.labels import LABELS
from crmkit.report._forecast import Forecast, Problem, Terms, UnfitError, buyers, fit_purchases, fit_spend
from crmkit.report._limits import PARAMETER_COLUMNS, Limits
from crmkit.report._worth_saving import with_reasons, worth_saving
from crmkit.segment import TierSegmenter
from crmkit.value import tracking_table

__all__ = ["CustomerValue", "customer_value"]

# Weeks of a longer log would be too many for a chart.
_MOST_DAYS_IN_WEEKS: Final = 2 * 366


@dataclass(frozen=True)
class CustomerValue:
    """What the customers are expected to do and to bring in the 12 months after ``as_of``.

    Attributes
    ----------
    problem : str or None
        Why something is missing: "few_repeaters" or "no_purchase_fit" (no tables but ``totals``, which is empty),
        "few_amounts", "one_amount" or "no_spend_fit" (purchases alone).
    reason : str
        The same in words; empty without a problem.
    n_repeaters : int
        Customers who bought on two days or more.
    models : DataFrame
        ``model``, ``parameter``, ``estimate``, ``std_error``, ``lower``, ``upper``, and ``is_determined``, False where
        the likelihood has no maximum inside; the numbers are then missing.
    totals : DataFrame
        ``quantity``, ``n_customers``, ``value``, ``lower``, ``upper``: "expected_purchases", "lifetime_value", and the
        value of those "worth_saving", where that can be told.
    n_draws : int
        Draws of the parameters behind each interval.
    limits : Limits or None
        How far the figures can be trusted: ``nobody_leaves``, ``undetermined`` parameters, and ``days_covered`` by a
        log shorter than a year; None without figures.
    tiers : DataFrame or None
        ``segment``, ``quantity``, ``n_customers``, ``n_valued``, ``value``, ``lower``, ``upper``, ``value_share``,
        ``mean_value``: of the "lifetime_value", or of "expected_purchases" where these alone are known; None without
        tiers.
    tracking : DataFrame or None
        `crmkit.value.tracking_table` by week, of logs of more than two years by month.
    worth_saving : DataFrame or None
        ``customer_id``, ``lifetime_value``, ``probability_inactive`` and the reason of those who came back, are worth
        more than the average customer, have been quiet for longer than their own days between purchases, and are more
        likely than not to buy nothing; the largest value first. None where the model finds that nobody leaves.
    """

    problem: Problem | None
    reason: str
    n_repeaters: int
    models: pd.DataFrame
    totals: pd.DataFrame
    n_draws: int = 0
    limits: Limits | None = None
    tiers: pd.DataFrame | None = None
    tracking: pd.DataFrame | None = None
    worth_saving: pd.DataFrame | None = None


def customer_value(
    customers: pd.DataFrame,
    transactions: Any,
    *,
    tiers: TierSegmenter | None,
    first_day: datetime,
    last_day: datetime,
    margin: float,
    discount_rate: float,
    n_named: int,
    language: Language,
) -> CustomerValue:
    """Fit both models on the customers who bought, and foretell."""
    customers = buyers(customers)
    n_repeaters = int((customers["frequency"] > 0).sum())
    try:
        purchases = fit_purchases(customers)
    except UnfitError as found:
        no_models = pd.DataFrame(columns=list(PARAMETER_COLUMNS))
        return CustomerValue(found.problem, found.text(language), n_repeaters, no_models, _totals({}))
    spend = problem = None
    try:
        spend = fit_spend(customers)
    except UnfitError as found:
        problem = found
    forecast = Forecast(customers, purchases, spend, Terms(margin=margin, discount_rate=discount_rate))
    limits = forecast.limits()
    totals = {"expected_purchases": forecast.expected_purchases()}
    saved = None
    if spend is not None:
        totals["lifetime_value"] = forecast.lifetime_value()
        saved = None if limits.nobody_leaves else _saved(forecast)
    if saved is not None:
        totals["worth_saving"] = {"n_customers": len(saved), "value": float(saved["lifetime_value"].sum())}
    return CustomerValue(
        None if problem is None else problem.problem,
        "" if problem is None else problem.text(language),
        n_repeaters,
        forecast.parameters(),
        _totals(totals),
        n_draws=forecast.n_draws,
        limits=limits,
        tiers=None if tiers is None else _by_tier(forecast, tiers),
        tracking=_tracking(purchases, transactions, first_day=first_day, last_day=last_day),
        worth_saving=None if saved is None else with_reasons(saved.head(n_named), language=language),
    )


def _by_tier(forecast: Forecast, tiers: TierSegmenter) -> pd.DataFrame:
    """Value, or else purchases, of each tier that holds anybody, the best first."""
    groups = tiers.predict(forecast.customers).astype(str)
    valued = forecast.spend is not None
    found = forecast.lifetime_value_by(groups) if valued else forecast.expected_purchases_by(groups)
    found = found.set_index("group")
    found.insert(0, "quantity", "lifetime_value" if valued else "expected_purchases")
    found = found.reindex([code for code in LABELS["tier"] if code in found.index])
    total = found["value"].sum()
    return found.rename_axis("segment").reset_index().assign(
        value_share=lambda rows: rows["value"] / total if total > 0 else np.nan,
        mean_value=lambda rows: rows["value"] / rows["n_valued"],
    )  # fmt: skip


def _saved(forecast: Forecast) -> pd.DataFrame:
    return worth_saving(
        forecast.customers,
        lifetime_value=forecast.lifetime_value_of_each(),
        probability_inactive=forecast.purchases.probability_inactive(forecast.customers, horizon=forecast.horizon),
    )


def _tracking(model: Any, transactions: Any, *, first_day: datetime, last_day: datetime) -> pd.DataFrame:
    """Follow all customers to the last day; who bought on that day first could not have come back."""
    table = tracking_table(
        model,
        transactions,
        calibration_end=last_day - timedelta(days=1),
        observation_end=last_day,
        freq="W" if (last_day - first_day).days <= _MOST_DAYS_IN_WEEKS else "M",
    )
    return to_pandas(open_frame(table, name="tracking"))


def _totals(rows: dict[str, dict[str, Any]]) -> pd.DataFrame:
    named = [{"quantity": quantity, **row} for quantity, row in rows.items()]
    return pd.DataFrame(named, columns=["quantity", "n_customers", "value", "lower", "upper"])
