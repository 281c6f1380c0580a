"""Movement taken apart: who has changed, and whose label is another only because the cuts moved."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from crmkit._checks import check_fraction, some
from crmkit._frames import FrameT, from_pandas
from crmkit._labelling import Labeller, positions_in
from crmkit._messages import Message
from crmkit._names import Label
from crmkit._stats import wilson_interval
from crmkit.segment._placed import placed

__all__ = ["movement_split_table"]

_OTHER_SEGMENTS: Final = Message(
    en="{@segmenter} and {@refitted} must have the same segments, got {first} and {second}.",
    zh="{@segmenter} 与 {@refitted} 的分群须相同，得到 {first} 与 {second}。",
)

_KINDS: Final = {
    "stayed": Label("Stayed", "未移动"),
    "moved": Label("Moved", "真实移动"),
    "moved_and_rebinned": Label("Moved, and further by new cuts", "真实移动，又因新分界值再移"),
    "moved_but_hidden": Label("Moved, hidden by new cuts", "真实移动，被新分界值抵消"),
    "rebinned": Label("Same, moved only by new cuts", "未变，仅因新分界值移动"),
    "gone": Label("No segment any more", "已无客群"),
}


def movement_split_table(
    before: FrameT,
    after: FrameT,
    *,
    segmenter: Labeller,
    refitted: Labeller,
    customer_id: str = "customer_id",
    level: float = 0.95,
) -> FrameT:
    """Tell real movement from re-binning: labels that changed only because the cuts were learned again.

    A segmenter that is fitted again on later customers has new cuts. If you compare its labels with the earlier ones,
    you count two things: customers who have changed, which the frozen cuts show, and customers who have not changed but
    whose cuts moved. Customers are compared by three labels: before, and after by the frozen and by the new cuts.

    Parameters
    ----------
    before, after : pandas, Polars or PyArrow tables
        Customers at the two dates, as `crmkit.customer_summary` makes them.
    segmenter : segmenter
        Fitted on ``before``: its cuts are the frozen ones.
    refitted : segmenter
        The same with cuts learned from ``after``.
    customer_id : str, default "customer_id"
        Column that identifies the customer.
    level : float, default 0.95
        Level of the intervals, between 0 and 1.

    Returns
    -------
    the kind of table given
        For the whole base, whose ``segment_before`` is missing, and then for each segment before, a row per
        ``movement``:

        - ``stayed``: all three labels are the same.
        - ``moved``: frozen and new cuts agree on another label.
        - ``moved_and_rebinned``: another label by the frozen cuts, and a third one by the new.
        - ``moved_but_hidden``: another label by the frozen cuts; the new ones give back the label before.
        - ``rebinned``: the same label by the frozen cuts, another by the new: no movement at all.
        - ``gone``: no label after, or not in the table.

        ``n_customers``; ``share`` of those in ``segment_before``, with its interval ``lower`` to ``upper`` by Wilson's
        formula (missing where nobody was in it); ``name_en_before``, ``name_zh_before``; ``name_en`` and ``name_zh`` of
        the movement. Customers without a label before are left out.

    Raises
    ------
    NotFittedError
        If a segmenter is not fitted.
    SchemaError
        If a column is missing, an id is missing or occurs twice, or a column does not hold what the segmenters need.
    TypeError
        If a table is not in memory, or the two are of different kinds or have ids of different kinds.
    ValueError
        If the segmenters do not have the same segments, or ``level`` is not between 0 and 1.

    Examples
    --------
    >>> from crmkit import as_transactions, customer_summary, load_cdnow
    >>> from crmkit.segment import TierSegmenter
    >>> transactions = as_transactions(load_cdnow())
    >>> before, after = (customer_summary(transactions, as_of=day) for day in ("1997-12-31", "1998-06-30"))
    >>> frozen, fresh = TierSegmenter().fit(before), TierSegmenter().fit(after)
    >>> split = movement_split_table(before, after, segmenter=frozen, refitted=fresh)
    >>> split[["movement", "n_customers", "share"]].head(6).round(3)
                 movement  n_customers  share
    0              stayed         1826  0.775
    1               moved          361  0.153
    2  moved_and_rebinned           21  0.009
    3    moved_but_hidden           81  0.034
    4            rebinned           68  0.029
    5                gone            0  0.000
    """
    check_fraction(level, name="level")
    found = placed({"before": before, "after": after}, segmenter=segmenter, by=None, customer_id=customer_id)
    labels, again = positions_in(refitted, after, name="after", parameter="refitted")
    codes, others = found.labels["segment"].tolist(), labels["segment"].tolist()
    if codes != others:
        raise ValueError(_OTHER_SEGMENTS(first=some(codes), second=some(others)))
    sides = [*found.positions, pd.Series(again, index=found.positions[1].index)]
    was, frozen, fresh = pd.concat(sides, axis=1).fillna(-1).to_numpy(dtype=np.intp).T
    kind = _kinds(was, frozen, fresh)
    n, n_kinds = len(codes), len(_KINDS)
    known = was >= 0
    counts = np.bincount(was[known] * n_kinds + kind[known], minlength=n * n_kinds).reshape(n, n_kinds)
    counts = np.vstack([counts.sum(axis=0), counts])
    base = np.repeat(counts.sum(axis=1), n_kinds)
    lower, upper = wilson_interval(counts.ravel(), base, level=level)
    which, of = np.repeat(np.arange(n + 1), n_kinds), list(_KINDS) * (n + 1)

    def named(column: str) -> Any:
        return np.array([None, *found.labels[column]], dtype=object)[which]

    table = pd.DataFrame(
        {
            "segment_before": named("segment"),
            "movement": of,
            "n_customers": counts.ravel(),
            "share": np.where(base > 0, counts.ravel() / np.maximum(base, 1), np.nan),
            "lower": lower,
            "upper": upper,
            "name_en_before": named("name_en"),
            "name_zh_before": named("name_zh"),
            "name_en": [_KINDS[each].en for each in of],
            "name_zh": [_KINDS[each].zh for each in of],
        }
    )
    return from_pandas(table, like=before)


def _kinds(was: Any, frozen: Any, fresh: Any) -> Any:
    """The position of each customer's movement among the kinds."""
    gone = (frozen < 0) | (fresh < 0)
    really, shown = frozen != was, fresh != was
    conditions = [gone, ~really & ~shown, really & (fresh == frozen), really & shown, really]
    kinds = ["gone", "stayed", "moved", "moved_and_rebinned", "moved_but_hidden"]
    order = list(_KINDS)
    return np.select(conditions, [order.index(each) for each in kinds], default=order.index("rebinned"))
