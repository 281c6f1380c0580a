"""The history of states looked at on given days: who was in which, and how many."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from crmkit._calendar import next_day
from crmkit._checks import Day, as_day, some
from crmkit._frames import AnyFrame, FrameT, from_pandas, give_table, midnight, to_pandas
from crmkit._messages import Column, Message
from crmkit._tables import check_kind, open_columns
from crmkit.errors import SchemaError
from crmkit.segment._schemes import SCHEMES
from crmkit.segment.relations._spells import STATES

__all__ = ["relation_count_table", "relation_snapshot_table"]

_COLUMNS: Final = ("customer_id", "segment", "entered", "left")
_MADE_BY: Final = "segment.relations.relation_history_table"

_NOT_DAYS: Final = Message(
    en="{@days} must be a list of days, at least one and each once, got {value!r}.",
    zh="{@days} 须为日期列表，至少一个且不重复，得到 {value!r}。",
)
_NO_STATES: Final = Message(
    en="{where} must hold states, {states}, got {got}.", zh="{where}应为状态 {states}，得到 {got}。"
)


def relation_snapshot_table(history: FrameT, *, day: Day) -> FrameT:
    """Look up the state of every customer on one day of the history.

    Two such tables give the movement between any two days, by `crmkit.segment.movement.movement_table` with
    ``by="segment"``, and from it the probabilities of `crmkit.segment.movement.transition_table`.

    Parameters
    ----------
    history : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `relation_history_table` gives it.
    day : date or ISO text
        The day at whose end states are looked up; up to the ``as_of`` of the history, after which nothing is known.

    Returns
    -------
    the kind of frame given
        One row per customer known by then: ``customer_id``, ``segment``, and ``entered``, the first day in it.

    Raises
    ------
    SchemaError
        If a column is missing or does not hold days.
    TypeError
        If ``history`` is not a frame.
    ValueError
        If ``day`` is not a date.

    Examples
    --------
    >>> from crmkit import as_transactions, customer_summary, load_cdnow
    >>> from crmkit.segment.movement import movement_table
    >>> from crmkit.segment.relations import RelationSegmenter, relation_history_table
    >>> transactions = as_transactions(load_cdnow())
    >>> rule = RelationSegmenter().fit(customer_summary(transactions, as_of="1997-12-31"))
    >>> history = relation_history_table(transactions, segmenter=rule, as_of="1998-06-30")
    >>> before, after = (relation_snapshot_table(history, day=day) for day in ("1997-12-31", "1998-06-30"))
    >>> moved = movement_table(before, after, by="segment")
    >>> moved.query("segment_before == 'lapsed' and n_customers > 0")[["segment_after", "n_customers"]]
       segment_after  n_customers
    21         loyal           50
    22        repeat           99
    24        lapsed            9
    25          lost         1264
    """
    moment = as_day(day, name="day")
    rows = _opened(history)
    after = midnight(next_day(moment), of=rows)
    entered, left = nw.col("entered"), nw.col("left")
    is_in = (entered.is_null() | (entered < after)) & (left.is_null() | (left >= after))
    return give_table(rows.filter(is_in).select("customer_id", "segment", "entered"), like=history)


def relation_count_table(history: FrameT, *, days: Iterable[Day]) -> FrameT:
    """Count the customers in each state on given days.

    Parameters
    ----------
    history : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `relation_history_table` gives it.
    days : iterable of date or ISO text
        The days at whose end customers are counted, each once, up to the ``as_of`` of the history.

    Returns
    -------
    the kind of frame given
        One row per day and state, days in order, states the best first, empty ones too: ``day``, ``segment``,
        ``segment_order``, ``name_en``, ``name_zh``, ``n_customers``, and ``customer_share`` of those known on the day,
        missing where there are none.

    Raises
    ------
    SchemaError
        If a column is missing, or does not hold days or states.
    TypeError
        If ``history`` is not a frame, or ``days`` not a list of days.
    ValueError
        If ``days`` is empty or names a day twice.

    Examples
    --------
    >>> from crmkit import as_transactions, customer_summary, load_cdnow
    >>> from crmkit.segment.relations import RelationSegmenter, relation_history_table
    >>> transactions = as_transactions(load_cdnow())
    >>> rule = RelationSegmenter().fit(customer_summary(transactions, as_of="1997-12-31"))
    >>> history = relation_history_table(transactions, segmenter=rule, as_of="1998-06-30")
    >>> counts = relation_count_table(history, days=["1997-06-30", "1997-12-31", "1998-06-30"])
    >>> counts.pivot(index="segment_order", columns="day", values="n_customers")
    day            1997-06-30  1997-12-31  1998-06-30
    segment_order
    1                     162         297         369
    2                     470         346         278
    3                    1542           0           0
    4                     171        1422         185
    5                      12         292        1525
    6                       0           0           0
    7                       0           0           0
    """
    if isinstance(days, (str, bytes)) or not isinstance(days, Iterable):
        raise TypeError(_NOT_DAYS(value=days))
    moments = [as_day(day, name="days") for day in days]
    if not moments or len(set(moments)) < len(moments):
        raise ValueError(_NOT_DAYS(value=[f"{moment:%Y-%m-%d}" for moment in moments]))
    rows = to_pandas(_opened(history).select(*_COLUMNS[1:]))
    labels = rows["segment"].astype(object)
    places = pd.Index(STATES).get_indexer(pd.Index(labels))
    if (places < 0).any():
        got = some(labels[places < 0].drop_duplicates().tolist())
        raise SchemaError(_NO_STATES(where=Column("history", "segment"), states=list(STATES), got=got))
    at = np.array(sorted(moments), dtype="datetime64[us]")
    scheme = SCHEMES["relation"].table()
    counts = np.zeros((len(at), len(STATES)), dtype=np.int64)
    # Missing days sort last: a state that nobody knows the beginning of was always there.
    entered = rows["entered"].to_numpy(dtype="datetime64[us]")
    entered = np.where(np.isnat(entered), np.datetime64(0, "us") - np.timedelta64(1 << 60, "us"), entered)
    left = rows["left"].to_numpy(dtype="datetime64[us]")
    for place in range(len(STATES)):
        own = places == place
        came, went = np.sort(entered[own]), np.sort(left[own][~np.isnat(left[own])])
        counts[:, place] = np.searchsorted(came, at, side="right") - np.searchsorted(went, at, side="right")
    table = pd.concat([scheme.assign(day=moment) for moment in at], ignore_index=True)
    total = np.repeat(counts.sum(axis=1), len(STATES))
    table["n_customers"] = counts.ravel()
    table["customer_share"] = np.where(total > 0, counts.ravel() / np.maximum(total, 1), np.nan)
    table["day"] = table["day"].astype("datetime64[us]")
    return from_pandas(table[["day", *(name for name in table if name != "day")]], like=history)


def _opened(history: Any) -> AnyFrame:
    rows = open_columns(history, _COLUMNS, name="history", made_by=_MADE_BY)
    for name in ("entered", "left"):
        check_kind(rows, name, "day", where=Column("history", name), made_by=_MADE_BY)
    return rows
