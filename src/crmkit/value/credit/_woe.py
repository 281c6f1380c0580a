"""Weight of evidence: how much a characteristic of customers tells good payers from bad ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_fraction, check_turnover
from crmkit._figures import label_text
from crmkit._frames import FrameT, column_name, from_pandas, to_pandas
from crmkit._grouping import check_labels, label_names, labels_of
from crmkit._messages import Column, Message
from crmkit._stats import divergence_by_chance
from crmkit._tables import finite_columns, open_columns, refuse_rows

__all__ = ["information_value_table", "woe_table"]

_NAME: Final = "customers"
_HALF: Final = 0.5
_FEWEST: Final = 5
# Siddiqi's words for information values: each from its limit on.
_STRENGTHS: Final = {"none": 0.0, "weak": 0.02, "medium": 0.1, "strong": 0.3, "suspicious": 0.5}

_NO_FLAG: Final = Message(
    en="{where} is neither 0 nor 1 in {n:,} {n:row|rows}, first at rows {rows}. Say 1 for customers who did not pay.",
    zh="{where}有 {n:,} 行既非 0 也非 1，最先见于行 {rows}。未付款的客户请记为 1。",
)
_BELOW: Final = Message(
    en="{where} is below 0 in {n:,} {n:row|rows}, first at rows {rows}. Mend or drop them.",
    zh="{where}有 {n:,} 行小于 0，最先见于行 {rows}。请修正或删除这些行。",
)


def woe_table(customers: FrameT, *, by: str | Sequence[str], bad: str, weight: str | None = None) -> FrameT:
    r"""Weight of evidence and information value of the bins of characteristics.

    .. math:: \mathrm{WOE}_b = \ln \frac{g_b}{B_b}, \qquad \mathrm{IV}_b = (g_b - B_b)\, \mathrm{WOE}_b

    with the shares :math:`g_b` of all good and :math:`B_b` of all bad customers who are in bin :math:`b`. Above 0 a bin
    holds more of the good ones. Some books divide the other way round.

    Parameters
    ----------
    customers : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        A row per customer whose outcome is known, or per group of them with ``weight``.
    by : str or sequence of str
        Columns of characteristics, already cut into bins, such as by ``pandas.cut`` or, so that they tell as much as
        they can, by the library optbinning. A missing value is a bin of its own: that it is missing may tell something.
    bad : str
        Column of true and false, or 1 and 0: whether the customer did not pay. Customers without one are left out and
        counted.
    weight : str, optional
        Column of weights or of the number of customers a row stands for, 0 or more.

    Returns
    -------
    the kind of frame given
        A row per characteristic and bin: ``feature``; ``bin``, its label as text, missing for missing values; ``n``
        rows, ``goods`` and ``bads`` by weight, ``bad_rate``; ``woe``; ``iv``, what the bin adds to the information
        value; ``is_empty``, whether the bin has no good or no bad customers; ``too_few``, whether it has fewer than 5
        of either, a rule of ours; ``n_left_out``, rows without an outcome.

        Where a bin is empty, half a customer is added to each cell of the characteristic, while the totals stay as they
        are: the logarithm of 0 would be infinite. Without any good or any bad customer nothing can be told apart, and
        ``woe`` and ``iv`` are missing.

    Raises
    ------
    SchemaError
        If a column is missing or holds no labels, outcomes are neither 0 nor 1, or a weight is below 0 or infinite.
    TypeError
        If ``customers`` is not a frame, or a name is not that of a column.

    See Also
    --------
    information_value_table : The information value of each characteristic.
    score_points_table : Points of a scorecard from these.

    References
    ----------
    .. [1] Siddiqi (2006), *Credit Risk Scorecards*, Wiley, ch. 6.

    Examples
    --------
    >>> import pandas as pd
    >>> counts = pd.DataFrame({
    ...     "age": ["old", "middle", "young"] * 2, "is_bad": [0, 0, 0, 1, 1, 1], "n": [400, 300, 200, 20, 30, 50],
    ... })
    >>> woe_table(counts, by="age", bad="is_bad", weight="n")[["bin", "goods", "bads", "woe", "iv"]].round(4)
          bin  goods  bads     woe      iv
    0  middle  300.0  30.0  0.1054  0.0035
    1     old  400.0  20.0  0.7985  0.1952
    2   young  200.0  50.0 -0.8109  0.2253
    """
    names, outcome = label_names(by), column_name(bad, name="bad")
    weights = [] if weight is None else [column_name(weight, name="weight")]
    rows = open_columns(customers, [*names, outcome, *weights], name=_NAME, made_by=None)
    check_labels(rows, names, table=_NAME)
    labels = to_pandas(rows.select(*names))
    numbers = finite_columns(customers, [outcome, *weights], name=_NAME)
    is_bad = numbers[outcome]
    refuse_rows(~np.isnan(is_bad) & (is_bad != 0) & (is_bad != 1), _NO_FLAG, where=Column(_NAME, outcome))
    each = np.ones(len(is_bad)) if not weights else numbers[weights[0]]
    refuse_rows(each < 0, _BELOW, where=Column(_NAME, *weights) if weights else None)
    with np.errstate(over="ignore"):
        check_turnover(float(np.nansum(each)), where=Column(_NAME, *weights) if weights else None)
    known = ~np.isnan(is_bad) & ~np.isnan(each)
    parts = [
        _bins(labels.loc[known, name].reset_index(drop=True), is_bad[known], each[known], name=name) for name in names
    ]
    table = pd.concat(parts, ignore_index=True).assign(n_left_out=int((~known).sum()))
    return from_pandas(table, like=customers)


def _bins(labels: pd.Series[Any], is_bad: Floats, weights: Floats, *, name: str) -> pd.DataFrame:
    found = labels_of(labels.to_frame("bin"), ["bin"])
    n = len(found.groups)
    bads = np.bincount(found.codes, weights=is_bad * weights, minlength=n).astype(np.float64)
    goods = np.bincount(found.codes, weights=(1 - is_bad) * weights, minlength=n).astype(np.float64)
    is_empty = (goods == 0) | (bads == 0)
    woe, of_goods, of_bads = _weights_of_evidence(goods, bads)
    texts = [None if pd.isna(label) else label_text(label) for label in found.groups["bin"]]
    rate = np.full(n, np.nan)
    np.divide(bads, goods + bads, out=rate, where=goods + bads > 0)
    return pd.DataFrame(
        {
            "feature": np.full(n, name, dtype=object),
            "bin": np.array(texts, dtype=object),
            "n": np.bincount(found.codes, minlength=n),
            "goods": goods,
            "bads": bads,
            "bad_rate": rate,
            "woe": woe,
            "iv": (of_goods - of_bads) * woe,
            "is_empty": is_empty,
            "too_few": (goods < _FEWEST) | (bads < _FEWEST),
        }
    )


def _weights_of_evidence(goods: Floats, bads: Floats) -> tuple[Floats, Floats, Floats]:
    """Logarithms of the shares of good over bad customers, and the shares; half a customer more where a cell is 0."""
    if not goods.sum() > 0 or not bads.sum() > 0:
        return (np.full(len(goods), np.nan),) * 3
    added = _HALF if ((goods == 0) | (bads == 0)).any() else 0.0
    of_goods, of_bads = ((each + added) / each.sum() for each in (goods, bads))
    return np.log(of_goods) - np.log(of_bads), of_goods, of_bads


def information_value_table(woe: FrameT, *, level: float = 0.95) -> FrameT:
    r"""Information value of characteristics: how much each tells good payers from bad ones.

    .. math:: \mathrm{IV} = \sum_b (g_b - B_b) \ln \frac{g_b}{B_b}

    Parameters
    ----------
    woe : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `woe_table` gives it.
    level : float, default 0.95
        In how many cases of a characteristic that tells nothing the value stays below ``by_chance``, between 0 and 1.

    Returns
    -------
    the kind of frame given
        A row per characteristic, the highest value first: ``feature``; ``iv``; ``strength``, in Siddiqi's words: "none"
        below 0.02, "weak" below 0.1, "medium" below 0.3, "strong" below 0.5, and from there "suspicious": look for a
        leak, a column that knows the outcome; ``by_chance``, what a characteristic with as many bins reaches where it
        tells nothing, taking each customer for one; ``n_bins``; ``n_empty``, bins without good or bad customers.

    Raises
    ------
    SchemaError
        If a column is missing.
    TypeError
        If ``woe`` is not a frame or ``level`` not a number.
    ValueError
        If ``level`` does not lie between 0 and 1.

    References
    ----------
    .. [1] Siddiqi (2006), *Credit Risk Scorecards*, Wiley, ch. 6.

    Examples
    --------
    >>> import pandas as pd
    >>> counts = pd.DataFrame({
    ...     "age": ["old", "middle", "young"] * 2, "is_bad": [0, 0, 0, 1, 1, 1], "n": [400, 300, 200, 20, 30, 50],
    ... })
    >>> information_value_table(woe_table(counts, by="age", bad="is_bad", weight="n")).round(4)
      feature     iv strength  by_chance  n_bins  n_empty
    0     age  0.424   strong     0.0666       3        0
    """
    check_fraction(level, name="level")
    columns = ("feature", "goods", "bads", "iv", "is_empty")
    rows = to_pandas(open_columns(woe, columns, name="woe", made_by="woe_table").select(*columns))
    made = [
        {
            "feature": feature,
            "iv": float(bins["iv"].sum(min_count=1)),
            "by_chance": _by_chance(float(bins["goods"].sum()), float(bins["bads"].sum()), len(bins), level=level),
            "n_bins": len(bins),
            "n_empty": int(bins["is_empty"].sum()),
        }
        for feature, bins in rows.groupby("feature", sort=True)
    ]
    table = pd.DataFrame(made, columns=["feature", "iv", "by_chance", "n_bins", "n_empty"])
    limits, words = np.array([*_STRENGTHS.values()]), np.array([*_STRENGTHS], dtype=object)
    values = table["iv"].to_numpy(dtype=np.float64)
    place = np.searchsorted(limits, np.nan_to_num(values), side="right") - 1
    table.insert(2, "strength", np.where(np.isnan(values), None, words[np.maximum(place, 0)]))
    return from_pandas(table.sort_values(["iv", "feature"], ascending=[False, True], ignore_index=True), like=woe)


def _by_chance(goods: float, bads: float, n_bins: int, *, level: float) -> float:
    return divergence_by_chance(goods, bads, n_bins=n_bins, level=level) if goods > 0 and bads > 0 else np.nan
