"""Rules that knock rows out, whatever they score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from crmkit._checks import check_columns
from crmkit._conditions import Condition, compared_columns, condition_of
from crmkit._frames import open_frame
from crmkit._messages import Column, Message
from crmkit.errors import SchemaError

__all__ = ["KnockOut", "KnockedOut", "knock_outs_of", "knocked_out"]

_NO_LIST: Final = Message(
    en="{@knock_outs} must be a list of columns of true and false, or of rules with 'column', 'operator' and 'value', "
    "got {got!r}.",
    zh="{@knock_outs} 须为列表，每项为真假值列的列名，或含 'column'、'operator'、'value' 的规则，得到 {got!r}。",
)
_TWICE: Final = Message(en="{@knock_outs} has {code!r} more than once.", zh="{@knock_outs} 中 {code!r} 重复出现。")
_WRONG_KIND: Final = Message(
    en="{where} must hold {wanted}, as the knock-out {code!r} compares it, got {got}.",
    zh="一票否决规则 {code!r} 要求{where}为{wanted}，得到 {got}。",
)
_NUMBERS: Final = Message(en="numbers or true and false", zh="数字或真假值")
_TEXT: Final = Message(en="text", zh="文本")
_NO_FLAG: Final = Message(
    en="{where} must hold true or false: rows for which it is true are knocked out. For numbers, write a rule with "
    "'operator' and 'value'.",
    zh="{where}应为真假值：为真的行被一票否决。数值列请写成含 'operator' 与 'value' 的规则。",
)


class KnockOut(NamedTuple):
    """A rule: its code, as it is read, the condition, and whether it is a column of flags."""

    code: str
    condition: Condition
    is_flag: bool


class KnockedOut(NamedTuple):
    """Who is out: the place of the first rule that holds, the number of rules where none does; the values compared.

    Unknown is where no rule is known to hold, and a value is missing.
    """

    first: npt.NDArray[np.intp]
    unknown: npt.NDArray[np.bool_]
    is_out: npt.NDArray[np.bool_]
    compared: list[npt.NDArray[Any]]


def knock_outs_of(given: Any) -> list[KnockOut]:
    """Read the rules, or raise."""
    if isinstance(given, (str, Mapping)) or not isinstance(given, Sequence):
        raise TypeError(_NO_LIST(got=given))
    rules: list[KnockOut] = []
    for at, each in enumerate(given):
        if isinstance(each, str) and each.strip():
            rule = KnockOut(each, Condition(each, "!=", (0.0,)), is_flag=True)
        elif isinstance(each, Mapping):
            condition = condition_of(each, where=f"knock_outs[{at}]")
            rule = KnockOut(condition.words(), condition, is_flag=False)
        else:
            raise TypeError(_NO_LIST(got=given))
        if rule.code in [other.code for other in rules]:
            raise ValueError(_TWICE(code=rule.code))
        rules.append(rule)
    return rules


def knocked_out(table: Any, rules: Sequence[KnockOut], *, n_rows: int, name: str) -> KnockedOut:
    """Find who is knocked out; who lacks a value and is not known to be out is not known to be in."""
    first, unknown = np.full(n_rows, len(rules), dtype=np.intp), np.zeros(n_rows, dtype=bool)
    if not rules:
        return KnockedOut(first, unknown, unknown, [])
    frame = open_frame(table, name=name)
    names = list(dict.fromkeys(rule.condition.column for rule in rules))
    check_columns(frame.collect_schema(), names, name=name, made_by=None)
    columns = compared_columns(frame, names)
    for place in range(len(rules) - 1, -1, -1):
        rule = rules[place]
        column, condition = columns[rule.condition.column], rule.condition
        if condition.compared and not (column.is_text if condition.is_text else column.is_number):
            wanted = (_TEXT if condition.is_text else _NUMBERS)()
            where = Column(name, condition.column)
            raise SchemaError(_WRONG_KIND(where=where, wanted=wanted, code=rule.code, got=column.kind))
        if rule.is_flag and not np.isin(column.compared[~column.missing], (0.0, 1.0)).all():
            raise SchemaError(_NO_FLAG(where=Column(name, condition.column)))
        first[condition.holds(column.compared, column.missing)] = place
        if condition.operator not in ("missing", "known"):
            unknown |= column.missing
    is_out = first < len(rules)
    values = [columns[rule.condition.column].compared for rule in rules]
    return KnockedOut(first, unknown & ~is_out, is_out, values)
