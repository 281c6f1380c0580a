"""Tables of plans: their rows with standard columns beside them, and why rows cannot be used."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Final

import narwhals.stable.v2 as nw

from crmkit._frames import AnyFrame, type_of
from crmkit._messages import Message
from crmkit._names import Label
from crmkit._reading import (
    Reason,
    Rows,
    clean_flags,
    clean_kinds,
    clean_labels,
    clean_numbers,
    clean_times,
    cut_to_days,
    is_so,
    note_given,
    open_rows,
    read_kinds,
    unread,
)
from crmkit.errors import SchemaError

__all__ = [
    "ACTUAL",
    "DONE",
    "DUE",
    "HIGH",
    "HIGHER",
    "ITEM",
    "KIND",
    "KINDS",
    "LOW",
    "OWNER",
    "PLAN_REASONS",
    "TARGET",
    "WEIGHT",
    "read_plan",
]

ITEM: Final = "__crmkit_item"
KIND: Final = "__crmkit_kind"
OWNER: Final = "__crmkit_owner"
DUE: Final = "__crmkit_due"
DONE: Final = "__crmkit_done"
TARGET: Final = "__crmkit_target"
LOW: Final = "__crmkit_target_low"
HIGH: Final = "__crmkit_target_high"
ACTUAL: Final = "__crmkit_actual"
WEIGHT: Final = "__crmkit_weight"
HIGHER: Final = "__crmkit_higher_is_better"
_DAYS: Final = (DUE, DONE)
_NUMBERS: Final = (TARGET, LOW, HIGH, ACTUAL, WEIGHT)
# What may be missing: whether a value was given is noted before it is read.
_OPEN: Final = (*_DAYS, TARGET, LOW, HIGH, ACTUAL)

KINDS: Final = MappingProxyType(
    {
        "task": Label("Task", "任务"),
        "resource": Label("Resource", "资源"),
        "budget": Label("Budget", "预算"),
        "risk": Label("Risk", "风险"),
        "satisfaction": Label("Satisfaction", "满意度"),
    }
)
"""The kinds of items by code."""
_DATED: Final = ("task", "risk")
_AIMED: Final = ("resource", "budget", "satisfaction")

PLAN_REASONS: Final = MappingProxyType(
    {
        "no_item": Label("No item", "无项目"),
        "unknown_kind": Label("Unknown kind", "类别未知"),
        "unusable_due": Label("Unusable due date", "截止日期无效"),
        "unusable_done": Label("Unusable date of completion", "完成日期无效"),
        "unusable_target": Label("Unusable target", "目标无效"),
        "no_target": Label("No target", "无目标"),
        "unusable_band": Label("Unusable band", "目标区间无效"),
        "unusable_actual": Label("Unusable actual value", "实际值无效"),
        "unusable_weight": Label("Unusable weight", "权重无效"),
        "unusable_direction": Label("Unusable direction", "方向无效"),
        "kept": Label("Kept", "保留"),
        "given": Label("Given", "合计"),
    }
)
"""What a row can be, with its name: the first that holds counts; those before "kept" cannot be used."""

_SAYS: Final = {
    "no_item": Message(en="{n:,} without an item ({shown})", zh="{n:,} 行无项目（{shown}）"),
    "unknown_kind": Message(
        en="{n:,} of an unknown kind ({shown}); name yours with {@kinds}",
        zh="{n:,} 行类别未知（{shown}），请用 {@kinds} 指明",
    ),
    "unusable_due": Message(
        en="{n:,} with an unusable due date, which a task and a risk need ({shown})",
        zh="{n:,} 行截止日期无效，任务与风险必须有截止日期（{shown}）",
    ),
    "unusable_done": Message(
        en="{n:,} with an unusable date of completion ({shown})", zh="{n:,} 行完成日期无效（{shown}）"
    ),
    "no_target": Message(
        en="{n:,} without a target, which a resource, a budget and a score need ({shown})",
        zh="{n:,} 行无目标，资源、预算与满意度必须有目标（{shown}）",
    ),
    "unusable_target": Message(
        en="{n:,} with an unusable target, or one of a resource or a budget that is not above 0 ({shown})",
        zh="{n:,} 行目标无效，或资源、预算的目标不大于 0（{shown}）",
    ),
    "unusable_band": Message(
        en="{n:,} with a band that is unusable or begins above its end ({shown})",
        zh="{n:,} 行目标区间无效或下限高于上限（{shown}）",
    ),
    "unusable_actual": Message(
        en="{n:,} with an unusable actual value, or one of a resource or a budget that is below 0 ({shown})",
        zh="{n:,} 行实际值无效，或资源、预算的实际值小于 0（{shown}）",
    ),
    "unusable_weight": Message(
        en="{n:,} with a weight that is missing, unusable or below 0 ({shown})",
        zh="{n:,} 行权重缺失、无效或小于 0（{shown}）",
    ),
    "unusable_direction": Message(
        en="{n:,} with a direction that is neither true nor false ({shown})", zh="{n:,} 行方向不是真假值（{shown}）"
    ),
}
_NO_TEXT: Final = Message(
    en="{where} holds {got}, not text. Its words are {kinds}, or those that {@kinds} names.",
    zh="{where}的类型为 {got}，不是文本。可用的类别为 {kinds}，或由 {@kinds} 指明。",
)


def read_plan(
    plan: object,
    *,
    item: Hashable,
    kind: Hashable,
    kinds: Mapping[str, str] | None,
    owner: Hashable | None,
    due: Hashable | None,
    done: Hashable | None,
    target: Hashable | None,
    target_low: Hashable | None,
    target_high: Hashable | None,
    actual: Hashable | None,
    weight: Hashable | None,
    higher_is_better: Hashable | None,
    date_format: str | None,
    keep: Sequence[Hashable] = (),
) -> Rows:
    """Name the columns of a plan and clean their values; no row is left out."""
    words = read_kinds(kinds, usual={code: (code, *name) for code, name in KINDS.items()})
    columns: dict[str, Hashable | None] = {
        ITEM: item,
        KIND: kind,
        OWNER: owner,
        DUE: due,
        DONE: done,
        TARGET: target,
        LOW: target_low,
        HIGH: target_high,
        ACTUAL: actual,
        WEIGHT: weight,
        HIGHER: higher_is_better,
    }
    rows = open_rows(plan, columns, table="plan", carried=keep)
    rows = rows.cleaned(clean_labels, ITEM, KIND, OWNER).cleaned(_checked_text, KIND)
    rows = rows.cleaned(clean_kinds, KIND, words=words).cleaned(note_given, *_OPEN)
    rows = rows.cleaned(clean_times, *_DAYS, date_format=date_format, time_zone=None).cleaned(cut_to_days, *_DAYS)
    rows = rows.cleaned_together(clean_numbers, *_NUMBERS).cleaned(clean_flags, HIGHER)
    return replace(rows, reasons=_reasons(rows))


def _checked_text(frame: AnyFrame, column: str, *, where: object) -> AnyFrame:
    if frame.collect_schema()[column] not in (nw.String, nw.Object):
        raise SchemaError(_NO_TEXT(where=where, got=type_of(frame, column), kinds=list(KINDS)))
    return frame


def _reasons(rows: Rows) -> tuple[Reason, ...]:
    """List why rows cannot be used; a column that is not named is one in which everything is missing."""
    column, here = nw.col, rows.sources
    dated, aimed = (is_so(column(KIND).is_in(list(kinds))) for kinds in (_DATED, _AIMED))
    limited = is_so(column(KIND).is_in(["resource", "budget"]))
    bounds = [name for name in (LOW, HIGH) if name in here]
    without_target = aimed
    for name in (TARGET, *bounds):
        if name in here:
            without_target = without_target & column(name).is_null()
    without_due = dated & column(DUE).is_null() if DUE in here else dated
    holds: dict[str, tuple[str, nw.Expr]] = {
        "no_item": (ITEM, column(ITEM).is_null()),
        "unknown_kind": (KIND, column(KIND).is_null()),
        "unusable_due": (DUE, without_due | unread(DUE) if DUE in here else without_due),
    }
    if DONE in here:
        holds["unusable_done"] = (DONE, unread(DONE))
    if TARGET in here:
        holds["unusable_target"] = (TARGET, unread(TARGET) | (limited & is_so(column(TARGET) <= 0)))
    holds["no_target"] = (TARGET, without_target)
    if bounds:
        wrong = unread(bounds[0])
        for name in bounds[1:]:
            wrong = wrong | unread(name) | is_so(column(LOW) > column(HIGH))
        holds["unusable_band"] = (bounds[0], wrong)
    if ACTUAL in here:
        holds["unusable_actual"] = (ACTUAL, unread(ACTUAL) | (limited & is_so(column(ACTUAL) < 0)))
    if WEIGHT in here:
        holds["unusable_weight"] = (WEIGHT, column(WEIGHT).is_null() | is_so(column(WEIGHT) < 0))
    if HIGHER in here:
        holds["unusable_direction"] = (HIGHER, column(HIGHER).is_null())
    return tuple(Reason(code, standard, condition, _SAYS[code]) for code, (standard, condition) in holds.items())
