"""Columns without a role that say which rows are refunds, or which orders do not count."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from crmkit._checks import some
from crmkit._messages import Message
from crmkit._names import plain_name
from crmkit._reading import usual_status
from crmkit.cli.language import OptionError
from crmkit.cli.reading._guess import Columns
from crmkit.cli.reading._unusable import money_columns, used_columns

__all__ = ["check_telling_words"]

_SAYS_REFUND: Final = Message(
    en="The column {column} says {values} on {n:,} {n:row|rows} whose money is not below 0: {n:it|they} would count as "
    "{n:a purchase|purchases}. Write refunds with a minus; or leave them out with --status {name} --status-counts "
    "{others}; or, if they are purchases, pass --refund ''.",
    zh="列 {column} 中有 {n:,} 行为 {values}，金额却不为负，会被当作购买。请将退款写成负数；或用 --status {name} "
    "--status-counts {others} 剔除；若确为购买，请用 --refund ''。",
)
_SAYS_STATUS: Final = Message(
    en="The column {column} looks like the status of orders, and {values} on {n:,} {n:row|rows} would not count. Pass "
    "--status {name}, or --status '' if all of them count.",
    zh="列 {column} 像是订单状态，其中 {n:,} 行为 {values}，按状态不应计入。请用 --status {name}；若全部计入，请用 "
    "--status ''。",
)
# In the form of `plain_name`.
_STATUSES: Final = "status state orderstate statut estado stato stand 状态 狀態 状況 ステータス"
_REFUNDS: Final = (
    "refund refunds refunded return returns returned creditnote creditmemo chargeback reversal gutschrift "
    "rechnungskorrektur storno stornorechnung retoure rucksendung ruckerstattung erstattung avoir remboursement retour "
    "abono devolucion reembolso reso rimborso notadicredito notadecredito devolucao creditnota retourzending 退款 退货 "
    "退款单 退货单 退单 返品 返金 赤伝"
)
_FLAGS: Final = "isrefund isreturn isrefunded isreturned refund return refunded returned 是否退款 是否退货 返品フラグ"
_YES: Final = "true yes y 1 t ja oui si sim 是 はい"
_LOOKED_AT: Final = 10_000
_MOST_WORDS: Final = 30


def check_telling_words(rows: pd.DataFrame, columns: Columns, named: Mapping[str, str | None]) -> None:
    """Raise if a column without a role says that rows are refunds whose money is not negative, or orders cancelled."""
    of_refunds = columns["refund"] is None and named["refund"] != "" and bool(money_columns(columns))
    of_statuses = columns["status"] is None and named["status"] != ""
    for column in rows.columns.difference(used_columns(columns), sort=False):
        values = rows[column]
        if not _holds_words(values):
            continue
        words = [value for value in values.dropna().unique() if str(value).strip()]
        quoted = f"'{column}'" if " " in str(column) else column
        if of_refunds:
            _check_refunds(values, words, ~_is_below_zero(rows, columns), name=quoted)
        if of_statuses and plain_name(str(column)) in _STATUSES.split():
            _check_statuses(values, words, name=quoted)


def _check_refunds(values: pd.Series[Any], words: list[Any], positive: pd.Series[bool], *, name: str) -> None:
    told = _YES if plain_name(str(values.name)) in _FLAGS.split() else _REFUNDS
    refunds = [value for value in words if plain_name(str(value)) in told.split()]
    others = ",".join(str(value) for value in words if value not in refunds)
    n = int((values.isin(refunds) & positive).sum()) if refunds else 0
    if n and others:
        said = _SAYS_REFUND(column=values.name, name=name, values=some(refunds), others=f"'{others}'", n=n)
        raise OptionError(said)


def _check_statuses(values: pd.Series[Any], words: list[Any], *, name: str) -> None:
    counted = {value: usual_status(value) for value in words}
    left_out = [value for value, counts in counted.items() if counts is False]
    if left_out and None not in counted.values():
        n = int(values.isin(left_out).sum())
        raise OptionError(_SAYS_STATUS(column=values.name, name=name, values=some(left_out), n=n))


def _holds_words(values: pd.Series[Any]) -> bool:
    if not (
        pd.api.types.is_bool_dtype(values)
        or pd.api.types.is_string_dtype(values)
        or pd.api.types.is_integer_dtype(values)
    ):
        return False
    return all(len(part.map(str).unique()) <= _MOST_WORDS for part in (values.iloc[:_LOOKED_AT], values) if len(part))


def _is_below_zero(rows: pd.DataFrame, columns: Columns) -> pd.Series[bool]:
    """Whether the money of a row is below 0, or nothing, as far as its sign tells."""
    below = pd.Series(data=False, index=rows.index)
    for column in money_columns(columns):
        texts = rows[column].astype(str).str.strip()
        below |= texts.str.contains(r"^\D{0,4}[-\u2212(]|[-\u2212]$|^[0.,\s]*$", regex=True)
    return below
