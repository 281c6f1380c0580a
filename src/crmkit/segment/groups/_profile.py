"""What each segment is like, beside all customers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_fraction, check_option, check_turnover
from crmkit._frames import FrameT, column_name, from_pandas
from crmkit._messages import Column, Message
from crmkit._stats import ADJUSTMENTS, Adjustment, adjusted_p_values
from crmkit.errors import SchemaError
from crmkit.segment._described import Described, described, opened, placed, to_describe
from crmkit.segment._long_form import in_kinds
from crmkit.segment._whole_effects import whole_effects
from crmkit.segment.groups._compared import FEWEST_RANKED, FEWEST_VALUES, Compared, compared

__all__ = ["profile_table"]

Lines: TypeAlias = list[dict[str, Any]]

_COLUMNS: Final = [
    "segment", "scope", "column", "figure", "level", "n", "n_missing", "value", "base_value", "index", "effect",
    "effect_size", "effect_lower", "effect_upper", "p_value", "adjusted_p_value", "is_significant", "too_few",
]  # fmt: skip
_WHOLE_NUMBERS: Final = ("n", "n_missing")
_FEWEST: Final = {"mean": FEWEST_VALUES, "median": FEWEST_RANKED}
_TEXTS: Final = ("scope", "column", "figure", "level", "effect")
_FLAGS: Final = ("is_significant", "too_few")

_NO_NUMBERS: Final = Message(
    en="{where} must hold numbers, because it is added up; got {got}. Name another column in {@value}, or None.",
    zh="{where}须为可相加的数字，得到 {got}。请在 {@value} 中指定其他列，或用 None。",
)


def profile_table(
    customers: FrameT,
    *,
    by: str,
    columns: Sequence[str] | None = None,
    value: str | None = "spend",
    level: float = 0.95,
    adjust: Adjustment = "benjamini-hochberg",
) -> FrameT:
    """Describe segments by any columns, compared with all customers: size, value, means, shares, effects, tests.

    Parameters
    ----------
    customers : pandas, Polars or PyArrow table
        One row per customer, with a column of segments.
    by : str
        The column of segments, such as what ``predict`` of a segmenter gives. Ordered categories keep their order;
        other labels come in the order in which they appear. Customers without a segment are a group of their own.
    columns : sequence of str, optional
        What to describe the segments by: numbers, flags (true or false) and labels (text, at most 100 different ones).
        By default all columns but ``customer_id`` and days.
    value : str or None, default "spend"
        The column of numbers that is added up.
    level : float, default 0.95
        Confidence of the intervals, and one minus the level of the tests.
    adjust : {"benjamini-hochberg", "holm", "none"}, default "benjamini-hochberg"
        How p-values are adjusted for all tests of the table.

    Returns
    -------
    the kind of table given
        For each column a row for all customers (``scope`` "all", ``segment`` missing), one per segment ("group"), and
        one for customers without a segment ("no label"); for labels, one per level.

        ``segment``, ``scope``, ``column``
            Which group, and which column; the column is missing for ``customer_share``.
        ``figure``, ``level``
            "customer_share", "value_share", "mean" and "median" of numbers, "share" of flags (those that are true) and
            of each ``level`` of labels.
        ``n``, ``n_missing``
            Customers of the group with a value and without one.
        ``value``, ``base_value``, ``index``
            The figure of the group, that of all customers, and 100 times their ratio, missing unless ``base_value`` is
            above 0. The index of ``value_share`` compares it with the share of customers.
        ``effect``, ``effect_size``, ``effect_lower``, ``effect_upper``
            Each group against all other customers: "cohens_d" of means, "cliffs_delta" of the whole distribution,
            beside medians, "share_difference" of shares, with intervals. On the row of all customers, what the segments
            explain together: "epsilon_squared", the share of the variance of values, and "rank_epsilon_squared", of
            ranks, both corrected for chance; bias-corrected "cramers_v" for flags and labels, at the first level.
            Customers without a segment do not count there.
        ``p_value``, ``adjusted_p_value``, ``is_significant``
            Of no effect; missing if nothing can be tested, and then not counted in the adjustment.
        ``too_few``
            Whether the test is unreliable: fewer than 30 values on either side of a mean, or values too skewed for
            groups of such different size; fewer than 10 of ranks; fewer than 5 customers expected in a cell of a share.
            On the row of all customers, whether the smallest segment has so few values, for means and ranks.

    Raises
    ------
    SchemaError
        If a column is missing or holds days, infinite values or too many labels, there are no rows, nobody has a
        segment, or a customer has two rows.
    TypeError
        If ``customers`` is not a table in memory, or ``columns`` is not a list of columns.
    ValueError
        If ``columns`` names the segments or a column twice, or ``level`` or ``adjust`` is not as above.

    See Also
    --------
    lift_table : Which segments are over-represented in which levels of labels.
    segment_difference_table : Two segments side by side.
    crmkit.metrics.group_comparison_table : Means, rates and ratios of groups in their own units, with intervals.

    Notes
    -----
    Means are compared by Welch's test, corrected for skewness; distributions by Brunner and Munzel's; shares by
    Pearson's, or Fisher's where fewer than one is expected in a cell; all segments at once by Brown and Forsythe's,
    Kruskal and Wallis', and Pearson's test, the last by random tables where few are expected. Tests of the columns that
    made the segments say nothing, because segments differ there by construction.

    References
    ----------
    .. [1] Cohen (1988), *Statistical Power Analysis for the Behavioral Sciences*, 2nd ed.
    .. [2] Cliff (1993), "Dominance Statistics: Ordinal Analyses to Answer Ordinal Questions", *Psychological
       Bulletin* 114.
    .. [3] Bergsma (2013), "A Bias-Correction for Cramér's V and Tschuprow's T", *Journal of the Korean Statistical
       Society* 42.
    .. [4] Benjamini and Hochberg (1995), "Controlling the False Discovery Rate", *Journal of the Royal Statistical
       Society* B 57.

    Examples
    --------
    >>> import pandas as pd
    >>> customers = pd.DataFrame({
    ...     "tier": ["core"] * 10 + ["other"] * 30,
    ...     "spend": [*range(60, 70), *range(10, 40)],
    ...     "region": ["north"] * 8 + ["south"] * 2 + ["north"] * 12 + ["south"] * 18,
    ... })
    >>> profile = profile_table(customers, by="tier", columns=["spend", "region"])
    >>> core = profile[profile["segment"] == "core"]
    >>> core[["figure", "value", "base_value", "index", "effect_size"]].round(2)
                figure  value  base_value   index  effect_size
    1   customer_share   0.25         1.0     NaN          NaN
    4      value_share   0.47         1.0  186.96          NaN
    7             mean  64.50        34.5  186.96         5.11
    10          median  64.50        29.5  218.64         1.00
    13           share   0.80         0.5  160.00         0.40
    16           share   0.20         0.5   40.00        -0.40
    """
    check_fraction(level, name="level")
    check_option(adjust, ADJUSTMENTS, name="adjust")
    column = column_name(by, name="by")
    of_value = [] if value is None else [column_name(value, name="value")]
    rows = opened(customers, [column])
    names = to_describe(rows, columns, by=[column])
    opened(customers, [*names, *of_value])
    labels, positions = placed(rows, column)
    found = described(rows, names)
    added = [each for each in found if each.name in of_value] or described(rows, of_value)
    # Those without a segment are the last group.
    n_groups = len(labels) + bool((positions < 0).any())
    groups = np.where(positions < 0, len(labels), positions)
    lines = _sizes(groups, n_groups)
    for each in added:
        lines += _values(each, groups, n_groups)
    for each in found:
        lines += _described(each, positions, groups, n_groups, len(labels), level)
    table = _table(lines, labels["segment"], level=level, adjust=adjust)
    return from_pandas(table, like=customers)


def _sizes(groups: npt.NDArray[np.intp], n_groups: int) -> Lines:
    n = np.bincount(groups, minlength=n_groups)
    shares = n / len(groups)
    base = {"figure": "customer_share", "base_value": 1.0, "n_missing": 0}
    whole = {**base, "group": -1, "n": len(groups), "value": 1.0}
    return [whole, *({**base, "group": at, "n": n[at], "value": shares[at]} for at in range(n_groups))]


def _values(column: Described, groups: npt.NDArray[np.intp], n_groups: int) -> Lines:
    """The share of the sum that each group holds, beside its share of the customers."""
    if column.kind == "label":
        raise SchemaError(_NO_NUMBERS(where=Column("customers", column.name), got=column.levels))
    values = np.nan_to_num(column.cells)
    with np.errstate(over="ignore"):
        check_turnover(float(np.abs(values).sum()), where=Column("customers", column.name))
    sums = np.bincount(groups, weights=values, minlength=n_groups)
    whole = float(sums.sum())
    n = np.bincount(groups, minlength=n_groups)
    known = np.bincount(groups[column.known], minlength=n_groups)
    shares = sums / whole if whole > 0 else np.full(n_groups, np.nan)
    base = {"column": column.name, "figure": "value_share", "base_value": 1.0 if whole > 0 else np.nan}
    lines = [{**base, "group": -1, "n": known.sum(), "n_missing": (n - known).sum(), "value": base["base_value"]}]
    return lines + [
        {
            **base,
            "group": at,
            "n": known[at],
            "n_missing": n[at] - known[at],
            "value": shares[at],
            "index": _index(shares[at], n[at] / len(groups)),
        }
        for at in range(n_groups)
    ]


def _described(
    column: Described,
    positions: npt.NDArray[np.intp],
    groups: npt.NDArray[np.intp],
    n_groups: int,
    n_segments: int,
    level: float,
) -> Lines:
    """All rows of a column, figure by figure."""
    whole = {each.figure: each for each in whole_effects(column, positions, n_groups=n_segments)}
    n_known_in = np.bincount(positions[column.known & (positions >= 0)], minlength=n_segments)
    smallest = int(n_known_in[n_known_in > 0].min(initial=len(positions)))
    n_rows = np.bincount(groups, minlength=n_groups)
    lines: Lines = []
    for each in compared(column, groups, n_groups=n_groups, level=level):
        base = {"column": column.name, "figure": each.figure, "level": each.level, "base_value": each.base_value}
        n_known = int(each.n.sum())
        line = {**base, "group": -1, "n": n_known, "n_missing": len(groups) - n_known, "value": each.base_value}
        # What segments explain of a column of labels stands once, at its first level.
        effect = whole.pop(each.figure, None)
        if effect is not None:
            line |= {"effect": effect.effect, "effect_size": effect.value, "p_value": effect.p_value}
            # Few in a cell of labels are tested by random tables.
            line["too_few"] = smallest < _FEWEST.get(each.figure, 0)
        lines.append(line)
        lines += [{**base, **_line(each, at, n_rows)} for at in range(n_groups)]
    return lines


def _line(each: Compared, at: int, n_rows: npt.NDArray[np.intp]) -> dict[str, Any]:
    return {
        "group": at,
        "n": each.n[at],
        "n_missing": n_rows[at] - each.n[at],
        "value": each.value[at],
        "index": _index(each.value[at], each.base_value),
        "effect": each.effect,
        "effect_size": each.effect_size[at],
        "effect_lower": each.lower[at],
        "effect_upper": each.upper[at],
        "p_value": each.p_value[at],
        "too_few": each.too_few[at],
    }


def _index(value: float, base: float) -> float:
    return float(100 * (value / base)) if base > 0 else np.nan


def _table(lines: Lines, segments: pd.Series[Any], *, level: float, adjust: Adjustment) -> pd.DataFrame:
    table = pd.DataFrame(lines, columns=["group", *_COLUMNS[2:]])
    place = table.pop("group").to_numpy(dtype=np.intp)
    scopes = np.array([*["group"] * len(segments), "no label", "all"], dtype=object)
    # The last is that of all customers, also where everybody has a segment.
    place = np.where(place < 0, len(segments) + 1, place)
    labels = segments.reindex(range(len(segments) + 2)).iloc[place].reset_index(drop=True)
    table.insert(0, "segment", labels)
    table.insert(1, "scope", scopes[place])
    p_values: Floats = table["p_value"].to_numpy(dtype=np.float64)
    table["adjusted_p_value"] = adjusted_p_values(p_values, adjust=adjust)
    table["is_significant"] = table["adjusted_p_value"] < 1 - level
    return in_kinds(table, texts=_TEXTS, whole=_WHOLE_NUMBERS, flags=_FLAGS)
