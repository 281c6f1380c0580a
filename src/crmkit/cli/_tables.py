"""Tables on standard output: aligned text for people, JSON for programs."""

from __future__ import annotations

import json
import math
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

import click
import pandas as pd

__all__ = ["NOTHING", "count", "money", "number", "print_json", "print_table", "share", "significant"]

NOTHING = "–"
_ENDLESS = "∞"


def count(value: float) -> str:
    """A whole number with thousands separators."""
    return _unlike_numbers(value) or f"{value:,.0f}"


def money(value: float) -> str:
    """Money with cents."""
    return _unlike_numbers(value) or f"{round(value, 2) + 0.0:,.2f}"


def number(value: float) -> str:
    """A number of any unit: cents where it is not whole."""
    return count(value) if pd.isna(value) or float(value).is_integer() else money(value)


def share(value: float) -> str:
    """A share in percent."""
    return NOTHING if pd.isna(value) else f"{value:.1%}"


def significant(value: float) -> str:
    """A number in four digits."""
    return _unlike_numbers(value) or f"{value:,.4g}"


def _unlike_numbers(value: float) -> str:
    """What is missing or has no end, as it is shown; nothing of a number."""
    if value == math.inf:
        return _ENDLESS
    return NOTHING if pd.isna(value) else ""


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
    """Print one JSON document."""
    click.echo(json.dumps(document, ensure_ascii=False, allow_nan=False, indent=2))


def _padded(text: str, width: int, *, left: bool) -> str:
    spaces = " " * (width - _width(text))
    return text + spaces if left else spaces + text


def _width(text: str) -> int:
    """Columns on a terminal: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
