"""How regularly customers buy: the Erlang models compared, and an estimate from the gaps alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from crmkit._checks import Day, as_day, check_int
from crmkit._frames import FrameT, from_pandas, to_pandas
from crmkit._time_units import TimeUnit
from crmkit.customers import customer_summary, log_gap_table
from crmkit.transactions import checked_transactions, purchase_days, up_to
from crmkit.value._purchases._erlang import BetaGeoCNBDModel, ModifiedBetaGeoCNBDModel

__all__ = ["regularity_table"]


def regularity_table(
    transactions: FrameT, *, as_of: Day, k_max: int = 12, modified: bool = True, time_unit: TimeUnit = "W"
) -> FrameT:
    r"""Compare how well purchases of 1, 2, … phases fit the days on which customers bought.

    One phase is buying at random; the more phases, the more regular. Beside the likelihoods stands an estimate of k
    from pairs of gaps, without any model of leaving: with :math:`M = g_1 / (g_1 + g_2)` from the first two gaps of each
    customer who has two,

    .. math:: \hat k = \frac{1 - 4 \operatorname{Var} M}{8 \operatorname{Var} M},

    because M is then beta-distributed with k and k, whatever the customer's rate.

    Parameters
    ----------
    transactions : pandas, Polars or PyArrow table, or a frame of an engine that fits into memory
        As `crmkit.as_transactions` gives them. Transactions after ``as_of`` do not count.
    as_of : date or ISO text
        The last day counted.
    k_max : int, default 12
        The largest number of phases tried.
    modified : bool, default True
        Whether customers may leave after their first purchase too (`ModifiedBetaGeoCNBDModel`).
    time_unit : {"W", "D", "M", "Y"}, default "W"
        Unit in which the models are fitted. It shifts all log-likelihoods by the same amount.

    Returns
    -------
    the kind of frame given
        One row per ``k`` from 1 on: ``loglik``, the log-likelihood; ``best``, True where it is largest;
        ``gap_regularity``, the estimate from the gaps, the same in every row, ``nan`` where fewer than two customers
        have two gaps, or all split their gaps in the same proportion.

    Raises
    ------
    SchemaError
        If a column is missing.
    TypeError
        If ``transactions`` is not a frame, or ``k_max`` not a whole number.
    ValueError
        If ``as_of`` is not a date or before the first transaction, ``k_max`` is below 1, or ``time_unit`` is not one
        of those listed.
    ConvergenceError
        If a fit finds no maximum.

    References
    ----------
    .. [1] Wheat and Morrison (1990), "Estimating Purchase Regularity with Two Interpurchase Times", *Journal of
       Marketing Research* 27(1), 87-93.
    .. [2] Platzer and Reutterer (2016), "Ticking Away the Moments", *Marketing Science* 35(5), 779-799.

    Examples
    --------
    >>> from crmkit import as_transactions, load_cdnow
    >>> regularity_table(as_transactions(load_cdnow()), as_of="1997-09-30", k_max=3).round(3)
       k     loglik   best  gap_regularity
    0  1  -9582.136   True           1.013
    1  2  -9853.253  False           1.013
    2  3 -10394.363  False           1.013
    """
    check_int(k_max, name="k_max", low=1)
    day = as_day(as_of, name="as_of")
    days = to_pandas(up_to(checked_transactions(transactions), day, name="as_of"))
    gaps = log_gap_table(days, as_of=as_of)
    customers = customer_summary(days, as_of=as_of).merge(gaps, on="customer_id")
    kind: Any = ModifiedBetaGeoCNBDModel if modified else BetaGeoCNBDModel
    numbers = range(1, k_max + 1)
    logliks = [kind(k=k, time_unit=time_unit, prospects="drop").fit(customers).loglik_ for k in numbers]
    table = pd.DataFrame({"k": numbers, "loglik": logliks})
    table["best"] = table["loglik"] == table["loglik"].max()
    table["gap_regularity"] = _of_gaps(days)
    return from_pandas(table, like=transactions)


def _of_gaps(transactions: pd.DataFrame) -> float:
    """Wheat and Morrison's estimate of k."""
    days = purchase_days(checked_transactions(transactions))
    number = days.groupby("customer_id", sort=False).cumcount().to_numpy()
    date = days["day"].to_numpy()
    third = np.flatnonzero(number == 2)
    share = (date[third - 1] - date[third - 2]) / (date[third] - date[third - 2])
    if len(share) < 2 or share.min() == share.max():
        return float("nan")
    variance = float(np.var(share, ddof=1))
    return (1 - 4 * variance) / (8 * variance)
