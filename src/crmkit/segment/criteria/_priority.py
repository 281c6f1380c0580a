"""Needs in a matrix of two measures: importance and urgency, or impact and difficulty."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, Literal, NamedTuple, TypeAlias

import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_ascending, check_number, check_option
from crmkit._frames import FrameT, collected, column_name, from_pandas, to_pandas
from crmkit._grouping import check_labels
from crmkit._messages import Column, Message
from crmkit._names import Label
from crmkit._tables import finite_columns, open_columns, refuse_rows
from crmkit.errors import SchemaError
from crmkit.segment.criteria._ranks import ranks_of

__all__ = ["priority_table"]

Matrix: TypeAlias = Literal["importance_urgency", "impact_difficulty"]
Cuts: TypeAlias = Literal["middle", "mean", "median"] | Sequence[float]

# Values this near to a cut, as a share of the width of the scale, are on it; products this near are equal.
_ROUNDING: Final = 1e-9


class _Quadrant(NamedTuple):
    """A quadrant: its code and its names."""

    code: str
    name: Label


class _Layout(NamedTuple):
    """The measures of a matrix, whether less of the second is better, and the quadrants.

    They come in this order: both high, only the first, only the second, neither.
    """

    measures: tuple[str, str]
    less_is_better: bool
    quadrants: tuple[_Quadrant, _Quadrant, _Quadrant, _Quadrant]


_LAYOUTS: Final[Mapping[str, _Layout]] = MappingProxyType(
    {
        "importance_urgency": _Layout(
            ("importance", "urgency"),
            False,
            (
                _Quadrant("do_first", Label("Do first", "立即做")),
                _Quadrant("schedule", Label("Schedule", "计划做")),
                _Quadrant("delegate", Label("Delegate", "授权做")),
                _Quadrant("drop", Label("Drop", "暂不做")),
            ),
        ),
        "impact_difficulty": _Layout(
            ("impact", "difficulty"),
            True,
            (
                _Quadrant("major_project", Label("Major project", "重点攻关")),
                _Quadrant("quick_win", Label("Quick win", "速赢")),
                _Quadrant("thankless", Label("Thankless task", "不值得做")),
                _Quadrant("fill_in", Label("Fill-in", "顺手做")),
            ),
        ),
    }
)

_MADE: Final = (
    "need", "n_answers", "priority", "rank", "quadrant", "name_en", "name_zh", "is_near_cut",
)  # fmt: skip

_EMPTY: Final = Message(en="{@needs} has no rows.", zh="{@needs} 没有任何行。")
_NO_NAME: Final = Message(
    en="{where} is missing in {n:,} {n:row|rows}, first at rows {rows}. Name the needs, or drop the rows.",
    zh="{where}有 {n:,} 行缺失，最先见于行 {rows}。请写明需求名称，或删除这些行。",
)
_OFF_SCALE: Final = Message(
    en="{where} lies off the scale from {low:g} to {high:g} in {n:,} {n:row|rows}, first at rows {rows}. Give the "
    "scale, {@scale=}.",
    zh="{where}有 {n:,} 行不在 {low:g} 至 {high:g} 的量表之内，最先见于行 {rows}。请用 {@scale=} 给出量表。",
)
_BELOW_0: Final = Message(
    en="{@scale} must begin at 0 or more, because the two measures are multiplied; got {value}.",
    zh="{@scale} 的起点不得小于 0，因为两项要相乘，得到 {value}。",
)
_CUTS: Final = Message(
    en="{@cuts} must be 'middle', 'mean', 'median', or a pair of numbers on the scale, got {value!r}.",
    zh="{@cuts} 须为 'middle'、'mean'、'median'，或量表内的一对数，得到 {value!r}。",
)
_ONE_COLUMN: Final = Message(
    en="{@need}, {@first} and {@second} must be three columns, got {names}.",
    zh="{@need}、{@first}、{@second} 须为三个不同的列，得到 {names}。",
)


def priority_table(
    needs: FrameT,
    *,
    matrix: Matrix = "importance_urgency",
    need: str = "need",
    first: str | None = None,
    second: str | None = None,
    scale: tuple[float, float] = (1, 5),
    cuts: Cuts = "middle",
) -> FrameT:
    """Rank needs by two measures, and say in which quadrant of the matrix each of them lies.

    Parameters
    ----------
    needs : pandas, Polars or PyArrow table
        One row per need; or one per need and respondent, which are averaged. Missing answers are left out.
    matrix : {"importance_urgency", "impact_difficulty"}, default "importance_urgency"
        Eisenhower's matrix of importance and urgency (重要性与紧迫性); or impact and difficulty (影响程度与实现难度),
        of which less is better.
    need : str, default "need"
        Column of the names of the needs.
    first, second : str, optional
        Columns of the two measures; by default named as in ``matrix``.
    scale : pair of float, default (1, 5)
        The lowest and the highest answer of both, from 0 up.
    cuts : {"middle", "mean", "median"} or pair of float, default "middle"
        Where each measure is split: at the middle of the scale, at the mean or the median of the needs, or at given
        values of the first and the second. Values on a cut count as high.

    Returns
    -------
    the kind of table given
        One row per need, in the order in which they come first in ``needs``.

        ``need``
            Its name.
        ``importance`` and ``urgency``, or ``impact`` and ``difficulty``
            Means over those who answered; missing where nobody did.
        ``n_importance`` and ``n_urgency``, or ``n_impact`` and ``n_difficulty``
            Answers behind the means.
        ``importance_cut`` and ``urgency_cut``, or ``impact_cut`` and ``difficulty_cut``
            Where the two are split, the same in all rows.
        ``priority``
            Importance times urgency; or impact times ease, where ease is the sum of both ends of the scale minus the
            difficulty.
        ``rank``
            From 1, the highest priority; needs of equal priority share the better rank. Missing where the priority is.
        ``quadrant``, ``name_en``, ``name_zh``
            "do_first" (both high), "schedule" (important), "delegate" (urgent), "drop" (neither); or "quick_win"
            (impact with little difficulty), "major_project" (both high), "fill_in" (neither), "thankless" (difficult
            with little impact); and what it is called.

    Raises
    ------
    SchemaError
        If a column is missing, does not hold numbers, or lies off the scale; a need has no name, or there are no rows.
    TypeError
        If ``needs`` is not a table, or an option of the wrong kind.
    ValueError
        If an option is out of range, or columns are named twice.

    Notes
    -----
    The rank follows the product, the quadrant the cuts: a need that is just short of a cut in one measure can rank
    above one in a better quadrant. With the mean or the median as cuts some needs always fall below.

    References
    ----------
    .. [1] Covey, Merrill and Merrill (1994), *First Things First*, for the matrix ascribed to Eisenhower.
    .. [2] Andersen, Fagerhaug and Beltz (2010), *Root Cause Analysis and Improvement in the Healthcare Sector*, for the
       matrix of impact and effort.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame({
    ...     "need": ["delivery", "delivery", "app", "invoice"], "importance": [5, 4, 4, 2], "urgency": [5, 4, 2, 4],
    ... })
    >>> priority_table(answers)[["need", "importance", "urgency", "priority", "rank", "quadrant"]]
           need  importance  urgency  priority  rank  quadrant
    0  delivery         4.5      4.5     20.25     1  do_first
    1       app         4.0      2.0      8.00     2  schedule
    2   invoice         2.0      4.0      8.00     2  delegate
    """
    check_option(matrix, tuple(_LAYOUTS), name="matrix")
    layout = _LAYOUTS[matrix]
    low, high = check_ascending(scale, n_numbers=2, name="scale")
    if low < 0:
        raise ValueError(_BELOW_0(value=list(scale)))
    columns = [
        column_name(own if given is None else given, name=parameter)
        for parameter, given, own in zip(("first", "second"), (first, second), layout.measures, strict=True)
    ]
    label = column_name(need, name="need")
    if len({label, *columns}) < len(columns) + 1:
        raise ValueError(_ONE_COLUMN(names=[label, *columns]))
    names, codes = _needs(needs, label, columns)
    values = finite_columns(needs, columns, name="needs")
    for column in columns:
        where = Column("needs", column)
        off = (values[column] < low) | (values[column] > high)
        refuse_rows(off, _OFF_SCALE, where=where, low=low, high=high)
    counts, means = zip(*(_mean(values[column], codes, len(names)) for column in columns), strict=True)
    split = _cuts(cuts, means, low, high)
    one, other = means
    priority = one * (low + high - other if layout.less_is_better else other)
    width = high - low
    high_one, high_other = (mean >= cut - _ROUNDING * width for mean, cut in zip(means, split, strict=True))
    quadrant = np.where(high_one, np.where(high_other, 0, 1), np.where(high_other, 2, 3))
    known = ~np.isnan(priority)
    table: dict[str, Any] = {"need": names}
    for place, name in enumerate(layout.measures):
        table |= {name: means[place], f"n_{name}": counts[place]}
    table |= {f"{name}_cut": split[place] for place, name in enumerate(layout.measures)}
    table |= {"priority": priority, "rank": ranks_of(priority)}
    chosen = [layout.quadrants[place] if there else None for place, there in zip(quadrant, known, strict=True)]
    table["quadrant"] = [None if each is None else each.code for each in chosen]
    table["name_en"] = [None if each is None else each.name.en for each in chosen]
    table["name_zh"] = [None if each is None else each.name.zh for each in chosen]
    return from_pandas(pd.DataFrame(table), like=needs)


def _needs(needs: Any, label: str, columns: Sequence[str]) -> tuple[Any, Any]:
    """The needs in the order in which they come, and which one each row is about."""
    rows = open_columns(needs, [label, *columns], name="needs", made_by=None)
    check_labels(rows, [label], table="needs")
    found = to_pandas(collected(rows.select(label)))
    if found.empty:
        raise SchemaError(_EMPTY())
    refuse_rows(found[label].isna().to_numpy(dtype=bool), _NO_NAME, where=Column("needs", label))
    codes, names = pd.factorize(found[label])
    return names, codes


def _mean(values: Floats, codes: Any, n: int) -> tuple[Any, Floats]:
    known = ~np.isnan(values)
    counts = np.bincount(codes[known], minlength=n)
    sums = np.bincount(codes[known], weights=values[known], minlength=n)
    return counts, np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)


def _cuts(cuts: Any, means: Sequence[Floats], low: float, high: float) -> tuple[float, float]:
    if cuts == "middle":
        return low / 2 + high / 2, low / 2 + high / 2
    if cuts in ("mean", "median"):
        of = np.mean if cuts == "mean" else np.median
        known = [mean[~np.isnan(mean)] for mean in means]
        one, other = (float(of(each)) if len(each) else np.nan for each in known)
        return one, other
    if isinstance(cuts, str) or not isinstance(cuts, Sequence) or len(cuts) != len(means):
        raise ValueError(_CUTS(value=cuts))
    for cut in cuts:
        check_number(cut, name="cuts")
        if not low <= cut <= high:
            raise ValueError(_CUTS(value=cuts))
    return float(cuts[0]), float(cuts[1])
