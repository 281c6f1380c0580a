"""Segments as a list of cases, of which the first that holds counts, in memory and in SQL."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from crmkit._labelling._measures import Measures
from crmkit._messages import Message

__all__ = [
    "PLAIN_COLUMN",
    "Case",
    "CaseCondition",
    "Within",
    "case_sql",
    "column_sql",
    "first_that_holds",
    "lacks_sql",
    "text_sql",
]

# What SQL accepts as a name without quotes.
PLAIN_COLUMN: Final = re.compile(r"[^\W\d]\w*")

_NOT_PLAIN: Final = Message(en="{column!r} is not a plain column name.", zh="{column!r} 不是普通的列名。")


class Within(NamedTuple):
    """A column lies within bounds, both included."""

    column: str
    low: float = -np.inf
    high: float = np.inf

    def holds(self, columns: Measures) -> npt.NDArray[np.bool_]:
        """The rows where it holds; without bounds, those where the column is not missing."""
        values = columns[self.column]
        return np.asarray((values >= self.low) & (values <= self.high))

    def sql(self, *, quote: str) -> str:
        """Write it in SQL, with quotes around the column."""
        column = column_sql(self.column, quote=quote)
        tests = [f"{column} >= {self.low!r}"] if self.low > -np.inf else []
        tests += [f"{column} <= {self.high!r}"] if self.high < np.inf else []
        return " AND ".join(tests) or f"{column} IS NOT NULL"


class CaseCondition(Protocol):
    """What must hold of a customer's value in a column, in memory and in SQL."""

    @property
    def column(self) -> str:
        """The column."""

    def holds(self, columns: Measures, /) -> npt.NDArray[np.bool_]:
        """Find the rows where it holds."""

    def sql(self, *, quote: str) -> str:
        """Write it in SQL, with quotes around the columns; what has an OR stands in brackets."""


class Case(NamedTuple):
    """A segment, the code of the reason, and the conditions that must all hold."""

    segment: str
    reason: str
    conditions: tuple[CaseCondition, ...]


def first_that_holds(cases: Sequence[Case], columns: Measures) -> npt.NDArray[np.intp]:
    """The position of the first case that holds, row by row; the number of cases where none does."""
    n_rows = len(next(iter(columns.values())))
    found = np.full(n_rows, len(cases), dtype=np.intp)
    for number in range(len(cases) - 1, -1, -1):
        holds = np.ones(n_rows, dtype=bool)
        for condition in cases[number].conditions:
            holds &= condition.holds(columns)
        found[holds] = number
    return found


def text_sql(text: str, *, quote: str = "") -> str:
    """Write text in SQL; where columns are quoted by backticks, backslashes and quotation marks follow a backslash."""
    if quote == "`":
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
    return "'" + text.replace("'", "''") + "'"


def column_sql(column: str, *, quote: str) -> str:
    """Write the name of a column in SQL between quotes; without quotes only a plain name is allowed."""
    if not quote and not PLAIN_COLUMN.fullmatch(column):
        raise ValueError(_NOT_PLAIN(column=column))
    return f"{quote}{column.replace(quote, 2 * quote) if quote else column}{quote}"


def lacks_sql(column: str, *, quote: str) -> str:
    """Write in SQL that a column is missing or no finite number; NaN is above all numbers there."""
    name, most = column_sql(column, quote=quote), repr(np.finfo(float).max.item())
    return f"{name} IS NULL OR {name} > {most} OR {name} < -{most}"


def case_sql(cases: Sequence[Case], results: Sequence[str], *, missing: str, quote: str) -> str:
    """Write an SQL CASE that gives each case its result, and NULL where ``missing`` holds."""
    lines = [
        f"  WHEN {' AND '.join(each.sql(quote=quote) for each in case.conditions) or 'TRUE'} THEN {result}"
        for case, result in zip(cases, results, strict=True)
    ]
    return "\n".join(["CASE", f"  WHEN {missing} THEN NULL", *lines, "END"])
