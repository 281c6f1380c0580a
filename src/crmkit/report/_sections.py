"""The sections of the report, in their order."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from crmkit._messages import Message, Parameter
from crmkit.report._section import Section
from crmkit.report.actions import ACTIONS
from crmkit.report.audit import AUDIT
from crmkit.report.campaigns import CAMPAIGNS
from crmkit.report.churn import CHURN
from crmkit.report.cohorts import COHORTS
from crmkit.report.concentration import CONCENTRATION
from crmkit.report.customer_base import CUSTOMER_BASE
from crmkit.report.definitions import DEFINITIONS
from crmkit.report.execution import EXECUTION
from crmkit.report.findings import FINDINGS
from crmkit.report.forecast import FORECAST
from crmkit.report.kpis import KPIS
from crmkit.report.months import MONTHS
from crmkit.report.products import PRODUCTS
from crmkit.report.profit import PROFIT
from crmkit.report.programme import PROGRAMME
from crmkit.report.quality import QUALITY
from crmkit.report.rfm import RFM
from crmkit.report.rhythm import RHYTHM
from crmkit.report.satisfaction import SATISFACTION
from crmkit.report.segments import SEGMENTS
from crmkit.report.service import SERVICE
from crmkit.report.subscriptions import SUBSCRIPTIONS
from crmkit.report.tiers import TIERS
from crmkit.report.value import VALUE

__all__ = ["SECTIONS", "checked_sections"]

_ALL: Final[tuple[Section, ...]] = (
    FINDINGS,
    AUDIT,
    KPIS,
    MONTHS,
    COHORTS,
    CUSTOMER_BASE,
    TIERS,
    RFM,
    SEGMENTS,
    QUALITY,
    FORECAST,
    VALUE,
    ACTIONS,
    CHURN,
    RHYTHM,
    CONCENTRATION,
    PROFIT,
    PRODUCTS,
    SUBSCRIPTIONS,
    SERVICE,
    SATISFACTION,
    PROGRAMME,
    CAMPAIGNS,
    EXECUTION,
    DEFINITIONS,
)
SECTIONS: Final[Mapping[str, Section]] = MappingProxyType({section.name: section for section in _ALL})
"""By name."""

_NO_LIST: Final = Message(
    en="{@sections} must be a list of names, got {value!r}.", zh="{@sections} 须为名称的列表，得到 {value!r}。"
)
_NOT_ONCE: Final = Message(
    en="{@sections} must name each of {names} once at most, got {value}.",
    zh="{@sections} 中的名称须取自 {names}，且各至多一次，得到 {value}。",
)
_NOT_GIVEN: Final = Message(
    en="{@sections} has {name!r}, which shows {table}. Give that table too.",
    zh="{@sections} 中的 {name!r} 展示的是 {table}，请一并给出该表。",
)


def checked_sections(sections: Sequence[str] | None, *, given: Collection[str]) -> tuple[str, ...]:
    """The names of the sections asked for, by default all whose tables are given but those on request, or raise."""
    if sections is None:
        return tuple(
            name
            for name, section in SECTIONS.items()
            if not section.is_on_request and (section.of is None or section.of in given)
        )
    if isinstance(sections, str) or not isinstance(sections, Sequence):
        raise TypeError(_NO_LIST(value=sections))
    unknown = [name for name in sections if name not in SECTIONS]
    if unknown or len(set(sections)) < len(sections):
        raise ValueError(_NOT_ONCE(names=list(SECTIONS), value=list(sections)))
    for name in sections:
        table = SECTIONS[name].of
        if table is not None and table not in given:
            raise ValueError(_NOT_GIVEN(name=name, table=Parameter(table)))
    return tuple(sections)
