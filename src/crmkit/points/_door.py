"""From any log of points to a checked one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import narwhals.stable.v2 as nw
from narwhals.stable.v2.typing import IntoFrame

from crmkit._checks import check_option
from crmkit._frames import FrameT
from crmkit._reading import DecimalMark, Invalid, Rows, made_table
from crmkit.points._read import COUNTS, CUSTOMER, DATE, EVENT, EXPIRES, KIND, POINTS, REVERSES, read_points

__all__ = ["as_points"]

_ANY_DAY: Final = datetime(2000, 1, 1)


def as_points(
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
    keep: Sequence[str] = (),
    invalid: Invalid = "raise",
) -> FrameT:
    """Turn a log of points into a checked one: what members earned, redeemed, lost, and gave back with a return.

    Members who had points before the log begins need an adjustment with what they had. Within a day earnings come
    first and expiries last, and the day of expiry is still good.

    Parameters
    ----------
    points : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        One row per event, at least one. It is not changed.
    event_id : str or None, default "event_id"
        Column of event ids: whole numbers or text, each on one row. None numbers the rows of a table in memory from 0.
    customer_id : str, default "customer_id"
        Column of customer ids, likewise. An empty text is not an id.
    merge_ids : table of any kind, optional
        Ids of one person that are joined, as in `crmkit.as_transactions`.
    date : str, default "date"
        Column of the days of the events: typed, or in memory ISO text, or text in ``date_format``. A time of day is cut
        off. Years outside 1901 to 2099 are placeholders and count as unusable.
    kind : str, default "kind"
        Column of kinds: "earn", "redeem", "expire", "reverse" (points of an order that came back) or "adjust", or the
        same in other words, such as "Burn", 兑换 and 退货扣回, in small or large letters.
    kinds : mapping, optional
        Further words of that column, such as ``{"welcome gift": "earn", "消费": "redeem"}``.
    amount : str, default "points"
        Column of points, above 0; those of an adjustment may be below. Rows without points are left out.
    signed : bool, default False
        Whether points carry the sign of what they do to the balance: earnings above 0, redemptions, expiries and
        reversals below. The table made has them above 0 either way.
    expires : str, optional
        Column of the last days on which points of an earning, or of an adjustment above 0, are good; not before they
        were earned. Missing where they have no expiry of their own.
    reverses : str, optional
        Column of the event ids of the earnings that reversals take back, of the same customer, together no more than
        was earned. Without it reversals take any points there are.
    counts_for_level : str, optional
        Column that says whether points count towards a level: booleans, or 1 and 0, and in memory also written out. It
        is not looked at for redemptions and expiries. Without it what is earned and what is taken back counts.
    date_format : str, optional
        How text dates are written, as in `datetime.strptime`, for example "%d/%m/%Y".
    time_zone : str, optional
        IANA name of the zone whose days count, for times that carry a zone; for frames in memory only.
    decimal : {".", ","}, optional
        The decimal mark of points in text, where both 1.234 and 1,234 could be thousands.
    keep : sequence of str, default ()
        Further columns to carry along, such as channel or partner.
    invalid : {"raise", "drop"}, default "raise"
        What to do with rows that cannot be used; `rejected_points` returns the rows that "drop" leaves out. Of rows
        that share an event id none can be used.

    Returns
    -------
    the kind of frame given
        ``event_id``; ``customer_id``; ``date``, naive midnight; ``kind``, the code; ``points``, above 0 but for
        adjustments; ``expires``, missing where points have no expiry of their own; ``reverses``, the earning that is
        taken back, missing for other kinds; ``counts_for_level``, false for redemptions and expiries; then the columns
        of ``keep``. In memory the rows keep their order, and on pandas their index.

    Raises
    ------
    SchemaError
        If a column is missing, doubled or of a type that cannot be used, if rows cannot be used and ``invalid``
        is "raise", if no row is left, if ids are of mixed kinds, or if a column of ``keep`` is missing or has a name of
        the table's own.
    TypeError
        If ``points`` is not a frame, ``keep`` is text, or rows of an engine are to be numbered.
    ValueError
        If an option is not one of those described, or ``reverses`` is named without event ids.

    See Also
    --------
    audit_points : Where every row and its points went.

    Examples
    --------
    >>> import pandas as pd
    >>> log = pd.DataFrame({
    ...     "event_id": [1, 2, 3, 4], "customer_id": ["ann", "ann", "bo", "bo"],
    ...     "date": ["2024-01-05", "2024-02-01", "2024-01-09", "2024-01-20"],
    ...     "kind": ["获得", "兑换", "Earn", "Reverse"], "points": [100, 40, 80, 80], "of": [None, None, None, 3],
    ... })
    >>> as_points(log, reverses="of")[["customer_id", "kind", "points", "reverses", "counts_for_level"]]
      customer_id     kind  points  reverses  counts_for_level
    0         ann     earn   100.0      <NA>              True
    1         ann   redeem    40.0      <NA>             False
    2          bo     earn    80.0      <NA>              True
    3          bo  reverse    80.0         3              True
    """
    check_option(invalid, ("raise", "drop"), name="invalid")
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
        keep=keep,
    )
    return made_table(rows, _columns(rows), keep=keep, invalid=invalid, key=CUSTOMER, money=POINTS, like=points)


def _columns(rows: Rows) -> dict[str, nw.Expr]:
    """The table's own columns; those that were not named are missing, in the type they have otherwise."""
    here, kind = rows.sources, nw.col(KIND)
    no_day = nw.when(kind == "").then(nw.lit(_ANY_DAY)).cast(nw.Datetime("us"))
    counts = ~kind.is_in(["redeem", "expire", "adjust"])
    if COUNTS in here:
        counts = ~kind.is_in(["redeem", "expire"]) & (nw.col(COUNTS) == 1)
    return {
        "event_id": nw.col(EVENT),
        "customer_id": nw.col(CUSTOMER),
        "date": nw.col(DATE),
        "kind": kind,
        "points": nw.col(POINTS),
        "expires": nw.col(EXPIRES) if EXPIRES in here else no_day,
        "reverses": nw.col(REVERSES),
        "counts_for_level": counts,
    }
