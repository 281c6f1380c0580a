"""The spells of simulated contracts, as they are known on the last day of a log."""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

__all__ = ["Contracts", "spells_of"]

Days: TypeAlias = npt.NDArray[np.datetime64]
_NAT = np.datetime64("NaT", "D")
_COLUMNS = ("customer", "start", "end", "end_known", "mrr", "trial")


class Contracts(NamedTuple):
    """What becomes of customers: their days, the renewal at which they leave, and how late they give notice.

    ``notice`` is the part of the last month, or of the trial, that has passed by then.
    """

    acquired: Days
    tries: npt.NDArray[np.bool_]
    converts: npt.NDArray[np.bool_]
    begun: Days
    lost_at: npt.NDArray[np.int64]
    notice: npt.NDArray[np.float64]


def spells_of(
    contracts: Contracts,
    *,
    last_day: Any,
    prices: npt.NDArray[np.float64],
    upgrade_rate: float,
    downgrade_rate: float,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """List trials and months, join months at one price, and leave out what is not known on the last day."""
    months = _months(contracts, last_day=last_day)
    tiers = _tiers(months, len(prices), upgrade_rate=upgrade_rate, downgrade_rate=downgrade_rate, rng=rng)
    who, month = np.nonzero(months < last_day + 1)
    price = prices[tiers[who, month]]
    fresh = np.append(True, (who[1:] != who[:-1]) | (price[1:] != price[:-1])) if len(who) else np.zeros(0, dtype=bool)
    first = np.flatnonzero(fresh)
    last = np.append(first[1:], len(who))[: len(first)] - 1
    starts, customers = months[who[first], month[first]], who[first]
    ends = _renewal(contracts.begun[customers], month[last] + 1)
    leaves = month[last] + 1 == contracts.lost_at[customers]
    known = np.where(leaves, _noticed(months[who[last], month[last]], ends, contracts.notice[customers]), ends)
    paid = pd.DataFrame(
        dict(
            zip(_COLUMNS, (customers, starts, ends, known, price[first], np.zeros(len(first), dtype=bool)), strict=True)
        )
    )
    spells = pd.concat([_trials(contracts, last_day=last_day), paid], ignore_index=True)
    spells = spells.sort_values(["customer", "start"], kind="stable", ignore_index=True)
    spells.loc[spells["end_known"] > pd.Timestamp(last_day), ["end", "end_known"]] = pd.NaT
    spells.insert(0, "customer_id", spells.pop("customer") + 1)
    return spells.astype(dict.fromkeys(("start", "end", "end_known"), "datetime64[us]"))


def _trials(contracts: Contracts, *, last_day: Any) -> pd.DataFrame:
    """The trials; the end of one that is not converted is known before it comes."""
    who = np.flatnonzero(contracts.tries & (contracts.acquired <= last_day))
    starts, ends = contracts.acquired[who], contracts.begun[who]
    known = np.where(contracts.converts[who], ends, _noticed(starts, ends, contracts.notice[who]))
    columns = (who, starts, ends, known, np.zeros(len(who)), np.ones(len(who), dtype=bool))
    return pd.DataFrame(dict(zip(_COLUMNS, columns, strict=True)))


def _months(contracts: Contracts, *, last_day: Any) -> Days:
    """The first day of each month of each contract; missing after the last one, and without a contract."""
    months = (last_day.astype("datetime64[M]") - contracts.acquired.min().astype("datetime64[M]")).astype(int) + 1
    number = np.arange(max(int(months), 1))
    starts = _renewal(contracts.begun[:, None], number)
    starts[(number >= contracts.lost_at[:, None]) | ~contracts.converts[:, None]] = _NAT
    return starts


def _tiers(
    months: Days, n_tiers: int, *, upgrade_rate: float, downgrade_rate: float, rng: np.random.Generator
) -> npt.NDArray[np.int64]:
    """The step of the price in each month, whatever becomes of the contract."""
    tiers = np.empty(months.shape, dtype=np.int64)
    tiers[:, 0] = rng.integers(0, n_tiers, len(months))
    for month in range(1, months.shape[1]):
        drawn = rng.random(len(months))
        step = (drawn < upgrade_rate).astype(np.int64) - (
            (drawn >= upgrade_rate) & (drawn < upgrade_rate + downgrade_rate)
        )
        tiers[:, month] = np.clip(tiers[:, month - 1] + step, 0, n_tiers - 1)
    return tiers


def _renewal(begun: Days, number: Any) -> Days:
    """The day of a renewal: the day of the month on which a contract was begun, or the last of a shorter month."""
    month = begun.astype("datetime64[M]")
    day = begun - month.astype("datetime64[D]")
    renewed = month + number
    length = (renewed + 1).astype("datetime64[D]") - renewed.astype("datetime64[D]")
    one = np.timedelta64(1, "D")
    return np.asarray(renewed.astype("datetime64[D]") + np.minimum(day, length - one))


def _noticed(starts: Days, ends: Days, part: npt.NDArray[np.float64]) -> Days:
    """The day on which notice is given, on the first day at the earliest and before the end."""
    return np.asarray(starts + np.floor(part * (ends - starts).astype(np.int64)).astype(np.int64))
