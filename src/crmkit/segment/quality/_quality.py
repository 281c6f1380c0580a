"""What makes a segmentation good: measurable, accessible, different, stable; several side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._checks import check_fraction, check_int
from crmkit._frames import AnyFrame, FrameT, column_name, from_pandas, listed_names
from crmkit._labelling import Labeller, positions_in
from crmkit._messages import Message
from crmkit._random import as_generator
from crmkit.segment._described import described, opened, placed
from crmkit.segment._long_form import in_kinds
from crmkit.segment.quality._figures import FIGURES, check_thresholds, judged
from crmkit.segment.quality._lines import Line, accessible, different, lasting, measurable, refound
from crmkit.segment.quality._made_of import made_of as columns_of

__all__ = ["segmentation_quality_table"]

_COLUMNS: Final = [
    "segmentation", "criterion", "figure", "column", "segment", "n", "value", "lower", "upper", "by_chance",
    "threshold", "verdict", "source", "name_en", "name_zh", "segment_name_en", "segment_name_zh",
]  # fmt: skip
_TEXTS: Final = (
    "segmentation", "criterion", "figure", "column", "segment", "verdict", "source", "name_en", "name_zh",
    "segment_name_en", "segment_name_zh",
)  # fmt: skip

_NO_MAPPING: Final = Message(
    en="{@segmentations} must map names to fitted segmenters or columns of segments, such as {{'tiers': tiers}}, got "
    "{value!r}.",
    zh="{@segmentations} 须为名称到已拟合分群器或分群列的映射，如 {{'tiers': tiers}}，得到 {value!r}。",
)
_NOT_NAMES: Final = Message(
    en="{@made_of} must map names of {@segmentations} to lists of columns, got {value!r}. The names are {names}.",
    zh="{@made_of} 须为 {@segmentations} 中的名称到列名列表的映射，得到 {value!r}。现有名称为 {names}。",
)
_NOT_A_FLAG: Final = Message(
    en="{@reach} must name a column of true and false: whether the customer can be reached.",
    zh="{@reach} 须为真假列：该客户能否触达。",
)
_NOT_A_NUMBER: Final = Message(
    en="{@value} must name a column of numbers, which are added up.", zh="{@value} 须为可相加的数字列。"
)


class _Named(NamedTuple):
    """A segmentation: its name, the segmenter or column, the segments, who is where, and the columns it is made of."""

    name: str
    given: Labeller | str
    segments: pd.DataFrame
    positions: npt.NDArray[np.intp]
    columns: list[str]

    def called(self, segment: object) -> dict[str, str]:
        """What a segment is called in both languages."""
        names = self.segments.loc[self.segments["segment"].astype(str) == segment, ["name_en", "name_zh"]]
        return {f"segment_{name}": str(text) for row in names.to_dict("records") for name, text in row.items()}


def segmentation_quality_table(
    customers: FrameT,
    *,
    segmentations: Mapping[str, Labeller | str],
    outcomes: Sequence[str] = (),
    reach: str | None = None,
    value: str | None = "spend",
    made_of: Mapping[str, Sequence[str]] | None = None,
    later: FrameT | None = None,
    n_resamples: int = 50,
    n_bins: int = 10,
    thresholds: Mapping[str, float] | None = None,
    level: float = 0.95,
    customer_id: str = "customer_id",
    random_state: int | np.random.Generator | None = 0,
) -> FrameT:
    """Judge segmentations by four criteria: measurable, accessible, different, stable.

    Parameters
    ----------
    customers : pandas, Polars or PyArrow table
        One row per customer.
    segmentations : mapping of str to segmenter or str
        What to judge, by name: fitted segmenters, or columns of segments.
    outcomes : sequence of str, default ()
        Columns in which segments should differ but that did not make them: numbers, flags, labels. The best ones come
        from a later period.
    reach : str, optional
        Column of true and false: whether a customer can be reached, such as by a consent to e-mail.
    value : str or None, default "spend"
        Column of numbers whose sum segments share.
    made_of : mapping of str to sequence of str, optional
        The columns that a segmentation is made of, by its name. Segmenters know theirs; for a column of segments
        nothing is known unless you give it.
    later : table of the same kind, optional
        The same customers at a later date, with the same columns. Without it there is no drift.
    n_resamples : int, default 50
        How often segmenters are fitted again; 0 leaves it out. Columns of segments cannot be fitted.
    n_bins : int, default 10
        Bins of numbers for the drift, at least 2.
    thresholds : mapping of str to float, optional
        Your own limits by figure, such as ``{"smallest_share": 0.05}``: at least so much, or at most of
        "missing_share", "unlabelled_share" and "psi".
    level : float, default 0.95
        Confidence of the intervals, and share of the resamples between ``lower`` and ``upper``.
    customer_id : str, default "customer_id"
        Column that identifies the customer in both tables.
    random_state : int, numpy.random.Generator or None, default 0
        Decides who is drawn. Each segmentation is tried on the same customers.

    Returns
    -------
    the kind of table given
        Rows by ``segmentation``, ``criterion`` and ``figure``; ``column`` where the figure is that of a column, and
        ``segment`` where it is that of a segment.

        "measurable"
            "missing_share", of each column that the segments are made of; "unlabelled_share".
        "accessible"
            "customer_share" and "value_share" of each segment, "smallest_share" (empty segments left out), and
            "contactable_share" of each segment and of all, if ``reach`` is given.
        "different"
            How much of each outcome the segments explain: for numbers "epsilon_squared" and "rank_epsilon_squared", the
            share of the variance of values and of ranks; for flags and labels "cramers_v"; all corrected for chance.
        "stable"
            "jaccard" of each segment and "adjusted_rand" over resamples; until ``later`` "psi" of the segments and of
            each column, "agreement_share" and "period_adjusted_rand".

        ``n``
            Customers that the figure is of.
        ``value``, ``lower``, ``upper``
            The figure: Wilson's intervals of "missing_share", "unlabelled_share", "customer_share",
            "contactable_share" and "agreement_share", the spread of the resamples of "jaccard" and "adjusted_rand";
            missing for others, for empty segments, and where it cannot be worked out.
        ``by_chance``
            Of "psi": its mean without any drift.
        ``threshold``, ``verdict``, ``source``
            The limit, whether it is "met", "doubtful" or "missed", and whose limit or figure it is: "thresholds" for
            yours. Published limits are those of "jaccard" and "psi"; others have no verdict without yours.
            "circular" for an outcome that made the segments, which has no value.
        ``name_en``, ``name_zh``, ``segment_name_en``, ``segment_name_zh``
            What the figure is called, and the segment, if it is that of one.

    Raises
    ------
    NotFittedError
        If a segmenter is not fitted.
    SchemaError
        If a column is missing or holds what it should not, there are no rows, or a customer has two.
    TypeError
        If a table is not in memory, ``segmentations``, ``made_of`` or ``thresholds`` is not a mapping, or one of the
        segmentations is neither a segmenter nor a column.
    ValueError
        If nothing is to be judged, ``reach`` holds no flags, a threshold is of an unknown figure, or a number is out of
        range.

    See Also
    --------
    segment_stability_table : The resamples alone.
    segment_drift_table : The drift alone.

    References
    ----------
    .. [1] Hennig (2007), "Cluster-Wise Assessment of Cluster Stability", *Computational Statistics & Data Analysis* 52.
    .. [2] Siddiqi (2006), *Credit Risk Scorecards*, Wiley, ch. 9.
    .. [3] Bergsma (2013), "A Bias-Correction for Cramér's V and Tschuprow's T", *Journal of the Korean Statistical
       Society* 42.
    .. [4] Kelley (1935), "An Unbiased Correlation Ratio Measure", *Proceedings of the National Academy of Sciences* 21.

    Examples
    --------
    >>> import crmkit as ck
    >>> from crmkit.segment import TierSegmenter
    >>> transactions = ck.as_transactions(ck.load_cdnow())
    >>> before, after = (ck.customer_summary(transactions, as_of=day) for day in ("1997-12-31", "1998-06-30"))
    >>> tiers = TierSegmenter().fit(before)
    >>> quality = segmentation_quality_table(before, segmentations={"tiers": tiers}, later=after, n_resamples=10)
    >>> stable = quality[(quality["figure"] == "psi") & quality["column"].notna()]
    >>> stable[["segmentation", "criterion", "column", "value", "verdict"]].round(1)
       segmentation criterion           column  value verdict
    19        tiers    stable         n_orders    0.0     met
    20        tiers    stable  days_since_last    2.4  missed
    21        tiers    stable            spend    0.0     met
    """
    check_fraction(level, name="level")
    check_int(n_resamples, name="n_resamples", low=0)
    check_int(n_bins, name="n_bins", low=2)
    limits = check_thresholds(thresholds)
    rng = as_generator(random_state)
    names = listed_names(outcomes, name="outcomes")
    rows = opened(customers, names)
    judged_ones = _read(customers, rows, segmentations, made_of)
    columns = {each: described(rows, [each])[0] for each in names}
    reached = None if reach is None else _flags(customers, rows, reach)
    values = None if value is None else _numbers(customers, rows, value)
    seed = int(rng.integers(2**31))
    lines: list[Line] = []
    for each in judged_ones:
        found = measurable(rows, each.columns, each.positions, level=level)
        found += accessible(each.segments, each.positions, values, reached, value=value, reach=reach, level=level)
        found += different(columns, each.positions, each.columns, n_segments=len(each.segments))
        if n_resamples and isinstance(each.given, Labeller):
            again = np.random.default_rng(seed)
            found += refound(each.given, customers, n_resamples=n_resamples, rng=again, level=level)
        if later is not None:
            found += lasting(
                customers, later, each.given, each.columns, n_bins=n_bins, level=level, customer_id=customer_id
            )
        lines += [{"segmentation": each.name, **line, **each.called(line.get("segment"))} for line in found]
    table = pd.DataFrame([_judged(line, limits) for line in lines], columns=_COLUMNS)
    return from_pandas(in_kinds(table, texts=_TEXTS, whole=("n",), labels=()), like=customers)


def _read(
    customers: Any, rows: AnyFrame, segmentations: Any, made_of: Mapping[str, Sequence[str]] | None
) -> list[_Named]:
    """Place the customers in each segmentation."""
    if not isinstance(segmentations, Mapping) or not segmentations:
        raise (TypeError if not isinstance(segmentations, Mapping) else ValueError)(_NO_MAPPING(value=segmentations))
    if made_of is not None and (not isinstance(made_of, Mapping) or not set(made_of) <= set(segmentations)):
        raise (ValueError if isinstance(made_of, Mapping) else TypeError)(
            _NOT_NAMES(value=made_of, names=list(segmentations))
        )
    found = []
    for name, given in segmentations.items():
        if isinstance(given, str):
            opened(customers, [given])
            labels, positions = placed(rows, given)
            columns: list[str] = []
        else:
            labels, positions = positions_in(given, customers, name="customers", parameter="segmentations")
            columns = columns_of(given)
        if made_of is not None and name in made_of:
            columns = listed_names(made_of[name], name="made_of")
            opened(customers, columns)
        found.append(_Named(str(name), given, labels, positions, columns))
    return found


def _flags(customers: Any, rows: AnyFrame, reach: str) -> npt.NDArray[np.float64]:
    opened(customers, [column_name(reach, name="reach")])
    (column,) = described(rows, [reach])
    if column.kind == "label" or not np.isin(column.cells[column.known], (0, 1)).all():
        raise ValueError(_NOT_A_FLAG())
    return column.cells


def _numbers(customers: Any, rows: AnyFrame, value: str) -> npt.NDArray[np.float64]:
    opened(customers, [column_name(value, name="value")])
    (column,) = described(rows, [value])
    if column.kind == "label":
        raise ValueError(_NOT_A_NUMBER())
    return column.cells


def _judged(line: Line, limits: Mapping[str, float]) -> dict[str, Any]:
    """A line with its limit, the verdict and the names."""
    figure = FIGURES[line["figure"]]
    named = {"criterion": figure.criterion, "name_en": figure.name.en, "name_zh": figure.name.zh}
    if line.get("verdict"):
        return {**line, **named}
    most = line.get("most_by_chance", np.nan)
    threshold, verdict, source = judged(line["figure"], line["value"], limits, most_by_chance=most)
    return {**line, **named, "threshold": threshold, "verdict": verdict, "source": source}
