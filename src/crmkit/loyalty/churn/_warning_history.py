"""How often early warnings were right: what they said on earlier days, and who then stayed away."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from narwhals.stable.v2.typing import IntoFrame

from crmkit._arrays import Floats
from crmkit._checks import Day, as_day, check_fraction, check_int
from crmkit._frames import FrameT, from_pandas
from crmkit._messages import Message
from crmkit._stats import wilson_interval
from crmkit.loyalty.churn._warning_log import Log, day_of
from crmkit.loyalty.churn._warning_signals import WARNING_SIGNALS, Rules, at_risk, last_purchases, signals_of
from crmkit.loyalty.churn._warnings import COMPLAINT_KINDS, opened_log, rules_from

__all__ = ["ANY_SIGNAL", "early_warning_history_table"]

ANY_SIGNAL: Final = "any"
"""The row on all signals together."""

_Bools = npt.NDArray[np.bool_]

_NOT_DAYS: Final = Message(
    en="{@days} must be a list of days, at least one and each once, got {value!r}.",
    zh="{@days} 须为日期列表，至少一个且不重复，得到 {value!r}。",
)
_TOO_LATE: Final = Message(
    en="{@days} holds {day:%Y-%m-%d}, and {horizon} days after it end after {@as_of}, {as_of:%Y-%m-%d}: what became of "
    "the warnings is not known. Give earlier days or a shorter {@horizon}.",
    zh="{@days} 中的 {day:%Y-%m-%d} 之后 {horizon} 天晚于 {@as_of}（{as_of:%Y-%m-%d}），预警结果尚不可知。"
    "请给出更早的日期或缩短 {@horizon}。",
)


def early_warning_history_table(
    transactions: FrameT,
    *,
    as_of: Day,
    days: Iterable[Day],
    horizon: int,
    min_severity: int = 1,
    level: float = 0.95,
    tickets: IntoFrame | None = None,
    invoices: IntoFrame | None = None,
    payments: IntoFrame | None = None,
    lookback_days: int = 365,
    min_gaps: int = 3,
    purchase_levels: Iterable[float] = (0.9, 0.95, 0.99),
    spend_window_days: int = 60,
    n_spend_windows: int = 6,
    spend_levels: Iterable[float] = (0.95, 0.99, 0.999),
    complaint_kinds: Collection[Any] = COMPLAINT_KINDS,
    complaint_window_days: int = 90,
    complaint_open_days: int = 14,
    invoice_days: Iterable[int] = (0, 30, 60),
    min_overdue: float = 0.0,
) -> FrameT:
    """Judge early warnings by what came after them, on earlier days of the log.

    On each of ``days`` the warnings are those that `early_warning_table` gives from what was known by then. A customer
    is lost if they have no purchase in the ``horizon`` days after it. Customers count once per day. Each signal is
    compared with those whom it can judge, as it is no merit to leave out who bought once; and with the simplest warning
    of all, the same number of these customers with the most days since their last purchase.

    Parameters
    ----------
    transactions : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.as_transactions` gives them.
    as_of : date or ISO text
        The last full day of the log.
    days : iterable of date or ISO text
        The days at whose end customers are judged, each once; the last at least ``horizon`` days before ``as_of``.
    horizon : int
        Days without a purchase that make a customer lost.
    min_severity : int, default 1
        Warnings of a lower severity are not counted; 1 to 3.
    level : float, default 0.95
        Confidence of the intervals, between 0 and 1.
    tickets, invoices, payments : table of any kind, optional
        As in `early_warning_table`.
    lookback_days, min_gaps, purchase_levels, spend_window_days, n_spend_windows, spend_levels : optional
        As in `early_warning_table`.
    complaint_kinds, complaint_window_days, complaint_open_days, invoice_days, min_overdue : optional
        As in `early_warning_table`.

    Returns
    -------
    the kind of frame given
        One row per signal for which there is data, and "any" for all together. Counts are customers times days.

        ``signal``
            Its code.
        ``n_customers``, ``n_lost``
            At risk with enough to be judged by; of these, lost.
        ``n_warned``, ``n_warned_lost``
            Warned of; of these, lost.
        ``base_rate``
            ``n_lost`` / ``n_customers``: how often a warning at random is right.
        ``precision``, ``precision_lower``, ``precision_upper``
            ``n_warned_lost`` / ``n_warned``: how often a warning was right.
        ``recall``, ``recall_lower``, ``recall_upper``
            ``n_warned_lost`` / ``n_lost``: how many of those lost had been warned of.
        ``false_alarm_rate``, ``false_alarm_lower``, ``false_alarm_upper``
            Share of those not lost who were warned of.
        ``lift``
            ``precision`` / ``base_rate``.
        ``days_silent``
            Mean days since the last purchase of those warned of: how early the warnings came.
        ``silence_precision``, ``silence_days_silent``
            The same of as many warnings on each day, given to those with the most days since their last purchase;
            among equals at the edge, on average.

        The intervals are Wilson's for the effective number of customers, as a customer's days are not independent.
        ``nan`` where nobody is divided by.

    Raises
    ------
    SchemaError
        If a column is missing, ids are whole numbers in one table and text in another, or no ticket has a kind.
    TypeError
        If a table is not a frame, or an option of the wrong kind.
    ValueError
        If an option is out of range, a day is named twice or too late for ``horizon``, ``payments`` is given without
        ``invoices``, or in memory ``as_of`` lies before the first transaction.

    References
    ----------
    .. [1] Dean and Pagano (2015), "Evaluating Confidence Interval Methods for Binomial Proportions in Clustered
       Surveys", *Journal of Survey Statistics and Methodology* 3(4), for intervals by an effective sample size.

    Examples
    --------
    >>> from crmkit import as_transactions, load_cdnow
    >>> history = early_warning_history_table(
    ...     as_transactions(load_cdnow()), as_of="1998-06-30", days=["1997-12-31", "1998-03-31"], horizon=90,
    ... )
    >>> history[["signal", "n_warned", "base_rate", "precision", "recall", "silence_precision"]].round(3)
                 signal  n_warned  base_rate  precision  recall  silence_precision
    0  overdue_purchase       155      0.571      0.774   0.246              0.826
    1     falling_spend        11      0.062      0.091   0.500              0.091
    2               any       162      0.805      0.741   0.045              0.944
    """
    last_day = as_day(as_of, name="as_of")
    check_int(horizon, name="horizon", low=1, high=36_600)
    check_int(min_severity, name="min_severity", low=1, high=3)
    check_fraction(level, name="level")
    moments = _days(days, horizon=horizon, as_of=last_day)
    rules = rules_from(
        lookback_days=lookback_days,
        min_gaps=min_gaps,
        purchase_levels=purchase_levels,
        spend_window_days=spend_window_days,
        n_spend_windows=n_spend_windows,
        spend_levels=spend_levels,
        complaint_window_days=complaint_window_days,
        complaint_open_days=complaint_open_days,
        invoice_days=invoice_days,
        min_overdue=min_overdue,
    )
    log = opened_log(
        transactions,
        as_of=last_day,
        tickets=tickets,
        invoices=invoices,
        payments=payments,
        complaint_kinds=complaint_kinds,
    )
    tallies: dict[str, _Tally] = {}
    for day in moments:
        _count(log, rules, tallies, day=day, horizon=horizon, min_severity=min_severity)
    rows = [
        {"signal": code, **tallies[code].figures(level)} for code in (*WARNING_SIGNALS, ANY_SIGNAL) if code in tallies
    ]
    return from_pandas(pd.DataFrame(rows), like=transactions)


def _days(days: Any, *, horizon: int, as_of: datetime) -> list[int]:
    if isinstance(days, (str, bytes)) or not isinstance(days, Iterable):
        raise TypeError(_NOT_DAYS(value=days))
    moments = [as_day(day, name="days") for day in days]
    if not moments or len(set(moments)) < len(moments):
        raise ValueError(_NOT_DAYS(value=[f"{moment:%Y-%m-%d}" for moment in moments]))
    late = max(moments)
    if day_of(late) + horizon > day_of(as_of):
        raise ValueError(_TOO_LATE(day=late, horizon=horizon, as_of=as_of))
    return sorted(map(day_of, moments))


def _count(log: Log, rules: Rules, tallies: dict[str, _Tally], *, day: int, horizon: int, min_severity: int) -> None:
    """Add one day's warnings and what came of them."""
    last = last_purchases(log, as_of=day)
    risk = at_risk(last, rules, as_of=day)
    lost = np.ones(len(log), dtype=bool)
    lost[log.who[log.bought & (log.day > day) & (log.day <= day + horizon)]] = False
    anything = np.zeros(len(log), dtype=bool)
    for code, fired in signals_of(log, rules, as_of=day).items():
        warned = np.zeros(len(log), dtype=bool)
        warned[fired.who[fired.severity >= min_severity]] = True
        anything |= warned
        tallies.setdefault(code, _Tally.of(len(log))).add(fired.judged, warned, lost, day - last)
    tallies.setdefault(ANY_SIGNAL, _Tally.of(len(log))).add(risk, anything, lost, day - last)


@dataclass
class _Tally:
    """What one signal said and what came of it, by customer over the days."""

    judged: Floats
    lost: Floats
    warned: Floats
    right: Floats
    silent: float = 0.0
    right_by_silence: float = 0.0
    silent_by_silence: float = 0.0

    @classmethod
    def of(cls, n: int) -> _Tally:
        return cls(np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n))

    def add(self, judged: _Bools, warned: _Bools, lost: _Bools, silence: npt.NDArray[np.int64]) -> None:
        """Add a day."""
        self.judged += judged
        self.lost += judged & lost
        self.warned += warned
        self.right += warned & lost
        self.silent += float(silence[warned].sum())
        right, silent = _by_silence(silence[judged], lost[judged], n=int(warned.sum()))
        self.right_by_silence += right
        self.silent_by_silence += silent

    def figures(self, level: float) -> dict[str, float]:
        """Work the columns out."""
        n, lost, warned, right = (int(each.sum()) for each in (self.judged, self.lost, self.warned, self.right))
        base = _share(self.lost, self.judged, level)
        precision = _share(self.right, self.warned, level)
        recall = _share(self.right, self.lost, level)
        alarms = _share(self.warned - self.right, self.judged - self.lost, level)
        return {
            "n_customers": n,
            "n_lost": lost,
            "n_warned": warned,
            "n_warned_lost": right,
            "base_rate": base.share,
            **dict(zip(("precision", "precision_lower", "precision_upper"), precision, strict=True)),
            **dict(zip(("recall", "recall_lower", "recall_upper"), recall, strict=True)),
            **dict(zip(("false_alarm_rate", "false_alarm_lower", "false_alarm_upper"), alarms, strict=True)),
            "lift": precision.share / base.share if base.share > 0 else np.nan,
            "days_silent": self.silent / warned if warned else np.nan,
            "silence_precision": self.right_by_silence / warned if warned else np.nan,
            "silence_days_silent": self.silent_by_silence / warned if warned else np.nan,
        }


class _Share(NamedTuple):
    share: float
    lower: float
    upper: float


def _share(part: Floats, whole: Floats, level: float) -> _Share:
    """A share of customer-days with its interval, where days of one customer go together."""
    total, n = float(whole.sum()), int(np.count_nonzero(whole))
    if total == 0:
        return _Share(np.nan, np.nan, np.nan)
    share = float(part.sum()) / total
    variance = float(n / max(n - 1, 1) * ((part - share * whole) ** 2).sum() / total**2)
    # Where all are alike the variance says nothing; customers are then what is counted.
    effective = min(share * (1 - share) / variance, total) if variance > 0 else n
    lower, upper = wilson_interval(share * effective, effective, level=level)
    return _Share(share, float(lower), float(upper))


def _by_silence(silence: npt.NDArray[np.int64], lost: _Bools, *, n: int) -> tuple[float, float]:
    """Of the n customers with the longest silence, those lost and the sum of days; of equals at the edge, the mean."""
    if n == 0:
        return 0.0, 0.0
    edge = np.partition(silence, len(silence) - n)[len(silence) - n]
    above, at = silence > edge, silence == edge
    left = n - int(above.sum())
    return float(lost[above].sum() + lost[at].mean() * left), float(silence[above].sum() + edge * left)
