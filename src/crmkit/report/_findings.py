"""The headline findings, each one sentence with its base."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from crmkit._stats import TOP_SHARE, top_count
from crmkit.report._numbers import by_code, count, counted, day, money, share
from crmkit.report._texts import TEXTS
from crmkit.report._value_findings import value_findings

if TYPE_CHECKING:
    from crmkit.report._report import CustomerReport

__all__ = ["findings"]


def findings(report: CustomerReport) -> list[str]:
    """Say what the report found, most general first; of a log without a purchase, that it is one."""
    if by_code(report.kpis)["n_orders"]["value"] == 0:
        return [_nothing(report)]
    return [_base(report), _top(report), _retention(report), *_tiers(report), *value_findings(report)]


def _nothing(report: CustomerReport) -> str:
    revenue = by_code(report.kpis)["revenue"]["value"]
    texts = TEXTS["finding_nothing"].text(report.language)
    return texts.format(first=day(report.first_day), as_of=day(report.as_of), revenue=money(revenue))


def _base(report: CustomerReport) -> str:
    kpis = by_code(report.kpis)
    return (
        TEXTS["finding_base"]
        .text(report.language)
        .format(
            customers=counted(kpis["active_customers"]["value"], "customer", language=report.language),
            orders=counted(kpis["n_orders"]["value"], "order", language=report.language),
            revenue=money(kpis["revenue"]["value"]),
            repeat=share(kpis["repeat_purchase_rate"]["value"]),
            first=day(report.first_day),
            as_of=day(report.as_of),
        )
    )


def _top(report: CustomerReport) -> str:
    kpis = by_code(report.kpis)
    reached = kpis["top_share"]["value"]
    if math.isnan(reached):
        return TEXTS["finding_no_top"].text(report.language)
    top = top_count(int(kpis["active_customers"]["value"]), share=TOP_SHARE)
    return TEXTS["finding_top"].text(report.language).format(count=count(top), share=share(reached))


def _tiers(report: CustomerReport) -> list[str]:
    """What the core customers bring, where there are tiers."""
    if report.tiers is None:
        return []
    tiers: Any = report.tiers.set_index("segment").to_dict("index")
    core, ordinary = tiers["core"], tiers["ordinary"]
    told = (
        TEXTS["finding_tiers"]
        .text(report.language)
        .format(
            core=counted(core["n_customers"], "core customer", language=report.language),
            core_share=share(core["customer_share"]),
            core_value=share(core["value_share"]),
            ordinary=counted(ordinary["n_customers"], "ordinary one", language=report.language),
            ordinary_share=share(ordinary["customer_share"]),
            ordinary_value=share(ordinary["value_share"]),
        )
    )
    return [told]


def _retention(report: CustomerReport) -> str:
    """Compare the last days with those before, unless the log does not reach back so far."""
    retention = by_code(report.recent_kpis)["retention_rate"]
    before = report.as_of - timedelta(days=report.days)
    told = "finding_no_retention" if math.isnan(retention["value"]) else "finding_retention"
    if before - timedelta(days=report.days - 1) < report.first_day:
        told = "finding_short_log"
    return (
        TEXTS[told]
        .text(report.language)
        .format(
            start=counted(retention["denominator"], "customer", language=report.language),
            days=report.days,
            before=day(before),
            first=day(report.first_day),
            as_of=day(report.as_of),
            share=share(retention["value"]),
            lower=share(retention["lower"]),
            upper=share(retention["upper"]),
        )
    )
