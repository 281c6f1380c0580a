"""The segmentations as sheets: all summaries on one, all profiles on another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pandas as pd

from crmkit._workbook import Named, Sheet, profile_sheet
from crmkit.report._facts import Facts
from crmkit.report._section import Answer
from crmkit.report._sheets import sheet_of
from crmkit.report.segments._answer import SEGMENTATION
from crmkit.report.segments._page import segment_names
from crmkit.report.segments._texts import TEXTS

__all__ = ["sheets"]

_OF_SUMMARY: Final = {
    SEGMENTATION: Named(TEXTS["segmentation"], "text"),
    "segment_name": Named(TEXTS["segment"], "text"),
    "n_customers": Named(TEXTS["n_customers"], "count"),
    "customer_share": Named(TEXTS["customer_share"], "share"),
    "n_orders": Named(TEXTS["n_orders"], "count"),
    "value": Named(TEXTS["value"], "money"),
    "value_share": Named(TEXTS["value_share"], "share"),
    "mean_value": Named(TEXTS["mean_value"], "money"),
}


def sheets(answer: Answer, facts: Facts) -> list[Sheet]:
    """A row per segment, and one per segment and figure."""
    language, made = facts.language, []
    summary, profile = (answer.tables.get(name) for name in ("segments", "segment_profiles"))
    if summary is not None:
        told = summary.assign(segment_name=summary[f"name_{language}"])
        made.append(_sheet("segments", told, facts, _OF_SUMMARY))
    if profile is not None:
        made.append(_of_profiles(profile, answer, facts))
    return made


def _of_profiles(profile: pd.DataFrame, answer: Answer, facts: Facts) -> Sheet:
    """All profiles one below the other; the names of segments are those of their own summaries."""
    names = {name: segment_names(answer, str(name), facts.language) for name in profile[SEGMENTATION].unique()}
    labels = [
        names[name].get(label, label) for name, label in zip(profile[SEGMENTATION], profile["segment"], strict=True)
    ]
    first = {SEGMENTATION: _OF_SUMMARY[SEGMENTATION]} if profile[SEGMENTATION].ne("").any() else {}
    title = TEXTS["table_segment_profiles"].text(facts.language)
    return profile_sheet(title, profile.assign(segment=labels), facts.language, names={}, first=first)


def _sheet(title: str, table: pd.DataFrame, facts: Facts, own: Mapping[str, Named]) -> Sheet:
    """A table under the names of its columns; a single segmentation needs no name."""
    named = table[SEGMENTATION].ne("").any()
    columns = [name for name in own if name in table and (named or name != SEGMENTATION)]
    return sheet_of(TEXTS[title], table, facts, columns=columns, own=own)
