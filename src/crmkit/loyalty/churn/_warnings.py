"""Who to look after before they leave: signals that each customer gives, measured against their own past."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from itertools import pairwise
from numbers import Real
from typing import Any, Final, cast

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
from narwhals.stable.v2.typing import IntoFrame

from crmkit._arrays import Floats
from crmkit._checks import Day, as_day, check_fraction, check_int, check_number
from crmkit._frames import FrameT, from_pandas, is_engine, looked_up, open_frame, pandas_series
from crmkit._messages import Message, Parameter
from crmkit.loyalty.churn._warning_log import Log, as_log, day_of, summed
from crmkit.loyalty.churn._warning_signals import WARNING_SIGNALS, Fired, Rules, signals_of

__all__ = ["COMPLAINT_KINDS", "early_warning_table", "opened_log", "rules_from"]

COMPLAINT_KINDS: Final = ("complaint",)
_YEAR: Final = 365
_MOST_DAYS: Final = 36_600
_LEVELS: Final = 3
_LEAST_WINDOWS: Final = 3

_NOT_LEVELS: Final = Message(
    en="{name} must be three ascending numbers, one per severity, got {value!r}.",
    zh="{name} 须为三个递增的数，依次对应三级严重程度，得到 {value!r}。",
)
_NO_INVOICES: Final = Message(
    en="{@payments} is given without {@invoices}: what is open is not known. Pass both.",
    zh="给出了 {@payments} 而没有 {@invoices}，无从得知未付金额。请同时给出。",
)
_BELOW_ZERO: Final = Message(
    en="{@min_overdue} must be 0 or more, got {value!r}.", zh="{@min_overdue} 须不小于 0，得到 {value!r}。"
)
_KINDS: Final = Message(
    en="{@complaint_kinds} must be a list of the kinds of tickets that are complaints, got {value!r}.",
    zh="{@complaint_kinds} 须列出属于投诉的工单类别，得到 {value!r}。",
)


def early_warning_table(
    transactions: FrameT,
    *,
    as_of: Day,
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
    r"""List what warns that customers may leave, each measured against their own past.

    Four signals, each with three limits; the severity is the number of the last limit passed.

    - "overdue_purchase": the days since the last purchase exceed what nine in ten of the customer's own gaps stay
      within. Few gaps are shrunk to those of all customers: logarithms of gaps are normal around a mean of the
      customer's own, these means around that of all, and the limit is the quantile of the next gap.
    - "falling_spend": the spend of the last window lies below what the same customer's earlier windows make likely.
      A purchase day counts for at most three times their median purchase day and their best window not at all, so that
      no single order sets the level; a season or a fall that all customers share is taken out; and a fall must exceed
      chance, as purchases that come at random would show it. So only customers who buy several times in a window can be
      judged.
    - "complaint": a complaint that is open, or that came within ``complaint_window_days``. Severity 2 if one is open or
      there are several, 3 if one has been open for more than ``complaint_open_days``.
    - "overdue_invoice": an amount is open past its due day, after credit notes and payments, the oldest first.

    Only customers at risk are warned of: those who bought within ``lookback_days``. Who has long been gone is past an
    early warning. Nothing after ``as_of`` is looked at. `early_warning_history_table` says how often such warnings were
    right; without it they are opinions.

    Parameters
    ----------
    transactions : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.as_transactions` gives them. Those of an engine are brought into memory: four columns.
    as_of : date or ISO text
        The last day that counts.
    tickets : table of any kind, optional
        As `crmkit.as_tickets` makes it, ``kind`` among its columns; for "complaint". A ticket that was resolved after
        ``as_of`` is open.
    invoices : table of any kind, optional
        As `crmkit.as_invoices` makes it; for "overdue_invoice".
    payments : table of any kind, optional
        As `crmkit.as_payments` makes it, with ``invoices``; without it nothing has been paid.
    lookback_days : int, default 365
        Days within which a customer must have bought; our convention.
    min_gaps : int, default 3
        Gaps between purchases from which on a customer has a rhythm, at least 1; our convention.
    purchase_levels : three numbers, default (0.9, 0.95, 0.99)
        Share of a customer's own gaps that stays within each limit, ascending, in (0, 1); our convention.
    spend_window_days : int, default 60
        Length of the windows of "falling_spend"; our convention.
    n_spend_windows : int, default 6
        Earlier windows that are looked at, at least 3; customers with fewer than 3 after their first purchase are not
        judged.
    spend_levels : three numbers, default (0.95, 0.99, 0.999)
        Probability with which a customer who buys as before spends more than each limit, ascending, in (0, 1).
    complaint_kinds : list, default ("complaint",)
        The values of ``kind`` that are complaints.
    complaint_window_days, complaint_open_days : int, default 90 and 14
        For how long a complaint that was resolved counts, and after how many days an open one is severe; our
        convention.
    invoice_days : three ints, default (0, 30, 60)
        Days past due of the oldest open instalment that each severity exceeds, the usual limits of ageing tables.
    min_overdue : float, default 0
        Amount that must be exceeded, so that cents do not warn.

    Returns
    -------
    the kind of frame given
        One row per customer and signal that fired; in memory sorted by customer, the signals in the order above.

        ``customer_id``
            The customer.
        ``signal``
            Its code.
        ``severity``
            1 to 3.
        ``since``
            The day on which it began: the first day beyond the limit, of the last window, of the oldest complaint that
            counts, or after the oldest due day.
        ``value``
            Days since the last purchase; net spend of the last window; complaints; amount overdue.
        ``limit``
            What the value had to pass for severity 1: days and an amount to exceed, or spend to fall below.
        ``spend_last_year``
            What is at stake: the customer's net spend of the last 365 days; missing where orders carry no price.

        `explain_early_warnings` gives a sentence per row.

    Raises
    ------
    SchemaError
        If a column is missing, ids are whole numbers in one table and text in another, or no ticket has a kind.
    TypeError
        If a table is not a frame, or an option of the wrong kind.
    ValueError
        If an option is out of range, ``payments`` is given without ``invoices``, or in memory ``as_of`` lies before the
        first transaction.

    See Also
    --------
    early_warning_history_table : How often such warnings were right.

    References
    ----------
    .. [1] Gelman et al. (2013), *Bayesian Data Analysis*, 3rd ed., section 5.4, for gaps shrunk to those of all.
    .. [2] Searle, Casella and McCulloch (1992), *Variance Components*, section 3.6, for the two variances.

    Examples
    --------
    >>> from crmkit import as_transactions, load_cdnow
    >>> warnings = early_warning_table(as_transactions(load_cdnow()), as_of="1998-06-30")
    >>> warnings.drop(columns="since").round(1).head(3)
       customer_id            signal  severity  value  limit  spend_last_year
    0           11  overdue_purchase         1  231.0  204.0             33.0
    1           17  overdue_purchase         1  175.0  120.4            183.9
    2           88  overdue_purchase         1  116.0  107.6            120.4
    """
    day = as_day(as_of, name="as_of")
    rules = rules_from(
        lookback_days=lookback_days, min_gaps=min_gaps, purchase_levels=purchase_levels,
        spend_window_days=spend_window_days, n_spend_windows=n_spend_windows, spend_levels=spend_levels,
        complaint_window_days=complaint_window_days, complaint_open_days=complaint_open_days, invoice_days=invoice_days,
        min_overdue=min_overdue,
    )  # fmt: skip
    log = opened_log(
        transactions, as_of=day, tickets=tickets, invoices=invoices, payments=payments, complaint_kinds=complaint_kinds
    )
    return _table(log, signals_of(log, rules, as_of=day_of(day)), as_of=day_of(day), like=transactions)


def opened_log(
    transactions: object,
    *,
    as_of: datetime,
    tickets: object,
    invoices: object,
    payments: object,
    complaint_kinds: Collection[Any],
) -> Log:
    """Check which tables are given, and open them."""
    if payments is not None and invoices is None:
        raise ValueError(_NO_INVOICES())
    if isinstance(complaint_kinds, (str, bytes)) or not isinstance(complaint_kinds, Collection):
        raise TypeError(_KINDS(value=complaint_kinds))
    return as_log(
        transactions, as_of=as_of, tickets=tickets, invoices=invoices, payments=payments,
        complaint_kinds=complaint_kinds,
    )  # fmt: skip


def rules_from(**given: Any) -> Rules:
    """Check the options of warnings."""
    for name in ("lookback_days", "min_gaps", "spend_window_days", "complaint_window_days"):
        check_int(given[name], name=name, low=1, high=_MOST_DAYS)
    check_int(given["complaint_open_days"], name="complaint_open_days", low=0, high=_MOST_DAYS)
    check_int(given["n_spend_windows"], name="n_spend_windows", low=_LEAST_WINDOWS, high=_MOST_DAYS)
    for name in ("purchase_levels", "spend_levels", "invoice_days"):
        given[name] = _three(given[name], name=name)
        for number in given[name]:
            if name == "invoice_days":
                check_int(number, name=name, low=0, high=_MOST_DAYS)
            else:
                check_fraction(number, name=name)
    check_number(given["min_overdue"], name="min_overdue")
    if given["min_overdue"] < 0:
        raise ValueError(_BELOW_ZERO(value=given["min_overdue"]))
    return Rules(**given)


def _three(value: Any, *, name: str) -> tuple[Any, ...]:
    if isinstance(value, (str, bytes)) or not isinstance(value, Iterable):
        raise TypeError(_NOT_LEVELS(name=Parameter(name), value=value))
    numbers = tuple(value)
    if not all(isinstance(number, Real) for number in numbers):
        raise TypeError(_NOT_LEVELS(name=Parameter(name), value=value))
    if len(numbers) != _LEVELS or any(low >= high for low, high in pairwise(numbers)):
        raise ValueError(_NOT_LEVELS(name=Parameter(name), value=value))
    return numbers


def _table(log: Log, signals: Mapping[str, Fired], *, as_of: int, like: FrameT) -> FrameT:
    """The rows of all signals, by customer, in the caller's kind of frame."""
    who = np.concatenate([fired.who for fired in signals.values()])
    place = np.concatenate(
        [np.full(len(fired.who), list(WARNING_SIGNALS).index(code)) for code, fired in signals.items()]
    )
    order = np.lexsort((place, who))
    severity, since, value, limit = (
        np.concatenate([getattr(fired, name) for fired in signals.values()])[order]
        for name in ("severity", "since", "value", "limit")
    )
    table = pd.DataFrame(
        {
            "customer_id": pandas_series(log.ids[who[order]]).array,
            "signal": pd.Series(list(WARNING_SIGNALS)).array.take(place[order]),
            "severity": severity,
            "since": since.astype("datetime64[D]").astype("datetime64[us]"),
            "value": value,
            "limit": limit,
            "spend_last_year": _spend_last_year(log, as_of=as_of)[who[order]],
        }
    )
    return _handed_over(table, like=like)


def _handed_over(table: pd.DataFrame, *, like: FrameT) -> FrameT:
    """Give the rows to the caller's kind of frame; to an engine by a join, for they may be too many to write out."""
    opened = open_frame(like, name="transactions")
    if not is_engine(opened):
        return from_pandas(table, like=like)
    ids = cast("FrameT", opened.select("customer_id").unique().to_native())
    joined: Any = nw.from_native(cast("Any", looked_up(ids, table, on=["customer_id"])))
    return cast("FrameT", joined.filter(~nw.col("signal").is_null()).to_native())


def _spend_last_year(log: Log, *, as_of: int) -> Floats:
    recent = (log.day > as_of - _YEAR) & (log.day <= as_of)
    return summed(log.who[recent], log.amount[recent], len(log))
