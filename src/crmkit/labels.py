"""The English and Chinese names of codes, gathered from the parts that own them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

from crmkit._kpi import DIRECTIONS, GROUPS, UNITS
from crmkit._names import LANGUAGES, Label, Language

__all__ = ["LABELS", "LANGUAGES", "Label", "Language"]


class _Gathered(Mapping[str, Mapping[str, Label]]):
    """Gathers the names on first use, so that importing this loads no other part of crmkit."""

    def __getitem__(self, scheme: str) -> Mapping[str, Label]:
        return _gathered()[scheme]

    def __iter__(self) -> Iterator[str]:
        return iter(_gathered())

    def __len__(self) -> int:
        return len(_gathered())


@cache
def _gathered() -> Mapping[str, Mapping[str, Label]]:
    from crmkit.activity import ACTIVITY_REASONS
    from crmkit.answers import ANSWER_REASONS
    from crmkit.contacts import CONTACT_REASONS
    from crmkit.customers import CUSTOMER_REASONS
    from crmkit.loyalty import SCHEMES as LOYALTY_SCHEMES
    from crmkit.loyalty.satisfaction import KANO_CATEGORIES, QUADRANTS
    from crmkit.metrics import kpi_catalogue
    from crmkit.plans import KINDS, PLAN_REASONS
    from crmkit.points import POINT_KINDS, POINT_REASONS
    from crmkit.segment import SCHEMES
    from crmkit.subscriptions import SUBSCRIPTION_REASONS
    from crmkit.tickets import TICKET_REASONS
    from crmkit.transactions import AUDIT_REASONS
    from crmkit.value.profit import PROFIT_STEPS

    kpis = {}
    for row in kpi_catalogue().to_dict("records"):
        kpis[row["kpi"]] = Label(row["name_en"], row["name_zh"])
        names = zip(row["codes_en"].split("; "), row["codes_zh"].split("；"), strict=True)
        kpis |= {code: Label(*name) for code, name in zip(row["codes"].split(", "), names, strict=True)}
    schemes: dict[str, Mapping[str, Label]] = {
        "activity_reason": ACTIVITY_REASONS,
        "answer_reason": ANSWER_REASONS,
        "audit_reason": AUDIT_REASONS,
        "kpi": MappingProxyType(kpis),
        "kpi_group": MappingProxyType({str(code): name for code, name in GROUPS.items()}),
        "kpi_direction": MappingProxyType({str(code): name for code, name in DIRECTIONS.items()}),
        "contact_reason": CONTACT_REASONS,
        "customer_reason": CUSTOMER_REASONS,
        "kano": KANO_CATEGORIES,
        "plan_kind": KINDS,
        "plan_reason": PLAN_REASONS,
        "point_kind": POINT_KINDS,
        "point_reason": POINT_REASONS,
        "profit_step": PROFIT_STEPS,
        "quadrant": QUADRANTS,
        "subscription_reason": SUBSCRIPTION_REASONS,
        "ticket_reason": TICKET_REASONS,
        "unit": MappingProxyType({str(code): name for code, name in UNITS.items()}),
        **{code: MappingProxyType(scheme.names) for code, scheme in {**SCHEMES, **LOYALTY_SCHEMES}.items()},
    }
    return MappingProxyType(schemes)


LABELS: Final[Mapping[str, Mapping[str, Label]]] = _Gathered()
"""The names of the codes of each scheme. The same code can mean something else in another scheme."""
