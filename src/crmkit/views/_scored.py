"""Customers with their scores, RFM segment and tier, and what the segments sum up to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from crmkit._checks import check_option, no_money
from crmkit._frames import FrameT, from_pandas
from crmkit._messages import Message, Said
from crmkit._names import LANGUAGES, Language
from crmkit.errors import SchemaError
from crmkit.segment import RFMSegmenter, TierSegmenter
from crmkit.views._base import base_customers, base_table
from crmkit.views._rows import in_pandas, with_columns

__all__ = ["BaseSegments", "base_segments", "scored_customers"]

_COLUMNS: Final = ("customer_id", "n_orders", "spend", "days_since_last", "tenure_days")
_NO_TIERS: Final = Message(
    en="No customer paid more than they got back, so there are no shares of revenue to divide customers by.",
    zh="没有客户的付款多于退款，无法按贡献分层。",
)


_NO_PRICES: Final = Message(
    en="The orders carry no price, so customers are scored by recency and frequency, without spend and tiers.",
    zh="订单没有价格，客户仅按最近购买与频次打分，没有消费额得分与层级。",
)


@dataclass(frozen=True, repr=False)
class BaseSegments:
    """The segments and tiers of a customer base; `base_segments` makes it.

    Attributes
    ----------
    rfm_segmenter : RFMSegmenter
        Fitted on the base.
    tier_segmenter : TierSegmenter or None
        Fitted on the base; None unless its revenue is above zero, which orders without a price do not have.
    problem : Said or None
        Why there are no tiers.
    rfm_segments : the kind of table given
        Summary of the RFM segments.
    tiers : the kind of table given, or None
        Summary of the tiers.
    base : the kind of table given
        Whose money the shares are taken of, as `base_table` gives it; without prospects.
    """

    rfm_segmenter: RFMSegmenter
    tier_segmenter: TierSegmenter | None
    problem: Said | None
    rfm_segments: Any
    tiers: Any
    base: Any

    def __repr__(self) -> str:
        tiers = "" if self.tier_segmenter is None else f", {self.tier_segmenter!r}"
        return f"BaseSegments({self.rfm_segmenter!r}{tiers})"


def base_segments(customers: Any, *, rules: Any = "named_11", with_prospects: bool = False) -> BaseSegments:
    """Segment a customer base by RFM scores and into tiers, with nobody's money below 0.

    Parameters
    ----------
    customers : pandas, Polars or PyArrow table
        As `crmkit.customer_summary` gives it.
    rules : {"named_11", "chinese_8"} or dict, default "named_11"
        As `crmkit.segment.RFMSegmenter` takes them.
    with_prospects : bool, default False
        Whether those without an order and without money are prospects of a master table. They are then counted in the
        summaries, as potential customers, and left out of ``base``.

    Returns
    -------
    BaseSegments
        The fitted segmenters, the summaries of tiers and segments, and the base of their shares.

    Raises
    ------
    SchemaError
        If a column is missing or does not hold numbers, or nobody ordered.
    TypeError
        If ``customers`` is not a table in memory, or ``rules`` of the wrong kind.
    ValueError
        If the rules do not put every score into exactly one segment.

    Examples
    --------
    >>> from crmkit import as_transactions, customer_summary, load_cdnow
    >>> from crmkit.views import base_segments
    >>> customers = customer_summary(as_transactions(load_cdnow()), as_of="1998-06-30")
    >>> segments = base_segments(customers)
    >>> segments.tiers[["segment", "n_customers", "value_share"]].round(3)
         segment  n_customers  value_share
    0       core          207        0.441
    1  important          412        0.279
    2   ordinary         1738        0.280
    3  potential            0        0.000
    """
    rows = in_pandas(customers, columns=_COLUMNS)
    counted = base_customers(rows)
    prospects = rows[(rows["n_orders"] == 0) & (rows["spend"] == 0) & with_prospects]
    shown = pd.concat([counted, prospects]) if len(prospects) else counted
    rfm = RFMSegmenter(rules=rules).fit(counted)
    unpriced = no_money(counted["spend"].to_numpy(dtype=float))
    tiers = TierSegmenter().fit(counted) if counted["spend"].sum() > 0 else None
    return BaseSegments(
        rfm,
        tiers,
        None if tiers is not None else _NO_PRICES() if unpriced else _NO_TIERS(),
        from_pandas(rfm.summary(shown), like=customers),
        None if tiers is None else from_pandas(tiers.summary(shown), like=customers),
        from_pandas(base_table(rows.drop(index=prospects.index)), like=customers),
    )


def scored_customers(customers: FrameT, *, segments: BaseSegments, language: Language = "en") -> FrameT:
    """Score customers and put each into their RFM segment and their tier.

    Parameters
    ----------
    customers : pandas, Polars or PyArrow table
        As `crmkit.customer_summary` gives it.
    segments : BaseSegments
        As `base_segments` gives them, of these customers or of an earlier base.
    language : {"en", "zh"}, default "en"
        Language of names and reasons.

    Returns
    -------
    the kind of table given
        All columns of ``customers``, one row per customer in the order given, with ``r_score``, ``f_score`` and
        ``m_score`` (missing for prospects), ``rfm_segment``, ``rfm_segment_name``, ``tier``, ``tier_name`` and
        ``tier_reason``, a sentence. Orders without a price have no tiers, and ``m_score`` is missing.

    Raises
    ------
    SchemaError
        If a column is missing or does not hold numbers, or the base has no tiers.
    TypeError
        If ``customers`` is not a table in memory.
    ValueError
        If ``language`` is neither of the two.

    Examples
    --------
    >>> from crmkit import as_transactions, customer_summary, load_cdnow
    >>> from crmkit.views import base_segments, scored_customers
    >>> customers = customer_summary(as_transactions(load_cdnow()), as_of="1998-06-30")
    >>> scored = scored_customers(customers, segments=base_segments(customers))
    >>> scored[["customer_id", "r_score", "rfm_segment", "tier"]].head(3)
       customer_id  r_score rfm_segment       tier
    0            1        4       loyal  important
    1            2        1     at_risk   ordinary
    2            3        1        lost   ordinary
    """
    check_option(language, LANGUAGES, name="language")
    rows = in_pandas(customers, columns=_COLUMNS)
    rfm, tiers = segments.rfm_segmenter, segments.tier_segmenter
    if tiers is None and not (segments.problem is not None and segments.problem.message == _NO_PRICES):
        raise SchemaError(segments.problem)
    segment = rfm.predict(rows)
    scores = rfm.scorer_.transform(rows)
    made = {
        **{str(name): scores[name] for name in scores.columns},
        "rfm_segment": segment,
        "rfm_segment_name": _names(segment, rfm.segments_, language),
    }
    if tiers is not None:
        tier = tiers.predict(rows)
        made["tier"], made["tier_name"] = tier, _names(tier, tiers.segments_, language)
        made["tier_reason"] = tiers.explain(rows, language=language)
    return with_columns(customers, made)


def _names(codes: pd.Series[Any], segments: pd.DataFrame, language: Language) -> pd.Series[Any]:
    names = dict(zip(segments["segment"], segments[f"name_{language}"], strict=True))
    return codes.astype(object).map(names)
