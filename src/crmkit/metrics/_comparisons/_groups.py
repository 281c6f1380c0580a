"""Groups of customers side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from crmkit._checks import check_option, some
from crmkit._frames import AnyFrame, FrameT, as_name, from_pandas
from crmkit._grouping import check_labels, label_name, labels_of
from crmkit._messages import Column, Message
from crmkit._stats import (
    Adjustment,
    compare,
    compare_shares,
    contrast_of_samples,
    detectable_difference,
    detectable_difference_of_shares,
    is_too_skewed,
)
from crmkit._tables import check_each_once, open_columns
from crmkit.errors import SchemaError
from crmkit.metrics._comparisons._asked_measures import Measures, asked_measures, check_values, columns_of
from crmkit.metrics._comparisons._moments import Sums, of_others, sample_of, sums_by_group
from crmkit.metrics._comparisons._rows import FEWEST_CHANGES, FEWEST_VALUES, Asked, Measured, asked, judged

__all__ = ["Against", "group_comparison_table"]

Against: TypeAlias = Literal["rest", "reference", "each"]

_AGAINST: Final = ("rest", "reference", "each")
_MADE_BY: Final = "customer_summary"
_TAKEN: Final = (
    *("scope", "against", "against_scope", "measure", "kind", "n", "value", "other_n", "other_value"),
    *("difference", "lower", "upper", "relative_difference", "relative_lower", "relative_upper"),
    *("p_value", "adjusted_p_value", "is_significant", "detectable_difference", "too_few"),
)

_TAKEN_NAME: Final = Message(
    en="{@by} is {name!r}, which the result has too. Rename the column.",
    zh="{@by} 的列名 {name!r} 与结果表的列重名，请改名。",
)
_ONE_GROUP: Final = Message(
    en="{where} has the one label {labels}, so there is nothing to compare it with.",
    zh="{where}只有一个标签 {labels}，无从比较。",
)
_NO_ROWS: Final = Message(en="{@customers} has no rows.", zh="{@customers} 没有任何行。")
_NO_REFERENCE: Final = Message(
    en="{@reference} must be a label of {where}, got {value!r}. The labels are {labels}.",
    zh="{@reference} 须为{where}中的标签，得到 {value!r}。现有标签为 {labels}。",
)
_IDLE_REFERENCE: Final = Message(
    en="{@reference} is used with {@against='reference'} only, got {value!r}.",
    zh="{@reference} 仅在 {@against='reference'} 时使用，得到 {value!r}。",
)


def group_comparison_table(
    customers: FrameT,
    *,
    by: str,
    rates: Sequence[str] = (),
    means: Sequence[str] = (),
    ratios: Mapping[str, tuple[str, str]] | None = None,
    against: Against = "rest",
    reference: Any = None,
    level: float = 0.95,
    power: float = 0.8,
    adjust: Adjustment = "holm",
) -> FrameT:
    """Compare groups of customers in rates, means and ratios, with intervals and tests that count their number.

    Parameters
    ----------
    customers : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        One row per customer, such as `crmkit.customer_summary` with a column of labels.
    by : str
        The column of labels. Customers whose label is missing are a group of their own.
    rates : sequence of str, default ()
        Columns of 0 and 1, or true and false: the share of customers is compared.
    means : sequence of str, default ()
        Columns of numbers: the mean per customer is compared, zeros included.
    ratios : mapping of str to pair of str, optional
        Ratios of sums, such as spend per order: their name, the column of the numerator and that of the denominator,
        which is not below 0.
    against : {"rest", "reference", "each"}, default "rest"
        Compare each group with all other customers, with the group ``reference``, or with each other group once.
    reference : label, optional
        The group that the others are compared with.
    level : float, default 0.95
        Confidence of the intervals, and one minus the level of the tests.
    power : float, default 0.8
        The probability with which ``detectable_difference`` would have been found.
    adjust : {"holm", "benjamini-hochberg", "none"}, default "holm"
        How p-values are adjusted for all comparisons in the table. "holm": the chance that any of those called
        significant is false stays below 1 - ``level``. "benjamini-hochberg": the share of false ones among them does.

    Returns
    -------
    the kind of frame given
        One row per pair of groups and measure.

        The column of labels and ``scope``, "group" or "no label"; ``against``, the label of the other group, missing
        for the rest, and ``against_scope``, "group", "no label" or "rest". ``measure``; ``kind``, "rate", "mean" or
        "ratio"; ``n``, customers of the group with a value, and ``value``; ``other_n`` and ``other_value``.

        ``difference``, ``lower``, ``upper``; ``relative_difference``, ``relative_lower``, ``relative_upper``, in
        relation to the other value, missing where that is not above 0, and an end where any value may be;
        ``p_value`` and ``adjusted_p_value``; ``is_significant``, whether the latter is below 1 - ``level``.

        ``detectable_difference``, the smallest true difference that would have been found with probability ``power``,
        for rates from the other value towards one half; where p-values are adjusted, as one of so many comparisons.
        What is not significant may still be as large.

        ``too_few``, whether the interval is not to be relied on: a rate with fewer than 10 customers on either side; a
        mean or ratio with fewer than 30 customers whose value or numerator is not 0, or with values too skewed for
        groups of such different size.

    Raises
    ------
    SchemaError
        If a column is missing or of another kind, there are no rows or only one group, a customer has two rows, a rate
        has values beside 0 and 1, a denominator is below 0, or values are infinite.
    TypeError
        If ``customers`` is not a frame, or ``by``, ``rates``, ``means`` or ``ratios`` are not as above.
    ValueError
        If no measure is named or one twice, ``by`` is the name of a column of the result, ``against`` or ``adjust`` is
        not one of those listed, ``reference`` is no label or not used, or ``level`` or ``power`` is not between 0
        and 1.

    See Also
    --------
    period_comparison_table : The same customers in two periods.
    paired_comparison_table : The same customers in two tables.
    kpi_mix_table : The change of a ratio, split into what groups did and how their shares moved.

    Notes
    -----
    Rates: Newcombe's interval, and Pearson's test with N - 1 for N, or Fisher's exact test where counts are small.
    Means: Welch's. Ratios: the delta method with the covariance of numerator and denominator. Where one group is much
    smaller, and the values have a long tail, Student's interval holds the truth far less often than it says; the
    interval then reaches further towards the tail, by Hall's transformation with the skewness of both groups together.

    References
    ----------
    .. [1] Newcombe (1998), "Interval Estimation for the Difference between Independent Proportions", *Statistics in
       Medicine* 17.
    .. [2] Welch (1947), "The Generalization of 'Student's' Problem when Several Different Population Variances are
       Involved", *Biometrika* 34.
    .. [3] Hall (1992), "On the Removal of Skewness by Transformation", *Journal of the Royal Statistical Society* B 54.

    Examples
    --------
    >>> import crmkit as ck
    >>> customers = ck.customer_summary(ck.as_transactions(ck.load_cdnow()), as_of="1998-06-30")
    >>> customers = customers.assign(
    ...     quarter=customers["first_order"].dt.month.map({1: "January", 2: "February", 3: "March"}),
    ...     repeated=customers["n_orders"] > 1,
    ... )
    >>> found = group_comparison_table(customers, by="quarter", rates=["repeated"], means=["spend"])
    >>> found[["quarter", "measure", "value", "other_value", "difference", "lower", "upper"]].round(3)
        quarter   measure    value  other_value  difference   lower   upper
    0  February  repeated    0.485        0.491      -0.005  -0.047   0.037
    1  February     spend  105.811      102.274       3.537 -13.626  23.129
    2   January  repeated    0.481        0.492      -0.011  -0.054   0.032
    3   January     spend  100.951      104.854      -3.902 -20.362  15.694
    4     March  repeated    0.501        0.484       0.017  -0.027   0.061
    5     March     spend  103.712      103.494       0.218 -22.655  28.584
    """
    measures = asked_measures(rates, means, ratios)
    wanted = asked(level=level, power=power, adjust=adjust)
    check_option(against, _AGAINST, name="against")
    if against != "reference" and reference is not None:
        raise ValueError(_IDLE_REFERENCE(value=reference))
    label = label_name(by)
    if label in _TAKEN:
        raise ValueError(_TAKEN_NAME(name=label))
    rows = _opened(customers, label, measures)
    of_rates = [as_name(name) for name in rates]
    check_values(rows, measures, rates=of_rates, table="customers")
    found_labels, sums = sums_by_group(rows, by=label, measures=measures)
    labels = labels_of(found_labels, [label])
    order = np.argsort(labels.codes)
    groups, scopes = labels.groups[label], np.array(labels.scopes, dtype=object)
    pairs = _pairs(groups, against, reference, label)
    found = [_measured(name, each.at(order), pairs, of_rates, wanted) for name, each in sums.items()]
    return from_pandas(_table(groups, scopes, pairs, found, wanted), like=customers)


class _Pairs(NamedTuple):
    """The places of the groups compared, and of those they are compared with; -1 for the rest."""

    first: npt.NDArray[np.int64]
    other: npt.NDArray[np.int64]


def _opened(customers: Any, by: str, measures: Measures) -> AnyFrame:
    rows = open_columns(customers, [by, *columns_of(measures)], name="customers", made_by=_MADE_BY)
    check_labels(rows, [by], table="customers")
    check_each_once(rows, name="customers")
    return rows


def _pairs(groups: pd.Series[Any], against: str, reference: Any, by: str) -> _Pairs:
    places = np.arange(len(groups))
    if not len(groups):
        raise SchemaError(_NO_ROWS())
    if len(groups) == 1:
        raise SchemaError(_ONE_GROUP(where=Column("customers", by), labels=some(groups)))
    if against == "rest":
        return _Pairs(places, np.full(len(groups), -1))
    if against == "each":
        first, other = np.triu_indices(len(groups), 1)
        return _Pairs(first, other)
    at = np.flatnonzero((groups == reference).to_numpy(dtype=bool, na_value=False))
    if not len(at):
        where = Column("customers", by)
        raise ValueError(_NO_REFERENCE(where=where, value=reference, labels=some(groups.dropna())))
    first = np.delete(places, at[0])
    return _Pairs(first, np.full(len(first), at[0]))


def _measured(name: str, sums: Sums, pairs: _Pairs, rates: Sequence[str], wanted: Asked) -> Measured:
    """A measure in all pairs of groups."""
    first = sums.at(pairs.first)
    other = of_others(sums) if (pairs.other < 0).all() else sums.at(pairs.other)
    fewest = np.minimum(first.filled, other.filled)
    if name in rates:
        fewest = np.minimum(fewest, np.minimum(first.n - first.filled, other.n - other.filled))
        shares = [each.filled / np.where(each.n > 0, each.n, np.nan) for each in (first, other)]
        return Measured(
            name,
            "rate",
            first.n,
            shares[0],
            other.n,
            shares[1],
            compare_shares(first.filled, first.n, other.filled, other.n, level=wanted.level),
            lambda alpha: detectable_difference_of_shares(shares[1], first.n, other.n, alpha=alpha, power=wanted.power),
            fewest < FEWEST_CHANGES,
        )
    contrast = contrast_of_samples(sample_of(first), sample_of(other))
    return Measured(
        name,
        "ratio" if (0, 1) in sums.products else "mean",
        first.n,
        contrast.value,
        other.n,
        contrast.other,
        compare(contrast, level=wanted.level),
        lambda alpha: detectable_difference(contrast, alpha=alpha, power=wanted.power),
        (fewest < FEWEST_VALUES) | is_too_skewed(contrast, level=wanted.level),
    )


def _table(
    groups: pd.Series[Any],
    scopes: npt.NDArray[np.object_],
    pairs: _Pairs,
    measures: Sequence[Measured],
    wanted: Asked,
) -> pd.DataFrame:
    """The rows, pair by pair."""
    first, other = np.repeat(pairs.first, len(measures)), np.repeat(pairs.other, len(measures))
    table = pd.DataFrame({groups.name: groups.iloc[first].reset_index(drop=True)})
    table["scope"] = scopes[first]
    table["against"] = groups.reindex(other).reset_index(drop=True)
    table["against_scope"] = np.where(other < 0, "rest", scopes[other])
    n_pairs = len(pairs.first)
    table["measure"] = [each.name for each in measures] * n_pairs
    table["kind"] = [each.kind for each in measures] * n_pairs
    for name in ("n", "value", "other_n", "other_value"):
        column = np.array([getattr(each, name) for each in measures]).T.ravel()
        table[name] = column.astype("int64") if name in ("n", "other_n") else column
    return table.assign(**judged(measures, wanted, change="difference"))
