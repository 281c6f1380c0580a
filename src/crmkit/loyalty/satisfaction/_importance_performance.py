"""Importance beside performance: where satisfaction is won or lost first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, Literal, TypeAlias

import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_number
from crmkit._frames import FrameT, as_name, collected, from_pandas, to_pandas
from crmkit._messages import Column, Message
from crmkit._names import Label
from crmkit._stats import as_floats
from crmkit._tables import check_kind, open_columns
from crmkit.errors import SchemaError

__all__ = ["QUADRANTS", "importance_performance_table"]

Cuts: TypeAlias = Literal["mean", "median"] | tuple[float, float]

QUADRANTS: Final[Mapping[str, Label]] = MappingProxyType(
    {
        "concentrate_here": Label("Concentrate here", "重点改进"),
        "keep_up": Label("Keep up the good work", "继续保持"),
        "low_priority": Label("Low priority", "次要改进"),
        "possible_overkill": Label("Possible overkill", "供给过度"),
    }
)
"""The names of the quadrants, by code."""

_MADE_BY: Final = "loyalty.satisfaction.key_driver_table"
_PAIR: Final = 2

_CUTS: Final = Message(
    en="{@cuts} must be 'mean', 'median', or a pair of numbers for importance and performance, got {value!r}.",
    zh="{@cuts} 须为 'mean'、'median'，或一对数字（重要性与表现的界限），得到 {value!r}。",
)
_MISSING: Final = Message(
    en="{where} must hold finite numbers, none missing, got {value!r}. Leave such items out.",
    zh="{where}须为有限数且不得缺失，得到 {value!r}。请去掉这些项目。",
)
_NO_ROWS: Final = Message(en="{@drivers} has no rows.", zh="{@drivers} 没有任何行。")
_TWICE: Final = Message(
    en="{where} has {value!r} more than once. Give each item one row.",
    zh="{where}中 {value!r} 出现多次，每个项目只能有一行。",
)


def importance_performance_table(
    drivers: FrameT,
    *,
    item: str = "driver",
    importance: str = "importance",
    performance: str = "mean",
    cuts: Cuts = "mean",
) -> FrameT:
    """Sort items into four quadrants by how important they are and how well they perform.

    Parameters
    ----------
    drivers : pandas, Polars or PyArrow table
        One row per item, such as `key_driver_table` makes it; or a table of stated importance and performance.
    item, importance, performance : str
        Its columns: the names of the items, and two numbers, higher meaning more important and better. By default those
        of `key_driver_table`.
    cuts : {"mean", "median"} or pair of float, default "mean"
        Where each of the two is split: at the mean or the median of the items, or at given values of importance and
        performance, such as the middle of the scale. What lies on a cut counts as high.

    Returns
    -------
    the kind of frame given
        One row per item, in the order given.

        ``item``, ``importance``, ``performance``
            As given.
        ``importance_cut``, ``performance_cut``
            Where the two are split, the same in all rows.
        ``quadrant``
            "concentrate_here" (important, performs below the cut), "keep_up" (important, performs well),
            "low_priority" (neither), "possible_overkill" (performs well, less important). Their names in both languages
            are in ``QUADRANTS``.
        ``is_near_cut``
            Whether the interval of importance, in columns ``lower`` and ``upper``, holds its cut, so that the quadrant
            is not settled; missing where the table has no intervals.

    Raises
    ------
    SchemaError
        If a column is missing, is not of numbers or holds missing or infinite ones; there are no rows, or an item has
        two.
    TypeError
        If ``drivers`` is not a frame or a cut is not a number.
    ValueError
        If ``cuts`` is not one of the above.

    Notes
    -----
    With the mean or the median as cuts, the quadrants compare items with one another: some always fall below, however
    well all of them do.

    References
    ----------
    .. [1] Martilla and James (1977), "Importance-Performance Analysis", *Journal of Marketing* 41.

    Examples
    --------
    >>> import pandas as pd
    >>> stated = pd.DataFrame({
    ...     "item": ["delivery", "price", "advice", "packaging"],
    ...     "importance": [9.0, 8.0, 5.0, 4.0],
    ...     "performance": [5.0, 8.0, 4.0, 9.0],
    ... })
    >>> found = importance_performance_table(stated, item="item", performance="performance")
    >>> found[["item", "importance_cut", "performance_cut", "quadrant"]]
            item  importance_cut  performance_cut           quadrant
    0   delivery             6.5              6.5   concentrate_here
    1      price             6.5              6.5            keep_up
    2     advice             6.5              6.5       low_priority
    3  packaging             6.5              6.5  possible_overkill
    """
    names = [as_name(item), as_name(importance), as_name(performance)]
    rows = open_columns(drivers, names, name="drivers", made_by=_MADE_BY)
    ends = ["lower", "upper"] if {"lower", "upper"} <= set(rows.collect_schema().names()) else []
    rows = collected(rows.select(*dict.fromkeys([*names, *ends])))
    if rows.is_empty():
        raise SchemaError(_NO_ROWS())
    for name in (*names[1:], *ends):
        check_kind(rows, name, "number", where=Column("drivers", name), made_by=_MADE_BY)
    items = to_pandas(rows)[names[0]]
    if (twice := items[items.duplicated()]).size:
        raise SchemaError(_TWICE(where=Column("drivers", names[0]), value=twice.iloc[0]))
    important, performs = (_known(as_floats(rows[name].to_native(), name=name), name) for name in names[1:])
    cut, other_cut = _cuts(cuts, important, performs)
    codes = np.array(list(QUADRANTS), dtype=object)
    high, well = important >= cut, performs >= other_cut
    near = pd.array([None] * len(items), dtype="boolean")
    if ends:
        low, up = (as_floats(rows[name].to_native(), name=name) for name in ends)
        known = ~np.isnan(low) & ~np.isnan(up)
        near[known] = ((low <= cut) & (cut <= up))[known]
    table = pd.DataFrame(
        {
            "item": items.to_numpy(dtype=object),
            "importance": important,
            "performance": performs,
            "importance_cut": cut,
            "performance_cut": other_cut,
            "quadrant": codes[np.where(high, 0, 2) + well],
            "is_near_cut": near,
        }
    )
    return from_pandas(table, like=drivers)


def _known(values: Floats, name: str) -> Floats:
    wrong = ~np.isfinite(values)
    if wrong.any():
        raise SchemaError(_MISSING(where=Column("drivers", name), value=float(values[wrong][0])))
    return values


def _cuts(cuts: Any, important: Floats, performs: Floats) -> tuple[float, float]:
    if cuts == "mean":
        return float(important.mean()), float(performs.mean())
    if cuts == "median":
        return float(np.median(important)), float(np.median(performs))
    if isinstance(cuts, str) or not isinstance(cuts, Sequence) or len(cuts) != _PAIR:
        raise ValueError(_CUTS(value=cuts))
    for cut in cuts:
        check_number(cut, name="cuts")
    return float(cuts[0]), float(cuts[1])
