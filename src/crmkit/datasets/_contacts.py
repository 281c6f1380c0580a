"""A simulated campaign: who was contacted, what came of it, and what would have come anyway."""

from __future__ import annotations

from datetime import date
from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from crmkit._checks import as_day, check_fraction, check_int, check_number
from crmkit._messages import Message
from crmkit._random import as_generator
from crmkit.datasets._contact_features import LARGEST, Features, draw_features
from crmkit.datasets._plan import check_above

__all__ = ["SimulatedContacts", "make_contacts"]

_BEYOND_ONE: Final = Message(
    en="{@base_rate} and {@effect} must not add up to more than 1 or less than 0, got {base} and {effect}.",
    zh="{@base_rate} 与 {@effect} 之和须在 0 与 1 之间，得到 {base} 与 {effect}。",
)
_NEGATIVE: Final = Message(
    en="{@effect_variation} must not be below 0, got {value!r}.", zh="{@effect_variation} 不得小于 0，得到 {value!r}。"
)
_TOO_VARIED: Final = Message(
    en="With {@effect_variation} {variation} the effect would lie between {low:.3f} and {high:.3f}, and {@base_rate} "
    "is {base}: probabilities would leave 0 to 1. Give a smaller variation or effect.",
    zh="{@effect_variation} 为 {variation} 时，效果介于 {low:.3f} 与 {high:.3f} 之间，而 {@base_rate} 为 {base}，"
    "概率会超出 0 至 1。请减小差异或效果。",
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
    effect_variation: float | None = None,
    random_state: int | np.random.Generator | None = None,
) -> SimulatedContacts:
    r"""Simulate campaigns with a control group drawn at random, whose effect is known.

    A customer converts without a contact with a probability of their own, and a contact adds to it for everyone alike,
    unless ``effect_variation`` is given.

    .. math::
        p_i \sim \mathrm{Beta}(s b, s (1 - b)), \qquad
        P(\text{conversion}) = p_i + (1 - p_i)\, \frac{e}{1 - b} \text{ if contacted}

    with :math:`b` the base rate, :math:`e` the effect and :math:`s` the spread, so that the mean probability is
    :math:`b` in the control group and :math:`b + e` among those contacted; a negative effect takes
    :math:`p_i (1 + e / b)`. The spend of a conversion is gamma with shape 2.

    With ``effect_variation`` :math:`v` the contacts carry what was known of customers before, and the effect is
    :math:`e (1 + v z_i)`. Here :math:`z_i` has mean 0 and standard deviation 1; it falls with age, and is high for the
    channel "app" and low for "shop". The past says who buys anyway and how much: nothing of who responds.

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
    effect_variation : float, optional
        How much the effect differs between customers: its standard deviation over its mean, at least 0. None leaves
        out the columns too; 0 gives them with the same effect for all.
    random_state : int, numpy.random.Generator or None
        An int of at least 0 gives the same tables each time, None new ones.

    Returns
    -------
    SimulatedContacts
        A named tuple of two tables, each with one row per customer and campaign.

        ``contacts``, which `as_contacts` takes: ``customer_id`` (int64); ``campaign`` (text); ``arm``, "email" or
        "none", the control group; ``date``; ``window_days``; ``cost``, 0 in the control group; ``visit`` and
        ``conversion``, 0 or 1, a conversion being a visit; ``spend``. With ``effect_variation`` also ``past_orders``
        and ``past_spend`` of the year before, which go with conversion and spend, ``days_since_last``, missing without
        an order, ``age`` and ``channel``.

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
    if effect_variation is not None:
        _check_variation(effect_variation, effect=effect, base_rate=base_rate)
    rng = as_generator(random_state)
    without = rng.beta(spread * base_rate, spread * (1 - base_rate), n_customers)
    known: Features | None = None
    gain = np.full(n_customers, float(effect))
    if effect_variation is not None:
        known = draw_features(without, base_rate=base_rate, mean_spend=mean_spend, rng=rng)
        gain = effect * (1 + effect_variation * known.response)
    uplifted = np.where(gain >= 0, without + (1 - without) * gain / (1 - base_rate), without * (1 + gain / base_rate))
    made = []
    for n in range(n_campaigns):
        treated = rng.permutation(n_customers) >= round(control_share * n_customers)
        converts = rng.random(n_customers) < np.where(treated, uplifted, without)
        visits = converts | (rng.random(n_customers) < 2 * without)
        scale = mean_spend / 2 * (1.0 if known is None else known.size)
        amounts = np.round(rng.gamma(2.0, scale, n_customers), 2)
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
                    **({} if known is None else known.columns),
                }
            )
        )
    contacts = pd.concat(made, ignore_index=True)
    truth = contacts[["customer_id", "campaign"]].assign(
        probability_without=np.tile(without, n_campaigns), probability_with=np.tile(uplifted, n_campaigns)
    )
    return SimulatedContacts(contacts, truth)


def _check_variation(variation: float, *, effect: float, base_rate: float) -> None:
    """Raise unless the probabilities of all customers stay between 0 and 1."""
    check_number(variation, name="effect_variation")
    if variation < 0:
        raise ValueError(_NEGATIVE(value=variation))
    low, high = sorted(effect * (1 + sign * variation * LARGEST) for sign in (-1, 1))
    if low < -base_rate or high > 1 - base_rate:
        raise ValueError(_TOO_VARIED(variation=variation, low=low, high=high, base=base_rate))
