"""What the customers will bring in the next 12 months: models fitted, totals, tiers, and whom it pays to win back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal, TypeAlias

import numpy as np
import pandas as pd

from crmkit._frames import open_frame, to_pandas
from crmkit.errors import ConvergenceError
from crmkit.labels import LABELS, Language
from crmkit.report._worth_saving import with_reasons, worth_saving
from crmkit.segment import TierSegmenter
from crmkit.value import (
    GammaGammaModel,
    ParetoNBDModel,
    customer_equity,
    customer_lifetime_value,
    tracking_table,
)

__all__ = ["LEAST_REPEATERS", "N_DRAWS", "CustomerValue", "ValueProblem", "customer_value"]

ValueProblem: TypeAlias = Literal["few_repeaters", "no_purchase_fit", "few_amounts", "no_spend_fit"]

LEAST_REPEATERS: Final = 10
"""With fewer customers who came back nothing is foretold: seven parameters are fitted."""

# A year, in the weeks of the purchase model.
_HORIZON: Final = 365.25 / 7
N_DRAWS: Final = 200
"""Draws of the parameters behind each interval."""

# Of more customers, how wide the intervals are is learned from so many, spread evenly over tiers and values.
_MOST_DRAWN: Final = 20_000
# Weeks of a longer log would be too many for a chart.
_MOST_DAYS_IN_WEEKS: Final = 2 * 366


@dataclass(frozen=True)
class CustomerValue:
    """What the customers are expected to do and to bring in the 12 months after ``as_of``.

    Attributes
    ----------
    problem : str or None
        Why something is missing: "few_repeaters" or "no_purchase_fit" (no tables but ``totals``, which is empty),
        "few_amounts" or "no_spend_fit" (purchases alone).
    n_repeaters : int
        Customers who bought on two days or more.
    models : DataFrame
        ``model``, ``parameter``, ``estimate``, ``std_error``, ``lower``, ``upper``, and ``is_determined``, False where
        the likelihood has no maximum inside.
    totals : DataFrame
        ``quantity``, ``n_customers``, ``value``, ``lower``, ``upper``: "expected_purchases", "lifetime_value", and the
        value of those "worth_saving".
    tiers : DataFrame or None
        ``segment``, ``n_customers``, ``n_valued``, ``value``, ``lower``, ``upper``, ``value_share``, ``mean_value``;
        None without tiers.
    tracking : DataFrame or None
        `crmkit.value.tracking_table` by week, of logs of more than two years by month.
    worth_saving : DataFrame or None
        ``customer_id``, ``lifetime_value``, ``probability_inactive`` and the reason of those who came back, are worth
        more than the average customer, and are more likely than not to buy nothing; the largest value first.
    """

    problem: ValueProblem | None
    n_repeaters: int
    models: pd.DataFrame
    totals: pd.DataFrame
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
    # An engine gives its rows in no order, and the last bit of a sum depends on it.
    customers = customers[customers["frequency"].notna()].sort_values("customer_id", ignore_index=True)
    n_repeaters = int((customers["frequency"] > 0).sum())
    if n_repeaters < LEAST_REPEATERS:
        return CustomerValue("few_repeaters", n_repeaters, _models(), _totals())
    try:
        purchases = ParetoNBDModel().fit(customers)
    except ConvergenceError:
        return CustomerValue("no_purchase_fit", n_repeaters, _models(), _totals())
    tracked = _tracking(purchases, transactions, first_day=first_day, last_day=last_day)
    spend = _spend_model(customers)
    if not isinstance(spend, GammaGammaModel):
        expected = _purchases(purchases, customers, drawn_on=_evenly(customers, by=["frequency", "recency", "T"]))
        return CustomerValue(spend, n_repeaters, _models(purchases), _totals(expected), tracking=tracked)
    worth = _Worth(purchases, spend, {"margin": margin, "discount_rate": discount_rate, "horizon": _HORIZON})
    valued = customers.assign(
        tier="" if tiers is None else tiers.predict(customers).astype(str), value=worth.of_each(customers)
    )
    few = _evenly(valued, by=["tier", "value"])
    inactive = purchases.probability_inactive(customers, horizon=_HORIZON)
    saved = worth_saving(customers, lifetime_value=valued["value"], probability_inactive=inactive)
    return CustomerValue(
        None,
        n_repeaters,
        _models(purchases, spend),
        _totals(
            _purchases(purchases, customers, drawn_on=few),
            ("lifetime_value", int(valued["value"].count()), *worth.of_all(valued, drawn_on=few)),
            ("worth_saving", len(saved), float(saved["lifetime_value"].sum()), np.nan, np.nan),
        ),
        tiers=None if tiers is None else worth.by_tier(valued, drawn_on=few),
        tracking=tracked,
        worth_saving=with_reasons(saved.head(n_named), language=language),
    )


@dataclass(frozen=True)
class _Worth:
    """Both models, and how money is counted."""

    purchases: ParetoNBDModel
    spend: GammaGammaModel
    counted: dict[str, Any]

    def of_each(self, customers: pd.DataFrame) -> Any:
        return customer_lifetime_value(customers, purchase_model=self.purchases, spend_model=self.spend, **self.counted)

    def of_all(self, valued: pd.DataFrame, *, drawn_on: pd.DataFrame) -> tuple[float, float, float]:
        """Value of all customers, and its interval."""
        total = float(valued["value"].sum(min_count=1))
        lower, upper = _scaled(self._drawn(drawn_on).iloc[0], "equity", total)
        return total, float(lower), float(upper)

    def by_tier(self, valued: pd.DataFrame, *, drawn_on: pd.DataFrame) -> pd.DataFrame:
        """Value of each tier that holds anybody, the best first."""
        of_tier = valued.groupby("tier")["value"]
        found = of_tier.agg(["size", "count"]).assign(sum=of_tier.sum(min_count=1))
        found = found.reindex([code for code in LABELS["tier"] if code in found.index])
        drawn = self._drawn(drawn_on, by="tier").set_index("tier").reindex(found.index)
        lower, upper = _scaled(drawn, "equity", found["sum"])
        total = found["sum"].sum()
        return pd.DataFrame(
            {
                "segment": found.index,
                "n_customers": found["size"],
                "n_valued": found["count"],
                "value": found["sum"],
                "lower": lower,
                "upper": upper,
                "value_share": found["sum"] / total if total > 0 else np.nan,
                "mean_value": (found["sum"] / found["count"]).where(found["count"] > 0),
            }
        ).reset_index(drop=True)

    def _drawn(self, few: pd.DataFrame, *, by: str | None = None) -> pd.DataFrame:
        return customer_equity(
            few, purchase_model=self.purchases, spend_model=self.spend, by=by, n_draws=N_DRAWS, **self.counted
        )


def _spend_model(customers: pd.DataFrame) -> GammaGammaModel | ValueProblem:
    """The model of what is spent, or why there is none."""
    usable = (customers["frequency"] > 0) & (customers["monetary_value"] > 0)
    if usable.sum() < LEAST_REPEATERS:
        return "few_amounts"
    try:
        return GammaGammaModel(non_positive="drop").fit(customers)
    except ConvergenceError:
        return "no_spend_fit"


def _evenly(customers: pd.DataFrame, *, by: list[str]) -> pd.DataFrame:
    """Every so-maniest of many customers, in the order of some columns."""
    step = -(-len(customers) // _MOST_DRAWN)
    return customers if step <= 1 else customers.sort_values([*by, "customer_id"]).iloc[step // 2 :: step]


def _purchases(model: ParetoNBDModel, customers: pd.DataFrame, *, drawn_on: pd.DataFrame) -> tuple[Any, ...]:
    total = float(model.expected_purchases(customers, horizon=_HORIZON).sum())
    drawn = model.total_purchases(drawn_on, horizon=_HORIZON, n_draws=N_DRAWS).iloc[0]
    ends = drawn[["lower", "upper"]].set_axis(["expected_purchases_lower", "expected_purchases_upper"])
    lower, upper = _scaled(pd.concat([drawn, ends]), "expected_purchases", total)
    return "expected_purchases", len(customers), total, float(lower), float(upper)


def _scaled(drawn: Any, name: str, total: Any) -> tuple[Any, Any]:
    """Bring the interval of a sum over some customers to all; missing where all draws are alike.

    They are where the log determines no parameter, and say nothing of how sure the total is.
    """
    of, lower, upper = drawn[name], drawn[f"{name}_lower"], drawn[f"{name}_upper"]
    known = upper - lower > 1e-9 * of
    factor = np.where(known, total / np.where(known, of, 1.0), np.nan)
    return lower * factor, upper * factor


def _tracking(model: ParetoNBDModel, transactions: Any, *, first_day: datetime, last_day: datetime) -> pd.DataFrame:
    """Follow all customers to the last day; who bought on that day first could not have come back."""
    table = tracking_table(
        model,
        transactions,
        calibration_end=last_day - timedelta(days=1),
        observation_end=last_day,
        freq="W" if (last_day - first_day).days <= _MOST_DAYS_IN_WEEKS else "M",
    )
    return to_pandas(open_frame(table, name="tracking"))


def _models(*models: Any) -> pd.DataFrame:
    columns = ["model", "parameter", "estimate", "std_error", "lower", "upper", "is_determined"]
    parts = [
        model.params_.reset_index().assign(
            model=type(model).__name__, is_determined=~model.params_.index.isin(model.boundary_)
        )[columns]
        for model in models
    ]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)


def _totals(*rows: tuple[Any, ...]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=["quantity", "n_customers", "value", "lower", "upper"])
