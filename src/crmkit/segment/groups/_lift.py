"""Which segments are over-represented where: by region, industry, channel or any label."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_fraction, check_option
from crmkit._frames import FrameT, column_name, from_pandas
from crmkit._messages import Column, Message
from crmkit._stats import ADJUSTMENTS, Adjustment, adjusted_p_values, compare_shares, normal_reach
from crmkit.errors import SchemaError
from crmkit.segment._described import Described, described, opened, placed, to_describe
from crmkit.segment._long_form import in_kinds
from crmkit.segment._whole_effects import counts_by_level
from crmkit.segment.groups._compared import FEWEST_EXPECTED

__all__ = ["lift_table"]

_NUMBERS: Final = Message(
    en="{where} holds numbers. A lift is that of labels: cut the numbers into classes, or use {@profile_table()}.",
    zh="{where}为数字，而提升度针对标签：请先分段，或用 {@profile_table()}。",
)


def lift_table(
    customers: FrameT,
    *,
    by: str,
    columns: Sequence[str],
    level: float = 0.95,
    adjust: Adjustment = "benjamini-hochberg",
) -> FrameT:
    r"""Show which segments are over- or under-represented in which regions, industries, channels or other labels.

    .. math:: \text{lift} = \frac{\text{share of the segment within the label}}{\text{share of the segment in the base}}

    A lift of 2 in the north means that the segment is twice as frequent there as among all customers. It equals the
    share of the label within the segment divided by its share in the base.

    Parameters
    ----------
    customers : pandas, Polars or PyArrow table
        One row per customer, with a column of segments.
    by : str
        The column of segments. Customers without one are part of the base.
    columns : sequence of str
        Columns of labels (text, at most 100 different ones) or flags.
    level : float, default 0.95
        Confidence of the intervals, and one minus the level of the tests.
    adjust : {"benjamini-hochberg", "holm", "none"}, default "benjamini-hochberg"
        How p-values are adjusted for all cells of the table.

    Returns
    -------
    the kind of table given
        One row per column, level and segment, segments without customers too.

        ``column``, ``level``, ``segment``
            The cell; levels of flags are "true" and "false".
        ``n``, ``n_level``, ``n_segment``, ``n_base``
            Customers in the cell, with the level, in the segment and in all, each among those whose level is known.
        ``n_missing``
            Customers of the segment whose level is missing.
        ``share``, ``base_share``
            Share of the segment within the label, and in the base.
        ``lift``, ``lower``, ``upper``
            Their ratio with its interval; missing if one of the shares has no customers to divide by.
        ``p_value``, ``adjusted_p_value``, ``is_significant``
            Of a lift of 1.
        ``too_few``
            Whether fewer than 5 customers would be expected in the cell.

    Raises
    ------
    SchemaError
        If a column is missing, holds numbers, days or too many labels, there are no rows, nobody has a segment, or a
        customer has two rows.
    TypeError
        If ``customers`` is not a table in memory, or ``columns`` is not a list of columns.
    ValueError
        If ``columns`` names the segments or a column twice, or ``level`` or ``adjust`` is not as above.

    Notes
    -----
    The base includes the label itself. So the interval is first computed for the ratio of the share within the label to
    the share in all other labels, by Donner and Zou's method from Wilson's intervals of both. It is then converted to
    the base, and widened on the log scale for the uncertain size of the label. It has both ends even if a cell is empty
    or full. The test is Pearson's with N - 1 for N, or Fisher's exact test where fewer than one is expected in a cell.

    References
    ----------
    .. [1] Donner and Zou (2012), "Closed-Form Confidence Intervals for Functions of the Normal Mean and Standard
       Deviation", *Statistical Methods in Medical Research* 21.
    .. [2] Campbell (2007), "Chi-Squared and Fisher-Irwin Tests of Two-by-Two Tables with Small Sample
       Recommendations", *Statistics in Medicine* 26.

    Examples
    --------
    >>> import pandas as pd
    >>> customers = pd.DataFrame({
    ...     "tier": ["core"] * 40 + ["other"] * 160,
    ...     "region": ["north"] * 30 + ["south"] * 10 + ["north"] * 70 + ["south"] * 90,
    ... })
    >>> found = lift_table(customers, by="tier", columns=["region"])
    >>> found[["level", "segment", "share", "base_share", "lift", "lower", "upper"]].round(3)
       level segment  share  base_share   lift  lower  upper
    0  north    core    0.3         0.2  1.500  1.209  1.734
    1  north   other    0.7         0.8  0.875  0.798  0.946
    2  south    core    0.1         0.2  0.500  0.295  0.781
    3  south   other    0.9         0.8  1.125  1.053  1.203
    """
    check_fraction(level, name="level")
    check_option(adjust, ADJUSTMENTS, name="adjust")
    column = column_name(by, name="by")
    rows = opened(customers, [column])
    names = to_describe(rows, columns, by=[column])
    opened(customers, names)
    labels, positions = placed(rows, column)
    cells = [_cells(each, positions, labels["segment"], level) for each in described(rows, names)]
    table = pd.concat(cells, ignore_index=True) if cells else _cells_of_nothing()
    table["adjusted_p_value"] = adjusted_p_values(table["p_value"].to_numpy(dtype=np.float64), adjust=adjust)
    table["is_significant"] = table["adjusted_p_value"] < 1 - level
    whole = ("n", "n_level", "n_segment", "n_base", "n_missing")
    made = in_kinds(table[_COLUMNS], texts=("column", "level"), whole=whole, flags=("is_significant", "too_few"))
    return from_pandas(made, like=customers)


_COLUMNS: Final = [
    "column", "level", "segment", "n", "n_level", "n_segment", "n_base", "n_missing", "share", "base_share", "lift",
    "lower", "upper", "p_value", "adjusted_p_value", "is_significant", "too_few",
]  # fmt: skip


def _cells_of_nothing() -> pd.DataFrame:
    return pd.DataFrame({name: [] for name in _COLUMNS})


def _cells(column: Described, positions: npt.NDArray[np.intp], segments: pd.Series[Any], level: float) -> pd.DataFrame:
    if column.kind == "number":
        raise SchemaError(_NUMBERS(where=Column("customers", column.name)))
    n_segments = len(segments)
    # Customers without a segment are part of the base, in a column that is not shown.
    groups = np.where(positions < 0, n_segments, positions)
    counts = counts_by_level(column, np.where(column.known, groups, -1), n_groups=n_segments + 1)
    levels = column.levels if column.kind == "label" else ["false", "true"]
    n = counts[:, :n_segments]
    of_level = counts.sum(axis=1)[:, None] + np.zeros_like(n)
    of_segment = n.sum(axis=0)[None, :] + np.zeros_like(n)
    whole = float(counts.sum())
    missing = np.bincount(groups[~column.known], minlength=n_segments + 1)[:n_segments]
    share, base_share = _divided(n, of_level), of_segment / whole if whole else np.full_like(n, np.nan)
    ratio, lower, upper, p_value = _ratios(n, of_level, of_segment - n, whole - of_level, level=level)
    weight = of_level / whole if whole else np.zeros_like(n)
    lift = _divided(n * whole, of_level * of_segment)
    ends = (np.where(np.isnan(ratio), np.nan, _against_base(end, weight)) for end in (lower, upper))
    lower, upper = _widened(lift, *ends, ratio=ratio, weight=weight, n=whole, level=level)
    cells = {
        "n": n, "n_level": of_level, "n_segment": of_segment, "n_base": np.full_like(n, whole),
        "n_missing": missing[None, :] + np.zeros_like(n), "share": share, "base_share": base_share, "lift": lift,
        "lower": lower, "upper": upper, "p_value": p_value,
        "too_few": of_level * base_share < FEWEST_EXPECTED,
    }  # fmt: skip
    made = pd.DataFrame({name: values.ravel() for name, values in cells.items()})
    made.insert(0, "column", column.name)
    made.insert(1, "level", np.repeat(np.array(levels, dtype=object), n_segments))
    made.insert(2, "segment", segments.iloc[np.tile(np.arange(n_segments), len(levels))].reset_index(drop=True))
    return made


def _ratios(n: Floats, of_n: Floats, other: Floats, of_other: Floats, *, level: float) -> tuple[Floats, ...]:
    """The ratio of two shares with its ends, from 0 to infinity, and the p-value of 1.

    Each end is the upper one of a ratio: the lower is that of its inverse.
    """
    found = compare_shares(n, of_n, other, of_other, level=level)
    inverse = compare_shares(other, of_other, n, of_n, level=level)
    tried = (of_n > 0) & (of_other > 0) & (n + other > 0)
    share, other_share = _divided(n, of_n), _divided(other, of_other)
    ratio = np.where(tried, np.where(other_share > 0, _divided(share, other_share), np.inf), np.nan)
    upper = np.where(np.isnan(found.relative_upper), np.inf, 1 + found.relative_upper)
    lower = np.where(np.isnan(inverse.relative_upper), 0.0, _divided(np.ones_like(n), 1 + inverse.relative_upper))
    return ratio, lower, upper, np.where(tried, found.p_value, np.nan)


def _against_base(ratio: Floats, weight: Floats) -> Floats:
    """The ratio of a share to that in all, given its ratio to that in the rest and how much of all it is of."""
    endless = np.isinf(ratio)
    safe = np.where(endless, 1.0, ratio)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(endless, 1 / weight, safe / (weight * safe + 1 - weight))


def _widened(
    lift: Floats, lower: Floats, upper: Floats, *, ratio: Floats, weight: Floats, n: float, level: float
) -> tuple[Floats, Floats]:
    """Add what is not known of the size of the label: on the log scale squares are added, as in `added_margins`."""
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = np.where(np.isinf(ratio), 1 / weight, (ratio - 1) / (1 + weight * (ratio - 1)))
        reach = normal_reach(level) ** 2 * slope**2 * weight * (1 - weight) / n
        below, above = np.log(lift / lower), np.log(upper / lift)
        wider = lift / np.exp(np.sqrt(below**2 + reach)), lift * np.exp(np.sqrt(above**2 + reach))
    return np.where(lift > 0, wider[0], lower), np.where(lift > 0, wider[1], upper)


def _divided(above: Floats, below: Floats) -> Floats:
    return above / np.where(below > 0, below, np.nan)
