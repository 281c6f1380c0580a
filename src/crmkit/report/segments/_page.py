"""Segmentations on the page: a row per segment, and what they are like, a column per segment."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

import pandas as pd

from crmkit._figures import count, share
from crmkit._figures import whole_money as money
from crmkit._names import Language
from crmkit._workbook import profile_lines
from crmkit.plotting import plot_segments
from crmkit.report._facts import Facts
from crmkit.report._numbers import cut
from crmkit.report._section import Answer, Drawing
from crmkit.report.segments._answer import FEW, SEGMENTATION
from crmkit.report.segments._texts import TEXTS

__all__ = ["CHARTS", "findings", "page", "segment_names"]

_MOST_LINES: Final = 30
_MOST_COLUMNS: Final = 12
_COLON: Final = {"en": ": ", "zh": "："}


def findings(answer: Answer, facts: Facts) -> list[str]:
    """Of each segmentation the segment that brings most."""
    told = []
    for name, table in _by_name(answer, "segments").items():
        if "value_share" in table and table["value_share"].notna().any():
            row = _most(table)
            sentence = TEXTS["finding_segments"].text(facts.language)
            of_all = sentence.format(
                segment=cut(str(row[f"name_{facts.language}"])),
                customer_share=share(row["customer_share"]),
                value_share=share(row["value_share"]),
            )
            told.append(f"{cut(name)}{_COLON[facts.language]}{of_all}" if name else of_all)
    return told


def page(answer: Answer, facts: Facts) -> dict[str, Any]:
    """The segmentations in the order given, each with its summary, its profile, or both."""
    summaries, profiles = (_by_name(answer, table) for table in ("segments", "segment_profiles"))
    drawn, language = _drawn(answer), facts.language
    return {
        "segmentations": [
            {
                "title": cut(name),
                "chart": f"segments_{drawn.index(name) + 1}" if name in drawn else "",
                "summary": _summary(summaries[name], language) if name in summaries else None,
                "profile": _profile(profiles[name], segment_names(answer, name, language), language)
                if name in profiles
                else None,
            }
            for name in dict.fromkeys([*summaries, *profiles])
        ],
    }


def segment_names(answer: Answer, name: str, language: Language) -> dict[Any, str]:
    """What the segments of a segmentation are called, by label, as far as its summary says it."""
    summary = _by_name(answer, "segments").get(name)
    if summary is None:
        return {}
    return dict(zip(summary["segment"], summary[f"name_{language}"].astype(str), strict=True))


def _by_name(answer: Answer, table: str) -> dict[str, pd.DataFrame]:
    found = answer.tables.get(table)
    if found is None:
        return {}
    return {str(name): rows for name, rows in found.groupby(SEGMENTATION, sort=False)}


def _summary(table: pd.DataFrame, language: Language) -> dict[str, Any]:
    """The columns that are there, and a row per segment."""
    shown = {"n_customers": count, "customer_share": share, "n_orders": count, "value": money, "value_share": share}
    shown["mean_value"] = money
    has = [name for name in shown if name in table and table[name].notna().any()]
    return {
        "columns": has,
        "rows": [
            {"name": cut(str(row[f"name_{language}"])), "cells": [shown[name](row[name]) for name in has]}
            for row in table.to_dict("records")
        ],
    }


def _profile(table: pd.DataFrame, names: Mapping[Any, str], language: Language) -> dict[str, Any]:
    """A line per figure, its value in each segment beside that of all customers."""
    segments, lines, note = profile_lines(table, language, names=names)
    return {
        "note": note.text(language),
        "segments": [cut(name) for name in segments[:_MOST_COLUMNS]],
        "rows": [
            {"name": cut(name), "cells": cells[:_MOST_COLUMNS], "whole": whole}
            for name, cells, whole in lines[:_MOST_LINES]
        ],
        "n_left_out": max(0, len(lines) - _MOST_LINES),
        "n_segments_left_out": max(0, len(segments) - _MOST_COLUMNS),
    }


def _most(table: pd.DataFrame) -> dict[Any, Any]:
    """The segment with most of the value."""
    return table.sort_values("value_share", ascending=False, kind="stable").to_dict("records")[0]


def _drawn(answer: Answer) -> list[str]:
    """The segmentations that are drawn: those whose shares of value are known."""
    tables = _by_name(answer, "segments")
    return [name for name, table in tables.items() if "value_share" in table and table["value_share"].notna().any()][
        :FEW
    ]


def _chart(number: int, answer: Answer, facts: Facts) -> Drawing:
    name = _drawn(answer)[number]
    table = _by_name(answer, "segments")[name].round({"customer_share": 6, "value_share": 6})
    table = table.assign(segment_order=range(1, len(table) + 1))
    best = _most(table)
    told = {
        "title": name or TEXTS["segments"].text(facts.language),
        "segment": str(best[f"name_{facts.language}"]),
        "value_share": share(best["value_share"]),
    }
    return Drawing(lambda ax: plot_segments(table, ax=ax, language=facts.language), told)


CHARTS: Final = {f"segments_{number + 1}": partial(_chart, number) for number in range(FEW)}
