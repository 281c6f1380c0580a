"""Tables of KPIs by period, as other functions of this package give them, opened again."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._frames import to_pandas
from crmkit._grouping import check_labels
from crmkit._kpi import KPI_COLUMNS
from crmkit._messages import Column, Message
from crmkit._tables import check_kind, open_columns
from crmkit.errors import SchemaError

__all__ = ["KpiRows", "kpi_rows"]

_MADE_BY: Final = "metrics.kpi_table"
_NEEDED: Final = ("is_complete", "kpi", "value", "numerator", "denominator")
_NOT_LABELS: Final = frozenset(
    [
        *("period", "is_complete", *KPI_COLUMNS),
        *("previous", "change", "relative_change", "compared", "n_days", "target_low", "target_high", "attainment"),
    ]
)

_NO_PERIODS: Final = Message(
    en="{@table} has no periods. Give {@period} and {@as_of} to {@kpi_table()}, or {@freq} to {@order_kpis()}.",
    zh="{@table} 没有期间。请在 {@kpi_table()} 中给出 {@period} 与 {@as_of}，或在 {@order_kpis()} 中给出 {@freq}。",
)
_EMPTY: Final = Message(en="{@table} has no rows.", zh="{@table} 没有任何行。")
_NO_NAME: Final = Message(
    en="{@table} has {n:,} {n:row|rows} without a KPI or a period. Leave these rows out.",
    zh="{@table} 有 {n:,} 行没有指标代码或期间，请去掉这些行。",
)
_TWICE: Final = Message(
    en="{@table} has {n:,} rows of {kpi} on {day:%Y-%m-%d} in one group. Keep one.",
    zh="{@table} 中同一分组 {day:%Y-%m-%d} 的 {kpi} 有 {n:,} 行，请只保留一行。",
)


class KpiRows(NamedTuple):
    """The rows, sorted by period within groups that keep their order; the columns of labels; the group of each row."""

    table: pd.DataFrame
    labels: list[str]
    groups: npt.NDArray[np.int64]


def kpi_rows(native: Any) -> KpiRows:
    """Open a table of KPIs by period; every row is another group, period or KPI."""
    # A table without periods lacks more than a column: its KPIs are those of all days.
    rows = open_columns(native, _NEEDED[1:], name="table", made_by=_MADE_BY)
    columns = rows.collect_schema().names()
    if "period" not in columns:
        raise SchemaError(_NO_PERIODS())
    rows = open_columns(native, _NEEDED, name="table", made_by=_MADE_BY)
    for name in ("value", "numerator", "denominator"):
        check_kind(rows, name, "number", where=Column("table", name), made_by=_MADE_BY)
    check_kind(rows, "period", "day", where=Column("table", "period"), made_by=_MADE_BY)
    labels = [name for name in columns if name not in _NOT_LABELS]
    check_labels(rows, labels, table="table")
    table = to_pandas(rows)
    if table.empty:
        raise SchemaError(_EMPTY())
    if n_missing := int(table[["period", "kpi"]].isna().any(axis=1).sum()):
        raise SchemaError(_NO_NAME(n=n_missing))
    groups: npt.NDArray[np.int64] = np.zeros(len(table), dtype=np.int64)
    if labels:
        groups = table.groupby(labels, dropna=False, sort=False, observed=True).ngroup().to_numpy().astype(np.int64)
    order = np.lexsort((table["period"].to_numpy(), groups))
    table, groups = table.iloc[order].reset_index(drop=True), groups[order]
    counts = table.groupby([groups, "period", "kpi"]).size().reset_index(name="n_rows").sort_values("n_rows")
    day, kpi, n = (counts[name].iloc[-1] for name in ("period", "kpi", "n_rows"))
    if n > 1:
        raise SchemaError(_TWICE(n=int(n), kpi=kpi, day=day))
    return KpiRows(table, labels, groups)
