"""Rules that turn what is known of a customer into an action: what they may hold, and what contradicts itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple, NotRequired, TypedDict

import pandas as pd

from crmkit._checks import check_int
from crmkit._conditions import Condition, ConditionRule, Region, condition_of, region_of, text_of
from crmkit._messages import Message, Parameter
from crmkit._names import Label
from crmkit._toml import check_keys

__all__ = ["ActionRule", "ActionRules", "CheckedRule", "action_rule_table", "checked_rules"]


class ActionRule(TypedDict):
    """A rule: its code, the action with its names, its priority, 1 the first, and conditions that must all hold."""

    code: str
    action: str
    en: str
    zh: str
    priority: NotRequired[int]
    when: list[ConditionRule]


class ActionRules(TypedDict):
    """Rules as data."""

    rules: list[ActionRule]


_NEEDED: Final = {"code", "action", "en", "zh", "when"}
_ALLOWED: Final = {*_NEEDED, "priority"}

_NO_RULES: Final = Message(
    en="{@rules} must be a mapping with a list of rules under 'rules', got {got}. {@read_action_rules()} reads them "
    "from a file.",
    zh="{@rules} 须为映射，其 'rules' 为规则列表，得到 {got}。可用 {@read_action_rules()} 从文件读取。",
)
_TWICE: Final = Message(
    en="{where} is {value!r}, the code of another rule. Give each rule its own.",
    zh="{where} 为 {value!r}，与另一规则相同，请分别命名。",
)
_OTHER_NAMES: Final = Message(
    en="{where} calls the action {action!r} otherwise than another rule does. Give one action one name.",
    zh="{where} 中行动 {action!r} 的名称与另一规则不同，同一行动请用同一名称。",
)
_NO_CONDITION: Final = Message(
    en="{where} must be a list of at least one condition, got {value!r}.",
    zh="{where} 须为至少含一个条件的列表，得到 {value!r}。",
)
_MIXED: Final = Message(
    en="{@rules} compare {column!r} with numbers as well as with texts. Keep to one of them.",
    zh="规则对 {column!r} 既比较数字又比较文本，请只用其一。",
)
_NEVER: Final = Message(
    en="{where} can never hold: its conditions on {column!r} exclude one another.",
    zh="{where} 不可能成立：其对 {column!r} 的条件互相排斥。",
)
_CONTRADICTION: Final = Message(
    en="The rules {first!r} and {second!r} have the same conditions and the same priority, but say {action!r} and "
    "{other!r}. Leave one out, or give them different priorities.",
    zh="规则 {first!r} 与 {second!r} 的条件和优先级相同，行动却分别为 {action!r} 与 {other!r}。"
    "请去掉一条，或设不同的优先级。",
)


class CheckedRule(NamedTuple):
    """A rule as it is applied."""

    code: str
    action: str
    name: Label
    priority: int
    conditions: tuple[Condition, ...]
    regions: dict[str, Region]

    def words(self) -> str:
        """The conditions as they are read."""
        return " and ".join(condition.words() for condition in self.conditions)

    def lies_in(self, other: CheckedRule) -> bool:
        """Whether another rule holds wherever this one does."""
        return all(
            name in self.regions and self.regions[name].lies_in(region) for name, region in other.regions.items()
        )

    def meets(self, other: CheckedRule) -> bool:
        """Whether there can be somebody for whom both hold."""
        return all(region.meets(other.regions[name]) for name, region in self.regions.items() if name in other.regions)


def action_rule_table(rules: ActionRules) -> pd.DataFrame:
    """List rules in the order in which they count, and say which can never fire.

    The rule of the highest priority, which is 1, counts first, and of equal priority the one that comes first.

    Parameters
    ----------
    rules : dict
        ``rules``, a list of dicts: ``code``, the rule; ``action``, its code, and what it is called in English and
        Chinese, ``en`` and ``zh``; ``priority``, 1 if left out; ``when``, a list of conditions that must all hold, each
        with ``column``, ``operator`` and ``value``. Operators are "<", "<=", ">", ">=", "between" (both ends included)
        for numbers; "=", "!=", "in", "not in" for numbers and texts; "missing", "known" without a value. What is
        missing meets no condition but "missing". `read_action_rules` reads them from a file.

    Returns
    -------
    DataFrame
        One row per rule, in the order in which they count: ``rule``, ``priority``, ``action``, ``name_en``,
        ``name_zh``; ``conditions`` as they are read; ``shadowed_by``, the first rule that counts before it and holds
        wherever it does, so that it can never fire, missing for others; ``overlaps``, the rules of equal priority and
        another action that can hold at the same time, separated by commas, where the first one counts.

    Raises
    ------
    TypeError
        If ``rules`` is not a mapping, or a priority is not a whole number.
    ValueError
        If something in the rules is missing or wrong, a rule can never hold, or two of equal priority have the same
        conditions and different actions.

    Examples
    --------
    >>> rules = {"rules": [
    ...     {"code": "unhappy", "action": "call", "en": "Call", "zh": "回访",
    ...      "when": [{"column": "satisfaction", "operator": "<", "value": 3}]},
    ...     {"code": "very_unhappy", "action": "visit", "en": "Visit", "zh": "拜访", "priority": 2,
    ...      "when": [{"column": "satisfaction", "operator": "<=", "value": 1}]},
    ... ]}
    >>> action_rule_table(rules)[["rule", "priority", "action", "conditions", "shadowed_by"]].fillna("")
               rule  priority action         conditions shadowed_by
    0       unhappy         1   call   satisfaction < 3
    1  very_unhappy         2  visit  satisfaction <= 1     unhappy
    """
    checked = checked_rules(rules)
    rows = []
    for at, rule in enumerate(checked):
        before = [other.code for other in checked[:at] if rule.lies_in(other)]
        alike = [other.code for other in checked if other.priority == rule.priority and other.action != rule.action]
        overlaps = ", ".join(code for code in alike if _named(checked, code).meets(rule))
        rows.append(
            (
                rule.code,
                rule.priority,
                rule.action,
                rule.name.en,
                rule.name.zh,
                rule.words(),
                before[0] if before else None,
                overlaps or None,
            )
        )
    columns = ["rule", "priority", "action", "name_en", "name_zh", "conditions", "shadowed_by", "overlaps"]
    return pd.DataFrame(rows, columns=columns)


def checked_rules(rules: Any) -> list[CheckedRule]:
    """Read rules in the order in which they count, or raise where something is missing, wrong or contradicts itself."""
    if not isinstance(rules, Mapping):
        raise TypeError(_NO_RULES(got=type(rules).__name__))
    given = rules.get("rules")
    if not isinstance(given, Sequence) or isinstance(given, str) or not given or set(rules) != {"rules"}:
        raise ValueError(_NO_RULES(got=repr(rules)))
    checked: list[CheckedRule] = []
    names: dict[str, Label] = {}
    for number, rule in enumerate(given):
        where = f"rules['rules'][{number}]"
        read = _rule(rule, where=where)
        if read.code in [other.code for other in checked]:
            raise ValueError(_TWICE(where=Parameter(f"{where}['code']"), value=read.code))
        if names.setdefault(read.action, read.name) != read.name:
            raise ValueError(_OTHER_NAMES(where=Parameter(where), action=read.action))
        checked.append(read)
    _check_kinds(checked)
    checked.sort(key=lambda rule: rule.priority)
    _check_contradictions(checked)
    return checked


def _rule(given: Any, *, where: str) -> CheckedRule:
    check_keys(given, allowed=_ALLOWED, needed=_NEEDED, where=where)
    code, action, en, zh = (text_of(given[key], where=f"{where}[{key!r}]") for key in ("code", "action", "en", "zh"))
    priority = given.get("priority", 1)
    check_int(priority, name=f"{where}['priority']", low=1)
    when = given["when"]
    if not isinstance(when, Sequence) or isinstance(when, str) or not when:
        raise ValueError(_NO_CONDITION(where=Parameter(f"{where}['when']"), value=when))
    conditions = tuple(condition_of(each, where=f"{where}['when'][{at}]") for at, each in enumerate(when))
    regions = {}
    for column in dict.fromkeys(condition.column for condition in conditions):
        regions[column] = region_of(condition for condition in conditions if condition.column == column)
        if regions[column].is_empty:
            raise ValueError(_NEVER(where=Parameter(where), column=column))
    return CheckedRule(code, action, Label(en, zh), int(priority), conditions, regions)


def _check_kinds(rules: Sequence[CheckedRule]) -> None:
    """Raise if a column is compared with numbers and with texts."""
    kinds: dict[str, bool] = {}
    for condition in (each for rule in rules for each in rule.conditions if each.compared):
        if kinds.setdefault(condition.column, condition.is_text) != condition.is_text:
            raise ValueError(_MIXED(column=condition.column))


def _check_contradictions(rules: Sequence[CheckedRule]) -> None:
    for at, rule in enumerate(rules):
        for other in rules[:at]:
            same = rule.priority == other.priority and rule.lies_in(other) and other.lies_in(rule)
            if same and rule.action != other.action:
                raise ValueError(
                    _CONTRADICTION(first=other.code, second=rule.code, action=other.action, other=rule.action)
                )


def _named(rules: Sequence[CheckedRule], code: str) -> CheckedRule:
    return next(rule for rule in rules if rule.code == code)
