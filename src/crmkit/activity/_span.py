"""The days between which a log holds orders, and whether they end too early for the day it is looked at."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

import pandas as pd

__all__ = ["LogSpan", "log_span"]


class LogSpan(NamedTuple):
    """The days between which a log holds rows and orders."""

    first_day: datetime
    first_order: datetime | None
    newest_order: datetime | None
    # The last day on which the next order would still be in the rhythm of the log.
    quiet_until: datetime | None

    def is_stale(self, as_of: datetime) -> bool:
        """Whether ``as_of`` lies longer after the newest order than the rhythm of the log makes plausible.

        This is so if there are more days without an order than between any two days with orders so far, and if that is
        rarer than one in a thousand at the log's rate of days with orders, also at that of the last 20.
        """
        return self.quiet_until is not None and as_of > self.quiet_until


def log_span(days: pd.DataFrame) -> LogSpan:
    """Find the span of a log from its days.

    Parameters
    ----------
    days : DataFrame
        At least one day of the log, as `daily_counts` gives them.

    Returns
    -------
    LogSpan
        The first day with a row, the first and the newest day with an order, and the last day on which the next order
        would still be in the rhythm of the log; the last three are None if there is no order.

    Examples
    --------
    >>> from datetime import datetime
    >>> from crmkit import as_transactions, load_cdnow
    >>> from crmkit.activity import daily_counts
    >>> span = log_span(daily_counts(as_transactions(load_cdnow()), as_of=datetime(1998, 6, 30)))
    >>> f"{span.newest_order:%Y-%m-%d}", span.is_stale(datetime(1999, 6, 30))
    ('1998-06-30', True)
    """
    # Imported here because it loads SciPy, which `import crmkit` does without.
    from crmkit._stats import longest_plausible_silence

    first_day = days["date"].iloc[0].to_pydatetime()
    dates = days.loc[days["n_orders"] > 0, "date"]
    if dates.empty:
        return LogSpan(first_day, None, None, None)
    first, newest = dates.iloc[0].to_pydatetime(), dates.iloc[-1].to_pydatetime()
    numbers = dates.to_numpy(dtype="datetime64[D]").astype("int64")
    quiet = min(longest_plausible_silence(numbers), (datetime.max - newest).days)
    return LogSpan(first_day, first, newest, newest + timedelta(days=quiet))
