"""The rows given to a door, with clean columns beside them under private names."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Self

import narwhals.stable.v2 as nw

from crmkit._frames import AnyFrame, as_name, column_name, in_memory, open_as_given, with_plain_types
from crmkit._messages import Column, Message, Parameter
from crmkit.errors import SchemaError

__all__ = ["OWN_COLUMNS", "Reason", "Rows", "check_some", "open_rows"]

OWN_COLUMNS: Final = ("__crmkit_reason", "__crmkit_turnover", "__crmkit_because", "__crmkit_usable")
"""Columns that the audit and the rejected rows add."""

_NO_COLUMN: Final = Message(
    en="{table} has no column {missing}; its columns are {columns}. Name yours by keyword, for example "
    "{@customer_id='CustomerID'}.",
    zh="{table} 没有列 {missing}，现有的列为 {columns}。请用参数指明列名，例如 {@customer_id='CustomerID'}。",
)
_RESERVED: Final = Message(
    en="{table} has columns called {names}, names that crmkit gives to columns of its own. Rename them first.",
    zh="{table} 中有名为 {names} 的列，这些名称由 crmkit 内部使用，请先改名。",
)
_NO_ROWS: Final = Message(en="{table} has no rows. It must have at least one.", zh="{table} 没有任何行，至少须有一行。")


@dataclass(frozen=True)
class Reason:
    """Why a row cannot be used.

    Attributes
    ----------
    code : str
        The reason in tables.
    column : str
        The standard column at fault.
    holds : expression
        Which rows it holds for.
    says : Message
        How many there are; ``n`` and ``shown`` are filled in.
    wrong : bool
        Whether the row is at fault; otherwise it is left out and never refused.
    """

    code: str
    column: str
    holds: nw.Expr
    says: Message
    wrong: bool = True


@dataclass(frozen=True)
class Rows:
    """The rows as given, with clean standard columns added under private names.

    Attributes
    ----------
    frame : frame
        The columns given, or in memory those that are needed, then the standard ones.
    table : str
        What the caller calls the table.
    given : tuple of str
        The columns given.
    sources : dict
        For each standard column that the caller named, the column given.
    where : dict
        For each standard column, how messages name it.
    reasons : tuple of Reason
        Why rows cannot be used; of several, the first counts.
    rest : frame, optional
        In memory the columns given that nothing needs: a table of 2,000 columns costs what the few in use cost.
    """

    frame: AnyFrame
    table: str
    given: tuple[str, ...]
    sources: Mapping[str, str]
    where: Mapping[str, object]
    reasons: tuple[Reason, ...] = ()
    rest: nw.DataFrame[Any] | None = None

    def whole(self) -> AnyFrame:
        """Give the frame with all columns given."""
        if self.rest is None or not isinstance(self.frame, nw.DataFrame):
            return self.frame
        return nw.concat([self.frame, self.rest], how="horizontal")

    def cleaned(self, clean: Callable[..., AnyFrame], *columns: str, **options: Any) -> Self:
        """Clean those of the standard columns that are there."""
        frame = self.frame
        for column in columns:
            if column in self.where:
                frame = clean(frame, column, where=self.where[column], **options)
        return replace(self, frame=frame)

    def cleaned_together(self, clean: Callable[..., AnyFrame], *columns: str, **options: Any) -> Self:
        """Clean those of the standard columns that are there, in one go."""
        where = {column: self.where[column] for column in columns if column in self.where}
        return replace(self, frame=clean(self.frame, where, **options))

    def usable(self) -> nw.Expr:
        """Whether a row can be used."""
        first, *others = (reason.holds for reason in self.reasons)
        for holds in others:
            first = first | holds
        return ~first


def open_rows(
    native: object,
    columns: Mapping[str, Hashable | None],
    *,
    table: str,
    also: Iterable[Hashable | None] = (),
    carried: Iterable[Hashable] = (),
) -> Rows:
    """Open what a door was given, copy the columns named to their standard names, and give the copies plain types.

    ``also`` are columns that must be there but are not copied; ``carried`` those that the result keeps, looked at by
    `columns_kept`. The columns given keep their types, for those who get
    rows back.
    """
    sources = {
        standard: column_name(label, name=standard.removeprefix("__crmkit_"))
        for standard, label in columns.items()
        if label is not None
    }
    needed = [*sources.values(), *(as_name(label) for label in also if label is not None)]
    frame = in_memory(open_as_given(native, name=table))
    given = tuple(frame.collect_schema())
    known = set(given)
    missing = [column for column in needed if column not in known]
    if missing:
        raise SchemaError(_NO_COLUMN(table=Parameter(table), missing=missing, columns=list(given)))
    if reserved := [name for name in given if name in columns or name in OWN_COLUMNS]:
        raise SchemaError(_RESERVED(table=Parameter(table), names=reserved))
    rest = None
    if isinstance(frame, nw.DataFrame):
        check_some(len(frame), table=table)
        used = known.intersection([*needed, *map(as_name, carried)])
        rest = frame.select(*(name for name in given if name not in used)) if len(used) < len(given) else None
        frame = frame.select(*(name for name in given if name in used))
    frame = frame.with_columns(*(nw.col(column).alias(standard) for standard, column in sources.items()))
    where = {standard: Column(table, column) for standard, column in sources.items()}
    return Rows(with_plain_types(frame, columns=sources), table, given, sources, where, rest=rest)


def check_some(n_rows: int, *, table: str) -> None:
    """Raise unless there are rows."""
    if n_rows == 0:
        raise SchemaError(_NO_ROWS(table=Parameter(table)))
