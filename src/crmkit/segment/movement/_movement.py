"""Who moved from which segment to which between two dates."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crmkit._checks import check_fraction
from crmkit._frames import FrameT, from_pandas
from crmkit._labelling import Labeller, moves_between
from crmkit.segment._placed import placed

__all__ = ["movement_table"]


def movement_table(
    before: FrameT,
    after: FrameT,
    *,
    segmenter: Labeller | None = None,
    by: str | None = None,
    customer_id: str = "customer_id",
    level: float = 0.95,
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
    level : float, default 0.95
        Level of the intervals of the shares, between 0 and 1.

    Returns
    -------
    the kind of table given
        One row per pair of segments, the best first, pairs without customers too: ``segment_before``,
        ``segment_after``, ``n_customers``, ``share`` of those in ``segment_before`` with its interval ``lower`` to
        ``upper`` by Wilson's formula (all three missing if it was empty), and ``name_en_before``, ``name_en_after``,
        ``name_zh_before``, ``name_zh_after``; the name of a plain label is the label. Customers who are in only one of
        the tables, or have no label in the other, follow in rows whose segment is missing on that side; the share is
        missing where ``segment_before`` is.

    Raises
    ------
    NotFittedError
        If the segmenter is not fitted.
    SchemaError
        If a column is missing, an id is missing or occurs twice, or a column does not hold what the segmenter needs.
    TypeError
        If a table is not in memory, or the two are of different kinds or have ids of different kinds.
    ValueError
        If neither ``segmenter`` nor ``by`` is given, or both are, or ``level`` is not between 0 and 1.

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
    found = placed({"before": before, "after": after}, segmenter=segmenter, by=by, customer_id=customer_id)
    check_fraction(level, name="level")
    start, end = pd.concat(found.positions, axis=1).fillna(-1).to_numpy(dtype=np.intp).T
    return from_pandas(moves_between(found.labels, start, end, level=level), like=before)
