"""The long form that all KPI tables share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._kpi._decorator import Quotient, kpis_of, quotient_of
from crmkit._kpi._record import Kpi
from crmkit._stats import poisson_interval, wilson_interval

__all__ = ["KPI_COLUMNS", "KpiRow", "as_it_is", "divided", "interval_of", "long_form"]

KPI_COLUMNS: Final = ("kpi", "value", "numerator", "denominator", "n", "lower", "upper")


class KpiRow(NamedTuple):
    """A KPI's value, its numerator and denominator, how many it rests on, and its interval where theory gives one."""

    kpi: str
    value: float
    numerator: float = np.nan
    denominator: float = np.nan
    n: float = np.nan
    lower: float = np.nan
    upper: float = np.nan


def as_it_is(code: str, value: float, *, n: float) -> KpiRow:
    """Return the row of a KPI that is not a ratio."""
    return KpiRow(code, float(value), n=float(n))


def divided(function: Any, *, n: float, level: float, **inputs: Any) -> KpiRow:
    """Return the row of a KPI that is a ratio, with its interval where theory gives one."""
    (record,) = kpis_of(function)
    parts = quotient_of(function, **inputs)
    lower, upper = interval_of(record, parts, level=level)
    numbers = (parts.value, parts.numerator, parts.denominator, n, lower, upper)
    return KpiRow(record.code, *(float(number) for number in numbers))


def interval_of(record: Kpi, parts: Quotient, *, level: float) -> tuple[Floats, Floats]:
    """Return the ends of the interval of a KPI: Wilson's for shares of a count, Poisson's for events, else ``nan``."""
    if record.is_share_of_count:
        return wilson_interval(parts.numerator, parts.denominator, level=level)
    if record.counts_events:
        return poisson_interval(parts.numerator, parts.denominator, level=level)
    undefined = np.full_like(np.asarray(parts.value), np.nan)
    return undefined, undefined


def long_form(rows: Sequence[KpiRow]) -> pd.DataFrame:
    """Make the table of rows."""
    table = pd.DataFrame(rows, columns=list(KPI_COLUMNS))
    return table.astype(dict.fromkeys(KPI_COLUMNS[1:], "float64"))
