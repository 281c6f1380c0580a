"""A section of the report is one folder and one line: what each must bring, and that none takes another's names."""

from pathlib import Path

import pytest
from tests.beside import AS_OF, beside

import crmkit.report
from crmkit import as_transactions, load_cdnow
from crmkit.report import customer_report
from crmkit.report._sections import SECTIONS

FOLDER = Path(crmkit.report.__file__).parent


@pytest.fixture(scope="module")
def report():
    """A report with every table that a section may be of, its forecasts of few draws."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("crmkit.views._sums._MOST_DRAWS", 50)
        return customer_report(as_transactions(load_cdnow()), as_of=AS_OF, sections=list(SECTIONS), **beside())


def test_every_folder_is_a_section_and_every_section_a_folder():
    assert {path.parent.name for path in FOLDER.glob("*/section.html")} == set(SECTIONS)
    assert all(section.name == name for name, section in SECTIONS.items())


@pytest.mark.parametrize("name", SECTIONS)
def test_a_section_names_what_it_shows(report, name):
    section, answer = SECTIONS[name], report.answers[name]
    words = [name, *(f"table_{table}" for table in answer.tables), *(f"alt_{chart}" for chart in section.charts)]
    assert [word for word in words if word not in section.texts] == []
    assert all(label.en and label.zh for label in section.texts.values())


def test_no_two_sections_have_a_table_of_one_name(report):
    names = [table for answer in report.answers.values() for table in answer.tables]
    assert len(set(names)) == len(names)
    assert list(report.tables) == names


def test_no_two_charts_have_one_name():
    names = [chart for section in SECTIONS.values() for chart in section.charts]
    assert len(set(names)) == len(names)


def test_sections_do_not_import_one_another():
    for path in FOLDER.glob("*/*.py"):
        others = set(SECTIONS) - {path.parent.name}
        text = path.read_text(encoding="utf-8")
        assert [other for other in others if f"crmkit.report.{other}" in text] == []
