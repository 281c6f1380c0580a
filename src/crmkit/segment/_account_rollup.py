"""A hierarchy of accounts added up: from those shipped to, over those sold to, to the group."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, cast

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_columns, check_turnover, no_money, some
from crmkit._frames import (
    FrameT,
    collected,
    column_name,
    give_back,
    in_memory,
    is_engine,
    listed_names,
    open_frame,
    pandas_series,
    rows_like,
)
from crmkit._messages import Column, Message
from crmkit._reading import clean_ids
from crmkit._tables import finite_columns, refuse_rows
from crmkit.errors import SchemaError

__all__ = ["account_rollup_table"]

_MADE: Final = ("parent", "root", "depth", "n_accounts", "n_buyers")
_MOST_SHOWN: Final = 5
_MOST_ORDERS: Final = 1e15
_Places = npt.NDArray[np.int64]

_ON_ENGINE: Final = Message(
    en="{@accounts} must be a table in memory. Collect it first.", zh="{@accounts} 须为内存中的表，请先取回内存。"
)
_NO_ID: Final = Message(
    en="{where} is missing in {n:,} {n:row|rows}, first at rows {rows}. Drop them.",
    zh="{where}有 {n:,} 行缺失，最先见于行 {rows}，请删除这些行。",
)
_TWICE: Final = Message(
    en="{@accounts} has ids more than once, such as {ids}. Give one row per account.",
    zh="{@accounts} 中的编号重复出现，例如 {ids}，每个账户只能有一行。",
)
_ORPHANS: Final = Message(
    en="{where} names parents that are not in the table: {pairs}, {n:,} {n:row|rows} in all. Add a row for each "
    "parent, or leave it empty for accounts at the top.",
    zh="{where}中的上级不在表中：{pairs}，共 {n:,} 行。请为这些上级补上一行；最上层账户请留空。",
)
_PAIR: Final = Message(en="{parent!r} of {account!r}", zh="{account!r} 的上级 {parent!r}")
_OTHER_KIND: Final = Message(
    en="{where} and {ids} hold ids of different kinds, {kind} and {other}. Convert them to one.",
    zh="{where}与{ids}的编号类型不同（{kind} 与 {other}），请转换为同一类型。",
)
_CYCLES: Final = Message(
    en="{where} runs in a circle: {circle}, and {n:,} {n:account|accounts} never reach a top. Empty the parent of one.",
    zh="{where}形成循环：{circle}，共 {n:,} 个账户到不了最上层。请将其中一个账户的上级留空。",
)
_NO_SUMS: Final = Message(
    en="{@sums} must name columns other than {made}, each once, and {@customer_id} and {@parent} two others; "
    "got {got}.",
    zh="{@sums} 中的列不得为 {made}，也不得重复；{@customer_id} 与 {@parent} 须为另外两列；得到 {got}。",
)
_LACKING: Final = Message(
    en="{where} is missing in {n:,} {n:row|rows}, first at rows {rows}: the sums above would be too small. Fill it.",
    zh="{where}有 {n:,} 行缺失，最先见于行 {rows}，其上级的合计会偏小。请补全。",
)
_NO_COUNT: Final = Message(
    en="{where} must count orders, and is not a whole number from 0 to {most:g} in {n:,} {n:row|rows}, first at rows "
    "{rows}. Mend them.",
    zh="{where}应为订单数，有 {n:,} 行不是 0 至 {most:g} 的整数，最先见于行 {rows}。请修正。",
)


def account_rollup_table(
    accounts: FrameT,
    *,
    parent: str,
    sums: Sequence[str] = ("n_orders", "spend"),
    customer_id: str = "customer_id",
) -> FrameT:
    """Add up a hierarchy of accounts: each account together with all accounts below it.

    Business customers often order under several account numbers, one per delivery address or subsidiary, and a group
    owns them all. Add the accounts up before you score them. Rows with ``depth`` 0 are the groups. For recency and
    rhythm, merge the orders themselves: with ``root`` renamed to ``merged_id``, this table is what ``merge_ids=`` of
    `crmkit.as_transactions` takes.

    By hand: the group G owns A and B, and B owns C. With a spend of 0, 10, 20 and 5 the sums are 35 for G, 10 for A, 25
    for B and 5 for C.

    Parameters
    ----------
    accounts : pandas, Polars or PyArrow table
        One row per account, such as a customers table with a column for the parent.
    parent : str
        Column with the id of the account above; missing, or the account itself, at the top.
    sums : sequence of str, default ("n_orders", "spend")
        Columns to add up. A column that is missing throughout stays missing; in all others every value must be known.
        ``n_orders`` holds whole numbers.
    customer_id : str, default "customer_id"
        Column that identifies the account.

    Returns
    -------
    the kind of table given
        One row per account, in the order given, on pandas with its index: the id; ``parent``, missing at the top;
        ``root``, the account at the top; ``depth``, 0 at the top; ``n_accounts``, the account and all below it;
        ``n_buyers``, how many of these have an order, if ``n_orders`` is among ``sums``; and the columns of ``sums``,
        of the account and all below it.

    Raises
    ------
    SchemaError
        If a column is missing or does not hold numbers, an id is missing or occurs twice, a parent is not in the table,
        accounts are above one another in a circle, a value to add up is missing or infinite, or ``n_orders`` is not a
        whole number of 0 or more.
    TypeError
        If ``accounts`` is not a table in memory, or ``sums`` not a list.
    ValueError
        If ``sums`` names a column twice, or one that the result has itself.

    Examples
    --------
    >>> import pandas as pd
    >>> accounts = pd.DataFrame({
    ...     "customer_id": ["G", "A", "B", "C"], "belongs_to": [None, "G", "G", "B"],
    ...     "n_orders": [0, 1, 3, 1], "spend": [0.0, 10.0, 20.0, 5.0],
    ... })
    >>> account_rollup_table(accounts, parent="belongs_to").drop(columns="parent")
      customer_id root  depth  n_accounts  n_buyers  n_orders  spend
    0           G    G      0           4         3         5   35.0
    1           A    G      1           1         1         1   10.0
    2           B    G      1           2         2         4   25.0
    3           C    G      2           1         1         1    5.0
    """
    id_column, above = column_name(customer_id, name="customer_id"), column_name(parent, name="parent")
    added = listed_names(sums, name="sums")
    taken = list(dict.fromkeys([*_MADE, id_column, above]))
    if len(set(added)) < len(added) or set(added) & set(taken) or id_column in _MADE or id_column == above:
        raise ValueError(_NO_SUMS(made=taken, got=added))
    frame = in_memory(open_frame(accounts, name="accounts"))
    if is_engine(frame):
        raise TypeError(_ON_ENGINE())
    check_columns(frame.collect_schema(), [id_column, above, *added], name="accounts", made_by=None)
    where = {name: Column("accounts", name) for name in (id_column, above)}
    for name, place in where.items():
        frame = clean_ids(frame, name, where=place)
    rows = collected(frame.select(id_column, above))
    ids, parents = (pd.Series(pandas_series(rows[name]).array) for name in (id_column, above))
    refuse_rows(ids.isna().to_numpy(dtype=bool), _NO_ID, where=where[id_column])
    kind, other = rows.schema[above], rows.schema[id_column]
    if kind.is_numeric() != other.is_numeric() and parents.notna().any():
        raise SchemaError(_OTHER_KIND(where=where[above], ids=where[id_column], kind=kind, other=other))
    if ids.duplicated().any():
        raise SchemaError(_TWICE(ids=some(ids[ids.duplicated()].unique().tolist())))
    up = _parents(ids, parents, where=where[above])
    values = _values(accounts, added)
    below = {**values, "n_accounts": np.ones(len(ids))}
    if "n_orders" in values:
        below["n_buyers"] = np.where(np.isnan(values["n_orders"]), np.nan, values["n_orders"] > 0)
    depth, root = _tops(up, ids=ids, where=where[above])
    totals = _added_up(up, below)
    made: dict[str, Any] = {
        "depth": depth,
        **{name: _counts(totals[name]) for name in ("n_accounts", "n_buyers") if name in totals},
        **{name: _counts(totals[name]) if name == "n_orders" else totals[name] for name in added},
    }
    own = nw.when(nw.col(above) != nw.col(id_column)).then(nw.col(above))
    named = rows.select(id_column, own.alias("parent")).with_columns(rows[id_column][root].alias("root"))
    return _beside(named, made, like=accounts)


def _beside(named: nw.DataFrame[Any], made: dict[str, Any], *, like: FrameT) -> FrameT:
    """Put what was worked out beside the ids; on pandas with the index of the rows given."""
    columns: Any = nw.from_native(cast("Any", rows_like(made, like=like)))
    if isinstance(columns, nw.LazyFrame):
        columns = columns.collect()
    if named.implementation.is_pandas():
        index = columns.to_native().index
        named = nw.from_native(named.to_native().set_axis(index, axis=0))
    return give_back(nw.concat([named, columns], how="horizontal"), like=like)


def _parents(ids: pd.Series[Any], parents: pd.Series[Any], *, where: object) -> _Places:
    """The position of each account's parent, -1 at the top."""
    top = parents.isna().to_numpy(dtype=bool)
    up = np.full(len(ids), -1, dtype=np.int64)
    up[~top] = pd.Index(ids).get_indexer(pd.Index(parents[~top]))
    orphans = np.flatnonzero(~top & (up < 0))
    if orphans.size:
        first = orphans[:_MOST_SHOWN]
        named = zip(parents.iloc[first].tolist(), ids.iloc[first].tolist(), strict=True)
        pairs = [_PAIR(parent=above, account=account) for above, account in named]
        raise SchemaError(_ORPHANS(where=where, pairs=pairs, n=orphans.size))
    return np.where(up == np.arange(len(ids)), -1, up)


def _values(accounts: Any, columns: Sequence[str]) -> dict[str, Floats]:
    values = finite_columns(accounts, columns, name="accounts")
    for column, floats in values.items():
        where = Column("accounts", column)
        if not no_money(floats):
            refuse_rows(np.isnan(floats), _LACKING, where=where)
            if column == "n_orders":
                is_count = (floats >= 0) & (floats <= _MOST_ORDERS) & (floats == np.floor(floats))
                refuse_rows(~is_count, _NO_COUNT, where=where, most=_MOST_ORDERS)
        with np.errstate(over="ignore"):
            check_turnover(float(np.nansum(np.abs(floats))), where=where)
    return values


def _counts(totals: Floats) -> Floats | _Places:
    """Sums of counts as whole numbers, unless they are missing."""
    return totals if no_money(totals) else totals.astype(np.int64)


def _tops(up: _Places, *, ids: pd.Series[Any], where: object) -> tuple[_Places, _Places]:
    """How far below the top each account is, and which account is there: by doubling the step upwards."""
    depth, root, ahead = (up >= 0).astype(np.int64), np.where(up >= 0, up, np.arange(len(up))), up
    # After k rounds the step is 2**k levels: as many as there are accounts lead into a circle.
    for _ in range(len(up).bit_length() + 1):
        goes = np.flatnonzero(ahead >= 0)
        if not goes.size:
            return depth, root
        depth[goes] += depth[ahead[goes]]
        root, ahead = root[root], _twice(ahead)
    goes = np.flatnonzero(ahead >= 0)
    raise SchemaError(_CYCLES(where=where, circle=_circle(up, int(goes[0]), ids), n=goes.size))


def _twice(ahead: _Places) -> _Places:
    return np.where(ahead >= 0, ahead[ahead], -1)


def _added_up(up: _Places, values: dict[str, Floats]) -> dict[str, Floats]:
    """Add up what lies below: after k rounds everybody holds the first 2**k levels."""
    totals, ahead = dict(values), up
    while (goes := np.flatnonzero(ahead >= 0)).size:
        to = ahead[goes]
        totals = {name: own + np.bincount(to, weights=own[goes], minlength=len(up)) for name, own in totals.items()}
        ahead = _twice(ahead)
    return totals


def _circle(up: _Places, start: int, ids: pd.Series[Any]) -> str:
    """The ids of a circle that an account leads into."""
    seen: dict[int, int] = {}
    at = start
    while at not in seen:
        seen[at] = len(seen)
        at = int(up[at])
    members = [place for place, turn in seen.items() if turn >= seen[at]]
    return some([ids.iloc[place] for place in members])
