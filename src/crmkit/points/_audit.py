"""Where every row of a log of points went."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import narwhals.stable.v2 as nw
from narwhals.stable.v2.typing import IntoFrame

from crmkit._frames import FrameT
from crmkit._reading import DecimalMark, audit_table, is_so, rejected_rows
from crmkit.points._read import KIND, POINTS, TAKING, read_points

__all__ = ["audit_points", "rejected_points"]


def audit_points(
    points: FrameT,
    *,
    event_id: str | None = "event_id",
    customer_id: str = "customer_id",
    merge_ids: IntoFrame | None = None,
    date: str = "date",
    kind: str = "kind",
    kinds: Mapping[Any, str] | None = None,
    amount: str = "points",
    signed: bool = False,
    expires: str | None = None,
    reverses: str | None = None,
    counts_for_level: str | None = None,
    date_format: str | None = None,
    time_zone: str | None = None,
    decimal: DecimalMark | None = None,
) -> FrameT:
    """Say where every row of a log of points and all of its points go.

    A row has one reason, the first that holds. What is taken away counts below 0, so that the last line is what the
    balances would add up to if all rows could be used.

    Parameters
    ----------
    points : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        The rows as they would be given to `as_points`.
    event_id, customer_id : str, optional
        As in `as_points`.
    merge_ids : table of any kind, optional
        As in `as_points`.
    date, kind : str, optional
        As in `as_points`.
    kinds : mapping, optional
        As in `as_points`.
    amount : str, optional
        As in `as_points`.
    signed : bool, optional
        As in `as_points`.
    expires, reverses, counts_for_level : str, optional
        As in `as_points`.
    date_format, time_zone, decimal : optional
        As in `as_points`.

    Returns
    -------
    the kind of frame given
        ``reason``: "no_event", "no_customer", "unusable_date", "unknown_kind", "unusable_points", "wrong_sign",
        "unusable_expires", "unusable_reverses", "no_earning", "unusable_counts_for_level", "repeated_event",
        "unknown_earning" and "excess_reversal", each where it can be, which ``invalid="drop"`` leaves out of
        `as_points`; "zero_points", always left out; "redeem", "expire", "reverse", "adjust" and "earn", which are kept;
        "given", to which the lines above add up. ``n_rows``; ``points``, the sum of the rows (an unusable number adds
        nothing); ``n_duplicates``, the rows that repeat another one in every column.

    Raises
    ------
    SchemaError
        If a column is missing, doubled or of a type that cannot be used, if there are no rows, or ids of mixed kinds.
    TypeError
        If ``points`` is not a frame, or rows of an engine are to be numbered.
    ValueError
        If an option is not one of those described, or ``reverses`` is named without event ids.

    Examples
    --------
    >>> import pandas as pd
    >>> log = pd.DataFrame({
    ...     "event_id": [1, 2, 3, 4], "customer_id": ["ann", "ann", "bo", "bo"],
    ...     "date": ["2024-01-05", "2024-02-01", "2024-01-09", "2024-01-20"],
    ...     "kind": ["earn", "redeem", "earn", "reverse"], "points": [100, 40, 80, 90], "of": [None, None, None, 3],
    ... })
    >>> audit_points(log, reverses="of").query("n_rows > 0")
                 reason  n_rows  points  n_duplicates
    10  excess_reversal       1   -90.0             0
    12           redeem       1   -40.0             0
    16             earn       2   180.0             0
    17            given       4    50.0             0
    """
    rows = read_points(
        points,
        event_id=event_id,
        customer_id=customer_id,
        merge_ids=merge_ids,
        date=date,
        kind=kind,
        kinds=kinds,
        amount=amount,
        signed=signed,
        expires=expires,
        reverses=reverses,
        counts_for_level=counts_for_level,
        date_format=date_format,
        time_zone=time_zone,
        decimal=decimal,
    )
    taken = is_so(nw.col(KIND).is_in(TAKING))
    signed_points = nw.when(taken).then(nw.col(POINTS) * -1).otherwise(nw.col(POINTS))
    rows = replace(rows, frame=rows.frame.with_columns(signed_points.alias(POINTS)))
    further = {code: is_so(nw.col(KIND) == code) for code in (*TAKING, "adjust")}
    return audit_table(rows, further, money=POINTS, called="points", kept="earn", like=points)


def rejected_points(
    points: FrameT,
    *,
    event_id: str | None = "event_id",
    customer_id: str = "customer_id",
    merge_ids: IntoFrame | None = None,
    date: str = "date",
    kind: str = "kind",
    kinds: Mapping[Any, str] | None = None,
    amount: str = "points",
    signed: bool = False,
    expires: str | None = None,
    reverses: str | None = None,
    counts_for_level: str | None = None,
    date_format: str | None = None,
    time_zone: str | None = None,
    decimal: DecimalMark | None = None,
) -> FrameT:
    """Return the rows that `as_points` leaves out with ``invalid="drop"``, as they were given.

    Parameters
    ----------
    points : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        The rows as they would be given to `as_points`.
    event_id, customer_id : str, optional
        As in `as_points`.
    merge_ids : table of any kind, optional
        As in `as_points`.
    date, kind : str, optional
        As in `as_points`.
    kinds : mapping, optional
        As in `as_points`.
    amount : str, optional
        As in `as_points`.
    signed : bool, optional
        As in `as_points`.
    expires, reverses, counts_for_level : str, optional
        As in `as_points`.
    date_format, time_zone, decimal : optional
        As in `as_points`.

    Returns
    -------
    the kind of frame given
        The columns given, then ``rejected_because``, one of the reasons of `audit_points`. In memory the rows keep
        their order, and on pandas their index. Empty if every row can be used.

    Raises
    ------
    SchemaError
        If a column is missing, doubled or of a type that cannot be used, if there are no rows, or ids of mixed kinds.
    TypeError
        If ``points`` is not a frame, or rows of an engine are to be numbered.
    ValueError
        If an option is not one of those described, or ``reverses`` is named without event ids.

    Examples
    --------
    >>> import pandas as pd
    >>> log = pd.DataFrame({
    ...     "event_id": [1, 2], "customer_id": ["ann", "bo"], "date": ["2024-01-05", "2024-01-09"],
    ...     "kind": ["earn", "earn"], "points": [100, 80], "until": ["2024-12-31", "2023-12-31"],
    ... })
    >>> rejected_points(log, expires="until")[["event_id", "until", "rejected_because"]]
       event_id       until  rejected_because
    1         2  2023-12-31  unusable_expires
    """
    rows = read_points(
        points,
        event_id=event_id,
        customer_id=customer_id,
        merge_ids=merge_ids,
        date=date,
        kind=kind,
        kinds=kinds,
        amount=amount,
        signed=signed,
        expires=expires,
        reverses=reverses,
        counts_for_level=counts_for_level,
        date_format=date_format,
        time_zone=time_zone,
        decimal=decimal,
    )
    return rejected_rows(rows, like=points)
