"""The rate at which customers send back what they buy, learned of all and credited to each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from crmkit._arrays import Floats
from crmkit._checks import check_number
from crmkit._frames import open_as_given
from crmkit._messages import Message
from crmkit._tables import CUSTOMERS, check_values, float_columns

__all__ = [
    "FEWEST_DAYS",
    "MOST_DAYS",
    "RefundRate",
    "Returns",
    "check_lag",
    "fitted_refunds",
    "read_returns",
    "young_days",
]

# What the rate of all weighs beside a customer's own purchase days: at least something, or one return would decide
# everything; and not endlessly much.
FEWEST_DAYS, MOST_DAYS = 0.1, 1000.0
# Where the customers do not tell how far they differ, as much as one purchase day of their own.
_UNTOLD_DAYS: Final = 1.0

_NO_LAG: Final = Message(
    en="{@refund_lag_days} must be a number of days, 0 or more, got {value!r}.",
    zh="{@refund_lag_days} 须为不小于 0 的天数，得到 {value!r}。",
)


class RefundRate(NamedTuple):
    """What is known of a base's refunds.

    Attributes
    ----------
    rate : float
        Share of the money of purchases that goes back; ``nan`` where nothing is known of refunds.
    std_error : float
        Of the rate.
    prior_days : float
        Purchase days of their own that the rate weighs as much as, beside a customer's.
    """

    rate: float
    std_error: float
    prior_days: float

    @classmethod
    def unknown(cls) -> RefundRate:
        """Give what is known without a table that tells of refunds."""
        return cls(np.nan, np.nan, np.nan)

    @property
    def is_known(self) -> bool:
        """Whether refunds were seen in the fit, or that there were none."""
        return not np.isnan(self.rate)

    def drawn(self, n_draws: int, rng: np.random.Generator) -> Floats:
        """Draw rates with the uncertainty of the fit, from a beta distribution, shape (n_draws,)."""
        within = self.rate * (1 - self.rate)
        if not within or not self.std_error:
            return np.full(n_draws, self.rate)
        counted = max(within / self.std_error**2 - 1, 1.0)
        return rng.beta(self.rate * counted, (1 - self.rate) * counted, size=n_draws)


class Returns(NamedTuple):
    """Purchase days of each row that are old enough to have been sent back, and how many of them were."""

    settled: Floats
    back: Floats

    def kept(self, refunds: RefundRate, *, rate: Floats | None = None) -> Floats:
        """Share that each is expected to keep, at the fitted rate or, one below the other, at several."""
        of_all = refunds.rate if rate is None else rate[:, None]
        return 1 - (self.back + refunds.prior_days * of_all) / (self.settled + refunds.prior_days)

    def part(self, chosen: Any) -> Returns:
        """Some of the rows."""
        return Returns(self.settled[chosen], self.back[chosen])


def check_lag(lag: object) -> None:
    """Raise unless a usual lag of refunds is a number of days, or unknown."""
    if isinstance(lag, float) and np.isnan(lag):
        return
    check_number(lag, name="refund_lag_days")
    if float(lag) < 0:  # type: ignore[arg-type]
        raise ValueError(_NO_LAG(value=lag))


def read_returns(customers: Any, *, lag: float) -> Returns:
    """Read what customers sent back; nothing is known of anybody where the table does not say."""
    columns = _columns(customers, lag=lag)
    return _returns(columns, buyers=_buyers(columns), lag=lag)


def fitted_refunds(customers: Any, *, lag: float) -> RefundRate:
    """Learn the rate of a base, and how far its customers differ (Bühlmann and Straub)."""
    columns = _columns(customers, lag=lag)
    if "returned" not in columns:
        return RefundRate.unknown()
    buyers = _buyers(columns)
    columns = {name: values[buyers] for name, values in columns.items()}
    returns = _returns(columns, buyers=buyers[buyers], lag=lag)
    paid, weight = columns["spend"] + columns["returned"], columns["n_customers"]
    # Of the money of each, in shares of all of it, what is old enough, and what came back.
    total = weight @ paid
    settled = paid / total * returns.settled / (columns["frequency"] + 1)
    back = np.where(returns.settled > 0, columns["returned"], 0.0) / total
    exposed = float(weight @ settled)
    if not exposed:
        return RefundRate(0.0, 0.0, _UNTOLD_DAYS)
    rate = min(float(weight @ back) / exposed, 1.0)
    # Of a ratio of sums over customers.
    error = float(np.sqrt(weight @ (back - rate * settled) ** 2)) / exposed
    return RefundRate(rate, error, _prior_days(returns, weight))


def young_days(frequency: Any, recency: Any, age: Any, *, lag: float, clipped: Any) -> Any:
    """Purchase days expected to be younger than the lag: the first and the last are known, the others lie anywhere.

    For arrays and for expressions; ``clipped`` brings a number to between 0 and 1.
    """
    quiet = age - recency
    came_back, between = clipped(frequency), clipped(frequency - 1) * (frequency - 1)
    first, last = (_is_below(days, lag, clipped=clipped) for days in (age, quiet))
    # Over no days at all there is nobody between the first and the last.
    return first + came_back * last + between * clipped((lag - quiet) / (recency + clipped(1 - recency)))


def _is_below(days: Any, lag: float, *, clipped: Any) -> Any:
    """1 where whole days are fewer than the lag, else 0."""
    return clipped(np.ceil(lag) - days)


def _columns(customers: Any, *, lag: float) -> dict[str, Floats]:
    """The columns of history, and of money where the table says what was returned."""
    needed = ["frequency"]
    if "returned" in open_as_given(customers, name="customers").collect_schema().names():
        needed += ["spend", "returned", *(["recency", "T"] if lag > 0 else [])]
    columns = float_columns(customers, CUSTOMERS, needed, where_given=["n_customers"])
    check_values({name: columns[name] for name in needed}, CUSTOMERS)
    return {"n_customers": np.ones(len(columns["frequency"])), **columns}


def _buyers(columns: Mapping[str, Floats]) -> npt.NDArray[np.bool_]:
    """Whose purchases cost something, as far as the table says."""
    if "returned" not in columns:
        return np.zeros(len(columns["frequency"]), dtype=bool)
    return ~np.isnan(columns["frequency"]) & (columns["spend"] + columns["returned"] > 0)


def _returns(columns: Mapping[str, Floats], *, buyers: npt.NDArray[np.bool_], lag: float) -> Returns:
    """Count settled purchase days; nobody has one of whom nothing is known, and prospects have no number."""
    nothing = np.where(np.isnan(columns["frequency"]), np.nan, 0.0)
    if not buyers.any():
        return Returns(nothing, nothing)
    days = columns["frequency"] + 1
    settled = days
    if lag > 0:
        history = (columns[name] for name in ("frequency", "recency", "T"))
        settled = days - young_days(*history, lag=lag, clipped=lambda x: np.clip(x, 0, 1))
    share = columns["returned"] / np.where(buyers, columns["spend"] + columns["returned"], 1.0)
    return Returns(np.where(buyers, settled, nothing), np.where(buyers, np.minimum(days * share, settled), nothing))


def _prior_days(returns: Returns, weight: Floats) -> float:
    """Variance within customers over that between them, where a purchase day is sent back or not."""
    used = returns.settled >= 1
    days, weight = returns.settled[used], weight[used]
    rate = returns.back[used] / days
    n, total = weight.sum(), weight @ days
    mean = weight @ (days * rate) / total if total else 0.0
    variance = mean * (1 - mean)
    informed = total - weight @ days**2 / total - (n - 1) if total else 0.0
    if not (variance > 0 and informed > 0):
        return _UNTOLD_DAYS
    between = (weight @ (days * (rate - mean) ** 2) - (n - 1) * variance) / informed
    between = min(max(between, variance / (MOST_DAYS + 1)), variance / (FEWEST_DAYS + 1))
    return float(variance / between - 1)
