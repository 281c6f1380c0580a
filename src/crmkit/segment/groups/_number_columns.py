"""The columns of numbers that clusters are made of: those asked for, or those that tell something each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._estimator import JsonError, check_table
from crmkit._messages import Message, Parameter
from crmkit.errors import SchemaError
from crmkit.segment.groups._group_segmenter import check_somebody
from crmkit.segment.groups._points import in_order, sampled
from crmkit.segment.groups._read_columns import found_columns, is_prospect, numbers_in, opened
from crmkit.segment.groups._scaling import doubled, known_enough, scaled, scaling_table

__all__ = ["NumberRows", "check_left_out", "left_out_table", "read_rows"]

_MOSTLY: Final = 0.5
_MOST_ROWS: Final = 20_000
_REASONS: Final = ("sensitive", "constant", "mostly_missing", "like_another")

_NOTHING_TOLD: Final = Message(
    en="{name} has no column that tells customers apart; left out were {left_out}. Name columns in {@columns}.",
    zh="{name} 中没有能区分客户的列，未采用的列为 {left_out}。请用 {@columns} 指定列。",
)


class NumberRows(NamedTuple):
    """Rows read for clusters: their points, who can be placed, who has not ordered, and what was learned of columns."""

    numbers: dict[str, Floats]
    points: Floats
    known: npt.NDArray[np.bool_]
    prospects: Any
    scaling: pd.DataFrame
    left_out: pd.DataFrame


def read_rows(customers: Any, *, columns: Sequence[str] | None, transform: Any, missing: Any) -> NumberRows:
    """Read the columns asked for, or find some, and learn how they are scaled."""
    name = "customers"
    frame = opened(customers, name=name)
    passed_over: list[str] = []
    names = columns
    if names is None:
        names, passed_over = found_columns(frame, of=("number", "flag"), name=name)
    values = numbers_in(customers, names, name=name)
    prospects = is_prospect(customers, name=name)
    n_rows = len(next(iter(values.values())))
    check_somebody(n_rows, n_rows)
    ordered = np.ones(n_rows, dtype=bool) if prospects is None else ~prospects
    left_out = [(column, "sensitive", "") for column in passed_over]
    if columns is None:
        left_out += _telling_nothing(values, ordered)
        values = {column: floats for column, floats in values.items() if column not in {row[0] for row in left_out}}
        if not values:
            raise SchemaError(_NOTHING_TOLD(name=Parameter(name), left_out=[row[0] for row in left_out]))
    seen = {column: floats[ordered] for column, floats in values.items()} if ordered.any() else values
    asked = transform
    if columns is None and isinstance(transform, dict):
        asked = {column: way for column, way in transform.items() if column in values}
    scaling = scaling_table(seen, transform=asked, name=name)
    points = scaled(values, scaling)
    if columns is None:
        alike = _alike(points[ordered], list(values))
        left_out += [(column, "like_another", other) for column, other in alike.items()]
        values = {column: floats for column, floats in values.items() if column not in alike}
        kept = (~scaling["column"].isin(list(alike))).to_numpy()
        scaling, points = scaling[kept].reset_index(drop=True), points[:, kept]
    known = np.zeros(len(points), dtype=bool)
    known[ordered] = known_enough(points[ordered], missing, list(values), name=name)
    return NumberRows(values, points, known, prospects, scaling, left_out_table(left_out))


def left_out_table(rows: Sequence[tuple[str, str, str]]) -> pd.DataFrame:
    """Name the columns that were left out, why, and which other a column is like."""
    return pd.DataFrame(list(rows), columns=["column", "reason", "like"], dtype=str)


def check_left_out(table: pd.DataFrame) -> None:
    """Raise where JSON names columns for reasons that there are not."""
    check_table(table, {"column": "text", "reason": "text", "like": "text"})
    if not table["reason"].isin(_REASONS).all():
        raise JsonError("no such reason")


def _telling_nothing(values: dict[str, Floats], ordered: npt.NDArray[np.bool_]) -> list[tuple[str, str, str]]:
    found = []
    for column, floats in values.items():
        seen = floats[ordered]
        known = seen[~np.isnan(seen)]
        if len(known) < _MOSTLY * len(seen):
            found.append((column, "mostly_missing", ""))
        elif not len(known) or known.min() == known.max():
            found.append((column, "constant", ""))
    return found


def _alike(points: Floats, columns: Sequence[str]) -> dict[str, str]:
    """The columns that are like another, judged on a sample that does not depend on the order of the rows."""
    ordered = points[in_order(points).order]
    return doubled(sampled(ordered, most=_MOST_ROWS, rng=np.random.default_rng(0)), columns)
