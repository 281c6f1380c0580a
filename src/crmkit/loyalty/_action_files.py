"""Action rules from and to files: TOML, and Excel with a row per condition."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import pandas as pd

from crmkit._extras import check_extra
from crmkit._messages import Message
from crmkit._toml import as_toml, read_toml
from crmkit._workbook import plain_sheet, write_workbook
from crmkit._writing import write_text
from crmkit.loyalty._action_rules import ActionRules, checked_rules

__all__ = ["read_action_rules", "write_action_rules"]

_OF_RULES: Final = ("code", "priority", "action", "en", "zh")
_COLUMNS: Final = (*_OF_RULES, "column", "operator", "value")
_CHINESE: Final = MappingProxyType(
    {
        "规则": "code",
        "优先级": "priority",
        "行动": "action",
        "英文名": "en",
        "中文名": "zh",
        "列": "column",
        "运算": "operator",
        "值": "value",
    }
)
_OPERATORS: Final = MappingProxyType(
    {
        "≤": "<=", "≥": ">=", "≠": "!=", "==": "=", "小于": "<", "大于": ">", "等于": "=", "不等于": "!=",
        "属于": "in", "不属于": "not in", "介于": "between", "缺失": "missing", "已知": "known",
    }
)  # fmt: skip
_OF_SEVERAL: Final = ("in", "not in", "between")
_OF_NUMBERS: Final = ("<", "<=", ">", ">=", "between")

_ENDING: Final = Message(en="{path} must end in .toml or .xlsx.", zh="{path} 的扩展名须为 .toml 或 .xlsx。")
_NOT_EXCEL: Final = Message(en="{path} cannot be read as an Excel workbook.", zh="{path} 无法作为 Excel 工作簿读取。")
_HEADINGS: Final = Message(
    en="{path} lacks the columns {missing} on its first sheet; it has {given}. A row holds one condition.",
    zh="{path} 的第一个工作表缺少列 {missing}，现有 {given}。每行为一个条件。",
)
_TWO_OF: Final = Message(
    en="Row {row} of {path} says {key} {value!r} for the rule {code!r}, an earlier row {earlier!r}. Leave it empty or "
    "repeat it.",
    zh="{path} 第 {row} 行规则 {code!r} 的 {key} 为 {value!r}，而之前的行为 {earlier!r}。请留空或保持一致。",
)
_NO_CODE: Final = Message(
    en="Row {row} of {path} has no code. Give each condition the code of its rule.",
    zh="{path} 第 {row} 行没有规则编码。请为每个条件填写所属规则。",
)


def read_action_rules(path: str | Path) -> ActionRules:
    """Read action rules from a TOML file or an Excel workbook.

    Parameters
    ----------
    path : str or Path
        TOML in UTF-8: tables ``[[rules]]`` with ``code``, ``action``, ``en``, ``zh``, ``priority`` and ``when``, all as
        in `action_rule_table`. Or the first sheet of an .xlsx workbook with a row per condition and the columns
        ``code``, ``priority``, ``action``, ``en``, ``zh``, ``column``, ``operator``, ``value`` (or 规则, 优先级, 行动,
        英文名, 中文名, 列, 运算, 值): the conditions of all rows with one code must hold together, and what belongs to
        the rule may stand in its first row alone; several values are separated by semicolons.

    Returns
    -------
    dict
        The rules, for `apply_action_rules`, `action_trace_table` and `action_rule_table`.

    Raises
    ------
    ModuleNotFoundError
        If a workbook is read and openpyxl is not installed.
    OSError
        If the file cannot be read.
    TypeError
        If a priority is not a whole number.
    ValueError
        If the file is neither, a column is missing, or something in the rules is missing or wrong or contradicts
        itself.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "actions.toml"
    >>> _ = path.write_text('''
    ... [[rules]]
    ... code = "unhappy"
    ... action = "call"
    ... en = "Call within two days"
    ... zh = "两天内回访"
    ... when = [{ column = "satisfaction", operator = "<", value = 3 }]
    ... ''', encoding="utf-8")
    >>> read_action_rules(path)["rules"][0]["when"]
    [{'column': 'satisfaction', 'operator': '<', 'value': 3}]
    """
    ending = _ending(path)
    rules: Any = read_toml(path) if ending == ".toml" else _from_workbook(path)
    checked_rules(rules)
    return rules  # type: ignore[no-any-return]


def write_action_rules(rules: ActionRules, path: str | Path) -> None:
    """Write action rules to a TOML file or an Excel workbook, for editing by hand.

    Parameters
    ----------
    rules : dict
        As for `action_rule_table`.
    path : str or Path
        File to write, .toml or .xlsx.

    Raises
    ------
    ModuleNotFoundError
        If a workbook is written and openpyxl is not installed.
    OSError
        If the file cannot be written; an older file is then left as it was.
    TypeError
        If ``rules`` is not a mapping, or a priority is not a whole number.
    ValueError
        If something in the rules is missing or wrong, or the file ends otherwise.

    Examples
    --------
    >>> import tempfile
    >>> rules = {"rules": [{"code": "unhappy", "action": "call", "en": "Call", "zh": "回访",
    ...                     "when": [{"column": "satisfaction", "operator": "<", "value": 3}]}]}
    >>> path = Path(tempfile.mkdtemp()) / "actions.toml"
    >>> write_action_rules(rules, path)
    >>> read_action_rules(path) == rules
    True
    """
    ending = _ending(path)
    checked_rules(rules)
    given = rules["rules"]
    if ending == ".toml":
        lines = []
        for rule in given:
            lines += ["[[rules]]", *(f"{key} = {as_toml(value)}" for key, value in rule.items()), ""]
        write_text("\n".join(lines[:-1]) + "\n", path)
        return
    rows = [
        {**({key: rule.get(key) for key in _OF_RULES}), **condition, "value": _cell(condition.get("value"))}
        for rule in given
        for condition in rule["when"]
    ]
    write_workbook([plain_sheet("rules", pd.DataFrame(rows, columns=list(_COLUMNS)))], path)


def _ending(path: str | Path) -> str:
    ending = Path(path).suffix.lower()
    if ending not in (".toml", ".xlsx"):
        raise ValueError(_ENDING(path=path))
    return ending


def _from_workbook(path: str | Path) -> dict[str, list[dict[str, Any]]]:
    check_extra("report", "openpyxl")
    from zipfile import BadZipFile

    try:
        sheet = pd.read_excel(path, dtype=object, keep_default_na=False, na_values=[""])
    except (BadZipFile, KeyError, ValueError) as error:
        raise ValueError(_NOT_EXCEL(path=path)) from error
    sheet = sheet.rename(columns=lambda name: _CHINESE.get(str(name).strip(), str(name).strip()))
    missing = [name for name in _COLUMNS if name not in sheet and name != "priority"]
    if missing:
        raise ValueError(_HEADINGS(path=path, missing=missing, given=list(sheet)))
    rules: dict[str, dict[str, Any]] = {}
    for number, row in enumerate(sheet.to_dict("records"), start=2):
        filled = {str(key): _plain(value) for key, value in row.items() if not pd.isna(value)}
        if filled:
            _enter(rules, filled, path=path, number=number)
    return {"rules": list(rules.values())}


def _enter(rules: dict[str, dict[str, Any]], row: Mapping[str, Any], *, path: object, number: int) -> None:
    """Enter a row, which holds one condition, under its rule."""
    if "code" not in row:
        raise ValueError(_NO_CODE(row=number, path=path))
    row = {**row, "priority": _whole(row["priority"])} if "priority" in row else row
    rule = rules.setdefault(str(row["code"]), {"code": row["code"]})
    for key in _OF_RULES:
        if key in row and rule.setdefault(key, row[key]) != row[key]:
            raise ValueError(
                _TWO_OF(row=number, path=path, key=key, value=row[key], code=rule["code"], earlier=rule[key])
            )
    condition = {key: row[key] for key in ("column", "operator") if key in row}
    operator = _OPERATORS.get(str(condition.get("operator")), condition.get("operator"))
    if "operator" in condition:
        condition["operator"] = operator
    if "value" in row:
        condition["value"] = _value(row["value"], operator)
    rule.setdefault("when", []).append(condition)


def _value(cell: Any, operator: Any) -> Any:
    """The value of a cell; several are separated by semicolons, and what is compared by size is a number."""
    if operator not in _OF_SEVERAL:
        return _number(cell) if operator in _OF_NUMBERS else cell
    parts = [part.strip() for part in cell.replace("；", ";").split(";")] if isinstance(cell, str) else [cell]
    numbers = [_number(part) for part in parts]
    return numbers if all(not isinstance(number, str) for number in numbers) else parts


def _number(value: Any) -> Any:
    try:
        return float(value) if isinstance(value, str) else value
    except ValueError:
        return value


def _whole(value: Any) -> Any:
    """A whole number that a cell holds as text; anything else as it is."""
    return int(value) if isinstance(value, str) and value.isdecimal() else value


def _plain(value: Any) -> Any:
    value = value.item() if hasattr(value, "item") else value
    return value.strip() if isinstance(value, str) else value


def _cell(value: Any) -> Any:
    return "; ".join(str(part) for part in value) if isinstance(value, (list, tuple)) else value
