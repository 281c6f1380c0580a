"""Forecasts of one day and those of earlier days that are put to the test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from crmkit._checks import Day, check_number
from crmkit._messages import Message
from crmkit._time_units import DAYS, TimeUnit, check_time_unit
from crmkit.errors import SchemaError
from crmkit.value._forecast._candidates import Rule, candidates_of, forecasts
from crmkit.value._forecast._combination import Combination, Test, combination
from crmkit.value._forecast._log import Counts, Moment, read_log
from crmkit.value._forecast._origins import Origins, origins_of
from crmkit.value._purchases._model import PurchaseModel

__all__ = ["QUANTITIES", "Trial", "Trials", "trials"]

QUANTITIES: Final = ("purchases", "revenue")

_NO_HORIZON: Final = Message(
    en="{@horizon} must be a day or longer, got {value!r} with {unit}.",
    zh="{@horizon} 须不短于一天，得到 {value!r}（{unit}）。",
)
_NOBODY: Final = Message(
    en="{@transactions} holds nobody with a purchase up to {@as_of}. There is nothing to forecast.",
    zh="{@transactions} 中截至 {@as_of} 没有人购买过，无从预测。",
)
_NO_FORECAST: Final = Message(
    en="No forecast can be made {@as_of} {day}: {@transactions} begins that day. Give a later day.",
    zh="无法在 {day}（{@as_of}）作出预测：{@transactions} 从当天才开始。请给出更晚的日期。",
)


@dataclass(frozen=True)
class Trial:
    """A day, what the candidates forecast on it, and what came."""

    moment: Moment
    expected: Mapping[str, Counts]
    came: Counts

    def test(self, quantity: str) -> Test:
        """The same of one quantity."""
        return Test(
            self.moment.day, _of(self.expected, quantity), self.came.of(quantity), unit_of(self.moment, quantity)
        )


@dataclass(frozen=True)
class Trials:
    """The forecasts of a day, and the trials of earlier days.

    Attributes
    ----------
    now : Moment
        The day.
    expected : mapping of str to Counts
        By candidate, what it expects of each customer.
    earlier : tuple of Trial
        The newest first.
    origins : Origins
        Their days.
    horizon : float
        Days to forecast.
    quantities : tuple of str
        Purchases, and revenue where orders carry prices.
    """

    now: Moment
    expected: Mapping[str, Counts]
    earlier: tuple[Trial, ...]
    origins: Origins
    horizon: float
    quantities: tuple[str, ...]

    def of(self, quantity: str) -> Mapping[str, Any]:
        """What each candidate expects now."""
        return _of(self.expected, quantity)

    def unit(self, quantity: str) -> float:
        """Size of one purchase."""
        return unit_of(self.now, quantity)

    def tests(self, quantity: str) -> list[Test]:
        """The trials of one quantity."""
        return [trial.test(quantity) for trial in self.earlier]

    def combination(self, quantity: str) -> Combination:
        """How the candidates are put together now."""
        return combination(
            self.tests(quantity),
            list(self.expected),
            horizon=self.horizon,
            tested=self.origins.horizon,
            age=self.now.age,
        )

    def over_by(self, test: Test) -> list[int]:
        """Positions of the trials whose time had passed on the day of a test."""
        last = test.day - self.origins.horizon
        return [at for at, trial in enumerate(self.earlier) if trial.moment.day <= last]

    def combination_then(self, over: Sequence[Test], test: Test, *, corrected: bool = True) -> Combination:
        """How they would have been put together on the day of a test, from those that were over by then."""
        return combination(
            over,
            list(test.expected),
            horizon=self.origins.horizon,
            tested=self.origins.horizon,
            age=test.day - self.now.log.first_day,
            corrected=corrected,
        )


def trials(
    transactions: Any,
    *,
    as_of: Day,
    horizon: float,
    time_unit: TimeUnit,
    models: Sequence[PurchaseModel | Rule] | None,
) -> Trials:
    """Forecast on a day, and on earlier days of the same log."""
    check_time_unit(time_unit)
    check_number(horizon, name="horizon")
    days = float(horizon) * DAYS[time_unit]
    if days < 1:
        raise ValueError(_NO_HORIZON(value=horizon, unit=time_unit))
    candidates = candidates_of(models)
    log, last = read_log(transactions, as_of=as_of)
    if not log.bought.any():
        raise SchemaError(_NOBODY())
    now = Moment(log, last)
    expected = forecasts(now, days, candidates, tolerant=models is None)
    if not expected:
        raise SchemaError(_NO_FORECAST(day=now.date))
    origins = origins_of(log.first_day, last, horizon=days)
    some = log.some()
    earlier = []
    for day in origins.days:
        moment = Moment(some, day)
        found = forecasts(moment, origins.horizon, candidates) if moment.known.any() else {}
        if found:
            earlier.append(Trial(moment, found, moment.came(origins.horizon)))
    quantities = QUANTITIES if log.is_priced else QUANTITIES[:1]
    return Trials(now, expected, tuple(earlier), origins, days, quantities)


def unit_of(moment: Moment, quantity: str) -> float:
    """Size of one purchase of a quantity: 1, or what a purchase day brought on average so far."""
    if quantity == "purchases":
        return 1.0
    log = moment.log
    paid = log.amount[log.bought & (log.day <= moment.day)]
    mean = float(np.abs(paid).mean())
    return mean if mean > 0 else 1.0


def _of(expected: Mapping[str, Counts], quantity: str) -> dict[str, Any]:
    return {name: counts.of(quantity) for name, counts in expected.items()}
