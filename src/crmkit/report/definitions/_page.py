"""A row per KPI with its definition."""

from __future__ import annotations

from typing import Any

from crmkit._kpi import catalogue_code
from crmkit.labels import LABELS
from crmkit.metrics import kpi_catalogue
from crmkit.report._facts import Facts
from crmkit.report._section import Answer

__all__ = ["page"]


def page(answer: Answer, facts: Facts) -> dict[str, Any]:  # noqa: ARG001
    """What the KPIs shown are."""
    catalogue: Any = kpi_catalogue().set_index("kpi").to_dict("index")
    rows = [
        {
            "name": row[f"name_{facts.language}"],
            "definition": row[f"formula_{facts.language}"],
            "unit": LABELS["unit"][row["unit"]].text(facts.language),
            "source": row["source"],
        }
        for row in (catalogue[catalogue_code(kpi)] for kpi in facts.kpis["kpi"])
    ]
    return {"definitions": rows}
