"""The measures that are asked for by columns, and what their values must be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

import narwhals.stable.v2 as nw
import numpy as np

from crmkit._frames import AnyFrame, as_name, collected, flag
from crmkit._messages import Column, Message
from crmkit._stats import LARGEST_SUM
from crmkit._tables import check_kind
from crmkit.errors import SchemaError

__all__ = ["Measures", "asked_measures", "check_values", "columns_of"]

Measures: TypeAlias = Mapping[str, tuple[str, str | None]]
"""The column of each measure, or those of numerator and denominator, by its name."""

_MADE_BY: Final = "customer_summary"
_PAIR: Final = 2

_NOT_NAMES: Final = Message(
    en="{@rates} and {@means} must be lists of columns, such as ['spend'], got {value!r}.",
    zh="{@rates} 与 {@means} 须为列名的列表，如 ['spend']，得到 {value!r}。",
)
_NOT_RATIOS: Final = Message(
    en="{@ratios} must map names to pairs of columns, numerator and denominator, such as {{'order_value': ('spend', "
    "'n_orders')}}, got {value!r}.",
    zh="{@ratios} 须为名称到一对列（分子、分母）的映射，如 {{'order_value': ('spend', 'n_orders')}}，得到 {value!r}。",
)
_NOTHING: Final = Message(
    en="Nothing to compare: give columns in {@rates}, {@means} or {@ratios}.",
    zh="没有可比较的内容，请在 {@rates}、{@means} 或 {@ratios} 中给出列。",
)
_TWICE: Final = Message(
    en="{name!r} is named more than once in {@rates}, {@means} and {@ratios}. Give each measure a name of its own.",
    zh="{@rates}、{@means}、{@ratios} 中 {name!r} 重复出现，请使各指标名称不同。",
)
_TOO_LARGE: Final = Message(
    en="{where} holds infinite values, or adds up to more than {limit:g}. Correct it, or give it in a larger unit, "
    "such as millions.",
    zh="{where}含有无穷大，或合计超过 {limit:g}。请更正，或改用更大的单位，例如百万。",
)
_NOT_A_RATE: Final = Message(
    en="{where} must hold 0 and 1, or true and false, got other values in {n:,} {n:row|rows}. Give columns of numbers "
    "in {@means}.",
    zh="{where}应只含 0 与 1（或真与假），有 {n:,} 行为其他值。数值列请在 {@means} 中给出。",
)
_BELOW: Final = Message(
    en="{where} has values below 0 in {n:,} {n:row|rows}. Nothing can be divided by them.",
    zh="{where}有 {n:,} 行小于 0，不能作分母。",
)


def asked_measures(rates: Any, means: Any, ratios: Any) -> dict[str, tuple[str, str | None]]:
    """Read which measures are asked for, each with a name of its own."""
    found: dict[str, tuple[str, str | None]] = {}
    for names in (rates, means):
        if isinstance(names, str) or not isinstance(names, Sequence):
            raise TypeError(_NOT_NAMES(value=names))
        for name in map(as_name, names):
            if name in found:
                raise ValueError(_TWICE(name=name))
            found[name] = name, None
    if ratios is not None and not isinstance(ratios, Mapping):
        raise TypeError(_NOT_RATIOS(value=ratios))
    for name, pair in (ratios or {}).items():
        if isinstance(pair, str) or not isinstance(pair, Sequence) or len(pair) != _PAIR:
            raise TypeError(_NOT_RATIOS(value=ratios))
        if name in found:
            raise ValueError(_TWICE(name=name))
        found[name] = as_name(pair[0]), as_name(pair[1])
    if not found:
        raise ValueError(_NOTHING())
    return found


def columns_of(measures: Measures) -> list[str]:
    """The columns that measures are made of."""
    return list(dict.fromkeys(name for pair in measures.values() for name in pair if name is not None))


def check_values(rows: AnyFrame, measures: Measures, *, rates: Sequence[str], table: str) -> None:
    """Refuse columns that no rate, mean or denominator can be made of."""
    columns = columns_of(measures)
    below = {pair[1] for pair in measures.values()}
    for name in columns:
        where = Column(table, name)
        check_kind(rows, name, "flag" if name in rates else "number", where=where, made_by=_MADE_BY)
    values = rows.select(*(nw.col(name).cast(nw.Float64).alias(f"_{name}") for name in columns))
    values = values.with_columns(nw.col(*(f"_{name}" for name in columns)).fill_nan(None))
    checked = {name: nw.col(f"_{name}") < 0 for name in columns if name in below}
    checked |= {name: (nw.col(f"_{name}") != 0) & (nw.col(f"_{name}") != 1) for name in columns if name in rates}
    known = {name: ~nw.col(f"_{name}").is_null() for name in columns}
    marked = values.select(
        *(nw.col(f"_{name}").abs().alias(f"sum_{name}") for name in columns),
        # Where nothing is known, pandas finds it different from everything.
        *(flag(condition & known[name]).alias(f"wrong_{name}") for name, condition in checked.items()),
    )
    with np.errstate(over="ignore"):
        row = collected(marked.select(nw.all().sum()))
    sums = {name: float(row[name][0] or 0) for name in row.columns}
    for name in columns:
        if not sums[f"sum_{name}"] <= LARGEST_SUM:
            raise SchemaError(_TOO_LARGE(where=Column(table, name), limit=LARGEST_SUM))
        if n_wrong := int(sums.get(f"wrong_{name}", 0)):
            says = _NOT_A_RATE if name in rates else _BELOW
            raise SchemaError(says(where=Column(table, name), n=n_wrong))
