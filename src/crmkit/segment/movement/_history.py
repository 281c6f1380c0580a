"""Segments at several dates: each customer's history, the flows from date to date, and the paths taken."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from itertools import pairwise
from typing import Any, Final

import numpy as np
import pandas as pd

from crmkit._checks import as_day, check_fraction
from crmkit._frames import FrameT, from_pandas, to_pandas
from crmkit._labelling import Labeller, label_table, move_counts, moves_table
from crmkit._messages import Message
from crmkit._names import Label
from crmkit._tables import open_columns
from crmkit.errors import SchemaError
from crmkit.segment._placed import placed

__all__ = ["segment_flow_table", "segment_history_table", "segment_path_table"]

_COLUMNS: Final = ("customer_id", "date", "segment", "segment_order", "name_en", "name_zh")

_NO_TABLES: Final = Message(
    en="{@customers} must map at least two dates to tables of customers, got {got}.",
    zh="{@customers} 须为至少两个日期到客户表的映射，得到 {got}。",
)
_ONE_DAY: Final = Message(
    en="{@customers} has two tables of {day:%Y-%m-%d}.", zh="{@customers} 中 {day:%Y-%m-%d} 有两张表。"
)
_TOO_FEW: Final = Message(
    en="{@history} must hold at least two dates, got {n}.", zh="{@history} 须至少有两个日期，得到 {n} 个。"
)


def segment_history_table(
    customers: Mapping[str | date, FrameT],
    *,
    segmenter: Labeller | None = None,
    by: str | None = None,
    customer_id: str = "customer_id",
) -> FrameT:
    """Collect the segment of each customer at several dates.

    Parameters
    ----------
    customers : mapping of date to pandas, Polars or PyArrow table
        Customers at two dates or more, as `crmkit.customer_summary` makes them; all of one kind.
    segmenter : segmenter, optional
        Fitted once: its cuts are the same at all dates.
    by : str, optional
        Column of labels in all tables, instead of a segmenter. Ordered categories keep their order; other labels come
        in the order in which they appear.
    customer_id : str, default "customer_id"
        Column that identifies the customer.

    Returns
    -------
    the kind of table given
        One row per customer and date on which they are in the table, date by date: ``customer_id``; ``date``;
        ``segment`` and ``segment_order`` from 1, the best, missing for customers who have none; ``name_en``,
        ``name_zh``.

    Raises
    ------
    NotFittedError
        If the segmenter is not fitted.
    SchemaError
        If a column is missing, an id is missing or occurs twice at a date, or a column does not hold what the segmenter
        needs.
    TypeError
        If ``customers`` is not a mapping, or a table is not in memory or not of the kind of the first.
    ValueError
        If there are fewer than two dates, one is not a date or given twice, or not one of ``segmenter`` and ``by`` is
        given.

    See Also
    --------
    segment_flow_table : Counts who went where from date to date.
    segment_path_table : Counts the paths.

    Examples
    --------
    >>> from crmkit import as_transactions, customer_summary, load_cdnow
    >>> from crmkit.segment import TierSegmenter
    >>> transactions = as_transactions(load_cdnow())
    >>> days = ["1997-06-30", "1997-12-31", "1998-06-30"]
    >>> customers = {day: customer_summary(transactions, as_of=day) for day in days}
    >>> history = segment_history_table(customers, segmenter=TierSegmenter().fit(customers["1997-06-30"]))
    >>> history[["customer_id", "date", "segment"]].head(2)
       customer_id       date    segment
    0            1 1997-06-30  important
    1            2 1997-06-30  important
    """
    if not isinstance(customers, Mapping):
        raise TypeError(_NO_TABLES(got=type(customers).__name__))
    days: dict[datetime, Any] = {}
    for key, given in customers.items():
        day = as_day(key, name="customers")
        if day in days:
            raise ValueError(_ONE_DAY(day=day))
        days[day] = given
    if len(days) < 2:
        raise ValueError(_NO_TABLES(got=list(customers)))
    in_time = sorted(days)
    found = placed(
        {f"customers['{day:%Y-%m-%d}']": days[day] for day in in_time},
        segmenter=segmenter,
        by=by,
        customer_id=customer_id,
    )
    place = np.concatenate([each.to_numpy() for each in found.positions])
    sizes = [len(each) for each in found.positions]
    columns = {name: np.array([*found.labels[name], None], dtype=object)[place] for name in _COLUMNS[2:]}
    columns["segment_order"] = pd.Series(place + 1, dtype="Int64").where(place >= 0)
    ids = pd.concat([pd.Series(each.index) for each in found.positions], ignore_index=True)
    table = pd.DataFrame(
        {
            "customer_id": ids,
            "date": np.repeat(np.array(in_time, dtype="datetime64[us]"), sizes),
            **columns,
        }
    )
    return from_pandas(table, like=days[in_time[0]])  # type: ignore[no-any-return]


def segment_flow_table(history: FrameT, *, level: float = 0.95) -> FrameT:
    """Count who went from which segment to which between each date and the next.

    Parameters
    ----------
    history : pandas, Polars or PyArrow table
        As `segment_history_table` makes it.
    level : float, default 0.95
        Level of the intervals of the shares, between 0 and 1.

    Returns
    -------
    the kind of table given
        For each date but the last, the columns of `movement_table` after ``date_before`` and ``date_after``. Customers
        who joined in between have no ``segment_before``; those who left have no ``segment_after``.

    Raises
    ------
    SchemaError
        If a column is missing, or there are fewer than two dates.
    TypeError
        If ``history`` is not a frame.
    ValueError
        If ``level`` is not between 0 and 1.

    See Also
    --------
    crmkit.plotting.plot_segment_flows : Draws it.
    segment_forecast_table : Carries it on.

    Examples
    --------
    >>> import pandas as pd
    >>> days = ("2024-06-30", "2024-12-31", "2025-06-30")
    >>> tables = [["a", "a", "b"], ["a", "b", "b"], ["a", "a", "b"]]
    >>> customers = {day: pd.DataFrame({"customer_id": [1, 2, 3], "tier": tier}) for day, tier in zip(days, tables)}
    >>> flows = segment_flow_table(segment_history_table(customers, by="tier"))
    >>> flows[["date_before", "segment_before", "segment_after", "n_customers", "share"]].head(4)
      date_before segment_before segment_after  n_customers  share
    0  2024-06-30              a             a            1    0.5
    1  2024-06-30              a             b            1    0.5
    2  2024-06-30              b             a            0    0.0
    3  2024-06-30              b             b            1    1.0
    """
    check_fraction(level, name="level")
    labels, days, places = _read(history)
    parts = []
    for at, (before, after) in enumerate(pairwise(days)):
        moved = moves_table(labels, move_counts(places[at], places[at + 1], n_labels=len(labels)), level=level)
        moved.insert(0, "date_before", np.full(len(moved), before))
        moved.insert(1, "date_after", np.full(len(moved), after))
        parts.append(moved)
    return from_pandas(pd.concat(parts, ignore_index=True), like=history)


def segment_path_table(history: FrameT) -> FrameT:
    """Count the paths that customers took through the segments, the commonest first.

    Parameters
    ----------
    history : pandas, Polars or PyArrow table
        As `segment_history_table` makes it.

    Returns
    -------
    the kind of table given
        One row per path that somebody took: ``path``, the segments date by date with " > " in between and "-" where a
        customer had none; ``n_customers``; ``share`` of all; ``n_moves``, how often the segment changed, including
        joining and leaving.

    Raises
    ------
    SchemaError
        If a column is missing, or there are fewer than two dates.
    TypeError
        If ``history`` is not a frame.

    Examples
    --------
    >>> import pandas as pd
    >>> days = ("2024-06-30", "2024-12-31", "2025-06-30")
    >>> tables = [["a", "a", "b"], ["a", "b", "b"], ["a", "a", "b"]]
    >>> customers = {day: pd.DataFrame({"customer_id": [1, 2, 3], "tier": tier}) for day, tier in zip(days, tables)}
    >>> segment_path_table(segment_history_table(customers, by="tier")).round(2)
            path  n_customers  share  n_moves
    0  a > a > a            1   0.33        0
    1  a > b > a            1   0.33        2
    2  b > b > b            1   0.33        0
    """
    labels, _, places = _read(history)
    paths, counts = np.unique(places, axis=1, return_counts=True)
    # Those without a segment come last among equals.
    order = np.lexsort((*np.where(paths < 0, len(labels), paths)[::-1], -counts))
    names = np.array([*labels["segment"].map(str), "-"], dtype=object)
    table = pd.DataFrame(
        {
            "path": [" > ".join(names[path]) for path in paths.T[order]],
            "n_customers": counts[order].astype(np.int64),
            "share": counts[order] / counts.sum(),
            "n_moves": np.count_nonzero(np.diff(paths, axis=0), axis=0)[order].astype(np.int64),
        }
    )
    return from_pandas(table, like=history)


def _read(history: Any) -> tuple[pd.DataFrame, Any, Any]:
    """The labels, the dates, and a row per date of the places of all customers; those without a segment are at -1."""
    opened = open_columns(history, list(_COLUMNS), name="history", made_by="segment_history_table")
    rows = to_pandas(opened.select(*_COLUMNS))
    at_day, days = pd.factorize(rows["date"], sort=True)
    if len(days) < 2:
        raise SchemaError(_TOO_FEW(n=len(days)))
    known = rows[rows["segment"].notna()].drop_duplicates("segment").sort_values("segment_order", kind="stable")
    codes = known["segment"].tolist()
    labels = label_table(codes, [Label(*names) for names in known[["name_en", "name_zh"]].itertuples(index=False)])
    who, ids = pd.factorize(rows["customer_id"])
    places = np.full((len(days), len(ids)), -1, dtype=np.intp)
    places[at_day, who] = pd.Index(codes).get_indexer(rows["segment"]) if codes else -1
    # Whoever never had a segment took no path.
    return labels, np.asarray(days, dtype="datetime64[us]"), places[:, (places >= 0).any(axis=0)]
