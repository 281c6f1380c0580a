"""Tables of answers: their rows with standard columns beside them, and why rows cannot be used."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import narwhals.stable.v2 as nw

from crmkit._frames import AnyFrame, flag
from crmkit._messages import Message
from crmkit._names import Label
from crmkit._reading import (
    Reason,
    Rows,
    clean_flags,
    clean_ids,
    clean_labels,
    clean_numbers,
    clean_times,
    cut_to_days,
    is_so,
    note_given,
    open_rows,
    unread,
)
from crmkit.answers._items import Code, Item, check_codes, check_labels, end_columns, item_column, items_of
from crmkit.answers._one_scale import with_one_scale
from crmkit.answers._texts import HEADER, with_meant_texts, with_read_texts, without_headers

__all__ = ["ANSWER_REASONS", "CUSTOMER", "DATE", "GROUP", "WAVE", "WEIGHT", "Answers", "read_answers"]

CUSTOMER: Final = "__crmkit_customer_id"
DATE: Final = "__crmkit_date"
WAVE: Final = "__crmkit_wave"
GROUP: Final = "__crmkit_group"
WEIGHT: Final = "__crmkit_weight"
FINISHED: Final = "__crmkit_finished"
_UNREAD: Final = "__crmkit_unread"
_OFF: Final = "__crmkit_off"
_EMPTY: Final = "__crmkit_empty"

ANSWER_REASONS: Final = MappingProxyType(
    {
        "header_row": Label("Header row of the export", "导出文件的表头行"),
        "unfinished": Label("Not finished", "未答完"),
        "no_answer": Label("No answer to any item", "全部题目未作答"),
        "unusable_finished": Label("Unusable mark of completion", "完成标记无效"),
        "unusable_date": Label("Unusable date", "日期无效"),
        "unusable_weight": Label("Unusable weight", "权重无效"),
        "unusable_scale": Label("Unusable end of a scale", "量表端点无效"),
        "unread_answer": Label("Answer that cannot be read", "答案无法读取"),
        "off_scale": Label("Answer off its scale", "答案超出量表"),
        "kept": Label("Kept", "保留"),
        "given": Label("Given", "合计"),
    }
)
"""What a row can be, with its name: the first that holds counts; those before "kept" cannot be used."""

_SAYS: Final = {
    "header_row": Message(en="{n:,} that are headers ({shown})", zh="{n:,} 行为表头（{shown}）"),
    "unfinished": Message(en="{n:,} that were not finished ({shown})", zh="{n:,} 行未答完（{shown}）"),
    "no_answer": Message(en="{n:,} without any answer ({shown})", zh="{n:,} 行没有任何答案（{shown}）"),
    "unusable_finished": Message(
        en="{n:,} with a mark of completion that is neither true nor false ({shown})",
        zh="{n:,} 行的完成标记不是真假值（{shown}）",
    ),
    "unusable_date": Message(en="{n:,} with an unusable date ({shown})", zh="{n:,} 行日期无效（{shown}）"),
    "unusable_weight": Message(
        en="{n:,} with a weight that is missing, unusable or not above 0 ({shown})",
        zh="{n:,} 行权重缺失、无效或不大于 0（{shown}）",
    ),
    "unusable_scale": Message(
        en="{n:,} with an end of a scale that is missing or unusable ({shown})",
        zh="{n:,} 行量表端点缺失或无效（{shown}）",
    ),
    "unread_answer": Message(
        en="{n:,} with an answer that cannot be read ({shown}); name what texts mean with {@labels}, and those that "
        "are no answer with {@missing}",
        zh="{n:,} 行有无法读取的答案（{shown}），请用 {@labels} 指明文本对应的分值，用 {@missing} 指明表示未作答的文本",
    ),
    "off_scale": Message(
        en="{n:,} with an answer off its scale ({shown}); name codes that are no answer with {@missing}",
        zh="{n:,} 行答案超出量表（{shown}），请用 {@missing} 指明表示未作答的代码",
    ),
}


class Answers(NamedTuple):
    """The rows, and what was asked, the ends of all scales being numbers."""

    rows: Rows
    items: tuple[Item, ...]


def read_answers(
    answers: object,
    *,
    items: Any,
    scale: Any,
    missing: Any,
    labels: Mapping[str, float] | None,
    reversed_items: Any,
    customer_id: Hashable | None,
    date: Hashable | None,
    wave: Hashable | None,
    group: Hashable | None,
    weight: Hashable | None,
    finished: Hashable | None,
    date_format: str | None,
    time_zone: str | None,
    keep: Sequence[Hashable] = (),
) -> Answers:
    """Name the columns of a table of answers and clean their values; no row is left out."""
    asked = items_of(items, scale=scale, reversed_items=reversed_items)
    codes, numbers_of = check_codes(missing, asked), check_labels(labels)
    ends = end_columns(asked)
    columns = {
        CUSTOMER: customer_id,
        DATE: date,
        WAVE: wave,
        GROUP: group,
        WEIGHT: weight,
        FINISHED: finished,
        **ends,
        **{item_column(item.name): item.column for item in asked},
    }
    rows = without_headers(open_rows(answers, columns, table="answers", carried=keep))
    rows = rows.cleaned(clean_ids, CUSTOMER).cleaned(clean_labels, WAVE, GROUP).cleaned(clean_flags, FINISHED)
    rows = rows.cleaned(note_given, DATE).cleaned(clean_times, DATE, date_format=date_format, time_zone=time_zone)
    rows = rows.cleaned(cut_to_days, DATE)
    standard = [item_column(item.name) for item in asked]
    for item in asked:
        column = item_column(item.name)
        rows = rows.cleaned(with_meant_texts, column, labels=numbers_of, codes=codes[item.name])
    rows = rows.cleaned(note_given, *standard).cleaned(with_read_texts, *standard)
    rows = rows.cleaned_together(clean_numbers, WEIGHT, *ends, *standard)
    asked = with_one_scale(rows, asked, ends=ends, wave=WAVE)
    check_codes(missing, asked)
    frame = _marked(rows.frame, _UNREAD, {column: unread(column) for column in standard})
    unread_item = _first_at_fault(frame, _UNREAD, {column: unread(column) for column in standard})
    frame = _without_codes(frame, asked, codes)
    off = {item_column(item.name): _off(item) for item in asked}
    frame = _marked(frame, _OFF, off)
    off_item = _first_at_fault(frame, _OFF, off)
    nothing = nw.all_horizontal(*(nw.col(column).is_null() for column in standard), ignore_nulls=False)
    frame = frame.with_columns(flag(nothing & (nw.col(_UNREAD) == 0)).alias(_EMPTY))
    at_fault = {"unread_answer": unread_item, "off_scale": off_item, "no_answer": standard[0]}
    rows = replace(rows, frame=frame)
    return Answers(replace(rows, reasons=_reasons(rows, at_fault, ends=list(ends))), asked)


def _without_codes(frame: AnyFrame, items: Sequence[Item], codes: Mapping[str, Sequence[Code]]) -> AnyFrame:
    """Make numbers missing that stand for no answer."""
    made = []
    for item in items:
        numbers = [code for code in codes[item.name] if not isinstance(code, str)]
        column = nw.col(item_column(item.name))
        if numbers:
            made.append(nw.when(~column.is_in(numbers)).then(column).alias(item_column(item.name)))
    return frame.with_columns(*made) if made else frame


def _off(item: Item) -> nw.Expr:
    column = nw.col(item_column(item.name))
    return is_so((column < item.low) | (column > item.high))


def _marked(frame: AnyFrame, mark: str, conditions: Mapping[str, nw.Expr]) -> AnyFrame:
    """Mark rows for which one of the conditions holds."""
    return frame.with_columns(flag(nw.any_horizontal(*conditions.values(), ignore_nulls=False)).alias(mark))


def _first_at_fault(frame: AnyFrame, mark: str, conditions: Mapping[str, nw.Expr]) -> str:
    """The first item for which a condition holds somewhere; on an engine, and if it holds nowhere, the first of all."""
    first = next(iter(conditions))
    if not isinstance(frame, nw.DataFrame) or not (frame[mark] == 1).any():
        return first
    found = frame.select(*(condition.any().alias(name) for name, condition in conditions.items()))
    return next((name for name in conditions if found[name].item()), first)


def _reasons(rows: Rows, at_fault: Mapping[str, str], *, ends: Sequence[str]) -> tuple[Reason, ...]:
    """List why rows cannot be used, for the columns that are there: those left out without a word come first."""
    column, here = nw.col, rows.sources
    left_out: dict[str, tuple[str, nw.Expr]] = {}
    wrong: dict[str, tuple[str, nw.Expr]] = {}
    if HEADER in rows.frame.collect_schema().names():
        left_out["header_row"] = (at_fault["no_answer"], column(HEADER) == 1)
    if FINISHED in here:
        left_out["unfinished"] = (FINISHED, is_so(column(FINISHED) == 0))
        wrong["unusable_finished"] = (FINISHED, column(FINISHED).is_null())
    left_out["no_answer"] = (at_fault["no_answer"], column(_EMPTY) == 1)
    if DATE in here:
        wrong["unusable_date"] = (DATE, unread(DATE))
    if WEIGHT in here:
        wrong["unusable_weight"] = (WEIGHT, column(WEIGHT).is_null() | is_so(column(WEIGHT) <= 0))
    if ends:
        unusable = nw.any_horizontal(*(column(end).is_null() for end in ends), ignore_nulls=False)
        wrong["unusable_scale"] = (ends[0], unusable)
    wrong["unread_answer"] = (at_fault["unread_answer"], column(_UNREAD) == 1)
    wrong["off_scale"] = (at_fault["off_scale"], column(_OFF) == 1)
    counts = ~nw.any_horizontal(*(condition for _, condition in left_out.values()), ignore_nulls=False)
    return (
        *(Reason(code, name, condition, _SAYS[code], wrong=False) for code, (name, condition) in left_out.items()),
        *(Reason(code, name, condition & counts, _SAYS[code]) for code, (name, condition) in wrong.items()),
    )
