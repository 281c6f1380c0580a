"""What made a product of factors change, exactly, group by group."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal, TypeAlias, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_option, check_turnover, some
from crmkit._frames import FrameT, from_pandas, listed_names, to_pandas
from crmkit._grouping import check_labels, label_names
from crmkit._messages import Column, Message, Parameter
from crmkit._stats import log_mean, log_ratio, sequential_contributions, shapley_contributions
from crmkit._tables import finite_columns, open_columns, refuse_rows
from crmkit.errors import SchemaError
from crmkit.value._cancelled import cancelled
from crmkit.value.profit._alike import check_alike_labels

__all__ = ["Method", "change_table"]

Method: TypeAlias = Literal["log_mean", "shapley", "sequential"]
_TAKEN: Final = ("scope", "factor", "role", "value", "previous", "contribution", "contribution_share")
_OUTCOME: Final = "product"
# Shapley's value takes two to the power of so many products.
_MOST_FACTORS: Final = 6

_FEW: Final = Message(
    en="{@factors} must name two or more columns, each once, got {factors}.",
    zh="{@factors} 须列出两个或更多的列，每列一次，得到 {factors}。",
)
_MANY: Final = Message(
    en="{@method='shapley'} takes at most {most} factors, got {n}. Use {@method='log_mean'}.",
    zh="{@method='shapley'} 至多 {most} 个因素，得到 {n} 个。请用 {@method='log_mean'}。",
)
_NAME_TAKEN: Final = Message(
    en="{names} are columns of the result or named twice. Rename them.",
    zh="{names} 与结果表的列重名，或被重复指定，请改名。",
)
_SEVERAL: Final = Message(
    en="{name} has more than one row of {cells}. Add up its rows first, or name the columns that tell them "
    "apart as {@by}.",
    zh="{name} 中 {cells} 有多行。请先合并，或用 {@by} 指定区分它们的列。",
)
_ONE_ROW: Final = Message(
    en="{name} has {n:,} rows. Without {@by} it must have one: the factors of the whole.",
    zh="{name} 有 {n:,} 行。不给 {@by} 时应恰有一行，即整体的各因素。",
)
_MISSING: Final = Message(
    en="{where} is missing in {n:,} {n:row|rows}, first at rows {rows}. Mend or drop them.",
    zh="{where}有 {n:,} 行缺失，最先见于行 {rows}。请修正或删除这些行。",
)
_BELOW: Final = Message(
    en="{where} is below 0 in {n:,} {n:row|rows}, first at rows {rows}, and has no logarithm. Use {@method='shapley'}, "
    "or split profit into revenue and cost, and their changes apart.",
    zh="{where}有 {n:,} 行小于 0，最先见于行 {rows}，无法取对数。"
    "请用 {@method='shapley'}，或把利润拆成收入与成本分别分解。",
)


def change_table(
    before: FrameT, after: Any, *, factors: Sequence[str], by: Any = None, method: Method = "log_mean"
) -> FrameT:
    r"""Split the change of a product among its factors, such as customers × orders × price × margin.

    By the additive log-mean Divisia index a factor :math:`x` adds :math:`L(v_1, v_0) \ln(x_1 / x_0)`, where :math:`v`
    is the product and :math:`L(a, b) = (a - b) / \ln(a / b)`.

    Parameters
    ----------
    before, after : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        The factors of both periods: one row, or with ``by`` one row for each group.
    factors : sequence of str
        Two or more columns of numbers whose product changed.
    by : str or sequence of str, optional
        The columns of labels that groups are known by.
    method : {"log_mean", "shapley", "sequential"}, default "log_mean"
        "log_mean" and "shapley" (the mean over all orders in which factors could change, at most 6 of them) are exact,
        do not depend on the order of the factors, and change their signs if the periods are swapped. Factors below 0
        have no log mean. "sequential" changes one factor after another in the order given, and its answer depends on
        that order.

    Returns
    -------
    the kind of ``before``
        With ``by`` first its columns and ``scope``, "group" or "all". ``factor``, the name of one, or "product";
        ``role``, "outcome", "factor", "new" or "lost"; ``value`` and ``previous``, that before; ``contribution`` to the
        change of the product, and of the product its change; ``contribution_share``, of the change, missing where there
        is none.

        The contributions of a group add up to its change, those of the groups to that of all. A group that is missing
        in one of the tables is not split: it has a row of role "new" or "lost", and its factors have no contribution.
        With log means, the same holds for a group with two factors that are 0 in one period; if only one factor is 0,
        it takes the whole change.

    Raises
    ------
    SchemaError
        If a column is missing or holds no numbers, a number is missing or infinite, a group is there twice, labels
        are of different kinds, without ``by`` a table has not one row, or a product is larger than any number.
    TypeError
        If a table is not a frame, or ``factors`` or ``by`` is not as described.
    ValueError
        If ``method`` is not one of the three, there are fewer than two factors, too many for Shapley, or a factor is
        below 0 with log means, or a name is taken by the result.

    See Also
    --------
    price_volume_mix_table : The change of revenue or profit of items.
    crmkit.metrics.base_audit.period_change_table : The same from a table of customers and periods.
    crmkit.metrics.kpi_driver_table : The same from a table of KPIs.

    References
    ----------
    .. [1] Ang (2004), "Decomposition Analysis for Policymaking in Energy", *Energy Policy* 32(9).
    .. [2] Ang and Liu (2007), "Handling Zero Values in the Logarithmic Mean Divisia Index Decomposition Approach",
       *Energy Policy* 35(1).
    .. [3] Wood and Lenzen (2006), "Zero-Value Problems of the Logarithmic Mean Divisia Index Decomposition Method",
       *Energy Policy* 34(12).

    Examples
    --------
    >>> import pandas as pd
    >>> before = pd.DataFrame({"customers": [1000], "orders": [2.0], "units": [3.0], "price": [10.0], "margin": [0.40]})
    >>> after = pd.DataFrame({"customers": [1100], "orders": [2.2], "units": [2.9], "price": [10.5], "margin": [0.38]})
    >>> change = change_table(before, after, factors=["customers", "orders", "units", "price", "margin"])
    >>> change[["factor", "previous", "value", "contribution", "contribution_share"]].round(3)
          factor  previous     value  contribution  contribution_share
    0    product   24000.0  28001.82      4001.820               1.000
    1  customers    1000.0   1100.00      2473.252               0.618
    2     orders       2.0      2.20      2473.252               0.618
    3      units       3.0      2.90      -879.728              -0.220
    4      price      10.0     10.50      1266.080               0.316
    5     margin       0.4      0.38     -1331.035              -0.333
    """
    check_option(method, get_args(Method), name="method")
    names = listed_names(factors, name="factors")
    labels = [] if by is None else label_names(by)
    if len(names) < 2 or len(set(names)) < len(names):
        raise ValueError(_FEW(factors=some(names)))
    if method == "shapley" and len(names) > _MOST_FACTORS:
        raise ValueError(_MANY(most=_MOST_FACTORS, n=len(names)))
    if taken := [name for name in labels if name in _TAKEN or name in names] + [
        name for name in names if name == _OUTCOME
    ]:
        raise ValueError(_NAME_TAKEN(names=taken))
    sides = [
        _read(table, names, labels, method=method, name=name) for name, table in (("before", before), ("after", after))
    ]
    keys, cells = _matched(sides, labels)
    return from_pandas(_table(keys, cells, names, labels, method=method), like=before)


def _read(table: Any, factors: Sequence[str], labels: Sequence[str], *, method: Method, name: str) -> pd.DataFrame:
    """The factors and labels of one period, checked."""
    found = finite_columns(table, list(factors), name=name)
    for factor, values in found.items():
        refuse_rows(np.isnan(values), _MISSING, where=Column(name, factor))
        if method == "log_mean" and (values < 0).any():
            at = np.flatnonzero(values < 0)
            raise ValueError(_BELOW(where=Column(name, factor), n=at.size, rows=some(at.tolist())))
    numbers = pd.DataFrame(found)
    with np.errstate(over="ignore"):
        check_turnover(float(np.abs(numbers.to_numpy().prod(axis=1)).sum()), where=Parameter(name))
    if not labels:
        if len(numbers) != 1:
            raise SchemaError(_ONE_ROW(name=Parameter(name), n=len(numbers)))
        return numbers
    rows = open_columns(table, labels, name=name, made_by=None)
    check_labels(rows, labels, table=name)
    given = to_pandas(rows.select(*labels))
    if (twice := given.duplicated(labels)).any():
        cells = [
            tuple(row) if len(labels) > 1 else row[0] for row in given.loc[twice, list(labels)].to_numpy().tolist()
        ]
        raise SchemaError(_SEVERAL(name=Parameter(name), cells=some(cells)))
    return pd.concat([given, numbers], axis=1)


def _matched(sides: Sequence[pd.DataFrame], labels: Sequence[str]) -> tuple[pd.DataFrame, npt.NDArray[np.float64]]:
    """The groups in order, and their factors in both periods (period, factor, group), missing where there are none."""
    before, after = sides
    if not labels:
        return pd.DataFrame(index=[0]), np.stack([side.to_numpy(float).T for side in sides])
    for name in labels:
        check_alike_labels(before[name], after[name], column=name)
    together = pd.concat([before[list(labels)], after[list(labels)]], ignore_index=True)
    keys = together.drop_duplicates(ignore_index=True).sort_values(list(labels), key=_order, ignore_index=True)
    merged = [keys.merge(side, on=list(labels), how="left").drop(columns=list(labels)) for side in (before, after)]
    return keys, np.stack([side.to_numpy(float).T for side in merged])


def _order(column: pd.Series[Any]) -> Any:
    """Ranks of labels by kind and value, for not all kinds can be compared."""
    known = sorted(column.dropna().unique(), key=lambda label: (type(label).__name__, label))
    return pd.Index(column.astype(object)).map({label: place for place, label in enumerate(known)})


def _contributions(before: Floats, after: Floats, method: Method) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """What each factor adds to the change of each group, and which groups are not split."""
    lacking = np.isnan(before[0]) | np.isnan(after[0])
    if method == "shapley":
        return shapley_contributions(before, after), lacking
    if method == "sequential":
        return sequential_contributions(before, after), lacking
    v0, v1 = before.prod(axis=0), after.prod(axis=0)
    change = v1 - v0
    # Where two factors vanish together, nothing tells which of them did it.
    whole = lacking | (((before == 0).sum(axis=0) > 1) | ((after == 0).sum(axis=0) > 1)) & (change != 0)
    with np.errstate(invalid="ignore"):
        shared = log_mean(v1, v0) * log_ratio(after, before)
    from_zero = np.where(np.where(v1 == 0, after, before) == 0, change, 0.0)
    found = np.where((v0 == 0) | (v1 == 0), from_zero, shared)
    return np.where(whole, np.nan, np.where(change == 0, np.where(v0 == 0, 0.0, found), found)), whole


def _table(
    keys: pd.DataFrame, cells: Any, factors: Sequence[str], labels: Sequence[str], *, method: Method
) -> pd.DataFrame:
    before, after = cells
    n = len(keys)
    added, whole = _contributions(before, after, method)
    ends = [np.nan_to_num(side.prod(axis=0)) for side in (before, after)]
    change = ends[1] - ends[0]
    is_new = whole & (np.isnan(before[0]) | (~np.isnan(after[0]) & (ends[0] == 0)))
    parts = [
        pd.DataFrame({"at": range(n), "factor": _OUTCOME, "role": "outcome", "value": ends[1], "previous": ends[0]})
    ]
    parts[0]["contribution"] = change
    for place, factor in enumerate(factors):
        of_factor = {"value": after[place], "previous": before[place], "contribution": added[place]}
        parts.append(pd.DataFrame({"at": range(n), "factor": factor, "role": "factor", **of_factor}))
    at = np.flatnonzero(whole)
    role = np.where(is_new[at], "new", "lost").astype(object)
    parts.append(pd.DataFrame({"at": at, "factor": _OUTCOME, "role": role, "contribution": change[at]}))
    rows = pd.concat(parts, ignore_index=True).sort_values("at", kind="stable", ignore_index=True)
    if labels:
        rows = pd.concat([rows, _of_all(rows, n)], ignore_index=True)
    sides = [np.append(side, np.abs(side).sum()) for side in ends]
    total = cancelled(np.append(change, change.sum()), *sides)[rows["at"].to_numpy(int)]
    with np.errstate(invalid="ignore", divide="ignore"):
        rows["contribution_share"] = np.where(total == 0, np.nan, rows["contribution"] / total)
    if not labels:
        return rows.drop(columns="at")
    named = keys.reindex(range(n + 1)).iloc[rows["at"].to_numpy(int)].reset_index(drop=True)
    scope = np.where(rows["at"] < n, "group", "all").astype(object)
    return pd.concat([named.assign(scope=scope), rows.drop(columns="at")], axis=1)


def _of_all(rows: pd.DataFrame, n: int) -> pd.DataFrame:
    """The sums over groups; of factors only their contributions add up."""
    sums = rows.groupby(["factor", "role"], sort=False)[["value", "previous", "contribution"]].sum().reset_index()
    rank = {"outcome": 0, "factor": 1, "new": 2, "lost": 3}
    sums = sums.sort_values("role", key=lambda role: role.map(rank), kind="stable", ignore_index=True)
    sums.loc[sums["role"] != "outcome", ["value", "previous"]] = np.nan
    return sums.assign(at=n)
