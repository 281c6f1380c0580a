"""The outcomes that are asked for, and the columns that each is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from crmkit._frames import as_name
from crmkit._messages import Message

__all__ = ["Measure", "MeasureKind", "asked_measures", "columns_of"]

MeasureKind: TypeAlias = Literal["mean", "ratio"]

_PAIR: Final = 2

_NO_LIST: Final = Message(
    en="{@outcomes} must be a list of different column names, got {value!r}.",
    zh="{@outcomes} 须为互不重复的列名列表，得到 {value!r}。",
)
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
    if isinstance(outcomes, (str, bytes)) or not isinstance(outcomes, Sequence):
        raise TypeError(_NO_LIST(value=outcomes))
    names = [as_name(label) for label in outcomes]
    if len(set(names)) < len(names):
        raise ValueError(_NO_LIST(value=outcomes))
    found = [Measure(name, "mean", (name,)) for name in names]
    if ratios is not None and not isinstance(ratios, Mapping):
        raise TypeError(_NOT_RATIOS(value=ratios))
    for name, pair in (ratios or {}).items():
        if isinstance(pair, str) or not isinstance(pair, Sequence) or len(pair) != _PAIR:
            raise TypeError(_NOT_RATIOS(value=ratios))
        if name in names:
            raise ValueError(_TWICE(name=name))
        found.append(Measure(str(name), "ratio", (as_name(pair[0]), as_name(pair[1]))))
    if not found:
        raise ValueError(_NOTHING())
    return found


def columns_of(measures: Sequence[Measure]) -> list[str]:
    """The columns that measures are made of."""
    return list(dict.fromkeys(name for each in measures for name in each.columns))
