"""The KPI catalogue: every KPI named in two languages, with a unit, a source, its function and a worked number."""

import importlib
import re

import pandas as pd
import pytest

from crmkit import as_transactions, load_cdnow
from crmkit._kpi import GROUPS, UNITS, catalogue_code, kpis_of
from crmkit.metrics import kpi_catalogue, order_kpis, write_kpi_catalogue

CATALOGUE = kpi_catalogue().set_index("kpi")


def function_of(path):
    module, _, name = path.rpartition(".")
    return getattr(importlib.import_module(module), name)


RECORDS = [
    record
    for code, path in CATALOGUE["function"].items()
    for record in kpis_of(function_of(path))
    if record.code == code
]
every_record = pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.code)


@pytest.fixture(scope="module")
def cdnow():
    return as_transactions(load_cdnow())


# By hand.


@every_record
def test_worked_numbers_are_computed(record):
    assert bool(record.examples) == bool(record.inputs)
    for given, value in record.examples:
        assert function_of(record.function)(**given) == pytest.approx(value, rel=1e-12)


def test_an_entry_by_hand():
    entry = CATALOGUE.loc["retention_rate"]
    assert entry["inputs"] == "retained, customers_start"
    assert entry["example"] == "retention_rate(retained=800, customers_start=1000) = 0.8"
    assert entry["aggregation"] == "ratio"
    assert entry["function"] == "crmkit.metrics.retention_rate"


# Laws.


def test_the_catalogue_defines_every_kpi_of_the_table(cdnow):
    codes = {code for codes in CATALOGUE["codes"] for code in codes.split(", ")}
    assert codes >= set(order_kpis(cdnow, start="1997-01-01", end="1998-06-30")["kpi"])


def test_every_entry_of_the_catalogue_is_complete():
    catalogue = kpi_catalogue()
    assert catalogue["kpi"].is_unique
    filled = catalogue.drop(columns=["inputs", "band", "variants_en", "variants_zh", "example"])
    assert (filled.map(lambda text: isinstance(text, str) and text.strip() == text != "")).all(axis=None)
    assert (catalogue["variants_en"] == "").equals(catalogue["variants_zh"] == "")
    for column in ("name_zh", "formula_zh"):
        assert catalogue[column].str.contains(r"[\u4e00-\u9fff]").all()
    assert catalogue["name_zh"].is_unique
    assert catalogue["name_en"].is_unique
    assert set(catalogue["direction"]) <= {"higher", "lower", "band", "context"}
    assert set(catalogue["unit"]) <= set(UNITS)
    assert catalogue["group"].drop_duplicates().tolist() == [
        group for group in GROUPS if group in set(catalogue["group"])
    ]


def test_every_code_has_one_definition_and_one_name():
    # the definitions of a KPI are told apart by semicolons, so none holds one itself
    for row in CATALOGUE[CATALOGUE["variants_en"] != ""].to_dict("records"):
        n = len(row["codes"].split(", "))
        assert [len(row[f"{column}_en"].split("; ")) for column in ("variants", "codes")] == [n, n]
        assert [len(row[f"{column}_zh"].split("；")) for column in ("variants", "codes")] == [n, n]


@every_record
def test_a_name_of_an_input_means_one_quantity_everywhere(record):
    # What a name is a part of may differ from KPI to KPI; its kind and range may not.
    for mine in record.inputs:
        for other in (each for known in RECORDS for each in known.inputs if each.name == mine.name):
            assert (other.kind, other.low, other.high, other.stock) == (mine.kind, mine.low, mine.high, mine.stock)


@every_record
def test_the_record_names_what_the_function_takes(record):
    takes = set(re.findall(r"\w+", " ".join(each.name for each in record.inputs)))
    known = set(importlib.import_module("inspect").signature(function_of(record.function)).parameters)
    assert takes <= known
    assert {whole for each in record.inputs for names in each.wholes for whole in names} <= takes
    assert {name for each in record.variants for name in each.inputs} <= takes
    assert (record.option is None) == (not record.variants)
    assert record.option is None or record.option in known
    for each in record.variants:
        assert set(each.example.given) == {*each.inputs, record.option}
        assert each.example.given[record.option] == each.option


def test_the_catalogue_says_what_an_empty_base_gives(cdnow):
    empty = order_kpis(cdnow, start="2000-01-01", end="2000-12-31").set_index("kpi")["value"]
    said = CATALOGUE["empty_base"].astype(float)
    expected = {code: said[catalogue_code(code)] for code in empty.index}
    assert empty.to_dict() == pytest.approx(expected, nan_ok=True)


def test_the_catalogue_is_made_anew_each_time():
    catalogue = kpi_catalogue()
    catalogue.loc[:, "unit"] = "none"
    assert "none" not in set(kpi_catalogue()["unit"])


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_workbook_holds_a_row_per_kpi(tmp_path, language):
    path = tmp_path / "kpis.xlsx"
    write_kpi_catalogue(path, language=language)
    sheet = pd.read_excel(path, keep_default_na=False)
    assert sheet.iloc[:, 0].tolist() == CATALOGUE.index.tolist()
    assert sheet.iloc[:, 1].tolist() == CATALOGUE[f"name_{language}"].tolist()
    assert sheet.iloc[:, 6].tolist() == CATALOGUE[f"formula_{language}"].tolist()
    assert sheet.columns[2] == {"en": "Group", "zh": "类别"}[language]
    with pytest.raises(ValueError, match=r"must end in \.xlsx, got '"):
        write_kpi_catalogue(tmp_path / "kpis.csv", language=language)
    assert [file.name for file in tmp_path.iterdir()] == ["kpis.xlsx"]


def test_an_unknown_language_is_refused(tmp_path):
    with pytest.raises(ValueError, match="`language` must be one of"):
        write_kpi_catalogue(tmp_path / "kpis.xlsx", language="fr")
