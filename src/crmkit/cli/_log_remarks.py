"""What must be known of a log to read any figure of it right, said by every command."""

from __future__ import annotations

from typing import Any

import click

from crmkit._checks import as_day
from crmkit.activity import daily_counts, log_span
from crmkit.labels import Language
from crmkit.report._freshness import stale_said
from crmkit.transactions import checked_transactions, up_to

__all__ = ["say_remarks"]


def say_remarks(transactions: Any, *, as_of: str | None, language: Language) -> None:
    """Say on standard error that ``as_of`` lies long after the newest order, if it does."""
    if as_of is None:
        return
    last_day = as_day(as_of, name="as_of")
    days = daily_counts(up_to(checked_transactions(transactions), last_day, name="as_of"))
    if days.empty:
        return
    for sentence in stale_said(log_span(days), last_day, language):
        click.echo(sentence, err=True)
