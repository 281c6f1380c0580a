"""Models of purchases and spend fitted on a customer base, or why they cannot be."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, Literal, TypeAlias

import pandas as pd

from crmkit._checks import no_money
from crmkit._figures import whole_money
from crmkit._messages import Message, Said
from crmkit.errors import ConvergenceError, SchemaError
from crmkit.value import BetaGeoModel, GammaGammaModel, ModifiedBetaGeoModel, ParetoNBDModel
from crmkit.value.rhythm import PurchaseCycleModel

__all__ = ["PURCHASE_MODELS", "Problem", "UnfitError", "buyers", "fit_cycle", "fit_purchases", "fit_spend"]

PURCHASE_MODELS: Final[Mapping[str, Any]] = MappingProxyType(
    {"pareto": ParetoNBDModel, "bg": BetaGeoModel, "mbg": ModifiedBetaGeoModel}
)
"""Models of purchases by name, the first the default."""

Problem: TypeAlias = Literal[
    "few_repeaters", "no_purchase_fit", "no_money", "few_amounts", "one_amount", "no_spend_fit"
]
"""Why a model cannot be fitted: of purchases the first two, else of spend."""

# With fewer customers who came back nothing is predicted: seven parameters are fitted.
_LEAST_REPEATERS: Final = 10
# Amounts that differ by a smaller share differ by the rounding of their sums.
_SAME: Final = 1e-9
_FEW_REPEATERS: Final = Message(
    en="Fewer than {n} customers bought on two days: too few to predict what customers will buy or be worth.",
    zh="在两个不同日期购买过的客户不足 {n} 位，无法预测购买与价值。",
)
_NO_PURCHASE_FIT: Final = Message(
    en="The model of purchases could not be fitted to this log, so neither purchases nor value are given.",
    zh="购买模型无法拟合这份数据，故不给出预计购买与价值。",
)
_NO_CYCLE_FIT: Final = Message(
    en="The purchase cycle could not be fitted to this log, so nobody's next purchase is given.",
    zh="购买周期模型无法拟合这份数据，故不给出下次购买日期。",
)
_NO_MONEY: Final = Message(en="The orders carry no price, so no value is given.", zh="订单没有价格，故不给出价值。")
_FEW_AMOUNTS: Final = Message(
    en="Fewer than {n} customers came back with amounts above zero: too few to predict what customers will spend, so "
    "no value is given.",
    zh="再次购买且金额大于零的客户不足 {n} 位，无法预测消费额，故不给出价值。",
)
_ONE_AMOUNT: Final = Message(
    en="All who came back spent {amount} per purchase day. A model of spend needs customers who differ, so no "
    "value is given; purchases times {amount} is the revenue to expect if that stays.",
    zh="再次购买的客户每个购买日的平均金额都是 {amount}。客户之间没有差异，消费额模型无从拟合，故不给出价值；"
    "若金额不变，预计购买次数乘以 {amount} 即为预计销售额。",
)
_NO_SPEND_FIT: Final = Message(
    en="The model of spend could not be fitted to this log, so no value is given.",
    zh="消费额模型无法拟合这份数据，故不给出价值。",
)
_PROBLEMS: Final[Mapping[Message, Problem]] = {
    _FEW_REPEATERS: "few_repeaters",
    _NO_PURCHASE_FIT: "no_purchase_fit",
    _NO_CYCLE_FIT: "no_purchase_fit",
    _NO_MONEY: "no_money",
    _FEW_AMOUNTS: "few_amounts",
    _ONE_AMOUNT: "one_amount",
    _NO_SPEND_FIT: "no_spend_fit",
}


class UnfitError(SchemaError):
    """A model cannot be fitted to these customers.

    Attributes
    ----------
    problem : str
        Why: "few_repeaters" or "no_purchase_fit" of the model of purchases; "no_money", "few_amounts",
        "one_amount" or "no_spend_fit" of the model of spend.
    said : Said
        The same in words, in both languages.
    """

    def __init__(self, said: Said) -> None:
        super().__init__(said)
        self.said = said
        self.problem: Problem = _PROBLEMS[said.message]


def buyers(customers: pd.DataFrame) -> pd.DataFrame:
    """Those who bought, in the order of their ids: an engine gives none, and the last bit of a sum depends on it."""
    return customers[customers["frequency"].notna()].sort_values("customer_id", ignore_index=True)


def fit_purchases(customers: pd.DataFrame, *, model: str = "pareto") -> Any:
    """Fit a model of purchases on those who bought, in weeks."""
    if (customers["frequency"] > 0).sum() < _LEAST_REPEATERS:
        raise UnfitError(_FEW_REPEATERS(n=_LEAST_REPEATERS))
    try:
        return PURCHASE_MODELS[model](time_unit="W").fit(customers)
    except (SchemaError, ConvergenceError) as error:
        raise UnfitError(_NO_PURCHASE_FIT()) from error


def fit_cycle(customers: pd.DataFrame) -> PurchaseCycleModel:
    """Fit the time between purchases on those who bought, whose ``log_gap_sum`` is known."""
    if (customers["frequency"] > 0).sum() < _LEAST_REPEATERS:
        raise UnfitError(_FEW_REPEATERS(n=_LEAST_REPEATERS))
    try:
        return PurchaseCycleModel().fit(customers)
    except (SchemaError, ConvergenceError) as error:
        raise UnfitError(_NO_CYCLE_FIT()) from error


def fit_spend(customers: pd.DataFrame, *, refund_lag_days: float = 0) -> GammaGammaModel:
    """Fit the model of spend on those who came back and paid."""
    if no_money(customers["monetary_value"].to_numpy(dtype=float), among=(customers["frequency"] > 0).to_numpy()):
        raise UnfitError(_NO_MONEY())
    amounts = customers.loc[(customers["frequency"] > 0) & (customers["monetary_value"] > 0), "monetary_value"]
    if len(amounts) < _LEAST_REPEATERS:
        raise UnfitError(_FEW_AMOUNTS(n=_LEAST_REPEATERS))
    if amounts.max() - amounts.min() <= _SAME * amounts.max():
        raise UnfitError(_ONE_AMOUNT(amount=whole_money(float(amounts.mean()))))
    try:
        return GammaGammaModel(non_positive="drop", refund_lag_days=refund_lag_days).fit(customers)
    except (SchemaError, ConvergenceError) as error:
        raise UnfitError(_NO_SPEND_FIT()) from error
