"""What may be wrong in the rows of a table of any kind, looked for in one pass and named by its rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np

from crmkit._checks import check_turnover, some
from crmkit._frames import AnyFrame, flag, to_pandas, type_of
from crmkit._messages import Column, Message
from crmkit.errors import SchemaError

__all__ = [
    "INFINITE",
    "MEND",
    "MISSING",
    "Fault",
    "amount_faults",
    "check_sums",
    "is_infinite",
    "numbers_that_may_lack",
    "refuse_faults",
]

_WRONG: Final = "__crmkit_wrong"

MISSING: Final = Message(en="{where} is missing", zh="{where}有缺失")
INFINITE: Final = Message(en="{where} is infinite", zh="{where}为无穷大")
MEND: Final = Message(en="Mend or drop them.", zh="请修正或删除这些行。")
_BELOW: Final = Message(en="{where} is below 0", zh="{where}小于 0")
_AT_ROWS: Final = Message(
    en="{problem} in {n:,} {n:row|rows}, first at rows {rows}. {mend}",
    zh="{problem}，共 {n:,} 行，最先见于行 {rows}。{mend}",
)
_AMONG: Final = Message(
    en="{problem} in {n:,} {n:row|rows}, such as some whose {column} is one of {values}. {mend}",
    zh="{problem}，共 {n:,} 行，例如 {column} 为 {values} 之一的行。{mend}",
)


class Fault(NamedTuple):
    """What may be wrong with a column, where, and how to mend it."""

    column: str
    problem: Message
    wrong: nw.Expr
    mend: Message


def is_infinite(column: str) -> nw.Expr:
    """Whether a number is beyond all floats; not where it is missing."""
    return nw.col(column).cast(nw.Float64).abs() > np.finfo(float).max


def numbers_that_may_lack(rows: AnyFrame, columns: Sequence[str]) -> AnyFrame:
    """Give columns without any value, whose type nobody can tell, that of numbers."""
    if isinstance(rows, nw.DataFrame):
        lacking = [name for name in columns if rows[name].null_count() == len(rows) > 0]
    else:
        # DuckDB has a type for them, other engines call them text.
        lacking = [name for name in columns if "NULL" in str(type_of(rows, name))]
        types = rows.collect_schema()
        if texts := [name for name in columns if types[name] == nw.String and name not in lacking]:
            known = to_pandas(rows.select(nw.col(*texts).count()))
            lacking += [name for name in texts if not known[name].iloc[0]]
    nothing = {name: nw.when(~nw.col(name).is_null()).then(nw.lit(0.0)) for name in lacking}
    return rows.with_columns(**nothing) if lacking else rows


def amount_faults(column: str) -> list[Fault]:
    """What may be wrong with an amount that is known and at least 0."""
    return [
        Fault(column, MISSING, nw.col(column).is_null(), MEND),
        Fault(column, INFINITE, is_infinite(column), MEND),
        Fault(column, _BELOW, nw.col(column) < 0, MEND),
    ]


def check_sums(rows: AnyFrame, columns: Sequence[str], *, name: str) -> None:
    """Raise if the numbers of a column cannot be added up; engines say so themselves."""
    for column in columns if isinstance(rows, nw.DataFrame) else ():
        with np.errstate(over="ignore"):
            turnover = np.nansum(np.abs(rows[column].to_numpy().astype(np.float64)))
        check_turnover(float(turnover), where=Column(name, column))


def refuse_faults(rows: AnyFrame, faults: Sequence[Fault], *, name: str, known_by: str) -> None:
    """Raise for the first fault that there is, with positions; rows of an engine are named by a column."""
    there = to_pandas(rows.select(fault.wrong.any().alias(f"{place}") for place, fault in enumerate(faults)))
    for place, fault in enumerate(faults):
        found = there[f"{place}"].tolist()
        if not found or found[0] is None or not bool(found[0]):
            continue
        problem, mend = fault.problem(where=Column(name, fault.column)), fault.mend()
        if isinstance(rows, nw.DataFrame):
            at = np.flatnonzero(rows.select(flag(fault.wrong).alias(_WRONG))[_WRONG].to_numpy())
            raise SchemaError(_AT_ROWS(problem=problem, n=at.size, rows=some(at.tolist()), mend=mend))
        wrong = to_pandas(rows.filter(fault.wrong).group_by(known_by).agg(nw.len().alias(_WRONG)))
        values, n = some(sorted(wrong[known_by], key=str)), int(wrong[_WRONG].sum())
        raise SchemaError(_AMONG(problem=problem, n=n, column=known_by, values=values, mend=mend))
