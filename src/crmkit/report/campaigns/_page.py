"""The campaigns on the page and as a sheet."""

from __future__ import annotations

import math
from typing import Any, Final

from crmkit._figures import NOTHING, count
from crmkit._workbook import Named, Sheet, headings, kinds_of_units
from crmkit.labels import LABELS
from crmkit.report._facts import Facts
from crmkit.report._kpi_rows import unit_of
from crmkit.report._numbers import cut, difference, number_of_kpi
from crmkit.report._section import Answer
from crmkit.report.campaigns._texts import TEXTS

__all__ = ["page", "sheets"]

_MOST_ROWS: Final = 40
_OWN: Final = {
    "value": Named(TEXTS["value"], "number"),
    "n": Named(TEXTS["arm_customers"], "count"),
}
_IN_UNIT: Final = ("value", "lower", "upper", "control_value", "difference", "difference_lower", "difference_upper")


def page(answer: Answer, facts: Facts) -> dict[str, Any]:
    """A row per campaign, arm that was contacted, and outcome."""
    table = answer.tables["campaign_kpis"]
    # The control group stands beside the arms that were contacted.
    outcomes = table[table["outcome"].notna() & table["treated"]]
    return {
        "rows": [_row(row, facts) for row in outcomes.head(_MOST_ROWS).to_dict("records")],
        "n_rows": len(outcomes),
        "n_shown": min(len(outcomes), _MOST_ROWS),
    }


def sheets(answer: Answer, facts: Facts) -> list[Sheet]:
    """All rows, costs and customers of the arms among them."""
    if not answer.tables:
        return []
    table = answer.tables["campaign_kpis"]
    units = [unit_of(code) for code in table["kpi"]]
    shown = table.assign(kpi=[LABELS["kpi"][code].text(facts.language) for code in table["kpi"]])
    columns = ["campaign", "arm", "outcome", "kpi", "value", "n", *_IN_UNIT[1:]]
    kinds = kinds_of_units(units)
    named = tuple(
        heading._replace(kind=kinds) if heading.column in _IN_UNIT else heading
        for heading in headings(shown, facts.language, columns=columns, own=_OWN)
    )
    return [Sheet(TEXTS["campaigns"].text(facts.language), shown, named)]


def _row(row: dict[Any, Any], facts: Facts) -> dict[str, str]:
    unit = unit_of(row["kpi"])

    low, high = (row[f"difference_{end}"] for end in ("lower", "upper"))
    ends = [difference(end, unit=unit, language=facts.language) for end in (low, high)]
    return {
        "campaign": cut(str(row["campaign"])),
        "arm": cut(str(row["arm"])),
        "outcome": cut(f"{row['outcome']}"),
        "n": count(row["n"]),
        "value": number_of_kpi(row["value"], unit=unit),
        "control": number_of_kpi(row["control_value"], unit=unit),
        "difference": difference(row["difference"], unit=unit, language=facts.language),
        "interval": NOTHING if math.isnan(low) else " – ".join(ends),
    }
