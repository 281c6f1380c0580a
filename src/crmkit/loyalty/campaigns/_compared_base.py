"""Those contacted and the others of a base: who was contacted, what is known of them, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api.types import is_bool_dtype, is_datetime64_any_dtype, is_numeric_dtype

from crmkit._arrays import Floats
from crmkit._checks import some
from crmkit._frames import as_name, to_pandas
from crmkit._messages import Column, Message, Parameter
from crmkit._tables import open_columns
from crmkit.errors import SchemaError

__all__ = ["Base", "check_once", "check_size", "column_names", "read_base", "read_numbers", "read_treated"]

_MADE_BY: Final = "customer_summary"
_MOST_LABELS: Final = 50
_MISSING: Final = "missing"

_NOT_NAMES: Final = Message(
    en="{name} must be a sequence of names of columns, got {got!r}.", zh="{name} 须为一组列名，得到 {got!r}。"
)
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
_NOT_NUMBERS: Final = Message(
    en="{where} must hold a number for every customer, got {got}. Who did nothing has a 0.",
    zh="{where} 须为每位客户给出一个数，得到 {got}。什么都没做的客户应为 0。",
)
_DAYS: Final = Message(
    en="{where} holds days. Give the days from them to the campaign.",
    zh="{where} 为日期，请改为距活动的天数。",
)
_INFINITE: Final = Message(en="{where} contains infinity.", zh="{where} 含有无穷大。")
_LABELS: Final = Message(
    en="{where} has {n:,} labels, more than {most}. Put rare ones together, or leave the column out.",
    zh="{where} 有 {n:,} 个标签，超过 {most} 个。请合并少见的标签，或去掉此列。",
)

_LARGEST: Final = 1e100
_TOO_LARGE: Final = Message(
    en="{where} has a value of size {largest:.3g}, too large to compute with. Correct it, or give the column in a "
    "larger unit, such as millions.",
    zh="{where}含有绝对值为 {largest:.3g} 的数值，过大而无法计算。请更正，或改用更大的单位，例如百万。",
)


class Base(NamedTuple):
    """Whether each customer was contacted, their covariates with the names of these, and numbers by name."""

    treated: npt.NDArray[np.bool_]
    covariates: Floats
    names: tuple[str, ...]
    numbers: dict[str, Floats]


def read_base(customers: object, *, treated: str, covariates: Sequence[str], numbers: Sequence[str] = ()) -> Base:
    """Read who was contacted, the covariates and further numbers; a label becomes a column of 0 and 1 per value."""
    chosen = column_names(covariates, name="covariates")
    named = [as_name(treated), *chosen, *numbers]
    check_once(named)
    rows = open_columns(customers, named, name="customers", made_by=_MADE_BY)
    table = to_pandas(rows.select(*named))
    flags = read_treated(table[named[0]], where=Column("customers", treated))
    columns: dict[str, Floats] = {}
    for name in chosen:
        columns |= _covariate(table[name], name)
    return Base(
        flags,
        np.column_stack(list(columns.values())),
        tuple(columns),
        {name: read_numbers(table[name], where=Column("customers", name)) for name in numbers},
    )


def column_names(names: Sequence[str], *, name: str, needed: bool = True) -> list[str]:
    """Read an argument that names columns."""
    if isinstance(names, (str, bytes)) or not isinstance(names, Sequence):
        raise TypeError(_NOT_NAMES(name=Parameter(name), got=names))
    if needed and not len(names):
        raise ValueError(_NONE_NAMED(name=Parameter(name)))
    return [as_name(each) for each in names]


def check_once(names: Sequence[str]) -> None:
    """Raise if a column is named twice."""
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(_TWO_ROLES(names=repeated))


def read_treated(column: pd.Series[Any], *, where: Column) -> npt.NDArray[np.bool_]:
    """Read who was contacted; refuse a day, a missing value, and a side without anybody."""
    flags = None if is_datetime64_any_dtype(column) else _floats(column)
    if flags is None or not np.isin(flags, (0.0, 1.0)).all():
        wrong = column if flags is None else column[~np.isin(flags, (0.0, 1.0))]
        raise SchemaError(_NOT_FLAGS(where=where, got=some(wrong.tolist())))
    treated: npt.NDArray[np.bool_] = flags == 1
    if not 0 < treated.sum() < len(treated):
        raise SchemaError(_ONE_SIDE(where=where, n=int(treated.sum()), m=int((~treated).sum())))
    return treated


def read_numbers(column: pd.Series[Any], *, where: Column) -> Floats:
    """Read a finite number for each customer."""
    numbers = None if is_datetime64_any_dtype(column) else _floats(column)
    if numbers is None or not np.isfinite(numbers).all():
        wrong = column if numbers is None else column[~np.isfinite(numbers)]
        raise SchemaError(_NOT_NUMBERS(where=where, got=some(wrong.tolist())))
    check_size(numbers, where=where)
    return numbers


def check_size(numbers: Floats, *, where: Column) -> None:
    """Raise where the cubes of some numbers could not be added up."""
    if len(numbers) and (largest := float(np.nanmax(np.abs(numbers)))) > _LARGEST:
        raise SchemaError(_TOO_LARGE(where=where, largest=largest))


def _covariate(column: pd.Series[Any], name: str) -> dict[str, Floats]:
    """Make columns of numbers of a covariate: what is missing is a value of its own."""
    if is_datetime64_any_dtype(column):
        raise SchemaError(_DAYS(where=Column("customers", name)))
    numbers = _floats(column)
    if numbers is not None:
        if np.isinf(numbers).any():
            raise SchemaError(_INFINITE(where=Column("customers", name)))
        missing = np.isnan(numbers)
        if not missing.all():
            check_size(numbers, where=Column("customers", name))
        if not missing.any():
            return {name: numbers}
        known = float(numbers[~missing].mean()) if not missing.all() else 0.0
        return {name: np.where(missing, known, numbers), f"{name}={_MISSING}": missing.astype(float)}
    texts = column.astype(object).where(column.notna(), _MISSING).astype(str)
    codes, labels = pd.factorize(texts, sort=True)
    if len(labels) > _MOST_LABELS:
        raise SchemaError(_LABELS(where=Column("customers", name), n=len(labels), most=_MOST_LABELS))
    return {f"{name}={label}": (codes == code).astype(float) for code, label in enumerate(labels)}


def _floats(column: pd.Series[Any]) -> Floats | None:
    """Numbers and flags as floats; None for labels."""
    if is_numeric_dtype(column) or is_bool_dtype(column):
        return column.to_numpy(dtype=np.float64, na_value=np.nan)
    kind = pd.api.types.infer_dtype(column, skipna=True)
    if kind not in {"boolean", "decimal", "integer", "floating", "mixed-integer-float", "empty"}:
        return None
    return np.array([np.nan if missing else float(value) for value, missing in zip(column, column.isna(), strict=True)])
