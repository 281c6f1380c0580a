"""Segments worked out where the customers are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import uuid4

from crmkit._checks import check_columns
from crmkit._frames import FrameT, give_back, open_frame, run_sql, without_nan
from crmkit.errors import SchemaError
from crmkit.segment._cases import text_sql

__all__ = ["assigned_in_engine"]


def assigned_in_engine(
    customers: FrameT,
    write_sql: Callable[..., str],
    *,
    needed: Sequence[str],
    made: Sequence[str],
    besides: Sequence[str],
    codes: Sequence[str],
) -> FrameT:
    """Run a segmenter's query on a DuckDB relation or a PySpark DataFrame: its columns and those made.

    The query makes the columns ``besides`` on its way. On DuckDB the segments are an enumeration of the codes.
    """
    given = open_frame(customers, name="customers")
    columns = list(given.collect_schema())
    check_columns(columns, needed, name="customers", made_by="customer_summary")
    # Engines do not tell capitals from small letters.
    taken = [column for column in columns if column.lower() in (*made, *besides)]
    if taken:
        raise SchemaError(f"`customers` already has the columns {taken}. Drop or rename them.")
    # Results are worked out when they are read: each needs a name of its own for its customers.
    table = f"customers_{uuid4().hex}"
    in_duckdb = given.implementation.is_duckdb()
    sql = write_sql(table=table, quote='"' if in_duckdb else "`")
    if in_duckdb:
        kinds = ", ".join(map(text_sql, codes))
        sql = f"SELECT * REPLACE (CAST(segment AS ENUM({kinds})) AS segment) FROM ({sql})"  # noqa: S608
    # NaN, which is missing, stands above all numbers in an engine.
    rows = give_back(without_nan(given), like=customers)
    placed = open_frame(run_sql(sql, frame=rows, table=table), name="customers")
    return give_back(placed.select(*columns, *made), like=customers)
