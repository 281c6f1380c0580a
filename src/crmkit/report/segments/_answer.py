"""The tables of one or several segmentations, as they were given: summaries and profiles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from crmkit._frames import collected, open_frame, to_pandas
from crmkit._messages import Message
from crmkit._tables import open_columns
from crmkit.errors import SchemaError
from crmkit.report._section import Answer, Context

__all__ = ["FEW", "SEGMENTATION", "answer"]

SEGMENTATION: Final = "segmentation"
"""The column that says which segmentation a row is of; empty for one without a name."""
FEW: Final = 6
"""So many segmentations at most are drawn."""

_SUMMARY: Final = ("segment", "name_en", "name_zh", "n_customers", "customer_share")
_OF_ORDERS: Final = ("n_orders", "value", "value_share", "mean_value")
_PROFILE: Final = (
    *("segment", "scope", "column", "figure", "level", "n", "value", "base_value", "index"),
    *("effect_size", "is_significant", "too_few"),
)
_MADE_BY: Final = Message(
    en="summary() of a segmenter, segment_table or profile_table",
    zh="分群器的 summary()、segment_table 或 profile_table",
)

_NOTHING: Final = Message(en="{@segments} names no table.", zh="{@segments} 没有给出任何表。")
_NO_ROWS: Final = Message(en="{@segments} has a table without rows.", zh="{@segments} 中有一张没有行的表。")
_TWICE: Final = Message(
    en="{@segments} has two tables of one kind for {name!r}. Give each segmentation one summary and one profile at "
    "most, under a name of its own.",
    zh="{@segments} 中 {name!r} 有两张同类的表。每种分群至多一张汇总、一张画像，并各用一个名称。",
)


def answer(context: Context) -> Answer:
    """The summaries one below the other, and so the profiles."""
    given = context.beside["segments"]
    named = given if isinstance(given, Mapping) else {"": given}
    if not named:
        raise ValueError(_NOTHING())
    found: dict[str, list[pd.DataFrame]] = {"segments": [], "segment_profiles": []}
    for name, tables in named.items():
        kinds = set()
        for each in tables if isinstance(tables, (tuple, list)) else (tables,):
            kind, table = _read(each)
            if kind in kinds:
                raise ValueError(_TWICE(name=str(name)))
            kinds.add(kind)
            table.insert(0, SEGMENTATION, str(name))
            found[kind].append(table)
    return Answer({kind: pd.concat(tables, ignore_index=True) for kind, tables in found.items() if tables})


def _read(given: Any) -> tuple[str, pd.DataFrame]:
    """Which of the two a table is, and its columns; labels as text, as the segmentations have them of several types."""
    has = open_frame(given, name="segments").collect_schema().names()
    kind, needed = ("segment_profiles", _PROFILE) if "figure" in has else ("segments", _SUMMARY)
    rows = open_columns(given, needed, name="segments", made_by=_MADE_BY())
    columns = [*needed, *(name for name in _OF_ORDERS if kind == "segments" and name in has)]
    table = to_pandas(collected(rows.select(*columns)))
    if table.empty:
        raise SchemaError(_NO_ROWS())
    return kind, table.assign(segment=table["segment"].astype(object))
