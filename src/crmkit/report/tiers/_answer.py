"""The tiers and their cuts, unless there is no revenue to divide customers by."""

from __future__ import annotations

from crmkit.report._section import Answer, Context

__all__ = ["answer"]


def answer(context: Context) -> Answer:
    """Summary and cuts."""
    segments = context.segments
    if segments is None or segments.tier_segmenter is None:
        return Answer(problem=None if segments is None else segments.problem)
    return Answer({"tiers": segments.tiers, "tier_cuts": segments.tier_segmenter.cuts_})
