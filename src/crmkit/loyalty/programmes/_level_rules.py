"""The levels of a programme: how many points in which time each takes, and how long it lasts."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from crmkit._checks import some
from crmkit._frames import collected, pandas_series
from crmkit._messages import Column, Message
from crmkit._tables import open_columns
from crmkit.errors import SchemaError

__all__ = ["NO_LEVEL", "LevelRules", "read_level_rules"]

NO_LEVEL: Final = "none"
"""The code of those who have not reached a level."""
_MOST_MONTHS: Final = 1_200

_NO_ROWS: Final = Message(en="{@rules} has no rows. Give each level one.", zh="{@rules} 没有任何行，每个级别须占一行。")
_NO_NAMES: Final = Message(
    en="{where} must name each level once, by text other than 'none', got {values}.",
    zh="{where}须为每个级别各给出一个不重复的文本名称，且不得为 'none'，得到 {values}。",
)
_NO_NUMBERS: Final = Message(
    en="{where} must hold numbers of 0 or more, got {values}.", zh="{where}须为不小于 0 的数，得到 {values}。"
)
_NO_MONTHS: Final = Message(
    en="{where} must hold whole numbers of months from 1 to {most:,}, got {values}.",
    zh="{where}须为 1 至 {most:,} 的整数月数，得到 {values}。",
)
_OVERLAP: Final = Message(
    en="The levels {levels} overlap: both begin at {threshold:,.10g} points. Give each a threshold of its own.",
    zh="级别 {levels} 重叠：门槛同为 {threshold:,.10g} 分。请为每个级别设定不同的门槛。",
)


class LevelRules(NamedTuple):
    """The levels from the lowest up: names, points, and months in which they count and for which the level lasts."""

    names: list[str]
    thresholds: list[float]
    windows: list[int]
    valid: list[int]


def read_level_rules(rules: object) -> LevelRules:
    """Read and check a table of levels, in any order of rows."""
    frame = collected(
        open_columns(rules, ["level", "threshold", "window_months"], name="rules", made_by="Your programme")
    )
    if frame.is_empty():
        raise SchemaError(_NO_ROWS())
    names = pandas_series(frame["level"]).astype(object).tolist()
    if not all(isinstance(name, str) for name in names) or len(set(names)) < len(names) or NO_LEVEL in names:
        raise SchemaError(_NO_NAMES(where=Column("rules", "level"), values=some(names)))
    thresholds = _numbers(frame, "threshold")
    if not all(np.isfinite(value) and value >= 0 for value in thresholds):
        raise SchemaError(_NO_NUMBERS(where=Column("rules", "threshold"), values=some(thresholds)))
    windows = _months(frame, "window_months")
    valid = _months(frame, "valid_months") if "valid_months" in frame.columns else windows
    order = np.argsort(thresholds, kind="stable").tolist()
    found = LevelRules(*([column[place] for place in order] for column in (names, thresholds, windows, valid)))
    _check_overlap(found)
    return found


def _check_overlap(rules: LevelRules) -> None:
    """Raise unless each level takes more than the one below it."""
    for low, high in zip(range(len(rules.names)), range(1, len(rules.names)), strict=False):
        pair = rules.names[low : high + 1]
        least, most = rules.thresholds[low], rules.thresholds[high]
        if least == most:
            raise SchemaError(_OVERLAP(levels=pair, threshold=least))


def _numbers(frame: Any, name: str) -> list[float]:
    values = pd.to_numeric(pandas_series(frame[name]).astype(object), errors="coerce")
    return [float(value) for value in values]


def _months(frame: Any, name: str) -> list[int]:
    values = _numbers(frame, name)
    if not all(value % 1 == 0 and 1 <= value <= _MOST_MONTHS for value in values):
        raise SchemaError(_NO_MONTHS(where=Column("rules", name), most=_MOST_MONTHS, values=some(values)))
    return [int(value) for value in values]
