"""A crosswalk of ids: several ids of one person, and the one that they become."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias, cast

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from crmkit._checks import some
from crmkit._frames import AnyFrame, collected, looked_up, open_frame, pandas_series, with_values
from crmkit._messages import Column, Message
from crmkit._reading._ids import clean_ids
from crmkit.errors import SchemaError

__all__ = ["MergedIds", "read_merged_ids", "with_merged_ids"]

Id: TypeAlias = int | str

_NO_COLUMN: Final = Message(
    en="{@merge_ids} has no column {missing}; its columns are {columns}. It needs 'customer_id' and 'merged_id', the "
    "id that each becomes.",
    zh="{@merge_ids} 没有列 {missing}，现有的列为 {columns}。须有 'customer_id' 与 'merged_id'（合并后的编号）两列。",
)
_NO_ROWS: Final = Message(en="{@merge_ids} has no rows.", zh="{@merge_ids} 没有任何行。")
_NO_ID: Final = Message(
    en="{where} has no id at rows {rows}. Fill it, or leave the rows out.",
    zh="{where}在行 {rows} 没有编号，请补全或删除这些行。",
)
_TWO: Final = Message(
    en="{@merge_ids} gives {n:,} {n:id|ids} two ids to become: {ids}. Keep one for each.",
    zh="{@merge_ids} 中有 {n:,} 个编号对应两个合并编号：{ids}。每个编号只能对应一个。",
)
_CIRCLE: Final = Message(
    en="{@merge_ids} goes round in a circle: {circle}. Decide which of these ids is kept, and remove its row.",
    zh="{@merge_ids} 中的编号循环对应：{circle}。请确定保留哪一个编号，并删除它所在的行。",
)
_MERGED: Final = "__crmkit_merged_id"
_ROWS_SHOWN: Final = 5
_LONGEST_CIRCLE: Final = 10


@dataclass(frozen=True)
class MergedIds:
    """A crosswalk that was checked.

    Attributes
    ----------
    becomes : dict
        For each id that changes, the id at the end of its chain; all whole numbers, or all text.
    named : list
        All ids of the first column, each once.
    """

    becomes: Mapping[Id, Id]
    named: list[Id]

    @property
    def are_whole(self) -> bool:
        """Whether the ids are whole numbers."""
        return not any(isinstance(each, str) for each in self.named)

    def as_text(self) -> MergedIds:
        """Write whole numbers as text."""
        becomes: dict[Id, Id] = {str(each): str(merged) for each, merged in self.becomes.items()}
        return MergedIds(becomes, [str(each) for each in self.named])


def read_merged_ids(merge_ids: object) -> MergedIds:
    """Check a crosswalk in a frame of any kind, and follow its chains to their ends."""
    frame = collected(open_frame(merge_ids, name="merge_ids"))
    columns = ("customer_id", "merged_id")
    missing = [name for name in columns if name not in frame.columns]
    if missing:
        raise SchemaError(_NO_COLUMN(missing=missing, columns=frame.columns))
    if frame.is_empty():
        raise SchemaError(_NO_ROWS())
    ids, merged = (_ids(frame, name) for name in columns)
    if pd.api.types.is_integer_dtype(ids) != pd.api.types.is_integer_dtype(merged):
        ids, merged = ids.astype(str).astype(object), merged.astype(str).astype(object)
    pairs = pd.DataFrame({"id": ids, "merged": merged}).drop_duplicates()
    twice = pairs.loc[pairs["id"].duplicated(), "id"].unique().tolist()
    if twice:
        raise SchemaError(_TWO(n=len(twice), ids=some(sorted(twice))))
    step = dict(zip(pairs["id"].tolist(), pairs["merged"].tolist(), strict=True))
    return MergedIds(_followed({each: target for each, target in step.items() if each != target}), list(step))


def with_merged_ids(frame: AnyFrame, column: str, *, where: object, merged: MergedIds) -> AnyFrame:  # noqa: ARG001
    """Replace clean ids by those that they become; where one table has whole numbers and the other text, by text."""
    in_text = not (frame.collect_schema()[column].is_integer() and merged.are_whole)
    becomes = merged.as_text().becomes if in_text else merged.becomes
    if isinstance(frame, nw.DataFrame):
        return _replaced(frame, column, becomes, in_text=in_text)
    if in_text:
        frame = frame.with_columns(nw.col(column).cast(nw.String))
    if not becomes:
        return frame
    table = pd.DataFrame({column: list(becomes), _MERGED: list(becomes.values())})
    native: Any = looked_up(cast("Any", frame.to_native()), table, on=[column])
    found = nw.col(_MERGED)
    kept = nw.when(~found.is_null()).then(found).otherwise(nw.col(column)).alias(column)
    return cast("AnyFrame", nw.from_native(native)).with_columns(kept).drop(_MERGED)


def _replaced(frame: nw.DataFrame[Any], column: str, becomes: Mapping[Id, Id], *, in_text: bool) -> nw.DataFrame[Any]:
    """Look each different id up once."""
    codes, distinct = pd.factorize(pandas_series(frame[column]))
    given = [str(each) if in_text else each for each in distinct.tolist()]
    ids = [*(becomes.get(each, each) for each in given), None]
    places = np.where(codes < 0, len(given), codes)
    if not frame.implementation.is_pandas():
        kind = nw.String if in_text else nw.Int64
        made = nw.new_series(column, ids, kind, backend=frame.implementation)
        return frame.with_columns(made[places.tolist()])
    dtype: Any = (
        frame.to_native()[column].dtype if frame.schema[column] == nw.String else object if in_text else "Int64"
    )
    values = pd.array(ids, dtype=dtype).take(places)
    return with_values(frame, column, values if in_text or (codes < 0).any() else values.astype("int64"))


def _ids(frame: nw.DataFrame[Any], column: str) -> pd.Series[Any]:
    where = Column("merge_ids", column)
    cleaned = collected(clean_ids(frame.select(column), column, where=where))
    ids = pandas_series(cleaned[column]).reset_index(drop=True)
    missing = ids.isna().to_numpy()
    if missing.any():
        raise SchemaError(_NO_ID(where=where, rows=some(np.flatnonzero(missing)[: _ROWS_SHOWN + 1].tolist())))
    return ids.astype("int64") if pd.api.types.is_integer_dtype(ids) else ids.astype(object)


def _followed(step: Mapping[Id, Id]) -> dict[Id, Id]:
    """Follow each chain to its end; refuse one that comes back to itself."""
    ends: dict[Id, Id] = {}
    for start in step:
        passed: dict[Id, None] = {}
        each = start
        while each in step and each not in ends:
            if each in passed:
                raise SchemaError(_CIRCLE(circle=_circle(list(passed), each)))
            passed[each] = None
            each = step[each]
        end = ends.get(each, each)
        ends |= dict.fromkeys(passed, end)
    return ends


def _circle(passed: list[Id], first: Id) -> str:
    circle = [*passed[passed.index(first) :], first]
    shown = [repr(each) for each in circle]
    return " → ".join(shown if len(shown) <= _LONGEST_CIRCLE else [*shown[: _LONGEST_CIRCLE - 1], "…"])
