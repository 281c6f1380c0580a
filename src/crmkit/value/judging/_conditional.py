"""Forecasts by what was known before: frequency or recency."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import Day, check_int, check_option
from crmkit._frames import FrameT, from_pandas
from crmkit._stats import even_groups
from crmkit.value.judging._holdout import read_holdout
from crmkit.value.judging._judged import Judged

__all__ = ["conditional_expectation_table"]


def conditional_expectation_table(
    holdout: FrameT,
    *,
    model: Judged,
    observation_end: Day,
    by: Literal["frequency", "recency"] = "frequency",
    n_groups: int = 8,
) -> FrameT:
    """Compare purchases in the holdout period with those expected, by what customers did before it.

    Parameters
    ----------
    holdout : pandas, Polars or PyArrow table, or a frame of an engine that fits into memory
        As `crmkit.holdout_split` gives it. Prospects are left out.
    model : a fitted model of purchases
        Of any class, fitted on the calibration period.
    observation_end : date or ISO text
        Last day of the holdout period, as given to `crmkit.holdout_split`. It begins the day after the calibration
        period, which ends ``T`` days after ``first_order``.
    by : {"frequency", "recency"}, default "frequency"
        "frequency": repeat purchases in the calibration period, one group for each number, the last for all above.
        "recency": days from the first to the last purchase, one group for customers without a repeat purchase, and
        groups of about equal size for the others, customers of equal recency together.
    n_groups : int, default 8
        Most groups, at least 2.

    Returns
    -------
    the kind of frame given
        One row per group that has customers, in ascending order.

        ``by``
            As given.
        ``lower``, ``upper``
            Lowest and highest frequency, or recency in days, of its customers.
        ``n_customers``
            Customers.
        ``actual``, ``expected``
            Mean purchase days per customer in the holdout period.

    Raises
    ------
    NotFittedError
        If the model is not fitted.
    SchemaError
        If a column is missing, nobody has bought, or the customers are as of several days.
    TypeError
        If ``model`` is not a model, ``holdout`` not a frame, or ``n_groups`` not a whole number.
    ValueError
        If ``observation_end`` does not fit ``holdout``, or an option lies outside its range.

    References
    ----------
    .. [1] Fader, Hardie and Lee (2005), "'Counting Your Customers' the Easy Way", *Marketing Science* 24(2),
       figure 5.

    Examples
    --------
    >>> from crmkit import as_transactions, holdout_split, load_cdnow
    >>> from crmkit.value import BetaGeoModel
    >>> holdout = holdout_split(
    ...     as_transactions(load_cdnow()), calibration_end="1997-09-30", observation_end="1998-06-30"
    ... )
    >>> model = BetaGeoModel().fit(holdout)
    >>> conditional_expectation_table(holdout, model=model, observation_end="1998-06-30", n_groups=3).round(3)
              by  lower  upper  n_customers  actual  expected
    0  frequency    0.0    0.0         1411   0.237     0.225
    1  frequency    1.0    1.0          439   0.697     0.523
    2  frequency    2.0   29.0          507   2.450     2.182
    """
    check_option(by, ("frequency", "recency"), name="by")
    check_int(n_groups, name="n_groups", low=2)
    period = read_holdout(holdout, observation_end=observation_end)
    values = period.customers[by].to_numpy(dtype=np.float64)
    if by == "frequency":
        groups = np.minimum(values, n_groups - 1).astype(np.intp)
    else:
        groups = _by_recency(values, n_groups=n_groups)
    rows = pd.DataFrame({"value": values, "actual": period.bought, "expected": period.expected(model)})
    table = rows.groupby(groups).agg(
        lower=("value", "min"),
        upper=("value", "max"),
        n_customers=("value", "size"),
        actual=("actual", "mean"),
        expected=("expected", "mean"),
    )
    table.insert(0, "by", by)
    return from_pandas(table.reset_index(drop=True), like=holdout)


def _by_recency(recency: Floats, *, n_groups: int) -> npt.NDArray[np.intp]:
    groups = np.zeros(len(recency), dtype=np.intp)
    repeated = recency > 0
    if repeated.any():
        groups[repeated] = 1 + even_groups(recency[repeated], n_groups=n_groups - 1)
    return groups
