"""Customers in the segments of any scheme, with the reason, and what the segments sum up to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd
from sklearn.base import clone

from crmkit._checks import check_option, some
from crmkit._frames import FrameT, from_pandas
from crmkit._labelling import Labeller, positions_in, value_column
from crmkit._messages import Message
from crmkit._names import LANGUAGES, Language
from crmkit.errors import SchemaError
from crmkit.segment.groups import profile_table
from crmkit.segment.quality import segmentation_quality_table
from crmkit.views._base import base_customers, base_table
from crmkit.views._rows import all_in_pandas, in_pandas, with_columns

__all__ = ["SegmentedBase", "segmented_base", "segmented_customers"]

_SEGMENT: Final = "__crmkit_segment"
_N_RESAMPLES: Final = 20
_OF_MONEY: Final = ("n_orders", "spend")
_NO_SEGMENTER: Final = Message(
    en="{@segmenter} must be a segmenter, such as TierSegmenter(), got {got}.",
    zh="{@segmenter} 须为分群器，例如 TierSegmenter()，得到 {got}。",
)
_TAKEN: Final = Message(
    en="{@customers} has columns called {names}, as the result has. Rename or drop them.",
    zh="{@customers} 中已有列 {names}，与结果重名。请改名或删除。",
)


@dataclass(frozen=True, repr=False)
class SegmentedBase:
    """The segments of a customer base; `segmented_base` makes it.

    Attributes
    ----------
    segmenter : segmenter
        Fitted.
    segments : the kind of table given
        A row per segment, as ``segmenter.summary`` gives it.
    base : the kind of table given, or None
        The base that the shares refer to, as `base_table` gives it, without prospects. None unless the segments are of
        ``spend``.
    profile : the kind of table given, or None
        What the segments are like, as `crmkit.segment.groups.profile_table` gives it.
    quality : the kind of table given, or None
        How good they are, as `crmkit.segment.quality.segmentation_quality_table` judges it.
    """

    segmenter: Any
    segments: Any
    base: Any
    profile: Any
    quality: Any = None

    def __repr__(self) -> str:
        return f"SegmentedBase({self.segmenter!r})"


def segmented_base(
    customers: Any,
    *,
    segmenter: Any,
    fit: bool = True,
    with_prospects: bool = False,
    profile: Sequence[str] | None = None,
    quality: bool = False,
) -> SegmentedBase:
    """Divide a customer base by any segmenter, and sum up its segments, with nobody's money below 0.

    Parameters
    ----------
    customers : pandas, Polars or PyArrow table
        With the columns that the segmenter needs. If it has ``n_orders`` and ``spend``, as `crmkit.customer_summary`
        gives them, segments are learned from and summed up over `base_customers`, so that no share of spend lies
        outside 0 to 1. Other tables are used as they are.
    segmenter : segmenter
        Such as `crmkit.segment.TierSegmenter` or `crmkit.segment.ValueSegmenter`. It is not changed.
    fit : bool, default True
        Whether to learn from these customers. Otherwise the segmenter was fitted on an earlier base, whose cuts count.
    with_prospects : bool, default False
        Whether customers without an order and without money are prospects from a master table. They are then counted in
        the summary, and left out of ``base``.
    profile : sequence of str, optional
        Columns to describe the segments by: numbers, flags and labels.
    quality : bool, default False
        Whether to judge how good the segments are, with the columns of ``profile`` as outcomes. The twenty resamples,
        each fitted again, take some time.

    Returns
    -------
    SegmentedBase
        The fitted segmenter, the summary of its segments, the base of their shares, their profile and quality.

    Raises
    ------
    NotFittedError
        If ``fit`` is false and the segmenter is not fitted.
    SchemaError
        If a column is missing, does not hold numbers or lacks a value that is needed, or there is nobody to learn from.
    TypeError
        If ``customers`` is not a table in memory, or ``segmenter`` is not a segmenter.
    ValueError
        If an option of the segmenter is out of range.

    Examples
    --------
    >>> from crmkit import as_transactions, customer_summary, load_cdnow
    >>> from crmkit.segment import ValueSegmenter
    >>> from crmkit.views import segmented_base
    >>> customers = customer_summary(as_transactions(load_cdnow()), as_of="1998-06-30")
    >>> abc = segmented_base(customers, segmenter=ValueSegmenter(scheme="abc"))
    >>> abc.segments[["segment", "n_customers", "value_share"]].round(3)
         segment  n_customers  value_share
    0          a          777         0.80
    1          b          804         0.15
    2          c          776         0.05
    3  potential            0         0.00
    """
    if not isinstance(segmenter, Labeller):
        raise TypeError(_NO_SEGMENTER(got=type(segmenter).__name__))
    counted = shown = rows = all_in_pandas(customers)
    prospects = rows.index[:0]
    if is_of_money := set(_OF_MONEY) <= set(rows):
        rows = in_pandas(customers, columns=_OF_MONEY)
        prospects = rows.index[(rows["n_orders"] == 0) & (rows["spend"] == 0) & with_prospects]
        counted = base_customers(rows)
        shown = pd.concat([counted, rows.loc[prospects]]) if len(prospects) else counted
    fitted = clone(segmenter).fit(counted) if fit else segmenter
    is_of_spend = is_of_money and value_column(fitted) == "spend"
    return SegmentedBase(
        fitted,
        from_pandas(fitted.summary(shown), like=customers),
        from_pandas(base_table(rows.drop(index=prospects)), like=customers) if is_of_spend else None,
        None if profile is None else from_pandas(_profile(shown, fitted, profile), like=customers),
        from_pandas(_quality(shown, fitted, profile or ()), like=customers) if quality else None,
    )


def _profile(rows: pd.DataFrame, segmenter: Labeller, columns: Sequence[str]) -> pd.DataFrame:
    """What the segments are like by columns of the table."""
    value = value_column(segmenter)
    labelled = rows.assign(**{_SEGMENT: segmenter.predict(rows)})
    return profile_table(labelled, by=_SEGMENT, columns=columns, value=value if value in rows else None)


def _quality(rows: pd.DataFrame, segmenter: Labeller, outcomes: Sequence[str]) -> pd.DataFrame:
    """How good the segments are; each outcome once."""
    value = value_column(segmenter)
    return segmentation_quality_table(
        rows,
        segmentations={_SEGMENT: segmenter},
        outcomes=list(dict.fromkeys(outcomes)),
        value=value if value in rows else None,
        n_resamples=_N_RESAMPLES,
    ).drop(columns="segmentation")


def segmented_customers(customers: FrameT, *, segmenter: Any, language: Language = "en") -> FrameT:
    """Put customers into the segments of a fitted segmenter, and say why.

    Parameters
    ----------
    customers : pandas, Polars or PyArrow table
        With the columns that the segmenter needs.
    segmenter : segmenter
        Fitted on these customers or on an earlier base, such as ``segmented_base(customers, …).segmenter``.
    language : {"en", "zh"}, default "en"
        Language of names and reasons.

    Returns
    -------
    the kind of table given
        All columns of ``customers``, one row per customer in the order given, with ``segment``, ``segment_name`` and,
        where the segmenter explains itself, ``segment_reason``, a sentence. They are missing for those without a
        segment.

    Raises
    ------
    NotFittedError
        If the segmenter is not fitted.
    SchemaError
        If a column is missing, does not hold numbers or lacks a value that is needed, or ``customers`` has a column
        of one of these names already.
    TypeError
        If ``customers`` is not a table in memory, or ``segmenter`` is not a segmenter.
    ValueError
        If ``language`` is neither of the two.

    Examples
    --------
    >>> from crmkit import as_transactions, customer_summary, load_cdnow
    >>> from crmkit.segment import TierSegmenter
    >>> from crmkit.views import segmented_base, segmented_customers
    >>> customers = customer_summary(as_transactions(load_cdnow()), as_of="1998-06-30")
    >>> tiers = segmented_base(customers, segmenter=TierSegmenter()).segmenter
    >>> listed = segmented_customers(customers, segmenter=tiers)
    >>> listed[["customer_id", "segment", "segment_name"]].head(2)
       customer_id    segment         segment_name
    0            1  important  Important customers
    1            2   ordinary   Ordinary customers
    >>> listed["segment_reason"].iloc[0]
    'Important customers: spend of 100.5 reaches 76.14; last order 200 days ago.'
    """
    check_option(language, LANGUAGES, name="language")
    rows = all_in_pandas(customers)
    segments, positions = positions_in(segmenter, rows, name="customers", parameter="segmenter")
    codes, names = (pd.Series([*segments[name], None], dtype=object) for name in ("segment", f"name_{language}"))
    made = {"segment": codes.iloc[positions], "segment_name": names.iloc[positions]}
    if hasattr(segmenter, "explain"):
        made["segment_reason"] = segmenter.explain(rows, language=language)
    if taken := [name for name in made if name in rows]:
        raise SchemaError(_TAKEN(names=some(taken)))
    return with_columns(customers, made)
