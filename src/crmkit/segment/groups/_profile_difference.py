"""Two segments side by side in all columns, the largest difference first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from crmkit._checks import check_fraction, check_option, some
from crmkit._frames import FrameT, column_name, from_pandas
from crmkit._messages import Column, Message, Parameter
from crmkit._stats import ADJUSTMENTS, Adjustment, adjusted_p_values
from crmkit.segment._described import described, opened, placed, to_describe
from crmkit.segment._long_form import in_kinds
from crmkit.segment.groups._compared import Compared, compared

__all__ = ["segment_difference_table"]

_COLUMNS: Final = [
    "column", "figure", "level", "n", "value", "other_n", "other_value", "difference", "effect", "effect_size",
    "effect_lower", "effect_upper", "p_value", "adjusted_p_value", "is_significant", "too_few",
]  # fmt: skip

_NO_SEGMENT: Final = Message(
    en="{name} must be a segment of {where}, got {value!r}. The segments are {labels}.",
    zh="{name} 须为{where}中的群，得到 {value!r}。现有的群为 {labels}。",
)
_SAME: Final = Message(
    en="{@segment} and {@other} are the same, {value!r}. Name two.", zh="{@segment} 与 {@other} 相同，均为 {value!r}。"
)


def segment_difference_table(
    customers: FrameT,
    *,
    by: str,
    segment: Any,
    other: Any,
    columns: Sequence[str] | None = None,
    level: float = 0.95,
    adjust: Adjustment = "benjamini-hochberg",
) -> FrameT:
    """Compare two segments in all columns, with the largest difference first.

    Parameters
    ----------
    customers : pandas, Polars or PyArrow table
        One row per customer, with a column of segments.
    by : str
        The column of segments.
    segment, other : label
        The two segments.
    columns : sequence of str, optional
        What to compare: numbers, flags and labels; by default all columns but ``customer_id`` and days.
    level : float, default 0.95
        Confidence of the intervals, and one minus the level of the tests.
    adjust : {"benjamini-hochberg", "holm", "none"}, default "benjamini-hochberg"
        How p-values are adjusted for all tests of the table.

    Returns
    -------
    the kind of table given
        For each column of numbers a row for the mean and one for the median, for flags one row, for labels one per
        level. Columns are sorted by effect size: that of Cliff's delta, which for flags and labels equals a difference
        of shares, so all are on one scale.

        ``column``, ``figure``, ``level``
            As in `profile_table`.
        ``n``, ``value``, ``other_n``, ``other_value``, ``difference``
            Customers with a value, the mean, median or share of each, and the difference.
        ``effect``, ``effect_size``, ``effect_lower``, ``effect_upper``
            "cohens_d" of means, "cliffs_delta" of the whole distribution, beside medians, "share_difference" of shares,
            with intervals; above 0 where ``segment`` has more.
        ``p_value``, ``adjusted_p_value``, ``is_significant``, ``too_few``
            As in `profile_table`.

    Raises
    ------
    SchemaError
        If a column is missing or holds days, infinite values or too many labels, there are no rows, nobody has a
        segment, or a customer has two rows.
    TypeError
        If ``customers`` is not a table in memory, or ``columns`` is not a list of columns.
    ValueError
        If ``segment`` or ``other`` is not a segment, or both are one, ``columns`` names the segments or a column twice,
        or ``level`` or ``adjust`` is not as above.

    References
    ----------
    .. [1] Cliff (1993), "Dominance Statistics: Ordinal Analyses to Answer Ordinal Questions", *Psychological
       Bulletin* 114.
    .. [2] Brunner and Munzel (2000), "The Nonparametric Behrens-Fisher Problem", *Biometrical Journal* 42.

    Examples
    --------
    >>> import pandas as pd
    >>> customers = pd.DataFrame({
    ...     "tier": ["core"] * 30 + ["other"] * 30,
    ...     "age": [*range(30, 60), *range(20, 50)],
    ...     "newsletter": [True, False, True] * 10 + [True, False] * 15,
    ... })
    >>> found = segment_difference_table(customers, by="tier", segment="core", other="other")
    >>> found[["column", "figure", "value", "other_value", "effect", "effect_size"]].round(2)
           column  figure  value  other_value            effect  effect_size
    0         age    mean  44.50         34.5          cohens_d         1.14
    1         age  median  44.50         34.5      cliffs_delta         0.56
    2  newsletter   share   0.67          0.5  share_difference         0.17
    """
    check_fraction(level, name="level")
    check_option(adjust, ADJUSTMENTS, name="adjust")
    column = column_name(by, name="by")
    rows = opened(customers, [column])
    names = to_describe(rows, columns, by=[column])
    opened(customers, names)
    labels, positions = placed(rows, column)
    first, second = (
        _place(labels["segment"], each, name=name, by=column) for name, each in (("segment", segment), ("other", other))
    )
    if first == second:
        raise ValueError(_SAME(value=segment))
    groups = np.where(positions == first, 0, np.where(positions == second, 1, -1))
    lines = []
    for each in described(rows, names):
        found = compared(each, groups, n_groups=2, level=level)
        strength = _strength(found)
        lines += [{"strength": strength, "column": each.name, **_line(figure)} for figure in found]
    table = pd.DataFrame(lines, columns=["strength", *_COLUMNS])
    # What has no effect size comes last; equal ones stay in the order given.
    order = np.argsort(-np.nan_to_num(table.pop("strength").to_numpy(dtype=np.float64), nan=-1.0), kind="stable")
    table = table.iloc[order].reset_index(drop=True)
    table["adjusted_p_value"] = adjusted_p_values(table["p_value"].to_numpy(dtype=np.float64), adjust=adjust)
    table["is_significant"] = table["adjusted_p_value"] < 1 - level
    made = in_kinds(
        table,
        texts=("column", "figure", "level", "effect"),
        whole=("n", "other_n"),
        flags=("is_significant", "too_few"),
    )
    return from_pandas(made, like=customers)


def _place(segments: pd.Series[Any], segment: Any, *, name: str, by: str) -> int:
    at = np.flatnonzero([each == segment for each in segments])
    if not len(at):
        raise ValueError(
            _NO_SEGMENT(name=Parameter(name), where=Column("customers", by), value=segment, labels=some(segments))
        )
    return int(at[0])


def _strength(figures: Sequence[Compared]) -> float:
    """The largest size of an effect on the scale that all kinds of columns share."""
    sizes = [abs(float(each.effect_size[0])) for each in figures if each.effect != "cohens_d"]
    known = [size for size in sizes if not np.isnan(size)]
    return max(known, default=np.nan)


def _line(figure: Compared) -> dict[str, Any]:
    return {
        "figure": figure.figure,
        "level": figure.level,
        "n": figure.n[0],
        "value": figure.value[0],
        "other_n": figure.n[1],
        "other_value": figure.other_value[0],
        "difference": figure.value[0] - figure.other_value[0],
        "effect": figure.effect,
        "effect_size": figure.effect_size[0],
        "effect_lower": figure.lower[0],
        "effect_upper": figure.upper[0],
        "p_value": figure.p_value[0],
        "too_few": figure.too_few[0],
    }
