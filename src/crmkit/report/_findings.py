"""What the report says first: of which days it is, what its sections found, and what readers must know to read it."""

from __future__ import annotations

from collections.abc import Mapping

from crmkit._figures import MARK, day, marked
from crmkit._figures import whole_money as money
from crmkit.report._facts import Facts
from crmkit.report._section import Answer
from crmkit.report._sections import SECTIONS
from crmkit.report._texts import TEXTS, joined, told
from crmkit.views import MARK_REMARK, base_remarks, closure_remarks, hole_remarks, stale_remarks

__all__ = ["findings", "remarks", "subtitle"]


def subtitle(facts: Facts) -> str:
    """Say which days the orders cover, and which day the figures are as of."""
    first, newest = facts.span.first_order, facts.span.newest_order
    if first is None or newest is None:
        texts = TEXTS["subtitle_nothing"].text(facts.language)
        return texts.format(first=day(facts.first_day), as_of=day(facts.as_of))
    texts = TEXTS["subtitle"].text(facts.language)
    return texts.format(first=day(first), newest=day(newest), as_of=day(facts.as_of))


def findings(answers: Mapping[str, Answer], facts: Facts) -> list[str]:
    """Say what the sections found, most general first; for a log without a purchase, say so."""
    if facts.span.newest_order is None:
        return [_nothing(facts)]
    all_days = facts.touched(facts.first_day, facts.as_of)
    said = [
        marked(sentence, all_days and SECTIONS[name].is_of_all_days)
        for name, answer in answers.items()
        for sentence in SECTIONS[name].findings(answer, facts)
    ]
    return [*said[:1], *remarks(facts), *said[1:]]


def remarks(facts: Facts) -> list[str]:
    """What readers must know to read the figures correctly, whatever sections are shown."""
    language = facts.language
    said = [*stale_remarks(facts.span, as_of=facts.as_of), *hole_remarks(facts.holes, as_of=facts.as_of)]
    of_log = [f"{MARK} {told(remark, language)}" for remark in said]
    if said:
        of_log[-1] = joined(of_log[-1], told(MARK_REMARK, language), language=language)
    unmarked = [*base_remarks(facts.base), *closure_remarks(facts.closures)]
    return [*(told(remark, language) for remark in unmarked), *of_log]


def _nothing(facts: Facts) -> str:
    texts = TEXTS["finding_nothing"].text(facts.language)
    revenue = money(facts.kpi("revenue")["value"])
    return texts.format(first=day(facts.first_day), as_of=day(facts.as_of), revenue=revenue)
