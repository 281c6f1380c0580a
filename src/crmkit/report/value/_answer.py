"""Models fitted, totals, tiers, and whom it pays to win back; or why there is none of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from crmkit._figures import whole_money as money
from crmkit._frames import open_frame, to_pandas
from crmkit._names import Language
from crmkit.customers import mean_refund_lag
from crmkit.report._numbers import counted
from crmkit.report._section import Answer, Context
from crmkit.report.value._texts import TEXTS
from crmkit.segment import TierSegmenter
from crmkit.value.judging import tracking_table
from crmkit.views import BaseForecast, ForecastLimits, UnfitError, base_forecast, customers_worth_saving

__all__ = ["Trust", "answer"]

# Weeks of a longer log would be too many for a chart.
_MOST_DAYS_IN_WEEKS: Final = 2 * 366


class Trust(NamedTuple):
    """What the figures rest on."""

    limits: ForecastLimits
    n_repeaters: int
    n_draws: int
    kept_share: float


def answer(context: Context) -> Answer:
    """Forecast the customers who bought, as far as models can be fitted."""
    facts, customers = context.facts, context.customers
    try:
        forecast = base_forecast(
            customers, margin=facts.margin, discount_rate=facts.discount_rate, refund_lag_days=_refund_lag(context)
        )
    except UnfitError as error:
        return Answer(problem=error.said)
    saved = None
    if forecast.problem is None and not forecast.limits.nobody_leaves:
        saved = customers_worth_saving(customers, forecast=forecast)
    found = {"value_totals": _totals(forecast.totals, saved)}
    tiers = None if context.segments is None else context.segments.tier_segmenter
    if tiers is not None:
        found["value_tiers"] = _by_tier(customers, forecast, tiers)
    found["value_models"] = forecast.parameters
    found["tracking"] = _tracking(forecast.purchase_model, context)
    # Customers are named only where those to act on are.
    if saved is not None and "actions" in facts.sections:
        found["worth_saving"] = _named(saved.head(context.n_actions), facts.language)
    return Answer(
        found,
        problem=None if forecast.problem is None else forecast.problem.said,
        more=Trust(forecast.limits, forecast.n_repeaters, forecast.n_draws, forecast.kept_share),
    )


def _refund_lag(context: Context) -> float:
    """Days that refunds take to come; the log is only asked where there are any."""
    if not context.customers["returned"].sum() > 0:
        return 0.0
    return mean_refund_lag(context.transactions, as_of=context.facts.as_of)


def _totals(sums: pd.DataFrame, saved: pd.DataFrame | None) -> pd.DataFrame:
    """The sums over all customers, and over those worth saving."""
    rows: list[dict[Any, Any]] = sums.to_dict("records")
    if saved is not None:
        value = float(saved["lifetime_value"].sum())
        rows.append({"quantity": "worth_saving", "n_customers": len(saved), "value": value})
    return pd.DataFrame(rows, columns=["quantity", "n_customers", "value", "lower", "upper"])


def _by_tier(customers: pd.DataFrame, forecast: BaseForecast, tiers: TierSegmenter) -> pd.DataFrame:
    """Value, or else purchases, of each tier that holds anybody, the best first."""
    found = forecast.by_group(customers.assign(segment=tiers.predict(customers)), by="segment").set_index("segment")
    return found.reindex([code for code in tiers.segments_["segment"] if code in found.index]).reset_index()


def _tracking(model: Any, context: Context) -> pd.DataFrame:
    """Follow all customers to the last day; those who first bought on that day could not have come back."""
    facts = context.facts
    table = tracking_table(
        context.transactions,
        model=model,
        calibration_end=facts.as_of - timedelta(days=1),
        observation_end=facts.as_of,
        freq="W" if (facts.as_of - facts.first_day).days <= _MOST_DAYS_IN_WEEKS else "M",
    )
    return to_pandas(open_frame(table, name="tracking"))


def _named(saved: pd.DataFrame, language: Language) -> pd.DataFrame:
    """The customers who are named, each with the reason."""
    reasons = [_reason(row, language) for row in saved.to_dict("records")]
    columns = ["customer_id", "lifetime_value", "probability_inactive"]
    return saved[columns].assign(reason=pd.Series(reasons, index=saved.index, dtype=object))


def _reason(row: dict[Any, Any], language: Language) -> str:
    rhythm = max(1, int(np.floor(row["days_between"] + 0.5)))
    return (
        TEXTS["worth_saving_reason"]
        .text(language)
        .format(
            quiet=counted(row["days_since_last"], "day", language=language),
            rhythm=counted(rhythm, "day", language=language),
            inactive=f"{row['probability_inactive']:.0%}",
            value=money(row["lifetime_value"]),
            times=f"{row['times_the_mean']:.1f}",
        )
    )
