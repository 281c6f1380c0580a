"""JSON: a list of records, one record per line, or a list of values per column."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import pandas as pd

from crmkit._messages import Message
from crmkit.cli.language import FileError
from crmkit.cli.reading._broken import told
from crmkit.cli.reading._chunks import Chunk, Reading, Source, Table

__all__ = ["open_json"]

_NO_JSON: Final = Message(en="{file} is not readable JSON: {error}", zh="{file} 不是可读取的 JSON：{error}")
_NO_RECORDS: Final = Message(
    en="{file} does not hold records. It must be a list of objects, [{{...}}, {{...}}], an object that holds one such "
    "list, one object per line, or a list of values per column.",
    zh="{file} 中没有记录：须为对象的列表 [{{...}}, {{...}}]、含有一个这种列表的对象、每行一个对象，或每列一个列表。",
)


@contextmanager
def open_json(source: Source, reading: Reading) -> Iterator[Table]:
    """Open JSON, which is held in memory; values in objects within a record are columns named like ``customer.id``."""
    with told(_NO_JSON, file=source.name):
        records = _records(source.path.read_text(encoding=reading.encoding))
        if records is None:
            raise FileError(_NO_RECORDS(file=source.name))
        rows = pd.json_normalize(records)

    def chunks(ids: Sequence[str], most: int) -> Iterator[Chunk]:  # noqa: ARG001
        yield Chunk(rows.assign(**{name: rows[name].map(_as_text) for name in ids}), 1)

    yield Table([str(name) for name in rows.columns], 1, chunks)


def _records(text: str) -> list[dict[str, Any]] | None:
    try:
        found = json.loads(text)
    except json.JSONDecodeError:
        lines = [line for line in text.splitlines() if line.strip()]
        if len(lines) < 2:
            raise
        found = [json.loads(line) for line in lines]
    if isinstance(found, dict) and (columns := _columns(found)):
        return columns
    if isinstance(found, dict):
        lists = [value for value in found.values() if _are_records(value)]
        found = lists[0] if len(lists) == 1 else [found]
    return found if _are_records(found) else None


def _columns(found: dict[str, Any]) -> list[dict[str, Any]] | None:
    """The records of a table written by column: lists of one length, or objects with the same keys."""
    columns = [list(each.values()) if isinstance(each, dict) else each for each in found.values()]
    keys = [tuple(each) if isinstance(each, dict) else None for each in found.values()]
    if len(columns) < 2 or len(set(keys)) > 1 or not all(isinstance(each, list) and each for each in columns):
        return None
    if len({len(each) for each in columns}) > 1 or any(
        isinstance(cell, (dict, list)) for each in columns for cell in each
    ):
        return None
    return [dict(zip(found, cells, strict=True)) for cells in zip(*columns, strict=True)]


def _are_records(found: object) -> bool:
    return isinstance(found, list) and bool(found) and all(isinstance(record, dict) for record in found)


def _as_text(value: object) -> object:
    """An id as text, so that 7 and "7" are one; what is missing stays so."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value
