"""Which horizon: how many of those called churned buy later all the same."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import Day
from crmkit._frames import AnyFrame, FrameT, from_pandas, to_pandas
from crmkit._stats import kaplan_meier, survival_at
from crmkit.loyalty.churn._silences import WAIT, silences
from crmkit.loyalty.churn._snapshots import opened
from crmkit.loyalty.churn._windows import Windows, checked_days, checked_windows

__all__ = ["churn_horizon_table"]

_NEVER: Final = -1.0


def churn_horizon_table(
    transactions: FrameT,
    *,
    cutoffs: Iterable[Day],
    as_of: Day,
    lookback: int,
    horizons: Sequence[int],
    gap: int = 0,
) -> FrameT:
    r"""Show for each of several horizons how many it calls churned, and how many of these buy later all the same.

    A short horizon calls customers churned who are only slow; a long one tells late. With S(d), the share of those at
    risk who have not bought within d days after the gap, and F, the days after the gap for which the first cutoff can
    be followed,

    .. math:: \text{false churn}(h) = 1 - S(F) / S(h)

    Parameters
    ----------
    transactions : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.as_transactions` gives them. Those after ``as_of`` are not counted.
    cutoffs : iterable of date or ISO text
        As in `churn_snapshots`.
    as_of : date or ISO text
        Last day of the log, as in `churn_snapshots`.
    lookback : int
        Days in which those at risk have bought, as in `churn_snapshots`.
    horizons : list or tuple of int
        Horizons in days, each once.
    gap : int, default 0
        Days between a cutoff and the horizon, as in `churn_snapshots`.

    Returns
    -------
    the kind of frame given
        One row per horizon, ascending.

        ``horizon``
            The horizon in days.
        ``n_snapshots``
            Customers at risk at the cutoffs whose time is up by ``as_of``; one customer counts at each cutoff.
        ``n_churned``
            Those of them who did not buy in time.
        ``churn_rate``
            ``n_churned`` / ``n_snapshots``, the base rate of the labels that `churn_snapshots` gives; ``nan`` where no
            time is up.
        ``n_returned``
            Those of ``n_churned`` who were seen to buy later, by ``as_of``. Late cutoffs have little time to show it.
        ``false_churn_rate``
            Share of those called churned who buy again within ``followed_days``, from the curve of Kaplan and Meier
            over all cutoffs: those who have been followed for less time count for as long as they were. ``nan`` where
            nothing is known beyond the horizon. What is bought later still is not in it: the true share is higher.
        ``followed_days``
            F, the days from the end of the gap after the first cutoff to ``as_of``.

    Raises
    ------
    SchemaError
        If a column is missing.
    TypeError
        If ``transactions`` is not a frame, ``cutoffs`` or ``horizons`` not a list, or a number of days not whole.
    ValueError
        As in `churn_snapshots`, or if ``horizons`` are empty, repeated or out of range.

    References
    ----------
    .. [1] Kaplan and Meier (1958), "Nonparametric Estimation from Incomplete Observations", *JASA* 53.

    Examples
    --------
    >>> from crmkit import as_transactions, load_cdnow
    >>> table = churn_horizon_table(
    ...     as_transactions(load_cdnow()), cutoffs=["1997-06-30", "1997-09-30"], as_of="1998-06-30", lookback=90,
    ...     horizons=(30, 90, 180),
    ... )
    >>> table[["horizon", "n_snapshots", "churn_rate", "false_churn_rate", "followed_days"]].round(3)
       horizon  n_snapshots  churn_rate  false_churn_rate  followed_days
    0       30          930       0.774             0.624            365
    1       90          930       0.559             0.479            365
    2      180          930       0.405             0.281            365
    """
    lengths = checked_days(horizons, name="horizons")
    windows = checked_windows(cutoffs, as_of=as_of, lookback=lookback, gap=gap)
    rows = opened(transactions, windows, stacklevel=2)
    return from_pandas(_table(_counted(rows, windows), windows, lengths), like=transactions)


def _counted(rows: AnyFrame, windows: Windows) -> pd.DataFrame:
    """Count those at risk by how long they can be followed and how long they waited, ``_NEVER`` if to the end."""
    found = silences(rows, windows)
    waits = found.with_columns(nw.col(WAIT).fill_null(_NEVER))
    counts = to_pandas(waits.group_by("cutoff", WAIT).agg(nw.len().alias("n")))
    followed = {pd.Timestamp(cutoff): windows.followed(cutoff) for cutoff in windows.cutoffs}
    counts["followed"] = counts["cutoff"].map(followed).astype("float64")
    return counts[counts["followed"] > 0].astype({WAIT: "float64", "n": "int64"})


def _table(counts: pd.DataFrame, windows: Windows, horizons: Sequence[int]) -> pd.DataFrame:
    wait, followed, n = (counts[name].to_numpy() for name in (WAIT, "followed", "n"))
    bought, longest = wait != _NEVER, max(windows.followed(windows.cutoffs[0]), 0)
    ripe = [followed >= horizon for horizon in horizons]
    silent = [~bought | (wait > horizon) for horizon in horizons]
    n_snapshots = np.array([n[each].sum() for each in ripe], dtype=np.int64)
    n_churned = np.array([n[a & b].sum() for a, b in zip(ripe, silent, strict=True)], dtype=np.int64)
    n_returned = [n[a & b & bought].sum() for a, b in zip(ripe, silent, strict=True)]
    with np.errstate(invalid="ignore", divide="ignore"):
        churn_rate = n_churned / n_snapshots
    return pd.DataFrame(
        {
            "horizon": np.array(horizons, dtype=np.int64),
            "n_snapshots": n_snapshots,
            "n_churned": n_churned,
            "churn_rate": churn_rate,
            "n_returned": np.array(n_returned, dtype=np.int64),
            "false_churn_rate": _returning(np.where(bought, wait, followed), bought, n, horizons, longest),
            "followed_days": longest,
        }
    )


def _returning(lasted: Floats, bought: Floats, n: Floats, horizons: Sequence[int], longest: int) -> Floats:
    """Share of those silent for each horizon who buy by the longest time; nan where there is none beyond it."""
    if not len(lasted):
        return np.full(len(horizons), np.nan)
    curve = kaplan_meier(lasted, bought, counts=n)
    at = survival_at(curve, [*horizons, longest])
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(np.array(horizons) < longest, 1 - at[-1] / at[:-1], np.nan)
