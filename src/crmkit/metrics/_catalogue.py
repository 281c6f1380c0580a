"""What each KPI is: its name, unit, direction, definition and source."""

from __future__ import annotations

import pandas as pd

from crmkit._kpi import Example, Kpi, Variant
from crmkit._names import Language
from crmkit.metrics._kpi_functions import kpis_by_function

__all__ = ["kpi_catalogue"]


def kpi_catalogue() -> pd.DataFrame:
    """List the KPIs of all of crmkit with their definitions.

    Returns
    -------
    DataFrame
        One row per KPI, by group. ``kpi``, the code; ``name_en``, ``name_zh``; ``group``; ``unit`` (a "share" lies in
        [0, 1], a "rate" is a fraction without these limits, a "ratio" is read as a multiple); ``direction``, whether
        "higher" or "lower" values are better, those within a "band", or whether it depends on "context"; ``band``, the
        lowest and highest good value if the source gives them; ``formula_en``, ``formula_zh``; ``inputs``, the
        arguments of the function; ``aggregation``, how a total follows from its groups: "ratio" (recomputed from sums
        of the inputs), "sum", or "none"; ``window``, the days it covers if it is counted from the orders of a period:
        the "period", the "period and the one before" of the same length, or "all until then"; ``empty_base``, the
        value if there is nothing to count; ``variants_en``, ``variants_zh``, the definitions in use where there are
        several, by the argument that chooses; ``codes``, those in tables, where a definition of several stands in
        brackets, with ``codes_en`` and ``codes_zh``, their names; ``function``, the full path of the function that
        computes it; ``example``, a call worked out by hand, empty for KPIs counted from a table; ``source``.

    Examples
    --------
    >>> kpi_catalogue().set_index("kpi").loc[["repeat_purchase_rate"], ["name_zh", "unit", "direction", "inputs"]]
                         name_zh   unit direction                       inputs
    kpi
    repeat_purchase_rate     复购率  share    higher  repeat_customers, customers
    """
    return pd.DataFrame([_row(record) for _, record in kpis_by_function()])


def _row(record: Kpi) -> dict[str, str]:
    return {
        "kpi": record.code,
        "name_en": record.name.en,
        "name_zh": record.name.zh,
        "group": record.group,
        "unit": record.unit,
        "direction": record.direction,
        "band": "" if record.band is None else "{:g} to {:g}".format(*record.band),
        "formula_en": record.definition.en,
        "formula_zh": record.definition.zh,
        "inputs": ", ".join(each.name for each in record.inputs),
        "aggregation": record.aggregation,
        "window": record.window,
        "empty_base": "0" if not record.inputs and record.unit in ("money", "orders", "customers", "count") else "nan",
        "variants_en": "; ".join(f"{_choice(record, each)}: {each.definition.en}" for each in record.variants),
        "variants_zh": "；".join(f"{_choice(record, each)}：{each.definition.zh}" for each in record.variants),
        "codes": ", ".join(record.code_by(each.option) for each in record.variants) or record.code,
        "codes_en": "; ".join(_in_tables(record, "en")),
        "codes_zh": "；".join(_in_tables(record, "zh")),
        "function": record.function,
        "example": "; ".join(_call(record.code, each) for each in record.examples),
        "source": record.source,
    }


def _in_tables(record: Kpi, language: Language) -> list[str]:
    codes = [record.code_by(each.option) for each in record.variants] or [record.code]
    return [record.names[code].text(language) for code in codes]


def _choice(record: Kpi, variant: Variant) -> str:
    return f"{record.option}={variant.option!r}"


def _call(name: str, example: Example) -> str:
    given = ", ".join(f"{each}={value!r}" for each, value in example.given.items())
    return f"{name}({given}) = {example.value:.6g}"
