"""The headline findings, each one sentence with its base."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from crmkit._figures import MARK, marked
from crmkit._stats import TOP_SHARE, top_count
from crmkit.report._numbers import by_code, count, counted, day, money, share
from crmkit.report._texts import TEXTS, told
from crmkit.report._value_findings import value_findings
from crmkit.views import MARK_REMARK, base_remarks, hole_remarks, stale_remarks

if TYPE_CHECKING:
    from crmkit.report._report import CustomerReport

__all__ = ["findings", "remarks", "subtitle"]


def subtitle(report: CustomerReport) -> str:
    """Say of which days the orders are, and of which day the figures."""
    first, newest = report.span.first_order, report.span.newest_order
    if first is None or newest is None:
        texts = TEXTS["subtitle_nothing"].text(report.language)
        return texts.format(first=day(report.first_day), as_of=day(report.as_of))
    texts = TEXTS["subtitle"].text(report.language)
    return texts.format(first=day(first), newest=day(newest), as_of=day(report.as_of))


def findings(report: CustomerReport) -> list[str]:
    """Say what the report found, most general first; of a log without a purchase, that it is one."""
    first, newest = report.span.first_order, report.span.newest_order
    if first is None or newest is None:
        return [_nothing(report)]
    all_days = report.touched(report.first_day, report.as_of)
    base = marked(_base(report, first, newest), all_days)
    told = [marked(sentence, all_days) for sentence in (*_tiers(report), *value_findings(report))]
    return [base, *remarks(report), marked(_top(report), all_days), _retention(report), *told]


def remarks(report: CustomerReport) -> list[str]:
    """What must be known to read the figures right, whatever sections are shown."""
    language = report.language
    said = [*stale_remarks(report.span, as_of=report.as_of), *hole_remarks(report.holes, as_of=report.as_of)]
    of_log = [f"{MARK} {told(remark, language)}" for remark in said]
    if said:
        of_log[-1] = ("" if language == "zh" else " ").join([of_log[-1], told(MARK_REMARK, language)])
    return [*(told(remark, language) for remark in base_remarks(report.base)), *of_log]


def _nothing(report: CustomerReport) -> str:
    revenue = by_code(report.kpis)["revenue"]["value"]
    texts = TEXTS["finding_nothing"].text(report.language)
    return texts.format(first=day(report.first_day), as_of=day(report.as_of), revenue=money(revenue))


def _base(report: CustomerReport, first: datetime, newest: datetime) -> str:
    kpis = by_code(report.kpis)
    as_of = TEXTS["finding_as_of"].text(report.language)
    return (
        TEXTS["finding_base"]
        .text(report.language)
        .format(
            customers=counted(kpis["active_customers"]["value"], "customer", language=report.language),
            orders=counted(kpis["n_orders"]["value"], "order", language=report.language),
            revenue=money(kpis["revenue"]["value"]),
            repeat=share(kpis["repeat_purchase_rate"]["value"]),
            first=day(first),
            newest=day(newest),
            as_of="" if newest == report.as_of else as_of.format(as_of=day(report.as_of)),
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
    """Compare the last days with those before, unless the log does not hold both whole."""
    before = report.as_of - timedelta(days=report.days)
    if report.recent_kpis is None or report.previous_kpis is None:
        texts = TEXTS["finding_short_log"].text(report.language)
        return texts.format(days=report.days, first=day(report.first_day), as_of=day(report.as_of))
    retention = by_code(report.recent_kpis)["retention_rate"]
    told = "finding_no_retention" if math.isnan(retention["value"]) else "finding_retention"
    said = (
        TEXTS[told]
        .text(report.language)
        .format(
            start=counted(retention["denominator"], "customer", language=report.language),
            days=report.days,
            before=day(before),
            as_of=day(report.as_of),
            share=share(retention["value"]),
            lower=share(retention["lower"]),
            upper=share(retention["upper"]),
        )
    )
    return marked(said, report.touched(report.as_of - timedelta(days=2 * report.days - 1), report.as_of))
