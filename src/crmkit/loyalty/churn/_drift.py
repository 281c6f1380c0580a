"""Whether what a model learned from still holds: the base rate and each feature, then and now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from crmkit._checks import check_int
from crmkit._frames import FrameT, from_pandas, to_pandas
from crmkit._learning import as_features, label_columns
from crmkit._messages import Message, Parameter
from crmkit._stats import as_numbers, difference_of_shares, read_outcomes
from crmkit._tables import open_columns
from crmkit.errors import SchemaError
from crmkit.loyalty.churn._drift_of_features import moved
from crmkit.loyalty.churn._feature_names import check_features

__all__ = ["churn_drift_table"]

# Siddiqi's rule of thumb.
_MODERATE: Final = 0.1
_LARGE: Final = 0.25

_EMPTY: Final = Message(en="{name} has no rows.", zh="{name} 没有行。")
_NO_FEATURES: Final = Message(
    en="{@before} has no features beside the columns named.", zh="{@before} 除所指定的列之外没有特征。"
)


def churn_drift_table(
    before: FrameT,
    after: FrameT,
    *,
    outcome: str | None = None,
    features: Sequence[str] | None = None,
    customer_id: str = "customer_id",
    cutoff: str = "cutoff",
    n_bins: int = 10,
) -> FrameT:
    r"""Compare the snapshots a model learned from with later ones: the churn rate, and how far each feature has moved.

    .. math:: \mathrm{PSI} = \sum_b (q_b - p_b) \ln(q_b / p_b)

    The population stability index compares the shares :math:`p_b` and :math:`q_b` of the bins then and now. The bins
    of numbers are those of ``before``, of about equal size; missing values have one of their own, and so have labels
    that were not there before. Half a customer is added to each bin.

    Parameters
    ----------
    before, after : pandas, Polars or PyArrow table
        Snapshots with features; ``after`` may have no outcomes yet.
    outcome : str, optional
        The column that says who left; missing ones are left out. If ``after`` lacks it, there is no later rate.
    features : list of str, optional
        The columns to compare; by default all others.
    customer_id, cutoff : str, default "customer_id" and "cutoff"
        The two columns, no features.
    n_bins : int, default 10
        Bins of numbers, at least 2.

    Returns
    -------
    the kind of frame given
        A row for the churn rate, where ``outcome`` is given, and one per feature.

        ``what``, ``feature``
            "churn_rate" with a missing feature, or "feature".
        ``before``, ``after``
            The churn rates; means of numbers, without missing values; missing for labels.
        ``difference``, ``lower``, ``upper``
            Of the churn rates, with Newcombe's interval at 95 %, as if the customers of the two were different ones.
        ``missing_before``, ``missing_after``
            Shares of rows whose value is missing.
        ``psi``, ``psi_by_chance``
            The index, and what it stays below in 95 of 100 samples if nothing has moved.
        ``size``
            Of the index: "small" below 0.1, "moderate", and "large" from 0.25.
        ``has_moved``
            Whether the index is at least 0.1 and above chance; of the churn rate, whether the interval leaves out 0.

    Raises
    ------
    SchemaError
        If a column is missing, or a table has no rows or no features.
    TypeError
        If a table is not a frame, outcomes are not numbers or flags, or ``features`` is not a list.
    ValueError
        If an outcome is neither 1 nor 0, a number is infinite, ``features`` names a column twice or one of another
        use, or ``n_bins`` is too small.

    References
    ----------
    .. [1] Siddiqi (2006), *Credit Risk Scorecards*, Wiley, ch. 9.
    .. [2] Yurdakul (2018), *Statistical Properties of Population Stability Index*, Western Michigan University.

    Examples
    --------
    >>> import pandas as pd
    >>> before = pd.DataFrame({"days_since_last": range(200), "channel": ["web", "shop"] * 100})
    >>> before["churned"] = [0, 1] * 100
    >>> after = pd.DataFrame({"days_since_last": range(100, 300), "channel": ["web", "shop"] * 100})
    >>> drift = churn_drift_table(before, after, outcome="churned")
    >>> drift[["what", "feature", "before", "after", "psi", "size", "has_moved"]].round(2)
             what          feature  before  after   psi   size  has_moved
    0  churn_rate             None     0.5    NaN   NaN   None      False
    1     feature  days_since_last    99.5  199.5  2.68  large       True
    2     feature          channel     NaN    NaN  0.00  small      False
    """
    check_int(n_bins, name="n_bins", low=2)
    named = [customer_id, cutoff, *([] if outcome is None else [outcome])]
    check_features(features, other_than=named)
    opened = open_columns(before, [*named[2:], *(features or [])], name="before", made_by="churn_snapshots")
    chosen = [each for each in opened.collect_schema() if each not in named] if features is None else list(features)
    if not chosen:
        raise SchemaError(_NO_FEATURES())
    other = open_columns(after, chosen, name="after", made_by="churn_snapshots")
    tables = {"before": to_pandas(opened), "after": to_pandas(other)}
    for name, table in tables.items():
        if table.empty:
            raise SchemaError(_EMPTY(name=Parameter(name)))
    then = as_features(tables["before"][chosen], table="before")
    now = as_features(tables["after"][chosen], labels=label_columns(then), table="after")
    lines = [] if outcome is None else [_churn_rate(tables, outcome)]
    lines += [_feature(name, then[name], now[name], n_bins) for name in chosen]
    return from_pandas(_in_kinds(pd.DataFrame(lines, columns=_COLUMNS)), like=before)


_TEXTS: Final = ("what", "feature", "size")
_COLUMNS: Final = [
    "what", "feature", "before", "after", "difference", "lower", "upper", "missing_before", "missing_after", "psi",
    "psi_by_chance", "size", "has_moved",
]  # fmt: skip


def _in_kinds(table: pd.DataFrame) -> pd.DataFrame:
    for name in table.columns:
        if name in _TEXTS:
            table[name] = table[name].astype(object).where(table[name].notna(), None)
        elif name != "has_moved":
            table[name] = table[name].astype(np.float64)
    return table


def _churn_rate(tables: dict[str, pd.DataFrame], outcome: str) -> dict[str, Any]:
    """The rates of those whose outcome is known."""
    left = []
    for table in tables.values():
        column = table[outcome] if outcome in table.columns else pd.Series(dtype=np.float64)
        (known,) = read_outcomes(as_numbers(column.dropna()), name=outcome) if column.notna().any() else (np.empty(0),)
        left.append(known)
    rates = [float(each.mean()) if len(each) else np.nan for each in left]
    line = {"what": "churn_rate", "before": rates[0], "after": rates[1], "has_moved": False}
    if not all(map(len, left)):
        return line
    difference, lower, upper = (
        float(each) for each in difference_of_shares(left[1].sum(), len(left[1]), left[0].sum(), len(left[0]))
    )
    return {**line, "difference": difference, "lower": lower, "upper": upper, "has_moved": lower > 0 or upper < 0}


def _feature(name: str, before: pd.Series[Any], after: pd.Series[Any], n_bins: int) -> dict[str, Any]:
    found = moved(before, after, n_bins=n_bins)
    psi, by_chance = found.stability
    return {
        "what": "feature",
        "feature": name,
        "before": found.means[0],
        "after": found.means[1],
        "missing_before": found.missing[0],
        "missing_after": found.missing[1],
        "psi": psi,
        "psi_by_chance": by_chance,
        "size": "small" if psi < _MODERATE else "moderate" if psi < _LARGE else "large",
        "has_moved": bool(psi >= _MODERATE and psi > by_chance),
    }
