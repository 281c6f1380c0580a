"""The documentation of a table, from its schema."""

from __future__ import annotations

from crmkit._tables._schema import Field, Schema

__all__ = ["document"]

_HEADER = ("column", "kind", "range", "missing", "what it is")


def document(schema: Schema) -> str:
    """Write the columns of a table as a Markdown table."""
    rows = [
        (_named(field), field.kind, _range(field), field.missing or "never", field.meaning) for field in schema.fields
    ]
    lines = [_HEADER, tuple("---" for _ in _HEADER), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _named(field: Field) -> str:
    return f"`{field.name}`{', optional' if field.optional else ''}"


def _range(field: Field) -> str:
    low, high = field.lowest, field.highest
    ends = "" if low is None else f"{low:g} or more" if high is None else f"{low:g} to {high:g}"
    return ", ".join(part for part in (ends, "whole" if field.whole else "") if part)
