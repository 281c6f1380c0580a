"""Silences of a log that come back every year: the business closes then, and nothing is missing."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np
import pandas as pd

from crmkit.activity._span import log_span

__all__ = ["LogClosure", "log_closures"]


class LogClosure(NamedTuple):
    """The first and the last of some days without an order, as in other years."""

    start: datetime
    end: datetime


def log_closures(days: pd.DataFrame, *, as_of: datetime) -> list[LogClosure]:
    """List the silences that a log has every year. They are not holes, but a period within has no customers.

    Parameters
    ----------
    days : DataFrame
        The days of the log, as `daily_counts` gives them.
    as_of : datetime
        The last day that counts.

    Returns
    -------
    list of LogClosure
        By their first day; empty if there are none.

    Examples
    --------
    >>> from datetime import datetime
    >>> from crmkit import as_transactions, load_cdnow
    >>> from crmkit.activity import daily_counts
    >>> day = datetime(1998, 6, 30)
    >>> log_closures(daily_counts(as_transactions(load_cdnow()), as_of=day), as_of=day)
    []
    """
    # Imported here because it loads SciPy, which `import crmkit` does without.
    from crmkit._stats import yearly_silences

    first = log_span(days).first_day
    orders = np.zeros((as_of - first).days + 1, dtype=np.int64)
    orders[(days["date"] - first).dt.days.to_numpy(dtype="int64")] = days["n_orders"].to_numpy()
    return [
        LogClosure(first + timedelta(days=start), first + timedelta(days=stop - 1))
        for start, stop in yearly_silences(orders)
    ]
