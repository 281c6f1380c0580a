"""Tables on standard output: aligned text for people, JSON for programs."""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

import click

__all__ = ["print_json", "print_table"]


def print_table(heads: Sequence[str], rows: Sequence[Sequence[str]], *, n_texts: int = 1) -> None:
    """Print rows under their heads, the first ``n_texts`` columns to the left, numbers to the right."""
    lines = [heads, *rows]
    widths = [max(_width(line[position]) for line in lines) for position in range(len(heads))]
    for line in lines:
        cells = [
            _padded(cell, width, left=position < n_texts)
            for position, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        click.echo("  ".join(cells).rstrip())


def print_json(document: Mapping[str, Any]) -> None:
    """Print one JSON document; characters that the encoding of the output lacks are written as JSON writes them."""
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, indent=2)
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        text = json.dumps(document, allow_nan=False, indent=2)
    click.echo(text)


def _padded(text: str, width: int, *, left: bool) -> str:
    spaces = " " * (width - _width(text))
    return text + spaces if left else spaces + text


def _width(text: str) -> int:
    """Columns on a terminal: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
