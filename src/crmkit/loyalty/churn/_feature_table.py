"""Features of each snapshot, as they stood at its cutoff."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, cast

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from crmkit._calendar import next_day
from crmkit._checks import some
from crmkit._frames import (
    AnyFrame,
    FrameT,
    collected,
    give_back,
    in_memory,
    join_frames,
    midnight,
    open_frame,
    pandas_series,
    rows_like,
    same_kind,
    to_pandas,
)
from crmkit._messages import Column, Message
from crmkit._tables import SNAPSHOTS, check_same_ids, open_columns, open_table, with_plain_ids
from crmkit.customers import customer_features
from crmkit.errors import SchemaError
from crmkit.transactions import checked_transactions

__all__ = ["snapshot_features"]

_TAKEN: Final = Message(
    en="{@snapshots} has columns of its own called {names}, as features are. Drop or rename them.",
    zh="{@snapshots} 自有的列 {names} 与特征同名，请删除或改名。",
)
_TAKEN_TWICE: Final = Message(
    en="{@customers} has columns called {names}, as snapshots or features are. Drop or rename them.",
    zh="{@customers} 中的列 {names} 与快照或特征的列同名，请删除或改名。",
)
_STRANGERS: Final = Message(
    en="{@transactions} has nothing up to {day:%Y-%m-%d} of customers who have a snapshot then: {ids}. Give the log "
    "that the snapshots were made of.",
    zh="{@transactions} 中没有以下客户截至 {day:%Y-%m-%d} 的交易，而他们在当日有快照：{ids}。"
    "请给出生成快照所用的交易表。",
)
_COPIES: Final = Message(
    en="{@customers} holds ids more than once: {names}. Give one row per customer.",
    zh="{@customers} 中的编号 {names} 重复出现，每位客户只能有一行。",
)
_MISSING: Final = Message(
    en="{where} is missing in some rows. Leave these rows out.", zh="{where}在部分行缺失，请去掉这些行。"
)
_NO_ROWS: Final = Message(
    en="{@snapshots} has no rows. {@churn_snapshots()} makes them.",
    zh="{@snapshots} 没有任何行，可用 {@churn_snapshots()} 生成。",
)
_PLACE: Final = "__place"


def snapshot_features(
    snapshots: FrameT,
    *,
    transactions: FrameT,
    windows: Sequence[int],
    order_lines: FrameT | None = None,
    labels: Sequence[str] = (),
    events: Mapping[str, FrameT] | None = None,
    customers: FrameT | None = None,
    min_tenure_days: int = 14,
) -> FrameT:
    """Give each snapshot the features that the customer had at the end of its cutoff: a table to learn from.

    The features of a cutoff are those of `crmkit.customer_features` with the cutoff as ``as_of``: nothing that came
    later is looked at. The same call makes the table that today's customers are scored on.

    Parameters
    ----------
    snapshots : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `churn_snapshots` gives them, or any table with ``customer_id`` and ``cutoff``.
    transactions : the same kind of frame
        The log that the snapshots were made of.
    windows : list or tuple of int
        Lengths in days of the windows that end with the cutoff, such as (30, 90, 365).
    order_lines : the same kind of frame, optional
        As in `crmkit.customer_features`.
    labels : sequence of str, default ()
        As in `crmkit.customer_features`.
    events : mapping of str to the same kind of frame, optional
        As in `crmkit.customer_features`.
    customers : the same kind of frame, optional
        A table with ``customer_id``, each once, whose other columns are given to each snapshot: what does not change,
        such as region or channel of acquisition. A state as of today, such as a level or a cancelled contract, would
        tell the outcome.
    min_tenure_days : int, default 14
        Days that a customer must have been known for a rate.

    Returns
    -------
    the kind of frame given
        The columns of ``snapshots``, then the features, then those of ``customers``. In memory the rows keep their
        order, and on pandas their index.

    Raises
    ------
    SchemaError
        If a column is missing or called as another, ids are of two kinds or in ``customers`` more than once, or in
        memory a snapshot's customer has no transaction by its cutoff.
    TypeError
        If ``snapshots`` is not a frame, or another table is another kind of frame.
    ValueError
        As in `crmkit.customer_features`.

    Examples
    --------
    >>> from crmkit import as_transactions, load_cdnow
    >>> from crmkit.loyalty.churn import churn_snapshots
    >>> transactions = as_transactions(load_cdnow())
    >>> snapshots = churn_snapshots(
    ...     transactions, cutoffs=["1997-09-30", "1997-12-31"], as_of="1998-06-30", lookback=180, horizon=90
    ... )
    >>> table = snapshot_features(snapshots, transactions=transactions, windows=(30, 90))
    >>> table[["customer_id", "churned", "days_since_last", "n_orders_90d", "gap_ratio"]].head(3).round(2)
       customer_id  churned  days_since_last  n_orders_90d  gap_ratio
    0            1      0.0             59.0             1       0.55
    1            1      1.0             19.0             1       0.17
    2            6      0.0             66.0             2       2.24
    """
    rows = open_table(snapshots, SNAPSHOTS, columns=("customer_id", "cutoff"))
    log = checked_transactions(transactions)
    same_kind(rows, log, names=("snapshots", "transactions"))
    check_same_ids(rows, log, names=("snapshots", "transactions"))

    days = _days(rows)

    def features(cutoff: datetime) -> AnyFrame:
        made = customer_features(
            transactions,
            as_of=cutoff,
            windows=windows,
            order_lines=order_lines,
            labels=labels,
            events=events,
            min_tenure_days=min_tenure_days,
        )
        opened = in_memory(open_frame(made, name="features"))
        names = opened.collect_schema().names()
        _refuse(sorted({*names[1:]} & {*rows.collect_schema().names()}), _TAKEN)
        return opened

    parts = ((day, features(day)) for day in days)
    found = _beside(rows, parts) if isinstance(rows, nw.DataFrame) else _joined(rows, parts)
    return give_back(found if customers is None else _with_static(found, customers), like=snapshots)


def _days(rows: AnyFrame) -> list[datetime]:
    """The days of the cutoffs; every row must have one, and in memory an id."""
    cutoffs = to_pandas(rows.select("cutoff").unique())["cutoff"]
    if cutoffs.empty:
        raise SchemaError(_NO_ROWS())
    for name in ("cutoff", "customer_id"):
        if cutoffs.isna().any() if name == "cutoff" else isinstance(rows, nw.DataFrame) and rows[name].is_null().any():
            raise SchemaError(_MISSING(where=Column("snapshots", name)))
    return [day.to_pydatetime() for day in sorted(cutoffs.dt.normalize().unique())]


def _joined(rows: AnyFrame, parts: Iterable[tuple[datetime, AnyFrame]]) -> AnyFrame:
    """Join the features in an engine, cutoff by cutoff."""
    found = [join_frames(_on(day, rows), part, on="customer_id", how="left") for day, part in parts]
    return cast("AnyFrame", nw.concat(cast("Any", found)))


def _on(day: datetime, rows: AnyFrame) -> AnyFrame:
    """The rows with a cutoff on that day, at whatever time."""
    return rows.filter(
        nw.col("cutoff") >= midnight(day, of=rows),
        nw.col("cutoff") < midnight(next_day(day), of=rows),
    )


def _beside(rows: nw.DataFrame[Any], parts: Iterable[tuple[datetime, AnyFrame]]) -> nw.DataFrame[Any]:
    """Put the features beside the rows in memory, which stay where they are."""
    ids, cutoffs = pandas_series(rows["customer_id"]), rows["cutoff"].to_numpy().astype("datetime64[D]")
    columns: dict[str, Any] = {}
    for day, part in parts:
        table = to_pandas(part)
        at = np.flatnonzero(cutoffs == np.datetime64(day, "D"))
        places = pd.Index(table["customer_id"]).get_indexer(pd.Index(ids.iloc[at]))
        if (places < 0).any():
            raise SchemaError(_STRANGERS(day=day, ids=some(sorted(ids.iloc[at[places < 0]], key=str))))
        for name in table.columns.drop("customer_id"):
            values = table[name].to_numpy()
            if name not in columns:
                columns[name] = np.empty(len(rows), dtype=values.dtype if values.dtype.kind in "fi" else object)
            columns[name][at] = values[places]
    for name, values in columns.items():
        if values.dtype == object:
            columns[name] = np.array([None if pd.isna(value) else value for value in values], dtype=object)
    made = nw.from_native(rows_like(columns, like=rows.to_native()))
    return rows.with_columns(*(made[name] for name in made.columns))


def _with_static(found: AnyFrame, customers: Any) -> AnyFrame:
    """Join what does not change."""
    static = open_columns(customers, ["customer_id"], name="customers", made_by="a customer master table")
    same_kind(found, static, names=("snapshots", "customers"))
    check_same_ids(static, found, names=("customers", "snapshots"))
    static = with_plain_ids(static)
    names = static.collect_schema().names()
    _refuse(sorted({*names} & {*found.collect_schema().names()} - {"customer_id"}), _TAKEN_TWICE)
    copies = static.group_by("customer_id").agg(nw.len().alias("n")).filter(nw.col("n") > 1).head(6)
    _refuse(sorted(collected(copies)["customer_id"].to_list(), key=str), _COPIES)
    if not isinstance(found, nw.DataFrame):
        return join_frames(found, static, on="customer_id", how="left")
    # Joins do not keep the order of rows in every kind of frame, nor pandas' index.
    place = nw.new_series(_PLACE, np.arange(len(found)), backend=found.implementation)
    numbered = found.select("customer_id").with_columns(place)
    joined = cast("nw.DataFrame[Any]", join_frames(numbered, static, on="customer_id", how="left")).sort(_PLACE)
    if found.implementation.is_pandas():
        joined = nw.from_native(joined.to_native().set_axis(found.to_native().index, axis=0))
    return found.with_columns(*(joined[name] for name in names if name != "customer_id"))


def _refuse(found: Sequence[Any], problem: Message) -> None:
    if found:
        raise SchemaError(problem(names=some(found)))
