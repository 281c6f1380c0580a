"""How little a customer may spend before it is a fall: their own earlier windows, all customers' season, chance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from crmkit._arrays import Floats
from crmkit._frames import sort_order
from crmkit.loyalty.churn._warning_log import summed

__all__ = ["SpendLimits", "spend_limits"]

# Without four windows, the last one among them, a level is not a level; our convention.
_LEAST_EARLIER: Final = 3
# A purchase day counts for at most so many times the customer's median purchase day; our convention.
_BIG_ORDER: Final = 3.0


class SpendLimits(NamedTuple):
    """Spend of the last window, and its limits, one column per level; ``nan`` for who is not judged."""

    spend: Floats
    limits: Floats


def spend_limits(
    who: npt.NDArray[np.int64],
    day: npt.NDArray[np.int64],
    amount: Floats,
    bought: npt.NDArray[np.bool_],
    *,
    n_customers: int,
    as_of: int,
    window_days: int,
    n_windows: int,
    levels: Sequence[float],
) -> SpendLimits:
    r"""Compare the last window with the same customer's earlier ones that lie wholly after their first purchase.

    A purchase day counts for at most three times the customer's median purchase day, and the best of the earlier
    windows is left out, so that neither one big order nor one good season sets the level :math:`m_i`. What the last
    window should hold is :math:`f m_i`, where :math:`f` is the ratio of all customers' spend in the last window to
    their levels: a season or a fall that all share is nobody's own. Purchases come by chance, as in a compound Poisson
    process, so that

    .. math:: L_i(q) = f m_i - z_q \sqrt{f \bar v_i}

    with :math:`\bar v_i` the mean over the earlier windows of the sum of squared amounts. Rows are sorted by customer
    and day.
    """
    # By a power of 2 and so without rounding: squares of large amounts are no numbers.
    _, exponent = np.frexp(np.abs(amount).max(initial=0.0))
    amount = np.ldexp(amount, -exponent)
    earlier = np.zeros(n_customers, dtype=np.int64)
    buys = np.flatnonzero(bought)
    if len(buys):
        starts = buys[np.append(True, who[buys][1:] != who[buys][:-1])]
        earlier[who[starts]] = np.clip((as_of - day[starts]) // window_days - 1, 0, n_windows)
    judged = earlier >= _LEAST_EARLIER
    window = (as_of - day) // window_days
    kept = judged[who] & (window <= earlier[who])
    who, window, amount, bought = who[kept], window[kept], amount[kept], bought[kept]
    capped = np.where(bought, np.minimum(amount, _caps(who, window, amount, bought, n_customers)[who]), amount)
    last = window == 0
    spend = summed(who[last], amount[last], n_customers)
    of_windows = summed(who[~last] * n_windows + window[~last] - 1, capped[~last], n_customers * n_windows).reshape(
        n_customers, n_windows
    )
    past = np.arange(n_windows)[None, :] < earlier[:, None]
    best = np.where(past, of_windows, -np.inf).max(axis=1)
    best = np.where(judged, best, 0.0)
    level = (np.where(past, of_windows, 0.0).sum(axis=1) - best) / np.maximum(earlier - 1, 1)
    squares = summed(who[~last], capped[~last] ** 2, n_customers) / np.maximum(earlier, 1)
    season = _season(summed(who[last], capped[last], n_customers), level, judged)
    expected = np.where(judged, season * level, np.nan)
    chance = np.sqrt(season * squares)
    limits = np.stack([expected - ndtri(level_) * chance for level_ in levels], axis=1)
    return SpendLimits(np.ldexp(np.where(judged, spend, np.nan), exponent), np.ldexp(limits, exponent))


def _season(last: Floats, level: Floats, judged: npt.NDArray[np.bool_]) -> float:
    """What all customers' last window holds of their levels."""
    total = level[judged].sum()
    return max(float(last[judged].sum() / total), 0.0) if total > 0 else np.nan


def _caps(
    who: npt.NDArray[np.int64],
    window: npt.NDArray[np.int64],
    amount: Floats,
    bought: npt.NDArray[np.bool_],
    n_customers: int,
) -> Floats:
    """Three times each customer's median purchase day before the last window; infinite without one above 0."""
    rows = np.flatnonzero(bought & (window > 0) & (amount > 0))
    caps = np.full(n_customers, np.inf)
    if not len(rows):
        return caps
    rows = rows[np.argsort(amount[rows])]
    rows = rows[sort_order(who[rows])]
    owner, sorted_amounts = who[rows], amount[rows]
    counts = np.bincount(owner, minlength=n_customers)
    ends = np.cumsum(counts)
    some = np.flatnonzero(counts)
    low = (ends - counts)[some] + (counts[some] - 1) // 2
    high = (ends - counts)[some] + counts[some] // 2
    caps[some] = _BIG_ORDER * (sorted_amounts[low] + sorted_amounts[high]) / 2
    return caps
