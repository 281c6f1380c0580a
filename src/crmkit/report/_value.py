"""What the customers will bring in the next 12 months: models fitted, totals, tiers, and whom it pays to win back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import pandas as pd

from crmkit._frames import open_frame, to_pandas
from crmkit._names import Language
from crmkit.labels import LABELS
from crmkit.report._texts import told
from crmkit.report._worth_saving import with_reasons
from crmkit.segment import TierSegmenter
from crmkit.value.judging import tracking_table
from crmkit.views import BaseForecast, ForecastLimits, UnfitError, base_forecast, customers_worth_saving

__all__ = ["CustomerValue", "customer_value"]

_MODELS: Final = ("model", "parameter", "estimate", "std_error", "lower", "upper", "is_determined")
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
    limits : ForecastLimits or None
        How far the figures can be trusted: ``nobody_leaves``, ``undetermined`` parameters, and ``days_covered`` by a
        log shorter than a year; None without figures.
    tiers : DataFrame or None
        ``segment``, ``quantity``, ``n_customers``, ``n_valued``, ``value``, ``lower``, ``upper``, ``value_share``,
        ``mean_value``: of the "lifetime_value", or of "expected_purchases" where these alone are known; None without
        tiers.
    tracking : DataFrame or None
        `crmkit.value.judging.tracking_table` by week, of logs of more than two years by month.
    worth_saving : DataFrame or None
        ``customer_id``, ``lifetime_value``, ``probability_inactive`` and the reason of those who came back, are worth
        more than the average customer, have been quiet for longer than their own days between purchases, and are more
        likely than not to buy nothing; the largest value first. None where the model finds that nobody leaves.
    """

    problem: str | None
    reason: str
    n_repeaters: int
    models: pd.DataFrame
    totals: pd.DataFrame
    n_draws: int = 0
    limits: ForecastLimits | None = None
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
    """Fit both models on the customers who bought, and predict."""
    n_repeaters = int((customers["frequency"] > 0).sum())
    try:
        forecast = base_forecast(customers, margin=margin, discount_rate=discount_rate)
    except UnfitError as found:
        return CustomerValue(
            found.problem, told(found.said, language), n_repeaters, pd.DataFrame(columns=list(_MODELS)), _totals()
        )
    problem = forecast.problem
    saved = None
    if problem is None and not forecast.limits.nobody_leaves:
        saved = customers_worth_saving(customers, forecast=forecast)
    return CustomerValue(
        None if problem is None else problem.problem,
        "" if problem is None else told(problem.said, language),
        n_repeaters,
        forecast.parameters,
        _totals(forecast.totals, saved),
        n_draws=forecast.n_draws,
        limits=forecast.limits,
        tiers=None if tiers is None else _by_tier(customers, forecast, tiers),
        tracking=_tracking(forecast.purchase_model, transactions, first_day=first_day, last_day=last_day),
        worth_saving=None if saved is None else with_reasons(saved.head(n_named), language=language),
    )


def _by_tier(customers: pd.DataFrame, forecast: BaseForecast, tiers: TierSegmenter) -> pd.DataFrame:
    """Value, or else purchases, of each tier that holds anybody, the best first."""
    found = forecast.by_group(customers.assign(segment=tiers.predict(customers)), by="segment").set_index("segment")
    return found.reindex([code for code in LABELS["tier"] if code in found.index]).reset_index()


def _tracking(model: Any, transactions: Any, *, first_day: datetime, last_day: datetime) -> pd.DataFrame:
    """Follow all customers to the last day; who bought on that day first could not have come back."""
    table = tracking_table(
        transactions,
        model=model,
        calibration_end=last_day - timedelta(days=1),
        observation_end=last_day,
        freq="W" if (last_day - first_day).days <= _MOST_DAYS_IN_WEEKS else "M",
    )
    return to_pandas(open_frame(table, name="tracking"))


def _totals(sums: pd.DataFrame | None = None, saved: pd.DataFrame | None = None) -> pd.DataFrame:
    """The sums over all customers, and over those worth saving."""
    rows: list[dict[Any, Any]] = [] if sums is None else sums.to_dict("records")
    if saved is not None:
        value = float(saved["lifetime_value"].sum())
        rows.append({"quantity": "worth_saving", "n_customers": len(saved), "value": value})
    return pd.DataFrame(rows, columns=["quantity", "n_customers", "value", "lower", "upper"])
