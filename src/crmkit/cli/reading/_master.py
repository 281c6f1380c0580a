"""The ids of the customer master file, as whole numbers or text like those of the orders."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

import narwhals.stable.v2 as nw
import pandas as pd

from crmkit._checks import some
from crmkit._frames import open_frame
from crmkit._messages import Column, Message
from crmkit._reading import clean_ids
from crmkit.cli.language import FileError
from crmkit.cli.reading._files import open_table
from crmkit.cli.reading._guess import found_id
from crmkit.cli.reading._options import OrderOptions
from crmkit.cli.reading._order_log import CHUNK_ROWS

__all__ = ["known_ids"]

_OTHER_IDS: Final = Message(
    en="The orders have whole numbers as customer ids, but {file} has other ids: {ids}. Write the ids in both files "
    "alike.",
    zh="订单中的客户编号为整数，而 {file} 中有非整数的编号：{ids}。请统一两个文件中的编号写法。",
)
# What a whole number is written like: no leading zero, no plus sign.
_WHOLE: Final = re.compile(r"-?[1-9][0-9]*|0", re.ASCII)
_LARGEST: Final = 2**63 - 1


def known_ids(master: Path, named: str | None, options: OrderOptions, *, transactions: Any) -> pd.DataFrame:
    """Read the ids of the master file; a whole number in one file and its text in the other are one customer."""
    with open_table(master, options.reading.of_another_file(), is_orders=False) as table:
        column = found_id(table.columns, named, file=master, language=options.language)
        rows = [chunk.rows[[column]] for chunk in table.chunks([column], CHUNK_ROWS)]
    given = pd.concat(rows, ignore_index=True).set_axis(["customer_id"], axis=1)
    ids: Any = clean_ids(open_frame(given, name="customers"), "customer_id", where=Column("master", column))
    orders_whole = _are_whole(open_frame(transactions, name="transactions"))
    if orders_whole and not _are_whole(ids):
        return _as_numbers(ids.to_native(), file=master)
    return _as_text(ids.to_native()) if _are_whole(ids) and not orders_whole else ids.to_native()


def _are_whole(table: nw.DataFrame[Any] | nw.LazyFrame[Any]) -> bool:
    return bool(table.collect_schema()["customer_id"].is_integer())


def _as_numbers(ids: pd.DataFrame, *, file: Path) -> pd.DataFrame:
    """Read whole numbers, or refuse other ids: 007 may be 7 or not."""
    known = ids["customer_id"].dropna().astype(str)
    other = known[~known.map(_is_whole).astype(bool)]
    if len(other):
        raise FileError(_OTHER_IDS(file=file, ids=some(other.unique())))
    return ids.assign(customer_id=known.astype("int64").astype("Int64").reindex(ids.index))


def _is_whole(text: str) -> bool:
    return _WHOLE.fullmatch(text) is not None and abs(int(text)) <= _LARGEST


def _as_text(ids: pd.DataFrame) -> pd.DataFrame:
    return ids.assign(customer_id=ids["customer_id"].astype("Int64").astype("string").astype(object))
