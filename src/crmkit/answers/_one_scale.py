"""Scales that a column tells: each must be one throughout."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd

from crmkit._checks import some
from crmkit._frames import to_pandas
from crmkit._messages import Message
from crmkit._reading import Rows
from crmkit.answers._items import End, Item
from crmkit.errors import SchemaError

__all__ = ["with_one_scale"]

_WITHIN: Final = Message(
    en="{where} changes within wave {wave!r}: it is {values}. Answers on different scales do not add up; read those of "
    "each scale with a call of its own.",
    zh="{where}在波次 {wave!r} 内发生变化：{values}。不同量表的答案不能合并，请按量表分别读取。",
)
_CHANGES: Final = Message(
    en="{where} changes: it is {values}. Answers on different scales do not compare; read those of each scale with a "
    "call of its own.",
    zh="{where}发生变化：{values}。不同量表的答案不能比较，请按量表分别读取。",
)
_NO_END: Final = Message(
    en="{where} tells no end of a scale: it is missing or unusable throughout.",
    zh="{where}全部缺失或无效，无法得知量表端点。",
)
_TURNED: Final = Message(
    en="The scale of {item!r} would run from {low:g} to {high:g}; it must begin below its end.",
    zh="{item!r} 的量表为 {low:g} 至 {high:g}，起点须小于终点。",
)


def with_one_scale(rows: Rows, items: Sequence[Item], *, ends: Mapping[str, str], wave: str) -> tuple[Item, ...]:
    """Put the numbers that columns tell in place of the columns."""
    if not ends:
        return tuple(items)
    keys = [wave] if wave in rows.sources else []
    different = to_pandas(rows.frame.select(*keys, *ends).unique())
    told = {source: _one(rows, different, end, keys) for end, source in ends.items()}
    made = tuple(item._replace(low=_number(item.low, told), high=_number(item.high, told)) for item in items)
    for item in made:
        if item.low >= item.high:  # type: ignore[operator]
            raise SchemaError(_TURNED(item=item.name, low=item.low, high=item.high))
    return made


def _one(rows: Rows, different: pd.DataFrame, end: str, keys: Sequence[str]) -> float:
    where, known = rows.where[end], different.dropna(subset=[end])
    values = sorted(known[end].unique())
    if not values:
        raise SchemaError(_NO_END(where=where))
    if len(values) == 1:
        return float(values[0])
    for key in keys:
        for label, within in known.groupby(key, dropna=False, sort=False)[end]:
            if (within != within.iloc[0]).any():
                within_wave = some(sorted(within.unique().tolist()))
                raise SchemaError(_WITHIN(where=where, wave=_plain(label), values=within_wave))
    raise SchemaError(_CHANGES(where=where, values=some(float(value) for value in values)))


def _number(end: End, told: Mapping[str, float]) -> float:
    return told[end] if isinstance(end, str) else end


def _plain(label: Any) -> Any:
    return label.item() if hasattr(label, "item") else label
