"""A simulated campaign: who was contacted, what came of it, and what would have come anyway."""

from __future__ import annotations

from datetime import date
from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from crmkit._checks import as_day, check_fraction, check_int
from crmkit._messages import Message
from crmkit._random import as_generator
from crmkit.datasets._plan import check_above

__all__ = ["SimulatedContacts", "make_contacts"]

_BEYOND_ONE: Final = Message(
    en="{@base_rate} and {@effect} must not add up to more than 1 or less than 0, got {base} and {effect}.",
    zh="{@base_rate} 与 {@effect} 之和须在 0 与 1 之间，得到 {base} 与 {effect}。",
)
_CONTROL: Final = "none"
_TREATED: Final = "email"


class SimulatedContacts(NamedTuple):
    """What `make_contacts` returns; its docstring names the columns."""

    contacts: pd.DataFrame
    truth: pd.DataFrame


def make_contacts(
    *,
    n_customers: int = 5000,
    n_campaigns: int = 1,
    start: str | date = "2024-03-01",
    window_days: int = 14,
    control_share: float = 0.2,
    base_rate: float = 0.05,
    effect: float = 0.02,
    spread: float = 50.0,
    mean_spend: float = 40.0,
    cost: float = 0.15,
    random_state: int | np.random.Generator | None = None,
) -> SimulatedContacts:
    r"""Simulate campaigns with a control group drawn at random, whose effect is known.

    A customer converts without a contact with a probability of their own, and a contact adds to it for everyone alike.

    .. math::
        p_i \sim \mathrm{Beta}(s b, s (1 - b)), \qquad
        P(\text{conversion}) = p_i + (1 - p_i)\, \frac{e}{1 - b} \text{ if contacted}

    with :math:`b` the base rate, :math:`e` the effect and :math:`s` the spread, so that the mean probability is
    :math:`b` in the control group and :math:`b + e` among those contacted; a negative effect takes
    :math:`p_i (1 + e / b)`. The spend of a conversion is gamma with shape 2.

    Parameters
    ----------
    n_customers : int, default 5000
        Customers of each campaign, at least 1.
    n_campaigns : int, default 1
        Campaigns of the same customers, a month apart, at least 1.
    start : date or ISO text
        Day of the first campaign.
    window_days : int, default 14
        Days in which outcomes count, at least 1.
    control_share : float, default 0.2
        Share of the customers not contacted, rounded to whole customers, in [0, 1].
    base_rate : float, default 0.05
        Mean probability of a conversion without a contact, between 0 and 1.
    effect : float, default 0.02
        What a contact adds to it on average; may be below 0.
    spread : float, default 50
        The larger, the more alike the customers; above 0.
    mean_spend : float, default 40
        Mean spend of a conversion, above 0.
    cost : float, default 0.15
        Cost of a contact, above 0.
    random_state : int, numpy.random.Generator or None
        An int of at least 0 gives the same tables each time, None new ones.

    Returns
    -------
    SimulatedContacts
        A named tuple of two tables, each with one row per customer and campaign.

        ``contacts``, which `as_contacts` takes: ``customer_id`` (int64); ``campaign`` (text); ``arm``, "email" or
        "none", the control group; ``date``; ``window_days``; ``cost``, 0 in the control group; ``visit`` and
        ``conversion``, 0 or 1, a conversion being a visit; ``spend``.

        ``truth``: ``customer_id``, ``campaign``, ``probability_without`` and ``probability_with`` of a conversion
        without and with a contact.

    Raises
    ------
    TypeError
        If an argument is of the wrong kind.
    ValueError
        If an argument lies outside its range.

    Examples
    --------
    >>> contacts, truth = make_contacts(n_customers=1000, random_state=7)
    >>> contacts["arm"].value_counts().to_dict()
    {'email': 800, 'none': 200}
    >>> round(float((truth["probability_with"] - truth["probability_without"]).mean()), 3)
    0.02
    """
    check_int(n_customers, name="n_customers", low=1)
    check_int(n_campaigns, name="n_campaigns", low=1)
    check_int(window_days, name="window_days", low=1)
    check_fraction(control_share, name="control_share", low_open=False, high_open=False)
    check_fraction(base_rate, name="base_rate")
    check_above(effect, name="effect", low=-1)
    for name, value in {"spread": spread, "mean_spend": mean_spend, "cost": cost}.items():
        check_above(value, name=name, low=0)
    if not 0 <= base_rate + effect <= 1:
        raise ValueError(_BEYOND_ONE(base=base_rate, effect=effect))
    first = np.datetime64(as_day(start, name="start"), "D")
    rng = as_generator(random_state)
    without = rng.beta(spread * base_rate, spread * (1 - base_rate), n_customers)
    uplifted = without + (1 - without) * effect / (1 - base_rate) if effect >= 0 else without * (1 + effect / base_rate)
    made = []
    for n in range(n_campaigns):
        treated = rng.permutation(n_customers) >= round(control_share * n_customers)
        converts = rng.random(n_customers) < np.where(treated, uplifted, without)
        visits = converts | (rng.random(n_customers) < 2 * without)
        amounts = np.round(rng.gamma(2.0, mean_spend / 2, n_customers), 2)
        day = (first.astype("datetime64[M]") + n).astype("datetime64[D]") + (first - first.astype("datetime64[M]"))
        made.append(
            pd.DataFrame(
                {
                    "customer_id": np.arange(1, n_customers + 1),
                    "campaign": f"campaign {n + 1}",
                    "arm": np.where(treated, _TREATED, _CONTROL),
                    "date": day.astype("datetime64[us]"),
                    "window_days": window_days,
                    "cost": np.where(treated, float(cost), 0.0),
                    "visit": visits.astype(np.int64),
                    "conversion": converts.astype(np.int64),
                    "spend": np.where(converts, amounts, 0.0),
                }
            )
        )
    contacts = pd.concat(made, ignore_index=True)
    truth = contacts[["customer_id", "campaign"]].assign(
        probability_without=np.tile(without, n_campaigns), probability_with=np.tile(uplifted, n_campaigns)
    )
    return SimulatedContacts(contacts, truth)
