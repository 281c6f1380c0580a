"""Whose wallets a company shares: what customers spend with it of what they spend in the category."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._checks import check_fraction
from crmkit._frames import FrameT, collected, from_pandas, to_pandas
from crmkit._grouping import check_labels, label_names, labels_of
from crmkit._messages import Message
from crmkit._stats import normal_reach
from crmkit._tables import WALLETS, check_values, float_columns, open_table

__all__ = ["share_of_wallet_table"]

_COLUMNS: Final = ("own_spend", "category_spend")
_SCOPE: Final = "scope"
_RESULT: Final = (
    *("n_customers", "n_unknown", "n_buyers", *_COLUMNS, "share_of_wallet", "lower", "upper"),
    *("share_of_requirements", "mean_share_of_requirements", "opportunity"),
)

_TAKEN: Final = Message(
    en="{@by} has the columns {names}, which the result has too. Rename them.",
    zh="{@by} 的列 {names} 与结果表的列重名，请改名。",
)


def share_of_wallet_table(customers: FrameT, *, by: str | Sequence[str] = (), level: float = 0.95) -> FrameT:
    """Say what share of customers' spending in the category comes to you, and how much does not.

    Parameters
    ----------
    customers : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        A row per customer whose spending is known from a survey or a panel: ``own_spend`` with you and
        ``category_spend`` with you and all others, in the same period, and the columns of ``by``.
    by : str or sequence of str, default ()
        Columns of labels, such as segments.
    level : float, default 0.95
        Confidence of the intervals, between 0 and 1.

    Returns
    -------
    the kind of frame given
        A row per group and one of all: the columns of ``by``; ``scope``: "group", "no label" or "all";
        ``n_customers``, those of whom both amounts are known, on whom all else rests; ``n_unknown``, the others;
        ``n_buyers``, those who spent something with you; ``own_spend``, ``category_spend``; ``share_of_wallet``, the
        ratio of the two, with ``lower`` and ``upper`` (missing for fewer than two customers);
        ``share_of_requirements``, the same ratio among buyers; ``mean_share_of_requirements``, the mean of buyers' own
        shares, in which light buyers count as much as heavy ones; ``opportunity``, what was spent with others. Shares
        are missing where nothing was spent.

    Raises
    ------
    SchemaError
        If a column is missing, holds no numbers, is below 0, or ``own_spend`` exceeds ``category_spend``.
    TypeError
        If ``customers`` is not a frame.
    ValueError
        If ``level`` is not between 0 and 1, or a column of ``by`` has the name of one of the result.

    References
    ----------
    .. [1] Cochran (1977), *Sampling Techniques*, 3rd ed., section 6.4, for the interval of a ratio.
    .. [2] Farris, Bendle, Pfeifer and Reibstein, *Marketing Metrics*, 3rd ed., chapter 2.

    Examples
    --------
    >>> import pandas as pd
    >>> customers = pd.DataFrame({"own_spend": [90, 10, 0], "category_spend": [100, 50, 50]})
    >>> table = share_of_wallet_table(customers)
    >>> table[["share_of_wallet", "share_of_requirements", "mean_share_of_requirements"]].round(3)
       share_of_wallet  share_of_requirements  mean_share_of_requirements
    0              0.5                  0.667                        0.55
    """
    check_fraction(level, name="level")
    names = label_names(by)
    if taken := sorted({*names} & {_SCOPE, *_RESULT}):
        raise ValueError(_TAKEN(names=taken))
    rows = open_table(customers, WALLETS, also=names)
    check_labels(rows, names, table="customers")
    values = float_columns(customers, WALLETS, _COLUMNS)
    check_values(values, WALLETS)
    own, category = (values[name] for name in _COLUMNS)
    if not names:
        table = pd.DataFrame([_measured(own, category, level=level)])
        table.insert(0, _SCOPE, ["all"])
        return from_pandas(table, like=customers)
    labels = labels_of(to_pandas(collected(rows).select(*names)), names)
    groups, scopes = labels.with_whole()
    found = [
        _measured(own[labels.codes == place], category[labels.codes == place], level=level)
        for place in range(len(labels.groups))
    ]
    found.append(_measured(own, category, level=level))
    return from_pandas(pd.concat([groups.assign(**{_SCOPE: scopes}), pd.DataFrame(found)], axis=1), like=customers)


def _measured(own: Floats, category: Floats, *, level: float) -> dict[str, Any]:
    known = ~np.isnan(own) & ~np.isnan(category)
    unknown = int((~known).sum())
    own, category = own[known], category[known]
    n, buys = len(own), own > 0
    sums, of_buyers = (own.sum(), category.sum()), (own[buys].sum(), category[buys].sum())
    share = _ratio(*sums)
    lower = upper = np.nan
    if n > 1 and sums[1] > 0:
        # The ratio of sums varies like the mean of own - share * category.
        error = np.sqrt((((own - share * category) / sums[1]) ** 2).sum() * n / (n - 1))
        reach = normal_reach(level) * error
        lower, upper = max(share - reach, 0.0), min(share + reach, 1.0)
    mean = float((own[buys] / category[buys]).mean()) if buys.any() else np.nan
    figures = (n, unknown, int(buys.sum()), *sums, share, lower, upper, _ratio(*of_buyers), mean, sums[1] - sums[0])
    return dict(zip(_RESULT, figures, strict=True))


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole > 0 else np.nan
