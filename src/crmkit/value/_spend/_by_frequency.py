"""What customers spend by number of repeat purchases, beside what a model of spend expects."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from scipy.stats import t as student

from crmkit._arrays import Floats
from crmkit._checks import check_fraction, check_int
from crmkit._estimator import check_fitted
from crmkit._frames import FrameT, from_pandas
from crmkit._messages import Message
from crmkit.value._spend._model import GammaGammaModel

__all__ = ["spend_by_frequency_table"]

_NO_MODEL: Final = Message(
    en="{@model} must be a fitted GammaGammaModel, got {kind}.",
    zh="{@model} 须为拟合好的 GammaGammaModel，得到 {kind}。",
)


def spend_by_frequency_table(
    customers: FrameT, *, model: GammaGammaModel, n_max: int = 7, level: float = 0.95
) -> FrameT:
    """Compare mean spend by number of repeat purchases with the mean that a model expects.

    Under the model that mean is the same however often customers came back. Where the actual means rise or fall with
    frequency beyond their intervals, its assumption fails: see `spend_independence_table`.

    Parameters
    ----------
    customers : pandas, Polars or PyArrow table, or a frame of an engine that fits into memory
        As `crmkit.customer_summary` gives it; with ``n_customers`` where a row stands for several. Only
        customers with a repeat purchase count.
    model : GammaGammaModel
        Fitted.
    n_max : int, default 7
        Customers with this many repeat purchases or more are counted together.
    level : float, default 0.95
        Probability with which an interval is meant to cover the mean of all such customers.

    Returns
    -------
    the kind of frame given
        One row per number of repeat purchases that occurs, ascending: ``frequency``, the last standing for ``n_max``
        or more; ``n_customers``; ``actual``, the mean of their ``monetary_value``; ``actual_lower`` and
        ``actual_upper``, Student's interval, missing for fewer than two customers; ``expected``, the mean under the
        model, missing where it is infinite. All but the first two in the money of the table.

    Raises
    ------
    NotFittedError
        If the model is not fitted.
    SchemaError
        If a column is missing or holds impossible values; for amounts that are missing or not above 0 unless the model
        has ``non_positive="drop"``.
    TypeError
        If ``model`` is not such a model, ``n_max`` not a whole number, or ``level`` not a number.
    ValueError
        If ``n_max`` is below 1 or ``level`` does not lie between 0 and 1.

    Examples
    --------
    >>> from crmkit import as_transactions, customer_summary, load_cdnow
    >>> from crmkit.value import GammaGammaModel
    >>> customers = customer_summary(as_transactions(load_cdnow()), as_of="1997-09-30")
    >>> spend_by_frequency_table(customers, model=GammaGammaModel().fit(customers), n_max=4).round(2)
       frequency  n_customers  actual  actual_lower  actual_upper  expected
    0          1          439   32.40         29.52         35.29     35.17
    1          2          214   36.73         32.51         40.94     35.17
    2          3          100   32.87         28.66         37.07     35.17
    3          4          193   40.48         36.02         44.94     35.17
    """
    if not isinstance(model, GammaGammaModel):
        raise TypeError(_NO_MODEL(kind=type(model).__name__))
    check_fitted(model)
    check_int(n_max, name="n_max", low=1)
    check_fraction(level, name="level")
    repeaters = model._read(customers).repeaters()
    numbers, group = np.unique(np.minimum(repeaters.x, n_max), return_inverse=True)

    def mean(values: Floats) -> Floats:
        return np.bincount(group, weights=repeaters.n * values) / n

    n = np.bincount(group, weights=repeaters.n)
    actual = mean(repeaters.m)
    several = n > 1
    variance = mean((repeaters.m - actual[group]) ** 2) / np.where(several, n - 1, np.nan)
    reach = student.ppf((1 + level) / 2, np.where(several, n - 1, np.nan)) * np.sqrt(variance)
    # The same customers before anything is known about them, with their covariates.
    newcomers = model._mean(repeaters.without_history(), model._estimates())
    table = pd.DataFrame(
        {
            "frequency": numbers.astype(np.int64),
            "n_customers": n.astype(np.int64),
            "actual": actual,
            "actual_lower": actual - reach,
            "actual_upper": actual + reach,
            "expected": mean(newcomers),
        }
    )
    return from_pandas(table, like=customers)
