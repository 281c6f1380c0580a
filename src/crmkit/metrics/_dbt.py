"""The KPIs as a semantic model of dbt, so that a warehouse computes them by the same definitions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from crmkit._extras import check_extra
from crmkit._kpi import Definition, Input, Terms, definitions_of
from crmkit._messages import Message, Parameter
from crmkit.metrics._kpi_functions import kpis_by_function

__all__ = ["dbt_metrics"]

# dbt's own rules for names: two underscores separate an entity from a dimension, and units of time are taken.
_NAME: Final = re.compile(
    r"(?!.*__)(?!((nano|micro|milli)?second|minute|hour|day|week|month|quarter|year)$)[a-z][a-z0-9_]*[a-z0-9]"
)
_NO_NAME: Final = Message(
    en="{name} must be a name of lower-case letters, digits and single underscores, and not a unit of time, got "
    "{value!r}.",
    zh="{name} 须为由小写字母、数字和单个下划线组成的名称，且不能是时间单位，得到 {value!r}。",
)
_NAME_TAKEN: Final = Message(
    en="{@date} is {value!r}, which is also a name that the model uses for something else. Rename the column.",
    zh="{@date} 为 {value!r}，与模型中的其他名称重复，请为该列改名。",
)
_ENTITY: Final = "kpi_row"
_STOCK: Final = (
    "Counted at the {end} of a period. It adds up over groups; over several periods only its ratios have a meaning, "
    "that of a weighted mean of the periods."
)


def dbt_metrics(*, table: str, schema: str, date: str = "date") -> str:
    r"""Write the KPIs that are ratios or sums of columns as YAML for dbt's semantic layer.

    The model has a measure for every input that such a KPI takes, expected in a column of that name, one row per day
    and group. Over several periods, a ratio to a number at the start or end of a period is a weighted mean of those of
    the periods.

    Parameters
    ----------
    table, schema : str
        The table with the inputs, and its schema in the warehouse.
    date : str, default "date"
        Its column of days.

    Returns
    -------
    str
        Documents in the format of ``dbt-semantic-interfaces`` 0.10: one ``semantic_model``, and a ``metric`` for each
        KPI, named by its code and, where there are several definitions, the option. A comment at the top lists the
        KPIs left out: those counted from tables, and those that are neither ratios nor sums.

    Raises
    ------
    ModuleNotFoundError
        If PyYAML is not installed.
    ValueError
        If a name is not one that dbt takes, or ``date`` is one of the inputs of KPIs.

    Examples
    --------
    >>> text = dbt_metrics(table="kpi_inputs", schema="analytics")
    >>> print(text[text.index("metric:\n  name: retention_rate") :].split("---")[0])
    metric:
      name: retention_rate
      label: Retention rate
      description: Customers active in the period before, of the same length, who are active
        in this one / customers active in the period before
      type: ratio
      type_params:
        numerator:
          name: retained
        denominator:
          name: customers_start
      config:
        meta:
          name_zh: 留存率
          unit: share
          direction: higher
          source: Farris, Bendle, Pfeifer and Reibstein, Marketing Metrics, 3rd ed., ch.
            5
    <BLANKLINE>
    """
    check_extra("yaml", "yaml")
    import yaml

    for name, value in {"table": table, "schema": schema, "date": date}.items():
        if not isinstance(value, str) or not _NAME.fullmatch(value):
            raise ValueError(_NO_NAME(name=Parameter(name), value=value))
    known = kpis_by_function()
    definitions = [each for function, _ in known for each in definitions_of(function)]
    written = [(each, terms) for each in definitions if (terms := each.terms()) is not None]
    inputs = {given.name: given for each, terms in written for given in each.inputs if given.name in _names(terms)}
    if date in (_ENTITY, *inputs):
        raise ValueError(_NAME_TAKEN(value=date))
    documents = [_model(inputs.values(), table=table, schema=schema, date=date)]
    for definition, terms in written:
        documents += _metrics(definition, terms)
    codes = {each.record.code for each, _ in written}
    left_out = [record.code for _, record in known if record.code not in codes]
    comment = "".join(f"#   {code}\n" for code in left_out)
    dumped = yaml.safe_dump_all(documents, allow_unicode=True, sort_keys=False)
    return f"# Left out, because they are not ratios or sums of columns:\n{comment}---\n{dumped}"


def _names(terms: Terms) -> set[str]:
    return {*terms.above, *terms.below}


def _model(inputs: Iterable[Input], *, table: str, schema: str, date: str) -> dict[str, Any]:
    return {
        "semantic_model": {
            "name": table,
            "node_relation": {"schema_name": schema, "alias": table},
            "defaults": {"agg_time_dimension": date},
            "entities": [{"name": _ENTITY, "type": "primary", "expr": date}],
            "dimensions": [{"name": date, "type": "time", "type_params": {"time_granularity": "day"}}],
            "measures": [_measure(each) for each in inputs],
        }
    }


def _measure(given: Input) -> dict[str, Any]:
    measure = {"name": given.name, "agg": "sum", "create_metric": True}
    return measure if given.stock is None else {**measure, "description": _STOCK.format(end=given.stock)}


def _metrics(definition: Definition, terms: Terms) -> list[dict[str, Any]]:
    """The metric of a KPI, after those of its numerator and denominator where these are not one measure each."""
    record, variant = definition.record, definition.variant
    name = record.code if variant is None else f"{record.code}_{variant.option}"
    about = {
        "label": record.names[definition.code].en,
        "description": record.definition.en if variant is None else f"{record.definition.en}: {variant.definition.en}",
    }
    meta = {
        "name_zh": record.names[definition.code].zh,
        "unit": record.unit,
        "direction": record.direction,
        "source": record.source,
    }
    config = {"config": {"meta": meta}}
    if not terms.below:
        return [{"metric": {"name": name, **about, **_derived(terms.above), **config}}]
    sides, before = {}, []
    for side, coefficients in (("numerator", terms.above), ("denominator", terms.below)):
        if list(coefficients.values()) == [1.0]:
            sides[side] = {"name": next(iter(coefficients))}
            continue
        sides[side] = {"name": f"{name}_{side}"}
        before.append({"metric": {**sides[side], **_derived(coefficients)}})
    return [*before, {"metric": {"name": name, **about, "type": "ratio", "type_params": sides, **config}}]


def _derived(coefficients: Mapping[str, float]) -> dict[str, Any]:
    """A weighted sum of measures."""
    expr = " + ".join(name if each == 1 else f"{each:g} * {name}" for name, each in coefficients.items())
    plain = re.sub(r"(^|\+ )-1 \* ", r"\1- ", expr).replace("+ -", "- ")
    return {"type": "derived", "type_params": {"expr": plain, "metrics": [{"name": name} for name in coefficients]}}
