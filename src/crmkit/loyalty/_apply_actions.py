"""Action rules applied to customers, with a trace of which rule fired for whom, and which never did."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._conditions import compared_columns
from crmkit._frames import Coded, FrameT, from_pandas, open_frame, rows_like
from crmkit._messages import Column, Message
from crmkit.errors import SchemaError
from crmkit.loyalty._action_rules import ActionRules, CheckedRule, checked_rules

__all__ = ["action_trace_table", "apply_action_rules"]

_LACKING: Final = Message(
    en="{@customers} lacks the column {missing!r}, which rule {rule!r} compares; it has {given}.",
    zh="{@customers} 缺少规则 {rule!r} 所比较的列 {missing!r}，现有 {given}。",
)
_WRONG_KIND: Final = Message(
    en="{where} must hold {wanted}, as rule {rule!r} says ({condition}), got {got}.",
    zh="按规则 {rule!r}（{condition}），{where}应为{wanted}，得到 {got}。",
)
_NUMBERS: Final = Message(en="numbers or true and false", zh="数字或真假值")
_TEXT: Final = Message(en="text", zh="文本")


class _Fired(NamedTuple):
    """Rules in the order in which they count, where each holds, and the place of the first that does; at most one."""

    rules: list[CheckedRule]
    holds: list[npt.NDArray[np.bool_]]
    first: npt.NDArray[np.intp]


def apply_action_rules(customers: FrameT, *, rules: ActionRules) -> FrameT:
    """Give each customer the action of the first rule that holds, and say which rule it was and which others hold.

    Parameters
    ----------
    customers : pandas, Polars or PyArrow table
        Any table with the columns that the rules name, one row per customer.
    rules : dict
        As for `action_rule_table`; `read_action_rules` reads them from a file.

    Returns
    -------
    the kind of table given
        In the order of the rows, on pandas with their index: ``action``, ``action_en``, ``action_zh``, ``rule``, all
        missing where no rule holds; ``n_rules``, how many hold; ``other_rules``, those that hold and count later,
        separated by commas, missing where there are none.

    Raises
    ------
    SchemaError
        If a column is missing or holds texts where numbers are compared, or the other way round.
    TypeError
        If ``customers`` is not a table in memory, or ``rules`` not a mapping.
    ValueError
        If something in the rules is missing or wrong, or they contradict one another.

    Examples
    --------
    >>> import pandas as pd
    >>> rules = {"rules": [
    ...     {"code": "unhappy", "action": "call", "en": "Call", "zh": "回访",
    ...      "when": [{"column": "satisfaction", "operator": "<", "value": 3}]},
    ...     {"code": "large", "action": "visit", "en": "Visit", "zh": "拜访", "priority": 2,
    ...      "when": [{"column": "spend", "operator": ">=", "value": 500}]},
    ... ]}
    >>> customers = pd.DataFrame({"satisfaction": [2, 5, None, 1], "spend": [80, 700, 20, 900]})
    >>> apply_action_rules(customers, rules=rules)[["action", "rule", "n_rules", "other_rules"]].fillna("")
      action     rule  n_rules other_rules
    0   call  unhappy        1
    1  visit    large        1
    2                        0
    3   call  unhappy        2       large
    """
    fired = _fired(customers, rules)
    actions = {"action": [rule.action for rule in fired.rules]}
    actions |= {f"action_{language}": [rule.name.text(language) for rule in fired.rules] for language in ("en", "zh")}
    actions["rule"] = [rule.code for rule in fired.rules]
    columns: dict[str, Any] = {name: _coded([*texts, None], fired.first) for name, texts in actions.items()}
    columns["n_rules"] = sum((holds.astype(np.int64) for holds in fired.holds), np.zeros(len(fired.first), np.int64))
    columns["other_rules"] = _others(fired)
    return rows_like(columns, like=customers)


def action_trace_table(customers: FrameT, *, rules: ActionRules) -> FrameT:
    """Count for each rule how often it held, fired and was overruled, and show the rules that never fired.

    Parameters
    ----------
    customers : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        Any table with the columns that the rules name, one row per customer.
    rules : dict
        As for `action_rule_table`.

    Returns
    -------
    the kind of frame given
        One row per rule in the order in which they count, and a last one, whose rule is missing, for the customers for
        whom none holds: ``rule``, ``priority``, ``action``, ``name_en``, ``name_zh``, ``conditions``; ``n_held``,
        customers for whom it holds; ``n_fired``, those for whom it was the first; ``n_overruled``, the others;
        ``n_unknown``, customers who lack a value that it compares; ``customer_share`` fired of all (missing for an
        empty table), which add up to 1; ``never_fired``.

    Raises
    ------
    SchemaError
        If a column is missing or holds texts where numbers are compared, or the other way round.
    TypeError
        If ``customers`` is not a frame, or ``rules`` not a mapping.
    ValueError
        If something in the rules is missing or wrong, or they contradict one another.

    Examples
    --------
    >>> import pandas as pd
    >>> rules = {"rules": [
    ...     {"code": "unhappy", "action": "call", "en": "Call", "zh": "回访",
    ...      "when": [{"column": "satisfaction", "operator": "<", "value": 3}]},
    ...     {"code": "large", "action": "visit", "en": "Visit", "zh": "拜访", "priority": 2,
    ...      "when": [{"column": "spend", "operator": ">=", "value": 500}]},
    ... ]}
    >>> customers = pd.DataFrame({"satisfaction": [2, 5, None, 1], "spend": [80, 70, 20, 900]})
    >>> trace = action_trace_table(customers, rules=rules)
    >>> trace[["rule", "n_held", "n_fired", "n_overruled", "n_unknown", "never_fired"]].fillna({"rule": ""})
          rule  n_held  n_fired  n_overruled  n_unknown  never_fired
    0  unhappy       2        2            0          1        False
    1    large       1        0            1          0         True
    2                2        2            0          0        False
    """
    read, missing = _columns(customers, checked_rules(rules))
    fired = _first(checked_rules(rules), read, missing)
    n_rows = len(fired.first)
    n_fired = np.bincount(fired.first, minlength=len(fired.rules) + 1)
    n_held = np.array([*(int(holds.sum()) for holds in fired.holds), n_fired[-1]])
    unknown = [
        np.logical_or.reduce(
            [missing[each.column] for each in rule.conditions if each.compared] or [np.zeros(n_rows, bool)]
        )
        for rule in fired.rules
    ]
    told: dict[str, list[Any]] = {
        "rule": [rule.code for rule in fired.rules],
        "priority": [rule.priority for rule in fired.rules],
        "action": [rule.action for rule in fired.rules],
        "name_en": [rule.name.en for rule in fired.rules],
        "name_zh": [rule.name.zh for rule in fired.rules],
        "conditions": [rule.words() for rule in fired.rules],
    }
    table = pd.DataFrame({name: [*values, None] for name, values in told.items()}).astype({"priority": "Int64"})
    table = table.assign(
        n_held=n_held,
        n_fired=n_fired,
        n_overruled=n_held - n_fired,
        n_unknown=[*(int(rows.sum()) for rows in unknown), 0],
        customer_share=n_fired / n_rows if n_rows else np.nan,
        never_fired=n_fired == 0,
    )
    return from_pandas(table, like=customers)


def _fired(customers: Any, rules: ActionRules) -> _Fired:
    checked = checked_rules(rules)
    return _first(checked, *_columns(customers, checked))


def _first(
    rules: list[CheckedRule], columns: dict[str, npt.NDArray[Any]], missing: dict[str, npt.NDArray[np.bool_]]
) -> _Fired:
    n_rows = len(next(iter(missing.values())))
    found: dict[Any, npt.NDArray[np.bool_]] = {}
    holds = []
    for rule in rules:
        held = np.ones(n_rows, dtype=bool)
        for condition in rule.conditions:
            if condition not in found:
                found[condition] = condition.holds(columns[condition.column], missing[condition.column])
            held &= found[condition]
        holds.append(held)
    first = np.full(n_rows, len(rules), dtype=np.intp)
    for place in range(len(rules) - 1, -1, -1):
        first[holds[place]] = place
    return _Fired(rules, holds, first)


def _columns(
    customers: Any, rules: Sequence[CheckedRule]
) -> tuple[dict[str, npt.NDArray[Any]], dict[str, npt.NDArray[np.bool_]]]:
    """The columns that rules compare, texts as objects and others as floats, and where each is missing."""
    rows = open_frame(customers, name="customers")
    names = list(dict.fromkeys(condition.column for rule in rules for condition in rule.conditions))
    given = list(rows.collect_schema())
    for rule in rules:
        for condition in rule.conditions:
            if condition.column not in given:
                raise SchemaError(_LACKING(missing=condition.column, rule=rule.code, given=given))
    compared = compared_columns(rows, names)
    for name, column in compared.items():
        _check_kind(rules, name, is_number=column.is_number, is_text=column.is_text, got=column.kind)
    values = {name: column.compared for name, column in compared.items()}
    return values, {name: column.missing for name, column in compared.items()}


def _check_kind(rules: Sequence[CheckedRule], name: str, *, is_number: bool, is_text: bool, got: object) -> None:
    for rule in rules:
        for condition in rule.conditions:
            if condition.column != name or not condition.compared:
                continue
            if not (is_text if condition.is_text else is_number):
                wanted = (_TEXT if condition.is_text else _NUMBERS)()
                where = Column("customers", name)
                raise SchemaError(
                    _WRONG_KIND(where=where, wanted=wanted, rule=rule.code, condition=condition.words(), got=got)
                )


def _others(fired: _Fired) -> Coded:
    """The rules that hold besides the first, by the combinations that occur."""
    combinations: list[tuple[str, ...]] = [()]
    codes = np.zeros(len(fired.first), dtype=np.intp)
    for place, (rule, holds) in enumerate(zip(fired.rules, fired.holds, strict=True)):
        also = holds & (fired.first != place)
        if not also.any():
            continue
        codes, found = pd.factorize(2 * codes + also)
        combinations = [(*combinations[code // 2], *((rule.code,) if code % 2 else ())) for code in found.tolist()]
    return _coded([", ".join(each) or None for each in combinations], codes)


def _coded(texts: Sequence[str | None], codes: npt.NDArray[np.intp]) -> Coded:
    return Coded(texts, codes)  # type: ignore[arg-type]
