"""Values that may be missing: one that was given and could not be read differs from one that was not given."""

from __future__ import annotations

import narwhals.stable.v2 as nw

from crmkit._frames import AnyFrame, flag
from crmkit._reading._labels import clean_labels

__all__ = ["is_so", "note_given", "unread", "was_given"]


def note_given(frame: AnyFrame, column: str, *, where: object) -> AnyFrame:
    """Note where a column has a value; a column in memory without any becomes text, which can be read as anything."""
    frame = clean_labels(frame, column, where=where)
    frame = frame.with_columns(flag(~nw.col(column).is_null()).alias(_note(column)))
    if isinstance(frame, nw.DataFrame) and frame[column].is_null().all():
        return frame.with_columns(nw.when(~nw.col(column).is_null()).then(nw.lit("")).alias(column))
    return frame


def was_given(column: str) -> nw.Expr:
    """Whether a column, looked at before it was read, had a value."""
    return nw.col(_note(column)) == 1


def unread(column: str) -> nw.Expr:
    """Whether a value was given and could not be read."""
    return was_given(column) & nw.col(column).is_null()


def is_so(condition: nw.Expr) -> nw.Expr:
    """Whether a condition holds; it does not where a value is missing."""
    return flag(condition) == 1


def _note(column: str) -> str:
    return f"{column}_given"
