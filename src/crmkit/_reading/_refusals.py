"""Rows that cannot be used: counted in one pass, then refused with where they stand, left out, or given back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, Literal, NamedTuple, TypeAlias

import narwhals.stable.v2 as nw
import numpy as np

from crmkit._checks import check_turnover, some
from crmkit._frames import AnyFrame, FrameT, collected, give_back
from crmkit._messages import Call, Joined, Message, Parameter, Said
from crmkit._reading._rows import OWN_COLUMNS, Reason, Rows, check_some
from crmkit.errors import SchemaError

__all__ = ["Counts", "Invalid", "count_rows", "rejected_rows", "usable_rows"]

Invalid: TypeAlias = Literal["raise", "drop"]
"""What to do with rows that cannot be used."""

_ROWS_SHOWN: Final = 5
_BECAUSE, _USABLE = OWN_COLUMNS[2:]

_UNUSABLE: Final = Message(
    en="{table} has rows that cannot be used: {parts}.{hint} Correct them, or pass {@invalid='drop'}; {rejected} "
    "returns them.",
    zh="{table} 中有无法使用的行：{parts}。{hint}请修正，或使用 {@invalid='drop'}；{rejected} 可列出这些行。",
)
_FORMAT: Final = Message(
    en=" Text dates other than ISO need {@date_format=}.", zh="非 ISO 格式的文本日期须用 {@date_format=} 指定格式。"
)
_FIRST_AT: Final = Message(en="first at rows {rows}", zh="最先见于从 0 数起的行 {rows}")
_VALUES: Final = Message(en="{where} is {values}", zh="{where}为 {values}")
_CUSTOMERS: Final = Message(en="customers {ids}", zh="客户 {ids}")
_IN: Final = Message(en="in {where}", zh="见于{where}")


class Counts(NamedTuple):
    """How many rows there are, how many each reason holds for, and how many were marked; the sum without signs."""

    n_rows: int
    by_reason: dict[str, int]
    marked: dict[str, int]
    turnover: float


def count_rows(rows: Rows, *, money: str | None, marks: Mapping[str, nw.Expr]) -> Counts:
    """Count in one pass, and add up the money of the usable rows, if there is any, without its signs."""
    flags = {reason.code: reason.holds for reason in rows.reasons} | dict(marks)
    amount = nw.lit(0.0) if money is None else nw.col(money).abs()
    turnover = nw.when(rows.usable()).then(amount).alias("turnover")
    marked = rows.frame.select(turnover, *(flag.cast(nw.Int64).alias(name) for name, flag in flags.items()))
    sums = (nw.col(name).sum() for name in ("turnover", *flags))
    with np.errstate(over="ignore"):
        totals = collected(marked.select(nw.len().alias("n_rows"), *sums)).to_dict(as_series=False)
    counts = {name: int(values[0] or 0) for name, values in totals.items() if name != "turnover"}
    by_reason = {reason.code: counts[reason.code] for reason in rows.reasons}
    return Counts(
        counts["n_rows"], by_reason, {name: counts[name] for name in marks}, float(totals["turnover"][0] or 0.0)
    )


def usable_rows(
    rows: Rows, counts: Counts, *, invalid: Invalid, money: str | None, key: str | None, rejected: str
) -> AnyFrame:
    """Give the rows that can be used; others are refused or left out, as ``invalid`` says.

    ``key`` is the column whose ids, if there are any, show on an engine where rows stand, ``rejected`` the public call
    that returns them.
    """
    check_some(counts.n_rows, table=rows.table)
    if invalid == "raise" and any(counts.by_reason[reason.code] for reason in rows.reasons if reason.wrong):
        raise SchemaError(_complaint(rows, counts, key=key, rejected=rejected))
    if money is not None:
        check_turnover(counts.turnover, where=rows.where[money])
    # An engine's rows may change until the query runs.
    return (
        rows.frame.filter(rows.usable())
        if any(counts.by_reason.values()) or isinstance(rows.frame, nw.LazyFrame)
        else rows.frame
    )


def rejected_rows(rows: Rows, *, like: FrameT) -> FrameT:
    """Give back the rows that cannot be used, as they were given, with the reason."""
    *others, last = rows.reasons
    because: nw.Expr = nw.lit(last.code)
    for reason in reversed(others):
        because = nw.when(reason.holds).then(nw.lit(reason.code)).otherwise(because)
    marked = replace(rows, frame=rows.frame.with_columns(because.alias(_BECAUSE), rows.usable().alias(_USABLE)))
    rejected = marked.whole().filter(~nw.col(_USABLE))
    # A column of that name, from an earlier call, gives way.
    given = [name for name in rows.given if name != "rejected_because"]
    named = rejected.select(*given, _BECAUSE).rename({_BECAUSE: "rejected_because"})
    return give_back(named, like=like)


def _complaint(rows: Rows, counts: Counts, *, key: str | None, rejected: str) -> Said:
    found = [reason for reason in rows.reasons if reason.wrong and counts.by_reason[reason.code]]
    parts = [reason.says(n=counts.by_reason[reason.code], shown=_examples(rows, reason, key=key)) for reason in found]
    hint = _FORMAT() if any(_are_text_dates(rows, reason.column) for reason in found) else ""
    return _UNUSABLE(table=Parameter(rows.table), parts=Joined(parts), hint=hint, rejected=Call(rejected))


def _are_text_dates(rows: Rows, column: str) -> bool:
    types = rows.frame.collect_schema()
    return (
        column in rows.sources
        and types[column] == nw.Datetime
        and types[rows.sources[column]] in (nw.String, nw.Object)
    )


def _examples(rows: Rows, reason: Reason, *, key: str | None) -> Any:
    """Row positions and values in memory; on an engine, customers."""
    if isinstance(rows.frame, nw.DataFrame):
        flags = rows.frame.select(flag=reason.holds)["flag"].to_numpy()
        positions = np.flatnonzero(flags)[: _ROWS_SHOWN + 1].tolist()
        shown = _FIRST_AT(rows=some(positions))
        source = rows.sources.get(reason.column)
        if source is None or reason.column == key:
            return shown
        # Each once, a nan too, which does not equal itself.
        different = {repr(value): value for value in rows.frame[source][positions].to_list()}
        values = _VALUES(where=rows.where[reason.column], values=some(different.values()))
        return Joined([shown, values], en=", ", zh="，")
    if key is None or reason.column == key:
        return _IN(where=rows.where[reason.column])
    ids = collected(rows.frame.filter(reason.holds).select(key).head(_ROWS_SHOWN))[key].to_list()
    return _CUSTOMERS(ids=some(ids))
