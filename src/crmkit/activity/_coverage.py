"""Whether a log is complete: what each period holds, and what it should hold."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pandas as pd

from crmkit._calendar import Freq, check_freq, length_of, number_of_period
from crmkit._checks import Day, as_day, check_option
from crmkit._frames import FrameT, from_pandas
from crmkit.activity._daily import daily_counts
from crmkit.activity._holes import coverage

__all__ = ["log_coverage_table"]


def log_coverage_table(transactions: FrameT, *, as_of: Day, freq: Freq = "M", by: str | None = None) -> FrameT:
    """Check for each day, week or month whether the log is complete: nothing missing, nothing loaded twice.

    Parameters
    ----------
    transactions : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `as_transactions` or `as_order_lines` gives them. Order lines also show days that were loaded twice where
        orders have ids: every line is there twice, while the number of orders stays the same.
    as_of : date or ISO text
        The last day that counts.
    freq : str, default "M"
        "D", "W" or "M": day, week from Monday or month. Another last weekday is named: "W-SAT".
    by : str, optional
        Column, such as channel or store, whose values are checked one by one, each from its own first day on. Usually
        a column of order lines that `as_order_lines` kept.

    Returns
    -------
    the kind of frame given
        One row per period, and per value of ``by``, which is then the first column, from the first day to ``as_of``.

        ``period``
            Its first day.
        ``n_rows``, ``n_orders``, ``amount``
            Rows, orders and net money, which is missing throughout for orders without a price. The orders of order
            lines are the ids with a line that is not a refund.
        ``expected_low``, ``expected_high``
            The orders to expect from the quarters before and after, weekday by weekday, without holes; missing where
            neither has 14 days.
        ``status``
            "missing": nothing, where something was due. "doubled": on at least half of the days with orders everything
            is there an even number of times. "partial": some days are missing, the log begins or ends within the
            period, or it holds far too little. "ok": everything else.

    Raises
    ------
    SchemaError
        If a column is missing, or there is no row up to ``as_of``.
    TypeError
        If ``transactions`` is not a frame.
    ValueError
        If ``as_of`` is not a date, or in memory before the first transaction, or ``freq`` not one of those listed.

    Notes
    -----
    A stretch of two or more empty days is missing if both the quarter before it and the one after it make it rarer than
    one in a thousand, divided by the number of such stretches: P = (L / (L + s)) ** n for s empty days beside L days of
    which n had orders, the gamma-Poisson predictive probability [1]_. Days with orders are counted instead of orders,
    so a shop that is closed on some days has no holes there. Single empty days are holidays more often than holes and
    do not count as holes; nor do stretches that recur a year later. Everything after the newest order is missing if
    ``as_of`` lies longer after it than any silence so far and than chance allows.

    Each week or month is judged on its own. So a holiday week may be missing here that is not a hole for the report or
    the audit, which go by silences, doubled days and months.

    A period holds too little if it lies below its range and below half (weeks 0.3, days 0.1) of what either side makes
    expected; a week or month with nothing is then missing. What is equally low in another year is a season. The range
    reaches four standard deviations, which combine chance and the spread of such totals around their neighbours (by
    MAD).

    Days are doubled if everything on them is there an even number of times, and if that is rarer than one in a
    thousand, given the share of such things on other days, divided by the number of days with orders. A busy day is not
    doubled.

    References
    ----------
    .. [1] Gelman et al. (2013), *Bayesian Data Analysis*, 3rd ed., section 2.6.

    Examples
    --------
    >>> from crmkit import as_transactions, load_cdnow
    >>> orders = load_cdnow()
    >>> without_may = orders[orders["date"].dt.strftime("%Y-%m") != "1997-05"]
    >>> found = log_coverage_table(as_transactions(without_may), as_of="1997-08-31")
    >>> found.query("status != 'ok'")[["period", "n_rows", "n_orders", "amount", "status"]]
          period  n_rows  n_orders  amount   status
    4 1997-05-01       0         0     0.0  missing
    """
    check_freq(freq)
    check_option(length_of(freq), ("D", "W", "M"), name="freq")
    last_day = as_day(as_of, name="as_of")
    days = daily_counts(transactions, as_of=last_day, by=by)
    if by is None:
        return from_pandas(_of_one(days, last_day, freq), like=transactions)
    # A missing value is a group like the others.
    groups = days.groupby(by, sort=True, dropna=False, observed=True)
    tables = [_of_one(own, last_day, freq).assign(**{by: value}) for value, own in groups]
    whole = pd.concat(tables, ignore_index=True)
    return from_pandas(whole[[by, *whole.columns.drop(by)]], like=transactions)


def _of_one(days: pd.DataFrame, last_day: datetime, freq: Freq) -> pd.DataFrame:
    days = days.reset_index(drop=True)
    table = coverage(days, as_of=last_day).table(freq)
    numbers = np.array([number_of_period(day, freq=freq) for day in days["date"]])
    sums = days.groupby(numbers - numbers[0])[["n_rows", "amount"]].sum().reindex(range(len(table)), fill_value=0)
    table["n_rows"], table["amount"] = sums["n_rows"].astype("int64"), sums["amount"].astype("float64")
    if days["amount"].isna().all():
        table["amount"] = np.nan
    return table[["period", "n_rows", "n_orders", "amount", "expected_low", "expected_high", "status"]]
