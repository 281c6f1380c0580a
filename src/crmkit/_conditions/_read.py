"""A condition as it is given, read."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Real
from typing import Any, Final, NotRequired, TypedDict

import numpy as np

from crmkit._conditions._condition import OPERATORS, Condition
from crmkit._messages import Message, Parameter
from crmkit._toml import check_keys

__all__ = ["ConditionRule", "condition_of", "text_of"]


class ConditionRule(TypedDict):
    """A condition: a column, an operator and the value it is compared with."""

    column: str
    operator: str
    value: NotRequired[Any]


_OF_CONDITIONS: Final = {"column", "operator", "value"}
_WITHOUT_VALUE: Final = ("missing", "known")
_OF_LISTS: Final = ("in", "not in")
_OF_NUMBERS: Final = ("<", "<=", ">", ">=", "between")

_NO_TEXT: Final = Message(en="{where} must be text, got {value!r}.", zh="{where} 须为文本，得到 {value!r}。")
_NO_OPERATOR: Final = Message(
    en="{where} must be one of {operators}, got {value!r}.", zh="{where} 须为 {operators} 之一，得到 {value!r}。"
)
_NO_VALUE: Final = Message(
    en="{where} must be {wanted} for {operator!r}, got {value!r}.",
    zh="{operator!r} 的 {where} 须为{wanted}，得到 {value!r}。",
)
_NUMBER: Final = Message(en="a finite number", zh="有限的数")
_NUMBER_OR_TEXT: Final = Message(en="a number, a text, true or false", zh="数字、文本或真假值")
_PAIR: Final = Message(en="two numbers, the lower one first", zh="两个数，较小的在前")
_LIST: Final = Message(en="a list of numbers or of texts", zh="数字或文本的列表")
_NOTHING: Final = Message(en="left out", zh="留空")


def condition_of(given: Any, *, where: str) -> Condition:
    """Read a condition from a mapping of column, operator and value, or raise; errors call it ``where``."""
    check_keys(given, allowed=_OF_CONDITIONS, needed={"column", "operator"}, where=where)
    column, operator = text_of(given["column"], where=f"{where}['column']"), given["operator"]
    if operator not in OPERATORS:
        raise ValueError(
            _NO_OPERATOR(where=Parameter(f"{where}['operator']"), operators=list(OPERATORS), value=operator)
        )
    value, of_value = given.get("value"), Parameter(f"{where}['value']")

    def refused(wanted: Message) -> ValueError:
        return ValueError(_NO_VALUE(where=of_value, wanted=wanted(), operator=operator, value=value))

    if operator in _WITHOUT_VALUE:
        if value is not None:
            raise refused(_NOTHING)
        return Condition(column, operator, ())
    parts = list(value) if isinstance(value, (list, tuple)) else [value]
    are_numbers = all(_is_number(part) for part in parts)
    if operator in _OF_LISTS:
        if not isinstance(value, (list, tuple)) or not parts or not (are_numbers or _are_texts(parts)):
            raise refused(_LIST)
    elif operator == "between":
        if len(parts) != 2 or not are_numbers or not parts[0] <= parts[1]:
            raise refused(_PAIR)
    elif len(parts) != 1 or not (are_numbers or (operator not in _OF_NUMBERS and _are_texts(parts))):
        raise refused(_NUMBER if operator in _OF_NUMBERS else _NUMBER_OR_TEXT)
    return Condition(column, operator, tuple(float(part) if are_numbers else str(part) for part in parts))


def text_of(value: Any, *, where: str) -> str:
    """Read a text without the spaces around it, or raise; errors call it ``where``."""
    if not isinstance(value, str) or not value.strip():
        raise ValueError(_NO_TEXT(where=Parameter(where), value=value))
    return value.strip()


def _is_number(value: Any) -> bool:
    try:
        return isinstance(value, (Real, np.bool_)) and bool(np.isfinite(float(value)))
    except OverflowError:
        # A whole number beyond all floats.
        return False


def _are_texts(values: Sequence[Any]) -> bool:
    return all(isinstance(value, str) for value in values)
