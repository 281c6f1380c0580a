"""What the customers of a base will buy and bring, and how far that can be trusted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from crmkit._checks import check_discount_rate, check_fraction, check_margin, check_number, check_option
from crmkit._frames import FrameT, from_pandas
from crmkit._messages import Message
from crmkit._time_units import DAYS_A_WEEK, DAYS_A_YEAR
from crmkit.value import GammaGammaModel
from crmkit.views._fits import PURCHASE_MODELS, UnfitError, buyers, fit_purchases, fit_spend
from crmkit.views._limits import ForecastLimits, limits_of, parameters_of
from crmkit.views._rows import in_pandas
from crmkit.views._sums import (
    Terms,
    draws_for,
    expected_purchases,
    expected_purchases_by,
    lifetime_value,
    lifetime_value_by,
)

__all__ = ["HISTORY", "BaseForecast", "base_forecast", "read_by_models"]

HISTORY: Final = ("customer_id", "frequency", "recency", "T", "monetary_value")
"""The columns of a customers table that the models read."""
# They read these too where the table has them.
_MONEY_BACK: Final = ("spend", "returned")
# What a group is told, before its shares.
_OF_GROUP: Final = ("quantity", "n_customers", "n_valued", "value", "lower", "upper")

_NO_HORIZON: Final = Message(
    en="{@horizon_days} must be above 0, got {value!r}.", zh="{@horizon_days} 须大于 0，得到 {value!r}。"
)


@dataclass(frozen=True, repr=False)
class BaseForecast:
    """What models predict of a customer base; `base_forecast` makes it.

    Attributes
    ----------
    purchase_model : PurchaseModel
        Fitted on those who bought, in weeks.
    spend_model : GammaGammaModel or None
        Fitted on those who came back and paid; None where it cannot be.
    problem : UnfitError or None
        Why there is no model of spend.
    horizon_days : float
        Days after ``as_of`` that are predicted.
    margin, discount_rate : float
        Share of the amounts that is profit, and a year's rate.
    level : float
        Coverage of the intervals.
    n_draws : int
        Draws of the parameters behind each interval.
    n_buyers, n_repeaters : int
        Customers who bought, and who bought on two days or more.
    kept_share : float
        Lifetime value over what it is before refunds; missing without a model of spend.
    totals : the kind of table given
        ``quantity``, ``n_customers``, ``value``, ``lower``, ``upper``: "expected_purchases" and, with a model of
        spend, "lifetime_value". Intervals are missing where the log does not determine them.
    parameters : the kind of table given
        ``model``, ``parameter``, ``estimate``, ``std_error``, ``lower``, ``upper``, and ``is_determined``, False where
        the likelihood has no maximum inside; the numbers are then missing.
    limits : ForecastLimits
        How far the figures can be trusted.
    """

    purchase_model: Any
    spend_model: GammaGammaModel | None
    problem: UnfitError | None
    horizon_days: float
    margin: float
    discount_rate: float
    level: float
    n_draws: int
    n_buyers: int
    n_repeaters: int
    kept_share: float
    totals: Any
    parameters: Any
    limits: ForecastLimits

    def __repr__(self) -> str:
        models = ", ".join(type(model).__name__ for model in (self.purchase_model, self.spend_model) if model)
        return f"BaseForecast({models}; {self.n_buyers:,} customers, {self.horizon_days:g} days)"

    @property
    def horizon(self) -> float:
        """The horizon in weeks, the unit of the models."""
        return self.horizon_days / DAYS_A_WEEK

    @property
    def terms(self) -> Terms:
        """The models, horizon, money and intervals, as sums take them."""
        return Terms(
            self.purchase_model,
            self.spend_model,
            self.horizon,
            self.margin,
            self.discount_rate,
            self.level,
            self.n_draws,
        )

    def by_group(self, customers: FrameT, *, by: str) -> FrameT:
        """Sum up the value of groups of customers, or their purchases where there is no model of spend.

        Parameters
        ----------
        customers : pandas, Polars or PyArrow table
            As `crmkit.customer_summary` gives it, with a column of groups. Those without a purchase day are left out.
        by : str
            Column of the groups.

        Returns
        -------
        the kind of table given
            One row per group, in the order of their names: ``by``, the name as text; ``quantity`` ("lifetime_value" or
            "expected_purchases"), ``n_customers``, ``n_valued`` (those with a value), ``value``, ``lower``, ``upper``,
            ``value_share`` of the total (missing unless it is above zero), and ``mean_value`` of those valued.

        Raises
        ------
        SchemaError
            If a column is missing.
        TypeError
            If ``customers`` is not a table in memory.
        """
        rows = buyers(in_pandas(customers, columns=HISTORY, also=[by]))
        valued = self.spend_model is not None
        sums = lifetime_value_by if valued else expected_purchases_by
        found = sums(read_by_models(rows), rows[by].astype(str), terms=self.terms).rename(columns={"group": by})
        found.insert(1, "quantity", "lifetime_value" if valued else "expected_purchases")
        found = found[[by, *_OF_GROUP]]
        total = found["value"].sum()
        found = found.assign(
            value_share=found["value"] / total if total > 0 else np.nan, mean_value=found["value"] / found["n_valued"]
        )
        return from_pandas(found, like=customers)


def base_forecast(
    customers: Any,
    *,
    model: str = "pareto",
    horizon_days: float = DAYS_A_YEAR,
    margin: float = 1.0,
    discount_rate: float = 0.1,
    level: float = 0.95,
    refund_lag_days: float = 0,
) -> BaseForecast:
    """Predict what the customers of a base will buy and bring, with intervals.

    A model of purchases and one of spend are fitted on those who bought. Where no model of spend can be fitted there
    are purchases alone.

    Parameters
    ----------
    customers : pandas, Polars or PyArrow table
        As `crmkit.customer_summary` gives it. Where it has ``returned``, values are net of the refunds to expect.
    model : {"pareto", "bg", "mbg"}, default "pareto"
        Of purchases: Pareto/NBD, BG/NBD or MBG/NBD.
    horizon_days : float, default 365.25
        Days after ``as_of`` to predict, above 0.
    margin : float, default 1.0
        Share of the amounts that is profit, above 0 and at most 1; 1 leaves the lifetime value in revenue.
    discount_rate : float, default 0.1
        A year's, not negative.
    level : float, default 0.95
        Coverage of the intervals, between 0 and 1.
    refund_lag_days : float, default 0
        Days that a refund usually takes to come, as `crmkit.mean_refund_lag` measures it; ``nan`` counts as 0.

    Returns
    -------
    BaseForecast
        The models, the totals, the parameters, and how far they can be trusted.

    Raises
    ------
    SchemaError
        If a column is missing.
    UnfitError
        If no model of purchases can be fitted: fewer than ten customers bought on two days, or the fit failed.
    TypeError
        If ``customers`` is not a table in memory, or a number is not a number.
    ValueError
        If an option lies outside its range.

    Examples
    --------
    >>> from crmkit import as_transactions, customer_summary, load_cdnow
    >>> from crmkit.views import base_forecast
    >>> customers = customer_summary(as_transactions(load_cdnow()), as_of="1998-06-30")
    >>> forecast = base_forecast(customers, horizon_days=91)
    >>> forecast
    BaseForecast(ParetoNBDModel, GammaGammaModel; 2,357 customers, 91 days)
    >>> forecast.totals.round()
                 quantity  n_customers    value    lower    upper
    0  expected_purchases         2357    547.0    519.0    565.0
    1      lifetime_value         2357  19862.0  18825.0  20548.0
    """
    check_option(model, PURCHASE_MODELS, name="model")
    check_number(horizon_days, name="horizon_days")
    if horizon_days <= 0:
        raise ValueError(_NO_HORIZON(value=horizon_days))
    check_margin(margin)
    check_discount_rate(discount_rate)
    check_fraction(level, name="level")
    bought = buyers(read_by_models(in_pandas(customers, columns=HISTORY)))
    purchases = fit_purchases(bought, model=model)
    spend = problem = None
    try:
        spend = fit_spend(bought, refund_lag_days=refund_lag_days)
    except UnfitError as found:
        problem = found
    models = [purchases] if spend is None else [purchases, spend]
    n_draws = draws_for(len(bought))
    terms = Terms(purchases, spend, horizon_days / DAYS_A_WEEK, float(margin), float(discount_rate), level, n_draws)
    totals = _totals(bought, terms)
    return BaseForecast(
        purchases,
        spend,
        problem,
        horizon_days=float(horizon_days),
        margin=terms.margin,
        discount_rate=terms.discount_rate,
        level=float(level),
        n_draws=n_draws,
        n_buyers=len(bought),
        n_repeaters=int((bought["frequency"] > 0).sum()),
        kept_share=float(totals["kept_share"].iloc[-1]),
        totals=from_pandas(totals.drop(columns="kept_share"), like=customers),
        parameters=from_pandas(parameters_of(models), like=customers),
        limits=limits_of(
            models,
            mean_alive=float(purchases.probability_alive(bought).mean()),
            days_covered=int(bought["T"].max()) + 1,
            horizon_days=horizon_days,
        ),
    )


def _totals(customers: pd.DataFrame, terms: Terms) -> pd.DataFrame:
    rows = [{"quantity": "expected_purchases", **expected_purchases(customers, terms=terms)}]
    if terms.spend_model is not None:
        rows.append({"quantity": "lifetime_value", **lifetime_value(customers, terms=terms)})
    return pd.DataFrame(rows, columns=["quantity", "n_customers", "value", "lower", "upper", "kept_share"])


def read_by_models(customers: pd.DataFrame) -> pd.DataFrame:
    """The columns of a customers table that the models read, as far as it has them."""
    return customers[[*HISTORY, *(name for name in _MONEY_BACK if name in customers)]]
