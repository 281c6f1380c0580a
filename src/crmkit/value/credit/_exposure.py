"""How much is at risk with each customer or group of connected ones, against limits, and how much rests on few."""

from __future__ import annotations

from typing import Any, Final

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_int, check_turnover, some
from crmkit._frames import AnyFrame, FrameT, column_name, from_pandas, to_pandas, type_of
from crmkit._grouping import labels_of
from crmkit._messages import Column, Message
from crmkit._stats import herfindahl_index
from crmkit._tables import check_kind, finite_columns, open_columns, refuse_rows
from crmkit.errors import SchemaError

__all__ = ["exposure_summary_table", "exposure_table"]

_NAME: Final = "customers"

_NO_ID: Final = Message(
    en="{where} is missing in {n:,} {n:row|rows}, first at rows {rows}. Drop them.",
    zh="{where}有 {n:,} 行缺失，最先见于行 {rows}，请删除这些行。",
)
_TWICE: Final = Message(
    en="{where} has customers more than once: {ids}. Add up what each owes first.",
    zh="{where}中有重复的客户：{ids}。请先按客户合计。",
)
_NOT_KNOWN: Final = Message(
    en="{where} is missing in {n:,} {n:row|rows}, first at rows {rows}. Fill in 0 where nothing is owed.",
    zh="{where}有 {n:,} 行缺失，最先见于行 {rows}。没有欠款的请填 0。",
)
_BELOW: Final = Message(
    en="{where} is below 0 in {n:,} {n:row|rows}, first at rows {rows}. Mend or drop them.",
    zh="{where}有 {n:,} 行小于 0，最先见于行 {rows}。请修正或删除这些行。",
)
_NO_FLAG: Final = Message(
    en="{where} is not true or false in {n:,} {n:row|rows}, first at rows {rows}. Mend them.",
    zh="{where}有 {n:,} 行不是真假值，最先见于行 {rows}，请修正。",
)
_OTHER_KIND: Final = Message(
    en="{where} and {ids} hold ids of different kinds, {kind} and {other}. Convert them to one.",
    zh="{where}与{ids}的编号类型不同（{kind} 与 {other}），请转换为同一类型。",
)


def exposure_table(
    customers: FrameT,
    *,
    exposure: str,
    limit: str | None = None,
    parent: str | None = None,
    knock_out: str | None = None,
    customer_id: str = "customer_id",
) -> FrameT:
    r"""Exposure by customer, or by group of connected customers, against its limit.

    Parameters
    ----------
    customers : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        A row per customer.
    exposure : str
        Column of what is owed or may come to be, in money. Below 0 where a customer has money to their credit: that
        does not lower what others of the group owe.
    limit : str, optional
        Column of credit limits, at least 0; missing where none is agreed.
    parent : str, optional
        Column of the id of who owns or controls the customer: if one fails, so may the others. Missing for customers of
        their own. For owners of owners take ``root`` of `crmkit.segment.account_rollup_table`.
    knock_out : str, optional
        Column of true and false: customers who get no credit whatever their limit.
    customer_id : str, default "customer_id"
        Column of ids.

    Returns
    -------
    the kind of frame given
        A row per group, the largest exposure first: ``group``, the parent's id or the customer's own; ``n_customers``;
        ``exposure``, the sum of those above 0; ``credit_balance``, of those below; ``limit``, the sum of those agreed,
        and ``n_without_limit``; ``utilisation``, exposure / limit, missing where the limit is missing or 0;
        ``over_limit``, by how much exposure exceeds it, missing where none is agreed; ``share`` and
        ``cumulative_share`` of all exposure, missing where there is none; ``is_knocked_out``, whether one of them is.

    Raises
    ------
    SchemaError
        If a column is missing, an id is missing, of another kind than parents or occurs twice, an exposure is missing,
        a limit is below 0 or a number infinite.
    TypeError
        If ``customers`` is not a frame or a name is not that of a column.

    Examples
    --------
    >>> import pandas as pd
    >>> customers = pd.DataFrame({
    ...     "customer_id": ["ann", "bo", "cy"], "owner": [None, "G", "G"],
    ...     "owed": [50.0, 40, 30], "limit": [100.0, 30, 20],
    ... })
    >>> exposure_table(customers, exposure="owed", limit="limit", parent="owner")[
    ...     ["group", "n_customers", "exposure", "limit", "utilisation", "over_limit"]
    ... ]
      group  n_customers  exposure  limit  utilisation  over_limit
    0     G            2      70.0   50.0          1.4        20.0
    1   ann            1      50.0  100.0          0.5         0.0
    """
    asked = {"exposure": exposure, "limit": limit, "knock_out": knock_out}
    named = {name: column_name(column, name=name) for name, column in asked.items() if column is not None}
    own = column_name(customer_id, name="customer_id")
    above = None if parent is None else column_name(parent, name="parent")
    rows = open_columns(
        customers, [own, *named.values(), *([] if above is None else [above])], name=_NAME, made_by=None
    )
    groups = labels_of(pd.DataFrame({"group": _groups(rows, own, above)}), ["group"])
    numbers = finite_columns(customers, list(named.values()), name=_NAME)
    owed = numbers[named["exposure"]]
    refuse_rows(np.isnan(owed), _NOT_KNOWN, where=Column(_NAME, named["exposure"]))
    with np.errstate(over="ignore"):
        check_turnover(float(np.abs(owed).sum()), where=Column(_NAME, named["exposure"]))
    agreed = numbers[named["limit"]] if limit is not None else np.full(len(owed), np.nan)
    is_out = numbers[named["knock_out"]] if knock_out is not None else np.zeros(len(owed))
    if limit is not None:
        refuse_rows(agreed < 0, _BELOW, where=Column(_NAME, named["limit"]))
    if knock_out is not None:
        refuse_rows((is_out != 0) & (is_out != 1), _NO_FLAG, where=Column(_NAME, named["knock_out"]))
    n = len(groups.groups)

    def summed(values: Any) -> Floats:
        return np.bincount(groups.codes, weights=values, minlength=n).astype(np.float64)

    members, without = summed(np.ones(len(owed))), summed(np.isnan(agreed))
    at_risk = summed(np.maximum(owed, 0.0))
    limits = np.where(without < members, summed(np.nan_to_num(agreed)), np.nan)
    table = groups.groups.assign(
        n_customers=members.astype(np.int64),
        exposure=at_risk,
        credit_balance=summed(np.minimum(owed, 0.0)) + 0.0,
        limit=limits,
        n_without_limit=without.astype(np.int64),
        utilisation=_shares(at_risk, np.where(limits > 0, limits, np.nan)),
        over_limit=np.maximum(at_risk - limits, 0.0),
        share=_shares(at_risk, np.full(n, at_risk.sum() or np.nan)),
        is_knocked_out=summed(is_out) > 0,
    )
    table = table.sort_values("exposure", ascending=False, kind="stable", ignore_index=True)
    table.insert(len(table.columns) - 1, "cumulative_share", table["share"].cumsum())
    return from_pandas(table, like=customers)


def exposure_summary_table(exposures: FrameT, *, top: int = 10) -> FrameT:
    r"""Say in figures how much rests on few.

    Parameters
    ----------
    exposures : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `exposure_table` gives it.
    top : int, default 10
        How many groups are the top, at least 1.

    Returns
    -------
    the kind of frame given
        One row: ``n_groups``; ``n_exposed``, of which more than 0 is owed; ``exposure``; ``largest_share`` and
        ``top_share``, of the largest and of the ``top`` largest groups; ``herfindahl``, the sum of squared shares, 1
        with a single debtor and 1/n with n alike; ``effective_number``, 1 / ``herfindahl``: so many equal ones would be
        as concentrated; ``n_over_limit``, ``over_limit``; ``n_without_limit``, exposed groups with no limit agreed.
        Shares are missing where nothing is owed.

    Raises
    ------
    SchemaError
        If a column is missing, or an exposure is missing, infinite or below 0.
    TypeError
        If ``exposures`` is not a frame or ``top`` not a whole number.
    ValueError
        If ``top`` is below 1.

    References
    ----------
    .. [1] Herfindahl (1950), *Concentration in the Steel Industry*, Columbia University.

    Examples
    --------
    >>> import pandas as pd
    >>> customers = pd.DataFrame({"customer_id": [1, 2, 3, 4], "owed": [50.0, 30, 20, 0]})
    >>> found = exposure_summary_table(exposure_table(customers, exposure="owed"), top=2)
    >>> found[["n_exposed", "largest_share", "top_share", "herfindahl", "effective_number"]].round(3)
       n_exposed  largest_share  top_share  herfindahl  effective_number
    0          3            0.5        0.8        0.38             2.632
    """
    check_int(top, name="top", low=1)
    columns = ("exposure", "limit", "over_limit")
    open_columns(exposures, columns, name="exposures", made_by="exposure_table")
    found = finite_columns(exposures, columns, name="exposures")
    owed, over = found["exposure"], found["over_limit"]
    where = Column("exposures", "exposure")
    refuse_rows(np.isnan(owed), _NOT_KNOWN, where=where)
    refuse_rows(owed < 0, _BELOW, where=where)
    with np.errstate(over="ignore"):
        total = float(owed.sum())
    check_turnover(total, where=where)
    largest = np.sort(owed)[::-1]
    concentration = herfindahl_index(owed)
    table = pd.DataFrame(
        {
            "n_groups": [len(owed)],
            "n_exposed": int((owed > 0).sum()),
            "exposure": total,
            "largest_share": float(largest[:1].sum()) / total if total > 0 else np.nan,
            "top_share": float(largest[:top].sum()) / total if total > 0 else np.nan,
            "herfindahl": concentration,
            "effective_number": 1 / concentration,
            "n_over_limit": int((over > 0).sum()),
            "over_limit": float(np.nansum(over)),
            "n_without_limit": int((np.isnan(found["limit"]) & (owed > 0)).sum()),
        }
    )
    return from_pandas(table, like=exposures)


def _shares(values: Floats, wholes: Floats) -> Floats:
    with np.errstate(over="ignore"):
        found = values / wholes
    return np.where(np.isfinite(found), found, np.nan)


def _groups(rows: AnyFrame, own: str, above: str | None) -> pd.Series[Any]:
    """The id of the parent of each customer, or their own where they have none."""
    where = Column(_NAME, own)
    check_kind(rows, own, "id", where=where, made_by=None)
    found = to_pandas(rows.select(own if above is None else nw.col(own, above)))
    ids = found[own]
    refuse_rows(ids.isna().to_numpy(), _NO_ID, where=where)
    if (again := ids.duplicated()).any():
        raise SchemaError(_TWICE(where=where, ids=some(sorted(ids[again].unique().tolist(), key=str))))
    if above is None or above == own or found[above].isna().all():
        return ids
    parents, types = found[above], rows.collect_schema()
    if types[own].is_integer() != types[above].is_numeric():
        kind, other = type_of(rows, above), type_of(rows, own)
        raise SchemaError(_OTHER_KIND(where=Column(_NAME, above), ids=where, kind=kind, other=other))
    if types[own].is_integer():
        return parents.astype("Int64").fillna(ids.astype("Int64")).astype(np.int64)
    return parents.astype(object).where(parents.notna(), ids.astype(object))
