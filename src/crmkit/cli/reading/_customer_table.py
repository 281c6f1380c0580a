"""A file with one row per customer and columns of the user's own, for what needs no orders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._checks import some
from crmkit._frames import open_frame, to_pandas
from crmkit._messages import Column, Joined, Message, Said, Words
from crmkit._names import LANGUAGES, Label
from crmkit._reading import clean_ids
from crmkit.cli._roles import Role
from crmkit.cli.language import FileError, OptionError
from crmkit.cli.reading._described import described_column
from crmkit.cli.reading._left_out import LeftOut, say_left_out
from crmkit.cli.reading._named_rows import named_rows
from crmkit.cli.reading._naming import check_columns
from crmkit.cli.reading._options import OrderOptions
from crmkit.cli.reading._packed_files import shown

__all__ = ["customer_table"]

_EVERY_ROW: Final = Message(
    en=" If there is no such column, pass --customer-id '', and rows are numbered.",
    zh="若没有编号列，请用 --customer-id ''，将按行编号。",
)
_ID: Final = Role("customer_id", Message(en="customer id", zh="客户编号"), "id", "", needed=True, without=_EVERY_ROW)
_ORDERS: Final = Role(
    "n_orders",
    Message(en="number of orders", zh="订单数"),
    "number",
    "",
    usual=("norders ordercount numberoforders 订单数 订单数量 訂單數",),
)
_NO_CUSTOMER: Final = Message(en="no customer", zh="无客户编号")
_UNUSABLE: Final = Message(en="unusable {column}", zh="{column} 无效")
_CANNOT_BE_USED: Final = Message(
    en="The file has rows that cannot be used: {reasons}. Correct them, or pass --invalid drop.",
    zh="文件中有无法使用的行：{reasons}。请修正，或使用 --invalid drop。",
)
_LOCATED: Final = Message(
    en="{n} {reason} (first at rows {rows}{values})", zh="{reason} {n} 行（最先见于从 0 数起的行 {rows}{values}）"
)
_AND_VALUES: Final = Message(en=": {values}", zh="：{values}")
_NONE_LEFT: Final = Message(
    en="No row of {file} can be used: of {n:,}, {reasons}.", zh="{file} 没有可用的行：共 {n:,} 行，{reasons}。"
)
_COUNTED: Final = Message(en="{n:,} {reason}", zh="{reason} {n:,} 行")
_TWICE: Final = Message(
    en="{file} has ids more than once, such as {ids}. Give one row per customer.",
    zh="{file} 中的编号重复出现，例如 {ids}，每位客户只能有一行。",
)
_TAKEN: Final = Message(
    en="The column {column} becomes {name}, and {file} has a column of that name too. Rename one of them.",
    zh="列 {column} 将改称 {name}，而 {file} 中已有此列名。请修改其中一个。",
)


def customer_table(
    options: OrderOptions,
    *,
    numbers: Mapping[str, str],
    n_orders: str | None,
    called: Mapping[str, str],
    keep: Sequence[str] = (),
) -> pd.DataFrame:
    """Read a file with one row per customer: ``customer_id`` and all columns of the file, in its order.

    The columns of ``numbers``, by option, and that of the orders, found or named, must hold a number for everybody.
    Rows where one does not, and those without an id, are left out and said, or refused. Columns of ``keep`` must be
    there; ``called`` renames columns.
    """
    named = {"customer_id": options.columns["customer_id"], "n_orders": n_orders}
    columns = list(numbers.values())
    found = named_rows(options, [_ID, _ORDERS], named, table="customers", keep=[*columns, *keep], numbers=columns)
    id_column, of_orders = found.columns["customer_id"], found.columns["n_orders"]
    check_columns(
        list(map(str, found.rows)),
        {"--customer-id": id_column, "--n-orders": of_orders, **numbers},
        file=shown(options.file),
    )
    rows, wrong = found.rows, dict[str, npt.NDArray[np.bool_]]()
    if id_column is not None:
        where = Column("customers", id_column)
        ids = to_pandas(clean_ids(open_frame(rows[[id_column]], name="customers"), id_column, where=where))[id_column]
        rows = rows.assign(**{id_column: ids.array})
        wrong[id_column] = ids.isna().to_numpy()
    for name in columns if of_orders is None else [of_orders, *columns]:
        read, unread = _numbers(rows[name])
        rows = rows.assign(**{name: read})
        wrong[name] = unread | (read < 0).to_numpy() if name == of_orders else unread
    rows = rows.assign(**{name: described_column(rows[name]) for name in keep if name not in wrong})
    renamed = {id_column: "customer_id", of_orders: "n_orders", **called}
    rows = _renamed(rows, {name: new for name, new in renamed.items() if name is not None}, options)
    if id_column is None:
        rows.insert(0, "customer_id", range(1, len(rows) + 1))
    kept = rows[~_left_out(found.rows, wrong, id_column, options)].reset_index(drop=True)
    twice = kept.loc[kept["customer_id"].duplicated(), "customer_id"].unique()
    if len(twice):
        raise FileError(_TWICE(file=shown(options.file), ids=some(sorted(twice.tolist(), key=str))))
    return kept[["customer_id", *(name for name in kept if name != "customer_id")]]


def _renamed(rows: pd.DataFrame, names: Mapping[str, str], options: OrderOptions) -> pd.DataFrame:
    for name, new in names.items():
        if new != name and new in rows:
            raise OptionError(_TAKEN(column=name, name=new, file=shown(options.file)))
    return rows.rename(columns=dict(names))


def _numbers(values: pd.Series[Any]) -> tuple[pd.Series[Any], npt.NDArray[np.bool_]]:
    """A column of numbers, and where there is none."""
    read = pd.to_numeric(values, errors="coerce")
    wrong = ~np.isfinite(read.to_numpy(dtype=np.float64, na_value=np.nan))
    return read if pd.api.types.is_integer_dtype(read) else read.astype("float64"), wrong


def _left_out(
    given: pd.DataFrame, wrong: Mapping[str, npt.NDArray[np.bool_]], id_column: str | None, options: OrderOptions
) -> npt.NDArray[np.bool_]:
    """Which rows are left out; the first reason of each is said, or all are refused."""
    left = np.zeros(len(given), dtype=bool)
    found: list[LeftOut] = []
    reasons: dict[str, Said] = {}
    located: list[Said] = []
    for column, rows in wrong.items():
        new = np.flatnonzero(rows & ~left)
        left |= rows
        if not new.size:
            continue
        reasons[column] = _NO_CUSTOMER() if column == id_column else _UNUSABLE(column=column)
        values = given[column].iloc[new].dropna().unique().tolist()
        told = some(values) if values and column != id_column else ""
        found.append(LeftOut(column, int(new.size), told))
        beside = _AND_VALUES(values=told) if told else ""
        located.append(_LOCATED(n=new.size, reason=reasons[column], rows=some(new.tolist()), values=beside))
    if found and options.invalid == "raise":
        raise FileError(_CANNOT_BE_USED(reasons=Joined(located, ", ", "，")))
    if left.all():
        counted = [_COUNTED(n=each.n, reason=reasons[each.reason]) for each in found]
        raise FileError(_NONE_LEFT(file=shown(options.file), n=len(given), reasons=Joined(counted, ", ", "，")))
    names = {name: Label(*(said.told(language, Words()) for language in LANGUAGES)) for name, said in reasons.items()}
    say_left_out(found, names, options.language, given=len(given))
    return left
