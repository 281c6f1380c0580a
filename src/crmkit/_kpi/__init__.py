"""KPIs: a record each, from which the checks, the catalogue and the tables follow."""

from crmkit._kpi._decorator import Quotient, kpi, kpis_of, quotient_of, ratio, tells
from crmkit._kpi._definition import Definition, Terms, definitions_of
from crmkit._kpi._long_form import KPI_COLUMNS, KpiRow, as_it_is, divided, interval_of, long_form
from crmkit._kpi._record import (
    DIRECTIONS,
    GROUPS,
    UNITS,
    Example,
    Input,
    Kpi,
    Variant,
    Window,
    catalogue_code,
    count,
    money,
    number,
    part,
    share,
    window_of,
)
from crmkit._kpi._targets import attainment

__all__ = [
    "DIRECTIONS",
    "GROUPS",
    "KPI_COLUMNS",
    "UNITS",
    "Definition",
    "Example",
    "Input",
    "Kpi",
    "KpiRow",
    "Quotient",
    "Terms",
    "Variant",
    "Window",
    "as_it_is",
    "attainment",
    "catalogue_code",
    "count",
    "definitions_of",
    "divided",
    "interval_of",
    "kpi",
    "kpis_of",
    "long_form",
    "money",
    "number",
    "part",
    "quotient_of",
    "ratio",
    "share",
    "tells",
    "window_of",
]
