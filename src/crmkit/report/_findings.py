"""The headline findings, each one sentence with its base."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import TYPE_CHECKING

from crmkit.report._numbers import by_code, count, day, money, share
from crmkit.report._texts import TEXTS

if TYPE_CHECKING:
    from crmkit.report._report import CustomerReport

__all__ = ["findings"]

_TOP = 0.2


def findings(report: CustomerReport) -> list[str]:
    """Say what the report found, most general first."""
    kpis = by_code(report.kpis)
    dates = {"first": day(report.first_day), "as_of": day(report.as_of)}
    base = (
        TEXTS["finding_base"]
        .text(report.language)
        .format(
            customers=count(kpis["active_customers"]["value"]),
            orders=count(kpis["n_orders"]["value"]),
            revenue=money(kpis["revenue"]["value"]),
            repeat=share(kpis["repeat_purchase_rate"]["value"]),
            **dates,
        )
    )
    top = (
        TEXTS["finding_top"]
        .text(report.language)
        .format(
            count=count(math.ceil(_TOP * kpis["active_customers"]["value"] * (1 - 1e-12))),
            share=share(kpis["top_share"]["value"]),
        )
    )
    retention = by_code(report.recent_kpis)["retention_rate"]
    before = day(report.as_of - timedelta(days=report.days))
    told = "finding_no_retention" if math.isnan(retention["value"]) else "finding_retention"
    kept = (
        TEXTS[told]
        .text(report.language)
        .format(
            start=count(retention["denominator"]),
            days=report.days,
            before=before,
            share=share(retention["value"]),
            lower=share(retention["lower"]),
            upper=share(retention["upper"]),
            **dates,
        )
    )
    return [base, top, kept]
