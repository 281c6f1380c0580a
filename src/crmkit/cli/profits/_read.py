"""Order lines with their costs as numbers, and the file of what customers cost to serve."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from crmkit._checks import some
from crmkit._frames import open_frame, to_pandas
from crmkit._messages import Column, Message
from crmkit._reading import NumberTexts, clean_numbers
from crmkit.cli.language import FileError, OptionError
from crmkit.cli.reading import OrderOptions, known_ids, open_orders, table_beside

__all__ = ["lines_of", "served_costs"]

_SERVED: Final = "cost_to_serve"
# A cost that no column has.
_NO_COST: Final = "__crmkit_cost"

_TWICE: Final = Message(
    en="The column {column} is named twice. A cost counts once.", zh="列 {column} 被指定了两次，每项成本只能计一次。"
)
_NO_COLUMN: Final = Message(
    en="{file} has no column called cost. It has {columns}. Rename the column of money to cost.",
    zh="{file} 中没有名为 cost 的列，只有 {columns}。请把金额列改名为 cost。",
)
_UNREAD: Final = Message(
    en="{where} holds {n:,} {n:value|values} that {n:is not a number|are not numbers}, such as {values}. Mend them.",
    zh="{where}有 {n:,} 个值不是数字，例如 {values}。请修正。",
)
_NOBODY: Final = Message(en="No row counts up to {as_of}.", zh="截至 {as_of} 没有计入的行。")


def lines_of(options: OrderOptions, columns: Mapping[str, Any]) -> tuple[pd.DataFrame, dict[str, Any]]:
    """The checked lines up to ``as_of`` with their costs as numbers, and the columns that these are in."""
    named = dict(columns)
    keep = [name for name in (named["cost"], named["discount"], *named["direct_costs"]) if name is not None]
    if twice := [name for name in keep if keep.count(name) > 1]:
        raise OptionError(_TWICE(column=twice[0]))
    with open_orders(options, keep=keep) as log:
        log.transactions(options, as_of=options.as_of)
        made = open_frame(log.lines(options, keep=keep), name="order_lines")
        texts = NumberTexts(decimal=options.decimal, currency_sign=options.currency_sign)
        lines = _with_numbers(to_pandas(made), keep, texts)
    if options.as_of is not None:
        lines = lines[lines["date"] <= pd.Timestamp(options.as_of)].reset_index(drop=True)
    if lines.empty:
        raise FileError(_NOBODY(as_of=options.as_of))
    if named["cost"] is None:
        named["cost"] = _NO_COST
        lines = lines.assign(**{_NO_COST: np.nan})
    return lines, named


def served_costs(path: Path, options: OrderOptions, *, lines: pd.DataFrame) -> pd.DataFrame:
    """What customers cost to serve, by ids like those of the lines; rows without one are nobody's."""
    table = table_beside(path, options.reading)
    if "cost" not in table.columns:
        raise FileError(_NO_COLUMN(file=path, columns=", ".join(map(str, table.columns))))
    ids = known_ids(path, None, options, transactions=lines[["customer_id"]])
    texts = NumberTexts(decimal=options.decimal, currency_sign=options.currency_sign)
    costs = _with_numbers(table[["cost"]], ["cost"], texts, table=_SERVED)["cost"]
    known = ids["customer_id"].notna().to_numpy()
    kinds = np.where(known, "allocated", "unallocated").astype(object)
    if "kind" in table.columns:
        kinds = np.where(known, kinds, table["kind"].fillna("unallocated").to_numpy(dtype=object))
    found = pd.DataFrame({"customer_id": ids["customer_id"].to_numpy(dtype=object), "kind": kinds, "cost": costs})
    return found.astype({"customer_id": ids["customer_id"].dtype})


def _with_numbers(
    rows: pd.DataFrame, columns: Sequence[str], texts: NumberTexts, *, table: str = "orders"
) -> pd.DataFrame:
    """Read columns as numbers, in the notation of the file."""
    if not columns:
        return rows
    where = {name: Column(table, name) for name in columns}
    read = to_pandas(clean_numbers(open_frame(rows, name=table), where, texts=texts))
    for name in columns:
        written = rows[name].notna() & rows[name].astype(str).str.strip().ne("")
        if (unread := written & read[name].isna()).any():
            values = some(rows.loc[unread, name].unique())
            raise FileError(_UNREAD(where=where[name], n=int(unread.sum()), values=values))
    return read
