"""The KPIs of tickets: counted cell by cell, divided in all cells at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._kpi import KpiRow, as_it_is, interval_of, kpis_of, long_form, quotient_of
from crmkit._stats import Estimate, kaplan_meier, restricted_mean, survival_quantile
from crmkit.metrics._service import (
    average_resolution_time,
    complaint_rate,
    complaint_resolution_rate,
    complaint_timeliness,
    escalation_rate,
    first_contact_resolution,
    reopen_rate,
    sla_attainment,
)
from crmkit.metrics._service_kpis._cases import Cases

__all__ = ["Counts", "counts_of", "rows_of"]

_NONE: Final = Estimate(np.nan, np.nan, np.nan)


class Counts(NamedTuple):
    """What is counted of some tickets; ``nan`` where it is not recorded. Of many cells they are columns."""

    tickets: Any
    open: Any
    response: Any
    resolution: Any
    restricted: Any
    resolved: Any
    hours: Any
    contacts_known: Any
    at_once: Any
    limit_past: Any
    in_sla: Any
    ever_resolved: Any
    reopened: Any
    escalated: Any
    complaints: Any
    complaining: Any
    complaints_resolved: Any
    complaints_past: Any
    complaints_timely: Any


def counts_of(cases: Cases, *, horizon_hours: float | None, level: float) -> Counts:
    """Count the tickets of a cell, and estimate how long they take."""
    n, resolved, ever = len(cases.response), cases.resolved, cases.ever_resolved == 1
    known = resolved & ~np.isnan(cases.contacts)
    decided = ~np.isnan(cases.in_sla)
    is_complaint = cases.complaint == 1
    complaints = _count(cases.complaint)
    past = is_complaint & ~np.isnan(cases.timely)
    resolution = kaplan_meier(cases.resolution, resolved, level=level) if n else None
    return Counts(
        tickets=float(n),
        open=_count(~resolved),
        response=survival_quantile(kaplan_meier(cases.response, cases.answered, level=level)) if n else _NONE,
        resolution=_NONE if resolution is None else survival_quantile(resolution),
        restricted=_NONE
        if resolution is None or horizon_hours is None
        else restricted_mean(resolution, horizon=horizon_hours, level=level),
        resolved=_count(resolved),
        # Open tickets take the longest: without them the mean would be too low.
        hours=_count(cases.resolution) if resolved.all() else np.nan,
        contacts_known=_count(known) if known.any() or not resolved.any() else np.nan,
        at_once=_count(known & (cases.contacts <= 1) & (cases.reopened != 1)),
        limit_past=_count(decided),
        in_sla=_count(cases.in_sla[decided]),
        ever_resolved=_count(ever),
        reopened=_count(cases.reopened[ever]),
        escalated=_count(cases.escalated),
        complaints=complaints,
        # Missing where it is not recorded what tickets are about.
        complaining=float(len(np.unique(cases.customer[is_complaint]))) + 0 * complaints,
        complaints_resolved=_count(is_complaint & resolved) + 0 * complaints,
        complaints_past=_count(past) + 0 * complaints,
        complaints_timely=_count(cases.timely[past]) + 0 * complaints,
    )


def rows_of(cells: Sequence[Counts], *, customers: Floats, orders: Floats, level: float) -> pd.DataFrame:
    """Compute the KPIs of all cells: the columns of the long form, cell by cell."""
    counts = Counts(*(np.array(column, dtype=np.float64) for column in zip(*cells, strict=True)))
    tickets, complaints = counts.tickets, counts.complaints

    def divided(function: Any, n: Floats, option: str | None = None, **inputs: Any) -> KpiRow:
        (record,) = kpis_of(function)
        chosen = {} if record.option is None else {record.option: option}
        parts = quotient_of(function, **inputs, **chosen)
        lower, upper = interval_of(record, parts, level=level, option=option)
        return KpiRow(record.code_by(option), parts.value, parts.numerator, parts.denominator, n, lower, upper)

    return long_form(
        [
            as_it_is("n_tickets", tickets, n=tickets),
            as_it_is("open_tickets", counts.open, n=tickets),
            _estimated("first_response_time", counts.response, n=tickets),
            _estimated("median_resolution_time", counts.resolution, n=tickets),
            _estimated("restricted_resolution_time", counts.restricted, n=tickets),
            divided(average_resolution_time, tickets, resolution_hours=counts.hours, tickets_resolved=counts.resolved),
            divided(
                first_contact_resolution,
                tickets,
                tickets_first_contact=counts.at_once,
                tickets_resolved=counts.contacts_known,
            ),
            divided(sla_attainment, tickets, tickets_within_sla=counts.in_sla, tickets=counts.limit_past),
            divided(reopen_rate, tickets, tickets_reopened=counts.reopened, tickets_resolved=counts.ever_resolved),
            divided(escalation_rate, tickets, tickets_escalated=counts.escalated, tickets=tickets),
            divided(
                complaint_rate, complaints, "customers", complaining_customers=counts.complaining, customers=customers
            ),
            divided(complaint_rate, complaints, "orders", complaints=complaints, orders=orders),
            divided(
                complaint_resolution_rate,
                complaints,
                complaints_resolved=counts.complaints_resolved,
                complaints=complaints,
            ),
            divided(
                complaint_timeliness,
                complaints,
                complaints_on_time=counts.complaints_timely,
                complaints=counts.complaints_past,
            ),
        ]
    )


def _estimated(code: str, found: Floats, *, n: Floats) -> KpiRow:
    value, lower, upper = found.T
    return KpiRow(code, value, n=n, lower=lower, upper=upper)


def _count(values: Any) -> float:
    """Add up flags; ``nan`` where they are not recorded."""
    return float(values.sum())
