"""The segmentations as sheets: all summaries on one, all profiles on another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pandas as pd

from crmkit._workbook import Named, Sheet
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
_OF_PROFILE: Final = {
    SEGMENTATION: _OF_SUMMARY[SEGMENTATION],
    "segment_name": _OF_SUMMARY["segment_name"],
    "column": Named(TEXTS["column"], "text"),
    "figure": Named(TEXTS["figure"], "text"),
    "level": Named(TEXTS["level"], "text"),
    "n": Named(TEXTS["n_customers"], "count"),
    "value": Named(TEXTS["figure_value"], "number"),
    "base_value": Named(TEXTS["all_customers_value"], "number"),
    "index": Named(TEXTS["index"], "number"),
    "effect_size": Named(TEXTS["effect_size"], "number"),
    "is_significant": Named(TEXTS["is_significant"], "text"),
}


def sheets(answer: Answer, facts: Facts) -> list[Sheet]:
    """A row per segment, and one per segment and figure."""
    language, made = facts.language, []
    summary, profile = (answer.tables.get(name) for name in ("segments", "segment_profiles"))
    if summary is not None:
        told = summary.assign(segment_name=summary[f"name_{language}"])
        made.append(_sheet("segments", told, facts, _OF_SUMMARY))
    if profile is not None:
        names = {name: segment_names(answer, str(name), language) for name in profile[SEGMENTATION].unique()}
        scopes = {"all": TEXTS["everybody"].text(language), "no label": TEXTS["no_segment"].text(language)}
        told = profile.assign(
            segment_name=[
                scopes.get(scope, str(names[name].get(label, label)))
                for name, scope, label in zip(profile[SEGMENTATION], profile["scope"], profile["segment"], strict=True)
            ],
            figure=[TEXTS[f"figure_{figure}"].text(language) for figure in profile["figure"]],
            is_significant=profile["is_significant"].eq(True).map({True: TEXTS["yes"].text(language), False: ""}),
        )
        made.append(_sheet("table_segment_profiles", told, facts, _OF_PROFILE))
    return made


def _sheet(title: str, table: pd.DataFrame, facts: Facts, own: Mapping[str, Named]) -> Sheet:
    """A table under the names of its columns; a single segmentation needs no name."""
    named = table[SEGMENTATION].ne("").any()
    columns = [name for name in own if name in table and (named or name != SEGMENTATION)]
    return sheet_of(TEXTS[title], table, facts, columns=columns, own=own)
