"""What customers will buy and bring, as the report and `crmkit clv` both tell it, and how far that can be trusted."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple, TypeAlias

import numpy as np
import pandas as pd

from crmkit._figures import whole_money
from crmkit._names import Language
from crmkit.errors import ConvergenceError, SchemaError
from crmkit.report._limits import Limits, limits_of, parameters_of
from crmkit.report._value_texts import VALUE_TEXTS
from crmkit.value import (
    BetaGeoModel,
    GammaGammaModel,
    ModifiedBetaGeoModel,
    ParetoNBDModel,
    customer_equity,
    customer_lifetime_value,
)

__all__ = [
    "LEAST_REPEATERS",
    "MODELS",
    "Forecast",
    "Problem",
    "Terms",
    "UnfitError",
    "buyers",
    "fit_purchases",
    "fit_spend",
]

MODELS: Final[dict[str, Any]] = {"pareto": ParetoNBDModel, "bg": BetaGeoModel, "mbg": ModifiedBetaGeoModel}
"""Of purchases, the first unless another is asked for."""

LEAST_REPEATERS: Final = 10
"""With fewer customers who came back nothing is foretold: seven parameters are fitted."""

Problem: TypeAlias = Literal["few_repeaters", "no_purchase_fit", "few_amounts", "one_amount", "no_spend_fit"]
"""Why a model cannot be fitted: of purchases the first two, else of spend."""

# Parameters are drawn so often for each customer; of many customers less often, so that nobody waits for minutes.
_MOST_DRAWS: Final = 500
_FEWEST_DRAWS: Final = 50
_MOST_NUMBERS: Final = 10_000_000
# Of more customers, how wide the intervals of sums are is learned from so many, spread evenly over histories.
_MOST_DRAWN: Final = 20_000
_DAYS_A_WEEK: Final = 7
# Amounts that differ by a smaller share differ by the rounding of their sums.
_SAME: Final = 1e-9


class UnfitError(Exception):
    """A model cannot be fitted to this log; the text says why, and what is not given for lack of it."""

    def __init__(self, problem: Problem, *, amount: float = math.nan) -> None:
        super().__init__(problem)
        self.problem, self._amount = problem, amount

    def text(self, language: Language) -> str:
        """Say it in a language."""
        text = VALUE_TEXTS[f"value_{self.problem}"].text(language)
        return text.format(n=LEAST_REPEATERS, amount=whole_money(self._amount))


class Terms(NamedTuple):
    """How far is foretold, and how money and intervals are counted."""

    horizon_days: float = 365.25
    margin: float = 1.0
    discount_rate: float = 0.1
    level: float = 0.95


def buyers(customers: pd.DataFrame) -> pd.DataFrame:
    """Those who bought, in the order of their ids: an engine gives none, and the last bit of a sum depends on it."""
    return customers[customers["frequency"].notna()].sort_values("customer_id", ignore_index=True)


def fit_purchases(customers: pd.DataFrame, *, model: str = "pareto") -> Any:
    """Fit a model of purchases on those who bought, in weeks."""
    if (customers["frequency"] > 0).sum() < LEAST_REPEATERS:
        raise UnfitError("few_repeaters")
    try:
        return MODELS[model](time_unit="W").fit(customers)
    except (SchemaError, ConvergenceError) as error:
        raise UnfitError("no_purchase_fit") from error


def fit_spend(customers: pd.DataFrame) -> GammaGammaModel:
    """Fit the model of spend on those who came back and paid."""
    amounts = customers.loc[(customers["frequency"] > 0) & (customers["monetary_value"] > 0), "monetary_value"]
    if len(amounts) < LEAST_REPEATERS:
        raise UnfitError("few_amounts")
    if amounts.max() - amounts.min() <= _SAME * amounts.max():
        raise UnfitError("one_amount", amount=float(amounts.mean()))
    try:
        return GammaGammaModel(non_positive="drop").fit(customers)
    except (SchemaError, ConvergenceError) as error:
        raise UnfitError("no_spend_fit") from error


@dataclass(frozen=True)
class Forecast:
    """What the models say of the customers they were fitted on; of their money only where there is a model of spend."""

    customers: pd.DataFrame
    purchases: Any
    spend: GammaGammaModel | None
    terms: Terms

    @property
    def horizon(self) -> float:
        """In the weeks of the model."""
        return self.terms.horizon_days / _DAYS_A_WEEK

    @property
    def n_draws(self) -> int:
        """Draws of the parameters behind each interval."""
        return max(_FEWEST_DRAWS, min(_MOST_DRAWS, _MOST_NUMBERS // len(self.customers)))

    @property
    def counted(self) -> dict[str, Any]:
        """What the functions of lifetime value take, but for draws and level."""
        return {
            "purchase_model": self.purchases,
            "spend_model": self.spend,
            "discount_rate": self.terms.discount_rate,
            "horizon": self.horizon,
            "margin": self.terms.margin,
        }

    @property
    def drawn(self) -> dict[str, Any]:
        """How intervals are made."""
        return {"level": self.terms.level, "n_draws": self.n_draws}

    @property
    def models(self) -> list[Any]:
        """Those that there are."""
        return [model for model in (self.purchases, self.spend) if model is not None]

    def expected_purchases(self) -> dict[str, Any]:
        """Purchases of all together: ``n_customers``, ``value``, ``lower``, ``upper``."""
        return self._purchases_of(self.customers)

    def expected_purchases_by(self, groups: pd.Series[Any]) -> pd.DataFrame:
        """Purchases of each group, in the columns of `lifetime_value_by`; all customers have a number of them."""
        found = [{"group": group, **self._purchases_of(rows)} for group, rows in self.customers.groupby(groups)]
        return pd.DataFrame(found).assign(n_valued=lambda rows: rows["n_customers"])

    def lifetime_value(self) -> dict[str, Any]:
        """Value of all together: ``n_customers`` with a value, ``value``, ``lower``, ``upper``."""
        found = self._equity(pd.Series("all", index=self.customers.index))
        return _only_row(found.drop(columns=["group", "n_customers"]).rename(columns={"n_valued": "n_customers"}))

    def lifetime_value_by(self, groups: pd.Series[Any]) -> pd.DataFrame:
        """Value of each group: ``group``, ``n_customers``, ``n_valued``, ``value``, ``lower``, ``upper``."""
        return self._equity(groups)

    def lifetime_value_of_each(self) -> pd.Series[Any]:
        """Value of each customer."""
        values: pd.Series[Any] = customer_lifetime_value(self.customers, **self.counted)
        return values

    def limits(self) -> Limits:
        """How far it can be trusted."""
        return limits_of(
            self.models,
            mean_alive=float(self.purchases.probability_alive(self.customers).mean()),
            days_covered=int(self.customers["T"].max()) + 1,
            horizon_days=self.terms.horizon_days,
        )

    def parameters(self) -> pd.DataFrame:
        """Parameters of the models, without numbers where the log does not determine them."""
        return parameters_of(self.models)

    def _purchases_of(self, customers: pd.DataFrame) -> dict[str, Any]:
        found = self.purchases.total_purchases(_some(customers), horizon=self.horizon, **self.drawn)
        found = found.rename(columns={"expected_purchases": "value"}).assign(n_customers=len(customers))
        found = found[["n_customers", "value", "lower", "upper"]]
        if len(customers) > _MOST_DRAWN:
            total = self.purchases.expected_purchases(customers, horizon=self.horizon).sum()
            found = _scaled(found, pd.Series([total]))
        return _only_row(_with_known_intervals(found))

    def _equity(self, groups: pd.Series[Any]) -> pd.DataFrame:
        customers = self.customers.assign(group=groups)
        found: pd.DataFrame = customer_equity(_some(customers), by="group", **self.counted, **self.drawn)
        found = found.rename(columns={"equity": "value", "equity_lower": "lower", "equity_upper": "upper"})
        found = found.set_index("group")
        if len(customers) > _MOST_DRAWN:
            values = self.lifetime_value_of_each().groupby(groups)
            found = _scaled(found.reindex(list(values.groups)), values.sum())
            found = found.assign(n_customers=values.size(), n_valued=values.count())
        found = found.assign(value=found["value"].where(found["n_valued"] > 0))
        return _with_known_intervals(found).rename_axis("group").reset_index()


def _some(customers: pd.DataFrame) -> pd.DataFrame:
    """Every so-maniest of many customers, in the order of their histories."""
    step = -(-len(customers) // _MOST_DRAWN)
    if step <= 1:
        return customers
    return customers.sort_values(["frequency", "recency", "T", "customer_id"]).iloc[step // 2 :: step]


def _scaled(sums: pd.DataFrame, totals: pd.Series[Any]) -> pd.DataFrame:
    """Bring sums over some customers, and their intervals, to those over all."""
    times = totals / sums["value"]
    return sums.assign(value=totals, lower=sums["lower"] * times, upper=sums["upper"] * times)


def _with_known_intervals(sums: pd.DataFrame) -> pd.DataFrame:
    """Leave out intervals of which all draws are alike.

    They are where the log determines no parameter, and say nothing of how sure the sum is.
    """
    known = sums["upper"] > sums["lower"] * (1 + 1e-9)
    ends: dict[str, Any] = {end: np.where(known, sums[end], np.nan) for end in ("lower", "upper")}
    return sums.assign(**ends)


def _only_row(table: pd.DataFrame) -> dict[str, Any]:
    return {str(name): value for name, value in table.to_dict("records")[0].items()}
