"""Trials: begun, ended, converted, still open."""

from __future__ import annotations

from typing import Any

import numpy as np

from crmkit.metrics._mrr_spells import Ints, Spells, following_of
from crmkit.metrics._subscription_kpis._closes import running_at

__all__ = ["trials_of"]


def trials_of(spells: Spells, starts: Ints, closes: Ints, *, groups: Ints, n_groups: int) -> dict[str, Any]:
    """Count the trials of each group in periods with these first and last days: arrays (n_groups, n_periods)."""
    served = np.flatnonzero(spells.end > spells.start)
    start, end, groups = spells.start[served], spells.end[served], groups[served]
    rows = spells.rows.iloc[served].reset_index(drop=True)
    following = following_of(rows, start, end)
    trial = rows["trial"].to_numpy(dtype=bool)
    follows = (following >= 0) & (start[following] == end)
    goes_on = trial & follows & trial[following]
    # A trial that is prolonged is one trial.
    prolongs = np.zeros(len(trial), dtype=bool)
    prolongs[following[goes_on]] = True
    ends = trial & ~goes_on
    pays = ends & follows & (spells.amount[served][following] > 0)

    def within(days: Ints, counted: Any) -> Any:
        counted = counted & (days >= starts[0]) & (days <= closes[-1])
        period = np.searchsorted(starts, days[counted], side="right") - 1
        cell = groups[counted] * len(starts) + period
        return np.bincount(cell, minlength=n_groups * len(starts)).reshape(n_groups, -1)

    return {
        "trials_started": within(start, trial & ~prolongs),
        "trials_ended": within(end, ends),
        "trials_converted": within(end, pays),
        "open_trials": running_at(
            closes,
            since=start,
            until=end,
            values=trial.astype(np.int64),
            groups=groups,
            n_groups=n_groups,
        ),
    }
