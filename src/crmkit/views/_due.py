"""Who is due to buy in the coming weeks, and how well that was known on an earlier day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np
import pandas as pd

from crmkit._checks import Day, as_day, check_int
from crmkit._frames import FrameT, from_pandas, to_pandas
from crmkit.customers import customer_summary, log_gap_table
from crmkit.transactions import checked_transactions, up_to
from crmkit.value.rhythm import PurchaseCycleModel, cycle_calibration_table
from crmkit.views._fits import UnfitError, buyers, fit_cycle

__all__ = ["DueOutlook", "due_outlook"]

_LEVEL: Final = 0.8
# The trial takes this part of the log, and at most half a year.
_TRIED_SHARE: Final = 3
_MOST_TRIED_DAYS: Final = 182
_KNOWN: Final = ("customer_id", "last_order", "days_since_last", "n_orders", "spend")


@dataclass(frozen=True, repr=False)
class DueOutlook:
    """Who is due, and how such dates did before; `due_outlook` makes it.

    Attributes
    ----------
    model : PurchaseCycleModel
        Fitted on all who bought, in days.
    as_of, until : datetime
        The last day that counts, and the last of the days ahead.
    level : float
        Probability of the intervals, 0.8.
    n_customers : int
        Customers who bought up to ``as_of``.
    n_due : int
        Those of them who are due, as many as ``customers`` has rows.
    expected_buyers : float
        How many of them are expected to buy by ``until``, due or not.
    customers : the kind of table given
        A row for each customer whose ``next_date`` is not after ``until``, the earliest first: ``customer_id``,
        ``last_order``, ``days_since_last``, ``n_orders``, ``spend``; ``buy_probability``, that they buy by ``until``;
        and the columns of `crmkit.value.rhythm.PurchaseCycleModel.next_purchase_table`.
    tried_on : datetime or None
        The earlier day on which such dates were tried; None where the log is too short for it.
    calibration : the kind of table given, or None
        What came after that day, as `crmkit.value.rhythm.cycle_calibration_table` gives it.
    bought_by_date, interval_held : float
        Share of the customers, after ``tried_on``, who bought by the date given (a half would be right), and within the
        interval (0.8 would be); missing where the log ends too early to tell.
    """

    model: PurchaseCycleModel
    as_of: datetime
    until: datetime
    level: float
    n_customers: int
    n_due: int
    expected_buyers: float
    customers: Any
    tried_on: datetime | None
    calibration: Any
    bought_by_date: float
    interval_held: float

    def __repr__(self) -> str:
        return f"DueOutlook({self.n_due:,} of {self.n_customers:,} due by {self.until:%Y-%m-%d})"


def due_outlook(transactions: FrameT, *, as_of: Day, within_days: int = 28) -> DueOutlook:
    """Say who is due to buy in the coming weeks, and how well such dates held on an earlier day of the log.

    A customer is due if they buy by then with probability one half or more. Those who more likely left than not are
    never due.

    Parameters
    ----------
    transactions : pandas, Polars or PyArrow table, or a frame of an engine that fits into memory
        As `crmkit.as_transactions` gives them.
    as_of : date or ISO text
        The last day that counts.
    within_days : int, default 28
        Days after ``as_of``, at least 1.

    Returns
    -------
    DueOutlook
        The list, the model behind it, and the trial: the model is fitted a third of the log, at most half a year,
        before ``as_of``, and its dates are compared with what came.

    Raises
    ------
    SchemaError
        If a column is missing.
    UnfitError
        If fewer than ten customers bought on two days, or the model cannot be fitted.
    TypeError
        If ``transactions`` is not a frame, or ``within_days`` not a whole number.
    ValueError
        If ``as_of`` is not a date or before the first transaction, or ``within_days`` below 1.

    Examples
    --------
    >>> from crmkit import as_transactions, load_cdnow
    >>> from crmkit.views import due_outlook
    >>> due = due_outlook(as_transactions(load_cdnow()), as_of="1998-06-30")
    >>> due.n_due, round(due.expected_buyers), round(due.bought_by_date, 2)
    (25, 134, 0.5)
    >>> due.customers[["customer_id", "days_since_last", "next_date_lower", "next_date"]].head(3)
       customer_id  days_since_last next_date_lower  next_date
    0         1981             13.0      1998-07-02 1998-07-10
    1          157             19.0      1998-07-02 1998-07-11
    2         1203              4.0      1998-07-02 1998-07-11
    """
    check_int(within_days, name="within_days", low=1)
    day = as_day(as_of, name="as_of")
    days = to_pandas(up_to(checked_transactions(transactions), day, name="as_of"))
    customers = _with_gaps(days, day)
    model = fit_cycle(customers)
    until = day + timedelta(days=within_days)
    told = model.next_purchase_table(customers, as_of=day, level=_LEVEL)
    known = customers[list(_KNOWN)].assign(
        buy_probability=1 - model.probability_inactive(customers, horizon=within_days)
    )
    listed = known.merge(told, on="customer_id")
    is_due = listed["next_date"] <= np.datetime64(until)
    order = ["next_date", "next_date_lower", "customer_id"]
    due = listed[is_due].sort_values(order, ignore_index=True)
    tried_on, calibration = _tried(days, day)
    lower, middle, upper = _observed(calibration)
    return DueOutlook(
        model,
        day,
        until,
        _LEVEL,
        len(customers),
        len(due),
        float(known["buy_probability"].sum()),
        from_pandas(due, like=transactions),
        tried_on,
        None if calibration is None else from_pandas(calibration, like=transactions),
        middle,
        upper - lower,
    )


def _with_gaps(days: pd.DataFrame, day: datetime) -> pd.DataFrame:
    return buyers(customer_summary(days, as_of=day).merge(log_gap_table(days, as_of=day), on="customer_id"))


def _tried(days: pd.DataFrame, day: datetime) -> tuple[datetime | None, pd.DataFrame | None]:
    """The day of the trial and what came after it, if there were enough customers by then."""
    span = (day - days["date"].min().to_pydatetime()).days
    earlier = day - timedelta(days=min(span // _TRIED_SHARE, _MOST_TRIED_DAYS))
    if earlier >= day:
        return None, None
    try:
        model = fit_cycle(_with_gaps(days, earlier))
    except UnfitError:
        return None, None
    return earlier, cycle_calibration_table(days, model=model, as_of=earlier, observation_end=day)


def _observed(calibration: pd.DataFrame | None) -> list[float]:
    """The shares who bought by the lower date, the date and the upper date."""
    tail = (1 - _LEVEL) / 2
    if calibration is None:
        return [float("nan")] * 3
    observed = calibration.set_index("probability")["observed_share"]
    return [float(observed[round(p, 2)]) for p in (tail, 0.5, 1 - tail)]
