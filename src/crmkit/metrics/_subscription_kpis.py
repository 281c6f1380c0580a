"""What the subscriptions of a period come to, in one table."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np

from crmkit._calendar import day_numbers
from crmkit._checks import Day, as_day, check_fraction
from crmkit._frames import FrameT, from_pandas
from crmkit._kpi import Kpi, KpiRow, as_it_is, divided, long_form, tells
from crmkit._messages import Message
from crmkit._names import Label
from crmkit.metrics._churn import customer_churn_rate, daily_churn_rate
from crmkit.metrics._mrr_spells import Moves, Spells, moves_of, spells_as_of
from crmkit.metrics._recurring_retention import (
    gross_mrr_churn_rate,
    gross_revenue_retention,
    net_mrr_churn_rate,
    net_revenue_retention,
)
from crmkit.metrics._recurring_revenue import annual_recurring_revenue, mrr_growth_rate, mrr_quick_ratio, net_new_mrr

__all__ = ["subscription_kpis"]

_MOVES: Final = ("new", "reactivation", "expansion", "contraction", "churned")

_ENDS_EARLY: Final = Message(
    en="{@end} must not lie before {@start}, got {end:%Y-%m-%d} and {start:%Y-%m-%d}.",
    zh="{@end} 不得早于 {@start}，得到 {end:%Y-%m-%d} 与 {start:%Y-%m-%d}。",
)


@tells(
    Kpi(
        code="mrr",
        name=Label("Monthly recurring revenue", "月度经常性收入"),
        group="subscriptions",
        unit="money per month",
        direction="higher",
        definition=Label(
            "Sum of the monthly prices of the spells that run at the end of the period, trials at 0",
            "期末仍在服务中的订阅月费之和，试用计为 0",
        ),
        source="Stripe, Billing analytics glossary",
        function="crmkit.metrics.subscription_kpis",
        aggregation="sum",
    ),
    Kpi(
        code="paying_customers",
        name=Label("Subscribers", "订阅客户数"),
        group="subscriptions",
        unit="customers",
        direction="higher",
        definition=Label(
            "Customers with a spell that runs at the end of the period who have paid by then",
            "期末仍有订阅在服务中且曾付费的客户",
        ),
        source="our convention",
        function="crmkit.metrics.subscription_kpis",
        aggregation="none",
    ),
)
def subscription_kpis(subscriptions: FrameT, *, start: Day, end: Day, level: float = 0.95) -> FrameT:
    """Compute the KPIs of subscriptions in a period, each with its numerator and denominator.

    `kpi_catalogue` defines them; what counts as a customer and as a movement is told at `mrr_movement_table`. Money is
    compared from the close of the day before ``start`` to that of ``end``.

    Parameters
    ----------
    subscriptions : pandas, Polars or PyArrow table, DuckDB relation or PySpark DataFrame
        As `crmkit.as_subscriptions` makes them.
    start, end : date or ISO text
        First and last day of the period. What became known after ``end`` does not exist yet.
    level : float, default 0.95
        Confidence of the intervals, between 0 and 1.

    Returns
    -------
    the kind of frame given
        One row per KPI, those with several definitions once for each, as in "customer_churn_rate[open]". ``kpi``;
        ``value``; ``numerator`` and ``denominator``, missing if a KPI is not a ratio; ``n``, the customers it rests on;
        ``lower`` and ``upper``, Wilson's interval for shares of customers, missing for other KPIs. A ratio whose
        denominator is 0 is missing.

    Raises
    ------
    SchemaError
        If a column is missing or of the wrong kind, no spell begins by ``end``, spells of one subscription overlap, or
        there are several currencies.
    TypeError
        If ``subscriptions`` is not a frame.
    ValueError
        If a day is not a date, ``end`` lies before ``start``, or ``level`` is not between 0 and 1.

    See Also
    --------
    mrr_movement_table : The movements, period by period.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmkit import as_subscriptions
    >>> spells = pd.DataFrame({
    ...     "customer_id": ["ann", "ann", "bo"], "start": ["2024-01-01", "2024-02-10", "2024-01-15"],
    ...     "end": ["2024-02-10", None, "2024-02-20"], "mrr": [100, 80, 50],
    ... })
    >>> kpis = subscription_kpis(as_subscriptions(spells), start="2024-02-01", end="2024-02-29")
    >>> kpis.set_index("kpi")["value"].round(3)[["mrr", "net_new_mrr", "gross_revenue_retention"]]
    kpi
    mrr                        80.000
    net_new_mrr               -70.000
    gross_revenue_retention     0.533
    Name: value, dtype: float64
    """
    check_fraction(level, name="level")
    first, last = as_day(start, name="start"), as_day(end, name="end")
    if last < first:
        raise ValueError(_ENDS_EARLY(start=first, end=last))
    spells = spells_as_of(subscriptions, last)
    return from_pandas(long_form(_rows(spells, first, last, level=level)), like=subscriptions)


def _rows(spells: Spells, first: datetime, last: datetime, *, level: float) -> list[KpiRow]:
    """The KPIs; step 0 is all that came before the period, step 1 the period, or each of its days from 1 on."""
    before, today = (
        int(day_numbers(np.array([day], dtype="datetime64[us]"))[0]) for day in (first - timedelta(days=1), last)
    )
    everyone = np.zeros(len(spells.start), dtype=np.int64)
    closing, _ = moves_of(spells, groups=everyone, steps=lambda days: (days > before).astype(np.int64), last=today)
    daily, _ = moves_of(spells, groups=everyone, steps=lambda days: np.maximum(days - before, 0), last=today)
    old, now = closing.step == 0, closing.step == 1
    n_start = float(_net(closing, old).sum())
    mrr_start = closing.change[old].sum() / spells.unit
    mrr = closing.change.sum() / spells.unit
    sums = {f"{name}_mrr": float(getattr(closing, name)[now].sum()) for name in _MOVES}
    n = n_start + float(_net(closing, now).sum())
    days = today - before
    in_period = daily.step >= 1
    gone = np.bincount(daily.step[in_period] - 1, daily.churned_customers[in_period], days)
    there = n_start + np.r_[0, np.bincount(daily.step[in_period] - 1, _net(daily, in_period), days).cumsum()[:-1]]
    lost = float(gone.sum())
    cohort = float(closing.churned_customers[now].sum())
    joined = float((daily.new_customers | daily.reactivated_customers)[in_period].sum())

    def row(function: Any, option: str = "", /, **inputs: Any) -> KpiRow:
        name, _, chosen = option.partition("=")
        return divided(function, n=n_start, level=level, **inputs, **({name: chosen} if option else {}))

    def of(*names: str) -> dict[str, float]:
        return {f"{name}_mrr": sums[f"{name}_mrr"] for name in names}

    # A sum that rounds must not fall below zero.
    kept = max(0.0, mrr_start - sums["churned_mrr"] - sums["contraction_mrr"])
    return [
        as_it_is("mrr", mrr, n=n),
        as_it_is("annual_recurring_revenue", annual_recurring_revenue(mrr=mrr), n=n),
        as_it_is("paying_customers", n, n=n),
        as_it_is("net_new_mrr", net_new_mrr(**of(*_MOVES)), n=n),
        row(mrr_growth_rate, **of(*_MOVES), mrr_start=mrr_start),
        row(mrr_quick_ratio, "reactivation=included", **of(*_MOVES)),
        row(mrr_quick_ratio, "reactivation=excluded", **of("new", "expansion", "contraction", "churned")),
        row(gross_mrr_churn_rate, **of("churned", "contraction"), mrr_start=mrr_start),
        row(
            net_mrr_churn_rate,
            "reactivation=included",
            **of("churned", "contraction", "expansion", "reactivation"),
            mrr_start=mrr_start,
        ),
        row(
            net_mrr_churn_rate,
            "reactivation=excluded",
            **of("churned", "contraction", "expansion"),
            mrr_start=mrr_start,
        ),
        row(gross_revenue_retention, mrr_kept=kept, mrr_start=mrr_start),
        row(net_revenue_retention, mrr_of_start_customers=kept + sums["expansion_mrr"], mrr_start=mrr_start),
        row(customer_churn_rate, "method=cohort", lost=cohort, customers_start=n_start),
        row(customer_churn_rate, "method=standard", lost=lost, customers_start=n_start, lost_in_passing=lost - cohort),
        row(customer_churn_rate, "method=open", lost=lost, customers_start=n_start, joined=joined),
        as_it_is("daily_churn_rate", daily_churn_rate(lost=gone, customers_start=there), n=n_start),
    ]


def _net(moves: Moves, chosen: Any) -> Any:
    joined = moves.new_customers.astype(np.int64) + moves.reactivated_customers
    return (joined - moves.churned_customers)[chosen]
