"""A simulated survey: what respondents answer, and what all customers would have."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import as_day, check_fraction, check_int, check_number, is_number
from crmkit._messages import Message
from crmkit._random import as_generator

__all__ = ["SimulatedAnswers", "make_answers"]

_NO_DRIVERS: Final = Message(
    en="{@drivers} must map names of items to coefficients of 0 or more, got {value!r}.",
    zh="{@drivers} 须从题目名称映射到不小于 0 的系数，得到 {value!r}。",
)
_TOO_STRONG: Final = Message(
    en="{@drivers} would explain {share:.3g} of the variance of satisfaction; it must be below 1. Give smaller ones.",
    zh="{@drivers} 将解释满意度方差的 {share:.3g}，须小于 1。请减小系数。",
)
_TAKEN: Final = Message(
    en="{@drivers} names {names}, which the table has already. Give them other names.",
    zh="{@drivers} 中的 {names} 与表中已有的列同名，请另行命名。",
)


class _Asked(NamedTuple):
    """An item: its scale, where its answers lie and how far they spread, and how closely it follows satisfaction."""

    low: int
    high: int
    middle: float
    spread: float
    loading: float


_ASKED: Final = MappingProxyType(
    {
        "recommend": _Asked(0, 10, 7.8, 2.0, 0.85),
        "repurchase": _Asked(0, 10, 7.5, 2.2, 0.75),
        "try_other": _Asked(0, 10, 6.0, 2.5, 0.6),
        "satisfaction": _Asked(1, 10, 7.6, 1.7, 1.0),
        "expectations": _Asked(1, 10, 7.1, 1.8, 0.8),
        "ideal": _Asked(1, 10, 6.8, 1.9, 0.8),
        "ease": _Asked(1, 7, 5.2, 1.3, 0.6),
    }
)
_DRIVER: Final = _Asked(1, 10, 7.3, 1.8, 1.0)
_CORRELATION: Final = 0.4
# Group: share of the customers, how readily they answer relative to the mean, and how satisfied they are.
_GROUPS: Final = MappingProxyType({"new": (0.5, 0.6, -0.4), "regular": (0.3, 1.2, 0.1), "vip": (0.2, 1.7, 0.6)})
_MONTHS_BETWEEN: Final = 3
_DAYS_OPEN: Final = 28


class SimulatedAnswers(NamedTuple):
    """What `make_answers` returns; its docstring names the columns."""

    answers: pd.DataFrame
    truth: pd.DataFrame
    population: pd.DataFrame


def make_answers(
    *,
    n_invited: int = 2000,
    n_waves: int = 4,
    start: str | date = "2024-01-01",
    response_rate: float = 0.3,
    change: float = 0.0,
    drivers: Mapping[str, float] = MappingProxyType({"service": 0.6, "quality": 0.3, "price": 0.1}),
    no_answer_share: float = 0.02,
    random_state: int | np.random.Generator | None = None,
) -> SimulatedAnswers:
    r"""Simulate a survey in waves, in which those who are content answer more readily.

    Satisfaction of customer :math:`i` of group :math:`g` in wave :math:`w` is

    .. math::
        s_i = \mu_g + w\,c + \sum_j b_j z_{ij} + \sqrt{1 - b' R b}\; e_i

    with :math:`z_{ij}` standard normal, any two of them correlated by 0.4 (:math:`R`), :math:`b` the coefficients of
    the drivers, :math:`c` the change between waves, and :math:`\mu` of -0.4, 0.1 and 0.6 in the groups "new",
    "regular" and "vip". The other items follow it more or less closely. Answers are rounded to whole numbers and cut at
    the ends of their scales.

    Parameters
    ----------
    n_invited : int, default 2000
        Customers asked in each wave, at least 1.
    n_waves : int, default 4
        Waves, three months apart, at least 1.
    start : date or ISO text
        First day of the first wave; each is open for 28 days.
    response_rate : float, default 0.3
        Share of those asked who answer, in (0, 1]: 0.6 times as many of the new, 1.7 times as many of the vip, at most
        all of them.
    change : float, default 0
        How much satisfaction rises from wave to wave, in standard deviations; may be below 0.
    drivers : mapping of str to float
        Items that satisfaction follows from, with their coefficients, each at least 0.
    no_answer_share : float, default 0.02
        Share of the answers that are 99, no answer, in [0, 1).
    random_state : int, numpy.random.Generator or None
        An int of at least 0 gives the same tables each time, None new ones.

    Returns
    -------
    SimulatedAnswers
        A named tuple of three tables.

        ``answers``, one row per respondent, which `as_answers` takes with ``missing=[99]``: ``customer_id`` (int64);
        ``date``; ``wave``, its first month as text; ``group``; ``recommend``, ``repurchase``, ``try_other`` from 0 to
        10; ``satisfaction``, ``expectations``, ``ideal`` and the drivers from 1 to 10; ``ease`` from 1 to 7.

        ``truth``, what all customers would answer: ``wave``; ``group``, missing for all groups together; ``item``;
        ``mean``; ``promoters`` and ``detractors``, the shares of answers of at least 9 and at most 6.

        ``population``: ``group``, ``share`` of the customers, ``response_rate``.

    Raises
    ------
    TypeError
        If an argument is of the wrong kind.
    ValueError
        If an argument lies outside its range, or the drivers explain all of the satisfaction.

    Examples
    --------
    >>> answers, truth, population = make_answers(n_invited=1000, n_waves=1, random_state=7)
    >>> len(answers)
    292
    >>> answers["group"].value_counts(normalize=True).round(2).to_dict()
    {'regular': 0.37, 'vip': 0.35, 'new': 0.28}
    >>> truth.query("item == 'recommend'").fillna("all").round(3)[["group", "mean", "promoters", "detractors"]]
         group   mean  promoters  detractors
    0      new  6.944      0.227       0.401
    1  regular  7.838      0.401       0.227
    2      vip  8.612      0.599       0.106
    3      all  7.546      0.353       0.290
    """
    check_int(n_invited, name="n_invited", low=1)
    check_int(n_waves, name="n_waves", low=1)
    check_fraction(response_rate, name="response_rate", high_open=False)
    check_fraction(no_answer_share, name="no_answer_share", low_open=False)
    check_number(change, name="change")
    names, coefficients = _drivers(drivers)
    first = pd.Timestamp(as_day(start, name="start"))
    rng = as_generator(random_state)
    shares, readiness, levels = (np.array(column) for column in zip(*_GROUPS.values(), strict=True))
    rates = np.minimum(response_rate * readiness / (shares @ readiness), 1.0)
    items = {**_ASKED, **dict.fromkeys(names, _DRIVER)}
    made, truths = [], []
    for n in range(n_waves):
        opens = first + pd.DateOffset(months=n * _MONTHS_BETWEEN)
        group = rng.choice(len(shares), n_invited, p=shares)
        answered = rng.random(n_invited) < rates[group]
        latent = _latent(levels[group] + n * change, coefficients, names, rng=rng)
        days = opens + pd.to_timedelta(rng.integers(_DAYS_OPEN, size=n_invited), unit="D")
        label = opens.strftime("%Y-%m")
        wave = {
            "customer_id": n * n_invited + np.arange(1, n_invited + 1),
            "date": days.astype("datetime64[us]"),
            "wave": label,
            "group": np.array(list(_GROUPS), dtype=object)[group],
        }
        given = {
            name: np.where(rng.random(n_invited) < no_answer_share, 99, _answers(latent[name], item))
            for name, item in items.items()
        }
        made.append(pd.DataFrame({**wave, **given})[answered])
        truths.append(_truth(items, names, levels + n * change, shares).assign(wave=label))
    truth = pd.concat(truths, ignore_index=True)
    population = pd.DataFrame({"group": list(_GROUPS), "share": shares, "response_rate": rates})
    return SimulatedAnswers(
        pd.concat(made, ignore_index=True), truth[["wave", *truth.columns.drop("wave")]], population
    )


def _drivers(drivers: Any) -> tuple[list[str], Floats]:
    if not isinstance(drivers, Mapping) or not all(isinstance(name, str) for name in drivers):
        raise TypeError(_NO_DRIVERS(value=drivers))
    if not all(is_number(value) and value >= 0 for value in drivers.values()):
        raise ValueError(_NO_DRIVERS(value=dict(drivers)))
    if taken := [name for name in drivers if name in (*_ASKED, "customer_id", "date", "wave", "group")]:
        raise ValueError(_TAKEN(names=taken))
    coefficients = np.array([float(value) for value in drivers.values()])
    explained = (1 - _CORRELATION) * (coefficients**2).sum() + _CORRELATION * coefficients.sum() ** 2
    if explained >= 1:
        raise ValueError(_TOO_STRONG(share=float(explained)))
    return list(drivers), coefficients


def _latent(level: Floats, coefficients: Floats, drivers: list[str], *, rng: np.random.Generator) -> dict[str, Floats]:
    """What stands behind the answers, each with variance 1 among those of one level."""
    n, common = len(level), rng.standard_normal(len(level))
    own = rng.standard_normal((len(drivers), n))
    made = np.sqrt(_CORRELATION) * common + np.sqrt(1 - _CORRELATION) * own
    explained = (1 - _CORRELATION) * (coefficients**2).sum() + _CORRELATION * coefficients.sum() ** 2
    satisfied = coefficients @ made + np.sqrt(1 - explained) * rng.standard_normal(n)
    latent = {
        name: level + item.loading * satisfied + np.sqrt(1 - item.loading**2) * rng.standard_normal(n)
        for name, item in _ASKED.items()
    }
    return latent | dict(zip(drivers, made, strict=True))


def _answers(latent: Floats, item: _Asked) -> npt.NDArray[np.int64]:
    whole = np.floor(item.middle + item.spread * latent + 0.5)
    return np.asarray(np.clip(whole, item.low, item.high).astype(np.int64))


def _truth(items: Mapping[str, _Asked], drivers: list[str], levels: Floats, shares: Floats) -> pd.DataFrame:
    """What all customers would answer, by group and together."""
    from scipy.special import ndtr

    rows = []
    for name, item in items.items():
        answers = np.arange(item.low, item.high + 1)
        level = np.zeros_like(levels) if name in drivers else levels
        # At most an answer: the latent value lies below the middle between it and the next.
        edges = (answers[:-1] + 0.5 - item.middle) / item.spread
        below = ndtr(edges[None, :] - level[:, None])
        chances = np.diff(below, axis=1, prepend=0.0, append=1.0)
        chances = np.vstack([chances, shares @ chances])
        rows.append(
            pd.DataFrame(
                {
                    "group": [*_GROUPS, None],
                    "item": name,
                    "mean": chances @ answers,
                    "promoters": chances[:, answers >= 9].sum(axis=1),
                    "detractors": chances[:, answers <= 6].sum(axis=1),
                }
            )
        )
    return pd.concat(rows, ignore_index=True)
