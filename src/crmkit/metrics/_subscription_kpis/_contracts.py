"""Contracts as they are committed: from the day on which they are known to the day on which their end is."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from crmkit.metrics._mrr_spells import NEVER, Flags, Floats, Ints, days_of, following_of, whole_numbers
from crmkit.metrics._subscription_kpis._closes import running_at

__all__ = ["Contracts", "contracts_of"]


class Contracts(NamedTuple):
    """A contract for each spell, committed at the closes from ``since`` until before ``until``.

    ``price`` is a whole number of ``unit``. Where an end lies ahead and it is not recorded since when it is known, the
    contract is ``doubtful`` from ``since`` until before ``until``.
    """

    since: Ints
    until: Ints
    price: Ints
    unit: float
    doubtful: Flags

    def at(self, places: Flags) -> Contracts:
        """Some of the rows."""
        return Contracts(self.since[places], self.until[places], self.price[places], self.unit, self.doubtful[places])

    def committed(self, closes: Ints, *, groups: Ints, n_groups: int) -> Floats:
        """The committed MRR by group and close; ``nan`` where something is doubtful."""

        def running(values: Ints) -> Any:
            return running_at(
                closes, since=self.since, until=self.until, values=values, groups=groups, n_groups=n_groups
            )

        doubts = running((self.doubtful & (self.price > 0)).astype(np.int64))
        return np.where(doubts > 0, np.nan, running(self.price) / self.unit)


def contracts_of(rows: pd.DataFrame, *, last: int, drawn: int | None) -> Contracts:
    """Read contracts as they are known at the end of the day ``last``; all is known on the day it was ``drawn``."""
    start, end, known = (days_of(rows[name]) for name in ("start", "end", "end_known"))
    recorded = known < NEVER
    as_known = np.where(recorded & (known > last), NEVER, end)
    # What was never served is no contract, and does not take the place of the one before.
    served = np.flatnonzero(as_known > start)
    following = following_of(rows.iloc[served].reset_index(drop=True), start[served], end[served])
    start, end, known, recorded = start[served], as_known[served], known[served], recorded[served]
    drawn_on = NEVER if drawn is None else drawn
    since = np.minimum(start, drawn_on)
    goes_on = (end == NEVER) | ((following >= 0) & (start[following] == end))
    gone = np.where(goes_on, NEVER, np.minimum(end, np.where(recorded, known, drawn_on)))
    price = rows["list_mrr"].fillna(rows["mrr"]).to_numpy(dtype=float)
    amount, unit = whole_numbers(np.where(rows["trial"].to_numpy(dtype=bool), 0.0, price))

    def of_rows(values: Any, otherwise: Any) -> Any:
        filled = np.full(len(rows), otherwise)
        filled[served] = values
        return filled

    return Contracts(
        since=of_rows(since, NEVER),
        until=of_rows(np.minimum(gone, _replaced(since, following)), NEVER),
        price=amount,
        unit=unit,
        doubtful=of_rows(~recorded & ~goes_on, False),
    )


def _replaced(since: Ints, following: Ints) -> Ints:
    """The first day on which a later contract of the same subscription is known."""
    replaced = np.full(len(since), NEVER, dtype=np.int64)
    # From the last of each subscription to the first; a chain is as long as a subscription has spells.
    place = np.flatnonzero(following < 0)
    before = np.full(len(since), -1, dtype=np.int64)
    before[following[following >= 0]] = np.flatnonzero(following >= 0)
    while len(place := before[place][before[place] >= 0]):
        after = following[place]
        replaced[place] = np.minimum(replaced[after], since[after])
    return replaced
