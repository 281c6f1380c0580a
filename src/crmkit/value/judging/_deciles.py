"""Ten groups of customers, those with the highest expectation first."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crmkit._checks import Day
from crmkit._frames import FrameT, from_pandas
from crmkit._stats import best_first
from crmkit.value.judging._holdout import read_holdout
from crmkit.value.judging._judged import Judged

__all__ = ["decile_table"]

_N_GROUPS = 10


def decile_table(holdout: FrameT, *, model: Judged, observation_end: Day) -> FrameT:
    """Rank customers by the purchases expected of them, and compare each tenth with what they did.

    Parameters
    ----------
    holdout : pandas, Polars or PyArrow table, or a frame of an engine that fits into memory
        As `crmkit.holdout_split` gives it. Prospects are left out.
    model : a fitted model of purchases
        Of any class, fitted on the calibration period.
    observation_end : date or ISO text
        Last day of the holdout period, as given to `crmkit.holdout_split`.

    Returns
    -------
    the kind of frame given
        Ten rows of equally many customers, give or take one, the larger first; with fewer than ten customers one row
        each. Customers with equal predictions, any of whom could come first, each count with the mean of all of them.

        ``decile``
            1 for those with the highest expectation.
        ``n_customers``
            Customers.
        ``expected``, ``actual``
            Mean purchase days per customer in the holdout period.
        ``lift``
            ``actual`` as a multiple of the mean of all customers; missing if nobody bought.
        ``actual_share``
            Share of all purchase days of the holdout period; missing if there were none.

    Raises
    ------
    NotFittedError
        If the model is not fitted.
    SchemaError
        If a column is missing, nobody has bought, or the customers are as of several days.
    TypeError
        If ``model`` is not a model or ``holdout`` not a frame.
    ValueError
        If ``observation_end`` does not fit ``holdout``.

    Examples
    --------
    >>> from crmkit import as_transactions, holdout_split, load_cdnow
    >>> from crmkit.value import BetaGeoModel
    >>> holdout = holdout_split(
    ...     as_transactions(load_cdnow()), calibration_end="1997-09-30", observation_end="1998-06-30"
    ... )
    >>> model = BetaGeoModel().fit(holdout)
    >>> decile_table(holdout, model=model, observation_end="1998-06-30").head(2).round(2)
       decile  n_customers  expected  actual  lift  actual_share
    0       1          236      3.65    3.75  4.70          0.47
    1       2          236      1.11    1.30  1.62          0.16
    """
    period = read_holdout(holdout, observation_end=observation_end)
    predicted = period.expected(model)
    bought = best_first(predicted, period.bought)
    n_groups = min(_N_GROUPS, len(bought))
    expected, actual = (np.array_split(values, n_groups) for values in (np.sort(predicted)[::-1], bought))
    mean = np.array([group.mean() for group in actual])
    n = np.array([len(group) for group in actual])
    table = pd.DataFrame(
        {
            "decile": np.arange(1, n_groups + 1),
            "n_customers": n,
            "expected": [group.mean() for group in expected],
            "actual": mean,
            # Without a purchase in the holdout both are nan.
            "lift": mean / (period.bought.mean() or np.nan),
            "actual_share": mean * n / (period.bought.sum() or np.nan),
        }
    )
    return from_pandas(table, like=holdout)
