"""A simulated base of subscribers: their spells at each price, and the truth behind them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._checks import check_fraction, check_int
from crmkit._messages import Message
from crmkit._random import as_generator
from crmkit.datasets._plan import acquisition_window, check_above, log_span
from crmkit.datasets._spells import Contracts, spells_of

__all__ = ["SimulatedSubscriptions", "make_subscriptions"]

_PRICES: Final = Message(
    en="{@prices} must be numbers above 0, each above the one before, got {value!r}.",
    zh="{@prices} 须为大于 0 且递增的数，得到 {value!r}。",
)
_BEYOND_ONE: Final = Message(
    en="{@upgrade_rate} and {@downgrade_rate} must not add up to more than 1, got {up} and {down}.",
    zh="{@upgrade_rate} 与 {@downgrade_rate} 之和不得超过 1，得到 {up} 与 {down}。",
)


class SimulatedSubscriptions(NamedTuple):
    """What `make_subscriptions` returns; its docstring names the columns."""

    subscriptions: pd.DataFrame
    truth: pd.DataFrame


def make_subscriptions(
    *,
    n_customers: int = 1000,
    start: str | date = "2022-01-01",
    end: str | date = "2024-12-31",
    acquisition_days: int | None = None,
    prices: Sequence[float] = (20.0, 50.0, 120.0),
    churn_alpha: float = 1.0,
    churn_beta: float = 15.0,
    upgrade_rate: float = 0.02,
    downgrade_rate: float = 0.01,
    trial_share: float = 0.3,
    trial_days: int = 14,
    trial_conversion: float = 0.6,
    random_state: int | np.random.Generator | None = None,
) -> SimulatedSubscriptions:
    r"""Simulate monthly subscriptions whose truth is known: shifted beta-geometric churn, prices that change, trials.

    A customer is acquired on a day that is uniform over the acquisition window, at a price drawn evenly from
    ``prices``, with or without a trial. A contract is renewed every month on the day on which it was begun (on the
    last day of a shorter month). At each renewal the customer leaves with a probability :math:`\theta_i` of their own;
    otherwise the price may rise or fall by one step.

    .. math::
        \theta_i \sim \mathrm{Beta}(\alpha, \beta), \qquad
        P(\text{lost at renewal } k) = \theta_i (1 - \theta_i)^{k - 1}

    Parameters
    ----------
    n_customers : int, default 1000
        Customers, including those who only had a trial; at least 1.
    start, end : date or ISO text
        First and last day of the log, both inclusive.
    acquisition_days : int, optional
        Length of the acquisition window, in days from ``start``; from 1 to the length of the log. Half the log,
        rounded up, if not given.
    prices : sequence of float, default (20, 50, 120)
        Prices of a month, ascending; above 0.
    churn_alpha, churn_beta : float, default 1 and 15
        Shapes :math:`\alpha` and :math:`\beta` of the churn probabilities per renewal, whose mean is
        :math:`\alpha / (\alpha + \beta)`. Above 0.
    upgrade_rate, downgrade_rate : float, default 0.02 and 0.01
        Probabilities that the price of a customer who stays rises or falls by one step at a renewal, in [0, 1],
        together at most 1. At the highest and the lowest price it stays.
    trial_share : float, default 0.3
        Share of ``n_customers``, rounded to whole customers and drawn at random, that begin with a trial, in [0, 1].
    trial_days : int, default 14
        Length of a trial in days, at least 1.
    trial_conversion : float, default 0.6
        Probability that a trial is followed by a contract, in [0, 1].
    random_state : int, numpy.random.Generator or None
        An int of at least 0 gives the same tables each time, None new ones.

    Returns
    -------
    SimulatedSubscriptions
        A named tuple of two tables.

        ``subscriptions``, one row per spell at one price, as it is known on ``end``, sorted by customer and ``start``;
        `as_subscriptions` takes it as it is:

        - ``customer_id`` (int64): 1 to ``n_customers``.
        - ``start`` (datetime64[us]): first day served.
        - ``end`` (datetime64[us]): first day no longer served, also after the log where notice has been given; missing
          while no end is known.
        - ``end_known`` (datetime64[us]): day of the notice, uniform over the last month; where a price changes or a
          trial is converted, ``end`` itself.
        - ``mrr`` (float64): price of a month; 0 in a trial.
        - ``trial`` (bool).

        ``truth``, one row per customer:

        - ``customer_id`` (int64).
        - ``acquired`` (datetime64[us]): first day, of the trial or the contract.
        - ``converts`` (bool): whether there is a contract, even if it begins after the log.
        - ``contract_start`` (datetime64[us]): its first day; missing without one.
        - ``churn_probability`` (float64): :math:`\theta_i` per renewal; missing without a contract.
        - ``lost_at_renewal`` (float64): number of the renewal at which the customer leaves, from 1, even if it comes
          after the log; missing without a contract.

    Raises
    ------
    TypeError
        If an argument is of the wrong kind.
    ValueError
        If an argument lies outside its range.

    References
    ----------
    .. [1] Fader and Hardie (2007), "How to Project Customer Retention", *Journal of Interactive Marketing* 21(1),
       76-90.

    Examples
    --------
    >>> subscriptions, truth = make_subscriptions(n_customers=50, random_state=7)
    >>> list(subscriptions.columns)
    ['customer_id', 'start', 'end', 'end_known', 'mrr', 'trial']
    >>> len(truth), bool((subscriptions.loc[subscriptions["trial"], "mrr"] == 0).all())
    (50, True)
    """
    check_int(n_customers, name="n_customers", low=1)
    first_day, n_days = log_span(start, end)
    window = acquisition_window(acquisition_days, n_days=n_days)
    tiers = _ascending(prices)
    check_above(churn_alpha, name="churn_alpha", low=0)
    check_above(churn_beta, name="churn_beta", low=0)
    rates = {"upgrade_rate": upgrade_rate, "downgrade_rate": downgrade_rate}
    shares = {"trial_share": trial_share, "trial_conversion": trial_conversion}
    for name, value in (rates | shares).items():
        check_fraction(value, name=name, low_open=False, high_open=False)
    if upgrade_rate + downgrade_rate > 1:
        raise ValueError(_BEYOND_ONE(up=upgrade_rate, down=downgrade_rate))
    check_int(trial_days, name="trial_days", low=1)
    rng = as_generator(random_state)

    acquired = np.datetime64(first_day, "D") + rng.integers(0, window, n_customers)
    tries = rng.permutation(n_customers) < round(trial_share * n_customers)
    converts = ~tries | (rng.random(n_customers) < trial_conversion)
    churn = rng.beta(churn_alpha, churn_beta, n_customers)
    contracts = Contracts(
        acquired=acquired,
        tries=tries,
        converts=converts,
        begun=acquired + np.where(tries, trial_days, 0),
        # A probability of practically 0 loses nobody within the range of dates.
        lost_at=rng.geometric(np.clip(churn, 1e-12, 1.0)),
        notice=rng.random(n_customers),
    )
    subscriptions = spells_of(
        contracts,
        last_day=np.datetime64(first_day, "D") + (n_days - 1),
        prices=tiers,
        upgrade_rate=upgrade_rate,
        downgrade_rate=downgrade_rate,
        rng=rng,
    )
    return SimulatedSubscriptions(subscriptions, _truth(contracts, churn))


def _ascending(prices: Any) -> npt.NDArray[np.float64]:
    wrong = _PRICES(value=prices)
    if isinstance(prices, (str, bytes)) or not isinstance(prices, Iterable):
        raise TypeError(wrong)
    try:
        numbers = np.array(list(prices), dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise TypeError(wrong) from error
    if (
        numbers.ndim != 1
        or not numbers.size
        or not np.isfinite(numbers).all()
        or (np.diff(numbers, prepend=0) <= 0).any()
    ):
        raise ValueError(wrong)
    return numbers


def _truth(contracts: Contracts, churn: npt.NDArray[np.float64]) -> pd.DataFrame:
    converts = contracts.converts
    begun = contracts.begun.astype("datetime64[us]")
    begun[~converts] = np.datetime64("NaT", "us")
    return pd.DataFrame(
        {
            "customer_id": np.arange(1, len(converts) + 1),
            "acquired": contracts.acquired.astype("datetime64[us]"),
            "converts": converts,
            "contract_start": begun,
            "churn_probability": np.where(converts, churn, np.nan),
            "lost_at_renewal": np.where(converts, contracts.lost_at, np.nan),
        }
    )
