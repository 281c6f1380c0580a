"""The levels of members: where they stand, how they came there, and who moved."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, Literal, NamedTuple, TypeAlias

import numpy as np
import pandas as pd
from narwhals.stable.v2.typing import IntoFrame

from crmkit._calendar import day_numbers
from crmkit._checks import Day, as_day, check_option
from crmkit._frames import FrameT, from_pandas
from crmkit._labelling import label_table, moves_between
from crmkit._messages import Message
from crmkit._names import Label
from crmkit.loyalty.programmes._level_lives import Change, Standing, level_lives
from crmkit.loyalty.programmes._level_rules import NO_LEVEL, LevelRules, read_level_rules
from crmkit.loyalty.programmes._log import NEVER, Log, read_log, stamps

__all__ = ["TakeBack", "level_history_table", "level_migration_table", "level_table"]

TakeBack: TypeAlias = Literal["requalification", "at_once"]
"""When a returned order can cost a level."""

_NONE: Final = Label("No level", "无级别")
_NOT_BEFORE: Final = Message(
    en="{@before} must lie before {@after} {after:%Y-%m-%d}, got {before:%Y-%m-%d}.",
    zh="{@before} 须早于 {@after} {after:%Y-%m-%d}，得到 {before:%Y-%m-%d}。",
)


class _Lived(NamedTuple):
    log: Log
    rules: LevelRules
    changes: list[Change]
    standings: list[Standing]


def level_table(points: FrameT, rules: IntoFrame, *, as_of: Day, take_back: TakeBack = "requalification") -> FrameT:
    """The level of each member on a day, how long it lasts, and what the next one takes.

    A level is reached on the day at whose end the points of its window suffice, and lasts for its months. At the end of
    its last day it is looked at again: kept for as long once more if the points of its window still suffice, else the
    member falls to the level that they do suffice for.

    Parameters
    ----------
    points : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.as_points` makes it; what counts is marked in ``counts_for_level``. Points of a reversal that names
        its earning no longer count on the day of that.
    rules : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        One row per level, in any order: ``level``, its name; ``threshold``, the points that it takes; ``window_months``
        within which they count; and ``valid_months``, how long it lasts until it is looked at again, by default as long
        as the window. A level that takes 0 points is reached with the first event that counts.
    as_of : date or ISO text
        The day; its events count.
    take_back : {"requalification", "at_once"}, default "requalification"
        When a returned order can cost a level: when it is looked at again, or with the reversal.

    Returns
    -------
    the kind of frame given
        One row per member with an event until ``as_of``: ``customer_id``; ``level``, missing where none is reached;
        ``since``; ``valid_until``, its last day; ``qualifying_points`` in the window of the next level, or of their own
        where it is the highest; ``next_level``, missing for the highest, and ``points_to_next``, those that it still
        takes.

    Raises
    ------
    SchemaError
        If a column is missing or does not hold what it should, there is no event until the day, or levels
        overlap: begin at the same points.
    TypeError
        If a table is not a frame, or an argument is of the wrong kind.
    ValueError
        If an option is not one of those described.

    See Also
    --------
    level_history_table : How they came there.
    level_migration_table : Who moved between two days.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit import as_points
    >>> log = as_points(pd.DataFrame({
    ...     "event_id": [1, 2, 3], "customer_id": ["ann", "ann", "bo"],
    ...     "date": ["2023-05-10", "2023-11-20", "2024-02-01"], "kind": ["earn"] * 3, "points": [600, 500, 300],
    ... }))
    >>> rules = pd.DataFrame({"level": ["silver", "gold"], "threshold": [250, 1000], "window_months": [12, 12]})
    >>> level_table(log, rules, as_of="2024-06-30")[["customer_id", "level", "since", "valid_until", "points_to_next"]]
      customer_id   level      since valid_until  points_to_next
    0         ann    gold 2023-11-20  2024-11-20             NaN
    1          bo  silver 2024-02-01  2025-02-01           700.0
    """
    lived = _lived(points, rules, as_of=as_day(as_of, name="as_of"), take_back=take_back)
    names = np.array([*lived.rules.names, None], dtype=object)
    standings = lived.standings
    level = np.array([each.level for each in standings], dtype=np.int64)
    sums = lived.log.shown([each.points for each in standings])
    ahead = np.where(level + 1 < len(lived.rules.names), level + 1, len(lived.rules.names))
    needed = np.array([*lived.rules.thresholds, np.nan])[ahead]
    table = pd.DataFrame(
        {
            "customer_id": lived.log.ids,
            "level": names[level],
            "since": _stamps([each.since for each in standings]),
            "valid_until": _stamps([each.until for each in standings]),
            "qualifying_points": sums,
            "next_level": names[ahead],
            "points_to_next": needed - sums,
        }
    )
    return from_pandas(table, like=points)


def level_history_table(
    points: FrameT, rules: IntoFrame, *, as_of: Day, take_back: TakeBack = "requalification"
) -> FrameT:
    """List every level that was reached, kept, lost, or taken back until the end of a day.

    Parameters
    ----------
    points : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As in `level_table`.
    rules : table of any kind
        As in `level_table`.
    as_of : date or ISO text
        The last day that counts.
    take_back : {"requalification", "at_once"}, default "requalification"
        When a returned order can cost a level: when it is looked at again, or with the reversal.

    Returns
    -------
    the kind of frame given
        One row per change and per look at a level, by member and day: ``customer_id``; ``date`` from which it holds;
        ``level_before`` and ``level``, missing for none; ``reason``: "reached", "kept" or "fell" when it was looked at
        again, "taken_back" by a reversal; ``valid_until``. It may be empty.

    Raises
    ------
    SchemaError
        If a column is missing or does not hold what it should, there is no event until the day, or levels
        overlap: begin at the same points.
    TypeError
        If a table is not a frame, or an argument is of the wrong kind.
    ValueError
        If an option is not one of those described.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit import as_points
    >>> log = as_points(pd.DataFrame({
    ...     "event_id": [1, 2], "customer_id": ["ann"] * 2, "date": ["2023-01-10", "2023-03-31"],
    ...     "kind": ["earn", "earn"], "points": [600, 500],
    ... }))
    >>> rules = pd.DataFrame({"level": ["silver", "gold"], "threshold": [250, 1000], "window_months": [12, 12]})
    >>> level_history_table(log, rules, as_of="2024-06-30").fillna({"level_before": "none", "level": "none"})
      customer_id       date level_before   level   reason valid_until
    0         ann 2023-01-10         none  silver  reached  2024-01-10
    1         ann 2023-03-31       silver    gold  reached  2024-03-31
    2         ann 2024-04-01         gold    none     fell         NaT
    """
    lived = _lived(points, rules, as_of=as_day(as_of, name="as_of"), take_back=take_back)
    names = np.array([*lived.rules.names, None], dtype=object)
    changes = lived.changes
    who = np.array([each.who for each in changes], dtype=np.intp)
    table = pd.DataFrame(
        {
            "customer_id": lived.log.ids.iloc[who].reset_index(drop=True),
            "date": _stamps([each.day for each in changes]),
            "level_before": names[np.array([each.before for each in changes], dtype=np.intp)],
            "level": names[np.array([each.level for each in changes], dtype=np.intp)],
            "reason": np.array([each.reason for each in changes], dtype=object),
            "valid_until": _stamps([each.until for each in changes]),
        }
    )
    return from_pandas(table, like=points)


def level_migration_table(
    points: FrameT, rules: IntoFrame, *, before: Day, after: Day, take_back: TakeBack = "requalification"
) -> FrameT:
    """Count who moved from which level to which between two days.

    Parameters
    ----------
    points : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As in `level_table`.
    rules : table of any kind
        As in `level_table`.
    before, after : date or ISO text
        The two days, each at its end.
    take_back : {"requalification", "at_once"}, default "requalification"
        When a returned order can cost a level: when it is looked at again, or with the reversal.

    Returns
    -------
    the kind of frame given
        As `crmkit.segment.movement.movement_table` gives it, which `crmkit.segment.movement.transition_table` and
        `crmkit.plotting.plot_movement` take: one row per pair of levels, the highest first: ``segment_before``,
        ``segment_after``, "none" for members without a level; ``n_customers``; ``share`` of those in
        ``segment_before``; ``name_en_before``, ``name_en_after``, ``name_zh_before``, ``name_zh_after``. Members who
        joined in between follow in rows whose ``segment_before`` is missing.

    Raises
    ------
    SchemaError
        If a column is missing or does not hold what it should, there is no event until the day, or levels
        overlap: begin at the same points.
    TypeError
        If a table is not a frame, or an argument is of the wrong kind.
    ValueError
        If an option is not one of those described, or ``before`` is not before ``after``.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit import as_points
    >>> log = as_points(pd.DataFrame({
    ...     "event_id": [1, 2], "customer_id": ["ann", "bo"], "date": ["2023-01-10", "2023-03-31"],
    ...     "kind": ["earn", "earn"], "points": [600, 100],
    ... }))
    >>> rules = pd.DataFrame({"level": ["silver"], "threshold": [250], "window_months": [12]})
    >>> moved = level_migration_table(log, rules, before="2023-06-30", after="2024-06-30")
    >>> moved[["segment_before", "segment_after", "n_customers", "share"]]
      segment_before segment_after  n_customers  share
    0         silver        silver            0    0.0
    1         silver          none            1    1.0
    2           none        silver            0    0.0
    3           none          none            1    1.0
    """
    days = {name: as_day(value, name=name) for name, value in (("before", before), ("after", after))}
    if days["before"] >= days["after"]:
        raise ValueError(_NOT_BEFORE(**days))
    lived = _lived(points, rules, as_of=days["after"], take_back=take_back)
    log, names = lived.log, lived.rules.names
    start_day = _number(days["before"])
    none = len(names)
    start = np.full(log.n_members, none, dtype=np.intp)
    for each in lived.changes:
        if each.day <= start_day:
            start[each.who] = each.level
    end = np.array([each.level for each in lived.standings], dtype=np.intp)
    first = np.full(log.n_members, NEVER, dtype=np.int64)
    np.minimum.at(first, log.who, log.day)
    labels = label_table([*names[::-1], NO_LEVEL], [*(Label(name, name) for name in names[::-1]), _NONE])
    # The highest stands first, those without a level, -1, last.
    place = np.append(np.arange(none)[::-1], [none, none])
    before_place = np.where(first <= start_day, place[start], -1)
    return from_pandas(moves_between(labels, before_place, place[end]), like=points)


def _lived(points: object, rules: object, *, as_of: datetime, take_back: Any) -> _Lived:
    check_option(take_back, ("requalification", "at_once"), name="take_back")
    read = read_level_rules(rules)
    log = read_log(points, as_of=as_of)
    changes, standings = level_lives(log, read, as_of=_number(as_of), at_once=take_back == "at_once")
    return _Lived(log, read, changes, standings)


def _number(day: datetime) -> int:
    return int(day_numbers(np.array([day], dtype="datetime64[us]"))[0])


def _stamps(days: list[int]) -> Any:
    return stamps(np.minimum(np.array(days, dtype=np.int64), NEVER))
