"""How far those contacted and the others lie apart in each period, against the last one before the campaign."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from narwhals.stable.v2.typing import IntoFrame

from crmkit._calendar import Freq
from crmkit._calendars import calendar_of
from crmkit._checks import Day, check_fraction
from crmkit._frames import FrameT, from_pandas
from crmkit._stats import compare
from crmkit.loyalty.campaigns._changes import changes, earlier_trend, event_weights
from crmkit.loyalty.campaigns._compared_base import check_once, column_names
from crmkit.loyalty.campaigns._panel import Panel, read_panel

__all__ = ["event_study_table"]


def event_study_table(
    activity: FrameT,
    *,
    customers: IntoFrame,
    treated: str,
    start: Day,
    as_of: Day,
    n_before: int,
    n_after: int,
    outcomes: Sequence[str] = ("n_orders", "amount"),
    freq: Freq | None = None,
    calendar: IntoFrame | None = None,
    level: float = 0.95,
) -> FrameT:
    """Show period by period how those contacted and the others moved apart, with the test of the earlier trend.

    Parameters
    ----------
    activity : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        This and the following as in `difference_in_differences_table`.
    customers : table of any kind
        The base that is compared.
    treated : str
        Its column of those contacted.
    start, as_of : date or ISO text
        First day of the campaign's period, and the last day that ``activity`` covers.
    n_before, n_after : int
        Periods before the campaign, at least 2, and from ``start``, at least 1.
    outcomes : sequence of str, default ("n_orders", "amount")
        Columns of numbers of ``activity``, or "active".
    freq : str, optional
        The length of the periods.
    calendar : table of any kind, optional
        Periods of one's own in place of ``freq``.
    level : float, default 0.95
        Confidence of the intervals.

    Returns
    -------
    the kind of frame given
        For each outcome one row per period, then one of the test.

        ``outcome``; ``scope``: "before", "reference", the last period before the campaign, "after", or "earlier_trend",
        the test; ``period``, its first day; ``periods_from_start``, below 0 before the campaign; ``treated_mean`` and
        ``others_mean`` per customer; ``difference``, the difference of both sides less that of the reference, where it
        is 0, with ``lower``, ``upper`` and ``p_value``. Before the campaign it should be about 0.

        In the row of the test ``statistic``, ``degrees_of_freedom`` and ``p_value``: how often sides that changed
        alike before the campaign differ so much in all earlier periods together. Missing where nobody changed, or a
        side has too few customers for it.

    Raises
    ------
    SchemaError, TypeError, ValueError
        As `difference_in_differences_table`.

    References
    ----------
    .. [1] Roth (2022), "Pretest with Caution: Event-Study Estimates after Testing for Parallel Trends", *American
       Economic Review: Insights* 4.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> rng = np.random.default_rng(1)
    >>> months = pd.date_range("2024-01-01", periods=4, freq="MS")
    >>> customers = pd.DataFrame({"customer_id": range(400), "contacted": np.arange(400) % 4 == 0})
    >>> activity = customers.merge(pd.DataFrame({"period": months}), how="cross")
    >>> activity["n_orders"] = rng.poisson(2 + activity["contacted"] * (1 + (activity["period"] >= "2024-04-01")))
    >>> activity["amount"] = 10.0 * activity["n_orders"]
    >>> study = event_study_table(
    ...     activity, customers=customers, treated="contacted", start="2024-04-01", as_of="2024-04-30", freq="M",
    ...     n_before=3, n_after=1, outcomes=["n_orders"],
    ... )
    >>> study[["scope", "periods_from_start", "difference", "lower", "upper", "p_value"]].round(2)
               scope  periods_from_start  difference  lower  upper  p_value
    0         before                -3.0       -0.00  -0.55   0.55     0.99
    1         before                -2.0       -0.27  -0.79   0.24     0.30
    2      reference                -1.0        0.00    NaN    NaN      NaN
    3          after                 0.0        0.98   0.43   1.53     0.00
    4  earlier_trend                 NaN         NaN    NaN    NaN     0.53
    """
    check_fraction(level, name="level")
    named = column_names(outcomes, name="outcomes")
    check_once(named)
    panel = read_panel(
        activity,
        customers=customers,
        treated=treated,
        start=start,
        as_of=as_of,
        n_before=n_before,
        n_after=n_after,
        periods=calendar_of(freq, calendar),
        outcomes=named,
    )
    table = pd.concat([_of_outcome(panel, name, level=level) for name in named], ignore_index=True)
    return from_pandas(table, like=activity)


def _of_outcome(panel: Panel, outcome: str, *, level: float) -> pd.DataFrame:
    values, n_before = panel.outcomes[outcome], panel.n_before
    n = values.shape[1]
    found = compare(changes(panel, outcome, event_weights(n, n_before)).contrast, level=level)
    trend = earlier_trend(panel, outcome)
    numbers = np.arange(n) - n_before
    is_reference = numbers == -1

    def known(column: np.ndarray) -> np.ndarray:
        """Leave the reference without an interval, and add the row of the test."""
        return np.append(np.where(is_reference, np.nan, column), np.nan)

    return pd.DataFrame(
        {
            "outcome": outcome,
            "scope": [*np.where(numbers >= 0, "after", np.where(is_reference, "reference", "before")), "earlier_trend"],
            "period": pd.Series([*panel.starts, np.datetime64("NaT")], dtype="datetime64[us]"),
            "periods_from_start": np.append(numbers.astype(float), np.nan),
            "treated_mean": np.append(values[panel.treated].mean(axis=0), np.nan),
            "others_mean": np.append(values[~panel.treated].mean(axis=0), np.nan),
            "difference": np.append(found.difference, np.nan),
            "lower": known(found.lower),
            "upper": known(found.upper),
            "p_value": np.append(known(found.p_value)[:-1], trend.p_value),
            "statistic": np.append(np.full(n, np.nan), trend.statistic),
            "degrees_of_freedom": np.append(np.full(n, np.nan), float(trend.degrees_of_freedom)),
        }
    )
