"""Tables of KPIs in the long form as rows of the page and of a sheet."""

from __future__ import annotations

import math
from functools import cache
from typing import Any, Final

import pandas as pd

from crmkit._figures import NOTHING, count
from crmkit._kpi import catalogue_code
from crmkit._names import Label, Language
from crmkit._workbook import Named, Sheet, headings, kinds_of_units
from crmkit.labels import LABELS
from crmkit.metrics import kpi_catalogue
from crmkit.report._facts import Facts
from crmkit.report._numbers import number_of_kpi

__all__ = ["interval_of", "kpi_rows", "kpi_sheet", "unit_of"]

_N: Final = Named(Label("Number that it rests on", "样本量"), "count")
_LOWER: Final = Label("95% interval, lower end", "95% 置信区间下限")
_UPPER: Final = Label("95% interval, upper end", "95% 置信区间上限")
# The units that a number does not show by itself.
_TIMES: Final = ("seconds", "minutes", "hours", "days", "months")
_VALUE: Final = Label("Value", "数值")
_HERE: Final = Label("{formula}; here {chosen}", "{formula}；此处{chosen}")


def unit_of(code: str) -> str:
    """The unit of a KPI, which may be named with the option of its definition."""
    return _units()[catalogue_code(code)]


@cache
def _units() -> dict[Any, str]:
    """The unit of each KPI: the catalogue is a table to show, slow to make for every number of a page."""
    units: dict[Any, str] = kpi_catalogue().set_index("kpi")["unit"].to_dict()
    return units


def interval_of(lower: float, upper: float, *, unit: str) -> str:
    """Both ends of an interval in the unit of the KPI; an end that is not known is open."""
    if math.isnan(lower) and math.isnan(upper):
        return NOTHING
    if math.isnan(lower):
        return f"≤ {number_of_kpi(upper, unit=unit)}"
    if math.isnan(upper):
        return f"≥ {number_of_kpi(lower, unit=unit)}"
    return " – ".join(number_of_kpi(end, unit=unit) for end in (lower, upper))


def kpi_rows(table: pd.DataFrame, facts: Facts) -> list[dict[str, str]]:
    """Name, value, interval, what it rests on, and definition of each KPI that has a value."""
    catalogue: Any = kpi_catalogue().set_index("kpi").to_dict("index")
    rows = []
    for row in table.to_dict("records"):
        record = catalogue[catalogue_code(row["kpi"])]
        if math.isnan(row["value"]):
            continue
        rows.append(
            {
                "name": LABELS["kpi"][row["kpi"]].text(facts.language),
                "unit": LABELS["unit"][record["unit"]].text(facts.language) if record["unit"] in _TIMES else "",
                "value": number_of_kpi(row["value"], unit=record["unit"]),
                "interval": interval_of(row["lower"], row["upper"], unit=record["unit"]),
                "n": NOTHING if math.isnan(row["n"]) else count(row["n"]),
                "definition": _definition(record, row["kpi"], facts.language),
            }
        )
    return rows


def _definition(record: Any, code: str, language: Language) -> str:
    """The formula of a KPI, and which of several definitions this is."""
    formula: str = record[f"formula_{language}"]
    if not record["variants_en"]:
        return formula
    between, colon = ("；", "：") if language == "zh" else ("; ", ": ")
    place = record["codes"].split(", ").index(code)
    chosen = record[f"variants_{language}"].split(between)[place].partition(colon)[2]
    return _HERE.text(language).format(formula=formula, chosen=chosen)


def kpi_sheet(title: Label, table: pd.DataFrame, facts: Facts) -> Sheet:
    """A row per KPI under its name, with numbers that stay numbers."""
    units = [unit_of(code) for code in table["kpi"]]
    shown = table.assign(
        kpi=[LABELS["kpi"][code].text(facts.language) for code in table["kpi"]],
        unit=[LABELS["unit"][unit].text(facts.language) for unit in units],
    )
    own = {
        "value": Named(_VALUE, "number"),
        "n": _N,
        "lower": Named(_LOWER, "number"),
        "upper": Named(_UPPER, "number"),
    }
    columns = ["kpi", "unit", "value", "numerator", "denominator", "n", "lower", "upper"]
    kinds = kinds_of_units(units)
    named = tuple(
        heading._replace(kind=kinds) if heading.column in ("value", "lower", "upper") else heading
        for heading in headings(shown, facts.language, columns=columns, own=own)
    )
    return Sheet(title.text(facts.language), shown, named)
