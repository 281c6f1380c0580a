"""What past spend says of a campaign to come: how much it varies, and how much of that was known before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._frames import FrameT, collected, column_name, from_pandas, listed_names
from crmkit._messages import Column, Message
from crmkit._stats import as_floats, read_complete
from crmkit._tables import check_each_once, check_kind, open_columns
from crmkit.errors import SchemaError

__all__ = ["cuped_table"]

_MADE_BY: Final = "customer_summary"

_ITSELF: Final = Message(
    en="{@past} names {name!r}, which is the outcome itself. It would be known in full.",
    zh="{@past} 中的 {name!r} 就是结果列本身，等于提前知道了结果。",
)
_TOO_FEW: Final = Message(
    en="{@customers} has {n:,} {n:row|rows}; it takes at least {least:,} to measure the correlation with {k:,} "
    "{k:column|columns}.",
    zh="{@customers} 只有 {n:,} 行；用 {k:,} 列估计相关系数至少需要 {least:,} 行。",
)
_CONSTANT: Final = Message(
    en="{where} is the same for all customers, so there is nothing to plan for.",
    zh="{where}对所有客户都相同，无从规划。",
)


def cuped_table(customers: FrameT, *, outcome: str, past: Sequence[str] = ()) -> FrameT:
    r"""Measure how much an outcome varies, and how much less once what was known before is taken out (CUPED).

    The effect of a campaign is adjusted by regression on what the customers did before it. The variance that is left is
    :math:`\sigma^2 (1 - \rho^2)`, and the campaign takes as many fewer customers. It is measured on a past window as
    long as that of the campaign, with the windows before that one.

    Parameters
    ----------
    customers : pandas, Polars or PyArrow table, or a frame of an engine that fits into memory
        One row per customer whom a campaign could have reached at the beginning of the past window; none of them twice,
        which is checked where there is a ``customer_id``.
    outcome : str
        The column of the outcome in that window, such as spend; 0 where nothing came, none missing.
    past : sequence of str, default ()
        Columns of what was known at its beginning, such as spend in the window before and in the one before that, the
        most useful first. Missing for customers without such a past: they stay, marked by an indicator.

    Returns
    -------
    the kind of frame given
        One row without any column, and one more for each column that is added.

        ``n_past``, ``added``
            How many columns are used, and the last of them; missing in the first row.
        ``n_customers``, ``n_without_past``
            Customers, and those of them for whom the column added is missing.
        ``mean``, ``standard_deviation``
            Of the outcome.
        ``skewness``
            Of what is left of it after the adjustment.
        ``correlation``
            Of the outcome with all columns used and their indicators together, 0 in the first row. It counts what the
            regression learns by chance, and is 0 where nothing is left then.
        ``variance_left``
            1 - ``correlation`` ²: the share of the variance that is left, and of the customers that are needed.

        ``mean`` to ``correlation`` go into `sample_size_table` under their names.

    Raises
    ------
    SchemaError
        If a column is missing or not of numbers, there are too few rows, the outcome is the same for all, or a table
        with ``customer_id`` has a customer twice.
    TypeError
        If ``customers`` is not a frame, or ``past`` is not a list of columns.
    ValueError
        If an outcome is missing, values are infinite, or ``past`` names the outcome.

    See Also
    --------
    sample_size_table : How many customers it takes.

    References
    ----------
    .. [1] Deng, Xu, Kohavi and Walker (2013), "Improving the Sensitivity of Online Controlled Experiments by Utilizing
       Pre-Experiment Data", *WSDM*.

    Examples
    --------
    >>> import pandas as pd
    >>> past = pd.DataFrame({
    ...     "spring": [0, 10, 40, 0, 25, 60, 0, 5], "winter": [0, 20, 30, 0, 20, 50, None, None],
    ... })
    >>> found = cuped_table(past, outcome="spring", past=["winter"])
    >>> found[["added", "n_without_past", "mean", "standard_deviation", "skewness", "correlation"]].round(2)
        added  n_without_past  mean  standard_deviation  skewness  correlation
    0     NaN               0  17.5               22.36      0.96         0.00
    1  winter               2  17.5               22.36     -1.64         0.96
    """
    names, of = list(dict.fromkeys(listed_names(past, name="past"))), column_name(outcome, name="outcome")
    if of in names:
        raise ValueError(_ITSELF(name=outcome))
    values, known = _read(customers, of, names)
    columns = [np.ones(len(values))]
    rows = [_row(values, columns, added=None, without=0)]
    for name in names:
        missing = np.isnan(known[name])
        columns.append(np.where(missing, 0.0, known[name]))
        if missing.any():
            columns.append(missing.astype(float))
        rows.append(_row(values, columns, added=name, without=int(missing.sum())))
    table = pd.DataFrame(rows)
    table.insert(0, "n_past", np.arange(len(rows)))
    return from_pandas(table.astype({"added": object}), like=customers)


def _read(customers: Any, outcome: str, past: Sequence[str]) -> tuple[Floats, dict[str, Floats]]:
    rows = open_columns(customers, [outcome, *past], name="customers", made_by=_MADE_BY)
    check_each_once(rows, name="customers")
    rows = collected(rows.select(outcome, *past))
    for name in (outcome, *past):
        check_kind(rows, name, "number", where=Column("customers", name), made_by=_MADE_BY)
    # A column, its indicator and the mean; and one degree of freedom that is left.
    least = 2 * len(past) + 3
    if len(rows) < least:
        raise SchemaError(_TOO_FEW(n=len(rows), least=least, k=len(past)))
    values = read_complete(rows[outcome].to_native(), name="outcome")
    if values.min() == values.max():
        raise SchemaError(_CONSTANT(where=Column("customers", outcome)))
    return values, {name: as_floats(rows[name].to_native(), name=name) for name in past}


def _row(values: Floats, columns: Sequence[Floats], *, added: str | None, without: int) -> dict[str, Any]:
    """What is left of the outcome after a regression on columns, in units in which they are alike."""
    scale = np.ldexp(1.0, int(np.frexp(np.abs(values).max())[1]) - 1)
    values = values / scale
    n, variance = len(values), float(values.var(ddof=1))
    matrix = np.column_stack([column / (np.abs(column).max() or 1.0) for column in columns])
    found, _, rank, _ = np.linalg.lstsq(matrix, values, rcond=None)
    residuals = values - matrix @ found
    left = 1.0 if added is None else min(float(residuals @ residuals) / (n - int(rank)) / variance, 1.0)
    spread = np.sqrt(np.mean(residuals**2))
    return {
        "added": added,
        "n_customers": n,
        "n_without_past": without,
        "mean": scale * float(values.mean()),
        "standard_deviation": scale * float(np.sqrt(variance)),
        "skewness": float(np.mean(residuals**3) / spread**3) if spread > 0 else 0.0,
        "correlation": float(np.sqrt(1 - left)),
        "variance_left": left,
    }
