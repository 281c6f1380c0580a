"""Sheets on standard output: the same columns as in the workbook, as people read them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

import click

from crmkit._figures import NOTHING, count, day, decimals, money, p_value, points, share
from crmkit._workbook import Sheet
from crmkit.cli.writing._tables import print_table

__all__ = ["print_sheet"]

_SHOWN: Final[Mapping[str, Callable[[Any], str]]] = {
    "day": day,
    "count": count,
    "money": money,
    "share": share,
    "points": points,
    "number": decimals,
    "p_value": p_value,
}


def print_sheet(sheet: Sheet, *, columns: Sequence[str] | None = None) -> None:
    """Print the rows of a sheet under its title, all its columns or those named."""
    shown = [each for each in sheet.headings if columns is None or each.column in columns]
    click.echo(f"{sheet.title}:")
    columns_shown = [_cells(sheet.table[each.column], each.kind) for each in shown]
    texts = [each.kind in ("text", "day") for each in shown]
    rows = list(zip(*columns_shown, strict=True))
    print_table([each.title for each in shown], rows, n_texts=(*texts, False).index(False))


def _cells(values: Iterable[Any], kind: Any) -> list[str]:
    """A column in text; its cells are of one kind, or each of its own."""
    values = list(values)
    kinds = [kind] * len(values) if isinstance(kind, str) else kind
    return [_cell(value, each) for value, each in zip(values, kinds, strict=True)]


def _cell(value: Any, kind: Any) -> str:
    if value is None or value != value:
        return NOTHING if kind != "text" else ""
    return _SHOWN[kind](value) if kind in _SHOWN else str(value)
