"""What one must know of a log to read its figures right, reported by every command."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pandas as pd

from crmkit._checks import LAST_YEAR, as_day
from crmkit._names import Language
from crmkit.activity import LogHole, daily_counts, log_closures, log_holes, log_span
from crmkit.cli.language import say
from crmkit.views import closure_remarks, hole_remarks, stale_remarks

__all__ = ["said_holes", "said_holes_by"]


def said_holes(
    transactions: Any, *, lines: Any | None, as_of: str | None, period_end: str | None, language: Language
) -> list[LogHole]:
    """Report holes in the log on standard error, and a last day that lies long after the newest order.

    Without ``as_of`` that is the newest day or, if it is later, the end of the period asked for: what comes after a
    period tells silence from the end of the log.
    """
    last_day = _last_day(as_of)
    days = daily_counts(transactions if lines is None else lines, as_of=last_day)
    if not as_of:
        newest = _newest(days)
        last_day = newest if period_end is None else max(newest, as_day(period_end, name="end"))
    return _said(days, as_of=last_day, language=language)


def said_holes_by(
    transactions: Any, *, by: str | None, as_of: str | None, language: Language
) -> dict[str, list[LogHole]]:
    """Report holes of the whole log, and those that only some values of a column have."""
    last_day = _last_day(as_of)
    days = daily_counts(transactions, as_of=last_day, by=by)
    last_day = last_day if as_of else _newest(days)
    whole = days if by is None else days.groupby("date", as_index=False).sum(numeric_only=True)
    found = {"": _said(whole, as_of=last_day, language=language)}
    known = {(hole.kind, hole.start, hole.end) for hole in found[""]}
    for value, own in [] if by is None else days.groupby(by, sort=True, dropna=False, observed=True):
        holes = log_holes(own.reset_index(drop=True), as_of=last_day)
        new = [hole for hole in holes if (hole.kind, hole.start, hole.end) not in known]
        for remark in hole_remarks(new, of=f"{by} {value}"):
            say(remark, language)
        found[str(value)] = holes
    return found


def _said(days: pd.DataFrame, *, as_of: datetime, language: Language) -> list[LogHole]:
    holes = log_holes(days, as_of=as_of)
    closed = closure_remarks(log_closures(days, as_of=as_of))
    for remark in (*stale_remarks(log_span(days), as_of=as_of), *hole_remarks(holes, as_of=as_of), *closed):
        say(remark, language)
    return holes


def _last_day(as_of: str | None) -> datetime:
    return datetime(LAST_YEAR, 12, 31) if as_of is None else as_day(as_of, name="as_of")


def _newest(days: pd.DataFrame) -> datetime:
    newest: datetime = days["date"].max().to_pydatetime()
    return newest
