"""Holes in the log, said once, and marked wherever a figure's period touches one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from crmkit._names import Language
from crmkit.activity import LogHole, LogSpan
from crmkit.report._numbers import count, day
from crmkit.report._texts import TEXTS

__all__ = ["MARK", "holes_said", "marked", "stale_said", "without_end"]

MARK: Final = "†"
_MOST_SAID: Final = 5


def marked(text: str, touched: object) -> str:
    """Text with the mark of a figure whose period touches a hole, if it does."""
    return f"{text} {MARK}" if touched else text


def holes_said(holes: Sequence[LogHole], language: Language, *, of: str = "") -> list[str]:
    """Name the holes of the log in one sentence, if there are any; ``of`` is the part of the log that has them."""
    if not holes:
        return []
    between = "；" if language == "zh" else "; "
    told = [_said(hole, language) for hole in holes[:_MOST_SAID]]
    if len(holes) > _MOST_SAID:
        told.append(TEXTS["holes_more"].text(language).format(n=count(len(holes) - _MOST_SAID)))
    texts = TEXTS["holes_of" if of else "holes"].text(language)
    return [texts.format(holes=between.join(told), of=of)]


def without_end(holes: Sequence[LogHole], as_of: datetime) -> list[LogHole]:
    """The holes but for that after the newest order, which `stale_said` names."""
    return [hole for hole in holes if not (hole.kind == "missing" and hole.end == as_of)]


def stale_said(span: LogSpan, as_of: datetime, language: Language) -> list[str]:
    """Say that ``as_of`` lies longer after the newest order than the log's rhythm makes plausible, if it does."""
    if span.newest_order is None or not span.is_stale(as_of):
        return []
    silent = count((as_of - span.newest_order).days)
    texts = TEXTS["stale_as_of"].text(language)
    return [texts.format(newest=day(span.newest_order), days=silent, as_of=day(as_of))]


def _said(hole: LogHole, language: Language) -> str:
    when = TEXTS["hole_day" if hole.start == hole.end else "hole_days"].text(language)
    expected = ""
    if not math.isnan(hole.expected_low):
        least, most = math.floor(hole.expected_low), math.ceil(hole.expected_high)
        expected = TEXTS["hole_expected"].text(language).format(low=count(least), high=count(most))
    return (
        TEXTS[f"hole_{hole.kind}"]
        .text(language)
        .format(when=when.format(start=day(hole.start), end=day(hole.end)), n=count(hole.n_orders), expected=expected)
    )
