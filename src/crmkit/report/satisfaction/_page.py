"""Satisfaction on the page."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd

from crmkit._figures import count, label_text
from crmkit.labels import LABELS
from crmkit.report._facts import Facts
from crmkit.report._kpi_rows import interval_of, kpi_rows, unit_of
from crmkit.report._numbers import cut, number_of_kpi
from crmkit.report._section import Answer
from crmkit.report.satisfaction._answer import FIGURES
from crmkit.report.satisfaction._texts import TEXTS

__all__ = ["findings", "labelled", "page"]

_MOST_ROWS: Final = 40
_BETWEEN: Final = " · "
# The first of these that was asked is the headline.
_HEADLINES: Final = ("net_promoter_score", "csat_rate", "praise_rate", "acsi_score", "csat_mean", "ces_rate")


def findings(answer: Answer, facts: Facts) -> list[str]:
    """The figure of all who answered, with how sure it is."""
    if "survey_kpis" not in answer.tables:
        return []
    whole = _whole(answer.tables["survey_kpis"])
    rows = {
        row["kpi"]: _row(row, facts) for row in whole[whole["value"].notna()].assign(group_name="").to_dict("records")
    }
    headline = next((rows[code] for code in _HEADLINES if code in rows), None)
    return [] if headline is None else [TEXTS["finding_survey"].text(facts.language).format(**headline)]


def page(answer: Answer, facts: Facts) -> dict[str, Any]:
    """A row per KPI of all who answered, and one per group and KPI."""
    table = answer.tables["survey_kpis"]
    groups = labelled(table[table["scope"] != "all"], facts) if "scope" in table else table.head(0)
    rows = [_row(row, facts) for row in groups.head(_MOST_ROWS).to_dict("records")]
    return {
        "whole": kpi_rows(_whole(table), facts),
        "rows": rows,
        "n_rows": len(groups),
        "n_shown": len(rows),
        "has_small": bool(table["is_small"].any()),
    }


def labelled(table: pd.DataFrame, facts: Facts) -> pd.DataFrame:
    """The table with the labels of each group in one column, ``group_name``."""
    names = [name for name in table.columns if name not in (*FIGURES, "scope", "n_effective")]
    nothing, whole = (TEXTS[name].text(facts.language) for name in ("no_label", "everybody"))
    labels = [
        whole if scope == "all" else _BETWEEN.join(nothing if pd.isna(label) else label_text(label) for label in row)
        for scope, row in zip(table["scope"], table[names].itertuples(index=False, name=None), strict=True)
    ]
    return table.assign(group_name=labels)


def _whole(table: pd.DataFrame) -> pd.DataFrame:
    return table[table["scope"] == "all"] if "scope" in table else table


def _row(row: dict[Any, Any], facts: Facts) -> dict[str, str]:
    unit = unit_of(row["kpi"])
    return {
        "group": cut(row["group_name"]),
        "kpi": LABELS["kpi"][row["kpi"]].text(facts.language),
        "value": number_of_kpi(row["value"], unit=unit),
        "interval": interval_of(row["lower"], row["upper"], unit=unit),
        "n": count(row["n"]),
        "note": TEXTS["few_answers"].text(facts.language) if row["is_small"] else "",
    }
