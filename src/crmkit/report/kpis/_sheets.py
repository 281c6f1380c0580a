"""The KPIs of the periods side by side as a sheet."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd

from crmkit._names import Label
from crmkit._workbook import Named, Sheet, headings, kinds_of_units
from crmkit.labels import LABELS
from crmkit.report._facts import Facts
from crmkit.report._kpi_rows import unit_of
from crmkit.report._section import Answer
from crmkit.report.kpis._page import TABLES, heads
from crmkit.report.kpis._texts import TEXTS

__all__ = ["sheets"]

_SHARE_LOWER: Final = Named(Label("95% interval, lower end", "95% 置信区间下限"), "share")
_SHARE_UPPER: Final = Named(Label("95% interval, upper end", "95% 置信区间上限"), "share")


def sheets(answer: Answer, facts: Facts) -> list[Sheet]:
    """A row per KPI; the interval and its base are of the last days."""
    codes = list(facts.kpis["kpi"])
    found = {period: answer.tables[name].set_index("kpi") for period, name in TABLES.items() if name in answer.tables}
    values: dict[str, Any] = {period: rows["value"].reindex(codes).to_numpy() for period, rows in found.items()}
    units = [unit_of(code) for code in codes]
    table = pd.DataFrame(
        {
            "kpi": [LABELS["kpi"][code].text(facts.language) for code in codes],
            "unit": [LABELS["unit"][unit].text(facts.language) for unit in units],
            **values,
        }
    )
    if "last_days" in found:
        of_recent = found["last_days"].reindex(codes)
        table = table.assign(
            base=of_recent["denominator"].to_numpy(),
            lower=of_recent["lower"].to_numpy(),
            upper=of_recent["upper"].to_numpy(),
        )
    titles = heads(answer, facts)
    own = {period: Named(Label(titles[period], titles[period]), "number") for period in found}
    own |= {"base": Named(TEXTS["base"], "count"), "lower": _SHARE_LOWER, "upper": _SHARE_UPPER}
    kinds = kinds_of_units(units)
    named = tuple(
        heading._replace(kind=kinds) if heading.column in found else heading
        for heading in headings(table, facts.language, own=own)
    )
    return [Sheet(TEXTS["kpis"].text(facts.language), table, named)]
