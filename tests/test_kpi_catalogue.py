"""The KPI catalogue: every KPI of the table, named in two languages, with a unit, a source and its function."""

import pytest

from crmkit import as_transactions, load_cdnow, metrics
from crmkit.labels import LABELS
from crmkit.metrics import kpi_catalogue, kpi_table


@pytest.fixture(scope="module")
def cdnow():
    return as_transactions(load_cdnow())


def test_the_catalogue_defines_every_kpi_of_the_table(cdnow):
    assert kpi_catalogue()["kpi"].tolist() == kpi_table(cdnow, start="1997-01-01", end="1998-06-30")["kpi"].tolist()


def test_every_entry_of_the_catalogue_is_complete():
    catalogue = kpi_catalogue()
    assert (catalogue.map(lambda text: isinstance(text, str) and text.strip() == text != "")).all(axis=None)
    assert catalogue["name_zh"].str.contains(r"[\u4e00-\u9fff]").all()
    assert catalogue["definition_zh"].str.contains(r"[\u4e00-\u9fff]|−").all()
    assert catalogue["name_en"].tolist() == [LABELS["kpi"][kpi].en for kpi in catalogue["kpi"]]
    assert set(catalogue["direction"]) <= {"higher", "lower", "context"}
    assert set(catalogue["unit"]) <= set(LABELS["unit"])


def test_the_functions_of_the_catalogue_exist():
    names = {name for text in kpi_catalogue()["function"] for name in text.split(", ")}
    assert names <= set(metrics.__all__)


def test_the_catalogue_says_what_an_empty_base_gives(cdnow):
    empty = kpi_table(cdnow, start="2000-01-01", end="2000-12-31").set_index("kpi")["value"]
    said = kpi_catalogue().set_index("kpi")["empty_base"].astype(float)
    assert empty.to_dict() == pytest.approx(said.to_dict(), nan_ok=True)


def test_the_catalogue_is_made_anew_each_time():
    catalogue = kpi_catalogue()
    catalogue.loc[:, "unit"] = "none"
    assert "none" not in set(kpi_catalogue()["unit"])
