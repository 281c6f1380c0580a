"""What today's customers will buy and bring in, beside what they did in as long a time before."""

from __future__ import annotations

from typing import Any, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np

from crmkit._calendar import day_number
from crmkit._checks import Day, as_day
from crmkit._frames import collected, flag, from_pandas, open_frame, to_pandas
from crmkit._time_units import DAYS_A_YEAR
from crmkit.transactions import checked_transactions, up_to
from crmkit.value import tried_forecast

__all__ = ["Outlook", "customer_outlook"]

_COMBINED = "combined"


class Outlook(NamedTuple):
    """A forecast of the base; `customer_outlook` makes it.

    Attributes
    ----------
    totals : the kind of table given
        As `crmkit.value.forecast_table` gives it, and ``last_period``, what the same customers bought or brought in
        within as many days up to ``as_of`` (missing where the log is shorter); ``n_held``, the number of back-tests in
        which what came lay within the interval.
    groups : the kind of table given, or None
        As `crmkit.value.forecast_table` gives it by group.
    backtests : the kind of table given
        As `crmkit.value.backtest_table` gives it, of the combined forecast alone.
    """

    totals: Any
    groups: Any
    backtests: Any


def customer_outlook(
    transactions: Any, *, as_of: Day, horizon_days: float = DAYS_A_YEAR, level: float = 0.95, by: Any = None
) -> Outlook:
    """Forecast what today's customers will buy and bring in, with how it did on earlier days of the same log.

    Parameters
    ----------
    transactions : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.as_transactions` gives them.
    as_of : date or ISO text
        The last day that is known.
    horizon_days : float, default 365.25
        Days after ``as_of`` to forecast, 1 or more.
    level : float, default 0.95
        Probability with which an interval is meant to hold what comes.
    by : table of ``customer_id`` and one column of labels, or a fitted segmenter, optional
        Groups, as in `crmkit.value.forecast_table`.

    Returns
    -------
    Outlook
        The totals, the groups, and the back-tests.

    Raises
    ------
    SchemaError, TypeError, ValueError
        As in `crmkit.value.forecast_table`.

    Examples
    --------
    >>> from crmkit import as_transactions, load_cdnow
    >>> from crmkit.views import customer_outlook
    >>> outlook = customer_outlook(as_transactions(load_cdnow()), as_of="1998-06-30", horizon_days=182)
    >>> outlook.totals[["quantity", "value", "lower", "upper", "last_period", "n_backtests", "n_held"]].round()
        quantity    value    lower    upper  last_period  n_backtests  n_held
    0  purchases   1043.0    779.0   1396.0       1156.0            7       7
    1    revenue  38430.0  26300.0  56149.0      43103.0            7       7
    """
    tried = tried_forecast(transactions, as_of=as_of, horizon=horizon_days)
    kept = [
        to_pandas(open_frame(made, name="made")) for made in (tried.table(level=level), tried.backtests(level=level))
    ]
    totals, backtests = kept[0], kept[1][kept[1]["model"] == _COMBINED].reset_index(drop=True)
    last = _last_period(transactions, as_of=as_of, days=round(horizon_days))
    held = backtests["came"].between(backtests["lower"], backtests["upper"]).groupby(backtests["quantity"]).sum()
    totals = totals.assign(
        last_period=totals["quantity"].map(last), n_held=totals["quantity"].map(held).fillna(0).astype(np.int64)
    )
    return Outlook(
        from_pandas(totals, like=transactions),
        None if by is None else tried.table(by=by, level=level),
        from_pandas(backtests, like=transactions),
    )


def _last_period(transactions: Any, *, as_of: Day, days: int) -> dict[str, float]:
    """What those who have bought did within so many days up to a day, if the log is that long."""
    last = as_day(as_of, name="as_of")
    rows = up_to(checked_transactions(transactions), last, name="as_of")
    end = int(np.datetime64(last, "D").astype(np.int64))
    day = day_number(nw.col("date"))
    bought, counts = flag(nw.col("n_orders") > 0), flag(day > end - days)
    rows = rows.select(
        "customer_id",
        day.alias("day"),
        bought.alias("bought"),
        (bought * counts).alias("purchases"),
        nw.when(day > end - days).then(nw.col("amount")).alias("revenue"),
    )
    each = rows.group_by("customer_id").agg(nw.col("bought", "purchases", "revenue").sum(), nw.col("day").min())
    found = collected(
        each.filter(nw.col("bought") > 0).select(nw.col("purchases", "revenue").sum(), nw.col("day").min())
    )
    is_long = found["day"][0] <= end - days
    return {name: float(found[name][0]) if is_long else np.nan for name in ("purchases", "revenue")}
