"""Those contacted and the others of a base: who was contacted, what is known of them, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api.types import is_datetime64_any_dtype

from crmkit._arrays import Floats
from crmkit._checks import some
from crmkit._frames import column_name, listed_names, to_pandas
from crmkit._messages import Column, Message, Parameter
from crmkit._tables import check_each_once, open_columns
from crmkit.errors import SchemaError
from crmkit.loyalty.campaigns._covariates import floats_of, read_covariates
from crmkit.loyalty.campaigns._sizes import SMALLEST, check_size

__all__ = ["Base", "check_once", "column_names", "read_base", "read_treated"]

_MADE_BY: Final = "customer_summary"
_ID: Final = "customer_id"

_NONE_NAMED: Final = Message(en="{name} names no column.", zh="{name} 没有指定任何列。")
_TWO_ROLES: Final = Message(
    en="The columns {names} are named more than once. Each can be one thing only: what came after a contact is not "
    "what customers are matched on, and what they are matched on shows nothing as a placebo.",
    zh="列 {names} 被指定了多次，每列只能有一种用途：触达之后的结果不能用来匹配，已用来匹配的列也不能再作安慰剂检验。",
)
_NOT_FLAGS: Final = Message(
    en="{where} must say of every customer whether they were contacted, 1 or 0, got {got}. Of customers contacted on "
    "several days, compare those of one day with those never contacted, one call for each day.",
    zh="{where} 须说明每位客户是否被触达，1 为是、0 为否，得到 {got}。若分多日触达，"
    "请每次取一日触达的客户与从未触达的客户比较，逐日各调用一次。",
)
_ONE_SIDE: Final = Message(
    en="{where} has {n:,} contacted and {m:,} others; some of each are needed.",
    zh="{where} 中被触达的有 {n:,} 位，其他客户有 {m:,} 位；两者都要有。",
)
_NOTHING_KNOWN: Final = Message(
    en="The columns {names} in {@covariates} are the same for all customers, so there is nothing to compare them by. "
    "Name columns in which customers differ.",
    zh="{@covariates} 的列 {names} 对所有客户只有同一个值，无从比较。请指定客户之间有差异的列。",
)
_NOT_NUMBERS: Final = Message(
    en="{where} must hold a number for every customer, got {got}. Who did nothing has a 0.",
    zh="{where} 须为每位客户给出一个数，得到 {got}。什么都没做的客户应为 0。",
)


class Base(NamedTuple):
    """Whether each customer was contacted, their covariates with the names of these, and numbers by name."""

    treated: npt.NDArray[np.bool_]
    covariates: Floats
    names: tuple[str, ...]
    numbers: dict[str, Floats]


def read_base(customers: object, *, treated: str, covariates: Sequence[str], numbers: Sequence[str] = ()) -> Base:
    """Read who was contacted, the covariates and further numbers, in an order that is not that of the rows.

    A missing value of a covariate is the mean of the others, and marked in a column beside it.
    """
    chosen = column_names(covariates, name="covariates")
    named = [column_name(treated, name="treated"), *chosen, *numbers]
    check_once(named)
    rows = open_columns(customers, named, name="customers", made_by=_MADE_BY)
    check_each_once(rows, name="customers")
    table = to_pandas(rows.select(*dict.fromkeys([*named, *([_ID] if _ID in rows.collect_schema() else [])])))
    flags = read_treated(table[named[0]], where=Column("customers", treated))
    columns = read_covariates(table, chosen, table="customers")
    values = np.column_stack(list(columns.values()))
    if not (np.fmin.reduce(values) < np.fmax.reduce(values)).any():
        raise SchemaError(_NOTHING_KNOWN(names=chosen))
    further = {name: _numbers(table[name], where=Column("customers", name)) for name in numbers}
    ids = table[_ID].astype(object).where(table[_ID].notna(), "").map(str) if _ID in table else None
    order = _own_order(values, flags, ids, further)
    return Base(
        flags[order],
        _without_gaps(values[order]),
        tuple(columns),
        {name: column[order] for name, column in further.items()},
    )


def _own_order(
    covariates: Floats, flags: npt.NDArray[np.bool_], ids: pd.Series[Any] | None, numbers: dict[str, Floats]
) -> npt.NDArray[np.intp]:
    """Sort by what is known of customers: those who are equal in all of it can stand in for each other.

    Among customers with the same covariates the id decides, so that partners do not depend on which outcomes are asked
    for; without ids the outcomes do. Partners are then drawn at random, whatever this order.
    """
    texts = [] if ids is None else [pd.factorize(ids, sort=True)[0]]
    return np.lexsort([*(numbers[name] for name in sorted(numbers)), *texts, flags, *covariates.T])


def _without_gaps(covariates: Floats) -> Floats:
    """Put the mean of a column where it is missing."""
    missing = np.isnan(covariates)
    known = np.where(missing, 0.0, covariates).sum(axis=0) / np.maximum((~missing).sum(axis=0), 1)
    return np.where(missing, known, covariates)


def column_names(names: Sequence[str], *, name: str, needed: bool = True) -> list[str]:
    """Read an argument that names columns."""
    found = listed_names(names, name=name)
    if needed and not found:
        raise ValueError(_NONE_NAMED(name=Parameter(name)))
    return found


def check_once(names: Sequence[str]) -> None:
    """Raise if a column is named twice."""
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(_TWO_ROLES(names=repeated))


def read_treated(column: pd.Series[Any], *, where: Column) -> npt.NDArray[np.bool_]:
    """Read who was contacted; refuse a day, a missing value, and a side without anybody."""
    flags = None if is_datetime64_any_dtype(column) else floats_of(column)
    if flags is None or not np.isin(flags, (0.0, 1.0)).all():
        wrong = column if flags is None else column[~np.isin(flags, (0.0, 1.0))]
        raise SchemaError(_NOT_FLAGS(where=where, got=some(wrong.tolist())))
    treated: npt.NDArray[np.bool_] = flags == 1
    if not 0 < treated.sum() < len(treated):
        raise SchemaError(_ONE_SIDE(where=where, n=int(treated.sum()), m=int((~treated).sum())))
    return treated


def _numbers(column: pd.Series[Any], *, where: Column) -> Floats:
    """Read a finite number for each customer."""
    numbers = None if is_datetime64_any_dtype(column) else floats_of(column)
    if numbers is None or not np.isfinite(numbers).all():
        wrong = column if numbers is None else column[~np.isfinite(numbers)]
        raise SchemaError(_NOT_NUMBERS(where=where, got=some(wrong.tolist())))
    check_size(numbers, where=where, least=SMALLEST)
    return numbers
