"""The long form that all KPI tables share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._kpi._decorator import Quotient, kpis_of, quotient_of
from crmkit._kpi._record import Kpi
from crmkit._stats import Numbers, poisson_interval, wilson_interval

__all__ = ["KPI_COLUMNS", "KpiRow", "as_it_is", "divided", "interval_of", "long_form"]

KPI_COLUMNS: Final = ("kpi", "value", "numerator", "denominator", "n", "lower", "upper")


class KpiRow(NamedTuple):
    """A KPI's value, its numerator and denominator, how many it rests on, and its interval where theory gives one.

    They are numbers, or columns of the same KPI in several cells: groups, periods or both.
    """

    kpi: str
    value: Numbers
    numerator: Numbers = np.nan
    denominator: Numbers = np.nan
    n: Numbers = np.nan
    lower: Numbers = np.nan
    upper: Numbers = np.nan


def as_it_is(code: str, value: Numbers, *, n: Numbers) -> KpiRow:
    """Return the row of a KPI that is not a ratio."""
    return KpiRow(code, value, n=n)


def divided(function: Any, *, n: Numbers, level: float, **inputs: Any) -> KpiRow:
    """Return the row of a KPI that is a ratio, by one of its definitions, with its interval where theory gives one."""
    (record,) = kpis_of(function)
    parts = quotient_of(function, **inputs)
    option = None if record.option is None else inputs[record.option]
    interval = interval_of(record, parts, level=level, option=option)
    return KpiRow(record.code_by(option), parts.value, *parts, n, *interval)


def interval_of(record: Kpi, parts: Quotient, *, level: float, option: str | None) -> tuple[Floats, Floats]:
    """Return the ends of the interval of a KPI: Wilson's for shares of a count, Poisson's for events, else ``nan``.

    Of several definitions, the ``option`` says which it is.
    """
    if record.is_share_of_count(option):
        return wilson_interval(parts.numerator, parts.denominator, level=level)
    if record.counts_events:
        return poisson_interval(parts.numerator, parts.denominator, level=level)
    undefined = np.full_like(np.asarray(parts.value), np.nan)
    return undefined, undefined


def long_form(rows: Sequence[KpiRow]) -> pd.DataFrame:
    """Make the table of rows, cell by cell."""
    shape = np.broadcast_shapes(*(np.shape(number) for row in rows for number in row[1:]))
    columns = np.array([[np.broadcast_to(number, shape) for number in row[1:]] for row in rows], dtype=np.float64)
    by_cell = columns.reshape(len(rows), len(KPI_COLUMNS) - 1, -1).transpose(2, 0, 1)
    table = pd.DataFrame(by_cell.reshape(-1, len(KPI_COLUMNS) - 1), columns=list(KPI_COLUMNS[1:]))
    table.insert(0, "kpi", [row.kpi for row in rows] * len(by_cell))
    return table
