"""Who moved from which segment to which between two dates."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from crmkit._checks import check_columns, some
from crmkit._frames import (
    FrameT,
    as_name,
    clean_ids,
    collected,
    from_pandas,
    in_memory,
    open_frame,
    pandas_series,
    same_kind,
)
from crmkit.errors import SchemaError
from crmkit.segment._segmenter import Segmenter, positions_in_segments

__all__ = ["movement_table"]


def movement_table(before: FrameT, after: FrameT, *, segmenter: Segmenter, customer_id: str = "customer_id") -> FrameT:
    """Count who moved from which segment to which between two dates, on the cuts of one fitted segmenter.

    As the cuts are frozen, who moved has changed; nobody moves because others did. That those at the top fall and those
    at the bottom rise is in part chance: a high value is high by luck too.

    Parameters
    ----------
    before, after : pandas, Polars or PyArrow tables
        Customers at the two dates, as `crmkit.customer_summary` gives them.
    segmenter : RFMSegmenter, TierSegmenter or ValueSegmenter
        Fitted, usually on ``before``.
    customer_id : str, default "customer_id"
        Column that tells who is who.

    Returns
    -------
    the kind of table given
        One row per pair of segments, the best first, pairs without customers too: ``segment_before``,
        ``segment_after``, ``n_customers``, ``share`` of those in ``segment_before`` (missing if it was empty), and
        ``name_en_before``, ``name_en_after``, ``name_zh_before``, ``name_zh_after``. Where somebody is in one table
        alone, rows follow whose segment and share are missing on the side of the other.

    Raises
    ------
    NotFittedError
        If the segmenter is not fitted.
    SchemaError
        If a column is missing, an id is missing or there twice, or a column does not hold what the segmenter needs.
    TypeError
        If a table is not in memory, or the two are not of one kind or have ids of different kinds.

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
    if not isinstance(segmenter, Segmenter):
        raise TypeError(f"`segmenter` must be a segmenter, got {type(segmenter).__name__}.")
    frames = open_frame(before, name="before"), open_frame(after, name="after")
    same_kind(*frames, names=("before", "after"))
    sides = [
        _orders(native, segmenter=segmenter, customer_id=customer_id, name=name)
        for native, name in ((before, "before"), (after, "after"))
    ]
    kinds = [side.index.inferred_type for side in sides]
    if len(sides[0]) and len(sides[1]) and kinds[0] != kinds[1]:
        raise TypeError(f"`before` and `after` have ids of different kinds, got {kinds}. Make them alike.")
    segments = segmenter.segments_
    n = len(segments)
    # Who is in one table alone stands after all segments in the other.
    start, end = pd.concat(sides, axis=1).fillna(n).to_numpy(dtype=np.intp).T
    counts = np.zeros((n + 1, n + 1), dtype=np.int64)
    np.add.at(counts, (start, end), 1)
    shown = counts > 0
    shown[:n, :n] = True
    rows, columns = np.nonzero(shown)
    base = counts.sum(axis=1)[rows]
    made: dict[str, Any] = {
        "n_customers": counts[rows, columns],
        "share": np.where((rows < n) & (base > 0), counts[rows, columns] / np.maximum(base, 1), np.nan),
    }
    for name in ("segment", "name_en", "name_zh"):
        values = np.array([*segments[name], None], dtype=object)
        made |= {f"{name}_before": values[rows], f"{name}_after": values[columns]}
    order = ("segment_before", "segment_after", "n_customers", "share")
    names = (f"{name}_{side}" for name in ("name_en", "name_zh") for side in ("before", "after"))
    return from_pandas(pd.DataFrame(made)[[*order, *names]], like=before)


def _orders(native: Any, *, segmenter: Segmenter, customer_id: str, name: str) -> pd.Series[int]:
    """The position of each customer's segment, by id."""
    rows = collected(in_memory(open_frame(native, name=name)))
    column = as_name(customer_id)
    check_columns(rows.columns, [column], name=name, made_by="customer_summary")
    ids = pd.Index(pandas_series(collected(clean_ids(rows, column, where=f"`{name}[{customer_id!r}]`"))[column]))
    if ids.hasnans:
        raise SchemaError(f"`{name}[{customer_id!r}]` is missing in {int(ids.isna().sum())} rows. Drop them.")
    if not ids.is_unique:
        raise SchemaError(
            f"`{name}[{customer_id!r}]` holds ids more than once: {some(ids[ids.duplicated()].unique())}. "
            "Give one row each."
        )
    return pd.Series(positions_in_segments(segmenter, native, name=name), index=ids)
