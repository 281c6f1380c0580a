"""KPIs: a record each, from which the checks, the catalogue and the tables follow."""

from crmkit._kpi._decorator import Quotient, kpi, kpis_of, quotient_of, ratio, tells
from crmkit._kpi._record import GROUPS, UNITS, Example, Input, Kpi, Variant, count, money, part

__all__ = [
    "GROUPS",
    "UNITS",
    "Example",
    "Input",
    "Kpi",
    "Quotient",
    "Variant",
    "count",
    "kpi",
    "kpis_of",
    "money",
    "part",
    "quotient_of",
    "ratio",
    "tells",
]
