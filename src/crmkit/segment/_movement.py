"""Who moved from which segment to which between two dates."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from crmkit._checks import check_columns, some
from crmkit._frames import (
    AnyFrame,
    FrameT,
    collected,
    column_name,
    from_pandas,
    in_memory,
    is_engine,
    open_frame,
    pandas_series,
    same_kind,
)
from crmkit._labelling import Labeller, labels_in, moves_between, positions_in
from crmkit._messages import Column, Message, Parameter
from crmkit._reading import clean_ids
from crmkit.errors import SchemaError
from crmkit.segment._texts import made_by_predict

__all__ = ["movement_table"]

_ONE_OF_TWO: Final = Message(
    en="Give either {@segmenter} or {@by}: a fitted segmenter, or the column of labels that both tables have.",
    zh="{@segmenter} 与 {@by} 须且只须给出一个：已拟合的分群器，或两张表共有的标签列。",
)
_ON_ENGINE: Final = Message(
    en="{name} must be a table in memory. Collect it first.", zh="{name} 须为内存中的表，请先取回内存。"
)
_IDS_DIFFER: Final = Message(
    en="{@before} and {@after} have ids of different kinds, got {kinds}. Make them alike.",
    zh="{@before} 与 {@after} 的客户编号类型不同，得到 {kinds}。请统一类型。",
)
_NO_IDS: Final = Message(
    en="{where} is missing in {n:,} {n:row|rows}. Drop them.", zh="{where}有 {n:,} 行缺失，请删除这些行。"
)
_IDS_TWICE: Final = Message(
    en="{where} holds ids more than once: {ids}. Give one row each.",
    zh="{where}中有重复的编号：{ids}。每位客户须只有一行。",
)


def movement_table(
    before: FrameT,
    after: FrameT,
    *,
    segmenter: Labeller | None = None,
    by: str | None = None,
    customer_id: str = "customer_id",
) -> FrameT:
    """Count who moved from which segment to which between two dates.

    Segments come from one fitted segmenter, or from a column of labels that both tables have. A segmenter's cuts are
    frozen, so those who moved have changed; nobody moves because others did. Some of the falls from the top and the
    rises from the bottom are chance: a high value is often a lucky one too.

    Parameters
    ----------
    before, after : pandas, Polars or PyArrow tables
        Customers at the two dates, as `crmkit.customer_summary` makes them.
    segmenter : segmenter, optional
        Fitted, usually on ``before``.
    by : str, optional
        Column of labels in both tables, instead of a segmenter. Ordered categories keep their order; other labels
        come in the order in which they appear.
    customer_id : str, default "customer_id"
        Column that identifies the customer.

    Returns
    -------
    the kind of table given
        One row per pair of segments, the best first, pairs without customers too: ``segment_before``,
        ``segment_after``, ``n_customers``, ``share`` of those in ``segment_before`` (missing if it was empty), and
        ``name_en_before``, ``name_en_after``, ``name_zh_before``, ``name_zh_after``; the name of a plain label is the
        label. Customers who are in only one of the tables, or have no label in the other, follow in rows whose segment
        is missing on that side; the share is missing where ``segment_before`` is.

    Raises
    ------
    NotFittedError
        If the segmenter is not fitted.
    SchemaError
        If a column is missing, an id is missing or occurs twice, or a column does not hold what the segmenter needs.
    TypeError
        If a table is not in memory, or the two are of different kinds or have ids of different kinds.
    ValueError
        If neither ``segmenter`` nor ``by`` is given, or both are.

    Examples
    --------
    >>> from crmkit import as_transactions, customer_summary, load_cdnow
    >>> from crmkit.segment import TierSegmenter
    >>> transactions = as_transactions(load_cdnow())
    >>> before, after = (customer_summary(transactions, as_of=day) for day in ("1997-12-31", "1998-06-30"))
    >>> moved = movement_table(before, after, segmenter=TierSegmenter().fit(before))
    >>> moved.pivot(index="segment_before", columns="segment_after", values="n_customers")
    segment_after   core  important  ordinary  potential
    segment_before
    core             213         37         0          0
    important         72        282       252          0
    ordinary           5         97      1399          0
    potential          0          0         0          0
    """
    if (segmenter is None) == (by is None):
        raise ValueError(_ONE_OF_TWO())
    given = {"before": before, "after": after}
    same_kind(*(open_frame(native, name=name) for name, native in given.items()), names=("before", "after"))
    rows = {name: _in_memory(native, name=name) for name, native in given.items()}
    ids = [_ids(table, customer_id, name=name) for name, table in rows.items()]
    kinds = [index.inferred_type for index in ids]
    if len(ids[0]) and len(ids[1]) and kinds[0] != kinds[1]:
        raise TypeError(_IDS_DIFFER(kinds=kinds))
    if by is None:
        placed = [positions_in(segmenter, native, name=name, parameter="segmenter") for name, native in given.items()]
        labels, positions = placed[0][0], [place for _, place in placed]
    else:
        column = column_name(by, name="by")
        for name, table in rows.items():
            check_columns(table.collect_schema(), [column], name=name, made_by=made_by_predict())
        labels, positions = labels_in(*(collected(table)[column] for table in rows.values()))
    sides = [pd.Series(place, index=index) for place, index in zip(positions, ids, strict=True)]
    start, end = pd.concat(sides, axis=1).fillna(-1).to_numpy(dtype=np.intp).T
    return from_pandas(moves_between(labels, start, end), like=before)


def _in_memory(native: Any, *, name: str) -> AnyFrame:
    frame = in_memory(open_frame(native, name=name))
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
