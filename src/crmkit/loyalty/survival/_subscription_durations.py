"""From subscriptions to how long each customer has been there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._checks import Day, as_day, check_int
from crmkit._frames import FrameT, as_name, column_name, from_pandas
from crmkit._messages import Message
from crmkit.errors import SchemaError
from crmkit.subscriptions import CustomerSpells, customer_spells, spell_rows

__all__ = ["subscription_durations"]

_Ints = npt.NDArray[np.int64]

_MADE: Final = ("customer_id", "spell", "start", "end", "duration", "observed", "entry", "reason")
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
    rows = spell_rows(
        subscriptions, day, also=[*carried, *([] if reason is None else [column_name(reason, name="reason")])]
    )
    spells = customer_spells(rows, day=day, gap=int(allowed_gap_days))
    begun = spells.start <= _number(last)
    seen = begun if first is None else begun & (spells.end > _number(first))
    if not seen.any():
        raise SchemaError(_NOBODY(day=last, since="" if first is None else _SINCE(day=first)))
    table = _table(CustomerSpells(*(part[seen] for part in spells)), rows, last=last, first=first, reason=reason)
    for name in carried:
        table[name] = rows[name].take(spells.first_row[seen]).array
    return from_pandas(table, like=subscriptions)


def _table(
    spells: CustomerSpells, rows: pd.DataFrame, *, last: datetime, first: datetime | None, reason: str | None
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
        said = rows[column_name(reason, name="reason")].take(spells.last_row).reset_index(drop=True)
        table["reason"] = said.astype(str).where(said.notna(), _UNKNOWN).where(observed, None)
    return table


def _number(day: datetime) -> int:
    return int(np.datetime64(day, "D").astype(np.int64))
