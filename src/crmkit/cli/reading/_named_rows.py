"""The rows of a table other than orders, and which of its columns plays which role."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Self

import numpy as np
import pandas as pd

from crmkit._messages import Column
from crmkit._reading import NumberTexts
from crmkit.cli._roles import Role
from crmkit.cli.language import say
from crmkit.cli.reading._by import BY
from crmkit.cli.reading._files import open_table
from crmkit.cli.reading._found_roles import found_roles
from crmkit.cli.reading._guess import Columns
from crmkit.cli.reading._notation import say_notation
from crmkit.cli.reading._options import OrderOptions
from crmkit.cli.reading._packed_files import shown
from crmkit.cli.reading._unfit import check_columns_kept, check_merged, no_rows

__all__ = ["NamedRows", "named_rows"]

_CHUNK_ROWS: Final = 1_000_000


@dataclass(frozen=True)
class NamedRows:
    """Rows, and by role the column that plays it: several columns or a number where the role allows it, else None."""

    rows: pd.DataFrame
    roles: Sequence[Role]
    columns: Columns

    def column(self, role: str) -> pd.Series[Any] | None:
        """The values of a role."""
        name: str | None = self.columns[role]
        return None if name is None else self.rows[name]

    def without(self, role: str) -> Self:
        """The same, with no column for a role."""
        return replace(self, columns={**self.columns, role: None})

    def names(self, role: str) -> list[str]:
        """The columns of a role."""
        return _names(self.columns[role])


def named_rows(
    options: OrderOptions,
    roles: Sequence[Role],
    named: Mapping[str, Any],
    *,
    table: str,
    by: str | None = None,
    keep: Sequence[str] = (),
    numbers: Sequence[str] = (),
) -> NamedRows:
    """Read a file whole; find and report the columns that the user did not name.

    ``by`` is a column that is kept, as ``BY``; ``keep`` are further ones, ``numbers`` those of them that hold numbers.
    Numbers in text are read in the notation of the file, and what is not one stays as it is, for the door to count.
    """
    file = shown(options.file)
    with open_table(options.file, options.reading) as opened:
        for remark in opened.remarks:
            say(remark, options.language)
        columns = found_roles(opened, roles, named, file=file, language=options.language)
        keep = [*keep, *([] if by is None else [by])]
        check_columns_kept(opened, keep, file=file)
        used = [name for column in columns.values() for name in _names(column)]
        check_merged(opened, [*used, *keep], file=file)
        ids = [name for role in roles if role.holds == "id" for name in _names(columns[role.name])]
        chunks = [chunk.rows for chunk in opened.chunks(ids, _CHUNK_ROWS)]
        if not any(map(len, chunks)):
            raise no_rows(opened, file=file)
    rows = pd.concat(chunks, ignore_index=True)
    of_roles = [name for role in roles if role.holds == "number" for name in _names(columns[role.name])]
    numbers = list(dict.fromkeys([*of_roles, *numbers]))
    if by is not None:
        rows = rows.assign(**{BY: rows[by].where(_is_filled(rows[by]))})
    return NamedRows(_with_numbers(rows, numbers, options, table=table), roles, columns)


def _names(column: Any) -> list[str]:
    """The columns that play a role."""
    return [column] if isinstance(column, str) else list(column) if isinstance(column, list) else []


def _with_numbers(rows: pd.DataFrame, names: Sequence[str], options: OrderOptions, *, table: str) -> pd.DataFrame:
    texts = NumberTexts(decimal=options.decimal, currency_sign=options.currency_sign)
    in_text = [name for name in names if rows[name].dtype == object or pd.api.types.is_string_dtype(rows[name])]
    for name in in_text:
        texts.look_at(rows[name], name=name, where=Column(table, name))
    say_notation(texts, options.language)
    read = {name: texts.numbers(name) for name in in_text}
    given = {name: rows[name].astype(object).where(_is_filled(rows[name]), None) for name in in_text}
    return rows.assign(**{name: given[name].where(np.isnan(numbers), numbers) for name, numbers in read.items()})


def _is_filled(values: pd.Series[Any]) -> pd.Series[bool]:
    return values.notna() & values.astype(str).str.strip().ne("")
