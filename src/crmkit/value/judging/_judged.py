"""What a model must answer to be judged, whatever its class."""

from __future__ import annotations

from typing import Any, Final, Protocol, cast

import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._messages import Message, Parameter
from crmkit._time_units import DAYS, TimeUnit
from crmkit.value._checks import check_in_time

__all__ = ["Judged", "as_new", "days_per_unit", "floats", "unit_of"]

_NO_MODEL: Final = Message(
    en="{name} must be a fitted model of purchases such as BetaGeoModel, got {value!r}.",
    zh="{name} 须为拟合好的购买模型，如 BetaGeoModel，得到 {value!r}。",
)


class Judged(Protocol):
    """A fitted model of purchases."""

    time_unit: TimeUnit
    loglik_: float
    aic_: float
    bic_: float
    n_customers_: int

    def expected_purchases(self, customers: Any, *, horizon: float) -> Any:
        """Purchases expected of each customer in a time after ``as_of``."""

    def expected_curve(self, horizons: Any, *, covariates: Any = None) -> pd.DataFrame:
        """Purchases expected of a new customer."""

    def probability_inactive(self, customers: Any, *, horizon: float) -> Any:
        """Probability that each customer buys nothing in a time after ``as_of``."""

    def purchase_distribution(self, customers: Any, *, horizon: float, n_max: int = 10) -> Any:
        """Probability of every number of purchases of each customer."""


def days_per_unit(model: Judged, *, name: str = "model") -> float:
    """Days of the model's time unit; raise for anything but a model of purchases."""
    if isinstance(model, type) or not hasattr(model, "expected_purchases") or not hasattr(model, "time_unit"):
        raise TypeError(_NO_MODEL(name=Parameter(name), value=model))
    check_in_time(model, name=name)
    return DAYS[unit_of(model)]


def unit_of(model: Judged) -> TimeUnit:
    """Give the time unit in which a model was fitted."""
    return cast("TimeUnit", getattr(model, "options_", model).time_unit)


def floats(predicted: Any) -> Floats:
    """What a model said of the rows of a pandas table, as an array."""
    return np.asarray(predicted, dtype=np.float64)


def as_new(customers: pd.DataFrame) -> pd.DataFrame:
    """The same customers on the day of their first purchase, their covariates kept."""
    return customers.assign(frequency=0.0, recency=0.0, T=0.0)
