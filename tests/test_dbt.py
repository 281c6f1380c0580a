"""The KPIs as YAML for dbt: what it says computes the worked numbers, and dbt's own parser takes it."""

import re

import pytest

from crmkit._kpi import definitions_of
from crmkit.metrics import dbt_metrics
from crmkit.metrics._kpi_functions import kpis_by_function

yaml = pytest.importorskip("yaml")

TEXT = dbt_metrics(table="kpi_inputs", schema="analytics")
DOCUMENTS = list(yaml.safe_load_all(TEXT))
METRICS = {document["metric"]["name"]: document["metric"] for document in DOCUMENTS if "metric" in document}
MEASURES = {each["name"] for each in DOCUMENTS[0]["semantic_model"]["measures"]}
LEFT_OUT = re.findall(r"^#   (\w+)$", TEXT, re.MULTILINE)


def computed(name, given):
    """What a metric gives for sums of the measures."""
    if name in MEASURES:
        return given[name]
    params = METRICS[name]["type_params"]
    if METRICS[name]["type"] == "ratio":
        return computed(params["numerator"]["name"], given) / computed(params["denominator"]["name"], given)
    return eval(params["expr"], {}, {each["name"]: given[each["name"]] for each in params["metrics"]})  # noqa: S307


# By hand.


def test_a_ratio_of_two_measures():
    metric = METRICS["customer_churn_rate_cohort"]
    assert metric["type_params"] == {"numerator": {"name": "lost"}, "denominator": {"name": "customers_start"}}
    assert metric["config"]["meta"]["name_zh"] == "流失率（期初客户口径）"


def test_a_sum_below_the_line_is_a_metric_of_its_own():
    assert METRICS["customer_churn_rate_open"]["type_params"]["denominator"] == {
        "name": "customer_churn_rate_open_denominator"
    }
    assert METRICS["customer_churn_rate_open_denominator"]["type_params"] == {
        "expr": "customers_start + joined",
        "metrics": [{"name": "customers_start"}, {"name": "joined"}],
    }


# Laws.


def test_the_metrics_compute_the_worked_numbers():
    names = set()
    for function, _ in kpis_by_function():
        for each in definitions_of(function):
            if each.terms() is None:
                assert each.record.code in LEFT_OUT or each.variant is not None
                continue
            name = each.record.code if each.variant is None else f"{each.record.code}_{each.variant.option}"
            example = each.record.example if each.variant is None else each.variant.example
            assert computed(name, example.given) == pytest.approx(example.value, rel=1e-12), name
            names.add(name)
    sides = {f"{name}_{side}" for name in names for side in ("numerator", "denominator")}
    assert set(METRICS) - sides == names


def test_every_kpi_is_there_or_named_as_left_out():
    codes = [record.code for _, record in kpis_by_function()]
    there = {code for code in codes if any(name == code or name.startswith(f"{code}_") for name in METRICS)}
    assert there | set(LEFT_OUT) == set(codes)
    assert not set(METRICS) & MEASURES


# Reference: dbt's own parser and validator.


def test_dbt_takes_it(tmp_path):
    pytest.importorskip("dbt_semantic_interfaces")
    from dbt_semantic_interfaces.parsing.dir_to_model import parse_directory_of_yaml_files_to_semantic_manifest
    from dbt_semantic_interfaces.validations.semantic_manifest_validator import SemanticManifestValidator

    spine = {"location": "analytics.days", "column_name": "date", "grain": "day"}
    project = {"project_configuration": {"time_spine_table_configurations": [spine]}}
    (tmp_path / "project.yaml").write_text(yaml.safe_dump(project), encoding="utf-8")
    (tmp_path / "kpis.yaml").write_text(TEXT, encoding="utf-8")
    parsed = parse_directory_of_yaml_files_to_semantic_manifest(str(tmp_path))
    checked = SemanticManifestValidator().validate_semantic_manifest(parsed.semantic_manifest)
    assert [*parsed.issues.all_issues, *checked.all_issues] == []
    assert {each.name for each in parsed.semantic_manifest.metrics} == {*METRICS, *MEASURES}


# Refusals.


@pytest.mark.parametrize("value", ["Sales", "kpi__inputs", "2024", "day", "", None, "a b"])
@pytest.mark.parametrize("name", ["table", "schema", "date"])
def test_names_that_dbt_does_not_take_are_refused(name, value):
    names = {"table": "kpi_inputs", "schema": "analytics", "date": "sold_on", name: value}
    with pytest.raises(ValueError, match=f"`{name}` must be a name of lower-case letters"):
        dbt_metrics(**names)


@pytest.mark.parametrize("date", ["orders", "kpi_row"])
def test_a_date_named_like_something_else_in_the_model_is_refused(date):
    with pytest.raises(ValueError, match=f"`date` is '{date}', which is also a name"):
        dbt_metrics(table="kpi_inputs", schema="analytics", date=date)
