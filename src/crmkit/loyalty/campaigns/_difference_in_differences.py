"""The change of those contacted less the change of the others: an effect, or why there is none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from narwhals.stable.v2.typing import IntoFrame

from crmkit._calendar import Freq
from crmkit._calendars import calendar_of
from crmkit._checks import Day, check_fraction
from crmkit._frames import FrameT, from_pandas
from crmkit._stats import adjusted_p_values, compare
from crmkit.loyalty.campaigns._changes import (
    FEWEST_CHANGES,
    campaign_weights,
    changes,
    earlier_trend,
    placebo_weights,
)
from crmkit.loyalty.campaigns._compared_base import check_once, column_names
from crmkit.loyalty.campaigns._panel import Panel, read_panel

__all__ = ["difference_in_differences_table"]

_TOLD: Final = ("treated_expected", "difference", "lower", "upper", "p_value")


def difference_in_differences_table(
    activity: FrameT,
    *,
    customers: IntoFrame,
    treated: str,
    start: Day,
    as_of: Day,
    n_before: int,
    n_after: int,
    outcomes: Sequence[str] = ("n_orders", "amount"),
    placebo_outcomes: Sequence[str] = (),
    freq: Freq | None = None,
    calendar: IntoFrame | None = None,
    level: float = 0.95,
) -> FrameT:
    r"""Compare how those contacted changed with how the others did, where no control group was drawn.

    .. math:: \hat\tau = (\bar y_{1,\text{after}} - \bar y_{1,\text{before}})
              - (\bar y_{0,\text{after}} - \bar y_{0,\text{before}})

    Whatever makes the two sides differ all the time cancels. The comparison is right if, without the campaign, those
    contacted would have changed as the others did. Data cannot show that they would, but they can show that already
    before the campaign they did not: then the effect is missing, with the reason.

    Parameters
    ----------
    activity : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.activity_table` or `crmkit.as_activity` makes it; the periods around the campaign are brought into
        memory. A customer without a row in a period did nothing in it.
    customers : table of any kind
        The base that is compared, one row per customer, by ``customer_id``: those who could have bought in all the
        periods, such as all whose first order is earlier.
    treated : str
        Column of ``customers``: 1 or true for those contacted, and 0 or false for those who never were.
    start : date or ISO text
        First day of the period in which the campaign began.
    as_of : date or ISO text
        The last day that ``activity`` covers.
    n_before : int
        Periods before the campaign, at least 2; the more, the more can be seen of an earlier trend.
    n_after : int
        Periods from ``start``, at least 1.
    outcomes : sequence of str, default ("n_orders", "amount")
        Columns of numbers of ``activity``; "active" is whether there was an order.
    placebo_outcomes : sequence of str, default ()
        Columns of numbers of ``activity`` that the campaign cannot have moved, such as the spend on products that it
        did not mention. They alone can show something else that happened to those contacted at the same time.
    freq : str, optional
        The length of the periods of ``activity``, as given there.
    calendar : table of any kind, optional
        Its periods where they are one's own; in place of ``freq``.
    level : float, default 0.95
        Confidence of the intervals, and one minus the level of each guard.

    Returns
    -------
    the kind of frame given
        One row per outcome, those of placebos last; all means are per customer and period.

        ``outcome``; ``role``, "outcome" or "placebo"; ``n_treated``, ``n_others``; ``treated_before``,
        ``treated_after``, ``others_before``, ``others_after``, the means; ``treated_expected``, what the mean of those
        contacted would have been without the campaign; ``difference``, ``lower``, ``upper``, ``p_value``, the
        effect.

        ``earlier_trend_p_value``
            Of the joint test that both sides changed alike before the campaign; missing where nothing changed, or a
            side has too few customers for it.
        ``n_placebo_dates``, ``n_placebo_effects``
            The earlier dates that were tried as if the campaign had begun then, and at how many there was an effect.
        ``reason``
            Why the effect is missing; missing where it is told. One or several of these codes, joined by ", ":
            "too_few", fewer than 30 customers of a side changed at all; "earlier_trend"; "placebo_date";
            "placebo_outcome", an effect on a placebo outcome, for which all outcomes lose theirs.
            `explain_without_control` puts them in words. The rows of placebos show what was found.

    Raises
    ------
    SchemaError
        If a column is missing or of another kind, an outcome is missing in a period, a customer is listed twice,
        without an id, or twice in a period, nobody or everybody was contacted, or ids are of two kinds.
    TypeError
        If a table is not a frame, or columns are not named in a sequence.
    ValueError
        If ``start`` does not begin a period, the periods reach beyond the data, no outcome is named or one twice, or an
        option lies outside its range.

    See Also
    --------
    event_study_table : The differences period by period.
    placebo_date_table : The campaign moved to earlier dates.
    matched_comparison_table : Others who were alike before.

    Notes
    -----
    A campaign begins on one day. Where customers were contacted on several, call once for each day, with those
    contacted that day and those never contacted in ``customers``: the group-time effects of Callaway and Sant'Anna.
    Putting all into one regression weighs some of them below 0 (Goodman-Bacon). Every customer counts once, by their
    mean after less their mean before, so that errors are clustered by customer; intervals are Welch's, further towards
    the long tail where the sides differ much in size.

    References
    ----------
    .. [1] Card and Krueger (1994), "Minimum Wages and Employment", *American Economic Review* 84.
    .. [2] Bertrand, Duflo and Mullainathan (2004), "How Much Should We Trust Differences-in-Differences Estimates?",
       *Quarterly Journal of Economics* 119.
    .. [3] Callaway and Sant'Anna (2021), "Difference-in-Differences with Multiple Time Periods", *Journal of
       Econometrics* 225.
    .. [4] Goodman-Bacon (2021), "Difference-in-Differences with Variation in Treatment Timing", *Journal of
       Econometrics* 225.
    .. [5] Roth (2022), "Pretest with Caution: Event-Study Estimates after Testing for Parallel Trends", *American
       Economic Review: Insights* 4.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> rng = np.random.default_rng(1)
    >>> months = pd.date_range("2024-01-01", periods=6, freq="MS")
    >>> customers = pd.DataFrame({"customer_id": range(400), "contacted": np.arange(400) % 4 == 0})
    >>> activity = customers.merge(pd.DataFrame({"period": months}), how="cross")
    >>> activity["n_orders"] = rng.poisson(2 + activity["contacted"] * (1 + (activity["period"] >= "2024-05-01")))
    >>> activity["amount"] = 10.0 * activity["n_orders"]
    >>> effects = difference_in_differences_table(
    ...     activity, customers=customers, treated="contacted", start="2024-05-01", as_of="2024-06-30", freq="M",
    ...     n_before=4, n_after=2,
    ... )
    >>> effects[["outcome", "treated_after", "treated_expected", "difference", "lower", "upper"]].round(2)
        outcome  treated_after  treated_expected  difference  lower  upper
    0  n_orders           3.78              3.02        0.76   0.36   1.16
    1    amount          37.85             30.23        7.62   3.62  11.61
    """
    check_fraction(level, name="level")
    named = column_names(outcomes, name="outcomes")
    placebos = column_names(placebo_outcomes, name="placebo_outcomes", needed=False)
    check_once([*named, *placebos])
    panel = read_panel(
        activity,
        customers=customers,
        treated=treated,
        start=start,
        as_of=as_of,
        n_before=n_before,
        n_after=n_after,
        periods=calendar_of(freq, calendar),
        outcomes=[*named, *placebos],
    )
    table = pd.DataFrame([_row(panel, name, level=level) for name in [*named, *placebos]])
    table.insert(1, "role", ["outcome"] * len(named) + ["placebo"] * len(placebos))
    is_placebo = (table["role"] == "placebo").to_numpy()
    if (adjusted_p_values(table.loc[is_placebo, "p_value"], adjust="holm") < 1 - level).any():
        table.loc[~is_placebo, "reason"] = [
            ", ".join([each, "placebo_outcome"] if each else ["placebo_outcome"])
            for each in table["reason"][~is_placebo]
        ]
    table.loc[is_placebo, "reason"] = ""
    table.loc[(table["reason"] != "").to_numpy(), list(_TOLD)] = np.nan
    table["reason"] = pd.Series([each or None for each in table["reason"]], dtype=object)
    return from_pandas(table, like=activity)


def _row(panel: Panel, outcome: str, *, level: float) -> dict[str, Any]:
    values, n_before = panel.outcomes[outcome], panel.n_before
    n_periods = values.shape[1]
    found = changes(panel, outcome, campaign_weights(n_periods, n_before))
    comparison = compare(found.contrast, level=level)
    trend = earlier_trend(panel, outcome)
    placebos = compare(changes(panel, outcome, placebo_weights(n_periods, n_before)).contrast, level=level)
    n_effects = int((adjusted_p_values(placebos.p_value, adjust="holm") < 1 - level).sum())
    failed = {
        "too_few": bool(found.n_changed[0] < FEWEST_CHANGES),
        "earlier_trend": trend.p_value < 1 - level,
        "placebo_date": n_effects > 0,
    }
    means = {
        f"{side}_{when}": float(values[rows][:, place].mean())
        for side, rows in (("treated", panel.treated), ("others", ~panel.treated))
        for when, place in (("before", slice(None, n_before)), ("after", slice(n_before, None)))
    }
    difference = float(comparison.difference[0])
    return {
        "outcome": outcome,
        "n_treated": int(panel.treated.sum()),
        "n_others": int((~panel.treated).sum()),
        **means,
        "treated_expected": means["treated_after"] - difference,
        "difference": difference,
        "lower": float(comparison.lower[0]),
        "upper": float(comparison.upper[0]),
        "p_value": float(comparison.p_value[0]),
        "earlier_trend_p_value": trend.p_value,
        "n_placebo_dates": n_before - 1,
        "n_placebo_effects": n_effects,
        "reason": ", ".join(name for name, is_so in failed.items() if is_so),
    }
