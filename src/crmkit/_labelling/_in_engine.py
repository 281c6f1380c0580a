"""Segments computed in the engine that holds the customers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final
from uuid import uuid4

from crmkit._frames import FrameT, give_back, open_frame, run_sql, without_nan
from crmkit._labelling._cases import text_sql
from crmkit._messages import Message
from crmkit._tables import CUSTOMERS, open_columns
from crmkit.errors import SchemaError

__all__ = ["assigned_in_engine"]

_TAKEN: Final = Message(
    en="{@customers} already has the columns {columns}. Drop or rename them.",
    zh="{@customers} 已有列 {columns}，请删除或改名。",
)


def assigned_in_engine(
    customers: FrameT,
    write_sql: Callable[..., str],
    *,
    needed: Sequence[str],
    made: Sequence[str],
    besides: Sequence[str],
    codes: Sequence[str],
) -> FrameT:
    """Run a segmenter's query on a DuckDB relation or a PySpark DataFrame, and return its columns and those made.

    The query makes the columns ``besides`` along the way. On DuckDB the segments are an enumeration of the codes.
    """
    given = open_columns(customers, needed, name=CUSTOMERS.name, made_by=CUSTOMERS.made_by)
    columns = list(given.collect_schema())
    # Column names of engines are not case-sensitive.
    taken = [column for column in columns if column.lower() in (*made, *besides)]
    if taken:
        raise SchemaError(_TAKEN(columns=taken))
    # Results are computed only when they are read, so each needs its own name for its customers.
    table = f"customers_{uuid4().hex}"
    in_duckdb = given.implementation.is_duckdb()
    sql = write_sql(table=table, quote='"' if in_duckdb else "`")
    if in_duckdb:
        kinds = ", ".join(map(text_sql, codes))
        sql = f"SELECT * REPLACE (CAST(segment AS ENUM({kinds})) AS segment) FROM ({sql})"  # noqa: S608
    # NaN, which means missing, is above all numbers in an engine.
    rows = give_back(without_nan(given), like=customers)
    placed = open_frame(run_sql(sql, frame=rows, table=table), name="customers")
    return give_back(placed.select(*columns, *made), like=customers)
