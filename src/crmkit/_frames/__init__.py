"""Frames of any kind: opened, given back, freed of what only one kind has, sorted."""

from crmkit._frames._kinds import (
    AnyFrame,
    FrameT,
    collected,
    from_pandas,
    from_pandas_beside,
    give_back,
    give_table,
    in_memory,
    is_engine,
    join_frames,
    midnight,
    open_as_given,
    open_frame,
    pandas_series,
    same_kind,
    to_pandas,
)
from crmkit._frames._labels import as_name, column_name, listed_names
from crmkit._frames._lookup import looked_up
from crmkit._frames._numpy_types import with_numpy_types
from crmkit._frames._plain_types import type_of, with_plain_types
from crmkit._frames._query import run_sql
from crmkit._frames._records import plain, records
from crmkit._frames._rows import Coded, column_like, rows_like
from crmkit._frames._sort import positions_of, sort_by_day, sort_order, sorted_codes, starts_of_runs
from crmkit._frames._sums import sums_by
from crmkit._frames._values import flag, with_values, without_nan

__all__ = [
    "AnyFrame",
    "Coded",
    "FrameT",
    "as_name",
    "collected",
    "column_like",
    "column_name",
    "flag",
    "from_pandas",
    "from_pandas_beside",
    "give_back",
    "give_table",
    "in_memory",
    "is_engine",
    "join_frames",
    "listed_names",
    "looked_up",
    "midnight",
    "open_as_given",
    "open_frame",
    "pandas_series",
    "plain",
    "positions_of",
    "records",
    "rows_like",
    "run_sql",
    "same_kind",
    "sort_by_day",
    "sort_order",
    "sorted_codes",
    "starts_of_runs",
    "sums_by",
    "to_pandas",
    "type_of",
    "with_numpy_types",
    "with_plain_types",
    "with_values",
    "without_nan",
]
