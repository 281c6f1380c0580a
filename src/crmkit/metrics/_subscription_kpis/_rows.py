"""The KPIs of subscriptions: divided in all cells at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from crmkit._kpi import KpiRow, as_it_is, divided
from crmkit.metrics._acquisition import trial_conversion_rate
from crmkit.metrics._churn import customer_churn_rate
from crmkit.metrics._recurring_retention import (
    gross_mrr_churn_rate,
    gross_revenue_retention,
    net_mrr_churn_rate,
    net_revenue_retention,
)
from crmkit.metrics._recurring_revenue import (
    annual_recurring_revenue,
    mrr_growth_rate,
    mrr_per_customer,
    mrr_quick_ratio,
    net_new_mrr,
)

__all__ = ["ratios_of_money", "rows_of"]

_LOST: Final = ("churned", "contraction")
_NET_LOST: Final = (*_LOST, "expansion")
_WON: Final = ("new", "expansion", *_LOST)
_MOVES: Final = ("new", "reactivation", "expansion", "contraction", "churned")


def rows_of(counts: Mapping[str, Any], *, level: float) -> list[KpiRow]:
    """Compute the KPIs of all cells from the columns of what was counted."""
    mrr, n, n_start = (counts[name] for name in ("mrr", "customers", "customers_start"))
    cohort, lost = counts["churned_customers"], counts["lost"]
    # Day by day, a loss after a move between groups is in another group than from close to close.
    all_lost = np.maximum(lost, cohort)
    arpa, *ratios = ratios_of_money(counts, level=level)

    def trials(base: str, n_trials: Any) -> KpiRow:
        given = {f"trials_{base}": n_trials, "trials_converted": counts["trials_converted"]}
        return divided(trial_conversion_rate, **given, base=base, n=n_trials, level=level)

    def churn(**given: Any) -> KpiRow:
        return divided(customer_churn_rate, **given, customers_start=n_start, n=n_start, level=level)

    return [
        as_it_is("mrr", mrr, n=n),
        as_it_is("committed_mrr", counts["committed_mrr"], n=n),
        as_it_is("annual_recurring_revenue", annual_recurring_revenue(mrr=mrr), n=n),
        as_it_is("paying_customers", n, n=n),
        arpa,
        as_it_is("net_new_mrr", net_new_mrr(**_of(counts, _MOVES)), n=n),
        *ratios,
        churn(method="cohort", lost=cohort),
        churn(method="standard", lost=all_lost, lost_in_passing=all_lost - cohort),
        churn(method="open", lost=lost, joined=counts["joined"]),
        as_it_is("daily_churn_rate", counts["daily_churn"], n=n_start),
        trials("ended", counts["trials_ended"]),
        trials("started", counts["trials_started"]),
        as_it_is("open_trials", counts["open_trials"], n=counts["open_trials"]),
    ]


def ratios_of_money(sums: Mapping[str, Any], *, level: float) -> list[KpiRow]:
    """Divide sums of what customers pay and how it changes."""
    start, n_start = sums["mrr_start"], sums["customers_start"]
    # A sum that rounds must not fall below zero.
    kept = np.maximum(0.0, start - sums["churned_mrr"] - sums["contraction_mrr"])

    def row(function: Any, names: tuple[str, ...] = (), /, **others: Any) -> KpiRow:
        if others.get("reactivation") == "included":
            names = (*names, "reactivation")
        return divided(function, n=n_start, level=level, **_of(sums, names), **others)

    return [
        divided(
            mrr_per_customer, mrr=sums["mrr"], paying_customers=sums["customers"], n=sums["customers"], level=level
        ),
        row(mrr_growth_rate, _MOVES, mrr_start=start),
        row(mrr_quick_ratio, _WON, reactivation="included"),
        row(mrr_quick_ratio, _WON, reactivation="excluded"),
        row(gross_mrr_churn_rate, _LOST, mrr_start=start),
        row(net_mrr_churn_rate, _NET_LOST, reactivation="included", mrr_start=start),
        row(net_mrr_churn_rate, _NET_LOST, reactivation="excluded", mrr_start=start),
        row(gross_revenue_retention, mrr_kept=kept, mrr_start=start),
        row(net_revenue_retention, mrr_of_start_customers=kept + sums["expansion_mrr"], mrr_start=start),
    ]


def _of(sums: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {f"{name}_mrr": sums[f"{name}_mrr"] for name in names}
