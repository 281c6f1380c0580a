"""From subscriptions to how long each customer has been there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._calendar import day_numbers, next_day
from crmkit._checks import Day, as_day, check_int
from crmkit._frames import FrameT, as_name, from_pandas, midnight, to_pandas
from crmkit._messages import Message
from crmkit._tables import SUBSCRIPTIONS, open_table
from crmkit.errors import SchemaError

__all__ = ["subscription_durations"]

_Ints = npt.NDArray[np.int64]

_READ: Final = ("customer_id", "subscription_id", "start", "end", "end_known", "mrr", "trial")
_MADE: Final = ("customer_id", "spell", "start", "end", "duration", "observed", "entry", "reason")
# After the year 2099, the last that is read; customers are this far apart where their spells are laid end to end.
_NEVER: Final = 1_000_000
_APART: Final = 4 * _NEVER
_UNKNOWN: Final = "unknown"

_NOBODY: Final = Message(
    en="{@subscriptions} has no customer who paid and was there by {day:%Y-%m-%d}{since}. Give other days.",
    zh="{@subscriptions} 中没有在 {day:%Y-%m-%d} 之前付费并在此期间为客户的人{since}，请更改日期。",
)
_SINCE: Final = Message(en=" and after {day:%Y-%m-%d}", zh="（自 {day:%Y-%m-%d} 之后）")
_TOO_LATE: Final = Message(
    en="{@since} must be before {@as_of} less the allowed gap, {last:%Y-%m-%d}, got {since:%Y-%m-%d}.",
    zh="{@since} 须早于 {@as_of} 减去允许的间隔，即 {last:%Y-%m-%d}，得到 {since:%Y-%m-%d}。",
)
_TAKEN: Final = Message(
    en="{@keep} must not name {names}, which the result has itself.", zh="{@keep} 不能含有结果自有的列 {names}。"
)


class _Spells(NamedTuple):
    """Spells of customers, one after another: whose each is, its first day and the first day no longer served."""

    customer: _Ints
    start: _Ints
    end: _Ints
    first_row: _Ints
    last_row: _Ints


def subscription_durations(
    subscriptions: FrameT,
    *,
    as_of: Day,
    allowed_gap_days: int = 0,
    since: Day | None = None,
    reason: str | None = None,
    keep: Sequence[str] = (),
) -> FrameT:
    """Work out how long each customer has been there, from the first day paid to the loss or to ``as_of``.

    All subscriptions of a customer count together: they stay while any of them runs. Who comes back after a loss has a
    second spell.

    Parameters
    ----------
    subscriptions : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.as_subscriptions` makes it. As in all tables of subscriptions, a customer is there from their first
        day with a price, and who never paid is not counted; a later trial, or a month at price 0, keeps them.
    as_of : date or ISO text
        The last day that counts. Subscriptions that begin later, and ends that became known later, do not exist yet.
    allowed_gap_days : int, default 0
        How many days a customer may be without service and still count as having stayed, such as 14 where payments
        fail and are made good. Losses of the last so many days are not yet certain, so durations are then counted up to
        ``as_of`` less this, for everybody: to take only those who stopped out would lose losses.
    since : date or ISO text, optional
        The first day of the data, if they hold only those who were still customers then. Customers who had joined
        before have the age at which they came into sight as ``entry``; those lost by then are left out.
    reason : str, optional
        Column that says why a subscription ended.
    keep : sequence of str, default ()
        Columns to carry along, with their values when the spell began, such as plan or channel. What is known only
        later says how it will end.

    Returns
    -------
    the kind of frame given
        One row per spell of a customer, in order of the customers and their spells. ``customer_id``; ``spell``, 1 for
        the first; ``start``, the first day paid; ``end``, the first day no longer served, missing while it runs;
        ``duration`` in days from ``start`` to ``end``, or to the last day that counts; ``observed``, whether it ended;
        ``entry`` in days, 0 for those seen from the start; ``reason`` as text where a column is named, "unknown" where
        a lost customer has none, missing while it runs; then the columns of ``keep``. Its columns are what
        `kaplan_meier_table` and its kin take.

    Raises
    ------
    SchemaError
        If a column is missing or does not hold what it should, or there is no such customer.
    TypeError
        If ``subscriptions`` is not a frame or ``allowed_gap_days`` not a whole number.
    ValueError
        If a date is none, ``since`` is not before the last day that counts, ``allowed_gap_days`` is below 0, or
        ``keep`` names a column that the result has itself.

    References
    ----------
    .. [1] Gold (2020), *Fighting Churn with Data*, sections 2.4 and 4.1, for active periods with an allowed gap.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit import as_subscriptions
    >>> spells = as_subscriptions(pd.DataFrame({
    ...     "customer_id": ["ann", "ann", "bo", "cy"], "mrr": [20, 20, 30, 50],
    ...     "start": ["2024-01-01", "2024-03-05", "2023-06-01", "2024-02-01"],
    ...     "end": ["2024-03-01", None, "2024-02-01", None],
    ... }))
    >>> durations = subscription_durations(spells, as_of="2024-04-30", allowed_gap_days=7, since="2024-01-01")
    >>> durations[["customer_id", "duration", "observed", "entry"]]
      customer_id  duration  observed  entry
    0         ann     113.0     False    0.0
    1          bo     245.0      True  214.0
    2          cy      82.0     False    0.0
    """
    day = as_day(as_of, name="as_of")
    check_int(allowed_gap_days, name="allowed_gap_days", low=0)
    last = day - timedelta(days=int(allowed_gap_days))
    first = None if since is None else as_day(since, name="since")
    if first is not None and first >= last:
        raise ValueError(_TOO_LATE(last=last, since=first))
    carried = list(dict.fromkeys(as_name(name) for name in keep))
    if wrong := sorted(set(carried) & set(_MADE)):
        raise ValueError(_TAKEN(names=wrong))
    rows = _rows(subscriptions, day, [*carried, *([] if reason is None else [as_name(reason)])])
    spells = _spells_of(rows, day=day, gap=int(allowed_gap_days))
    begun = spells.start <= _number(last)
    seen = begun if first is None else begun & (spells.end > _number(first))
    if not seen.any():
        raise SchemaError(_NOBODY(day=last, since="" if first is None else _SINCE(day=first)))
    table = _table(_Spells(*(part[seen] for part in spells)), rows, last=last, first=first, reason=reason)
    for name in carried:
        table[name] = rows[name].take(spells.first_row[seen]).array
    return from_pandas(table, like=subscriptions)


def _rows(subscriptions: Any, day: datetime, also: list[str]) -> pd.DataFrame:
    """Bring the spells that begin by a day into memory, those of a customer together and by time."""
    table = open_table(subscriptions, SUBSCRIPTIONS, columns=_READ, also=also)
    table = table.filter(nw.col("start") < midnight(next_day(day), of=table))
    rows = to_pandas(table.select(*dict.fromkeys((*_READ, *also))))
    rows["code"] = pd.factorize(rows["customer_id"], sort=True)[0]
    return rows.sort_values(["code", "start"], kind="stable", ignore_index=True)


def _spells_of(rows: pd.DataFrame, *, day: datetime, gap: int) -> _Spells:
    """Join what a customer has at the same time, or after a gap that is allowed."""
    code = rows["code"].to_numpy(dtype=np.int64)
    start, end, known = (_days(rows[name]) for name in ("start", "end", "end_known"))
    # An end that became known after the day does not exist yet, unless something of the same subscription follows.
    unknown = (known > _number(day)) & (known < _NEVER)
    end = np.where(unknown, np.maximum(_following(rows, start), end), end)
    pays = (rows["mrr"].to_numpy(dtype=np.float64) > 0) & ~rows["trial"].to_numpy(dtype=bool) & (end > start)
    first_paid = np.full(code.max(initial=-1) + 1, _NEVER, dtype=np.int64)
    np.minimum.at(first_paid, code[pays], start[pays])
    # What served no day, or was over before the first day paid, is no time as a customer.
    at = np.flatnonzero((end > start) & (end > first_paid[code]))
    code, start, end = code[at], np.maximum(start, first_paid[code])[at], end[at]
    until = np.maximum.accumulate(code * _APART + end) if at.size else code
    begins = np.flatnonzero(np.append(True, code[1:] * _APART + start[1:] > until[:-1] + gap)[: len(at)])
    final = np.append(begins[1:], len(at)) - 1 if at.size else begins
    ends = until[final] - code[final] * _APART if at.size else begins
    return _Spells(code[begins], start[begins], ends, at[begins], _last_rows(at, end, begins, final))


def _following(rows: pd.DataFrame, start: _Ints) -> _Ints:
    """The first day of the next spell of the same subscription, ``_NEVER`` for the last."""
    who = rows.groupby(["customer_id", "subscription_id"], sort=False, observed=True).ngroup().to_numpy()
    order = np.lexsort((start, who))
    following = np.full(len(rows), _NEVER, dtype=np.int64)
    same = who[order][1:] == who[order][:-1]
    following[order[:-1][same]] = start[order[1:][same]]
    return following


def _last_rows(at: _Ints, end: _Ints, begins: _Ints, final: _Ints) -> _Ints:
    """The row with which each spell ends: of those that end together the last."""
    spell = np.repeat(np.arange(len(begins)), final - begins + 1)
    order = np.lexsort((np.arange(len(at)), end, spell))
    return at[order[final]] if at.size else at


def _table(
    spells: _Spells, rows: pd.DataFrame, *, last: datetime, first: datetime | None, reason: str | None
) -> pd.DataFrame:
    observed = spells.end <= _number(last)
    since = spells.start if first is None else np.int64(_number(first))
    same = np.append(False, spells.customer[1:] == spells.customer[:-1])
    place = np.arange(len(same))
    table = pd.DataFrame(
        {
            "customer_id": rows["customer_id"].take(spells.first_row).array,
            "spell": place - np.maximum.accumulate(np.where(same, 0, place)) + 1,
            "start": spells.start.astype("datetime64[D]").astype("datetime64[us]"),
            "end": np.where(observed, spells.end, 0).astype("datetime64[D]").astype("datetime64[us]"),
            "duration": (np.where(observed, spells.end, _number(last)) - spells.start).astype(np.float64),
            "observed": observed,
            "entry": np.maximum(since - spells.start, 0).astype(np.float64),
        }
    )
    table.loc[~observed, "end"] = pd.NaT
    if reason is not None:
        said = rows[as_name(reason)].take(spells.last_row).reset_index(drop=True)
        table["reason"] = said.astype(str).where(said.notna(), _UNKNOWN).where(observed, None)
    return table


def _days(dates: pd.Series[Any]) -> _Ints:
    """Days since 1970, ``_NEVER`` where missing."""
    values = dates.to_numpy(dtype="datetime64[us]")
    return np.where(np.isnat(values), _NEVER, day_numbers(values))


def _number(day: datetime) -> int:
    return int(np.datetime64(day, "D").astype(np.int64))
