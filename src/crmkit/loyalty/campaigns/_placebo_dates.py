"""The campaign moved to earlier dates, where it cannot have had an effect."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from narwhals.stable.v2.typing import IntoFrame

from crmkit._calendar import Freq
from crmkit._calendars import calendar_of
from crmkit._checks import Day, check_fraction
from crmkit._frames import FrameT, from_pandas
from crmkit._stats import adjusted_p_values, compare, detectable_difference
from crmkit.loyalty.campaigns._changes import changes, placebo_weights
from crmkit.loyalty.campaigns._compared_base import check_once, column_names
from crmkit.loyalty.campaigns._panel import Panel, read_panel

__all__ = ["placebo_date_table"]


def placebo_date_table(
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
    power: float = 0.8,
) -> FrameT:
    """Try the same comparison on earlier dates, as if the campaign had begun then, with what came before it alone.

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
        Confidence of the intervals, and one minus the level of the tests.
    power : float, default 0.8
        The probability with which ``detectable_difference`` would have been found.

    Returns
    -------
    the kind of frame given
        For each outcome one row per date: the first day of each period before the campaign but the first.

        ``outcome``; ``placebo_start``; ``n_before`` and ``n_after``, the periods before and after it, all before the
        campaign; ``difference``, ``lower``, ``upper``, ``p_value``, as in `difference_in_differences_table`;
        ``adjusted_p_value``, by Holm's method for the dates of an outcome; ``finds_effect``, whether that is below
        1 - ``level``: then the same comparison at the date of the campaign cannot be relied on.

        ``detectable_difference``
            The smallest false effect that would have been found with probability ``power``. Where it is as large as the
            effect of the campaign, dates without an effect say little.

    Raises
    ------
    SchemaError, TypeError, ValueError
        As `difference_in_differences_table`, or if ``power`` is not between 0 and 1.

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
    >>> dates = placebo_date_table(
    ...     activity, customers=customers, treated="contacted", start="2024-04-01", as_of="2024-04-30", freq="M",
    ...     n_before=3, n_after=1, outcomes=["n_orders"],
    ... )
    >>> dates[["n_before", "n_after", "difference", "lower", "upper", "finds_effect"]].round(2)
       n_before  n_after  difference  lower  upper  finds_effect
    0         1        2       -0.13  -0.65   0.37         False
    1         2        1        0.14  -0.31   0.59         False
    """
    check_fraction(level, name="level")
    check_fraction(power, name="power")
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
    table = pd.concat([_of_outcome(panel, name, level=level, power=power) for name in named], ignore_index=True)
    return from_pandas(table, like=activity)


def _of_outcome(panel: Panel, outcome: str, *, level: float, power: float) -> pd.DataFrame:
    n_before = panel.n_before
    contrast = changes(panel, outcome, placebo_weights(len(panel.starts), n_before)).contrast
    found = compare(contrast, level=level)
    adjusted = adjusted_p_values(found.p_value, adjust="holm")
    dates = np.arange(1, n_before)
    return pd.DataFrame(
        {
            "outcome": outcome,
            "placebo_start": pd.Series(panel.starts[1:n_before], dtype="datetime64[us]"),
            "n_before": dates,
            "n_after": n_before - dates,
            "difference": found.difference,
            "lower": found.lower,
            "upper": found.upper,
            "p_value": found.p_value,
            "adjusted_p_value": adjusted,
            "finds_effect": adjusted < 1 - level,
            "detectable_difference": detectable_difference(contrast, alpha=(1 - level) / len(dates), power=power),
        }
    )
