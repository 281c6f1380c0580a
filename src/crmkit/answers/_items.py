"""What was asked: the items by name, the columns they stand in, their scales and the codes that are no answer."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeAlias

from crmkit._checks import is_number
from crmkit._frames import as_name
from crmkit._messages import Message

__all__ = ["Code", "End", "Item", "check_codes", "check_labels", "end_columns", "item_column", "items_of"]

End: TypeAlias = float | str
"""An end of a scale: a number, or the column that tells it."""
Code: TypeAlias = float | str
"""A number or text that is no answer."""

_NO_ITEMS: Final = Message(
    en="{@items} must be a list of different column names, or map a name of your own to each column, got {value!r}.",
    zh="{@items} 须为互不重复的列名列表，或从自定义名称到列名的映射，得到 {value!r}。",
)
_NO_SCALE: Final = Message(
    en="{@scale} must be two ends, each a number or a column, such as (1, 10), or map each of {items} to its own, got "
    "{value!r}.",
    zh="{@scale} 须为量表的两端，每端为数字或列名，例如 (1, 10)，或为 {items} 中的每一项分别指定，得到 {value!r}。",
)
_TURNED: Final = Message(
    en="{@scale} must begin below its end, got {value!r}. Name items that run the other way in {@reversed_items}.",
    zh="{@scale} 的起点须小于终点，得到 {value!r}。反向题请用 {@reversed_items} 指明。",
)
_NO_CODES: Final = Message(
    en="{@missing} must be a list of numbers and texts that are no answer, such as [99], or map items to their own, "
    "got {value!r}.",
    zh="{@missing} 须为表示未作答的数字或文本的列表，例如 [99]，或为各题分别指定，得到 {value!r}。",
)
_ON_SCALE: Final = Message(
    en="{@missing} names {code:g}, which is an answer to {item!r} on its scale from {low:g} to {high:g}. Map items to "
    "their own codes.",
    zh="{@missing} 中的 {code:g} 位于 {item!r} 的量表 {low:g} 至 {high:g} 之内，本身就是答案。请按题目分别指定代码。",
)
_UNKNOWN: Final = Message(
    en="{@missing} names the items {names}, which {@items} does not; it has {items}.",
    zh="{@missing} 指定了题目 {names}，但 {@items} 中没有，现有 {items}。",
)
_NOT_ITEMS: Final = Message(
    en="{@reversed_items} must be a list of items, got {value!r}; {@items} names {items}.",
    zh="{@reversed_items} 须为题目列表，得到 {value!r}；{@items} 中为 {items}。",
)
_NO_LABELS: Final = Message(
    en="{@labels} must map texts to numbers, such as {{'very satisfied': 5}}, got {value!r}.",
    zh="{@labels} 须从文本映射到数字，例如 {{'非常满意': 5}}，得到 {value!r}。",
)


class Item(NamedTuple):
    """A question: its name in the table made, the column given, the ends of its scale, and whether it is reversed."""

    name: str
    column: Hashable
    low: End
    high: End
    is_reversed: bool


def items_of(items: Any, *, scale: Any, reversed_items: Any) -> tuple[Item, ...]:
    """Read what was asked."""
    columns = _columns(items)
    scales = _scales(scale, list(columns))
    turned = _turned(reversed_items, list(columns))
    return tuple(Item(name, column, *scales[name], name in turned) for name, column in columns.items())


def item_column(name: str) -> str:
    """Name the standard column of an item."""
    return f"__crmkit_item_{name}"


def end_columns(items: Sequence[Item]) -> dict[str, str]:
    """Name the standard columns of the ends of scales that columns tell."""
    ends = (end for item in items for end in (item.low, item.high))
    return {f"__crmkit_end_{end}": end for end in ends if isinstance(end, str)}


def check_labels(labels: Any) -> dict[str, float]:
    """Return the number that each text stands for."""
    if labels is None:
        return {}
    if not isinstance(labels, Mapping) or not all(isinstance(text, str) for text in labels):
        raise TypeError(_NO_LABELS(value=labels))
    if not all(is_number(number) for number in labels.values()):
        raise ValueError(_NO_LABELS(value=dict(labels)))
    return {text.strip(): float(number) for text, number in labels.items()}


def check_codes(missing: Any, items: Sequence[Item]) -> dict[str, tuple[Code, ...]]:
    """Return what is no answer to each item: none of it may lie on the item's scale."""
    names = [item.name for item in items]
    if isinstance(missing, Mapping):
        if unknown := [as_name(name) for name in missing if name not in names]:
            raise ValueError(_UNKNOWN(names=unknown, items=names))
        codes = {name: _codes(missing.get(name, ())) for name in names}
    else:
        codes = dict.fromkeys(names, _codes(missing))
    for item in items:
        for code in codes[item.name]:
            if isinstance(code, str) or isinstance(item.low, str) or isinstance(item.high, str):
                continue
            if item.low <= code <= item.high:
                raise ValueError(_ON_SCALE(code=code, item=item.name, low=item.low, high=item.high))
    return codes


def _columns(items: Any) -> dict[str, Hashable]:
    if isinstance(items, Mapping) and items and all(isinstance(name, str) for name in items):
        columns = dict(items)
    elif isinstance(items, (str, bytes, Mapping)) or not isinstance(items, Sequence) or not items:
        raise TypeError(_NO_ITEMS(value=items))
    else:
        columns = {as_name(label): label for label in items}
    if len(set(columns.values())) < len(items):
        raise ValueError(_NO_ITEMS(value=items))
    return columns


def _scales(scale: Any, names: list[str]) -> dict[str, tuple[End, End]]:
    if isinstance(scale, Mapping):
        if set(scale) != set(names):
            raise ValueError(_NO_SCALE(items=names, value=dict(scale)))
        return {name: _ends(scale[name], names) for name in names}
    return dict.fromkeys(names, _ends(scale, names))


def _ends(scale: Any, names: list[str]) -> tuple[End, End]:
    if isinstance(scale, (str, bytes)) or not isinstance(scale, Sequence):
        raise TypeError(_NO_SCALE(items=names, value=scale))
    if len(scale) != len(("low", "high")) or not all(isinstance(end, str) or is_number(end) for end in scale):
        raise ValueError(_NO_SCALE(items=names, value=scale))
    low, high = (end if isinstance(end, str) else float(end) for end in scale)
    if isinstance(low, float) and isinstance(high, float) and low >= high:
        raise ValueError(_TURNED(value=scale))
    return low, high


def _turned(reversed_items: Any, names: list[str]) -> set[str]:
    is_list = isinstance(reversed_items, Sequence) and not isinstance(reversed_items, (str, bytes))
    if not is_list:
        raise TypeError(_NOT_ITEMS(value=reversed_items, items=names))
    if not set(map(as_name, reversed_items)) <= set(names):
        raise ValueError(_NOT_ITEMS(value=list(reversed_items), items=names))
    return {as_name(name) for name in reversed_items}


def _codes(missing: Any) -> tuple[Code, ...]:
    if isinstance(missing, (str, bytes)) or not isinstance(missing, Sequence):
        raise TypeError(_NO_CODES(value=missing))
    if not all(isinstance(code, str) or is_number(code) for code in missing):
        raise ValueError(_NO_CODES(value=list(missing)))
    return tuple(code.strip() if isinstance(code, str) else float(code) for code in missing)
