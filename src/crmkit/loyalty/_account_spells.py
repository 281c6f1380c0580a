"""When accounts were open: spells that touch are one, spells that overlap are refused."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._calendar import day_numbers
from crmkit._checks import FIRST_YEAR, LAST_YEAR, some
from crmkit._frames import as_name, to_pandas
from crmkit._grouping import check_labels, label_names
from crmkit._messages import Column, Message
from crmkit._tables import check_kind, open_columns, refuse_rows
from crmkit.errors import SchemaError

__all__ = ["NEVER", "AccountSpells", "account_spells", "number_of"]

_Ints = npt.NDArray[np.int64]

NEVER: Final = 2**40
"""The day on which an account closes that is open."""
_FIRST, _LAST = (int(np.datetime64(f"{year}", "D").astype(np.int64)) for year in (FIRST_YEAR, LAST_YEAR + 1))

_NO_ACCOUNT: Final = Message(en="{@account} must name at least one column.", zh="{@account} 须至少指定一列。")
_NO_ID: Final = Message(
    en="{where} is missing in {n:,} {n:row|rows}, first at rows {rows}. Drop them, or give these accounts an id.",
    zh="{where}有 {n:,} 行缺失，最先见于行 {rows}。请删除这些行，或为这些账户编号。",
)
_NOT_OPENED: Final = Message(
    en="{closed} is known but {opened} is missing in {n:,} {n:row|rows}, first at rows {rows}. Fill it in.",
    zh="有 {n:,} 行已知{closed}而缺少{opened}，最先见于行 {rows}。请补上开户日期。",
)
_YEARS: Final = Message(
    en="{where} must lie in the years {first} to {last}; {n:,} {n:row does|rows do} not, first at rows {rows}.",
    zh="{where}须在 {first} 年至 {last} 年之间，有 {n:,} 行不在此范围，最先见于行 {rows}。",
)
_TURNED: Final = Message(
    en="{closed} is before {opened} in {n:,} {n:row|rows}, first at rows {rows}.",
    zh="有 {n:,} 行的{closed}早于{opened}，最先见于行 {rows}。",
)
_OVERLAP: Final = Message(
    en="{@accounts} has accounts that open while they are open, such as {ids}. Name all columns that tell accounts "
    "apart as {@account}, or leave one row for each spell.",
    zh="{@accounts} 中有尚未销户又再次开户的账户，例如 {ids}。请在 {@account} 中列出区分账户的全部列，或每段各留一行。",
)
_SEVERAL_LABELS: Final = Message(
    en="{@by} must name what stays with an account, but {ids} have several labels. Leave out {names}.",
    zh="{@by} 须为账户固定不变的属性，而 {ids} 有多个标签。请去掉 {names}。",
)
_NONE: Final = Message(
    en="{@accounts} has no account that opens by {day:%Y-%m-%d}. Give a later {@as_of}.",
    zh="截至 {day:%Y-%m-%d} 没有已开立的账户，请给出更晚的 {@as_of}。",
)


class AccountSpells(NamedTuple):
    """Spells in which accounts were open, by account and time, with the rows they begin with.

    ``opened`` is the first day, ``closed`` the first day no longer open, both numbered from 1970; ``again`` says
    whether the account had been open before.
    """

    rows: pd.DataFrame
    opened: _Ints
    closed: _Ints
    again: npt.NDArray[np.bool_]


def account_spells(
    accounts: Any, *, as_of: datetime, account: Any, opened: Any, closed: Any, by: Sequence[str] = (), also: Any = ()
) -> AccountSpells:
    """Read the spells of accounts that open by a day; a close that became known after it does not exist yet."""
    ids, others = label_names(account), label_names(also)
    if not ids:
        raise ValueError(_NO_ACCOUNT())
    start, end = as_name(opened), as_name(closed)
    table = open_columns(accounts, [*ids, start, end, *by, *others], name="accounts", made_by="as_subscriptions")
    check_labels(table, [*ids, *by, *others], table="accounts")
    for name in (start, end):
        check_kind(table, name, "day", where=Column("accounts", name), made_by="as_subscriptions")
    known = [name for name in ("end_known",) if end == "end" and name in table.collect_schema()]
    rows = to_pandas(table.select(*dict.fromkeys((*ids, start, end, *known, *by, *others))))
    first, last = (_days(rows[name]) for name in (start, end))
    _check_rows(rows, first, last, ids=[*ids, *others], names=(start, end))
    kept = np.flatnonzero(first <= number_of(as_of))
    if not kept.size:
        raise SchemaError(_NONE(day=as_of))
    late = _days(rows[known[0]]) if known else np.full(len(rows), NEVER)
    last = np.where((late > number_of(as_of)) & (late < NEVER), NEVER, last)
    who = rows.groupby(ids, sort=False, observed=True).ngroup().to_numpy()
    if by:
        _check_labels_stay(rows.iloc[kept], who[kept], ids=ids, by=by)
    return _joined(rows, who[kept], first[kept], last[kept], kept=kept, ids=ids)


def number_of(day: datetime) -> int:
    """Days since 1970."""
    return int(np.datetime64(day, "D").astype(np.int64))


def _joined(
    rows: pd.DataFrame, who: Any, first: _Ints, last: _Ints, *, kept: npt.NDArray[np.intp], ids: Sequence[str]
) -> AccountSpells:
    order = np.lexsort((last, first, who))
    who, first, last, kept = who[order], first[order], last[order], kept[order]
    same = np.append(False, who[1:] == who[:-1])
    # The end of a row whose close is not known yet is where the next row of the account begins.
    following = np.append(np.where(same[1:], first[1:], NEVER), NEVER)
    until = np.where(last == NEVER, following, last) if "end_known" in rows else last
    before = np.append(0, until[:-1])
    overlapping = same & (first < before)
    if overlapping.any():
        raise SchemaError(_OVERLAP(ids=_some_ids(rows, kept[overlapping], ids)))
    begins = np.flatnonzero(~(same & (first == before)))
    ends = np.append(begins[1:], len(who)) - 1
    return AccountSpells(rows.iloc[kept[begins]].reset_index(drop=True), first[begins], until[ends], same[begins])


def _check_rows(rows: pd.DataFrame, first: _Ints, last: _Ints, *, ids: Sequence[str], names: tuple[str, str]) -> None:
    opened, closed = (Column("accounts", name) for name in names)
    for name in ids:
        refuse_rows(rows[name].isna().to_numpy(), _NO_ID, where=Column("accounts", name))
    refuse_rows((first == NEVER) & (last < NEVER), _NOT_OPENED, opened=opened, closed=closed)
    odd = (first < NEVER) & ((first < _FIRST) | (first >= _LAST))
    refuse_rows(odd, _YEARS, where=opened, first=FIRST_YEAR, last=LAST_YEAR)
    refuse_rows((first < NEVER) & (last < first), _TURNED, opened=opened, closed=closed)


def _check_labels_stay(rows: pd.DataFrame, who: Any, *, ids: Sequence[str], by: Sequence[str]) -> None:
    labels = rows.groupby(list(by), sort=False, observed=True, dropna=False).ngroup().to_numpy()
    first = np.zeros(who.max() + 1, dtype=labels.dtype)
    first[who[::-1]] = labels[::-1]
    changes = np.flatnonzero(first[who] != labels)
    if changes.size:
        raise ValueError(_SEVERAL_LABELS(ids=_some_ids(rows, changes, ids), names=list(by)))


def _some_ids(rows: pd.DataFrame, at: npt.NDArray[np.intp], ids: Sequence[str]) -> str:
    found = rows[list(ids)].iloc[at].drop_duplicates().head(6)
    return some(" / ".join(map(str, values)) for values in found.itertuples(index=False, name=None))


def _days(dates: pd.Series[Any]) -> _Ints:
    """Days since 1970, ``NEVER`` where missing."""
    values = dates.to_numpy(dtype="datetime64[us]")
    return np.where(np.isnat(values), NEVER, day_numbers(values))
