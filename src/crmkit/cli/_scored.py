"""Customers with their scores, RFM segment and tier, one per row."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, NamedTuple

import pandas as pd

from crmkit._names import Language
from crmkit.cli._problems import FileError, OptionError
from crmkit.report._base import base_table, with_base_money
from crmkit.segment import RFMSegmenter, TierSegmenter, read_rfm_rules

__all__ = ["Scored", "rules_from", "scored_customers"]

_PRESETS: Final = ("named_11", "chinese_8")


class Scored(NamedTuple):
    """The customers, the summaries of their tiers and of their RFM segments, and the base of their shares."""

    table: pd.DataFrame
    tiers: pd.DataFrame
    segments: pd.DataFrame
    base: pd.DataFrame


def rules_from(text: str) -> Any:
    """Give the rules of a preset or of a TOML file."""
    if text in _PRESETS:
        return text
    if not text.endswith(".toml"):
        raise OptionError("rules", rules=text)
    try:
        return read_rfm_rules(Path(text))
    except OSError as error:
        raise FileError("no_rules", file=text, error=error) from error


def scored_customers(customers: pd.DataFrame, *, rules: Any, with_prospects: bool, language: Language) -> Scored:
    """Score customers, sorted by id; both segmenters learn their cuts from them, and count money as the report does."""
    customers = customers.sort_values("customer_id", ignore_index=True)
    counted = with_base_money(customers)
    rfm = RFMSegmenter(rules=rules).fit(counted)
    tiers = TierSegmenter().fit(counted)
    segment, tier = rfm.predict(customers), tiers.predict(customers)
    table = pd.concat([customers, rfm.scorer_.transform(customers)], axis=1).assign(
        rfm_segment=segment.astype(object),
        rfm_segment_name=_names(segment, rfm.segments_, language),
        tier=tier.astype(object),
        tier_name=_names(tier, tiers.segments_, language),
        tier_reason=tiers.explain(customers, language=language),
    )
    bought = customers["n_orders"] > 0
    prospects = ~bought & (customers["spend"] == 0) & with_prospects
    shown = counted[bought | prospects]
    return Scored(table, tiers.summary(shown), rfm.summary(shown), base_table(customers[~prospects]))


def _names(codes: Any, segments: pd.DataFrame, language: Language) -> Any:
    names = dict(zip(segments["segment"], segments[f"name_{language}"], strict=True))
    return codes.astype(object).map(names)
