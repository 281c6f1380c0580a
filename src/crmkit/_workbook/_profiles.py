"""What segments are like: a sheet with all figures, and lines that stand beside one another, a column per segment."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import pandas as pd

from crmkit._figures import NOTHING, decimals, label_text, share
from crmkit._names import Label, Language
from crmkit._workbook._headings import Named, headings
from crmkit._workbook._sheet import Sheet

__all__ = ["ProfileLines", "profile_lines", "profile_sheet"]

_NOTE: Final = Label(
    "▲ above, ▼ below the other customers by more than chance. Of the columns that segments were made of this says "
    "nothing: they differ there by construction.",
    "▲ 高于、▼ 低于其他客户，且超出偶然。分群所依据的列除外：各群在这些列上本来就不同。",
)
_ONE_SEGMENT: Final = Label("All are in one segment: there is nothing to compare.", "全部在同一分群中，无从比较。")

_FIGURES: Final = {
    "customer_share": Label("Share of customers", "客户占比"),
    "value_share": Label("share of the sum", "合计占比"),
    "mean": Label("mean", "均值"),
    "median": Label("median", "中位数"),
    "share": Label("share", "占比"),
}
_SHARES: Final = ("customer_share", "value_share", "share")
_EVERYBODY: Final = Label("All customers", "全部客户")
_NO_SEGMENT: Final = Label("(no segment)", "（未分群）")
_YES: Final = Label("yes", "是")
_UP, _DOWN = "▲", "▼"
_COLON: Final = Label(": ", "：")
_COLUMNS: Final = MappingProxyType(
    {
        "segment": Named(Label("Segment", "分群"), "text"),
        "column": Named(Label("Column", "列"), "text"),
        "figure": Named(Label("Figure", "统计量"), "text"),
        "level": Named(Label("Value of the column", "取值"), "text"),
        "n": Named(Label("Customers", "客户数"), "count"),
        "value": Named(Label("Of the segment", "本群"), "number"),
        "base_value": Named(Label("Of all customers", "全部客户"), "number"),
        "index": Named(Label("Index, 100 = all customers", "指数（全部客户 = 100）"), "number"),
        "effect_size": Named(Label("Effect size", "效应量"), "number"),
        "is_significant": Named(Label("Beyond chance", "超出偶然"), "text"),
    }
)


class ProfileLines(NamedTuple):
    """What the segments are called, and lines of texts: what is told, of each segment, and of all customers.

    A segment that all customers are in does not stand beside them; the note to the lines says so.
    """

    segments: list[str]
    lines: list[tuple[str, list[str], str]]
    note: Label


def profile_sheet(
    title: str,
    profile: pd.DataFrame,
    language: Language,
    *,
    names: Mapping[Any, str],
    first: Mapping[str, Named] = MappingProxyType({}),
) -> Sheet:
    """A row per segment and figure of a profile; ``names`` are those of the segments, ``first`` further columns."""
    told = profile.assign(
        segment=_segments(profile, names, language),
        figure=[_FIGURES[figure].text(language) for figure in profile["figure"]],
        is_significant=profile["is_significant"].eq(True).map({True: _YES.text(language), False: ""}),
    )
    own = {**first, **_COLUMNS}
    return Sheet(title, told, headings(told, language, columns=list(own), own=own))


def profile_lines(profile: pd.DataFrame, language: Language, *, names: Mapping[Any, str]) -> ProfileLines:
    """A line per column and figure, or level of labels, marked where a segment differs by more than chance."""
    segments = _segments(profile, names, language)
    # Who nobody is in is not like anything.
    is_empty = profile["figure"].eq("customer_share") & profile["value"].eq(0)
    empty = {name for name, nobody in zip(segments, is_empty, strict=True) if nobody}
    of_segments = [name for name, scope in zip(segments, profile["scope"], strict=True) if scope != "all"]
    groups = [name for name in dict.fromkeys(of_segments) if name not in empty]
    is_divided = len(groups) > 1
    groups = groups if is_divided else []
    titles = _titles(profile, language)
    whole: dict[tuple[Any, ...], str] = {}
    cells: dict[tuple[Any, ...], dict[str, str]] = {}
    told: dict[tuple[Any, ...], str] = {}
    for row, segment in zip(profile.to_dict("records"), segments, strict=True):
        key = tuple(None if pd.isna(row[part]) else row[part] for part in ("column", "figure", "level"))
        told.setdefault(key, _line_name(row, titles, language))
        if row["scope"] == "all":
            whole[key] = _cell(row)
        else:
            cells.setdefault(key, {})[segment] = _cell(row)
    lines = [
        (name, [cells.get(key, {}).get(group, NOTHING) for group in groups], whole.get(key, NOTHING))
        for key, name in told.items()
    ]
    return ProfileLines(groups, lines, _NOTE if is_divided else _ONE_SEGMENT)


def _segments(profile: pd.DataFrame, names: Mapping[Any, str], language: Language) -> list[str]:
    scopes = {"all": _EVERYBODY.text(language), "no label": _NO_SEGMENT.text(language)}
    return [
        scopes[scope] if scope in scopes else str(names.get(label, label_text(label)))
        for label, scope in zip(profile["segment"], profile["scope"], strict=True)
    ]


def _titles(profile: pd.DataFrame, language: Language) -> dict[Any, str]:
    """What columns are called, those of crmkit's own in words."""
    columns = [name for name in profile["column"].unique() if not pd.isna(name)]
    return {each.column: each.title for each in headings(pd.DataFrame(columns=columns, dtype=float), language)}


def _line_name(row: Mapping[Any, Any], titles: Mapping[Any, str], language: Language) -> str:
    """The column with its level, or with what is said of it."""
    figure = _FIGURES[row["figure"]].text(language)
    if pd.isna(row["column"]):
        return figure
    return f"{titles[row['column']]}{_COLON.text(language)}{figure if pd.isna(row['level']) else row['level']}"


def _cell(row: Mapping[Any, Any]) -> str:
    if pd.isna(row["value"]):
        return NOTHING
    told = share(row["value"]) if row["figure"] in _SHARES else decimals(row["value"])
    is_sure = row["scope"] != "all" and _is(row["is_significant"]) and not _is(row["too_few"])
    if not is_sure or pd.isna(row["effect_size"]) or row["effect_size"] == 0:
        return told
    return f"{told} {_UP if row['effect_size'] > 0 else _DOWN}"


def _is(value: Any) -> bool:
    return not pd.isna(value) and bool(value)
