"""From tables of invoices and payments to a ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, cast

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._calendar import day_numbers, next_day
from crmkit._checks import some
from crmkit._frames import AnyFrame, collected, flag, is_engine, midnight, pandas_series, sort_by_day, type_of
from crmkit._grouping import Labels, check_labels, labels_of
from crmkit._messages import Column, Joined, Message
from crmkit._reading import clean_ids, code_of
from crmkit._tables import INVOICES, PAYMENTS, Schema, open_table, refuse_rows
from crmkit.errors import SchemaError
from crmkit.value.credit._ledger import Ledger

__all__ = ["as_ledger"]

_Codes = npt.NDArray[np.int64]

_IS_NOTE: Final = "__crmkit_is_note"
_OF_INVOICES: Final = ("customer_id", "invoice_id", "kind", "applies_to", "issued", "due", "amount")
_OF_PAYMENTS: Final = ("customer_id", "invoice_id", "date", "amount")

_OTHER_IDS: Final = Message(
    en="{where} holds {kind} and {beside} {other}, so that payments would not find their invoices. Make them one kind "
    "first.",
    zh="{where}的类型为 {kind}，而{beside}为 {other}，付款无法与发票对应。请先统一类型。",
)
_CURRENCIES: Final = Message(
    en="There are several currencies in {where}: {found}. Their amounts cannot be added. Convert them to one, or pass "
    "one currency at a time.",
    zh="{where}含有多种货币：{found}，金额不能相加。请先换算为一种货币，或每次只处理一种。",
)
_MISSING: Final = Message(
    en="{where} is missing in {n:,} {n:row|rows}, first at rows {rows}. {made_by} makes such columns.",
    zh="{where}有 {n:,} 行缺失，最先见于行 {rows}。可用 {made_by} 生成这样的列。",
)
_TOO_EARLY: Final = Message(
    en="{where} is before the day of issue in {n:,} {n:row|rows}, first at rows {rows}. Mend or drop them.",
    zh="{where}有 {n:,} 行早于开票日，最先见于行 {rows}。请修正或删除这些行。",
)
_NO_AMOUNT: Final = Message(
    en="{where} is missing or infinite in {n:,} {n:row|rows}, first at rows {rows}. Mend or drop them.",
    zh="{where}有 {n:,} 行缺失或为无穷大，最先见于行 {rows}。请修正或删除这些行。",
)
_BELOW: Final = Message(
    en="{where} is below 0 in {n:,} {n:row|rows}, first at rows {rows}. If they are credit notes, let as_invoices turn "
    "them, {@negative='credit_note'}.",
    zh="{where}有 {n:,} 行小于 0，最先见于行 {rows}。若为贷项，请由 as_invoices 用 {@negative='credit_note'} 转换。",
)


def as_ledger(invoices: Any, payments: Any, *, as_of: datetime, by: Sequence[str] = ()) -> Ledger:
    """Read what is in the books at the end of a day; an engine's rows are brought into memory.

    ``by`` are columns of the invoices. Payments that find no invoice are grouped by their own, where they have them.
    """
    bills = _opened(invoices, INVOICES, _OF_INVOICES, day="issued", as_of=as_of, by=by)
    paid = None if payments is None else _opened(payments, PAYMENTS, _OF_PAYMENTS, day="date", as_of=as_of, by=by)
    tables = {"invoices": bills} if paid is None else {"invoices": bills, "payments": paid}
    _check_currency(tables)
    for name in ("customer_id", "invoice_id"):
        _check_kinds([(table, name, rows) for table, rows in tables.items()])
    _check_kinds([("invoices", "invoice_id", bills), ("invoices", "applies_to", bills)])
    check_labels(bills, by, table="invoices")
    is_note = bills[_IS_NOTE].to_numpy() == 1
    issued, due = _days(bills, "issued", INVOICES), _days(bills, "due", INVOICES, needed=~is_note)
    amount, last = _amounts(bills, INVOICES), np.datetime64(as_of)
    refuse_rows(amount < 0, _BELOW, where=Column("invoices", "amount"))
    refuse_rows(due < issued, _TOO_EARLY, where=Column("invoices", "due"))
    came_on = [issued, *([] if paid is None else [_days(paid, "date", PAYMENTS)])]
    came_in = [amount, *([] if paid is None else [_amounts(paid, PAYMENTS)])]
    who = _numbered([rows["customer_id"] for rows in tables.values()])
    own, targets = _keys(tables, who, is_note=is_note)
    # Of credits: notes by the invoice they apply to, then payments.
    counts = np.concatenate([is_note & (issued <= last), *(days <= last for days in came_on[1:])])
    at = np.flatnonzero(~is_note & (issued <= last))
    at = at[_in_turn(own[at], day_numbers(due[at]), amount[at])]
    starts = np.append(True, own[at][1:] != own[at][:-1])[: len(at)]
    bill = np.cumsum(starts) - 1
    numbers = np.full(max(own.max(initial=-1), targets.max(initial=-1)) + 2, -1, dtype=np.int64)
    numbers[own[at]] = bill
    return Ledger(
        bill=bill,
        issued=day_numbers(issued[at]),
        due=day_numbers(due[at]),
        amount=amount[at],
        credit_bill=numbers[targets[counts]],
        credit_day=day_numbers(np.concatenate(came_on)[counts]),
        credit=np.concatenate(came_in)[counts],
        is_note=(np.arange(len(who)) < len(bills))[counts],
        groups=_groups(tables, by, who=who, rows=np.append(at, np.flatnonzero(counts))),
    )


def _opened(
    table: object, schema: Schema, columns: Sequence[str], *, day: str, as_of: datetime, by: Sequence[str]
) -> nw.DataFrame[Any]:
    """Open a table with its columns and those of groups, which payments need not have."""
    rows: AnyFrame = open_table(table, schema, columns=columns, also=by if schema is INVOICES else ())
    if is_engine(rows):
        rows = rows.filter((nw.col(day) < midnight(next_day(as_of), of=rows)) | nw.col(day).is_null())
    names = rows.collect_schema().names()
    rows = rows.select(*(name for name in dict.fromkeys([*columns, *by, "currency"]) if name in names))
    if schema is INVOICES:
        rows = rows.with_columns(flag(nw.col("kind") == "credit_note").alias(_IS_NOTE))
    found = collected(rows)
    for name in columns:
        if schema[name].kind == "id" and found.schema[name].is_float():
            found = cast("nw.DataFrame[Any]", clean_ids(found, name, where=Column(schema.name, name)))
    return found


def _check_currency(tables: Mapping[str, nw.DataFrame[Any]]) -> None:
    """Raise if there is money of several currencies; cells without one do not matter."""
    named = {
        name: table["currency"].unique().to_list() for name, table in tables.items() if "currency" in table.columns
    }
    found = {code_of(code) for codes in named.values() for code in codes} - {""}
    if len(found) > 1:
        where = Joined([Column(name, "currency") for name in named], en=" and ", zh="、")
        raise SchemaError(_CURRENCIES(where=where, found=some(sorted(found))))


def _days(rows: nw.DataFrame[Any], column: str, schema: Schema, *, needed: npt.NDArray[np.bool_] | None = None) -> Any:
    """Days; those of rows where they are needed must be known."""
    days = pandas_series(rows[column]).to_numpy(dtype="datetime64[us]", na_value=np.datetime64("NaT", "us"))
    lacking = np.isnat(days) if needed is None else np.isnat(days) & needed
    refuse_rows(lacking, _MISSING, where=Column(schema.name, column), made_by=schema.made_by)
    return days


def _amounts(rows: nw.DataFrame[Any], schema: Schema) -> Floats:
    amounts = pandas_series(rows["amount"]).to_numpy(dtype=np.float64, na_value=np.nan)
    refuse_rows(~np.isfinite(amounts), _NO_AMOUNT, where=Column(schema.name, "amount"))
    return amounts


def _keys(
    tables: Mapping[str, nw.DataFrame[Any]], who: _Codes, *, is_note: npt.NDArray[np.bool_]
) -> tuple[_Codes, _Codes]:
    """Number invoices: that of each row of invoices, and that which each row of both tables reduces.

    The latter is below 0 where it names none of its customer.
    """
    bills, *others = tables.values()
    notes = np.flatnonzero(is_note)
    of = _numbered([bills["invoice_id"], bills["applies_to"][notes], *(rows["invoice_id"] for rows in others)])
    own, named = of[: len(bills)], np.full(len(who), -1, dtype=np.int64)
    named[notes] = of[len(bills) : len(bills) + len(notes)]
    named[len(bills) :] = of[len(bills) + len(notes) :]
    owner = np.full(of.max(initial=-1) + 2, -1, dtype=np.int64)
    owner[own] = who[: len(bills)]
    if (owner[own] == who[: len(bills)]).all():
        return own, np.where(owner[named] == who, named, -1)
    # The door refuses ids that customers share: here those of each are told apart.
    pairs = np.append(own, named) * (who.max(initial=0) + 1) + np.append(who[: len(bills)], who)
    codes = pd.factorize(pairs)[0]
    return codes[: len(bills)], np.where(named < 0, -1, codes[len(bills) :])


def _in_turn(bill: _Codes, due: _Codes, amount: Floats) -> _Codes:
    """Positions that bring the instalments of an invoice together, the earliest due first."""
    order = sort_by_day(bill, due)
    bill, due = bill[order], due[order]
    if ((bill[1:] == bill[:-1]) & (due[1:] == due[:-1])).any():
        return (
            np.lexsort((amount, due, bill))
            if isinstance(order, slice)
            else order[np.lexsort((amount[order], due, bill))]
        )
    return np.arange(len(bill))[order]


def _check_kinds(columns: Sequence[tuple[str, str, nw.DataFrame[Any]]]) -> None:
    """Raise if ids are numbers in one column and text in another."""
    known = [(Column(table, name), rows, rows[name]) for table, name, rows in columns if not rows[name].is_null().all()]
    if len({ids.dtype.is_numeric() for _, _, ids in known}) > 1:
        (beside, others, its), (where, rows, ids) = known
        kinds = {"kind": type_of(rows, ids.name), "other": type_of(others, its.name)}
        raise SchemaError(_OTHER_IDS(where=where, beside=beside, **kinds))


def _numbered(columns: Sequence[nw.Series[Any]]) -> _Codes:
    """Number the values of columns put one below another, those that are missing below 0."""
    return np.asarray(pd.factorize(_below(columns))[0], dtype=np.int64)


def _below(columns: Sequence[nw.Series[Any]]) -> pd.Series[Any]:
    """Columns one below another; ids that are floats because some are missing become whole again."""
    parts = [pandas_series(column) for column in columns]
    if any(column.dtype.is_integer() for column in columns):
        parts = [part.astype("Int64") for part in parts]
    return pd.concat(parts, ignore_index=True)


def _groups(tables: Mapping[str, nw.DataFrame[Any]], by: Sequence[str], *, who: _Codes, rows: _Codes) -> Labels:
    """The groups of rows of both tables, one below the other; without labels all are one group."""
    if not by:
        return Labels(pd.DataFrame(index=[0]), np.zeros(len(rows), dtype=np.int64))
    labels = {name: _label(tables, name) for name in by}
    numbered = [(who if name == "customer_id" else pd.factorize(column)[0])[rows] for name, column in labels.items()]
    code = numbered[0] if len(by) == 1 else pd.DataFrame(dict(enumerate(numbered))).groupby([*range(len(by))]).ngroup()
    code = np.asarray(code, dtype=np.int64) + 1
    firsts = np.full(code.max(initial=0) + 1, -1, dtype=np.int64)
    firsts[code[::-1]] = np.arange(len(code))[::-1]
    there = np.flatnonzero(firsts >= 0)
    found = labels_of(pd.DataFrame({name: labels[name].take(rows[firsts[there]]).array for name in by}), by)
    place = np.zeros(len(firsts), dtype=np.int64)
    place[there] = found.codes
    return Labels(found.groups, place[code])


def _label(tables: Mapping[str, nw.DataFrame[Any]], name: str) -> pd.Series[Any]:
    """A column of both tables; missing throughout in one that lacks it."""
    there = [rows[name] for rows in tables.values() if name in rows.columns]
    return _below(there).reindex(range(sum(map(len, tables.values()))))
