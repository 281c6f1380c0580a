"""The inputs of KPIs added up by group, period and day, in the engine where the rows are in one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from crmkit._calendar import day_number
from crmkit._calendars import Calendar
from crmkit._frames import AnyFrame, flag, to_pandas, type_of
from crmkit._kpi import Definition
from crmkit._messages import Column, Joined, Message
from crmkit.errors import SchemaError

__all__ = ["DAY", "NUMBER", "ROWS", "missing_of", "mixed_money", "sums_of"]

NUMBER: Final = "__crmkit_number"
"""The number of the period, 0 throughout without periods."""
DAY: Final = "__crmkit_day"
ROWS: Final = "__crmkit_rows"
_CURRENCY: Final = "currency"
_UNDATED: Final = "__crmkit_undated"
_BEYOND: Final = "__crmkit_beyond_"

_NOT_NUMBERS: Final = Message(en="{where} must hold numbers, got {got}.", zh="{where}应为数字，得到 {got}。")
_NO_DAY: Final = Message(
    en="{where} is missing in {n:,} {n:row|rows}. Fill it in, or leave these rows out.",
    zh="{where}有 {n:,} 行缺失，请补全或去掉这些行。",
)
_LOW: Final = Message(
    en="{where} has values below {low:g} in {n:,} {n:row|rows}. Correct them.",
    zh="{where}有 {n:,} 行的值小于 {low:g}，请更正。",
)
_HIGH: Final = Message(
    en="{where} has values above {high:g} in {n:,} {n:row|rows}. A share is written as a fraction: 0.3 for 30%.",
    zh="{where}有 {n:,} 行的值大于 {high:g}。比例请写成小数：30% 写作 0.3。",
)
_INFINITE: Final = Message(
    en="{where} has infinite values in {n:,} {n:row|rows}. Correct them.",
    zh="{where}有 {n:,} 行为无穷大，请更正。",
)
_PART: Final = Message(
    en="{where} exceeds {whole} in {n:,} {n:row|rows}, but is a part of it. Correct them.",
    zh="{where}有 {n:,} 行超过 {whole}，而前者是后者的一部分，请更正。",
)
_CURRENCIES: Final = Message(
    en="{where} has several currencies, such as {first!r} and {last!r}, whose money cannot be added up. Convert it "
    "first, or give the column in {@by}.",
    zh="{where}含有多种货币，如 {first!r} 与 {last!r}，金额不可直接相加。请先换算，或在 {@by} 中给出该列。",
)


def missing_of(name: str) -> str:
    """Name the column that counts where an input is missing."""
    return f"__crmkit_missing_{name}"


def sums_of(
    rows: AnyFrame,
    definitions: Sequence[Definition],
    *,
    by: Sequence[str],
    period: str | None,
    periods: Calendar,
    last_day: datetime | None,
) -> pd.DataFrame:
    """Add up the inputs of the definitions.

    Returns one row per group, period and, where an input is that of a moment, day with rows: the columns of ``by``,
    ``NUMBER``, ``DAY``, ``ROWS``, and for each input its sum and in how many rows it is missing.
    """
    inputs = list(dict.fromkeys(each.name for definition in definitions for each in definition.inputs))
    for name in inputs:
        if not (rows.collect_schema()[name].is_numeric() or _has_no_values(rows, name)):
            raise SchemaError(_NOT_NUMBERS(where=Column("frame", name), got=type_of(rows, name)))
    values = rows.with_columns(*(nw.col(name).cast(nw.Float64) for name in inputs))
    values = values.with_columns(nw.col(*inputs).fill_nan(None))
    has_stocks = any(each.stock for definition in definitions for each in definition.inputs)
    values = _dated(values, period=period, periods=periods, last_day=last_day, by_day=has_stocks)
    limits = _limits(definitions)
    if _CURRENCY in values.collect_schema() and _CURRENCY not in by:
        _check_one_currency(to_pandas(values.select(_CURRENCY).unique())[_CURRENCY])
    marked = values.select(
        *by,
        NUMBER,
        DAY,
        _UNDATED,
        nw.lit(1).alias(ROWS),
        # Infinite values are counted and refused; adding them up would warn first.
        *(nw.when(nw.col(name).abs() < np.inf).then(nw.col(name)).alias(name) for name in inputs),
        *(flag(nw.col(name).is_null()).alias(missing_of(name)) for name in inputs),
        *(flag(limit.beyond).alias(f"{_BEYOND}{n}") for n, limit in enumerate(limits)),
    )
    summed = [ROWS, _UNDATED, *inputs, *map(missing_of, inputs), *(f"{_BEYOND}{n}" for n in range(len(limits)))]
    with np.errstate(over="ignore"):
        sums = to_pandas(marked.group_by(*by, NUMBER, DAY).agg(nw.col(*summed).sum()))
    if (undated := int(sums[_UNDATED].sum())) > 0:
        raise SchemaError(_NO_DAY(where=Column("frame", period), n=undated))
    for n, limit in enumerate(limits):
        if (found := int(sums[f"{_BEYOND}{n}"].sum())) > 0:
            raise SchemaError(limit.message(n=found, **limit.values))
    return sums[[*by, NUMBER, DAY, ROWS, *inputs, *map(missing_of, inputs)]]


def _dated(
    values: AnyFrame, *, period: str | None, periods: Calendar, last_day: datetime | None, by_day: bool
) -> AnyFrame:
    """Number the periods and, if they matter, the days, otherwise 0; and mark where the day is missing."""
    if period is None or last_day is None:
        return values.with_columns(nw.lit(0).alias(NUMBER), nw.lit(0).alias(DAY), nw.lit(0).alias(_UNDATED))
    # The mark refuses the table; until then a missing day needs a number, for not every kind of frame has none.
    values = values.with_columns(flag(nw.col(period).is_null()).alias(_UNDATED), nw.col(period).fill_null(last_day))
    values = periods.numbered(values, period, into=NUMBER)
    day = day_number(nw.col(period)).cast(nw.Int64) if by_day else nw.lit(0)
    return values.with_columns(day.alias(DAY))


class _Limit(NamedTuple):
    """What an input may not be, and what is said where it is."""

    beyond: nw.Expr
    message: Message
    values: Mapping[str, object]


def _limits(definitions: Sequence[Definition]) -> list[_Limit]:
    """The limits of all inputs, each once."""
    limits: dict[tuple[str, ...], _Limit] = {}
    for definition in definitions:
        names = {each.name for each in definition.inputs}
        for each in definition.inputs:
            column, where = nw.col(each.name), Column("frame", each.name)
            limits[each.name, "infinite"] = _Limit(column.abs() == np.inf, _INFINITE, {"where": where})
            if each.low is not None:
                limits[each.name, "low"] = _Limit(column < each.low, _LOW, {"where": where, "low": each.low})
            if each.high is not None:
                limits[each.name, "high"] = _Limit(column > each.high, _HIGH, {"where": where, "high": each.high})
            for wholes in (tuple(name for name in some if name in names) for some in each.wholes):
                if not wholes:
                    continue
                whole = Joined([Column("frame", name) for name in wholes], en=" + ", zh=" + ")
                # A whole that is missing is unknown, not 0.
                known = ~nw.any_horizontal(*(nw.col(name).is_null() for name in wholes), ignore_nulls=False)
                beyond = known & (column > nw.sum_horizontal(*wholes))
                limits[each.name, "part", *wholes] = _Limit(beyond, _PART, {"where": where, "whole": whole})
    return list(limits.values())


def _has_no_values(rows: AnyFrame, name: str) -> bool:
    """Whether nothing is in a column, in memory: its type may not be known then."""
    return isinstance(rows, nw.DataFrame) and bool(rows[name].is_null().all())


def mixed_money(sums: pd.DataFrame, definitions: Sequence[Definition], *, by: Sequence[str]) -> list[str]:
    """Which inputs of all groups together are money of several currencies, and cannot be added up."""
    if _CURRENCY not in by or sums[_CURRENCY].nunique() < 2:
        return []
    return [each.name for definition in definitions for each in definition.inputs if each.kind == "money"]


def _check_one_currency(codes: pd.Series[Any]) -> None:
    found = sorted(codes.dropna().unique().tolist(), key=str)
    if len(found) > 1:
        raise SchemaError(_CURRENCIES(where=Column("frame", _CURRENCY), first=found[0], last=found[-1]))
