"""What the KPIs say: the base, what the top customers bring, and how many came back."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Any

from crmkit._figures import count, day, marked, share
from crmkit._figures import whole_money as money
from crmkit._stats import TOP_SHARE, top_count
from crmkit.report._facts import Facts
from crmkit.report._numbers import by_code, counted
from crmkit.report._section import Answer
from crmkit.report.kpis._texts import TEXTS

__all__ = ["findings"]


def findings(answer: Answer, facts: Facts) -> list[str]:
    """A sentence on each."""
    all_days = facts.touched(facts.first_day, facts.as_of)
    return [marked(_base(facts), all_days), marked(_top(facts), all_days), _retention(answer, facts)]


def _base(facts: Facts) -> str:
    kpis = by_code(facts.kpis)
    first, newest = _orders(facts)
    as_of = TEXTS["finding_as_of"].text(facts.language)
    priced = not math.isnan(kpis["revenue"]["value"])
    return (
        TEXTS["finding_base" if priced else "finding_base_unpriced"]
        .text(facts.language)
        .format(
            customers=counted(kpis["active_customers"]["value"], "customer", language=facts.language),
            orders=counted(kpis["n_orders"]["value"], "order", language=facts.language),
            revenue=money(kpis["revenue"]["value"]),
            repeat=share(kpis["repeat_purchase_rate"]["value"]),
            first=day(first),
            newest=day(newest),
            as_of="" if newest == facts.as_of else as_of.format(as_of=day(facts.as_of)),
        )
    )


def _orders(facts: Facts) -> tuple[Any, Any]:
    """The days of the first and of the newest order."""
    return facts.span.first_order, facts.span.newest_order


def _top(facts: Facts) -> str:
    if math.isnan(facts.kpi("revenue")["value"]):
        return TEXTS["finding_unpriced"].text(facts.language)
    reached = facts.kpi("top_share")["value"]
    if math.isnan(reached):
        return TEXTS["finding_no_top"].text(facts.language)
    top = top_count(int(facts.kpi("active_customers")["value"]), share=TOP_SHARE)
    return TEXTS["finding_top"].text(facts.language).format(count=count(top), share=share(reached))


def _retention(answer: Answer, facts: Facts) -> str:
    """Compare the last days with those before, unless the log does not hold both whole."""
    before = facts.as_of - timedelta(days=facts.days)
    if not {"recent_kpis", "previous_kpis"} <= set(answer.tables):
        texts = TEXTS["finding_short_log"].text(facts.language)
        return texts.format(days=facts.days, first=day(facts.first_day), as_of=day(facts.as_of))
    retention = by_code(answer.tables["recent_kpis"])["retention_rate"]
    told = "finding_no_retention" if math.isnan(retention["value"]) else "finding_retention"
    said = (
        TEXTS[told]
        .text(facts.language)
        .format(
            start=counted(retention["denominator"], "customer", language=facts.language),
            days=facts.days,
            before=day(before),
            as_of=day(facts.as_of),
            share=share(retention["value"]),
            lower=share(retention["lower"]),
            upper=share(retention["upper"]),
        )
    )
    return marked(said, facts.touched(facts.as_of - timedelta(days=2 * facts.days - 1), facts.as_of))
