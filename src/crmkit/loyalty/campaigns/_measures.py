"""The outcomes that are asked for, and the columns that each is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from crmkit._frames import listed_names
from crmkit._messages import Message

__all__ = ["Measure", "MeasureKind", "asked_measures", "columns_of"]

MeasureKind: TypeAlias = Literal["mean", "ratio"]

_PAIR: Final = 2

_REPEATED: Final = Message(en="{@outcomes} names {name!r} twice.", zh="{@outcomes} 中的 {name!r} 重复出现。")
_NOT_RATIOS: Final = Message(
    en="{@ratios} must map names to pairs of columns, numerator and denominator, such as {{'order_value': ('spend', "
    "'orders')}}, got {value!r}.",
    zh="{@ratios} 须为名称到一对列（分子、分母）的映射，如 {{'order_value': ('spend', 'orders')}}，得到 {value!r}。",
)
_NOTHING: Final = Message(
    en="Nothing to judge: name columns in {@outcomes}, or pairs of them in {@ratios}.",
    zh="没有可评估的结果：请在 {@outcomes} 中给出列，或在 {@ratios} 中给出成对的列。",
)
_TWICE: Final = Message(
    en="{name!r} is named in both {@outcomes} and {@ratios}. Give each a name of its own.",
    zh="{name!r} 同时出现在 {@outcomes} 与 {@ratios} 中，请使名称不同。",
)


class Measure(NamedTuple):
    """What is compared: the mean of columns added up with their weights, or the ratio of the sums of two columns."""

    name: str
    kind: MeasureKind
    columns: tuple[str, ...]
    weights: tuple[float, ...] = (1.0,)


def asked_measures(outcomes: Any, ratios: Any) -> list[Measure]:
    """Read which outcomes are asked for, each with a name of its own."""
    names = listed_names(outcomes, name="outcomes")
    if twice := [name for name in names if names.count(name) > 1]:
        raise ValueError(_REPEATED(name=twice[0]))
    found = [Measure(name, "mean", (name,)) for name in names]
    if ratios is not None and not isinstance(ratios, Mapping):
        raise TypeError(_NOT_RATIOS(value=ratios))
    for name, pair in (ratios or {}).items():
        if isinstance(pair, str) or not isinstance(pair, Sequence) or len(pair) != _PAIR:
            raise TypeError(_NOT_RATIOS(value=ratios))
        if name in names:
            raise ValueError(_TWICE(name=name))
        found.append(Measure(str(name), "ratio", tuple(listed_names(pair, name="ratios"))))
    if not found:
        raise ValueError(_NOTHING())
    return found


def columns_of(measures: Sequence[Measure]) -> list[str]:
    """The columns that measures are made of."""
    return list(dict.fromkeys(name for each in measures for name in each.columns))
