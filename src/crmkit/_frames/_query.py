"""SQL run where a frame lives."""

from __future__ import annotations

from typing import Any, cast

import narwhals.stable.v2 as nw

from crmkit._frames._kinds import FrameT

__all__ = ["run_sql"]


def run_sql(sql: str, *, frame: FrameT, table: str) -> FrameT:
    """Run a query that calls the frame ``table``, in the engine of the frame; on DuckDB when the result is read."""
    native: Any = frame
    if nw.from_native(native).implementation.is_duckdb():
        return cast("FrameT", native.query(table, sql))
    # Spark takes a frame for a name in braces, and forgets it afterwards.
    return cast("FrameT", native.sparkSession.sql(sql.replace(table, f"{{{table}}}"), **{table: native}))
