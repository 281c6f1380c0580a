"""Tables of points: their rows with standard columns beside them, and why rows cannot be used."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final

import narwhals.stable.v2 as nw

from crmkit._frames import AnyFrame, flag
from crmkit._messages import Message
from crmkit._names import Label
from crmkit._reading import (
    DecimalMark,
    NumberTexts,
    Reason,
    Rows,
    clean_flags,
    clean_ids,
    clean_kinds,
    clean_labels,
    clean_numbers,
    clean_times,
    cut_to_days,
    is_so,
    note_given,
    numbered,
    open_rows,
    read_kinds,
    read_merged_ids,
    unread,
    with_merged_ids,
)
from crmkit.points._related import EXCESS, REPEATED, UNKNOWN, with_relations

__all__ = [
    "COUNTS",
    "CUSTOMER",
    "DATE",
    "EVENT",
    "EXPIRES",
    "KIND",
    "POINTS",
    "POINT_KINDS",
    "POINT_REASONS",
    "REVERSES",
    "TAKING",
    "read_points",
]

EVENT: Final = "__crmkit_event_id"
CUSTOMER: Final = "__crmkit_customer_id"
DATE: Final = "__crmkit_date"
KIND: Final = "__crmkit_kind"
POINTS: Final = "__crmkit_points"
EXPIRES: Final = "__crmkit_expires"
REVERSES: Final = "__crmkit_reverses"
COUNTS: Final = "__crmkit_counts_for_level"
_SIGNED: Final = "__crmkit_wrong_sign"
_DAYS: Final = (DATE, EXPIRES)

POINT_KINDS: Final = MappingProxyType(
    {
        "earn": Label("Earning", "获得"),
        "redeem": Label("Redemption", "兑换"),
        "expire": Label("Expiry", "过期"),
        "reverse": Label("Reversal", "冲销"),
        "adjust": Label("Adjustment", "调整"),
    }
)
"""The kinds of events by code."""
TAKING: Final = ("redeem", "expire", "reverse")
"""The kinds that take points away."""
_ADDING: Final = ("earn", "adjust")
_LEVELLED: Final = ("earn", "adjust", "reverse")
# As loyalty systems write them, beside their codes and names; 消费 is left out, for it says both earned and spent.
_WORDS: Final = {
    "earn": (
        "earned", "accrual", "accrue", "accrued", "award", "awarded", "issue", "issued", "bonus", "积累", "累积",
        "累计", "获取", "赠送", "奖励", "发放", "增加", "积分获得", "积分发放", "签到", "獲得",
    ),
    "redeem": (
        "redeemed", "burn", "burned", "spend", "spent", "use", "used", "使用", "抵扣", "消耗", "积分兑换", "积分抵现",
        "兌換",
    ),
    "expire": ("expired", "expiration", "lapse", "lapsed", "到期", "失效", "清零", "积分过期", "過期"),
    "reverse": ("reversed", "clawback", "return", "冲正", "红冲", "扣回", "退货扣回", "退货扣减", "退货", "沖銷"),
    "adjust": ("adjusted", "correction", "manual", "调账", "人工调整", "手工调整", "調整"),
}  # fmt: skip

POINT_REASONS: Final = MappingProxyType(
    {
        "no_event": Label("No event id", "无事件编号"),
        "no_customer": Label("No customer", "无客户编号"),
        "unusable_date": Label("Unusable date", "日期无效"),
        "unknown_kind": Label("Unknown kind", "类别未知"),
        "unusable_points": Label("Unusable points", "积分无效"),
        "wrong_sign": Label("Points of the wrong sign", "积分正负号不符"),
        "unusable_expires": Label("Unusable expiry", "有效期无效"),
        "unusable_reverses": Label("Earning named by another kind", "非冲销行指明了所冲的获得"),
        "no_earning": Label("Reversal of no earning", "冲销未指明所冲的获得"),
        "unusable_counts_for_level": Label("Not known whether it counts", "是否计入定级无效"),
        "repeated_event": Label("Event id on several rows", "事件编号重复"),
        "unknown_earning": Label("Reversal of an unknown earning", "所冲的获得未知"),
        "excess_reversal": Label("More reversed than earned", "冲销超过获得"),
        "zero_points": Label("No points, left out", "积分为 0，略去"),
        "redeem": Label("Redemption, kept", "兑换，保留"),
        "expire": Label("Expiry, kept", "过期，保留"),
        "reverse": Label("Reversal, kept", "冲销，保留"),
        "adjust": Label("Adjustment, kept", "调整，保留"),
        "earn": Label("Earning, kept", "获得，保留"),
        "given": Label("Given", "合计"),
    }
)
"""What a row can be, with its name: the first that holds counts; those before "redeem" are left out."""

_SAYS: Final = {
    "no_event": Message(
        en="{n:,} without an event id ({shown}): {@event_id=None} numbers the rows",
        zh="{n:,} 行无事件编号（{shown}），可用 {@event_id=None} 按行编号",
    ),
    "no_customer": Message(en="{n:,} without a customer ({shown})", zh="{n:,} 行无客户编号（{shown}）"),
    "unusable_date": Message(en="{n:,} with an unusable date ({shown})", zh="{n:,} 行日期无效（{shown}）"),
    "unknown_kind": Message(
        en="{n:,} of an unknown kind ({shown}): name yours with {@kinds}",
        zh="{n:,} 行类别未知（{shown}），请用 {@kinds} 指明",
    ),
    "unusable_points": Message(
        en="{n:,} with points that are missing or unusable ({shown})", zh="{n:,} 行积分缺失或无效（{shown}）"
    ),
    "wrong_sign": Message(
        en="{n:,} with points of the wrong sign ({shown}): all but adjustments are above 0 or, with {@signed=True}, "
        "earnings above and all else below",
        zh="{n:,} 行积分正负号不符（{shown}）：除调整外均须大于 0；使用 {@signed=True} 时，获得大于 0，其余小于 0",
    ),
    "unusable_expires": Message(
        en="{n:,} with an expiry that is unusable, before the day of the earning, or of an event that adds no points "
        "({shown}): leave it empty where there is none",
        zh="{n:,} 行有效期无效、早于获得日，或属于并未增加积分的事件（{shown}），没有有效期的请留空",
    ),
    "unusable_reverses": Message(
        en="{n:,} that name an earning but are not reversals ({shown})",
        zh="{n:,} 行指明了所冲的获得，却不是冲销（{shown}）",
    ),
    "no_earning": Message(
        en="{n:,} that reverse no earning ({shown}): name it, or write an adjustment",
        zh="{n:,} 行冲销未指明所冲的获得（{shown}），请指明，或改作调整",
    ),
    "unusable_counts_for_level": Message(
        en="{n:,} of which it is neither true nor false that they count for a level ({shown})",
        zh="{n:,} 行是否计入定级不是真假值（{shown}）",
    ),
    "repeated_event": Message(
        en="{n:,} whose event id stands on several rows ({shown}): keep copies once, and make other ids differ",
        zh="{n:,} 行事件编号重复（{shown}），重复行只保留一行，其余请区分编号",
    ),
    "unknown_earning": Message(
        en="{n:,} that reverse what is no earlier earning of the same customer ({shown}): write an adjustment in its "
        "place",
        zh="{n:,} 行所冲的不是同一客户此前的获得（{shown}），请改作调整",
    ),
    "excess_reversal": Message(
        en="{n:,} that reverse more than was earned ({shown})", zh="{n:,} 行冲销的积分超过获得的积分（{shown}）"
    ),
    "zero_points": Message(en="{n:,} without points ({shown})", zh="{n:,} 行积分为 0（{shown}）"),
}
_NO_IDS: Final = Message(
    en="{@reverses} names earnings by their ids, and {@event_id=None} gives none. Name the column of event ids.",
    zh="{@reverses} 按编号指明所冲的获得，而 {@event_id=None} 没有编号。请指明事件编号列。",
)


def read_points(
    points: object,
    *,
    event_id: Hashable | None,
    customer_id: Hashable,
    merge_ids: object,
    date: Hashable,
    kind: Hashable,
    kinds: Mapping[Any, str] | None,
    amount: Hashable,
    signed: bool,
    expires: Hashable | None,
    reverses: Hashable | None,
    counts_for_level: Hashable | None,
    date_format: str | None,
    time_zone: str | None,
    decimal: DecimalMark | None,
    keep: Sequence[Hashable] = (),
) -> Rows:
    """Name the columns of a table of points and clean their values; no row is left out.

    Points that are taken away are above 0 here, whatever their sign was.
    """
    if event_id is None and reverses is not None:
        raise ValueError(_NO_IDS())
    words = read_kinds(kinds, usual={code: (code, *name, *_WORDS[code]) for code, name in POINT_KINDS.items()})
    columns = {
        EVENT: event_id,
        CUSTOMER: customer_id,
        DATE: date,
        KIND: kind,
        POINTS: amount,
        EXPIRES: expires,
        REVERSES: reverses,
        COUNTS: counts_for_level,
    }
    rows = open_rows(points, columns, table="points", carried=keep)
    if event_id is None:
        rows = numbered(rows, EVENT, name="event_id")
    rows = rows.cleaned(clean_ids, EVENT, CUSTOMER, REVERSES).cleaned(clean_labels, KIND).cleaned(note_given, EXPIRES)
    if merge_ids is not None:
        rows = rows.cleaned(with_merged_ids, CUSTOMER, merged=read_merged_ids(merge_ids))
    rows = rows.cleaned(clean_kinds, KIND, words=words).cleaned(clean_flags, COUNTS)
    rows = rows.cleaned(clean_times, *_DAYS, date_format=date_format, time_zone=time_zone).cleaned(cut_to_days, *_DAYS)
    rows = rows.cleaned_together(clean_numbers, POINTS, texts=NumberTexts(decimal=decimal, currency_sign=None))
    rows = replace(rows, frame=_without_signs(rows.frame, signed=bool(signed)))
    rows = with_relations(rows, event=EVENT, customer=CUSTOMER, date=DATE, kind=KIND, points=POINTS, reverses=REVERSES)
    return replace(rows, reasons=_reasons(rows))


def _without_signs(frame: AnyFrame, *, signed: bool) -> AnyFrame:
    """Mark signs that a kind does not have, and take them off where points are taken away."""
    taken, below = is_so(nw.col(KIND).is_in(TAKING)), is_so(nw.col(POINTS) < 0)
    earned = is_so(nw.col(KIND) == "earn")
    wrong = (taken & is_so(nw.col(POINTS) > 0)) | (earned & below) if signed else (taken | earned) & below
    shown = nw.when(taken).then(nw.col(POINTS).abs()).otherwise(nw.col(POINTS))
    return frame.with_columns(flag(wrong).alias(_SIGNED), shown.alias(POINTS))


def _reasons(rows: Rows) -> tuple[Reason, ...]:
    """List why rows cannot be used, for the columns that are there."""
    column, here = nw.col, {*rows.sources, EVENT}
    is_reversal, adds = is_so(column(KIND) == "reverse"), is_so(column(KIND).is_in(_ADDING))
    holds = {
        "no_event": (EVENT, column(EVENT).is_null()),
        "no_customer": (CUSTOMER, column(CUSTOMER).is_null()),
        "unusable_date": (DATE, column(DATE).is_null()),
        "unknown_kind": (KIND, column(KIND).is_null()),
        "unusable_points": (POINTS, column(POINTS).is_null()),
        "wrong_sign": (POINTS, column(_SIGNED) == 1),
    }
    if EXPIRES in here:
        given = ~column(EXPIRES).is_null()
        elsewhere = given & (~adds | is_so(column(POINTS) < 0))
        holds["unusable_expires"] = (EXPIRES, unread(EXPIRES) | is_so(column(EXPIRES) < column(DATE)) | elsewhere)
    if REVERSES in here:
        given = ~column(REVERSES).is_null()
        holds["unusable_reverses"] = (REVERSES, given & ~is_reversal)
        holds["no_earning"] = (REVERSES, ~given & is_reversal)
    if COUNTS in here:
        levelled = is_so(column(KIND).is_in(_LEVELLED))
        holds["unusable_counts_for_level"] = (COUNTS, levelled & column(COUNTS).is_null())
    holds["repeated_event"] = (EVENT, column(REPEATED) == 1)
    if REVERSES in here:
        holds["unknown_earning"] = (REVERSES, column(UNKNOWN) == 1)
        holds["excess_reversal"] = (REVERSES, column(EXCESS) == 1)
    holds["zero_points"] = (POINTS, is_so(column(POINTS) == 0))
    return tuple(
        Reason(code, standard, condition, _SAYS[code], wrong=code != "zero_points")
        for code, (standard, condition) in holds.items()
    )
