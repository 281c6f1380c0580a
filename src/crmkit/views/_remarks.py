"""What readers must know about a log: whom its base leaves out, where it has holes, how old its newest order is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from crmkit._figures import Counted, count, day, whole_money
from crmkit._frames import open_frame, to_pandas
from crmkit._messages import Joined, Message, Said
from crmkit.activity import LogClosure, LogHole, LogSpan

__all__ = ["MARK_REMARK", "base_remarks", "closure_remarks", "hole_remarks", "stale_remarks"]

_MOST_HOLES_NAMED: Final = 5
_ONE_AFTER_ANOTHER: Final = Message(en="{sentences}", zh="{sentences}")
_OUTSIDE_THE_BASE: Final = {
    "no_purchase_day": Message(
        en="Not counted: {n} without a purchase day (only refunds, or days that refunds cancel), {money} in all.",
        zh="另有 {n} 位没有购买日（仅有退款，或当日订单被退款抵消），不计入客户，合计 {money}。",
    ),
    "below_zero": Message(
        en="Counted as 0 in shares of revenue: {n} who ordered but got back more than they paid, {money} in all.",
        zh="有 {n} 位客户下过单但退款多于付款，合计 {money}，计算占比时按 0 计。",
    ),
}
_BASE_MONEY: Final = Message(
    en="Shares of revenue are based on the other customers' {base}; together with the amounts above, this makes the "
    "revenue of {revenue}.",
    zh="各项销售额占比均以其余客户的 {base} 为基数，与上述金额相加即为销售额 {revenue}。",
)
_STALE: Final = Message(
    en="The newest order is from {newest}, {days} days before {as_of}: longer than the rhythm of the log makes "
    "plausible. If that day is a mistake, or orders are still to come in, whatever depends on it (recency, "
    "retention, churn, lifetime value) is wrong.",
    zh="最近一笔订单在 {newest}，比截止日 {as_of} 早 {days} 天，超出了数据自身节奏的合理范围。"
    "如果截止日写错，或后续订单尚未载入，则以截止日为准的各项结果（最近购买、留存、流失、客户终身价值）都不可信。",
)
_HOLES: Final = Message(en="The log seems to be incomplete: {holes}.", zh="数据似乎不完整：{holes}。")
_HOLES_OF: Final = Message(
    en="The log seems to be incomplete for {of}: {holes}.", zh="{of} 的数据似乎不完整：{holes}。"
)
_DOUBLED: Final = Message(en="Days of the log seem to be doubled: {holes}.", zh="数据中有些日期似乎重复：{holes}。")
_DOUBLED_OF: Final = Message(
    en="Days of the log seem to be doubled for {of}: {holes}.", zh="{of} 的数据中有些日期似乎重复：{holes}。"
)
_CLOSURES: Final = Message(
    en="The business seems to close every year: no orders {closures}. Retention, revenue and the like of a period "
    "within are 0 for that reason alone.",
    zh="每年似乎有固定的停业期：{closures} 没有订单。完全落在其中的期间，留存、销售额等为 0 仅因停业所致。",
)
_MORE: Final = Message(en="and {n} more", zh="另有 {n} 处")
_ON_A_DAY: Final = Message(en="on {start}", zh="{start}")
_ON_DAYS: Final = Message(en="from {start} to {end}", zh="{start} 至 {end}")
_HOLE: Final = {
    "missing": Message(en="no orders {when}{expected}", zh="{when} 没有订单{expected}"),
    "partial": Message(en="{n} orders {when}{expected}", zh="{when} 仅有 {n} 单{expected}"),
    "doubled": Message(
        en="all {n} orders {when} occur an even number of times, perhaps loaded twice",
        zh="{when} 的 {n} 单均出现偶数次，可能重复载入",
    ),
}
_EXPECTED: Final = Message(en=" ({low} to {high} expected)", zh="（预计 {low} 至 {high} 单）")
_MARKED: Final = Message(
    en="Figures marked † cover periods that touch such days.", zh="标有 † 的数字所在期间涉及这些日期。"
)

MARK_REMARK: Final[Said] = _MARKED()
"""What the mark of a figure says, after the remarks on holes and on a stale last day."""


def base_remarks(base: Any) -> list[Said]:
    """Say which customers lie outside the base of shares of revenue, and how the base and the revenue fit together.

    Parameters
    ----------
    base : pandas, Polars or PyArrow table
        As `base_table` gives it.

    Returns
    -------
    list of Said
        One remark in both languages, as text in English; empty where all customers belong to the base.

    Raises
    ------
    TypeError
        If ``base`` is not a table.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit.views import base_remarks, base_table
    >>> base = base_table(pd.DataFrame({"n_orders": [3, 0], "spend": [70.0, -5.0]}))
    >>> base_remarks(base)[0][:80]
    'Not counted: 1 customer without a purchase day (only refunds, or days that refun'
    """
    table = to_pandas(open_frame(base, name="base")).set_index("part")
    n, amount = table["n_customers"], table["amount"]
    outside = [part for part in ("no_purchase_day", "below_zero") if n[part]]
    if not outside:
        return []
    told = [
        _OUTSIDE_THE_BASE[part](n=Counted(int(n[part]), "customer"), money=whole_money(amount[part]))
        for part in outside
    ]
    told.append(_BASE_MONEY(base=whole_money(amount["customers"]), revenue=whole_money(amount["all"])))
    return [_ONE_AFTER_ANOTHER(sentences=Joined(told, en=" ", zh=""))]


def hole_remarks(holes: Sequence[LogHole], *, as_of: datetime | None = None, of: object = "") -> list[Said]:
    """Name the holes of a log in a sentence, and in another the days that it seems to hold twice.

    Parameters
    ----------
    holes : sequence of LogHole
        As a `crmkit.report.CustomerReport` holds them.
    as_of : datetime, optional
        Last day that counts. A hole from the newest order to that day is then left to `stale_remarks`.
    of : str, optional
        The part of the log that has the holes.

    Returns
    -------
    list of Said
        Up to two remarks in both languages, as text in English; empty without holes. Of many holes of a kind the first
        five are named.

    Raises
    ------
    KeyError
        If a hole is of an unknown kind.

    Examples
    --------
    >>> from datetime import datetime
    >>> from crmkit.activity import LogHole
    >>> from crmkit.views import hole_remarks
    >>> hole = LogHole("missing", datetime(2024, 5, 1), datetime(2024, 5, 9), 0, 22.0, 41.0)
    >>> print(*hole_remarks([hole]))
    The log seems to be incomplete: no orders from 2024-05-01 to 2024-05-09 (22 to 41 expected).
    """
    named = [hole for hole in holes if as_of is None or not (hole.kind == "missing" and hole.end == as_of)]
    doubled = [hole for hole in named if hole.kind == "doubled"]
    incomplete = [hole for hole in named if hole.kind != "doubled"]
    kinds = ((_HOLES_OF if of else _HOLES, incomplete), (_DOUBLED_OF if of else _DOUBLED, doubled))
    return [message(holes=_listed(found), of=of) for message, found in kinds if found]


def closure_remarks(closures: Sequence[LogClosure]) -> list[Said]:
    """Name the days on which a business closes every year.

    Parameters
    ----------
    closures : sequence of LogClosure
        As a `crmkit.report.CustomerReport` holds them.

    Returns
    -------
    list of Said
        One remark in both languages, as text in English; empty without closures. Of many the first five are named.

    Raises
    ------
    AttributeError
        If a closure has no ``start`` and ``end``.

    Examples
    --------
    >>> from datetime import datetime
    >>> from crmkit.activity import LogClosure
    >>> august = [LogClosure(datetime(year, 8, 1), datetime(year, 8, 31)) for year in (2023, 2024)]
    >>> closure_remarks(august)[0][:94]
    'The business seems to close every year: no orders from 2023-08-01 to 2023-08-31; from 2024-08-'
    """
    if not closures:
        return []
    told = [_ON_DAYS(start=day(each.start), end=day(each.end)) for each in closures[:_MOST_HOLES_NAMED]]
    if len(closures) > _MOST_HOLES_NAMED:
        told.append(_MORE(n=count(len(closures) - _MOST_HOLES_NAMED)))
    return [_CLOSURES(closures=Joined(told))]


def stale_remarks(span: LogSpan, *, as_of: datetime) -> list[Said]:
    """Point out that ``as_of`` lies longer after the newest order than the rhythm of the log makes plausible.

    Parameters
    ----------
    span : LogSpan
        First and last days of the log; the ``span`` of a `crmkit.report.CustomerReport` is one.
    as_of : datetime
        Last day that counts.

    Returns
    -------
    list of Said
        One remark in both languages, as text in English; empty where the day is plausible.

    Raises
    ------
    TypeError
        If ``as_of`` is not a datetime.

    Examples
    --------
    >>> from datetime import datetime
    >>> from crmkit.activity import LogSpan
    >>> from crmkit.views import stale_remarks
    >>> first, newest = datetime(2024, 1, 2), datetime(2024, 3, 1)
    >>> span = LogSpan(first_day=first, first_order=first, newest_order=newest, quiet_until=datetime(2024, 3, 9))
    >>> stale_remarks(span, as_of=datetime(2024, 3, 8))
    []
    """
    if span.newest_order is None or not span.is_stale(as_of):
        return []
    silent = count((as_of - span.newest_order).days)
    return [_STALE(newest=day(span.newest_order), days=silent, as_of=day(as_of))]


def _listed(holes: Sequence[LogHole]) -> Joined:
    told = [_said(hole) for hole in holes[:_MOST_HOLES_NAMED]]
    if len(holes) > _MOST_HOLES_NAMED:
        told.append(_MORE(n=count(len(holes) - _MOST_HOLES_NAMED)))
    return Joined(told)


def _said(hole: LogHole) -> Said:
    when = (_ON_A_DAY if hole.start == hole.end else _ON_DAYS)(start=day(hole.start), end=day(hole.end))
    expected: object = ""
    if not math.isnan(hole.expected_low):
        least, most = math.floor(hole.expected_low), math.ceil(hole.expected_high)
        expected = _EXPECTED(low=count(least), high=count(most))
    return _HOLE[hole.kind](when=when, n=count(hole.n_orders), expected=expected)
