"""Whether segments hold until a later date: how far sizes and columns moved, and who stays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import pandas as pd

from crmkit._checks import check_fraction, check_int
from crmkit._frames import FrameT, column_name, from_pandas
from crmkit._labelling import Labeller
from crmkit._messages import Message
from crmkit.errors import SchemaError
from crmkit.segment._described import described, opened, to_describe
from crmkit.segment._long_form import in_kinds
from crmkit.segment._placed import placed
from crmkit.segment.quality._drifting import Drift, agreed, drift_of_column, drift_of_segments
from crmkit.segment.quality._figures import judged
from crmkit.segment.quality._made_of import made_of

__all__ = ["drift_lines", "segment_drift_table"]

_COLUMNS: Final = [
    "figure", "column", "n_before", "n_after", "value", "lower", "upper", "by_chance", "most_by_chance", "threshold",
    "verdict",
]  # fmt: skip

_OTHER_KIND: Final = Message(
    en="{@before} and {@after} hold numbers and labels in {column!r}. Give both as the same.",
    zh="{@before} 与 {@after} 的 {column!r} 列一为数字、一为标签，请统一。",
)


def segment_drift_table(
    before: FrameT,
    after: FrameT,
    *,
    segmenter: Labeller | None = None,
    by: str | None = None,
    columns: Sequence[str] | None = None,
    n_bins: int = 10,
    level: float = 0.95,
    customer_id: str = "customer_id",
) -> FrameT:
    r"""Compare two dates: the sizes of the segments, the columns they are made of, and the customers who stay.

    .. math:: \mathrm{PSI} = \sum_b (q_b - p_b) \ln(q_b / p_b)

    The population stability index compares the shares of bins then and now. The bins of numbers are those of
    ``before``, of about equal size; missing values have a bin of their own, and so have labels that were not there
    before. Half a customer is added to each bin, so that none is empty.

    Parameters
    ----------
    before, after : pandas, Polars or PyArrow tables
        Customers at the two dates.
    segmenter : segmenter, optional
        Fitted, usually on ``before``.
    by : str, optional
        Column of segments in both tables, instead of a segmenter.
    columns : sequence of str, optional
        Columns to compare; by default those that the segmenter is made of, none for a column of segments.
    n_bins : int, default 10
        Bins of numbers, at least 2.
    level : float, default 0.95
        Confidence of the intervals, and how often chance alone stays below ``most_by_chance``.
    customer_id : str, default "customer_id"
        Column that identifies the customer.

    Returns
    -------
    the kind of table given
        ``figure``, ``column``
            "psi" of the segments, with a missing column, and of each column; "agreement_share", the share of customers
            with the same segment, among those who have one in both tables; "adjusted_rand", their agreement beyond
            chance.
        ``n_before``, ``n_after``
            Customers in the tables; of the last two figures those who have a segment in both.
        ``value``, ``lower``, ``upper``
            The figure; Wilson's interval of "agreement_share".
        ``by_chance``, ``most_by_chance``
            Of "psi": its mean if nothing has changed, :math:`(B-1)(1/n+1/m)` with :math:`B` bins, and the value that it
            stays below in ``level`` of such cases. Both hold for different customers; for the same customers at two
            dates chance brings less.
        ``threshold``, ``verdict``
            Of "psi" 0.1, and "met" up to there, "missed" from 0.25, "doubtful" between (Siddiqi); "met" also where
            chance alone may bring as much.

    Raises
    ------
    NotFittedError
        If the segmenter is not fitted.
    SchemaError
        If a column is missing or does not hold what is needed, an id is missing or occurs twice, or there are no rows.
    TypeError
        If a table is not in memory, or the two are of different kinds or have ids of different kinds.
    ValueError
        If neither ``segmenter`` nor ``by`` is given, or both are, or ``n_bins`` or ``level`` is out of range.

    See Also
    --------
    segment_stability_table : Whether a segmenter finds its segments again in resamples.
    crmkit.segment.movement.movement_table : Who moved from which segment to which.

    References
    ----------
    .. [1] Siddiqi (2006), *Credit Risk Scorecards*, Wiley, ch. 9.
    .. [2] Yurdakul (2018), *Statistical Properties of Population Stability Index*, Western Michigan University.
    .. [3] Hubert and Arabie (1985), "Comparing Partitions", *Journal of Classification* 2.

    Examples
    --------
    >>> import crmkit as ck
    >>> from crmkit.segment import TierSegmenter
    >>> transactions = ck.as_transactions(ck.load_cdnow())
    >>> before, after = (ck.customer_summary(transactions, as_of=day) for day in ("1997-12-31", "1998-06-30"))
    >>> drift = segment_drift_table(before, after, segmenter=TierSegmenter().fit(before))
    >>> drift[drift["column"].notna()][["figure", "column", "value", "by_chance", "verdict"]].round(3)
      figure           column  value  by_chance verdict
    1    psi         n_orders  0.020      0.003     met
    2    psi  days_since_last  2.375      0.008  missed
    3    psi            spend  0.013      0.008     met
    """
    check_int(n_bins, name="n_bins", low=2)
    check_fraction(level, name="level")
    lines = drift_lines(
        before,
        after,
        segmenter=segmenter,
        by=by,
        columns=columns,
        n_bins=n_bins,
        level=level,
        customer_id=customer_id,
    )
    for line in lines:
        if line["figure"] == "psi":
            line["threshold"], line["verdict"], _ = judged(
                "psi", line["value"], {}, most_by_chance=line["most_by_chance"]
            )
    table = pd.DataFrame(lines, columns=_COLUMNS)
    made = in_kinds(table, texts=("figure", "column", "verdict"), whole=("n_before", "n_after"))
    return from_pandas(made, like=before)


def drift_lines(
    before: Any,
    after: Any,
    *,
    segmenter: Labeller | None,
    by: str | None,
    columns: Sequence[str] | None,
    n_bins: int,
    level: float,
    customer_id: str,
) -> list[dict[str, Any]]:
    """The figures of `segment_drift_table`, not judged."""
    sides = {"before": before, "after": after}
    rows = {name: opened(native, [], name=name) for name, native in sides.items()}
    found = placed(sides, segmenter=segmenter, by=by, customer_id=customer_id)
    of_segments = [] if by is None else [column_name(by, name="by")]
    if columns is not None:
        names = to_describe(rows["before"], columns, by=of_segments)
    else:
        names = [] if segmenter is None else made_of(segmenter)
    for name, native in sides.items():
        opened(native, names, name=name)
    n_segments = len(found.labels)
    one, other = (each.to_numpy() for each in found.positions)
    drifts: list[tuple[str | None, Drift]] = [(None, drift_of_segments(one, other, n_segments=n_segments, level=level))]
    for first, later in zip(*(described(rows[name], names, table=name) for name in sides), strict=True):
        if first.known.any() and later.known.any() and (first.kind == "label") != (later.kind == "label"):
            raise SchemaError(_OTHER_KIND(column=first.name))
        drifts.append((first.name, drift_of_column(first, later, n_bins=n_bins, level=level)))
    stays = agreed(found.positions, n_segments=n_segments, level=level)
    of_both = {"n_before": stays.n, "n_after": stays.n}
    return [
        *(_line(column, drift) for column, drift in drifts),
        {
            "figure": "agreement_share",
            "value": stays.share,
            "lower": stays.lower,
            "upper": stays.upper,
            **of_both,
        },
        {"figure": "adjusted_rand", "value": stays.adjusted_rand, **of_both},
    ]


def _line(column: str | None, drift: Drift) -> dict[str, Any]:
    return {
        "figure": "psi",
        "column": column,
        "n_before": drift.n_before,
        "n_after": drift.n_after,
        "value": drift.psi,
        "by_chance": drift.by_chance,
        "most_by_chance": drift.most_by_chance,
    }
