"""A simulated loyalty programme: what members earned and redeemed until the last day, and the truth behind it."""

from __future__ import annotations

from datetime import date
from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._calendar import months_later
from crmkit._checks import check_fraction, check_int
from crmkit._random import as_generator
from crmkit._time_units import DAYS_A_YEAR
from crmkit.datasets._plan import check_above, log_span
from crmkit.datasets._point_lives import EARN, REDEEM, REVERSE, Days, Plans, live_through

__all__ = ["SimulatedPoints", "make_points"]

# Logarithms of points vary by this much: the largest tenth is 2.2 times the median.
_SPREAD: Final = 0.6
_BONUS_DAYS: Final = 30
_MEAN_RETURN_DAYS: Final = 10.0
# Members differ: a quarter of them earns less than 0.35 of the mean.
_SHAPE: Final = 1.2
_KINDS: Final = np.array(["earn", "redeem", "reverse"], dtype=object)
_NEVER: Final = np.datetime64("NaT", "us")


class SimulatedPoints(NamedTuple):
    """What `make_points` returns; its docstring names the columns."""

    points: pd.DataFrame
    truth: pd.DataFrame


def make_points(
    *,
    n_customers: int = 500,
    start: str | date = "2022-01-01",
    end: str | date = "2024-12-31",
    valid_months: int = 12,
    earnings_per_year: float = 8.0,
    mean_points: float = 100.0,
    redeemer_share: float = 0.6,
    redemptions_per_year: float = 3.0,
    smallest_redemption: int = 100,
    bonus_share: float = 0.1,
    return_rate: float = 0.05,
    random_state: int | np.random.Generator | None = None,
) -> SimulatedPoints:
    r"""Simulate a loyalty programme whose truth is known: how much of what is earned will ever be redeemed.

    A member earns at a rate of their own, gamma with shape 1.2 and mean ``earnings_per_year``. Some members, the
    redeemers, want to redeem at a common rate, and then take a part of their balance, evenly between 30 % and all of
    it, unless that is too little for the smallest reward. Points are whole and log-normal.

    .. math:: N_i \sim \text{Poisson}(\lambda_i t), \qquad \lambda_i \sim \text{Gamma}(1.2, \bar\lambda / 1.2)

    The first points are taken first. Points last some months, bonuses 30 days, and the last day is still good. An order
    that comes back takes all of its points back, whether they were redeemed or not. Expiries are not booked: they
    follow from the rules.

    Parameters
    ----------
    n_customers : int, default 500
        Members, all from the first day on; at least 1.
    start, end : date or ISO text
        First and last day of the log, both inclusive.
    valid_months : int, default 12
        Months that points last, at least 1.
    earnings_per_year : float, default 8
        Mean number of earnings of a member in a year, above 0.
    mean_points : float, default 100
        Mean points of an earning, above 0.
    redeemer_share : float, default 0.6
        Share of members who redeem at all, in [0, 1].
    redemptions_per_year : float, default 3
        How often a redeemer wants to redeem in a year, above 0.
    smallest_redemption : int, default 100
        The fewest points that can be redeemed at once, at least 1.
    bonus_share : float, default 0.1
        Probability that an earning is a bonus, in [0, 1].
    return_rate : float, default 0.05
        Probability that the order behind an earning comes back, in [0, 1], after 10 days on average.
    random_state : int, numpy.random.Generator or None
        An int of at least 0 gives the same tables each time, None new ones.

    Returns
    -------
    SimulatedPoints
        A named tuple of two tables.

        ``points``, in the order of time, with earnings first within a day; `as_points` takes it, ``expires`` and
        ``reverses`` named:

        - ``event_id`` (int64): from 1; ``customer_id`` (int64): 1 to ``n_customers``.
        - ``date`` (datetime64[us]); ``kind``: "earn", "redeem" or "reverse"; ``points`` (int64): above 0.
        - ``expires`` (datetime64[us]): of bonuses; ``reverses`` (Int64): of reversals.

        ``truth``, one row per earning: ``event_id``; ``customer_id``; ``is_redeemer`` (bool), whether the member
        redeems at all; ``redeemed`` (int64), points of the earning redeemed until ``end``; ``redeemed_ever`` (int64),
        until the last of them has lapsed, if members go on as before.

    Raises
    ------
    TypeError
        If an argument is of the wrong kind.
    ValueError
        If an argument lies outside its range.

    Examples
    --------
    >>> points, truth = make_points(n_customers=200, random_state=7)
    >>> points["kind"].value_counts().to_dict()
    {'earn': 3921, 'redeem': 473, 'reverse': 198}
    >>> bool((truth["redeemed_ever"] >= truth["redeemed"]).all())
    True
    """
    check_int(n_customers, name="n_customers", low=1)
    check_int(valid_months, name="valid_months", low=1, high=1_200)
    check_int(smallest_redemption, name="smallest_redemption", low=1)
    rates = {
        "earnings_per_year": earnings_per_year,
        "mean_points": mean_points,
        "redemptions_per_year": redemptions_per_year,
    }
    for name, value in rates.items():
        check_above(value, name=name, low=0)
    shares = {"redeemer_share": redeemer_share, "bonus_share": bonus_share, "return_rate": return_rate}
    for name, value in shares.items():
        check_fraction(value, name=name, low_open=False, high_open=False)
    first_day, n_days = log_span(start, end)
    rng = as_generator(random_state)
    first = int(np.datetime64(first_day, "D").astype(np.int64))
    last = first + n_days - 1
    # Members go on until the last points of the log have lapsed.
    span = int(months_later(np.array([last]), months=valid_months)[0]) - first + 1

    is_redeemer = rng.random(n_customers) < redeemer_share
    rate = rng.gamma(_SHAPE, earnings_per_year / _SHAPE, n_customers) / DAYS_A_YEAR
    who, day = _moments(rate, first=first, span=span, rng=rng)
    n_earned = len(who)
    points = np.maximum(np.rint(mean_points * rng.lognormal(-(_SPREAD**2) / 2, _SPREAD, n_earned)), 1.0)
    is_bonus = rng.random(n_earned) < bonus_share
    expires = np.where(is_bonus, day + _BONUS_DAYS, months_later(day, months=valid_months))
    comes_back = np.flatnonzero(rng.random(n_earned) < return_rate)
    wait = np.ceil(rng.exponential(_MEAN_RETURN_DAYS, len(comes_back))).astype(np.int64)
    wishes = np.where(is_redeemer, redemptions_per_year / DAYS_A_YEAR, 0.0)
    wishes_of, wish_day = _moments(wishes, first=first, span=span, rng=rng)
    plans = Plans(
        who=np.concatenate([who, wishes_of, who[comes_back]]),
        day=np.concatenate([day, wish_day, day[comes_back] + wait]),
        kind=np.repeat([EARN, REDEEM, REVERSE], [n_earned, len(wishes_of), len(comes_back)]),
        earning=np.concatenate([np.arange(n_earned), np.full(len(wishes_of), -1), comes_back]),
        part=np.concatenate([np.ones(n_earned), rng.uniform(0.3, 1.0, len(wishes_of)), np.ones(len(comes_back))]),
    )
    lived = live_through(plans, points.astype(np.int64), expires, smallest=smallest_redemption, last=last)

    booked = np.flatnonzero((plans.day <= last) & (lived.points > 0))
    booked = booked[np.lexsort((booked, plans.kind[booked], plans.day[booked]))]
    ids = np.zeros(len(plans.day) + 1, dtype=np.int64)
    ids[booked] = np.arange(1, len(booked) + 1)
    kind, earning = plans.kind[booked], plans.earning[booked]
    own = (kind == EARN) & is_bonus[earning]
    until = np.where(own, expires[earning].astype("datetime64[D]").astype("datetime64[us]"), _NEVER)
    of = pd.Series(ids[earning], dtype="Int64").where(kind == REVERSE)
    log = pd.DataFrame(
        {
            "event_id": ids[booked],
            "customer_id": plans.who[booked] + 1,
            "date": plans.day[booked].astype("datetime64[D]").astype("datetime64[us]"),
            "kind": _KINDS[kind],
            "points": lived.points[booked],
            "expires": until,
            "reverses": of,
        }
    )
    seen = earning[kind == EARN]
    truth = pd.DataFrame(
        {
            "event_id": ids[seen],
            "customer_id": who[seen] + 1,
            "is_redeemer": is_redeemer[who[seen]],
            "redeemed": lived.redeemed[seen],
            "redeemed_ever": lived.redeemed_ever[seen],
        }
    )
    return SimulatedPoints(log, truth)


def _moments(rates: Floats, *, first: int, span: int, rng: np.random.Generator) -> tuple[Days, Days]:
    """Draw the members and days of events that come at a rate of each member's own."""
    n = rng.poisson(rates * span)
    return np.repeat(np.arange(len(rates)), n), first + rng.integers(0, span, int(n.sum()))
