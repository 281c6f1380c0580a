"""Fit within the calibration period: numbers of customers by number of purchases."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_int
from crmkit._frames import FrameT, from_pandas
from crmkit._tables import CELLS, CUSTOMERS, check_values, float_columns
from crmkit.value.judging._holdout import read_customers
from crmkit.value.judging._judged import Judged, as_new, days_per_unit

__all__ = ["frequency_table"]

_KEYS = ("frequency", "recency", "T")


def frequency_table(customers: FrameT, *, model: Judged, n_max: int = 7) -> FrameT:
    r"""Compare the numbers of customers with 0, 1, 2 … repeat purchases with those that a model expects.

    The model is asked about new customers, each over their own time since the first purchase:

    .. math:: E_n = \sum_i P(X(T_i) = n)

    Parameters
    ----------
    customers : pandas, Polars or PyArrow table, or a frame of an engine that fits into memory
        The customers it was fitted on, as `crmkit.customer_summary` gives them, or their `crmkit.cells`. Prospects
        are left out.
    model : a fitted model of purchases
        Of any class.
    n_max : int, default 7
        The last row counts customers with this many purchases or more; at least 1.

    Returns
    -------
    the kind of frame given
        ``frequency``
            Repeat purchases, 0 to ``n_max``; the last stands for that number or more.
        ``actual``
            Customers.
        ``expected``
            Customers expected; both columns have the same total.
        ``chi_square``
            :math:`(\text{actual} - \text{expected})^2 / \text{expected}`; missing where nobody is expected. The
            sum is Pearson's statistic. It ranks models; it has no exact distribution here, because the parameters
            were fitted to the whole histories.

    Raises
    ------
    NotFittedError
        If the model is not fitted.
    SchemaError
        If a column is missing, or nobody has bought.
    TypeError
        If ``model`` is not a model, ``customers`` not a frame, or ``n_max`` not a whole number.
    ValueError
        If ``n_max`` is below 1.

    References
    ----------
    .. [1] Fader, Hardie and Lee (2005), "'Counting Your Customers' the Easy Way", *Marketing Science* 24(2),
       figure 3.

    Examples
    --------
    >>> from crmkit import as_transactions, customer_summary, load_cdnow
    >>> from crmkit.value import BetaGeoModel
    >>> customers = customer_summary(as_transactions(load_cdnow()), as_of="1997-09-30")
    >>> frequency_table(customers, model=BetaGeoModel().fit(customers), n_max=3).round(1)
       frequency  actual  expected  chi_square
    0          0    1411    1407.7         0.0
    1          1     439     460.3         1.0
    2          2     214     192.5         2.4
    3          3     293     296.5         0.0
    """
    check_int(n_max, name="n_max", low=1)
    unit = days_per_unit(model)
    table = read_customers(customers, CUSTOMERS, columns=_KEYS)
    columns = float_columns(table, CELLS, _KEYS, where_given=["n_customers"])
    n = columns.pop("n_customers", np.ones(len(table)))
    check_values(columns, CELLS)
    often = np.minimum(columns["frequency"], n_max).astype(np.intp)
    actual = np.bincount(often, weights=n, minlength=n_max + 1)
    expected: Floats = np.zeros(n_max + 1)
    new = as_new(table)
    ages, of_row = np.unique(table["T"].to_numpy(), return_inverse=True)
    of_each_age = np.split(np.argsort(of_row, kind="stable"), np.cumsum(np.bincount(of_row))[:-1])
    for age, rows in zip(ages, of_each_age, strict=True):
        probabilities = model.purchase_distribution(new.iloc[rows], horizon=age / unit, n_max=n_max - 1)
        expected += n[rows] @ probabilities.to_numpy()
    chi_square = (actual - expected) ** 2 / np.where(expected > 0, expected, np.nan)
    counted = actual.astype(np.int64) if (actual == np.floor(actual)).all() else actual
    found = {"frequency": np.arange(n_max + 1), "actual": counted}
    return from_pandas(pd.DataFrame({**found, "expected": expected, "chi_square": chi_square}), like=customers)
