"""Columns that a door carries along, and the one currency that its money must be in."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence
from typing import Final

import narwhals.stable.v2 as nw
import pandas as pd

from crmkit._checks import some
from crmkit._frames import AnyFrame, as_name, collected, with_plain_types
from crmkit._messages import Call, Column, Message, Parameter
from crmkit._reading._rows import Rows
from crmkit.errors import SchemaError

__all__ = ["check_one_currency", "clean_labels", "columns_kept"]

_TEXT: Final = Message(
    en="{@keep} must be a sequence of column names, got the text {keep!r}. Pass [{keep!r}].",
    zh="{@keep} 应为列名的序列，得到文本 {keep!r}。请写作 [{keep!r}]。",
)
_NO_COLUMN: Final = Message(
    en="{table} has no column {missing} to keep; its columns are {columns}.",
    zh="{table} 没有要保留的列 {missing}，现有的列为 {columns}。",
)
_TAKEN: Final = Message(
    en="{@keep} names {clash}, but {made_by} makes columns of these names. Rename them first.",
    zh="{@keep} 中的 {clash} 与 {made_by} 生成的列同名，请先改名。",
)
_TWICE: Final = Message(
    en="{@keep} must name each column once, got {keep}.", zh="{@keep} 中每列只能出现一次，得到 {keep}。"
)
_CURRENCIES: Final = Message(
    en="{where} holds the currencies {found}; amounts of several currencies cannot be added. Convert them to one, or "
    "pass one currency at a time.",
    zh="{where}含有货币 {found}，不同货币的金额不能相加。请先换算为一种货币，或每次只处理一种。",
)


def columns_kept(keep: Sequence[Hashable], rows: Rows, *, taken: Collection[str], made_by: str) -> list[str]:
    """Name the columns to carry along, each once and none of them with a name that the table made has itself."""
    if isinstance(keep, str):
        raise TypeError(_TEXT(keep=keep))
    names = [as_name(label) for label in keep]
    missing = [label for label, name in zip(keep, names, strict=True) if name not in rows.given]
    if missing:
        raise SchemaError(_NO_COLUMN(table=Parameter(rows.table), missing=missing, columns=list(rows.given)))
    clash = [name for name in names if name in taken]
    if clash:
        raise SchemaError(_TAKEN(clash=clash, made_by=Call(made_by)))
    if len(set(names)) < len(names):
        raise ValueError(_TWICE(keep=list(keep)))
    return names


def check_one_currency(rows: Rows, currency: Hashable | None) -> None:
    """Raise unless a column of currency codes, if one is named, holds one code throughout."""
    if currency is None:
        return
    column = as_name(currency)
    found = collected(with_plain_types(rows.frame.select(column)).unique().head(6))[column].to_list()
    if len(found) > 1 or pd.isna(found[0]):
        raise SchemaError(_CURRENCIES(where=Column(rows.table, column), found=some(sorted(map(str, found)))))


def clean_labels(frame: AnyFrame, column: str, *, where: object) -> AnyFrame:  # noqa: ARG001
    """Make labels of any type missing where they are not a number or are empty text."""
    dtype, label = frame.collect_schema()[column], nw.col(column)
    if dtype.is_float():
        return frame.with_columns(nw.when(~label.is_nan()).then(label).alias(column))
    if dtype in (nw.String, nw.Categorical, nw.Enum):
        # Cast, pandas may make text of what is missing.
        text = label if dtype == nw.String else label.cast(nw.String)
        named = ~label.is_null() & (text.str.strip_chars() != "")
        return frame.with_columns(nw.when(named).then(text).alias(column))
    return frame
