"""A cell of the table is a group in a period: what its inputs are, and the KPIs of all cells at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from crmkit._arrays import Floats
from crmkit._grouping import labels_of
from crmkit._kpi import KPI_COLUMNS, Definition, Input, Quotient, interval_of
from crmkit.metrics._kpi_table._sums import DAY, NUMBER, ROWS, missing_of

__all__ = ["Cells", "cells_of", "kpis_of_cells"]

_DAYS: Final = "__crmkit_days"
_GROUP: Final = "__crmkit_group"


class Cells(NamedTuple):
    """Groups and periods, every group in every period, group by group.

    Attributes
    ----------
    groups : DataFrame
        The labels of each group, in order; those of the whole, which is last where there are groups, are missing.
    numbers : sequence of int
        The periods.
    sums : DataFrame
        One row per cell: its rows, on how many days they are where that matters, its inputs, and in how many rows
        each is missing.
    """

    groups: pd.DataFrame
    numbers: Sequence[int]
    sums: pd.DataFrame


def cells_of(sums: pd.DataFrame, *, by: Sequence[str], numbers: Sequence[int], mixed: Sequence[str]) -> Cells:
    """Lay out the sums of groups, periods and days, and those of the whole, in which mixed inputs are missing."""
    labels, codes = labels_of(sums, by) if by else (pd.DataFrame(index=[0]), np.zeros(len(sums), dtype=np.int64))
    summed = [name for name in sums.columns if name not in (*by, NUMBER, DAY)]
    days = sums.assign(**{_GROUP: codes})
    if by:
        whole = sums.groupby([NUMBER, DAY], as_index=False)[summed].sum().assign(**{_GROUP: len(labels)})
        whole = whole.assign(**{missing_of(name): 1 for name in mixed})
        days = pd.concat([days, whole], ignore_index=True)
        labels = labels.reindex([*labels.index, len(labels)])
    found = days.groupby([_GROUP, NUMBER])
    every = pd.MultiIndex.from_product([range(len(labels)), numbers], names=[_GROUP, NUMBER])
    cells = found[summed].sum().assign(**{_DAYS: found.size()}).reindex(every, fill_value=0)
    return Cells(labels, numbers, cells.reset_index(drop=True))


def kpis_of_cells(cells: Cells, definitions: Sequence[Definition], *, level: float) -> pd.DataFrame:
    """Compute the KPIs: the columns of the long form, one row per cell and KPI."""
    columns = [_rows(cells.sums, definition, level=level) for definition in definitions]
    table = pd.concat(columns, keys=range(len(columns)), names=["definition", "cell"])
    return table.reset_index().sort_values(["cell", "definition"], kind="stable", ignore_index=True)


def _rows(sums: pd.DataFrame, definition: Definition, *, level: float) -> pd.DataFrame:
    given = {each.name: _values(sums, each) for each in definition.inputs}
    value, numerator, denominator = definition.parts(given)
    option = None if definition.variant is None else definition.variant.option
    lower, upper = interval_of(definition.record, Quotient(numerator, denominator), level=level, option=option)
    empty = sums[ROWS].to_numpy() == 0
    numbers = (np.where(empty, np.nan, value), numerator, denominator, _n(definition, denominator), lower, upper)
    return pd.DataFrame({"kpi": definition.code, **dict(zip(KPI_COLUMNS[1:], numbers, strict=True))})


def _values(sums: pd.DataFrame, each: Input) -> Floats:
    """An input of all cells; missing where it is in a row, or where it cannot be added up."""
    known = sums[missing_of(each.name)].to_numpy() == 0
    if each.stock is not None:
        known &= sums[_DAYS].to_numpy() <= 1
    if not each.adds_up:
        known &= sums[ROWS].to_numpy() == 1
    return np.where(known, sums[each.name].to_numpy(dtype=float), np.nan)


def _n(definition: Definition, denominator: Floats) -> Floats:
    """On how many things counted the KPI rests."""
    terms = definition.terms()
    kinds = {each.name: each.kind for each in definition.inputs}
    counted = terms is not None and terms.below and all(kinds[name] == "count" for name in terms.below)
    return denominator if counted else np.full_like(denominator, np.nan)
