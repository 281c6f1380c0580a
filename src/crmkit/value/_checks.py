"""Checks of the arguments of models."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from typing import Final

import numpy as np

from crmkit._arrays import Floats
from crmkit._checks import check_discount_rate, check_number, meant_by_percent, some
from crmkit._messages import Message, Parameter
from crmkit._stats import Numbers, as_floats
from crmkit._time_units import DAYS_A_YEAR

__all__ = [
    "as_continuous_rate",
    "as_end",
    "as_horizons",
    "as_period_rates",
    "as_shares_kept",
    "check_covariates",
    "check_horizon",
    "check_in_time",
    "check_model",
    "check_quantities",
]

_NO_TIME: Final = Message(
    en="{@horizon} must be a time after {@as_of}, 0 or longer, got {value!r}.",
    zh="{@horizon} 须为 {@as_of} 之后的时长，不小于 0，得到 {value!r}。",
)
_NO_SHARE_KEPT: Final = Message(
    en="{@retention_rate} is a share of customers kept, 0 to 1; got {got}.{meant}",
    zh="{@retention_rate} 为留住客户的比例，介于 0 与 1 之间，得到 {got}。{meant}",
)
_COUNTS_OPPORTUNITIES: Final = Message(
    en="{name} must be a model of purchases in time, got {kind}, which counts opportunities. "
    "Call its probability_alive and expected_purchases on a table of opportunities.",
    zh="{name} 须为连续时间的购买模型，得到按机会计数的 {kind}。"
    "请对机会表调用其 probability_alive 与 expected_purchases。",
)
_NO_MODEL: Final = Message(
    en="{name} must be a fitted {wanted}, got {kind}.", zh="{name} 须为拟合好的 {wanted}，得到 {kind}。"
)
_ENDLESS: Final = Message(
    en="{@discount_rate} must be above 0 where {@horizon} is None, got 0. Endless purchases have no finite sum.",
    zh="{@horizon} 为 None 时 {@discount_rate} 须大于 0，得到 0：无限期的购买没有有限的合计。",
)
_NO_COVARIATES: Final = Message(
    en="{name} must be a sequence of columns other than {taken}, each once, got {value!r}. Pass ['column'] for one.",
    zh="{name} 须为列名的序列，每列一次，且不含 {taken}，得到 {value!r}。只有一列时写作 ['column']。",
)
_NO_QUANTITIES: Final = Message(
    en="{@quantities} must list some of {known}, each once, got {value!r}.",
    zh="{@quantities} 须取自 {known}，各一次，得到 {value!r}。",
)


def check_horizon(horizon: object) -> float:
    """Return a finite time that is not negative, or raise."""
    check_number(horizon, name="horizon")
    if float(horizon) < 0:  # type: ignore[arg-type]
        raise ValueError(_NO_TIME(value=horizon))
    return float(horizon)  # type: ignore[arg-type]


def as_horizons(horizons: Numbers) -> Floats:
    """Return finite times that are not negative, one or a column of them, or raise."""
    column = horizons if hasattr(horizons, "__len__") else [horizons]
    return np.array([check_horizon(horizon) for horizon in np.ravel(as_floats(column, name="horizons"))])


def as_continuous_rate(discount_rate: object, *, days: float) -> float:
    """Turn a yearly discount rate into the continuous one for a unit of so many days."""
    return math.log1p(check_discount_rate(discount_rate)) * days / DAYS_A_YEAR


def as_period_rates(period_discount_rate: Numbers) -> Floats:
    """Return discount rates per period, one or a column of them, or raise."""
    rates = as_floats(period_discount_rate, name="period_discount_rate")
    for rate in np.ravel(rates)[~np.isnan(np.ravel(rates))].tolist():
        check_discount_rate(rate, name="period_discount_rate", of="period")
    return rates


def as_shares_kept(retention_rate: Numbers) -> Floats:
    """Return shares of customers kept, one or a column of them, or raise."""
    shares = as_floats(retention_rate, name="retention_rate")
    wrong = np.ravel(shares)[np.ravel((shares < 0) | (shares > 1))].tolist()
    if wrong:
        got = some(wrong) if shares.ndim else repr(wrong[0])
        raise ValueError(_NO_SHARE_KEPT(got=got, meant=meant_by_percent(*wrong)))
    return shares


def as_end(horizon: float | None, *, rate: float) -> float:
    """Return where a horizon ends, infinite for ``None``, which needs discounting."""
    if horizon is not None:
        return check_horizon(horizon)
    if rate == 0:
        raise ValueError(_ENDLESS())
    return math.inf


def check_in_time(model: object, *, name: str = "model") -> None:
    """Raise for a model of opportunities where one of purchases in time is wanted."""
    if getattr(model, "counts_opportunities", False):
        raise TypeError(_COUNTS_OPPORTUNITIES(name=Parameter(name), kind=type(model).__name__))


def check_model(model: object, wanted: type, *, name: str) -> None:
    """Raise for anything but a model of the class wanted."""
    if not isinstance(model, wanted):
        raise TypeError(_NO_MODEL(name=Parameter(name), wanted=wanted.__name__, kind=type(model).__name__))


def check_covariates(covariates: object, *, name: str, taken: Collection[str]) -> None:
    """Raise unless covariates are a sequence of further columns, each named once."""
    named = not isinstance(covariates, str) and isinstance(covariates, Sequence)
    given = list(covariates) if named else []  # type: ignore[call-overload]
    if not named or len(set(given)) < len(given) or set(given) & set(taken):
        raise ValueError(_NO_COVARIATES(name=Parameter(name), taken=list(taken), value=covariates))


def check_quantities(quantities: object, *, known: Sequence[str]) -> tuple[str, ...]:
    """Return names of quantities, each known and given once, or raise."""
    given = () if isinstance(quantities, str) or not isinstance(quantities, Sequence) else tuple(quantities)
    if not given or len(set(given)) < len(given) or not set(given) <= set(known):
        raise ValueError(_NO_QUANTITIES(known=list(known), value=quantities))
    return given
