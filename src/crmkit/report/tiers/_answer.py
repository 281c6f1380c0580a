"""The tiers and their cuts, unless there is no revenue to divide customers by."""

from __future__ import annotations

from typing import Final

from crmkit._messages import Message
from crmkit.report._section import Answer, Context

__all__ = ["answer"]

_NO_REVENUE: Final = Message(
    en="No customer paid more than they got back, so there are no shares of revenue to tell customers apart by.",
    zh="没有客户的付款多于退款，无法按贡献分层。",
)


def answer(context: Context) -> Answer:
    """Summary and cuts."""
    segments = context.segments
    if segments is None or segments.tier_segmenter is None:
        return Answer(problem=_NO_REVENUE())
    return Answer({"tiers": segments.tiers, "tier_cuts": segments.tier_segmenter.cuts_})
