"""Tables of contacts: their rows with standard columns beside them, and why rows cannot be used."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import replace
from numbers import Real
from types import MappingProxyType
from typing import Any, Final

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from crmkit._checks import check_number, some
from crmkit._frames import AnyFrame, as_name, collected, flag, pandas_series, with_values
from crmkit._messages import Message, Parameter
from crmkit._names import Label
from crmkit._reading import (
    Reason,
    Rows,
    are_answers,
    clean_flags,
    clean_ids,
    clean_labels,
    clean_numbers,
    clean_times,
    cut_to_days,
    is_so,
    note_given,
    numbered,
    open_rows,
    read_merged_ids,
    unread,
    with_merged_ids,
)
from crmkit.errors import SchemaError

__all__ = [
    "ARM",
    "CAMPAIGN",
    "CONTACT_REASONS",
    "COST",
    "CUSTOMER",
    "DATE",
    "TREATED",
    "WINDOW",
    "check_outcomes",
    "outcome_column",
    "read_contacts",
]

CUSTOMER: Final = "__crmkit_customer_id"
CAMPAIGN: Final = "__crmkit_campaign"
ARM: Final = "__crmkit_arm"
TREATED: Final = "__crmkit_treated"
DATE: Final = "__crmkit_date"
WINDOW: Final = "__crmkit_window_days"
COST: Final = "__crmkit_cost"
_ROWS: Final = "__crmkit_rows"
_BOTH: Final = "__crmkit_both"
# What may be missing: whether a value was given is noted before it is read.
_OPEN: Final = (DATE, WINDOW, COST)

CONTACT_REASONS: Final = MappingProxyType(
    {
        "no_customer": Label("No customer", "无客户编号"),
        "no_campaign": Label("No campaign", "无活动名称"),
        "no_arm": Label("No arm", "无分组"),
        "in_both_groups": Label("In the control group and contacted", "同时在对照组与触达组"),
        "repeated_contact": Label("Customer several times in a campaign", "同一活动中客户重复"),
        "unusable_date": Label("Unusable date", "日期无效"),
        "unusable_window_days": Label("Unusable window", "观察窗口无效"),
        "unusable_cost": Label("Unusable cost", "成本无效"),
        "unusable_outcome": Label("Unusable outcome", "结果无效"),
        "control": Label("Control, kept", "对照组，保留"),
        "kept": Label("Contacted, kept", "已触达，保留"),
        "given": Label("Given", "合计"),
    }
)
"""What a row can be, with its name: the first that holds counts; those before "control" cannot be used."""

_SAYS: Final = {
    "no_customer": Message(en="{n:,} without a customer ({shown})", zh="{n:,} 行无客户编号（{shown}）"),
    "no_campaign": Message(en="{n:,} without a campaign ({shown})", zh="{n:,} 行无活动名称（{shown}）"),
    "no_arm": Message(en="{n:,} without an arm ({shown})", zh="{n:,} 行无分组（{shown}）"),
    "in_both_groups": Message(
        en="{n:,} of customers who are in the control group of a campaign and were contacted in it ({shown})",
        zh="{n:,} 行的客户在同一活动中既属对照组又被触达（{shown}）",
    ),
    "repeated_contact": Message(
        en="{n:,} of customers who stand several times in a campaign ({shown}): add up their outcomes first",
        zh="{n:,} 行的客户在同一活动中重复出现（{shown}），请先合并其结果",
    ),
    "unusable_date": Message(en="{n:,} with an unusable date ({shown})", zh="{n:,} 行日期无效（{shown}）"),
    "unusable_window_days": Message(
        en="{n:,} with a window that is not a whole number of days above 0 ({shown})",
        zh="{n:,} 行观察窗口不是正整数天（{shown}）",
    ),
    "unusable_cost": Message(
        en="{n:,} with a cost that is unusable or below 0 ({shown})", zh="{n:,} 行成本无效或小于 0（{shown}）"
    ),
    "unusable_outcome": Message(
        en="{n:,} with an outcome that is missing or not a number ({shown})",
        zh="{n:,} 行的结果缺失或不是数字（{shown}）",
    ),
}
_NO_CONTROL: Final = Message(
    en="{where} has no arm {control!r}; its arms are {arms}. Name the one that was not contacted in {@control}, or "
    "pass {@control=None} if there is none.",
    zh="{where}中没有分组 {control!r}，现有分组为 {arms}。请用 {@control} 指明未触达的分组；没有对照组时使用 "
    "{@control=None}。",
)
_NO_OUTCOMES: Final = Message(
    en="{@outcomes} must be a list of different column names, at least one, got {value!r}.",
    zh="{@outcomes} 须为互不重复的列名列表，至少一个，得到 {value!r}。",
)
_NOT_POSITIVE: Final = Message(
    en="{name} must be a column or a number {limit}, got {value!r}.",
    zh="{name} 须为列名或{limit}的数，得到 {value!r}。",
)
_ABOVE_0: Final = Message(en="of whole days above 0", zh="大于 0 的整数天")
_FROM_0: Final = Message(en="of 0 or more", zh="不小于 0")


def check_outcomes(outcomes: Any) -> list[str]:
    """Return the names of the outcomes, each once."""
    if isinstance(outcomes, (str, bytes)) or not isinstance(outcomes, Sequence) or not outcomes:
        raise TypeError(_NO_OUTCOMES(value=outcomes))
    names = [as_name(label) for label in outcomes]
    if len(set(names)) < len(names):
        raise ValueError(_NO_OUTCOMES(value=outcomes))
    return names


def outcome_column(name: str) -> str:
    """Name the standard column of an outcome."""
    return f"__crmkit_outcome_{name}"


def read_contacts(
    contacts: object,
    *,
    customer_id: Hashable | None,
    merge_ids: object,
    arm: Hashable,
    control: object,
    outcomes: Any,
    campaign: Hashable | None,
    date: Hashable | None,
    window_days: Hashable | float | None,
    cost: Hashable | float | None,
    date_format: str | None,
    time_zone: str | None,
    keep: Sequence[Hashable] = (),
) -> Rows:
    """Name the columns of a table of contacts and clean their values; no row is left out."""
    names = check_outcomes(outcomes)
    _check_constants(window_days=window_days, cost=cost)
    columns = {
        CUSTOMER: customer_id,
        CAMPAIGN: campaign,
        ARM: arm,
        DATE: date,
        WINDOW: None if isinstance(window_days, Real) else window_days,
        COST: None if isinstance(cost, Real) else cost,
        **{outcome_column(name): name for name in names},
    }
    rows = open_rows(contacts, columns, table="contacts", carried=keep)
    if customer_id is None:
        rows = numbered(rows, CUSTOMER, name="customer_id")
    rows = rows.cleaned(clean_ids, CUSTOMER).cleaned(clean_labels, CAMPAIGN, ARM).cleaned(note_given, *_OPEN)
    if merge_ids is not None:
        rows = rows.cleaned(with_merged_ids, CUSTOMER, merged=read_merged_ids(merge_ids))
    rows = rows.cleaned(clean_times, DATE, date_format=date_format, time_zone=time_zone).cleaned(cut_to_days, DATE)
    standard = [outcome_column(name) for name in names]
    types = rows.frame.collect_schema()
    flags = [name for name in standard if types[name] == nw.Boolean or are_answers(rows.frame, name)]
    rows = rows.cleaned(clean_flags, *flags)
    rows = rows.cleaned_together(clean_numbers, WINDOW, COST, *(name for name in standard if name not in flags))
    rows = replace(rows, frame=_with_groups(rows, control))
    return replace(rows, reasons=_reasons(rows, standard))


def _check_constants(**given: Any) -> None:
    """Numbers that hold for all contacts must be possible ones."""
    for name, value in given.items():
        if not isinstance(value, Real):
            continue
        check_number(value, name=name)
        value = float(value)
        is_window = name == "window_days"
        if value < 0 or (is_window and (value == 0 or value % 1 != 0)):
            raise ValueError(
                _NOT_POSITIVE(name=Parameter(name), limit=_ABOVE_0() if is_window else _FROM_0(), value=value)
            )


def _with_groups(rows: Rows, control: object) -> AnyFrame:
    """Mark who was contacted, and which customers stand several times in a campaign, or in both of its groups."""
    frame = rows.frame
    if control is None:
        frame = frame.with_columns(nw.lit(1).alias(TREATED))
    else:
        frame = frame.with_columns(flag(nw.col(ARM) != _label_of(frame, control, where=rows.where[ARM])).alias(TREATED))
    keys = [CUSTOMER, CAMPAIGN] if CAMPAIGN in rows.sources else [CUSTOMER]
    if not isinstance(frame, nw.DataFrame):
        least, most = nw.col(TREATED).min().over(*keys), nw.col(TREATED).max().over(*keys)
        return frame.with_columns(flag(nw.len().over(*keys) > 1).alias(_ROWS), flag(least != most).alias(_BOTH))
    plain = pd.DataFrame({name: pandas_series(frame[name]).array for name in (*keys, TREATED)})
    found = plain.groupby(keys, dropna=False, observed=True)[TREATED]
    n_rows, kinds = found.transform("size").to_numpy(), found.transform("nunique").to_numpy()
    frame = with_values(frame, _ROWS, (n_rows > 1).astype(np.int64))
    return with_values(frame, _BOTH, (kinds > 1).astype(np.int64))


def _label_of(frame: AnyFrame, control: object, *, where: object) -> Any:
    """The control's label, which must be among the arms."""
    arms = collected(frame.select(ARM).unique())[ARM].to_list()
    if control not in arms:
        raise SchemaError(_NO_CONTROL(where=where, control=control, arms=some(sorted(arms, key=str))))
    return control


def _reasons(rows: Rows, outcomes: Sequence[str]) -> tuple[Reason, ...]:
    """List why rows cannot be used, for the columns that are there."""
    column, here = nw.col, {*rows.sources, CUSTOMER}
    holds = {
        "no_customer": (CUSTOMER, column(CUSTOMER).is_null()),
        "no_campaign": (CAMPAIGN, column(CAMPAIGN).is_null()),
        "no_arm": (ARM, column(ARM).is_null()),
        "in_both_groups": (CUSTOMER, column(_BOTH) == 1),
        "repeated_contact": (CUSTOMER, column(_ROWS) == 1),
        "unusable_date": (DATE, unread(DATE)),
        "unusable_window_days": (
            WINDOW,
            unread(WINDOW) | is_so(column(WINDOW) <= 0) | is_so(column(WINDOW) != column(WINDOW).floor()),
        ),
        "unusable_cost": (COST, unread(COST) | is_so(column(COST) < 0)),
    }
    found = [
        Reason(code, standard, condition, _SAYS[code])
        for code, (standard, condition) in holds.items()
        if standard in here
    ]
    missing = nw.any_horizontal(*(column(name).is_null() for name in outcomes), ignore_nulls=False)
    in_memory = rows.frame if isinstance(rows.frame, nw.DataFrame) else None
    at_fault = [name for name in outcomes if in_memory is not None and in_memory[name].is_null().any()]
    return *found, Reason("unusable_outcome", (at_fault or outcomes)[0], missing, _SAYS["unusable_outcome"])
