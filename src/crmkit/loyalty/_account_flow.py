"""Accounts opened and closed: by period, and by customer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from narwhals.stable.v2.typing import IntoFrame

from crmkit._calendar import Freq
from crmkit._calendars import Calendar, calendar_of
from crmkit._checks import Day, as_day
from crmkit._frames import FrameT, as_name, column_name, from_pandas
from crmkit._grouping import beside_labels, label_names, labels_of
from crmkit._messages import Message
from crmkit.loyalty._account_spells import AccountSpells, account_spells, number_of

__all__ = ["account_flow_table", "net_opening_table"]

_Ints = npt.NDArray[np.int64]

_OF_SUBSCRIPTIONS: Final = ("customer_id", "subscription_id")
_COUNTS: Final = ("opening", "opened", "reopened", "closed", "closing", "net_opened")
_MADE: Final = ("scope", "period", "is_complete", *_COUNTS, "net_opening_rate")
_OF_CUSTOMERS: Final = ("n_open_start", "n_opened", "n_closed", "n_open", "net_opened")

_TAKEN: Final = Message(
    en="{names} are columns of the result. Rename them in the table.", zh="{names} 与结果表的列重名，请改名。"
)
_TOO_LATE: Final = Message(
    en="{@since} must not be after {@as_of}, got {since:%Y-%m-%d} and {day:%Y-%m-%d}.",
    zh="{@since} 不得晚于 {@as_of}，得到 {since:%Y-%m-%d} 与 {day:%Y-%m-%d}。",
)


def account_flow_table(
    accounts: FrameT,
    *,
    as_of: Day,
    freq: Freq = "M",
    calendar: IntoFrame | None = None,
    account: str | Sequence[str] = _OF_SUBSCRIPTIONS,
    opened: str = "start",
    closed: str = "end",
    by: str | Sequence[str] = (),
) -> FrameT:
    r"""Follow the number of open accounts (开销户): those at the start, opened, closed, and those at the end.

    .. math:: \text{closing} = \text{opening} + \text{opened} - \text{closed}

    Parameters
    ----------
    accounts : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.as_subscriptions` makes them; or any table with a row for each spell in which an account was open,
        such as a table of customers with the days on which they joined and left. Spells of an account that touch, as
        at a change of price, are one.
    as_of : date or ISO text
        The last day that counts. Where the table has ``end_known``, as subscriptions have, an end that became known
        later does not exist yet.
    freq : str, default "M"
        "D", "W", "M", "Q" or "Y": day, week from Monday, month, quarter or year. Another last weekday or month
        is named: "W-SAT", "Q-JAN", "Y-MAR".
    calendar : table of any kind, optional
        Periods of one's own in place of ``freq``: ``period``, ``start``, ``end``, one after another.
    account : str or sequence of str, default ("customer_id", "subscription_id")
        Columns that tell accounts apart. For a table of customers "customer_id".
    opened : str, default "start"
        Column of the first day on which the account is open. Rows where it is missing, such as prospects, have no
        account and are not counted.
    closed : str, default "end"
        Column of the first day on which it is no longer open, missing while it is.
    by : str or sequence of str, default ()
        Columns that stay with an account, such as branch or channel. A missing label makes a group of its own.

    Returns
    -------
    the kind of frame given
        One row per group and period, from that of the first opening to that of ``as_of``, empty ones too; the rows of
        all groups together come last. The columns of ``by`` and ``scope`` ("group", "no label", "all"), only with
        ``by``; ``period``, its first day; ``is_complete``, whether it is over by ``as_of``; ``opening``, accounts open
        when it begins; ``opened``, of these ``reopened``, which had been closed; ``closed``; ``closing``;
        ``net_opened``, opened less closed; ``net_opening_rate``, that over ``opening``, missing where it is 0.

    Raises
    ------
    SchemaError
        If a column is missing or does not hold days, an id is missing, no account opens by ``as_of``, one closes
        before it opens or opens while it is open, or a day lies outside the years 1901 to 2099.
    TypeError
        If ``accounts`` is not a frame, or names are not text.
    ValueError
        If ``as_of`` is not a date, ``freq`` is not one of those listed, a day lies outside ``calendar``, or ``by``
        names a column that the result has itself or whose labels change within an account.

    Examples
    --------
    >>> import pandas as pd
    >>> customers = pd.DataFrame({
    ...     "customer_id": ["ann", "bo", "cy", "di"],
    ...     "joined": pd.to_datetime(["2024-01-05", "2024-01-20", "2024-02-11", "2024-03-02"]),
    ...     "left": pd.to_datetime([None, "2024-02-28", None, "2024-03-30"]),
    ... })
    >>> flow = account_flow_table(
    ...     customers, as_of="2024-03-31", account="customer_id", opened="joined", closed="left"
    ... )
    >>> flow[["period", "opening", "opened", "closed", "closing"]]
          period  opening  opened  closed  closing
    0 2024-01-01        0       2       0        2
    1 2024-02-01        2       1       1        2
    2 2024-03-01        2       1       1        2
    """
    periods, day = calendar_of(freq, calendar, default="M"), as_day(as_of, name="as_of")
    labels = label_names(by)
    if taken := [name for name in labels if name in _MADE]:
        raise ValueError(_TAKEN(names=taken))
    spells = account_spells(accounts, as_of=day, account=account, opened=opened, closed=closed, by=labels)
    first = np.datetime64(int(spells.opened.min()), "D").astype("datetime64[us]").item()
    numbers = periods.numbers(first, day)
    whole = _by_period(spells, np.zeros(len(spells.opened), dtype=np.int64), 1, periods, numbers, until=number_of(day))
    if not labels:
        return from_pandas(whole, like=accounts)
    found = labels_of(spells.rows, labels)
    parts = _by_period(spells, found.codes, len(found.groups), periods, numbers, until=number_of(day))
    table = pd.concat([parts, whole], ignore_index=True)
    return from_pandas(beside_labels(table, *found.with_whole()), like=accounts)


def net_opening_table(
    accounts: FrameT,
    *,
    since: Day,
    as_of: Day,
    customer_id: str = "customer_id",
    account: str | Sequence[str] = _OF_SUBSCRIPTIONS,
    opened: str = "start",
    closed: str = "end",
) -> FrameT:
    r"""Count for each customer the accounts they opened and closed between two days, such as within a year.

    .. math:: \text{open at the end} = \text{open at the start} + \text{opened} - \text{closed}

    Parameters
    ----------
    accounts : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As for `account_flow_table`.
    since, as_of : date or ISO text
        The first and the last day that counts.
    customer_id : str, default "customer_id"
        Column of the customer.
    account : str or sequence of str, default ("customer_id", "subscription_id")
        Columns that tell accounts apart.
    opened, closed : str, default "start" and "end"
        Columns of the first day on which the account is open, and of the first on which it is no longer.

    Returns
    -------
    the kind of frame given
        One row for each customer who ever had an account by ``as_of``, sorted by their id: the id; ``n_open_start``,
        accounts open when ``since`` begins; ``n_opened``, ``n_closed``; ``n_open``, those open at the end of
        ``as_of``; ``net_opened``, opened less closed, a component of `LoyaltyIndex`.

    Raises
    ------
    SchemaError
        As `account_flow_table`.
    TypeError
        If ``accounts`` is not a frame, or names are not text.
    ValueError
        If a date is none, ``since`` is after ``as_of``, or the id is called like a column of the result.

    Examples
    --------
    >>> import pandas as pd
    >>> accounts = pd.DataFrame({
    ...     "customer_id": ["ann", "ann", "bo"], "account": [1, 2, 3],
    ...     "start": pd.to_datetime(["2023-05-01", "2024-02-01", "2022-01-01"]),
    ...     "end": pd.to_datetime([None, None, "2024-03-15"]),
    ... })
    >>> net_opening_table(accounts, since="2024-01-01", as_of="2024-12-31", account="account")
      customer_id  n_open_start  n_opened  n_closed  n_open  net_opened
    0         ann             1         1         0       2           1
    1          bo             1         0         1       0          -1
    """
    first, last = as_day(since, name="since"), as_day(as_of, name="as_of")
    if first > last:
        raise ValueError(_TOO_LATE(since=first, day=last))
    name = column_name(customer_id, name="customer_id")
    if name in _OF_CUSTOMERS:
        raise ValueError(_TAKEN(names=[name]))
    spells = account_spells(accounts, as_of=last, account=account, opened=opened, closed=closed, also=as_name(name))
    found = labels_of(spells.rows, [name])
    start, end = number_of(first), number_of(last)
    flags = (
        (spells.opened < start) & (spells.closed >= start),
        spells.opened >= start,
        (spells.closed >= start) & (spells.closed <= end),
        spells.closed > end,
    )
    counts = [np.bincount(found.codes[each], minlength=len(found.groups)) for each in flags]
    columns = [*counts, counts[1] - counts[2]]
    return from_pandas(found.groups.assign(**dict(zip(_OF_CUSTOMERS, columns, strict=True))), like=accounts)


def _by_period(
    spells: AccountSpells, codes: _Ints, n_groups: int, periods: Calendar, numbers: range, *, until: int
) -> pd.DataFrame:
    first_days = periods.first_days(numbers)
    starts, n = first_days.astype("datetime64[D]").astype(np.int64), len(numbers)

    def counted(days: _Ints, rows: npt.NDArray[np.bool_]) -> _Ints:
        place = np.searchsorted(starts, days[rows], side="right") - 1
        return np.bincount(codes[rows] * n + place, minlength=n_groups * n).reshape(n_groups, n)

    opened = counted(spells.opened, np.ones(len(codes), dtype=bool))
    closed = counted(spells.closed, spells.closed <= until)
    closing = (opened - closed).cumsum(axis=1)
    opening = closing - opened + closed
    flow = {"opening": opening, "opened": opened, "reopened": counted(spells.opened, spells.again), "closed": closed}
    flow |= {"closing": closing, "net_opened": opened - closed}
    table = pd.DataFrame({name: values.ravel() for name, values in flow.items()})
    base = table["opening"].where(table["opening"] > 0)
    last_days = periods.last_days(numbers).astype("datetime64[D]").astype(np.int64)
    table.insert(0, "period", np.tile(first_days, n_groups))
    table.insert(1, "is_complete", np.tile(last_days <= until, n_groups))
    return table.assign(net_opening_rate=table["net_opened"] / base)
