"""The table that a door makes of the rows that can be used."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Final

import narwhals.stable.v2 as nw

from crmkit._frames import FrameT, give_back, with_numpy_types
from crmkit._messages import Call, Message, Parameter, Setting
from crmkit._reading._kept import columns_kept
from crmkit._reading._refusals import Invalid, count_rows, usable_rows
from crmkit._reading._rows import Rows
from crmkit.errors import SchemaError

__all__ = ["made_table"]

_NONE_LEFT: Final = Message(
    en="{table} has {n:,} {n:row|rows}, and none is left with {invalid}. {audit} says where they went.",
    zh="{table} 有 {n:,} 行，按 {invalid} 处理后一行不剩。可用 {audit} 查看各行的去向。",
)


def made_table(
    rows: Rows,
    columns: Mapping[str, nw.Expr],
    *,
    keep: Sequence[Hashable],
    invalid: Invalid,
    key: str | None,
    money: str | None = None,
    like: FrameT,
) -> FrameT:
    """Give the rows that can be used, in the table's own columns and those kept.

    The doors of a table ``x`` are ``as_x``, ``audit_x`` and ``rejected_x``. ``key`` is the column whose ids show on an
    engine where rows stand, if there is one; ``money`` must add up to a number.
    """
    table = rows.table
    further = columns_kept(keep, rows, taken=columns, made_by=f"as_{table}")
    counts = count_rows(rows, money=money, marks={"kept": rows.usable()})
    kept = usable_rows(rows, counts, invalid=invalid, money=money, key=key, rejected=f"rejected_{table}")
    if counts.marked["kept"] == 0:
        setting = Setting("invalid", invalid)
        raise SchemaError(
            _NONE_LEFT(table=Parameter(table), n=counts.n_rows, invalid=setting, audit=Call(f"audit_{table}"))
        )
    made = kept.select(*(column.alias(name) for name, column in columns.items()), *further)
    return give_back(with_numpy_types(made, columns=list(columns)), like=like)
