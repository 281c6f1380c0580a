"""Customers at several dates, with the place of each one's segment: by a segmenter or by a column of labels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from crmkit._checks import check_columns, some
from crmkit._frames import (
    AnyFrame,
    collected,
    column_name,
    in_memory,
    is_engine,
    open_frame,
    pandas_series,
    same_kind,
)
from crmkit._labelling import Labeller, labels_in, positions_in
from crmkit._messages import Column, Message, Parameter
from crmkit._reading import clean_ids
from crmkit.errors import SchemaError
from crmkit.segment._texts import made_by_predict

__all__ = ["Placed", "placed"]

_ONE_OF_TWO: Final = Message(
    en="Give either {@segmenter} or {@by}: a fitted segmenter, or the column of labels that the tables have.",
    zh="{@segmenter} 与 {@by} 须且只须给出一个：已拟合的分群器，或各张表共有的标签列。",
)
_ON_ENGINE: Final = Message(
    en="{name} must be a table in memory. Collect it first.", zh="{name} 须为内存中的表，请先取回内存。"
)
_IDS_DIFFER: Final = Message(
    en="{first} and {second} have ids of different kinds, got {kinds}. Make them alike.",
    zh="{first} 与 {second} 的客户编号类型不同，得到 {kinds}。请统一类型。",
)
_NO_IDS: Final = Message(
    en="{where} is missing in {n:,} {n:row|rows}. Drop them.", zh="{where}有 {n:,} 行缺失，请删除这些行。"
)
_IDS_TWICE: Final = Message(
    en="{where} holds ids more than once: {ids}. Give one row each.",
    zh="{where}中有重复的编号：{ids}。每位客户须只有一行。",
)


class Placed(NamedTuple):
    """The segments, and for each table the position of each customer's segment by id; -1 is none."""

    labels: pd.DataFrame
    positions: list[pd.Series[Any]]


def placed(given: Mapping[str, Any], *, segmenter: Labeller | None, by: str | None, customer_id: str) -> Placed:
    """Read the tables, whose names errors use, and place their customers."""
    if (segmenter is None) == (by is None):
        raise ValueError(_ONE_OF_TWO())
    opened = {name: open_frame(native, name=name) for name, native in given.items()}
    first, *others = opened
    for name in others:
        same_kind(opened[first], opened[name], names=(first, name))
    rows = {name: _in_memory(frame, name=name) for name, frame in opened.items()}
    ids = {name: _ids(table, customer_id, name=name) for name, table in rows.items()}
    _check_alike(ids)
    if by is None:
        found = [positions_in(segmenter, native, name=name, parameter="segmenter") for name, native in given.items()]
        labels, positions = found[0][0], [place for _, place in found]
    else:
        column = column_name(by, name="by")
        for name, table in rows.items():
            check_columns(table.collect_schema(), [column], name=name, made_by=made_by_predict())
        labels, positions = labels_in(*(collected(table)[column] for table in rows.values()))
    return Placed(labels, [pd.Series(place, index=index) for place, index in zip(positions, ids.values(), strict=True)])


def _in_memory(opened: AnyFrame, *, name: str) -> AnyFrame:
    frame = in_memory(opened)
    if is_engine(frame):
        raise TypeError(_ON_ENGINE(name=Parameter(name)))
    return frame


def _ids(rows: AnyFrame, customer_id: str, *, name: str) -> pd.Index[Any]:
    column, where = column_name(customer_id, name="customer_id"), Column(name, customer_id)
    check_columns(rows.collect_schema(), [column], name=name, made_by="customer_summary")
    cleaned = clean_ids(rows, column, where=where)
    ids: pd.Index[Any] = pd.Index(pandas_series(collected(cleaned)[column]))
    if ids.hasnans:
        raise SchemaError(_NO_IDS(where=where, n=np.count_nonzero(ids.isna())))
    if not ids.is_unique:
        raise SchemaError(_IDS_TWICE(where=where, ids=some(ids[ids.duplicated()].unique())))
    return ids


def _check_alike(ids: Mapping[str, pd.Index[Any]]) -> None:
    kinds = {name: index.inferred_type for name, index in ids.items() if len(index)}
    first = next(iter(kinds), "")
    for name, kind in kinds.items():
        if kind != kinds[first]:
            raise TypeError(_IDS_DIFFER(first=Parameter(first), second=Parameter(name), kinds=[kinds[first], kind]))
