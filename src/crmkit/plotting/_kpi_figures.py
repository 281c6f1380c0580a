"""What several plots of KPIs write: names, figures by unit, and lines that fit a width."""

from __future__ import annotations

from functools import cache
from typing import Final, NamedTuple
from unicodedata import east_asian_width

import pandas as pd

from crmkit import _figures as figures
from crmkit._messages import Message
from crmkit._names import Label, Language
from crmkit.errors import SchemaError
from crmkit.labels import LABELS

__all__ = ["Said", "check_one_group", "figure", "lines", "name_of", "said_of", "signed", "span"]

_PERCENT: Final = ("share", "rate")
_WHOLE: Final = ("count", "orders", "customers", "units")
_POINTS: Final = Label("pp", "个百分点")
# From here on all digits of a figure are too wide for a cell.
_LONG: Final = 1e7
_LONG_OF_TWO: Final = 1e4
_NO_DECIMALS: Final = 1000
_MORE: Final = "…"

_EMPTY: Final = Message(en="{@table} has no rows.", zh="{@table} 没有任何行。")
_GROUPS: Final = Message(
    en="{@table} has {n:,} rows of {kpi} on {day:%Y-%m-%d}, so it is of several groups. Keep the rows of one group.",
    zh="{@table} 中 {day:%Y-%m-%d} 的 {kpi} 有 {n:,} 行，含多个分组。请只保留一组。",
)


class Said(NamedTuple):
    """What the catalogue says of a KPI and the plots follow; of a quantity that is not in it, nothing."""

    unit: str = ""
    direction: str = "context"


def said_of(kpi: str) -> Said:
    """Return the unit and the direction of a KPI, by whichever of its definitions."""
    return _catalogue().get(kpi.partition("[")[0], Said())


def name_of(kpi: str, language: Language) -> str:
    """Return the name of a KPI; a quantity that is not in the catalogue goes by its own."""
    label = LABELS["kpi"].get(kpi)
    return kpi if label is None else label.text(language)


def figure(value: float, unit: str, *, long: float = _LONG) -> str:
    """Write a value in its unit: shares in percent, counts and all from a thousand up whole, others with decimals."""
    from crmkit.plotting._ticks import short

    if unit in _PERCENT:
        return figures.share(value) if not abs(100 * value) >= long else f"{short(100 * value)}%"
    if abs(value) >= long:
        return short(value)
    if unit.startswith("money"):
        return figures.whole_money(value)
    is_whole = unit in _WHOLE or abs(value) >= _NO_DECIMALS
    return figures.count(value) if is_whole else figures.decimals(value)


def span(low: float, high: float, unit: str) -> str:
    """Write two values of a unit, for which a cell has the room of one."""
    return f"{figure(low, unit, long=_LONG_OF_TWO)} – {figure(high, unit, long=_LONG_OF_TWO)}"


def signed(change: float, unit: str, language: Language) -> str:
    """Write a difference of two values with its sign: of shares in points."""
    if unit in _PERCENT:
        return f"{100 * change:+.1f} {_POINTS.text(language)}"
    return f"{'+' if change > 0 else ''}{figure(change, unit)}"


def lines(text: str, *, width: float, most: int) -> str:
    """Break a text into lines of at most ``width`` Latin letters, a Chinese character being two; cut what is over."""
    found = [""]
    for word in _words(text):
        if found[-1] and _letters(found[-1] + word.rstrip()) > width:
            found.append("")
        found[-1] += word if found[-1] else word.lstrip()
        while _letters(found[-1].rstrip()) > width and len(found[-1]) > 1:
            n = _fitting(found[-1], width)
            found[-1:] = [found[-1][:n], found[-1][n:]]
    if len(found) > most:
        last = found[most - 1]
        found[most - 1 :] = [last[: _fitting(last, width - 2)].rstrip() + _MORE]
    return "\n".join(line.strip() for line in found)


def check_one_group(table: pd.DataFrame) -> None:
    """Raise if a table has no rows, or several of a KPI in one period."""
    if table.empty:
        raise SchemaError(_EMPTY())
    counts = table.groupby(["period", "kpi"], as_index=False).size().sort_values("size", kind="stable")
    day, kpi, n = (counts[name].iloc[-1] for name in ("period", "kpi", "size"))
    if n > 1:
        raise SchemaError(_GROUPS(n=int(n), kpi=kpi, day=day))


@cache
def _catalogue() -> dict[str, Said]:
    from crmkit.metrics import kpi_catalogue

    rows = kpi_catalogue()[["kpi", "unit", "direction"]].itertuples(index=False)
    return {kpi: Said(unit, direction) for kpi, unit, direction in rows}


def _words(text: str) -> list[str]:
    """The pieces between which a line may break: Latin words with their space, Chinese characters one by one."""
    found: list[str] = []
    for letter in text:
        joins = found and _letters(letter) == 1 and _letters(found[-1][-1]) == 1 and not found[-1].endswith(" ")
        if joins:
            found[-1] += letter
        else:
            found.append(letter)
    return found


def _letters(text: str) -> int:
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def _fitting(text: str, width: float) -> int:
    """How many characters of a text fit, at least one."""
    return max([n for n in range(1, len(text) + 1) if _letters(text[:n]) <= width], default=1)
