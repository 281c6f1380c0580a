"""Frames of any kind: opened, given back, cleaned of what only one kind has, sorted."""

from crmkit._frames._ids import clean_ids
from crmkit._frames._kinds import (
    AnyFrame,
    FrameT,
    collected,
    from_pandas,
    give_back,
    give_table,
    in_memory,
    is_engine,
    join_frames,
    midnight,
    open_frame,
    pandas_series,
    same_kind,
    to_pandas,
)
from crmkit._frames._lookup import looked_up
from crmkit._frames._numpy_types import with_numpy_types
from crmkit._frames._query import run_sql
from crmkit._frames._records import plain, records
from crmkit._frames._rows import Coded, column_like, rows_like
from crmkit._frames._sort import positions_of, sort_order, sorted_codes, starts_of_runs
from crmkit._frames._values import decoded, flag, with_values

__all__ = [
    "AnyFrame",
    "Coded",
    "FrameT",
    "clean_ids",
    "collected",
    "column_like",
    "decoded",
    "flag",
    "from_pandas",
    "give_back",
    "give_table",
    "in_memory",
    "is_engine",
    "join_frames",
    "looked_up",
    "midnight",
    "open_frame",
    "pandas_series",
    "plain",
    "positions_of",
    "records",
    "rows_like",
    "run_sql",
    "same_kind",
    "sort_order",
    "sorted_codes",
    "starts_of_runs",
    "to_pandas",
    "with_numpy_types",
    "with_values",
]
