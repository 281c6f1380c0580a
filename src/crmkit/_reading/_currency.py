"""Columns of currency codes, and the one currency that the money of a table must be in."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, Final

import narwhals.stable.v2 as nw
import pandas as pd

from crmkit._checks import some
from crmkit._frames import AnyFrame, as_name, collected, pandas_series, type_of, with_plain_types, with_values
from crmkit._messages import Column, Message
from crmkit._reading._rows import Rows
from crmkit.errors import SchemaError

__all__ = ["check_one_currency", "clean_codes", "code_of"]

_CURRENCIES: Final = Message(
    en="{where} holds the currencies {found}; amounts of several currencies cannot be added. {hint}",
    zh="{where}含有货币 {found}，不同货币的金额不能相加。{hint}",
)
_CONVERT: Final = Message(
    en="Convert them to one, or pass one currency at a time.", zh="请先换算为一种货币，或每次只处理一种。"
)
_RATES: Final = Message(
    en="Pass {@rates=} with the rate of each, or one currency at a time.",
    zh="请用 {@rates=} 给出各货币的汇率，或每次只处理一种。",
)
_WRONG_KIND: Final = Message(
    en="{where} holds {kind}, not currency codes. Cast it to text first.",
    zh="{where}的类型为 {kind}，不是货币代码。请先转换为文本。",
)

_MOST: Final = 1_000


def check_one_currency(rows: Rows, currency: Hashable | None, *, convertible: bool = False) -> None:
    """Raise unless a column of currency codes, if one is named, holds one code on the rows that can be used.

    Case, spaces and cells without a code do not matter. ``convertible`` says that the door takes rates.
    """
    if currency is None:
        return
    column = as_name(currency)
    frame = rows.frame.filter(rows.usable()) if rows.reasons else rows.frame
    codes = collected(with_plain_types(frame.select(column)).unique().head(_MOST))[column].to_list()
    found = set(map(code_of, codes)) - {""}
    if len(found) > 1:
        hint = _RATES() if convertible else _CONVERT()
        raise SchemaError(_CURRENCIES(where=Column(rows.table, column), found=some(sorted(found)), hint=hint))


def clean_codes(frame: AnyFrame, column: str, *, where: object) -> AnyFrame:
    """Replace currency codes by text in capitals without spaces around it; missing where there is no code."""
    dtype = frame.collect_schema()[column]
    if isinstance(frame, nw.DataFrame):
        codes, distinct = pd.factorize(pandas_series(frame[column]).astype(object))
        texts = [code_of(value) or None for value in distinct]
        return with_values(frame, column, pd.Series([*texts, None], dtype=object).to_numpy()[codes])
    if not (dtype.is_integer() or dtype in (nw.String, nw.Categorical, nw.Enum)):
        raise SchemaError(_WRONG_KIND(where=where, kind=type_of(frame, column)))
    text = nw.col(column).cast(nw.String).str.strip_chars().str.to_uppercase()
    return frame.with_columns(nw.when(text != "").then(text).alias(column))


def code_of(value: Any) -> str:
    """Write a code as codes are compared: in capitals, without spaces around it; empty where there is none."""
    return "" if pd.isna(value) else str(value).strip().upper()
