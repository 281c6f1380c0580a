"""Whether the day that the figures are of lies long after the newest order."""

from __future__ import annotations

from datetime import datetime

from crmkit.activity import LogSpan
from crmkit.labels import Language
from crmkit.report._numbers import count, day
from crmkit.report._texts import TEXTS

__all__ = ["stale_said"]


def stale_said(span: LogSpan, as_of: datetime, language: Language) -> list[str]:
    """Say that ``as_of`` lies longer after the newest order than the log's rhythm makes plausible, if it does."""
    if span.newest_order is None or not span.is_stale(as_of):
        return []
    silent = count((as_of - span.newest_order).days)
    texts = TEXTS["stale_as_of"].text(language)
    return [texts.format(newest=day(span.newest_order), days=silent, as_of=day(as_of))]
