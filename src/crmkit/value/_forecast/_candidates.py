"""Ways to forecast: models of purchases, and three rules that need none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal, Protocol, TypeAlias

import numpy as np
from sklearn.base import clone

from crmkit._messages import Message
from crmkit._time_units import DAYS, DAYS_A_YEAR
from crmkit.errors import ConvergenceError, SchemaError
from crmkit.value._checks import check_in_time
from crmkit.value._forecast._log import Counts, Moment
from crmkit.value._lifetime_value import customer_lifetime_value
from crmkit.value._purchases import BetaGeoModel, ParetoNBDModel
from crmkit.value._purchases._model import PurchaseModel
from crmkit.value._spend import GammaGammaModel

__all__ = ["RULES", "Candidate", "Rule", "candidates_of", "forecasts"]

Rule: TypeAlias = Literal["last_year", "recent_rate", "seasonal_rate"]
RULES: Final = ("last_year", "recent_rate", "seasonal_rate")

# Days whose rate is the recent one.
_RECENT: Final = 91
_YEAR: Final = round(DAYS_A_YEAR)
# With fewer purchases a year ago their course is chance.
_LEAST_PURCHASES: Final = 10
# With fewer customers who came back nothing is predicted: seven parameters are fitted.
_LEAST_REPEATERS: Final = 10
_UNFIT: Final = (SchemaError, ConvergenceError)

_NO_LIST: Final = Message(
    en="{@models} must be a list of models of purchases and of the rules {rules}, or None, got {value!r}.",
    zh="{@models} 须为由购买模型与规则 {rules} 组成的列表，或为 None，得到 {value!r}。",
)
_FEW_REPEATERS: Final = Message(
    en="{n} {n:customer|customers} had come back by {day}; a model of purchases needs {least}.",
    zh="截至 {day} 仅有 {n} 位客户复购，购买模型至少需要 {least} 位。",
)
_TWICE: Final = Message(
    en="{@models} holds {names} more than once. Leave one of each.", zh="{@models} 中 {names} 重复，请各留一个。"
)


class Candidate(Protocol):
    """A way to forecast."""

    name: str

    def forecast(self, moment: Moment, days: float, spend: GammaGammaModel | None) -> Counts | None:
        """Purchases and net money of each known customer in so many days, or None where it cannot tell."""


class _Model:
    """A model of purchases, refitted on each day."""

    def __init__(self, model: PurchaseModel) -> None:
        self.name, self._model = type(model).__name__, model

    def forecast(self, moment: Moment, days: float, spend: GammaGammaModel | None) -> Counts:
        customers = moment.customers
        n_repeaters = int((customers["frequency"] > 0).sum())
        if n_repeaters < _LEAST_REPEATERS:
            raise SchemaError(_FEW_REPEATERS(n=n_repeaters, least=_LEAST_REPEATERS, day=moment.date))
        # Only expected values are needed.
        model = clone(self._model)._fit(customers, with_draws=False)
        horizon = days / DAYS[model.options_.time_unit]
        purchases = np.asarray(model.expected_purchases(customers, horizon=horizon), dtype=np.float64)
        if spend is None:
            return Counts(purchases, purchases * customers["spend"].sum() / (customers["frequency"] + 1).sum())
        revenue = customer_lifetime_value(
            customers, purchase_model=model, spend_model=spend, discount_rate=0, horizon=horizon
        )
        # Money that nobody can predict belongs to those who paid nothing when they came back.
        return Counts(purchases, np.nan_to_num(np.asarray(revenue, dtype=np.float64), nan=0.0))


class _LastYear:
    """What the same customers bought in the same days of the last year, or of the last years for longer times."""

    name = "last_year"

    def forecast(self, moment: Moment, days: float, spend: GammaGammaModel | None) -> Counts | None:  # noqa: ARG002
        back = max(round(DAYS_A_YEAR * np.ceil(days / (DAYS_A_YEAR + 1))), days)
        return moment.before(back, length=days) if moment.age >= back else None


class _RecentRate:
    """What they bought per day in the last 13 weeks."""

    name = "recent_rate"

    def forecast(self, moment: Moment, days: float, spend: GammaGammaModel | None) -> Counts | None:  # noqa: ARG002
        length = min(_RECENT, moment.age)
        if length <= 0:
            return None
        recent = moment.before(length, length=length)
        return Counts(recent.purchases * (days / length), recent.revenue * (days / length))


class _SeasonalRate:
    """The recent rate, changed as that of the customers known a year ago changed from the same 13 weeks on."""

    name = "seasonal_rate"

    def forecast(self, moment: Moment, days: float, spend: GammaGammaModel | None) -> Counts | None:  # noqa: ARG002
        back = max(_YEAR, int(np.ceil(days)))
        if back > _YEAR + 1 or moment.age < back + _RECENT:
            return None
        then = Moment(moment.log, moment.day - back)
        base, came = then.before(_RECENT, length=_RECENT), then.came(days)
        n_purchases, money = base.purchases.sum(), base.revenue.sum()
        if n_purchases < _LEAST_PURCHASES:
            return None
        course = came.purchases.sum() / n_purchases
        of_money = max(came.revenue.sum(), 0.0) / money if money > 0 else course
        recent = moment.before(_RECENT, length=_RECENT)
        return Counts(recent.purchases * course, recent.revenue * of_money)


_BY_NAME: Final[dict[str, Candidate]] = {rule.name: rule for rule in (_LastYear(), _RecentRate(), _SeasonalRate())}


def candidates_of(models: Sequence[PurchaseModel | Rule] | None) -> list[Candidate]:
    """Return the candidates that a caller names, by default two models and all rules."""
    given = [ParetoNBDModel(time_unit="W"), BetaGeoModel(time_unit="W"), *RULES] if models is None else models
    if isinstance(given, (str, bytes)) or not isinstance(given, Sequence) or not given:
        raise TypeError(_NO_LIST(rules=list(RULES), value=given))
    found = [_candidate(model) for model in given]
    names = [candidate.name for candidate in found]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(_TWICE(names=twice))
    return found


def _candidate(model: Any) -> Candidate:
    if isinstance(model, PurchaseModel):
        check_in_time(model, name="models")
        return _Model(model)
    if isinstance(model, str) and model in RULES:
        return _BY_NAME[model]
    raise TypeError(_NO_LIST(rules=list(RULES), value=model))


def forecasts(
    moment: Moment, days: float, candidates: Sequence[Candidate], *, tolerant: bool = True
) -> dict[str, Counts]:
    """What each candidate expects of every known customer.

    ``tolerant`` leaves out a model that cannot be fitted on that day; a rule that cannot tell is always left out.
    """
    spend = _spend(moment) if any(isinstance(candidate, _Model) for candidate in candidates) else None
    found = {}
    for candidate in candidates:
        try:
            counts = candidate.forecast(moment, days, spend)
        except _UNFIT:
            if not tolerant:
                raise
            continue
        if counts is not None:
            found[candidate.name] = counts
    return found


def _spend(moment: Moment) -> GammaGammaModel | None:
    """The model of spend of a day, where one can be fitted."""
    if not moment.log.is_priced:
        return None
    try:
        model = GammaGammaModel(non_positive="drop", refund_lag_days=moment.refund_lag)
        return model._fit(moment.customers, with_draws=False)
    except _UNFIT:
        return None
